"""Reads lists by offsets: where it is known how long a list is, its pages side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from jira_usage.crew import Jobs, Kind, once
from jira_usage.errors import JiraUsageError, PagingBroken
from jira_usage.paging import MOST_PAGES, Page, Pages
from jira_usage.shapes import Documents

ATTEMPTS = 3
CLOSER = 0.96
LEAST_STEP = 50


class Listing:
    """One list. `take` gets its entries page by page, in any order and some of them twice;
    then `done` is called, or `failed` with the error.

    Where entries go away while it is read, later ones move forward, past a page's edge:
    the list is then read again. With `entry_id`, the name of the field by which entries
    are told apart, as many of them must come as the list had when it was begun.
    """

    def __init__(
        self,
        crew: Jobs,
        pages: Pages,
        take: Callable[[Documents], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None] | None = None,
        *,
        kind: Kind,
        entry_id: str = "",
    ) -> None:
        self._crew = crew
        self._pages = pages
        self._take = take
        self._failed = failed
        self._done = done
        self._kind = kind
        self._entry_id = entry_id
        self._attempts = 0
        self._in_flight = 0
        self._over = False

    def start(self) -> None:
        """Asks for the first page, and then for the others."""
        self._ask(0, self.go_on)

    def go_on(self, first: Page) -> None:
        """Asks for all pages after the first, which somebody has read."""
        self._attempts += 1
        self._seen: set[str] = set()
        self._first_total = self._total = first.total or 0
        self._moved = self._short = False
        step = len(first.entries)
        self._note(first)
        if first.total is None:
            if step and not first.last:
                rest = partial(self._pages.starting, step)
                return self._crew.read(rest, self._note, self._fail, self._done, self._kind)
        elif step and first.total > step * MOST_PAGES:
            return self._fail(PagingBroken("A list does not end."))
        elif step:
            self._short_of_end(step, first)
            for start in range(step, first.total, step):
                self._want(start, min(step, first.total - start))
        else:
            self._short = first.total > 0
        self._end()

    def _ask(self, start: int, take: Callable[[Page], None]) -> None:
        pages = once(partial(self._pages.at, start))
        self._crew.read(pages, take, self._fail, kind=self._kind)

    def _want(self, start: int, number: int) -> None:
        self._in_flight += 1
        self._ask(start, partial(self._came, start, number))

    def _came(self, start: int, number: int, page: Page) -> None:
        self._in_flight -= 1
        self._note(page)
        came, total = len(page.entries), page.total or 0
        if came < number and came:
            self._want(start + came, number - came)
        elif came < number:
            self._short = True
        if total < self._first_total:
            self._moved = True
        elif total > self._total:
            self._want(self._total, total - self._total)
            self._total = total
        elif came:
            self._short_of_end(start + came, page)
        self._end()

    def _short_of_end(self, end: int, page: Page) -> None:
        """Goes past the total where a page that reaches it says that it is not the last."""
        if end >= self._total and not page.ends:
            self._total = end
            rest = partial(self._pages.starting, end)
            self._in_flight += 1
            self._crew.read(rest, self._note, self._fail, self._past_end, self._kind)

    def _past_end(self) -> None:
        self._in_flight -= 1
        self._end()

    def _note(self, page: Page) -> None:
        self._take(page.entries)
        if self._entry_id:
            self._seen.update(str(entry.get(self._entry_id)) for entry in page.entries)

    def _end(self) -> None:
        if self._in_flight or self._over:
            return
        missed = self._entry_id and len(self._seen) < self._first_total
        if (self._moved or missed) and self._attempts < ATTEMPTS:
            self.start()
        elif self._moved or missed:
            self._fail(PagingBroken("A list lost entries while it was read."))
        elif self._short:
            self._fail(PagingBroken("A page is empty before the end of its list."))
        else:
            self._over = True
            if self._done:
                self._done()

    def _fail(self, error: JiraUsageError) -> None:
        if not self._over:
            self._over = True
            self._failed(error)


class UntoldListing:
    """A list that does not tell how long it is, of which about `expected` entries are.

    Its pages are asked for a little closer together than the first one is long, and what
    they leave out between them after that. Behind them, the list is read to its end. Where
    the first page is short, pages are read one after the other.
    """

    def __init__(
        self,
        crew: Jobs,
        pages: Pages,
        take: Callable[[Documents], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None],
        *,
        kind: Kind,
        expected: int,
    ) -> None:
        self._crew = crew
        self._pages = pages
        self._take = take
        self._failed = failed
        self._done = done
        self._kind = kind
        self._expected = expected
        self._spans: list[tuple[int, int]] = []
        self._in_flight = 0
        self._over = False

    def start(self) -> None:
        """Asks for the first page, and then for the others."""
        self._ask(0)

    def _ask(self, start: int) -> None:
        self._in_flight += 1
        pages = once(partial(self._pages.at, start))
        self._crew.read(pages, partial(self._came, start), self._fail, kind=self._kind)

    def _came(self, start: int, page: Page) -> None:
        self._in_flight -= 1
        self._take(page.entries)
        first = not self._spans
        # A page that is empty within the list has only entries that are not shown.
        behind = [begin for begin, _ in self._spans if begin > start]
        end = start + len(page.entries) if page.entries else min(behind, default=start)
        self._spans.append((start, end))
        if first and len(page.entries) >= LEAST_STEP:
            step = max(1, int(len(page.entries) * CLOSER))
            for place in range(step, self._expected, step):
                self._ask(place)
        if not self._in_flight and not self._over:
            self._close()

    def _close(self) -> None:
        """Asks for what was left out, or reads on behind everything that was asked for."""
        reached, gap = 0, False
        for begin, end in sorted(self._spans):
            if begin > reached:
                gap = True
                break
            reached = max(reached, end)
        if gap:
            self._ask(reached)
        else:
            self._over = True
            rest = partial(self._pages.starting, reached)
            # Only with a name does mypy know what it takes.
            take: Callable[[Page], None] = lambda page: self._take(page.entries)  # noqa: E731
            self._crew.read(rest, take, self._failed, self._done, self._kind)

    def _fail(self, error: JiraUsageError) -> None:
        if not self._over:
            self._over = True
            self._failed(error)
