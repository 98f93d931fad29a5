"""Reading the comments of long issues: all of them, and those that are known by their ids."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa
import pytest

from jira_usage.activity import Acts
from jira_usage.api import COMMENT_IDS, JiraCloud
from jira_usage.crew import Crew
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    SiteUnreachable,
    SyncCancelled,
)
from jira_usage.known_comments import KnownComments, comment_id, remembered
from jira_usage.paging import Page, Pages
from jira_usage.reading.columns import Embedded
from jira_usage.reading.comments import CommentReading
from jira_usage.reading.desk import Desk, Scope
from jira_usage.schema import TABLES
from jira_usage.shapes import Documents
from jira_usage.worker import Worker
from tests import builders

AT = builders.days_ago(1)
Ids = Sequence[int]


def comment(ident: object, **told: Any) -> dict[str, Any]:
    return {"id": str(ident), "author": None, "created": AT, "updated": AT, **told}


class Site:
    """Issues with comments; `listed` makes of the known ones what comment/list answers."""

    def __init__(
        self,
        issues: Mapping[str, Ids],
        listed: Callable[[Documents], Documents] = lambda found: found,
    ) -> None:
        self.issues = issues
        self.listed = listed
        self.broken: set[str] = set()
        self.asked: list[list[int]] = []
        self.paged: list[str] = []

    def comments_by_id(self, ids: Ids) -> Documents:
        assert len(set(ids)) == len(ids) and 1 <= len(ids) <= COMMENT_IDS
        self.asked.append(list(ids))
        here = {one for some in self.issues.values() for one in some}
        return self.listed([comment(one) for one in ids if one in here])

    def issue(self, issue_id: str, fields: object) -> dict[str, Any]:
        told = {"comments": [], "total": len(self.issues[issue_id])}
        return {"id": issue_id, "fields": {"comment": told}}

    def comment_pages(self, issue_id: str) -> Pages:
        self.paged.append(issue_id)
        found = [comment(one) for one in self.issues[issue_id]]

        def at(start: int) -> Page:
            if issue_id in self.broken:
                raise PagingBroken("A page is empty before the end of its list.")
            return Page(found[start : start + 100], len(found))

        return Pages(at)


def known(issues: Mapping[str, Ids]) -> KnownComments:
    return KnownComments(table(issues))


def table(issues: Mapping[str, Ids]) -> Any:
    empty = TABLES["known_comments"].empty_table()
    return remembered(empty, (), issues, issues_table(issues))


def issues_table(ids: Any) -> Any:
    rows = [builders.issue(issue_id=one) for one in ids]
    return pa.Table.from_pylist(rows, TABLES["issues"])


class Reading:
    """What becomes of changed issues, each of which brings the comments of `embedded`."""

    def __init__(self, site: Site, before: Mapping[str, Ids]) -> None:
        scope = Scope(0, 0, builders.NOW, known_comments=known(before))
        self.site = site
        self.crew = Crew(threading.Event())
        self.desk = Desk(cast(JiraCloud, site), self.crew, scope, Worker())
        self.desk.coverage.read("comments")
        self.acts = Acts(0)
        self.comments = CommentReading(self.desk, self.acts)

    def changed(self, issue_id: str, embedded: Ids = (), total: object = None) -> None:
        self.brings(issue_id, [comment(one) for one in embedded], total)

    def brings(self, issue_id: str, comments: Documents, total: object) -> None:
        fields = {"comment": {"comments": comments, "total": total}}
        self.comments.complete(issue_id, Embedded.unless_whole(fields))

    def run(self) -> Reading:
        with self.crew:
            self.comments.flush()
            for step, _ in enumerate(self.crew.run()):
                assert step < 10_000, "the reading does not end"
        return self

    @property
    def read(self) -> dict[str, list[int]]:
        return {issue_id: list(ids) for issue_id, ids in self.comments.read.items()}

    @property
    def seen(self) -> set[str]:
        return {one for some in self.acts.tables("acts") for one in some["source_id"].to_pylist()}

    @property
    def state(self) -> str:
        return self.desk.coverage.states["comments"]


def read_again(
    site: Site, before: Mapping[str, Ids], embedded: Mapping[str, Ids] | None = None
) -> Reading:
    """The reading of all issues of a site, as each brings what is embedded."""
    reading = Reading(site, before)
    for issue_id, ids in site.issues.items():
        reading.changed(issue_id, (embedded or {}).get(issue_id, ()), len(ids))
    return reading.run()


def numbers(start: int, count: int) -> list[int]:
    return list(range(start, start + count))


def test_an_issue_that_was_never_read_is_read_page_by_page() -> None:
    site = Site({"1": numbers(1, 130)})
    reading = read_again(site, {})
    assert site.paged == ["1"] and not site.asked
    assert reading.read == {"1": numbers(1, 130)} and len(reading.seen) == 130
    assert reading.comments.paged == {"1": 130} and not reading.comments.checked


def test_an_issue_that_brings_all_of_its_comments_is_asked_for_nothing() -> None:
    site = Site({"1": [1, 2]})
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": [1, 2]})
    assert not site.paged and not site.asked and not reading.read
    assert reading.comments.told == {"1"}, "what was remembered of it goes"


def test_known_comments_of_many_issues_are_asked_for_together() -> None:
    issues = {str(n): numbers(100 * n, 25) for n in range(1, 91)}
    site = Site(issues)
    reading = read_again(site, issues)
    assert [len(ids) for ids in site.asked] == [1000, 1000, 250] and not site.paged
    assert reading.read == issues and len(reading.seen) == 90 * 25
    assert sum(reading.comments.checked.values()) == 90 * 25 and not reading.comments.paged
    done, total = reading.desk.counts, reading.desk.totals
    assert done["known comments"] == total["known comments"] == done["comments"] == 2250


def test_the_comments_of_an_issue_are_asked_for_at_once_where_a_request_can_hold_them() -> None:
    issues = {
        str(place): numbers(10_000 * place, count)
        for place, count in enumerate([600, 600, 600, 400, 400, 400, 2100, 900], 1)
    }
    site = Site(issues)
    assert read_again(site, issues).read == issues
    assert len(site.asked) == 6, "as few as hold 6000"
    for issue_id, ids in issues.items():
        parts = [asked for asked in site.asked if set(asked) & set(ids)]
        assert len(parts) == -(-len(ids) // COMMENT_IDS), issue_id


def test_of_deleted_comments_nothing_is_left_to_ask_for() -> None:
    site = Site({"1": numbers(3, 28)})
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(3, 20)})
    assert not site.paged and reading.read == {"1": numbers(3, 28)}


def test_new_comments_that_the_issue_brings_are_known_from_then_on() -> None:
    site = Site({"1": numbers(1, 35)})
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(16, 20)})
    assert not site.paged and reading.read == {"1": numbers(1, 35)}


def test_where_there_must_be_more_than_are_known_pages_are_read_at_once() -> None:
    site = Site({"1": numbers(1, 31)})
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(1, 20)})
    assert not site.asked and site.paged == ["1"]
    assert reading.read == {"1": numbers(1, 31)}


def test_as_many_deleted_as_new_ones_are_found_by_reading_pages() -> None:
    site = Site({"1": numbers(3, 30)})
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(3, 20)})
    assert len(site.asked) == 1 and site.paged == ["1"]
    assert reading.read == {"1": numbers(3, 30)}
    assert reading.comments.paged == {"1": 30} and not reading.comments.checked


def test_a_comment_that_goes_while_it_is_read_was_there_all_the_same() -> None:
    site = Site({"1": numbers(1, 30)}, lambda found: found[1:])
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(1, 20)})
    assert not site.paged and reading.read == {"1": numbers(1, 30)}


def refuse(error: JiraUsageError) -> Callable[[Documents], Documents]:
    def listed(found: Documents) -> Documents:
        raise error

    return listed


@pytest.mark.parametrize(
    "error",
    [
        *(RequestRefused("no", status=status) for status in (400, 404, 405, 410)),
        PermissionMissing("no"),
        PagingBroken("no"),
        SiteUnreachable("no"),
    ],
    ids=repr,
)
def test_a_site_that_refuses_is_asked_once_and_then_page_by_page(error: JiraUsageError) -> None:
    issues = {str(n): numbers(100 * n, 25) for n in range(1, 91)}
    site = Site(issues, refuse(error))
    reading = read_again(site, issues)
    assert len(site.asked) == 1 and sorted(site.paged) == sorted(issues)
    assert reading.read == issues and reading.state == "complete"
    assert reading.desk.counts["known comments"] == reading.desk.totals["known comments"]


@pytest.mark.parametrize("error", [AuthenticationFailed("no"), SyncCancelled("no")], ids=repr)
def test_whoever_is_not_let_in_and_whoever_cancels_stops(error: JiraUsageError) -> None:
    issues = {"1": numbers(1, 25)}
    with pytest.raises(type(error)):
        read_again(Site(issues, refuse(error)), issues)


def spoil(how: Mapping[str, Any]) -> Callable[[Documents], Documents]:
    return lambda found: [*found[:-1], {**found[-1], **how}]


GARBAGE: dict[str, Callable[[Documents], Documents]] = {
    "nothing": lambda found: [],
    "half": lambda found: found[::2],
    "one twice": lambda found: [*found[:-1], found[0]],
    "others": lambda found: [comment(int(one["id"]) + 5000) for one in found],
    "no id": spoil({"id": None}),
    "an id in words": spoil({"id": "one"}),
    "an odd id": spoil({"id": True}),
    "never created": spoil({"created": None}),
    "never updated": spoil({"updated": "some day"}),
}


@pytest.mark.parametrize("listed", GARBAGE.values(), ids=GARBAGE)
def test_whatever_else_comes_pages_are_read(listed: Callable[[Documents], Documents]) -> None:
    site = Site({"1": numbers(1, 30)}, listed)
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(1, 20)})
    assert len(site.asked) == 1 and site.paged == ["1"]
    assert reading.read == {"1": numbers(1, 30)} and reading.state == "complete"
    assert reading.seen == {str(one) for one in numbers(1, 30)}
    assert not reading.acts.unreadable


@pytest.mark.parametrize("total", [None, "30", 30.0, True, 29, -1, 1 << 70], ids=str)
def test_a_total_that_can_not_be_true_makes_pages_be_read(total: object) -> None:
    site = Site({"1": numbers(1, 30)})
    reading = Reading(site, {"1": numbers(1, 30)})
    reading.changed("1", numbers(1, 20), total)
    assert reading.run().read == {"1": numbers(1, 30)} and site.paged == ["1"]


@pytest.mark.parametrize("ident", ["x1", None, "-1", 2**63], ids=str)
def test_an_embedded_comment_that_has_no_number_makes_pages_be_read(ident: object) -> None:
    site = Site({"1": numbers(1, 30)})
    reading = Reading(site, {"1": numbers(1, 29)})
    reading.brings("1", [comment(1, id=ident)], 30)
    assert reading.run().read == {"1": numbers(1, 30)} and not site.asked


def test_an_id_is_a_number_or_says_one() -> None:
    told = ["10001", 10001, "007", "", " 1", "١", "1.0", 1.0, True, -1, 2**63 - 1, 2**63, None, []]
    right = [10001, 10001, 7, None, None, None, None, None, None, None, 2**63 - 1, *[None] * 3]
    assert [comment_id({"id": one}) for one in told] == right
    assert comment_id({}) is None


def test_comments_that_can_not_be_asked_for_by_number_are_not_remembered() -> None:
    site = Site({"1": cast(Ids, [*numbers(1, 29), "x30"])})
    assert read_again(site, {}).read == {}


def test_an_issue_that_is_given_up_is_not_remembered() -> None:
    issues = {"1": numbers(1, 30), "2": numbers(101, 30)}
    site = Site(issues)
    site.broken = {"1"}
    reading = read_again(site, {})
    assert reading.read == {"2": numbers(101, 30)} and reading.state == "partial"
    assert reading.comments.told == {"1", "2"}


def test_an_issue_that_is_given_up_after_its_known_comments_is_forgotten() -> None:
    site = Site({"1": numbers(3, 30)})
    site.broken = {"1"}
    reading = read_again(site, {"1": numbers(1, 30)}, {"1": numbers(3, 20)})
    assert reading.read == {} and reading.comments.told == {"1"}


def test_an_issue_that_changes_before_it_is_asked_for_is_judged_by_what_it_said_last() -> None:
    site = Site({"1": numbers(1, 31)})
    reading = Reading(site, {"1": numbers(1, 30)})
    reading.changed("1", numbers(1, 20), 30)
    reading.changed("1", numbers(12, 20), 31)
    assert reading.run().read == {"1": numbers(1, 31)}
    assert len(site.asked) == 1 and not site.paged
    assert reading.desk.totals["known comments"] == 30


def test_an_issue_that_grows_short_before_it_is_asked_for_is_not_asked_for() -> None:
    site = Site({"1": numbers(1, 20)})
    reading = Reading(site, {"1": numbers(1, 30)})
    reading.changed("1", numbers(1, 20), 30)
    reading.changed("1", numbers(1, 20), 20)
    assert reading.run().read == {} and not site.asked and not site.paged


def test_an_issue_that_changes_after_it_was_read_is_read_once_more() -> None:
    site = Site({"1": numbers(1, 30)})
    reading = Reading(site, {"1": numbers(1, 30)})
    reading.changed("1", numbers(1, 20), 30)
    with reading.crew:
        reading.comments.flush()
        for _ in reading.crew.run():
            pass
        site.issues = {"1": numbers(2, 30)}
        reading.changed("1", numbers(2, 20), 30)
        reading.comments.flush()
        for _ in reading.crew.run():
            pass
    assert reading.read == {"1": numbers(2, 30)} and reading.state == "complete"
    assert len(reading.seen) == 31
    assert reading.comments.paged == {"1": 30} and not reading.comments.checked


def test_a_comment_that_two_issues_claim_costs_no_more_than_pages() -> None:
    site = Site({"1": numbers(1, 30), "2": numbers(31, 29)})
    reading = read_again(site, {"1": numbers(1, 30), "2": numbers(30, 30)})
    assert reading.read == site.issues and reading.state == "complete"


# --- what is remembered


def rows(table: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in table.to_pylist():
        found.setdefault(row["issue_id"], []).append(row["comment_id"])
    return found


def test_what_was_not_looked_at_stays_and_what_is_not_kept_goes() -> None:
    before = table({"quiet": [1, 2], "read": [3], "gone": [4], "short": [5]})
    kept = issues_table(["quiet", "read", "short", "new"])
    told = {"read", "short", "new", "elsewhere"}
    made = remembered(before, told, {"read": [3, 9], "new": [7], "elsewhere": [8]}, kept)
    assert rows(made) == {"new": [7], "quiet": [1, 2], "read": [3, 9]}
    assert made.schema == TABLES["known_comments"]


def test_the_same_comments_are_the_same_table_in_whatever_order_they_came() -> None:
    issues = {"2": [5, 6], "1": [9, 3]}
    assert table(issues).equals(table({"1": [3, 9], "2": [6, 5]}))


def test_nothing_known_is_a_table_too() -> None:
    assert table({}).num_rows == 0 and known({}).of("1") == frozenset()
    assert known({"1": [2, 3]}).of("1") == {2, 3}
