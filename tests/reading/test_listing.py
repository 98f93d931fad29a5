"""Lists by offsets: all entries come, side by side, whatever a site's pages are like."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from jira_usage.crew import Crew, Kind
from jira_usage.errors import JiraUsageError, PagingBroken
from jira_usage.paging import Page, Pages
from jira_usage.reading.listing import Listing, UntoldListing


class Site:
    """A list of numbers, `size` a page; `told` makes a page's total of the true one."""

    def __init__(
        self,
        entries: int,
        size: int = 50,
        told: Callable[[int, int], int | None] = lambda total, shown: total,
        *,
        says_last: bool = False,
    ) -> None:
        self.entries = [{"id": str(n)} for n in range(entries)]
        self.size = size
        self.told = told
        self.says_last = says_last
        self.asked: list[int] = []

    def at(self, start: int) -> Page:
        self.asked.append(start)
        some = self.entries[start : start + self.size]
        total = self.told(len(self.entries), start + len(some))
        last = start + len(some) >= len(self.entries) if self.says_last else None
        return Page(some, total, last)


def read(site: Site, *, entry_id: str = "") -> tuple[list[str], JiraUsageError | None]:
    """The ids that came, and the error with which the list failed."""
    taken: list[str] = []
    ends: list[JiraUsageError | None] = []
    with Crew(threading.Event()) as crew:
        Listing(
            crew,
            Pages(site.at),
            lambda some: taken.extend(entry["id"] for entry in some),
            ends.append,
            lambda: ends.append(None),
            kind=Kind("list"),
            entry_id=entry_id,
        ).start()
        for step, _ in enumerate(crew.run()):
            assert step < 10_000, "the list does not end"
    assert len(ends) == 1, "a list ends once"
    return taken, ends[0]


@pytest.mark.parametrize("entries", [0, 1, 49, 50, 51, 100, 101, 1234])
@pytest.mark.parametrize("total", [True, False], ids=["total", "no total"])
def test_every_entry_comes_once(entries: int, total: bool) -> None:
    site = Site(entries, told=(lambda n, _: n) if total else (lambda n, _: None))
    taken, error = read(site)
    assert error is None
    assert sorted(taken, key=int) == [str(n) for n in range(entries)]


def test_no_request_more_than_pages_where_the_total_is_told() -> None:
    site = Site(500)
    read(site)
    assert sorted(site.asked) == list(range(0, 500, 50))


ODD: dict[str, dict[str, Any]] = {
    "clamped to three": {"size": 3},
    "a total that grows": {"told": lambda total, shown: min(total, shown + 1)},
    "one too few, isLast is right": {"told": lambda total, _: total - 1, "says_last": True},
    "isLast alone": {"told": lambda total, _: None, "says_last": True},
}


@pytest.mark.parametrize("how", ODD.values(), ids=ODD)
@pytest.mark.parametrize("entries", [7, 101, 150])
def test_odd_totals_lose_nothing(entries: int, how: dict[str, Any]) -> None:
    taken, error = read(Site(entries, **how))
    assert error is None
    assert {int(n) for n in taken} == set(range(entries))


def test_a_total_that_is_too_high_is_told() -> None:
    taken, error = read(Site(120, told=lambda total, _: total + 3))
    assert isinstance(error, PagingBroken)
    assert len(set(taken)) == 120, "what there is comes all the same"


class Shrinking(Site):
    """The first entry goes away after the first page was read, some times over."""

    goes = 1

    def at(self, start: int) -> Page:
        page = super().at(start)
        if start == 0 and self.goes:
            self.goes -= 1
            self.entries = self.entries[1:]
        return page


def test_a_total_that_no_list_reaches_is_told_and_asks_for_no_more() -> None:
    site = Site(120, told=lambda total, shown: 1 << 60)
    taken, error = read(site)
    assert isinstance(error, PagingBroken)
    assert site.asked == [0] and len(taken) == 50


@pytest.mark.parametrize("odd", [None, [], {}, 700, True])
def test_an_entry_whose_id_is_none_is_an_entry_all_the_same(odd: Any) -> None:
    site = Site(120)
    site.entries[60]["id"] = odd
    taken, error = read(site, entry_id="id")
    assert error is None and len(taken) == 120 and odd in taken


@pytest.mark.parametrize("entry_id", ["", "id"])
def test_what_moves_past_a_page_edge_is_read_again(entry_id: str) -> None:
    site = Shrinking(200)
    taken, error = read(site, entry_id=entry_id)
    assert error is None
    assert set(taken) == {str(n) for n in range(200)}


def test_a_list_that_never_stands_still_is_told() -> None:
    site = Shrinking(200)
    site.goes = 100
    assert isinstance(read(site)[1], PagingBroken)


def read_untold(site: Site, expected: int) -> list[int]:
    """The entries of a list without totals, of which so many are expected."""
    taken: list[int] = []
    ends: list[JiraUsageError | None] = []
    with Crew(threading.Event()) as crew:
        UntoldListing(
            crew,
            Pages(site.at),
            lambda some: taken.extend(int(entry["id"]) for entry in some),
            ends.append,
            lambda: ends.append(None),
            kind=Kind("list"),
            expected=expected,
        ).start()
        for step, _ in enumerate(crew.run()):
            assert step < 10_000, "the list does not end"
    assert ends == [None]
    return taken


class Hiding(Site):
    """Pages are cut first, and then some of their entries are not shown."""

    def __init__(self, entries: int, hidden: set[int]) -> None:
        super().__init__(entries, told=lambda total, shown: None)
        self.hidden = hidden

    def at(self, start: int) -> Page:
        page = super().at(start)
        return Page([entry for entry in page.entries if int(entry["id"]) not in self.hidden])


@pytest.mark.parametrize("expected", [0, 30, 400, 500, 520, 900])
@pytest.mark.parametrize("entries", [0, 1, 50, 499, 500, 501])
def test_a_list_of_about_expected_length_comes_whole(entries: int, expected: int) -> None:
    site = Site(entries, told=lambda total, shown: None)
    assert set(read_untold(site, expected)) == set(range(entries))


@pytest.mark.parametrize("entries", [499, 500, 1000])
def test_reading_ahead_costs_few_requests(entries: int) -> None:
    ahead, plain = (Site(entries, told=lambda total, shown: None) for _ in range(2))
    read_untold(ahead, entries)
    read(plain)
    assert len(ahead.asked) <= 1.1 * len(plain.asked) + 1


@pytest.mark.parametrize(
    "hidden",
    [set(range(100, 200)), set(range(0, 1000, 3)), set(range(430, 500)), {0}, set(range(49))],
    ids=["a block", "every third", "the end", "the first", "nearly a page"],
)
def test_entries_that_are_not_shown_hide_no_others(hidden: set[int]) -> None:
    site = Hiding(1000, hidden)
    assert set(read_untold(site, 1000 - len(hidden))) == set(range(1000)) - hidden
