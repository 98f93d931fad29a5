"""Each trap of the simulated site, alone and together: the truth, or an honest word."""

import sys
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from jira_usage import transport
from jira_usage.demo import DemoSite, course, desk
from jira_usage.demo.faults import FAULTS
from jira_usage.demo.habits import Habits
from jira_usage.demo.traps import PAGES
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    NothingSynced,
    NotJiraCloud,
    SyncIncomplete,
)
from jira_usage.preflight import sign_in
from jira_usage.store import Store
from jira_usage.sync import run, sync
from jira_usage.verify import verify
from tests.exports import exported, kept
from tests.test_sync import NOW, connect, synced, unmatched
from tests.traps.place import OF_ISSUES, PIECES, THINNING, TODAY, Tell, show, sprung, untrue

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
UNASKED = {"free_plan"}
"""Nothing of this is ever asked for."""
ELSEWHERE = {
    "comment_list_cut", "drift", "histories_lost", "index_lag", "no_comment_list",
    "rate_limit_minute",
}  # fmt: skip
ALONE = sorted(set(DemoSite.traps_available()) - TOGETHER - ELSEWHERE)


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
