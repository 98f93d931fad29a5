"""Syncs in the background: one per site and account, shared by all sessions of this server.

A job is a daemon thread that consumes `sync.sync` and writes nothing but its own Job.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from jira_usage.connection import Connection
from jira_usage.errors import JiraUsageError, SyncCancelled, SyncIncomplete
from jira_usage.store import Store
from jira_usage.sync import Progress, Summary, sync

State = Literal["running", "done", "failed", "cancelled"]
Steps = Callable[[threading.Event], Iterator[Progress]]
log = logging.getLogger(__name__)

# What is read before the histories takes about this share of a sync's time.
BEFORE_HISTORIES = 0.15
STORING = 0.97


@dataclass
class Job:
    """One sync: how far it is, and how it ended. Only its own thread changes it.

    `id` grows with every job of this server. Instants are epoch seconds.
    """

    id: int
    key: str
    state: State = "running"
    progress: Progress = field(default_factory=lambda: Progress("Connecting to the site"))
    share: float = 0.0
    error: JiraUsageError | None = None
    summary: Summary | None = None
    started_at: float = field(default_factory=time.time)
    ended_at: float | None = None
    cancel: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def seconds(self) -> float:
        return (self.ended_at or time.time()) - self.started_at

    @property
    def seconds_left(self) -> float | None:
        """How long it may still take, once that can be known."""
        if self.share <= BEFORE_HISTORIES + 0.1 or self.seconds < 3:
            return None
        return self.seconds * (1 - self.share) / self.share


class Jobs:
    """The latest job of every key; at most one of them runs at a time."""

    def __init__(self) -> None:
        self._latest: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._started = 0

    def latest(self, key: str) -> Job | None:
        with self._lock:
            return self._latest.get(key)

    def start(self, key: str, steps: Steps) -> Job:
        """Starts a job, or returns the one that runs."""
        with self._lock:
            job = self._latest.get(key)
            if job and job.running:
                return job
            self._started += 1
            job = self._latest[key] = Job(self._started, key)
        threading.Thread(target=_run, args=(job, steps), name="jira-sync", daemon=True).start()
        return job

    def cancel(self, key: str) -> None:
        """Asks the job that runs to stop; it does so within a second."""
        job = self.latest(key)
        if job:
            job.cancel.set()

    def drop(self, key: str) -> None:
        """Forgets how the last job of a key ended."""
        with self._lock:
            job = self._latest.get(key)
            if job and not job.running:
                del self._latest[key]


def _run(job: Job, steps: Steps) -> None:
    state: State = "failed"
    try:
        for step in steps(job.cancel):
            job.progress = step
            job.share = max(job.share, _share(step))
            job.summary = step.summary or job.summary
        state = "done"
    except SyncCancelled as error:
        state, job.error = "cancelled", error
    except JiraUsageError as error:
        job.error = error
    except Exception as error:
        # The text of a foreign error may hold an address or an answer: it is not kept.
        name = type(error).__name__
        log.error("sync stopped by %s\n%s", name, "".join(traceback.format_tb(error.__traceback__)))
        job.error = SyncIncomplete(
            f"Something unexpected stopped the sync ({name}).",
            "Try again. What was synced before is still there.",
        )
    finally:
        job.ended_at = time.time()
        job.state = state


def _share(step: Progress) -> float:
    """How much of a sync is done, from 0 to 1, by what it says of itself."""
    if step.summary:
        return 1.0
    if step.message.startswith("Storing"):
        return STORING
    total = step.total.get("histories", 0)
    if total:
        read = min(1.0, step.done.get("histories", 0) / total)
        return BEFORE_HISTORIES + (STORING - BEFORE_HISTORIES) * read
    if step.done.get("issues"):
        return BEFORE_HISTORIES * 0.7
    return BEFORE_HISTORIES * (0.3 if step.done.get("users") else 0.1)


_jobs = Jobs()
start, latest, cancel, drop = _jobs.start, _jobs.latest, _jobs.cancel, _jobs.drop


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
