"""Days are true in every zone, also where clocks change."""

from datetime import UTC, datetime

import pytest

from jira_usage.demo import DemoSite, course
from jira_usage.store import Store
from tests.exports import kept
from tests.test_sync import NOW, synced
from tests.traps.place import day_of, untrue

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
