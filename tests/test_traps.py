"""Each trap of the simulated site, alone and together: the truth, or an honest word."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from test_sync import COMPARED, NOW, ZONES, assert_true, differences, exported, synced

from jira_usage.demo import DemoSite
from jira_usage.errors import AuthenticationFailed, NotJiraCloud, PermissionMissing, SyncIncomplete
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store

TOGETHER = {"hostile", "all"}
# These say that it is not Jira who answers, or nobody who asks: no sync may go on from there.
STOPPING = {
    "anonymous_200": AuthenticationFailed,
    "captcha": AuthenticationFailed,
    "jira_deactivated": NotJiraCloud,
    "redirect_login": (NotJiraCloud, SyncIncomplete),
    "site_gone": NotJiraCloud,
}
# These take something away, and the coverage says what.
THINNING = {
    "scope_missing": {"licenses": "not_permitted", "groups": "not_permitted"},
    "slow_user_search": {"users": "partial"},
}
MOVING = {"drift"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, str]]:
    """Prints what became of each trap at the end."""
    told: dict[str, str] = {}
    yield told
    print("\ntrap                     outcome")
    for trap, outcome in sorted(told.items()):
        print(f"{trap:<24} {outcome}")


@pytest.mark.parametrize("trap", sorted(set(DemoSite.traps_available()) - TOGETHER - MOVING))
def test_each_trap_alone_ends_in_the_truth_or_in_a_word(
    trap: str, store: Store, outcomes: dict[str, str]
) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW, traps=(trap,)) as site:
        if trap in STOPPING:
            with pytest.raises(STOPPING[trap]):
                synced(site, store)
            outcomes[trap] = "stopped with a sentence"
            return
        coverage = synced(site, store).coverage
        if trap in THINNING:
            assert THINNING[trap].items() <= dict(coverage).items()
            truth = site.truth(days=30, timezone="UTC")["activity"]
            assert differences(exported(site, store, "activity", "UTC"), truth) == []
            outcomes[trap] = f"told: {THINNING[trap]}"
            return
        for zone in ZONES:
            assert_true(site, store, zone)
        outcomes[trap] = "equal to the truth"


@pytest.mark.parametrize(
    "traps",
    [
        ("rate_limit", "rate_limit_no_header", "server_error", "reset", "truncated_json"),
        ("repeated_token", "token_expires", "empty_page", "duplicate_histories", "short_pages"),
        ("bulkfetch_cap_1000", "no_issue_bulkfetch", "colon_offsets", "newest_comments"),
    ],
    ids=lambda traps: "+".join(traps),
)
def test_traps_together_on_a_site_of_hundreds_end_in_the_truth(
    traps: tuple[str, ...], store: Store
) -> None:
    with DemoSite(size="small", seed=4, now=NOW, traps=traps) as site:
        synced(site, store)
        assert_true(site, store, "UTC")


def test_a_site_that_changes_while_it_is_read_loses_nothing(store: Store) -> None:
    with DemoSite(size="small", seed=5, now=NOW, traps=("drift",)) as site:
        before = site.truth(days=30, timezone="UTC")["activity"]
        synced(site, store)
        told = exported(site, store, "activity", "UTC")
        after = site.truth(days=30, timezone="UTC")["activity"]
    ours = {(row["kind"], row["source_id"]) for row in told}
    made_before = {(row["kind"], row["source_id"]) for row in before}
    true_after = {(row["kind"], row["source_id"]) for row in after}
    still_there = made_before & true_after
    assert still_there - ours == set(), "what was there when the sync began is read"
    assert ours - made_before - true_after == set(), "nothing is made up"


def test_a_search_index_that_is_late_loses_nothing_in_the_end(store: Store) -> None:
    with DemoSite(size="small", seed=6, now=NOW, traps=("index_lag",)) as site:
        synced(site, store)
        site.advance(timedelta(hours=3))
        synced(site, store)
        truth = site.truth(days=30, timezone="UTC")["activity"]
        late = site.now.timestamp() - 10 * 60
        told = {row["source_id"] for row in exported(site, store, "activity", "UTC")}
    due = {row["source_id"] for row in truth if iso_seconds(row["at"]) < late}
    assert due - told == set()


def iso_seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def test_permissions_that_are_missing_are_told_and_nothing_is_called_zero(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        site.deny("ADMINISTER")
        coverage = synced(site, store).coverage
        assert coverage["licenses"] == "not_permitted" and coverage["users"] == "complete"
        site.allow("ADMINISTER")
        site.deny("BROWSE_USERS")
        coverage = synced(site, store).coverage
        assert coverage["users"] == "not_permitted"
        site.allow("BROWSE_USERS")
        assert set(synced(site, store).coverage.values()) == {"complete"}
        for zone in ZONES:
            assert_true(site, store, zone)


def test_a_project_that_becomes_visible_is_read_back(store: Store) -> None:
    with DemoSite(size="small", seed=7, now=NOW) as site:
        projects = {row["project_key"] for row in site.truth()["activity"]}
        hidden = sorted(projects - {""})[0]
        site.deny(f"PROJECT:{hidden}")
        summary = synced(site, store)
        assert summary.coverage["projects"] == "partial"
        told = exported(site, store, "activity", "UTC")
        assert hidden not in {row["project_key"] for row in told}
        site.allow(f"PROJECT:{hidden}")
        assert synced(site, store).mode == "later"
        truth = site.truth(timezone="UTC")
        for name in COMPARED:
            assert differences(exported(site, store, name, "UTC"), truth[name]) == []


def test_a_token_without_any_use_is_refused(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        keys = {row["project_key"] for row in site.truth()["activity"]}
        site.deny("BROWSE_USERS")
        site.deny("ADMINISTER")
        for key in keys:
            site.deny(f"PROJECT:{key}")
        with pytest.raises(PermissionMissing):
            synced(site, store)


def test_a_token_that_is_revoked_keeps_what_was_read(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        first = synced(site, store)
        site.revoke_token()
        with pytest.raises(AuthenticationFailed):
            synced(site, store)
        kept = Snapshot.load(store.site(site.url, site.account_id))
        assert kept.id == first.snapshot_id


def test_a_site_that_goes_away_in_the_middle_keeps_what_was_read(store: Store) -> None:
    with DemoSite(size="small", seed=8, now=NOW) as site:
        first = synced(site, store)
        site.advance(timedelta(days=2))
        from test_sync import HASTY, connect

        from jira_usage.sync import sync

        steps = sync(connect(site), store, full=True, patience=HASTY)
        next(steps)
        next(steps)
        site.stop()
        with pytest.raises(SyncIncomplete):
            list(steps)
        kept = Snapshot.load(store.site(site.url, site.account_id))
        assert kept.id == first.snapshot_id
