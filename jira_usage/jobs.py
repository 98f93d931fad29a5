"""What runs in the background: one sync and one check per site and account, for all sessions.

A job is a daemon thread that consumes a generator and writes nothing but its own Job.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from jira_usage.connection import Connection
from jira_usage.errors import (
    KEPT,
    AuthenticationFailed,
    JiraUsageError,
    SyncCancelled,
    SyncIncomplete,
)
from jira_usage.preflight import sign_in
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Progress, Summary, requests_left, sync
from jira_usage.verify import SAMPLE, Verdict, verify

State = Literal["running", "done", "failed", "cancelled"]
S = TypeVar("S")
Steps = Callable[[threading.Event], Iterator[S]]
log = logging.getLogger(__name__)

# What is read before the histories takes about this share of a sync's time.
BEFORE_HISTORIES = 0.15
STORING = 0.97
# As long must nothing new have come up, before it is said how long a sync may still take.
STEADY_SECONDS = 2
LITTLE_MORE = 1.1


class Cancel(threading.Event):
    """Somebody's wish that a task ends. What works on it stops by `stop`, also where it fails."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = threading.Event()

    def set(self) -> None:
        super().set()
        self.stop.set()


@dataclass
class Task(ABC, Generic[S]):
    """Something that runs: since when, and how it ended. Only its own thread changes it.

    `id` grows with every task of its kind. Instants are epoch seconds.
    """

    id: int
    key: str
    state: State = "running"
    error: JiraUsageError | None = None
    started_at: float = field(default_factory=time.time)
    ended_at: float | None = None
    cancel: Cancel = field(default_factory=Cancel)

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def seconds(self) -> float:
        return (self.ended_at or time.time()) - self.started_at

    def run(self, steps: Steps[S]) -> None:
        """Consumes the steps; the whole life of the thread that does it."""
        state: State = "failed"
        try:
            for step in steps(self.cancel.stop):
                self.take(step)
            state = "done"
        except SyncCancelled as error:
            state, self.error = "cancelled", error
        except JiraUsageError as error:
            self.error = error
        except Exception as error:
            # The text of a foreign error may hold an address or an answer: it is not kept.
            name, trace = type(error).__name__, traceback.format_tb(error.__traceback__)
            log.error("stopped by %s\n%s", name, "".join(trace))
            self.error = self.broken(name)
        finally:
            self.ended_at = time.time()
            self.state = state

    @abstractmethod
    def take(self, step: S) -> None:
        """Notes how far it is."""

    @abstractmethod
    def broken(self, name: str) -> JiraUsageError:
        """What to say of a foreign error, of which only the class is known."""


