"""The same seed and instant give the same world, however the clock came to stand there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from jira_usage.demo import DemoSite

from .caller import NOON, Caller


@pytest.mark.parametrize("step", [
    timedelta(hours=5), timedelta(days=1), timedelta(days=12, hours=3)
])  # fmt: skip
def test_moved_and_fresh_clocks_agree(step: timedelta) -> None:
    moved = DemoSite("small", now=NOON - step)
    moved.advance(step)
    fresh = DemoSite("small", now=NOON)
    try:
        assert moved.truth() == fresh.truth()
    finally:
        moved.stop()
        fresh.stop()


def test_another_seed_is_another_world() -> None:
    one, two = DemoSite("small", seed=1, now=NOON), DemoSite("small", seed=2, now=NOON)
    assert one.truth(days=1)["activity"] != two.truth(days=1)["activity"]
    one.stop()
    two.stop()


def test_what_happened_stays_and_new_things_happen() -> None:
    with DemoSite("small", now=NOON) as site:
        caller = Caller(site)
        issue = caller.search("updated >= -30d ORDER BY updated DESC", maxResults=5)[0]
        before = caller.get(f"/issue/{issue}/changelog").json()["values"]
        old = {(r["kind"], r["source_id"], r["at"]) for r in site.truth(days=20)["activity"]}
        stale = caller.search("updated >= -30d", maxResults=5000)
        site.advance(timedelta(days=4))
        new = {(r["kind"], r["source_id"], r["at"]) for r in site.truth(days=24)["activity"]}
        after = caller.get(f"/issue/{issue}/changelog").json()["values"]
        assert [h["id"] for h in after[: len(before)]] == [h["id"] for h in before]
        assert len(new - old) > 500
        # Only what was deleted, or edited again, is not to be seen any more.
        assert 0 < len(old - new) < len(old) / 20
        assert set(caller.search("updated >= -4d", maxResults=5000)) - set(stale)


def test_nothing_lies_in_the_future(small: Caller) -> None:
    now = int(NOON.timestamp() * 1000)
    ids = small.search("updated >= -1d", maxResults=5000)
    page = small.post("/changelog/bulkfetch", issueIdsOrKeys=ids[:1000], maxResults=10_000).json()
    times = [h["created"] for log in page["issueChangeLogs"] for h in log["changeHistories"]]
    assert now - 86_400_000 < max(times) <= now


def test_the_date_header_and_server_time_follow_the_sites_clock(tiny: Caller) -> None:
    answer = tiny.get("/serverInfo")
    info = answer.json()
    assert info["serverTime"] == "2026-11-20T13:00:00.000+0100"
    assert info["deploymentType"] == "Cloud" and info["serverTimeZone"] == "Europe/Berlin"
    assert info["baseUrl"] == tiny.site.url
    assert answer.headers["Date"] == "Fri, 20 Nov 2026 12:00:00 GMT"


def test_summer_time_shows_in_the_offset() -> None:
    with DemoSite("tiny", now=datetime(2026, 7, 1, 12, 0, tzinfo=UTC)) as site:
        info = requests.get(site.url + "/rest/api/3/serverInfo", timeout=10).json()
        assert info["serverTime"] == "2026-07-01T14:00:00.000+0200"


def test_a_living_site_follows_the_real_clock() -> None:
    with DemoSite("tiny") as site:
        told = datetime.fromisoformat(Caller(site).get("/serverInfo").json()["serverTime"])
        assert abs((told - datetime.now(UTC)).total_seconds()) < 30


def test_people_join_and_leave() -> None:
    with DemoSite("small", now=NOON) as site:
        before = {u["account_id"]: u["active"] for u in site.truth(days=1)["users"]}
        site.advance(timedelta(days=45))
        after = {u["account_id"]: u["active"] for u in site.truth(days=1)["users"]}
    assert set(after) - set(before)
    assert any(active and not after.get(account_id) for account_id, active in before.items())


def test_a_wrong_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        DemoSite("tiny", now=datetime(2026, 1, 1))
    site = DemoSite("tiny", now=NOON)
    with pytest.raises(ValueError, match="backwards"):
        site.advance(timedelta(days=-1))
    site.stop()
