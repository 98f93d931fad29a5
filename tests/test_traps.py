"""Each trap of the simulated site, alone and together: the truth, or an honest word."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jira_usage import transport
from jira_usage.coverage import ACTIVITY
from jira_usage.datasets import DATASETS, frames
from jira_usage.demo import DemoSite, course, desk
from jira_usage.demo.faults import FAULTS
from jira_usage.demo.habits import Habits
from jira_usage.demo.traps import PAGES
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    NothingSynced,
    NotJiraCloud,
    PermissionMissing,
    SyncIncomplete,
)
from jira_usage.preflight import sign_in
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import run, sync
from jira_usage.verify import verify
from jira_usage.writers import written
from tests.test_sync import COMPARED, HASTY, NOW, connect, differences, synced, unmatched

Row = dict[str, Any]
Tell = Callable[[str, str], None]
TODAY = int(NOW.timestamp()) // 86_400
# A date in Retry-After counts from the site's clock, not from this machine's.
FAR_AHEAD = NOW.replace(year=2046)
# So small that each list of the course has several pages.
PIECES = Habits(
    issues=3, histories=40, comments=15, embedded=5, worklogs=15, users=4, members=3, groups=3,
    projects=2, order=3,
)  # fmt: skip

TOGETHER = {"hostile", "all"}
# These say that it is not Jira who answers, or nobody who asks: no sync may go on from there.
STOPPING: dict[str, tuple[type[JiraUsageError], ...]] = {
    "anonymous_200": (AuthenticationFailed,),
    "captcha": (AuthenticationFailed,),
    "jira_deactivated": (NotJiraCloud,),
    "outage": (SyncIncomplete,),
    "redirect_login": (NotJiraCloud, SyncIncomplete),
    "site_gone": (NotJiraCloud,),
}
# These take something away, and the coverage says what. All else is complete.
THINNING = {
    "comments_outage": {"comments": "partial"},
    "crowded_instant": {"work logs": "partial"},
    "empty_for_ever": {"issues": "partial"},
    "experimental_gone": {"administrators": "partial", "plans": "partial"},
    "members_refused": {"groups": "not_permitted"},
    "names_only": {"groups": "partial"},
    "plans_outage": {"plans": "partial"},
    "projects_refused": {"projects": "not_permitted", "project roles": "never"},
    "scope_missing": {
        "groups": "not_permitted", "licenses": "not_permitted", "project roles": "not_permitted",
        "projects": "partial",
    },
    "search_refused": dict.fromkeys(("issues", "histories", "comments"), "not_permitted"),
    "slow_user_search": {"users": "partial"},
    "time_tracking_off": {"work logs": "partial"},
    "token_always_repeated": {"issues": "partial"},
    "tokens_refused": {"issues": "partial"},
    "total_too_high": {
        "administrators": "partial", "comments": "partial", "groups": "partial",
        "project roles": "never", "projects": "partial",
    },
    "users_empty": {"users": "not_permitted"},
    "worklogs_refused": {"work logs": "not_permitted"},
}  # fmt: skip
# What the figures of a dataset rest on.
RESTS_ON = {
    "users": {"users", "licenses", "groups", "administrators", "project roles", *ACTIVITY},
    "licenses": {"users", "licenses", "groups", "plans", *ACTIVITY},
    "access": {"users", "licenses", "groups"},
    "activity": {*ACTIVITY},
    "daily": {"users", *ACTIVITY},
}
UNASKED = {"free_plan"}
"""Nothing of this is ever asked for."""
ELSEWHERE = {
    "comment_list_cut", "drift", "histories_lost", "index_lag", "no_comment_list",
    "rate_limit_minute",
}  # fmt: skip
ALONE = sorted(set(DemoSite.traps_available()) - TOGETHER - ELSEWHERE)


def seats_unknown(truth: dict[str, list[Row]]) -> None:
    for row in truth["licenses"]:
        row.update(seats=None, seats_used=None, seats_remaining=None)


def by_the_second(truth: dict[str, list[Row]]) -> None:
    """Histories are known by the second; what only they tell is known so."""
    for row in truth["activity"]:
        row["at"] = row["at"][:-4] + "000Z"
    for row in truth["users"]:
        row["last_active_at"] = row["last_active_at"] and row["last_active_at"][:-4] + "000Z"


KNOWN_LESS: dict[str, Callable[[dict[str, list[Row]]], None]] = {
    "counts_missing": seats_unknown,
    "epoch_seconds": by_the_second,
}


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """One address; each test shows another site there."""
    with DemoSite(size="empty", seed=1, now=NOW) as started:
        yield started


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def show(site: DemoSite, *traps: str, habits: Habits = PIECES) -> None:
    now = FAR_AHEAD if "rate_limit_date" in traps else NOW
    site.become(course.source(day_of(now)), now, traps, habits)


def day_of(now: datetime) -> int:
    return int(now.timestamp()) // 86_400


def sprung(site: DemoSite, trap: str) -> int:
    return site._app.traps.names.sprung[trap]


def kept(site: DemoSite, store: Store) -> Snapshot:
    return Snapshot.load(store.site(site.url, site.account_id))


def exported(snapshot: Snapshot, name: str, zone: str) -> list[Row]:
    pieces = frames(snapshot, name, snapshot.period(30, zone))
    rows: list[Row] = json.loads(written("json", pieces, DATASETS[name]))
    return rows


def untrue(
    site: DemoSite, snapshot: Snapshot, trap: str = "", zone: str = "UTC", names: Any = COMPARED
) -> list[str]:
    """What is not as in truth, but for what the coverage owns up to."""
    truth = site.truth(days=30, timezone=zone)
    KNOWN_LESS.get(trap, lambda truth: None)(truth)
    thinned = THINNING.get(trap, {}).keys()
    found = []
    for name in names:
        told = exported(snapshot, name, zone)
        if trap == "epoch_seconds":
            by_the_second({"activity": [], "users": [], name: told})
        if not RESTS_ON[name] & thinned:
            found += [f"{name}: {line}" for line in differences(told, truth[name])]
            found += [f"{name} has rows twice"] * (len(told) != len(truth[name]))
        elif name == "activity":
            found += [f"made up: {row}" for row in made_up(told, truth[name], thinned)]
    return found


def made_up(told: list[Row], truth: list[Row], thinned: Any) -> list[Row]:
    """Rows that are not so. Without its feed a work log is known by what histories call it."""
    true = {(row["kind"], row["source_id"], row["account_id"], row["at"]) for row in truth}
    return [
        row
        for row in told
        if (row["kind"], row["source_id"], row["account_id"], row["at"]) not in true
        and not (row["kind"].startswith("worklog") and "work logs" in thinned)
    ]


def in_words(trap: str) -> str:
    by_state: dict[str, list[str]] = {}
    for name, state in THINNING.get(trap, {}).items():
        by_state.setdefault(state, []).append(name)
    told = "; ".join(f"{', '.join(names)} {state}" for state, names in by_state.items())
    truth = "equal to the truth" if trap not in UNASKED else "never asked for"
    return f"told: {told}" if told else truth


def meeting(*traps: str) -> list[Any]:
    return [pytest.param(trap, marks=pytest.mark.meets(trap)) for trap in traps]


@pytest.mark.parametrize("trap", meeting(*ALONE))
def test_each_trap_alone(trap: str, site: DemoSite, store: Store, tell: Tell) -> None:
    show(site, trap, habits=Habits() if trap in FAULTS else PIECES)
    if trap in STOPPING:
        with pytest.raises(STOPPING[trap]) as stopped:
            synced(site, store)
        with pytest.raises(NothingSynced):
            kept(site, store)
        tell(trap, f"stopped: {type(stopped.value).__name__}")
    else:
        told = dict(synced(site, store).coverage)
        assert told == dict.fromkeys(told, "complete") | THINNING.get(trap, {})
        snapshot = kept(site, store)
        assert untrue(site, snapshot, trap) == []
        reasons = snapshot.coverage.set_index("dataset")["reason"].to_dict()
        for name, state in THINNING.get(trap, {}).items():
            assert reasons[name] or state == "never", f"no word about {name}"
        tell(trap, in_words(trap))
    assert (sprung(site, trap) > 0) == (trap not in UNASKED)


@pytest.mark.parametrize("trap", ["members_refused", "scope_missing"])
def test_who_holds_a_license_is_unknown_and_not_nobody(
    trap: str, site: DemoSite, store: Store
) -> None:
    show(site, trap)
    synced(site, store)
    snapshot = kept(site, store)
    for row in exported(snapshot, "licenses", "UTC"):
        told = [row[f"{who}_users"] for who in ("licensed", "active", "inactive")]
        assert told == [None, None, None]
    assert {row["licenses"] for row in exported(snapshot, "users", "UTC")} == {None}
    assert exported(snapshot, "summary", "UTC")[0]["licensed_people"] is None


def test_every_trap_of_the_site_is_met_by_a_test() -> None:
    met: set[str] = set()
    for test in vars(sys.modules[__name__]).values():
        for mark in getattr(test, "pytestmark", []):
            if mark.name == "meets":
                met |= set(mark.args)
            if mark.name == "parametrize":
                marks = [m for case in mark.args[1] for m in getattr(case, "marks", ())]
                met |= {trap for m in marks if m.name == "meets" for trap in m.args}
    assert met >= set(DemoSite.traps_available())


@pytest.mark.parametrize(
    "traps",
    [
        (FAULTS.keys() - STOPPING.keys()),
        (PAGES.keys()),
        ("bulkfetch_cap_1000", "no_issue_bulkfetch", "colon_offsets", "newest_comments"),
        ("growing_total", "last_too_late", "number_ids", "mixed_offsets", "keys_missing"),
    ],
    ids=["faults", "pages", "states", "twists"],
)
def test_traps_together_end_in_the_truth(traps: set[str], site: DemoSite, store: Store) -> None:
    show(site, *traps, habits=Habits() if set(traps) <= FAULTS.keys() else PIECES)
    assert set(synced(site, store).coverage.values()) == {"complete"}
    assert untrue(site, kept(site, store)) == []


@pytest.mark.parametrize("group", meeting(*sorted(TOGETHER)))
def test_a_hostile_site_publishes_nothing(
    group: str, site: DemoSite, store: Store, tell: Tell
) -> None:
    show(site, group)
    with pytest.raises((AuthenticationFailed, NotJiraCloud, SyncIncomplete)) as stopped:
        synced(site, store)
    with pytest.raises(NothingSynced):
        kept(site, store)
    show(site)
    synced(site, store)
    assert untrue(site, kept(site, store)) == []
    tell(group, f"stopped: {type(stopped.value).__name__}")


@pytest.mark.meets("drift")
def test_a_site_that_changes_while_it_is_read_loses_nothing(store: Store, tell: Tell) -> None:
    with DemoSite(size="small", seed=1, now=NOW, traps=("drift",)) as site:
        before = site.truth(days=30, timezone="UTC")["activity"]
        synced(site, store)
        told = exported(kept(site, store), "activity", "UTC")
        after = site.truth(days=30, timezone="UTC")["activity"]
        assert sprung(site, "drift") > 100
    ours = {(row["kind"], row["source_id"]) for row in told}
    made_before = {(row["kind"], row["source_id"]) for row in before}
    true_after = {(row["kind"], row["source_id"]) for row in after}
    assert made_before & true_after - ours == set(), "what was there when the sync began is read"
    assert ours - made_before - true_after == set(), "nothing is made up"
    tell("drift", "nothing lost, nothing made up")


@pytest.mark.meets("index_lag")
@pytest.mark.parametrize(
    ("late", "again"),
    [(timedelta(minutes=4), timedelta(minutes=2)), (timedelta(hours=11), timedelta(hours=1))],
    ids=["minutes", "hours"],
)
def test_a_late_search_index_loses_nothing_in_the_end(
    late: timedelta, again: timedelta, site: DemoSite, store: Store, tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(desk, "LAG_MS", late // timedelta(milliseconds=1))
    show(site, "index_lag")
    synced(site, store)
    evening = NOW.replace(hour=20, minute=0, second=0, microsecond=0)
    story = course.source(TODAY, "an issue moved", "somebody joined")
    site.become(story, evening + again, ("index_lag",), PIECES)
    synced(site, store)
    truth = site.truth(days=30, timezone="UTC")["activity"]
    assert unmatched(truth, exported(kept(site, store), "activity", "UTC")), "the index is late"
    site.become(story, evening + again + late, ("index_lag",), PIECES)
    synced(site, store)
    assert untrue(site, kept(site, store)) == []
    tell("index_lag", "equal to the truth, a sync later")


@pytest.mark.meets("rate_limit_minute")
def test_a_minute_of_429_is_waited_for(
    site: DemoSite, store: Store, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting moves the clock on at once. Only the search is limited, so only one thread waits."""
    clock = SimpleNamespace(now=0.0)

    def pause(self: transport.Transport, seconds: float) -> float:
        clock.now += seconds
        return seconds

    monkeypatch.setattr(transport.Transport, "_pause", pause)
    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: clock.now))
    show(site, "rate_limit_minute", habits=Habits())
    site._app.traps.clock = lambda: clock.now
    told = run(sync(connect(site), store))
    assert set(told.coverage.values()) == {"complete"}
    assert 60 <= clock.now < 200
    assert untrue(site, kept(site, store)) == []
    tell("rate_limit_minute", "equal to the truth")


