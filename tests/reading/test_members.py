"""Members of groups: taken over only where everything that can be seen speaks for it."""

import threading
from collections.abc import Iterator
from typing import Any, cast

import pyarrow as pa
import pytest

from jira_usage.api import JiraCloud
from jira_usage.crew import Crew
from jira_usage.directory import listed_rows
from jira_usage.errors import JiraUsageError, PagingBroken, PermissionMissing, RequestRefused
from jira_usage.paging import Page, Pages
from jira_usage.period import DAY_MS, iso_instant
from jira_usage.reading.desk import Desk, Scope
from jira_usage.reading.members import MembersReading
from jira_usage.reading.sweep import GroupRead, Sweep
from jira_usage.schema import TABLES
from jira_usage.shapes import Documents
from jira_usage.worker import Worker
from tests.builders import NOW, members, user

SIZE = 12_000
READ_AT = NOW - DAY_MS
NAMES = [f"u{n:05}" for n in range(SIZE)]


class Site:
    """A site with one group of thousands, and what became of it since the last sync."""

    def __init__(self) -> None:
        self.people = list(NAMES)
        self.group = list(NAMES)
        self.records: Documents | JiraUsageError = [{"created": iso_instant(NOW - 40 * DAY_MS)}]
        self.groups_fail: JiraUsageError | None = None
        self.customers: list[str] = []
        self.renamed: dict[str, str] = {}
        self.pages = 0
        self.asked: list[str] = []

    def users(self) -> Documents:
        return [
            *(document(one) | self._name(one) for one in self.people),
            *(document(one) | {"accountType": "customer"} for one in self.customers),
        ]

    def _name(self, one: str) -> dict[str, str]:
        return {"displayName": self.renamed[one]} if one in self.renamed else {}

    def group_members(self, group: str, *, by_name: bool = False) -> Pages:
        def at(start: int) -> Page:
            self.pages += 1
            some = self.group[start : start + 50]
            return Page([document(one) for one in some], len(self.group))

        return Pages(at)

    def user_groups(self, account_id: str) -> Documents:
        self.asked.append(account_id)
        if self.groups_fail:
            raise self.groups_fail
        return [{"groupId": "g", "name": "Everybody"}] if account_id in self.group else []

    def audit_records(self, since_ms: int) -> Iterator[Documents]:
        assert since_ms == READ_AT
        if isinstance(self.records, JiraUsageError):
            raise self.records
        yield self.records


def document(account_id: str) -> dict[str, Any]:
    named = {"accountId": account_id, "displayName": account_id.title()}
    return {**named, "accountType": "atlassian", "active": True}


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, TABLES[name])


def read(site: Site, *, read_at: int = READ_AT, users: str = "complete") -> MembersReading:
    """A later sync of the site; the group was read whole at `read_at`."""
    users_before = table("users", [user(one) for one in NAMES])
    sweep = Sweep(
        NOW,
        {"g": GroupRead(read_at, SIZE)},
        members=lambda: table("members", members("g", *NAMES)),
        users=lambda: users_before,
    )
    scope = Scope(0, 0, NOW, sweep=sweep)
    with Crew(threading.Event()) as crew:
        desk = Desk(cast(JiraCloud, site), crew, scope, Worker())
        reading = MembersReading(desk)
        listed = reading.one_each(site.users())
        desk.coverage.states["users"] = users  # type: ignore[assignment]  # a state as text
        reading.start()
        reading.want({"groupId": "g", "name": "Everybody"})
        for _ in range(5):
            for step, _ in enumerate(crew.run()):
                assert step < 10_000
            reading.go_on(listed_rows(listed))
        assert not crew.open
    return reading


def ids(reading: MembersReading) -> list[str]:
    return sorted(one["accountId"] for one in reading.members["g"])


def test_where_nothing_has_changed_one_page_is_enough() -> None:
    site = Site()
    reading = read(site)
    assert ids(reading) == NAMES and site.pages == 1
    assert reading.groups_read == {"g": GroupRead(READ_AT, SIZE)}
    [reason] = reading.desk.coverage.reasons["groups"]
    assert "2026-11-19" in reason, "since when is told"


