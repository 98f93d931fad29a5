"""How Jira hands out long lists: by offsets, with or without a total, and by page tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from jira_usage.errors import PagingBroken
from jira_usage.shapes import Documents

MOST_PAGES = 100_000
MOST_EMPTY_PAGES = 20

T = TypeVar("T")


def chunks(ids: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The ids in runs of at most `size`."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


@dataclass(frozen=True)
class Page:
    """Some entries of a list. `total` is how many the list has and `last` whether these are
    the last of them, where that is told."""

    entries: Documents
    total: int | None = None
    last: bool | None = None

    @property
    def ends(self) -> bool:
        """Whether nothing speaks against a total that these entries have reached."""
        return self.last is not False


@dataclass(frozen=True)
class Pages:
    """A list by offsets: `at` asks for the page that begins there. Iterating reads them all.

    Sites clamp the size that is asked, so the next page begins where the last one ended.
    """

    at: Callable[[int], Page]

    def __iter__(self) -> Iterator[Documents]:
        return (page.entries for page in self.starting(0))

    def starting(self, start: int) -> Iterator[Page]:
        """The pages from an offset on, one after the other."""
        for _ in range(MOST_PAGES):
            page = self.at(start)
            yield page
            start += len(page.entries)
            left = None if page.total is None else page.total - start
            if not page.entries and left is not None and left > 0:
                raise PagingBroken(f"A page is empty {left} entries before the end.")
            if not page.entries or (page.last if left is None else left <= 0 and page.ends):
                return
        raise PagingBroken("A list does not end.")


class TokenPage(Protocol):
    """What some issues tell on one page: how many they are, and the token of the next page."""

    @property
    def issues(self) -> int: ...

    @property
    def token(self) -> str | None: ...


class Tokens:
    """The page tokens of one list; they lead on until one is missing, null or empty."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._empty = 0

    def lead_on(self, token: object, page_has_rows: bool) -> bool:
        """Whether there is a next page; PagingBroken where the tokens lead nowhere."""
        if not token:
            return False
        if type(token) is not str and not (type(token) is int and abs(token) < 2**63):
            raise PagingBroken("Jira gave a page token that is none.")
        if str(token) in self._seen:
            raise PagingBroken("Jira gave the same page token twice.")
        self._seen.add(str(token))
        self._empty = 0 if page_has_rows else self._empty + 1
        if self._empty >= MOST_EMPTY_PAGES:
            raise PagingBroken("Jira gave only empty pages.")
        if len(self._seen) >= MOST_PAGES:
            raise PagingBroken("A list does not end.")
        return True
