"""The obstacle course has everything, and a slow client reads its truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from jira_usage.demo import DemoSite, course
from jira_usage.demo.acts import NAMELESS, NOBODY, ON_BEHALF, Kind

from . import naive
from .caller import NOON

TODAY = int(NOON.timestamp()) // 86_400


@pytest.fixture(scope="module")
def place() -> Iterator[DemoSite]:
    with DemoSite("empty", now=NOON) as site:
        yield site


@pytest.mark.parametrize("changes", [(), tuple(course.CHANGES)], ids=["plain", "changed"])
def test_a_slow_client_reads_the_truth(place: DemoSite, changes: tuple[str, ...]) -> None:
    place.become(course.source(TODAY, *changes), NOON)
    read = naive.datasets(place.url, place.email, place.token, 30, "America/New_York")
    assert read == place.truth(30, "America/New_York")


def test_every_kind_of_history_and_of_author_is_there(place: DemoSite) -> None:
    place.become(course.source(TODAY, "a work log was edited again"), NOON)
    h = place._desk.world.histories
    assert set(Kind) - {Kind(k) for k in h.kind.tolist()} == set()
    assert {NOBODY, NAMELESS} < set(h.author.tolist()) and np.any(h.flags & ON_BEHALF)
    pairs = list(zip(h.issue.tolist(), h.at.tolist(), strict=True))
    assert len(set(pairs)) < len(pairs), "some lie in the same millisecond"


def test_every_sort_of_account_product_and_issue_is_there(place: DemoSite) -> None:
    place.become(course.source(TODAY), NOON)
    truth = place.truth()
    users = {row["display_name"]: row for row in truth["users"]}
    assert {"=1+1", "nan", "<img src=x onerror=alert(1)>"} <= users.keys()
    types = {row["account_type"] for row in truth["users"]}
    assert types == {"atlassian", "app", "customer", "unknown"}
    products = {row["product_key"]: row for row in truth["licenses"]}
    assert products["jira-product-discovery"]["licensed_users"] == 0
    assert products["jira-hologram"]["unlimited"] and products["jira-core"]["seats"] is None
    software = products["jira-software"]
    assert software["seats_remaining"] != software["seats"] - software["seats_used"]
    assert {row["state"] for row in truth["access"]} == {"licensed", "included"}
    assert "" in {row["issue_key"] for row in truth["activity"]}, "known by its work log alone"
    assert "" in {row["account_id"] for row in truth["activity"]}


def test_each_change_changes_the_truth(place: DemoSite) -> None:
    place.become(course.source(TODAY), NOON.replace(hour=23))
    before = place.truth()
    for change in course.CHANGES:
        place.become(course.source(TODAY, change), NOON.replace(hour=23))
        assert place.truth() != before, change
    with pytest.raises(ValueError, match="gravity"):
        course.source(TODAY, "gravity")


def test_something_happens_on_each_side_of_every_change_of_clocks(place: DemoSite) -> None:
    place.become(course.source(TODAY, busy=True), NOON)
    assert min(row["issue_changed"] for row in place.truth()["daily"][:-1]) >= 48
