"""What a page shows: a snapshot over a period, its figures, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from jira_usage.period import Period
from jira_usage.snapshot import Snapshot
from jira_usage.ui import cache
from jira_usage.ui.text import count, moment, safe

T = TypeVar("T")
DEFINITION = (
    "**Active** means: on that day the person commented, changed an issue or logged work. "
    "Reading does not count."
)
CREATED_COUNTS = " Creating an issue counts too: that is switched on."
CREATED_DOES_NOT = " Creating an issue does not count."


@dataclass(frozen=True)
class View:
    """What a page shows: a snapshot, over a period, by one definition. Frames are read-only."""

    snapshot: Snapshot
    period: Period
    zone: str
    days: int
    count_created: bool

    def cached(self, compute: Callable[..., T], *arguments: Hashable) -> T:
        """`compute(snapshot, period, count_created, *arguments)`, computed once.

        `compute` must be a named function of a module, as its name is part of the key.
        """
        return cache.remember(
            self.snapshot,
            self._key,
            compute,
            arguments,
            lambda: compute(self.snapshot, self.period, self.count_created, *arguments),
        )

    def drawn(self, draw: Callable[..., T], *arguments: Any) -> T:
        """`draw(*arguments)`, drawn once of the same figures; they come from `cached`."""
        return cache.draw(self.snapshot, self._key, draw, arguments)

    @property
    def definition(self) -> str:
        """What “active” means, in one line of Markdown."""
        return DEFINITION + (CREATED_COUNTS if self.count_created else CREATED_DOES_NOT)

    def coverage_line(self) -> str:
        """What the figures rest on, in one line of Markdown: dates, zone, age, coverage."""
        remarks = self._remarks
        read = self.read_words
        if remarks and not self._short:
            read += f", with {count(remarks, 'remark')}"
        first, last = self.period.first_on, self.period.last_on
        return (
            f"{first:%b} {first.day} to {last:%b} {last.day}, {last:%Y} "
            f"(today so far), days of {safe(self.zone)} · "
            f"data as of {moment(self.snapshot.as_of_ms, self.zone)} · {read}"
        )

    @property
    def read_words(self) -> str:
        """Whether everything could be read, and else what could not."""
        short = self._short
        return f"not complete: {', '.join(short)}" if short else "everything could be read"

    @property
    def fully_read(self) -> bool:
        """Whether everything could be read, and there is nothing to remark."""
        return not (self._short or self._remarks)

    @property
    def _short(self) -> list[str]:
        states = dict(self.snapshot.meta["coverage"])
        return [name for name, state in states.items() if state != "complete"]

    @property
    def _remarks(self) -> int:
        coverage = self.snapshot.coverage
        return int(((coverage["state"] == "complete") & (coverage["reason"] != "")).sum())

    @property
    def _key(self) -> tuple[Any, ...]:
        return self.zone, self.days, self.count_created
