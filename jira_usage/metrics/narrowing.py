"""Whom a part of a chart shows: people by when they acted, as the address bar says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.metrics.activity import counted, events_within
from jira_usage.metrics.adoption import working_days_each
from jira_usage.metrics.matrix import Counts, Mask, account_rows, day_counts, known_days
from jira_usage.metrics.words import GROUP_OF_KIND, WEEKDAYS, hour_words, plural
from jira_usage.period import Period

ON, HOUR, LAST, WORKED_ON = "on", "hour", "last", "worked"
KEYS: Final = (ON, HOUR, LAST, WORKED_ON)
_HOUR = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)-([0-9]{2})")
_RANGE = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")


@dataclass(frozen=True)
class Narrowing:
    """A date, an hour of the week, the last dates of the window, a number of working days."""

    on: date | None = None
    hour: tuple[int, int] | None = None
    last: int | None = None
    worked: tuple[int, int] | None = None

    @property
    def of_acts(self) -> bool:
        """Whether it asks for single acts."""
        return self.on is not None or self.hour is not None or self.last is not None

    def __bool__(self) -> bool:
        return self.of_acts or self.worked is not None

    @property
    def keys(self) -> list[str]:
        """The names that the address has for what it asks for, in the order of in_words."""
        told = zip(KEYS, (self.on, self.hour, self.last, self.worked), strict=True)
        return [key for key, asked in told if asked is not None]

    def in_words(self) -> dict[str, str]:
        """What it asks for, by a label."""
        told = {}
        if self.on is not None:
            told["Active on"] = f"{self.on:%A}, {self.on:%B} {self.on.day}, {self.on.year}"
        if self.hour is not None:
            told["Active at"] = hour_words(*self.hour)
        if self.last is not None:
            told["Active in"] = f"the last {plural(self.last, 'date')}, today included"
        if self.worked is not None:
            told["Worked on"] = working_days_words(*self.worked)
        return told


def read(address: Mapping[str, str], period: Period) -> Narrowing:
    """The narrowing that an address asks for; what the period does not know is left out."""
    return Narrowing(
        on=_date(address.get(ON, ""), period),
        hour=_weekday_hour(address.get(HOUR, "")),
        last=_number(address.get(LAST, ""), period.days),
        worked=_range(address.get(WORKED_ON, "")),
    )


def on(day: date) -> dict[str, str]:
    """The address of the people who were active on a date."""
    return {ON: day.isoformat()}


def at_hour(weekday: int, hour: int) -> dict[str, str]:
    """The address of the people who were active in an hour of the week (0 = Monday)."""
    return {HOUR: f"{WEEKDAYS[weekday]}-{hour:02d}"}


def last_dates(days: int) -> dict[str, str]:
    """The address of the people who were active on the last dates of the window."""
    return {LAST: str(days)}


def worked_on(first: int, last: int) -> dict[str, str]:
    """The address of the active people who worked on so many working days."""
    return {WORKED_ON: f"{first}-{last}"}


def working_days_words(first: int, last: int) -> str:
    """“3 to 5 working days”; of none, they acted on other days."""
    if not last:
        return "other days only"
    number = plural(last, "working day")
    return number if first == last else f"{first} to {number}"


def narrowed(
    asked: Narrowing,
    events: pd.DataFrame,
    account_ids: pd.Series,
    counts: Counts,
    period: Period,
    covered_from_ms: int,
    *,
    kinds: Sequence[str] = (),
    projects: Sequence[str] = (),
    count_created: bool = False,
) -> Mask:
    """Which accounts, in the order of `account_ids`, are asked for.

    An act counts where all holds of it at once: the date, the hour, one of the kinds (or
    groups of kinds; without any the counted ones) and one of the projects.
    """
    found = np.ones(len(account_ids), dtype=np.bool_)
    within = events_within(events, period)
    if not kinds:
        within = counted(within, count_created=count_created)
    fits = np.ones(len(within), dtype=np.bool_)
    if kinds:
        wanted = [k for k, group in GROUP_OF_KIND.items() if k in kinds or group in kinds]
        fits &= within["kind"].isin(wanted).to_numpy()
    if projects:
        fits &= within["project_key"].isin(list(projects)).to_numpy()
    if asked.worked is not None:
        first, last = asked.worked
        if kinds or projects:
            counts = day_counts(within[fits], account_ids, period, count_created=True)
        each, active = working_days_each(counts, period, covered_from_ms)
        found &= active & (each >= first) & (each <= last)
    if not asked.of_acts:
        return found
    at = within["at"].to_numpy()
    days = period.day_numbers(at)
    if asked.on is not None:
        fits &= days == list(period.dates).index(asked.on)
    if asked.last is not None:
        fits &= days >= period.days - asked.last
    if asked.hour is not None:
        weekdays, hours = period.local_hours(at)
        fits &= (weekdays == asked.hour[0]) & (hours == asked.hour[1])
        fits &= known_days(period, covered_from_ms)[days]
    rows: npt.NDArray[np.int64] = account_rows(within, account_ids)[fits]
    acted = np.zeros(len(account_ids), dtype=np.bool_)
    acted[rows[rows >= 0]] = True
    return found & acted


def _date(text: str, period: Period) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if period.first_on <= day <= period.last_on else None


def _weekday_hour(text: str) -> tuple[int, int] | None:
    found = _HOUR.fullmatch(text)
    if not found or int(found[2]) > 23:
        return None
    return WEEKDAYS.index(found[1]), int(found[2])


def _number(text: str, most: int) -> int | None:
    digits = text.isascii() and text.isdigit() and len(text) < 4
    return int(text) if digits and 1 <= int(text) <= most else None


def _range(text: str) -> tuple[int, int] | None:
    found = _RANGE.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        return None
    return int(found[1]), int(found[2])