@pytest.mark.meets("histories_lost")
def test_verifying_finds_histories_that_were_left_out(
    site: DemoSite, store: Store, tell: Tell
) -> None:
    show(site, "histories_lost")
    synced(site, store)
    verdict = list(verify(sign_in(connect(site)).cloud, kept(site, store)))[-1]
    assert verdict.differences and {found.side for found in verdict.differences} == {"missing"}
    tell("histories_lost", "verify names what is missing")


# --- what happens between two syncs

OF_PEOPLE = tuple(c for c in course.CHANGES if c.startswith(("somebody", "a group", "an account")))
OF_ISSUES = tuple(c for c in course.CHANGES if c not in OF_PEOPLE)


def later(changes: tuple[str, ...]) -> list[str]:
    return [f"later: {change}" for change in changes]


@pytest.mark.meets(*later(OF_PEOPLE))
def test_people_who_changed_are_as_they_are_now(site: DemoSite, store: Store, tell: Tell) -> None:
    show(site)
    synced(site, store)
    site.become(course.source(TODAY, *OF_PEOPLE), NOW + timedelta(days=1), (), PIECES)
    assert synced(site, store).mode == "later"
    assert untrue(site, kept(site, store)) == []
    for name in later(OF_PEOPLE):
        tell(name, "equal to the truth")


