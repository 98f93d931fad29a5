"""Several requests in flight, one thread that thinks.

Jobs read pages on a few threads; what they read is handed, page by page, to the
thread that runs the crew. So everything that is not waiting for Jira happens on
one thread and needs no locks, and a slow reader slows the requests down instead
of filling the memory.
"""

from __future__ import annotations

import heapq
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from jira_usage.errors import JiraUsageError

T = TypeVar("T")
IN_FLIGHT = 8
# Jobs that wait for their turn at a limited endpoint give their place to others.
WAITING_JOBS = 16
WAITING_PAGES = 4
TICK_SECONDS = 0.2
FAREWELL_SECONDS = 0.5


@dataclass(frozen=True)
class Kind:
    """Jobs that are alike: the `urgent` go first, and no more than `most` at once.

    Jobs of one kind ask one endpoint, so a limited endpoint never holds all threads.
    """

    name: str = "other"
    urgent: bool = False
    most: int = IN_FLIGHT


OTHER = Kind()


@dataclass(order=True)
class _Job:
    later: bool
    number: int
    kind: Kind = field(compare=False)
    work: Callable[[], None] = field(compare=False)


class Crew:
    """Runs jobs until none is left; `open` says how many are.

    Use as a context manager; leaving it stops every thread.
    A thread that hangs in a request when the crew is left is not waited for: it ends
    with that request, and nobody hears of it.
    """

    def __init__(self, stop: threading.Event, in_flight: int = IN_FLIGHT) -> None:
        self._stop = stop
        self._left = threading.Event()
        self._results: queue.Queue[Callable[[], None]] = queue.Queue(WAITING_PAGES)
        self._change = threading.Condition()
        self._jobs: dict[Kind, list[_Job]] = {}
        self._running: Counter[Kind] = Counter()
        self._places = in_flight
        self._threads: list[threading.Thread] = []
        self._most_threads = in_flight + WAITING_JOBS
        self._idle = 0
        self._number = 0
        self.open = 0
        self._mine = threading.local()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._stop.set()
        self._left.set()
        with self._change:
            self._jobs.clear()
            self._change.notify_all()
        until = time.monotonic() + FAREWELL_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def read(
        self,
        pages: Callable[[], Iterable[T]],
        take: Callable[[T], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None] | None = None,
        kind: Kind = OTHER,
    ) -> None:
        """Adds a job: `take` gets each page, then `done` is called, or `failed` with the error."""
        self.open += 1
        with self._change:
            self._number += 1
            work = _Work(pages, take, failed, done)
            job = _Job(not kind.urgent, self._number, kind, lambda: self._work(work))
            heapq.heappush(self._jobs.setdefault(kind, []), job)
            self._call_a_thread()

    def run(self) -> Iterator[None]:
        """Handles what the threads read, until no job is left; yields at least every 0.2 s."""
        while self.open:
            try:
                handle = self._results.get(timeout=TICK_SECONDS)
            except queue.Empty:
                yield
                continue
            handle()
            yield

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While a job waits for its turn, another takes its place."""
        if not getattr(self._mine, "works", False):
            yield
            return
        with self._change:
            self._places += 1
            self._call_a_thread()
        try:
            yield
        finally:
            with self._change:
                while self._places <= 0 and not self._over:
                    self._change.wait(TICK_SECONDS)
                self._places -= 1

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or self._left.is_set()

    def _call_a_thread(self) -> None:
        if self._idle:
            self._change.notify_all()
        elif len(self._threads) < self._most_threads:
            name = f"jira-read-{len(self._threads)}"
            thread = threading.Thread(target=self._serve, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self) -> None:
        self._mine.works = True
        while job := self._next():
            try:
                job.work()
            finally:
                with self._change:
                    self._places += 1
                    self._running[job.kind] -= 1
                    self._change.notify()

    def _next(self) -> _Job | None:
        """The next job, once there is one and a place for it; None when the crew is left."""
        with self._change:
            while not self._over:
                ready = [
                    jobs[0]
                    for kind, jobs in self._jobs.items()
                    if jobs and self._running[kind] < kind.most
                ]
                if ready and self._places > 0:
                    job = min(ready)
                    heapq.heappop(self._jobs[job.kind])
                    self._places -= 1
                    self._running[job.kind] += 1
                    return job
                self._idle += 1
                self._change.wait(TICK_SECONDS)
                self._idle -= 1
        return None

    def _work(self, job: _Work) -> None:
        try:
            for page in job.pages():
                self._hand_over(partial(job.take, page))
                del page
        except JiraUsageError as error:
            self._hand_over(partial(self._end, partial(job.failed, error)))
        except BaseException as error:
            self._hand_over(partial(self._end, partial(_raise, error)))
        else:
            self._hand_over(lambda: self._end(job.done))

    def _end(self, then: Callable[[], None] | None) -> None:
        self.open -= 1
        if then:
            then()

    def _hand_over(self, handle: Callable[[], None]) -> None:
        """Waits for the thread that thinks; meanwhile another job may ask."""
        try:
            return self._results.put_nowait(handle)
        except queue.Full:
            pass
        with self.aside():
            while not self._over:
                try:
                    return self._results.put(handle, timeout=TICK_SECONDS)
                except queue.Full:
                    continue


@dataclass(frozen=True)
class _Work:
    pages: Callable[[], Iterable[Any]]
    take: Callable[[Any], None]
    failed: Callable[[JiraUsageError], None]
    done: Callable[[], None] | None


def once(ask: Callable[[], Any]) -> Callable[[], Iterable[Any]]:
    """A job of one page."""

    def pages() -> Iterator[Any]:
        yield ask()

    return pages


def _raise(error: BaseException) -> None:
    raise error
