"""Always fresh: the server's own syncs, by its schedule or by cron, and what becomes of them.

Both may run beside each other: of one site and account one sync runs at a time, on this
machine, and whoever comes second leaves it to the first.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jira_usage import jobs, settings
from jira_usage.alerts.telling import tell
from jira_usage.connection import Connection
from jira_usage.errors import InvalidInput, JiraUsageError, SyncCancelled, SyncRunning
from jira_usage.jobs import Job
from jira_usage.schedule import (
    Runs,
    Schedule,
    due,
    note_failure,
    note_success,
    runs_of,
    take_turn,
)
from jira_usage.store import SiteStore, Store
from jira_usage.sync import Progress, sync

LOOK_EVERY_S = 30
log = logging.getLogger(__name__)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def notebook(store: Store, connection: Connection) -> SiteStore:
    """Where the server notes how its own syncs of a site go. It holds nothing of the site."""
    return store.site(connection.site.url, "")


def own_connection(environment: Mapping[str, str]) -> Connection | None:
    """The connection that this server has by its environment or settings; None without one."""
    told = settings.environment(environment)
    if not all(told.get(name, "").strip() for name in settings.CONNECTION.values()):
        return None
    return Connection.from_environment(told)


def watched(
    steps: Iterator[Progress],
    connection: Connection,
    store: Store,
    told: Mapping[str, Any],
    clock: Callable[[], int] = now_ms,
) -> Iterator[Progress]:
    """The same sync; how it ends is noted for the schedule and the alerts.

    Cancelled, or left to another that runs, it has neither failed nor done anything.
    """
    book = notebook(store, connection)
    try:
        yield from steps
    except (SyncCancelled, SyncRunning):
        raise
    except JiraUsageError as error:
        kept = store.admitted(connection.site.url, connection.email, connection.api_token)
        note_failure(book, error.title, _synced_at(kept), clock())
        tell(told, book, None, runs_of(book), clock())
        raise
    note_success(book)
    kept = store.admitted(connection.site.url, connection.email, connection.api_token)
    tell(told, book, kept, runs_of(book), clock())


def _synced_at(kept: SiteStore | None) -> int:
    generation = kept.current() if kept else None
    return int(generation.meta["as_of"]) - int(generation.meta["skew_ms"]) if generation else 0


class Nightly:
    """The schedule of this server. It reads its settings anew each time it looks."""

    def __init__(self, environment: Mapping[str, str], clock: Callable[[], int] = now_ms) -> None:
        self._environment = environment
        self._clock = clock
        self._found: tuple[Connection, SiteStore] | None = None

    def look(self) -> Job | None:
        """Starts a sync where one is due; returns it."""
        told = settings.sections(self._environment)
        schedule = Schedule.parse(told)
        connection = own_connection(self._environment) if schedule else None
        if schedule is None or connection is None:
            return None
        store, now = Store.open(self._environment), self._clock()
        kept = self._kept(connection, store)
        book, synced_at = notebook(store, connection), _synced_at(kept)
        settings_at = settings.changed_at(self._environment)
        if not due(schedule, runs_of(book), synced_at, now, settings_at):
            return None
        if not take_turn(book, schedule, synced_at, now, settings_at):
            return None

        def steps(cancel: threading.Event) -> Iterator[Progress]:
            some = sync(
                connection, store, days=schedule.days, timezone=schedule.zone, cancel=cancel
            )
            return watched(some, connection, store, told, self._clock)

        return jobs.start(str((kept or book).folder), steps)

    def _kept(self, connection: Connection, store: Store) -> SiteStore | None:
        """What the connection has synced before. To know it takes a slow hash: it is kept."""
        if self._found and self._found[0] == connection and self._found[1].exists:
            return self._found[1]
        kept = store.admitted(connection.site.url, connection.email, connection.api_token)
        self._found = (connection, kept) if kept else None
        return kept

    def run(self, stop: threading.Event) -> None:
        """Looks again and again, until it is stopped; the whole life of its thread."""
        while not stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Exception as error:
                # The text of an error may hold an address: only its class is told.
                log.error("the schedule could not look: %s", type(error).__name__)


_lock = threading.Lock()
_running: list[threading.Thread] = []


def ensure(environment: Mapping[str, str] = os.environ) -> None:
    """Starts this server's schedule, once; nothing where none is set."""
    with _lock:
        try:
            if _running or Schedule.parse(settings.sections(environment)) is None:
                return
        except InvalidInput:
            return  # every page says so
        looker = Nightly(environment)
        thread = threading.Thread(
            target=looker.run, args=(threading.Event(),), name="jira-nightly", daemon=True
        )
        _running.append(thread)
        thread.start()


def standing(environment: Mapping[str, str]) -> tuple[Schedule, Runs] | None:
    """The schedule, and how it goes; None where there is none."""
    schedule = Schedule.parse(settings.sections(environment))
    connection = own_connection(environment) if schedule else None
    if schedule is None or connection is None:
        return None
    return schedule, runs_of(notebook(Store.open(environment), connection))
