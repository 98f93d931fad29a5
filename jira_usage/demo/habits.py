"""In what pieces and in what order does a site serve its lists?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Habits:
    """The most rows of a page of each list, and the order where the API promises none.

    A site may serve fewer rows than a client asks for. `order` is a seed; None is the
    order of ids.
    """

    issues: int = 5000
    histories: int = 10_000
    comments: int = 100
    embedded: int = 20  # comments inside an issue
    worklogs: int = 1000  # in the feeds of changed and of deleted ones
    users: int = 1000
    members: int = 50
    groups: int = 50
    projects: int = 100
    order: int | None = None

    def in_any_order(self, rows: Sequence[T]) -> list[T]:
        """All rows, each time in the same order, but in none that anybody promised."""
        if self.order is None:
            return list(rows)
        return random.Random(self.order).sample(rows, len(rows))
