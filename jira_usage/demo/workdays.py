"""When do people work? Days since 1970, instants in epoch milliseconds, offices and zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from jira_usage.demo.chance import Column

HOUR = 3_600_000
DAY = 24 * HOUR
FAR = 1 << 61
"""An instant that never comes."""


@dataclass(frozen=True)
class Office:
    """A place of work; hours are shifted by a fixed offset, daylight saving is left out."""

    offset_hours: float
    locale: str
    share: float


OFFICES = (
    Office(1.5, "de_DE", 0.34),
    Office(-4.5, "en_US", 0.18),
    Office(5.5, "en_GB", 0.20),
    Office(-3.0, "pt_BR", 0.10),
    Office(0.5, "pt_PT", 0.09),
    Office(9.0, "ja_JP", 0.09),
)

_HOLIDAYS = frozenset(
    {(1, 1), (1, 6), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 28), (12, 29), (12, 30)}
    | {(12, 31)}
)


def day_of(at: date) -> int:
    return (at - date(1970, 1, 1)).days


def date_of(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def is_workday(day: int) -> bool:
    on = date_of(day)
    return on.weekday() < 5 and (on.month, on.day) not in _HOLIDAYS


class Workdays:
    """Working days between two days, with the next working day of each, as arrays."""

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last + 30
        open_days = np.array([is_workday(d) for d in range(first, self.last + 1)])
        self.open = open_days
        following = np.empty(len(open_days), dtype=np.int64)
        nearest = self.last
        for i in range(len(open_days) - 1, -1, -1):
            if open_days[i]:
                nearest = first + i
            following[i] = nearest
        self._following = following

    def following(self, days: Column) -> Column:
        """The same day where it is a working day, else the next one."""
        found: Column = self._following[np.clip(days - self.first, 0, len(self._following) - 1)]
        return found

    def is_open(self, days: Column) -> Column:
        found: Column = self.open[np.clip(days - self.first, 0, len(self.open) - 1)]
        return found

    def weight(self, day: int) -> float:
        """How much is started on that day, 1 on a working day."""
        if self.open[day - self.first]:
            return 1.0 - 0.12 * (date_of(day).weekday() == 4)
        return 0.06


OFFSETS = np.array([office.offset_hours for office in OFFICES])


def instants(days: Column, offices: Column, rng: np.random.Generator) -> Column:
    """Instants within those days, at the working hours of those offices."""
    n = len(days)
    u = rng.random(n)
    hour = np.where(u < 0.48, rng.normal(10.4, 1.1, n), rng.normal(14.9, 1.5, n))
    hour = np.where(u > 0.96, rng.uniform(18.5, 23.0, n), hour)
    hour = np.clip(hour, 6.5, 23.5) - OFFSETS[offices]
    moments: Column = days * DAY + (hour * HOUR).astype(np.int64)
    return moments
