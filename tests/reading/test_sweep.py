"""What no feed tells: when it is read again, and what an audit log says of it."""

from typing import Any

import pytest

from jira_usage.period import DAY_MS, iso_instant
from jira_usage.reading.sweep import GroupRead, Sweep, changed_in, predicted

NOW = 1_795_000_000_000
HOUR = 3_600_000


def sweep(*, members: int, age_ms: int = HOUR, ranks_age_ms: int = HOUR, ranked: int = 0) -> Sweep:
    groups = {"g": GroupRead(NOW - age_ms, members), "h": GroupRead(NOW - age_ms, 40)}
    return Sweep(NOW, groups, NOW - ranks_age_ms, ranked)


def test_small_sites_are_always_read_whole() -> None:
    small = sweep(members=4_000, ranked=15_000)
    assert small.cheap and small.known("g") is None and small.ranks_due


@pytest.mark.parametrize(("members", "ranked"), [(12_000, 0), (1_000, 190_000), (6_000, 90_000)])
def test_what_takes_many_requests_is_taken_over(members: int, ranked: int) -> None:
    large = sweep(members=members, ranked=ranked)
    assert large.known("g") == GroupRead(NOW - HOUR, members) and not large.ranks_due


def test_a_group_of_one_page_is_read_with_its_size() -> None:
    assert sweep(members=50_000).known("h") is None


def test_members_are_taken_over_for_a_day_and_a_half_at_the_most() -> None:
    assert sweep(members=50_000, age_ms=DAY_MS + HOUR).known("g")
    assert sweep(members=50_000, age_ms=DAY_MS * 3 // 2 - 1).known("g")
    assert sweep(members=50_000, age_ms=DAY_MS * 3 // 2).known("g") is None
    assert sweep(members=50_000, age_ms=2 * DAY_MS).known("g") is None


def test_ranks_are_read_after_a_week() -> None:
    assert not sweep(members=50_000, ranks_age_ms=7 * DAY_MS - 1).ranks_due
    assert sweep(members=50_000, ranks_age_ms=7 * DAY_MS).ranks_due


def test_a_group_that_was_never_read_whole_is_not_known() -> None:
    assert sweep(members=50_000).known("new") is None


def record(kind: str, name: str, *others: tuple[str, str], age_ms: int = HOUR) -> dict[str, Any]:
    return {
        "summary": "User added to group",
        "created": iso_instant(NOW - age_ms),
        "objectItem": {"id": name, "name": name, "typeName": kind},
        "associatedItems": [{"id": n, "name": n, "typeName": k} for k, n in others],
        "changedValues": [],
    }


def changed(*records: dict[str, Any]) -> tuple[set[str], bool]:
    """The groups and accounts that are named, and whether somebody unknown is."""
    found = changed_in(records, NOW - 2 * HOUR, {"ann", "bob"})
    return found.accounts | found.groups, found.unclear


def test_accounts_that_a_log_names_are_found_wherever_they_stand() -> None:
    assert changed(record("USER", "ann")) == ({"ann"}, False)
    assert changed(record("GROUP", "team", ("USER", "bob"))) == ({"bob"}, False)


def test_a_group_that_is_named_without_anybody_is_found() -> None:
    assert changed(record("GROUP", "team")) == ({"team"}, False)


def test_somebody_unknown_makes_a_log_unclear() -> None:
    assert changed(record("USER", "ug:1234")) == (set(), True)


def test_what_is_older_or_about_something_else_says_nothing() -> None:
    assert changed(record("USER", "ann", age_ms=3 * HOUR)) == (set(), False)
    assert changed(record("PROJECT", "Website")) == (set(), False)


@pytest.mark.parametrize("odd", [{}, {"objectItem": None}, {"associatedItems": "x", "created": 1}])
def test_odd_records_break_nothing(odd: dict[str, Any]) -> None:
    assert changed(odd) == (set(), False)


def test_members_are_those_before_and_those_who_say_so() -> None:
    asked = {"left": set(), "joined": {"g"}, "moved": {"h"}, "stayed": {"g", "h"}}
    before = ["ann", "left", "moved", "stayed"]
    assert predicted(before, asked, {"g", "Group"}) == {"ann", "joined", "stayed"}
    assert predicted([], {"joined": {"Group"}}, {"g", "Group"}) == {"joined"}