def test_who_joined_or_left_is_asked_and_nobody_else() -> None:
    site = Site()
    site.people = [*NAMES[1:], "new", "outside"]
    site.group = [*NAMES[1:], "new"]
    site.customers = ["customer"]
    reading = read(site)
    assert ids(reading) == sorted(site.group) and site.pages == 1
    assert sorted(site.asked) == ["new", "outside", NAMES[0]]


def test_who_is_named_in_the_log_is_asked() -> None:
    site = Site()
    swapped = [*NAMES[:100], *NAMES[101:]]
    site.group = swapped
    site.records = [
        {
            "created": iso_instant(NOW - 1000),
            "objectItem": {"name": "Everybody", "typeName": "GROUP"},
            "associatedItems": [{"id": NAMES[100], "typeName": "USER"}],
        }
    ]
    assert ids(read(site)) == swapped
    assert site.asked == [NAMES[100]] and site.pages == 1


def test_who_was_deleted_is_told_by_the_name_alone_and_asked() -> None:
    """A disabled account that is deleted stays listed, as a former user who is in no group."""
    site = Site()
    site.renamed = {NAMES[7]: "Former user"}
    site.group = [one for one in NAMES if one != NAMES[7]]
    reading = read(site)
    assert ids(reading) == site.group
    assert site.asked == [NAMES[7]] and site.pages == 1


def test_a_sum_that_does_not_fit_means_reading_it_whole() -> None:
    site = Site()
    site.group = NAMES[:-1]
    reading = read(site)
    assert ids(reading) == site.group and site.pages == 240
    assert reading.groups_read == {"g": GroupRead(NOW, SIZE - 1)}


def test_somebody_unexpected_on_the_first_page_means_reading_it_whole() -> None:
    site = Site()
    site.people = [*NAMES, "other"]
    site.group = ["stranger", *NAMES[1:]]
    assert ids(read(site)) == sorted(site.group)
    assert site.pages == 240


NAMED = {"objectItem": {"name": "Everybody", "typeName": "GROUP"}}
UNKNOWN = {"objectItem": {"name": "ug:1", "typeName": "USER"}}
LATELY = {"created": iso_instant(NOW - 1000)}


@pytest.mark.parametrize(
    "records",
    [[], [NAMED | LATELY], [UNKNOWN | LATELY], PermissionMissing("Free plan"), PagingBroken("?")],
    ids=["no record at all", "the group is named", "somebody unknown", "refused", "unordered"],
)
def test_a_log_that_can_not_vouch_means_reading_it_whole(
    records: Documents | JiraUsageError,
) -> None:
    site = Site()
    site.records = records
    swapped = [*NAMES[:200], *NAMES[201:], "new"]
    site.group = swapped
    assert ids(read(site)) == sorted(swapped)
    assert site.pages == 240


def test_without_the_list_of_people_nothing_is_taken_over() -> None:
    site = Site()
    read(site, users="partial")
    assert site.pages == 240


def test_where_somebodys_groups_are_refused_nothing_is_taken_over() -> None:
    site = Site()
    site.people = [*NAMES, "new"]
    site.groups_fail = RequestRefused("no", status=400)
    read(site)
    assert site.pages == 240


def test_many_changes_are_read_with_the_group() -> None:
    site = Site()
    site.people = [*NAMES, *(f"new{n}" for n in range(200))]
    read(site)
    assert site.asked == [] and site.pages == 240


def test_after_a_day_and_a_half_it_is_read_whole_without_a_question() -> None:
    site = Site()
    site.records = AssertionError("the log is not asked")  # type: ignore[assignment]  # raised when asked
    read(site, read_at=NOW - 2 * DAY_MS)
    assert site.pages == 240


def test_who_is_not_listed_is_described_as_before() -> None:
    site = Site()
    site.customers = []
    hidden = NAMES[300]
    site.people = [one for one in NAMES if one != hidden]
    reading = read(site)
    [found] = [one for one in reading.members["g"] if one["accountId"] == hidden]
    assert found["displayName"] == hidden.title()