@dataclass
class Job(Task[Progress]):
    """One sync: how far it is, and what it did."""

    progress: Progress = field(default_factory=lambda: Progress("Connecting to the site"))
    share: float = 0.0
    summary: Summary | None = None
    # Since when little new was found to read; how many requests were known of then, and left.
    _steady_since: float = 0.0
    _known_then: float = 0.0
    _left_then: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it may still take, by how fast what is known of is read; else None.

        While new things to read come up, and where nothing is told of, it can't be known.
        """
        left, steady = _left(self.progress), time.time() - self._steady_since
        read = self._left_then - left
        if left <= 0 or read <= 0 or steady < STEADY_SECONDS or read < left / 10:
            return None
        return left * steady / read

    def take(self, step: Progress) -> None:
        if _known(step) > self._known_then * LITTLE_MORE:
            self._steady_since = time.time()
            self._known_then, self._left_then = _known(step), _left(step)
        self.progress = step
        self.share = max(self.share, _share(step))
        self.summary = step.summary or self.summary

    def broken(self, name: str) -> JiraUsageError:
        return SyncIncomplete(
            f"Something unexpected stopped the sync ({name}).",
            f"Try again. {KEPT}",
        )


@dataclass
class Check(Task[Verdict]):
    """One check of a sample: how far it is, and the last whole verdict.

    That is its own once it is done, and an earlier check's until then. It is over as
    soon as it is cancelled: what is still on its way from Jira, nobody waits for.
    """

    progress: Verdict = field(default_factory=Verdict)
    verdict: Verdict | None = None

    @property
    def running(self) -> bool:
        return self.state == "running" and not self.cancel.is_set()

    def take(self, step: Verdict) -> None:
        self.progress = step
        if step.checked_at and not self.cancel.is_set():
            self.verdict = step

    def broken(self, name: str) -> JiraUsageError:
        return JiraUsageError(
            f"Something unexpected stopped the check ({name}).",
            "Try again. The data is as it was.",
        )


T = TypeVar("T", bound=Task[Any])


class Jobs(Generic[T, S]):
    """The latest task of every key; at most one of them runs at a time.

    `new` makes one, from its id, its key, and the one before it.
    """

    def __init__(self, new: Callable[[int, str, T | None], T]) -> None:
        self._new = new
        self._latest: dict[str, T] = {}
        self._lock = threading.Lock()
        self._started = 0

    def latest(self, key: str) -> T | None:
        with self._lock:
            return self._latest.get(key)

    def start(self, key: str, steps: Steps[S]) -> T:
        """Starts a task, or returns the one that runs."""
        with self._lock:
            task = self._latest.get(key)
            if task and task.running:
                return task
            self._started += 1
            task = self._latest[key] = self._new(self._started, key, task)
        threading.Thread(target=task.run, args=(steps,), name="jira-job", daemon=True).start()
        return task

    def cancel(self, key: str) -> None:
        """Asks the task that runs to stop; it does so within a second."""
        task = self.latest(key)
        if task and task.running:
            task.cancel.set()

    def drop(self, key: str) -> None:
        """Forgets how the last task of a key ended."""
        with self._lock:
            task = self._latest.get(key)
            if task and not task.running:
                del self._latest[key]


def _known(step: Progress) -> float:
    """About how many requests are all that a sync knows to read."""
    return sum(requests_left({}, step.total).values())


def _left(step: Progress) -> float:
    """About how many requests are left of what a sync knows to read."""
    return sum(requests_left(step.done, step.total).values())


def _share(step: Progress) -> float:
    """How much of a sync is done, from 0 to 1, by what it says of itself."""
    if step.summary:
        return 1.0
    if step.message.startswith("Storing"):
        return STORING
    if step.total.get("histories", 0) or step.total.get("project roles", 0):
        read = 1 - _left(step) / _known(step)
        return BEFORE_HISTORIES + (STORING - BEFORE_HISTORIES) * read
    if step.done.get("issues"):
        return BEFORE_HISTORIES * 0.7
    return BEFORE_HISTORIES * (0.3 if step.done.get("users") else 0.1)


def a_sync(id: int, key: str, before: Job | None) -> Job:
    return Job(id, key)


def a_check(id: int, key: str, before: Check | None) -> Check:
    return Check(id, key, verdict=before.verdict if before else None)


_syncs: Jobs[Job, Progress] = Jobs(a_sync)
_checks: Jobs[Check, Verdict] = Jobs(a_check)
start, latest = _syncs.start, _syncs.latest
begin_check, latest_check = _checks.start, _checks.latest


def cancel(key: str) -> None:
    """Stops whatever runs for a key, within a second."""
    _syncs.cancel(key)
    _checks.cancel(key)


def drop(key: str) -> None:
    """Forgets what the last sync and the last check of a key have told."""
    _syncs.drop(key)
    _checks.cancel(key)
    _checks.drop(key)


def start_sync(
    key: str,
    connection: Connection,
    store: Store,
    *,
    days: int = 30,
    full: bool = False,
    timezone: str = "UTC",
) -> Job:
    """Syncs a site in the background, or returns the sync of it that runs."""

    def steps(cancel: threading.Event) -> Iterator[Progress]:
        return sync(connection, store, days=days, full=full, timezone=timezone, cancel=cancel)

    return start(key, steps)


def start_check(
    key: str, connection: Connection, snapshot: Snapshot, *, sample: int = SAMPLE
) -> Check:
    """Checks a sample of a snapshot in the background, or returns the check that runs.

    Whoever's token it is must be the account that synced: another sees other issues.
    """

    def steps(cancel: threading.Event) -> Iterator[Verdict]:
        signed_in = sign_in(connection, cancel=cancel)
        try:
            if signed_in.account_id != snapshot.meta["account_id"]:
                raise AuthenticationFailed(
                    "This token belongs to another account than the one that synced.",
                    "Connect again with a token of that account.",
                )
            yield from verify(signed_in.cloud, snapshot, sample=sample, cancel=cancel)
        finally:
            signed_in.cloud.transport.close()

    return begin_check(key, steps)