@pytest.mark.meets(*later(OF_ISSUES))
def test_what_was_done_stays_done(site: DemoSite, store: Store, tell: Tell) -> None:
    show(site)
    synced(site, store)
    seen = exported(kept(site, store), "activity", "UTC")
    site.become(course.source(TODAY, *OF_ISSUES), NOW + timedelta(days=1), (), PIECES)
    assert synced(site, store).mode == "later"
    truth = site.truth(days=30, timezone="UTC")["activity"]
    told = exported(kept(site, store), "activity", "UTC")
    assert unmatched(truth, told) == [], "nothing is lost"
    assert unmatched(told, [*truth, *seen]) == [], "more is only what was seen and then deleted"
    assert unmatched(told, truth) != [], "what was seen stays"
    for name in later(OF_ISSUES):
        tell(name, "nothing lost, what was seen stays")


@pytest.mark.parametrize("trap", meeting("comment_list_cut", "no_comment_list"))
def test_known_comments_that_do_not_come_are_read_page_by_page(
    trap: str, site: DemoSite, store: Store, tell: Tell
) -> None:
    habits = replace(PIECES, embedded=1)
    show(site, habits=habits)
    synced(site, store)
    seen = exported(kept(site, store), "activity", "UTC")
    site.become(course.source(TODAY, *OF_ISSUES), NOW + timedelta(days=1), (trap,), habits)
    later = synced(site, store)
    assert later.mode == "later" and set(later.coverage.values()) == {"complete"}
    assert sprung(site, trap) > 0
    truth = site.truth(days=30, timezone="UTC")["activity"]
    told = exported(kept(site, store), "activity", "UTC")
    assert unmatched(truth, told) == [] and unmatched(told, [*truth, *seen]) == []
    tell(trap, "equal to the truth")


