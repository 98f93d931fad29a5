"""Finding issues: each is taken once, at the fewest bulks, whatever a site's bulk is like."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import pytest

from jira_usage.api import JiraCloud
from jira_usage.crew import Crew
from jira_usage.errors import PagingBroken, RequestRefused
from jira_usage.reading.columns import IssuePage
from jira_usage.reading.desk import Desk, Scope
from jira_usage.reading.issues import IssueSearch
from jira_usage.shapes import Documents
from jira_usage.worker import Worker

SCOPE = Scope(since_ms=0, keep_from_ms=0, now_ms=86_400_000)


class Site:
    """A site of `issues` that gives `most` at once: refusing more, or cutting silently."""

    def __init__(self, issues: int, most: int, *, silent: bool = False) -> None:
        self.ids = [str(n) for n in range(issues)]
        self.gone: set[str] = set()
        self.left_out: set[str] = set()
        self.alone: list[str] = []
        self.most = most
        self.silent = silent
        self.bulks: list[int] = []

    def first_issues(self, jql: str, fields: Sequence[str]) -> tuple[Documents, bool]:
        return documents(self.ids[:100]), len(self.ids) > 100

    def search_issues(
        self, jql: str, fields: Sequence[str], page_size: int = 100
    ) -> Iterator[Documents]:
        whole = list(fields) != ["id"]
        size = 100 if whole else 500
        for start in range(0, len(self.ids), size):
            some = self.ids[start : start + size]
            yield documents(some) if whole else [{"id": issue_id} for issue_id in some]

    def issues_by_id(
        self, decode: Callable[[bytes], IssuePage], ids: Sequence[str], fields: Sequence[str]
    ) -> IssuePage:
        assert ids, "an empty bulk is a wasted request"
        self.bulks.append(len(ids))
        if not self.most:
            raise RequestRefused("no such path", status=404)
        if len(ids) > self.most and not self.silent:
            raise RequestRefused("too many", status=400)
        lost = self.gone | self.left_out
        there = documents([i for i in ids[: self.most] if i not in lost])
        return decode(json.dumps({"issues": there}).encode())

    def issue(self, issue_id: str, fields: Sequence[str]) -> dict[str, Any] | None:
        self.alone.append(issue_id)
        return None if issue_id in self.gone else documents([issue_id])[0]


def documents(ids: Sequence[str]) -> Documents:
    return [{"id": issue_id, "fields": {"created": "x"}} for issue_id in ids]


class Taken(dict[str, Any]):
    """What was taken, and how much of it was there whenever the search said it was done."""

    def __init__(self) -> None:
        super().__init__()
        self.when_done: list[int] = []


def read(site: Site, searches: int = 1) -> Taken:
    taken = Taken()
    with Crew(threading.Event()) as crew:
        search = IssueSearch(
            Desk(cast(JiraCloud, site), crew, SCOPE, Worker()),
            taken,
            lambda page: taken.update((issue.row.issue_id, issue) for issue in page.issues),
            lambda: taken.when_done.append(len(taken)),
        )
        for _ in range(searches):
            search.start(SCOPE.searches())
        for step, _ in enumerate(crew.run()):
            assert step < 10_000, "the search does not end"
    return taken


@pytest.mark.parametrize("issues", [0, 1, 100, 101, 1234, 3000])
@pytest.mark.parametrize("site", [(1000, False), (100, False), (100, True), (0, False)], ids=str)
def test_every_issue_is_taken_whatever_the_sites_bulk_is(
    issues: int, site: tuple[int, bool]
) -> None:
    made = Site(issues, site[0], silent=site[1])
    taken = read(made)
    assert set(taken) == set(made.ids)
    assert taken.when_done[-1] == issues, "the last word comes when all is taken"


@pytest.mark.parametrize("searches", [2, 3])
def test_several_searches_at_once_lose_nothing_where_there_is_no_bulk(searches: int) -> None:
    site = Site(2600, 0)
    assert set(read(site, searches)) == set(site.ids)


def test_where_a_hundred_is_the_most_the_search_is_done_once() -> None:
    site = Site(2000, 100)
    taken = read(site)
    assert taken.when_done == [2000], "histories are then asked for in whole thousands"
    assert site.bulks == [1000] + [100] * 19


def test_issues_that_went_away_are_asked_for_once_more_then_alone_and_no_more() -> None:
    site = Site(500, 1000)
    site.gone = {"300", "301"}
    taken = read(site)
    assert set(taken) == set(site.ids) - site.gone
    assert site.bulks == [400, 2] and sorted(site.alone) == ["300", "301"]


def test_a_search_that_never_ends_well_is_told() -> None:
    class Broken(Site):
        def search_issues(
            self, jql: str, fields: Sequence[str], page_size: int = 100
        ) -> Iterator[Documents]:
            yield from super().search_issues(jql, fields, page_size)
            raise PagingBroken("Jira gave the same page token twice.")

    site = Broken(250, 1000)
    assert set(read(site)) == set(site.ids), "what was found is read all the same"
