"""Instants, zones and days: the only place that knows "the last 30 days"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import numpy.typing as npt

from jira_usage.errors import InvalidInput

DAY_MS = 86_400_000
LONGEST_WINDOW = 366
"""Days."""
LATEST_MS = 253_402_300_799_999  # the end of the year 9999
Instants = npt.NDArray[np.int64]


def to_epoch_ms(value: object) -> int | None:
    """Milliseconds since 1970 of an instant as Jira writes it, None where it can't be told.

    Jira sends ISO 8601 with an offset without colon, bulk histories send epoch
    milliseconds, sprints send `Z`; some clients have met seconds. An ISO text
    without an offset says no instant and is refused.
    """
    if type(value) is int:
        number = value
    elif isinstance(value, str) and value.isdecimal():
        number = int(value[:20])
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            return None
        told = (moment - _EPOCH) // _MILLISECOND
        return told if told <= LATEST_MS else None
    elif isinstance(value, float) and value == value:
        number = int(value) if abs(value) < 1e15 else -1
    else:
        return None
    if number < 0 or number > LATEST_MS:
        return None
    return number * 1000 if number < _SECONDS_BELOW else number


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SECONDS_BELOW = 100_000_000_000


def from_epoch_ms(ms: int) -> datetime:
    """The aware UTC datetime of an epoch in milliseconds."""
    return _EPOCH + timedelta(milliseconds=ms)


def end_of_date(day: str) -> int:
    """Epoch ms of the midnight (UTC) that ends a date as YYYY-MM-DD."""
    return ((date.fromisoformat(day) - _EPOCH.date()).days + 1) * DAY_MS


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime; a naive one is refused."""
    if moment.utcoffset() is None:
        raise ValueError("a naive datetime names no instant")
    return (moment - _EPOCH) // _MILLISECOND


def iso_instant(ms: int) -> str:
    """UTC, ISO 8601 with milliseconds, such as 2026-11-20T12:00:00.000Z."""
    return from_epoch_ms(ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


@lru_cache(maxsize=64)
def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; anything else is `InvalidInput`."""
    if name not in zone_names():
        raise InvalidInput(
            f"“{name[:60]}” is not a time zone.", "Use an IANA name such as Europe/Berlin or UTC."
        )
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) | {"UTC"}


def midnight_ms(day: date, zone: tzinfo) -> int:
    """The instant a date begins in a zone; where midnight is skipped, the first instant after."""
    begins = epoch_ms(datetime.combine(day, time(), zone))
    # fold=0 reads a skipped midnight with the offset before the change, which is
    # the instant of the change itself; a repeated midnight begins with its first.
    return begins


@dataclass(frozen=True)
class Period:
    """Some whole dates of a zone, the last of them cut at `now`.

    `start_ms` is the first date's midnight; `end_ms` is exclusive and one
    millisecond after now, so that an act of this very instant counts.
    """

    first_on: date
    last_on: date
    zone_name: str
    start_ms: int
    end_ms: int

    @classmethod
    def last_days(cls, days: int, zone_name: str, now_ms: int) -> Period:
        """The `days` calendar dates that end with the date of `now_ms` in the zone."""
        if not 1 <= days <= LONGEST_WINDOW:
            raise InvalidInput(
                f"A window of {days} days is not possible.", f"Use 1 to {LONGEST_WINDOW} days."
            )
        zone = find_zone(zone_name)
        last_on = from_epoch_ms(now_ms).astimezone(zone).date()
        first_on = last_on - timedelta(days=days - 1)
        return cls(first_on, last_on, zone_name, midnight_ms(first_on, zone), now_ms + 1)

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def dates(self) -> list[date]:
        return [self.first_on + timedelta(days=n) for n in range(self.days)]

    @property
    def midnights_ms(self) -> Instants:
        """The instants at which the dates begin, ascending."""
        zone = find_zone(self.zone_name)
        return np.array([midnight_ms(day, zone) for day in self.dates], dtype=np.int64)

    def day_numbers(self, at_ms: Instants) -> npt.NDArray[np.int64]:
        """The place in `dates` of each instant; only instants of the period may be asked for."""
        return np.searchsorted(self.midnights_ms, at_ms, side="right") - 1

    def local_hours(self, at_ms: Instants) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Weekday (0 = Monday) and hour of day of each instant, by the zone's clocks."""
        local_ms = at_ms + self._offsets_ms(at_ms)
        days = local_ms // DAY_MS
        return (days + 3) % 7, (local_ms % DAY_MS) // 3_600_000

    def _offsets_ms(self, at_ms: Instants) -> Instants:
        """The zone's offset at each instant, looked up once per quarter of an hour."""
        if not len(at_ms):
            return at_ms
        quarter_ms = 900_000
        quarters, where = np.unique(at_ms // quarter_ms, return_inverse=True)
        zone = find_zone(self.zone_name)
        offsets = [
            (from_epoch_ms(int(q) * quarter_ms).astimezone(zone).utcoffset() or timedelta())
            // _MILLISECOND
            for q in quarters
        ]
        return np.array(offsets, dtype=np.int64)[where]