SPRING = datetime(2027, 4, 6, 15, 20, 31, 417000, tzinfo=UTC)


@pytest.mark.parametrize("now", [NOW, SPRING], ids=["autumn", "spring"])
def test_days_are_true_where_clocks_change_and_zones_are_odd(
    now: datetime, site: DemoSite, store: Store
) -> None:
    site.become(course.source(day_of(now), busy=True), now)
    synced(site, store)
    snapshot = kept(site, store)
    assert untrue(site, snapshot, zone="Australia/Lord_Howe") == []
    for zone in ("America/New_York", "Europe/Berlin", "Asia/Kathmandu"):
        assert untrue(site, snapshot, zone=zone, names=("daily", "users")) == [], zone


# --- permissions, tokens and outages


def test_permissions_that_are_missing_are_told_and_nothing_is_called_zero(
    site: DemoSite, store: Store
) -> None:
    show(site)
    site.deny("ADMINISTER")
    coverage = synced(site, store).coverage
    assert coverage["licenses"] == "not_permitted" and coverage["users"] == "complete"
    site.allow("ADMINISTER")
    site.deny("BROWSE_USERS")
    coverage = synced(site, store).coverage
    assert coverage["users"] == "not_permitted"
    site.allow("BROWSE_USERS")
    assert set(synced(site, store).coverage.values()) == {"complete"}
    assert untrue(site, kept(site, store)) == []


