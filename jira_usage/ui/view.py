"""What a page shows: a snapshot over a period, its figures, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from jira_usage import charts
from jira_usage.metrics import answers
from jira_usage.metrics.focus import Focus
from jira_usage.metrics.words import plural
from jira_usage.period import Period
from jira_usage.snapshot import Snapshot
from jira_usage.ui import cache, columns
from jira_usage.ui.text import moment, safe

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

    def focused(self, focus: Focus) -> View:
        """The same view of the part that a focus shows."""
        if not focus:
            return self
        told = (self.period, self.count_created, focus)
        part = cache.part(
            self.snapshot,
            (self._key, focus),
            lambda: answers.focused(self.snapshot, *told),
        )
        return replace(self, snapshot=part)

    def drawn(self, draw: Callable[..., T], *arguments: Any) -> T:
        """`draw(*arguments)`, drawn once of the same figures; they come from `cached`."""
        return cache.draw(self.snapshot, self._key, draw, arguments)

    def chart(self, draw: Callable[..., Any], *arguments: Any) -> charts.Still:
        """The chart that `draw` makes of the same figures, drawn once."""
        return self.drawn(charts.still, draw, *arguments)

    def table(self, frame: pd.DataFrame) -> pa.Table:
        """A frame that comes from `cached` or `drawn`, as it is sent to the browser."""
        return self.drawn(columns.arrow, frame)

    @property
    def definition(self) -> str:
        """What “active” means, in one line of Markdown."""
        return DEFINITION + (CREATED_COUNTS if self.count_created else CREATED_DOES_NOT)

    def coverage_line(self) -> str:
        """What the figures rest on, in one line of Markdown: dates, zone, age, coverage."""
        first, last = self.period.first_on, self.period.last_on
        return (
            f"{first:%b} {first.day} to {last:%b} {last.day}, {last:%Y} "
            f"(today so far), days of {safe(self.zone)} · "
            f"data as of {moment(self.snapshot.as_of_ms, self.zone)} · {self.read_words}"
        )

    @property
    def read_words(self) -> str:
        """Whether everything could be read, and else what could not or has a remark."""
        if short := self._short:
            return f"not complete: {', '.join(short)}"
        if remarks := self.snapshot.remarks:
            return f"everything read, with {plural(remarks, 'remark')}"
        return "everything could be read"

    @property
    def fully_read(self) -> bool:
        """Whether everything could be read, and there is nothing to remark."""
        return not (self._short or self.snapshot.remarks)

    @property
    def _short(self) -> list[str]:
        states = dict(self.snapshot.meta["coverage"])
        return [name for name, state in states.items() if state != "complete"]

    @property
    def _key(self) -> tuple[Any, ...]:
        return self.zone, self.days, self.count_created
