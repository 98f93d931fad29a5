"""What was wanted, what was measured, and is it enough?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .table import table


@dataclass(frozen=True)
class Goal:
    """A number that should be at most, or at least, another.

    `form` shows both, as str.format does. `note` says what else must be known of it.
    """

    what: str
    size: str
    measured: float
    at_most: float | None = None
    at_least: float | None = None
    form: str = "{:.2f}"
    note: str = ""

    @property
    def verdict(self) -> str:
        """`met`, or by how much of the goal it falls short; without a goal nothing."""
        if self.at_most is not None and self.measured > self.at_most:
            over = self.measured / self.at_most - 1 if self.at_most else None
            return "not met" if over is None else f"short by {over:.0%}"
        if self.at_least is not None and self.measured < self.at_least:
            return f"short by {1 - self.measured / self.at_least:.0%}"
        return "met" if self.wanted else ""

    @property
    def wanted(self) -> str:
        if self.at_most is not None:
            return "≤ " + self.form.format(self.at_most)
        return "≥ " + self.form.format(self.at_least) if self.at_least is not None else ""


def shown(goals: Iterable[Goal]) -> str:
    """A line for each goal, in the order in which they come."""
    rows = [[g.what, g.size, g.note, g.wanted, g.form.format(g.measured), g.verdict] for g in goals]
    return table(["goal", "size", "", "wanted", "measured", "verdict"], rows, left=3)
