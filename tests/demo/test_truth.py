"""The truth agrees with what a slow client reads, one issue and one group at a time."""

from __future__ import annotations

import pytest

from jira_usage.demo import DemoSite

from . import naive
from .caller import NOON


@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_tiny(tiny_site: DemoSite, timezone: str) -> None:
    read = naive.datasets(tiny_site.url, tiny_site.email, tiny_site.token, 30, timezone)
    assert read == tiny_site.truth(30, timezone)


@pytest.mark.parametrize("name", ["users", "licenses", "access", "activity", "daily"])
def test_small(small_read: dict[str, list[naive.Row]], small_site: DemoSite, name: str) -> None:
    truth = small_site.truth(2, "Europe/Berlin")[name]
    assert small_read[name] == truth


@pytest.fixture(scope="module")
def small_read(small_site: DemoSite) -> dict[str, list[naive.Row]]:
    return naive.datasets(small_site.url, small_site.email, small_site.token, 2, "Europe/Berlin")


def test_denied_project_leaves_the_truth() -> None:
    with DemoSite("tiny", now=NOON) as site:
        site.deny("PROJECT:OPS")
        read = naive.datasets(site.url, site.email, site.token, 30, "UTC")
        truth = site.truth()
        assert read == truth
        assert {row["project_key"] for row in truth["activity"]} == {"APP"}
        site.allow("PROJECT:OPS")
        assert {row["project_key"] for row in site.truth()["activity"]} == {"APP", "OPS"}


def test_daily_sums_the_activity(small_site: DemoSite) -> None:
    truth = small_site.truth()
    kinds = [k for k in truth["daily"][0] if k not in ("date", "active_users", "actions")]
    assert len(truth["daily"]) == 30
    assert sum(row[k] for row in truth["daily"] for k in kinds) == len(truth["activity"])
    counted = [row for row in truth["activity"] if row["kind"] != "issue_created"]
    assert sum(row["actions"] for row in truth["daily"]) == len(counted)
    assert sum(row["actions"] for row in truth["users"]) == sum(
        1 for row in counted if row["account_id"]
    )