def test_a_project_that_becomes_visible_is_read_back(site: DemoSite, store: Store) -> None:
    show(site)
    site.deny("PROJECT:APP")
    assert synced(site, store).coverage["projects"] == "partial"
    told = exported(kept(site, store), "activity", "UTC")
    assert "APP" not in {row["project_key"] for row in told}
    site.allow("PROJECT:APP")
    assert synced(site, store).mode == "later"
    assert untrue(site, kept(site, store)) == []


def test_a_token_without_any_use_is_refused(site: DemoSite, store: Store) -> None:
    show(site)
    keys = {row["project_key"] for row in site.truth()["activity"]} - {""}
    for what in ("BROWSE_USERS", "ADMINISTER", *(f"PROJECT:{key}" for key in keys)):
        site.deny(what)
    with pytest.raises(PermissionMissing):
        synced(site, store)


def test_a_token_that_is_revoked_keeps_what_was_read(site: DemoSite, store: Store) -> None:
    show(site)
    first = synced(site, store)
    site.revoke_token()
    with pytest.raises(AuthenticationFailed):
        synced(site, store)
    assert kept(site, store).id == first.snapshot_id


def test_a_site_that_goes_away_in_the_middle_keeps_what_was_read(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        first = synced(site, store)
        site.advance(timedelta(days=2))
        steps = sync(connect(site), store, full=True, patience=HASTY)
        next(steps)
        next(steps)
        site.stop()
        with pytest.raises(SyncIncomplete):
            list(steps)
        assert kept(site, store).id == first.snapshot_id
