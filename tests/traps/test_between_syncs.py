"""What changes between two syncs: people are as they are now, and what was done stays done."""

from datetime import timedelta

import pytest

from jira_usage.demo import DemoSite, course
from jira_usage.store import Store
from tests.exports import exported, kept
from tests.test_sync import NOW, synced, unmatched
from tests.traps.place import OF_ISSUES, OF_PEOPLE, PIECES, TODAY, Tell, show, untrue


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
