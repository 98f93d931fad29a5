"""When a server syncs by itself: once a day at a set hour of a set zone, and again after a failure.

A login that Jira has refused is not tried again on the same day, unless the settings change:
Jira locks a login after several failures.
Nothing here reads the clock. Off unless [schedule] of the settings names an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

import orjson

from jira_usage.errors import AuthenticationFailed, InvalidInput
from jira_usage.period import LONGEST_WINDOW, epoch_ms, find_zone, from_epoch_ms
from jira_usage.settings import section
from jira_usage.store import SiteStore

NOTE: Final = "runs"
MINUTE_MS: Final = 60_000
# After so many minutes it is tried again; the last for every further time, until the next day's.
RETRY_MINUTES: Final = (10, 30, 60)
KINDS: Final = {"daily_at": str, "timezone": str, "days": int}


@dataclass(frozen=True)
class Schedule:
    """Every day at `at` by the clocks of `zone`, reading `days` dates."""

    at: time
    zone: str = "UTC"
    days: int = 30

    @classmethod
    def parse(cls, settings: Mapping[str, Any]) -> Schedule | None:
        """The section [schedule]; None where it is off. InvalidInput for a mistake."""
        told = section(settings, "schedule", KINDS)
        if not told.get("daily_at"):
            return None
        try:
            at = datetime.strptime(told["daily_at"], "%H:%M").time()
        except ValueError:
            raise InvalidInput(
                "“daily_at” in [schedule] is no hour.", "Write it as 02:30, or leave it empty."
            ) from None
        days = told.get("days", 30)
        if not 1 <= days <= LONGEST_WINDOW:
            raise InvalidInput(f"“days” in [schedule] is 1 to {LONGEST_WINDOW}.")
        return cls(at, find_zone(told.get("timezone", "UTC")).key, days)

    def slot(self, now_ms: int) -> int:
        """The last instant at which a sync was to start, in epoch ms."""
        return max(one for one in self._around(now_ms) if one <= now_ms)

    def next_at(self, runs: Runs, now_ms: int) -> int:
        """The next instant at which a sync is to start, by how the last ones went."""
        later = min(one for one in self._around(now_ms) if one > now_ms)
        again = runs.failures and not runs.refused
        return min(later, max(runs.retry_at(), now_ms)) if again else later

    def _around(self, now_ms: int) -> list[int]:
        zone = find_zone(self.zone)
        today = from_epoch_ms(now_ms).astimezone(zone).date()
        days = (today + timedelta(days=n) for n in (-2, -1, 0, 1, 2))
        return [epoch_ms(datetime.combine(day, self.at, zone)) for day in days]


@dataclass(frozen=True)
class Runs:
    """How the syncs that nobody clicked went since the last good one. Instants are epoch ms.

    `trouble` is the title of the last failure, never its text.
    """

    tried_at: int = 0
    failures: int = 0
    failing_since: int = 0
    trouble: str = ""

    @property
    def refused(self) -> bool:
        """Whether Jira did not accept the token the last time."""
        return self.failures > 0 and self.trouble == AuthenticationFailed.title

    def tried(self, now_ms: int) -> Runs:
        return replace(self, tried_at=now_ms)

    def failed(self, trouble: str, now_ms: int) -> Runs:
        since = self.failing_since or now_ms
        return Runs(max(self.tried_at, now_ms), self.failures + 1, since, trouble)

    def since(self, synced_at: int) -> Runs:
        """What of it still counts after a good sync, whoever started that."""
        return Runs(self.tried_at) if synced_at >= self.failing_since else self

    def retry_at(self) -> int:
        """When a failed sync is tried again."""
        minutes = RETRY_MINUTES[min(max(self.failures, 1), len(RETRY_MINUTES)) - 1]
        return self.tried_at + minutes * MINUTE_MS

    def to_json(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def from_json(cls, note: bytes | None) -> Runs:
        """What was noted; nothing where that can't be read: it is the machine's own."""
        try:
            told = orjson.loads(note or b"{}")
            tried, failures, since = (
                int(told.get(name, 0)) for name in ("tried_at", "failures", "failing_since")
            )
            return cls(tried, failures, since, str(told.get("trouble", "")))
        except (ValueError, AttributeError, TypeError):
            return cls()


def due(schedule: Schedule, runs: Runs, synced_at: int, now_ms: int, settings_at: int = 0) -> bool:
    """Whether a sync is to start now, where the last good one was as of `synced_at`.

    The settings were last written at `settings_at`.
    """
    slot, runs = schedule.slot(now_ms), runs.since(synced_at)
    if synced_at >= slot:
        return False
    if runs.tried_at < slot:
        return True
    return runs.tried_at < settings_at <= now_ms if runs.refused else now_ms >= runs.retry_at()


def runs_of(notebook: SiteStore) -> Runs:
    """How the server's own syncs of a site went."""
    return Runs.from_json(notebook.note(NOTE))


def take_turn(
    notebook: SiteStore, schedule: Schedule, synced_at: int, now_ms: int, settings_at: int = 0
) -> bool:
    """Whether whoever asks is the one to sync now: of several that ask at once, one is."""
    mine = False

    def change(note: bytes | None) -> bytes:
        nonlocal mine
        runs = Runs.from_json(note)
        mine = due(schedule, runs, synced_at, now_ms, settings_at)
        return (runs.since(synced_at).tried(now_ms) if mine else runs).to_json()

    notebook.change_note(NOTE, change)
    return mine


def note_failure(notebook: SiteStore, trouble: str, synced_at: int, now_ms: int) -> None:
    """Notes that a sync which nobody clicked has failed."""
    notebook.change_note(
        NOTE, lambda note: Runs.from_json(note).since(synced_at).failed(trouble, now_ms).to_json()
    )


def note_success(notebook: SiteStore) -> None:
    """Notes that all is well again."""
    notebook.change_note(NOTE, lambda note: Runs(Runs.from_json(note).tried_at).to_json())
