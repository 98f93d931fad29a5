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
MOST_BIG = 3
# Jobs that wait for their turn at a limited endpoint give their place to others.
WAITING_JOBS = 16
WAITING_PAGES = 4
TICK_SECONDS = 0.2
FAREWELL_SECONDS = 0.5


@dataclass(frozen=True)
class Kind:
    """Jobs that are alike: the `urgent` go first, and no more than `most` at once.

    Jobs of one kind ask one endpoint, so a limited endpoint never holds all threads. Of
    all whose pages are `big`, no more than MOST_BIG are read at once: each is held in
    memory whole.
    """

    name: str = "other"
    urgent: bool = False
    most: int = IN_FLIGHT
    big: bool = False


OTHER = Kind()


@dataclass(order=True)
class _Job:
    later: bool
    number: int
    kind: Kind = field(compare=False)
    work: Callable[[], None] = field(compare=False)


class Crew:
    """Runs jobs until none is left; `open` says how many are.

    Use as a context manager; leaving it stops every thread. Left by an error, it sets `stop`,
    for what its jobs wait for: whether somebody has cancelled is no longer told by that.
    A thread that hangs in a request when the crew is left is not waited for: it ends
    with that request, and nobody hears of it.
    """

    def __init__(self, stop: threading.Event, in_flight: int = IN_FLIGHT) -> None:
        self._stop = stop
        self._left = threading.Event()
        self._results: queue.Queue[Callable[[], None]] = queue.Queue(WAITING_PAGES)
        self._lock = threading.Lock()
        self._returning = threading.Condition(self._lock)
        self._big_returning = threading.Condition(self._lock)
        self._idle: dict[bool, list[threading.Condition]] = {True: [], False: []}
        self._jobs: dict[Kind, list[_Job]] = {}
        self._running: Counter[Kind] = Counter()
        self._big = 0
        self._places = in_flight
        self._coming_back = self._big_coming_back = 0
        self._threads: list[threading.Thread] = []
        self._made = {True: 0, False: 0}
        self._called = {True: False, False: False}
        self._most_threads = in_flight + WAITING_JOBS  # of those for big pages, and of the others
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
        with self._lock:
            self._jobs.clear()
            for idle in (*self._idle[True], *self._idle[False]):
                idle.notify()
            self._returning.notify_all()
            self._big_returning.notify_all()
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
        with self._lock:
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
    def asking(self) -> Iterator[None]:
        """Surrounds a request of a job: no more than `in_flight` of them are made at once.

        A job has its place until its first request is answered; for another one it waits.
        """
        mine = getattr(self._mine, "turn", None)
        if mine is None:
            yield
            return
        self._come_back(mine)
        try:
            yield
        finally:
            self._make_room(mine)

    def stand_aside(self) -> None:
        """Says that a job waits before it asks again: others may ask meanwhile."""
        mine = getattr(self._mine, "turn", None)
        if mine is not None:
            with self._lock:
                self._no_longer_big(mine)
            self._make_room(mine)

    def _make_room(self, mine: _Turn) -> None:
        if mine.placed:
            with self._lock:
                mine.placed = False
                self._places += 1
                # A free place is for a job that comes back to it, before any that has not begun.
                if self._places <= self._coming_back:
                    self._returning.notify()
                else:
                    self._call_a_thread()

    def _come_back(self, mine: _Turn) -> None:
        if not mine.placed:
            with self._lock:
                if mine.kind.big and not mine.big:
                    self._big_coming_back += 1
                    while self._big >= MOST_BIG and not self._over:
                        self._big_returning.wait(TICK_SECONDS)
                    self._big_coming_back -= 1
                    self._big += 1
                    mine.big = True
                self._coming_back += 1
                while self._places <= 0 and not self._over:
                    self._returning.wait(TICK_SECONDS)
                self._coming_back -= 1
                self._places -= 1
                mine.placed = True

    def _no_longer_big(self, mine: _Turn) -> None:
        if mine.big:
            self._big -= 1
            mine.big = False
            self._big_returning.notify()

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or self._left.is_set()

    def _call_a_thread(self) -> None:
        """Has the next job begun, if one may be.

        Big pages are read by threads of their own, and what is next by the one that worked
        last: the memory that a thread has freed, it alone uses again.
        """
        job = self._best()
        if job is None or self._called[job.kind.big]:  # who was called calls the next one
            return
        if idle := self._idle[job.kind.big]:
            idle.pop().notify()
        elif self._made[job.kind.big] < self._most_threads:
            name = f"jira-read-{len(self._threads)}"
            big = [job.kind.big]
            thread = threading.Thread(target=self._serve, args=big, name=name, daemon=True)
            self._threads.append(thread)
            self._made[job.kind.big] += 1
            thread.start()
        else:
            return
        self._called[job.kind.big] = True

    def _serve(self, big: bool) -> None:
        while job := self._next(big):
            mine = self._mine.turn = _Turn(job.kind, big)
            try:
                job.work()
            finally:
                with self._lock:
                    self._running[job.kind] -= 1
                    self._no_longer_big(mine)
                self._make_room(mine)

    def _next(self, big: bool) -> _Job | None:
        """The next job, once there is one and a place for it; None when the crew is left."""
        with self._lock:
            idle = threading.Condition(self._lock)
            while not self._over:
                self._called[big] = False
                job = self._best()
                if job and job.kind.big == big:
                    heapq.heappop(self._jobs[job.kind])
                    self._places -= 1
                    self._running[job.kind] += 1
                    self._big += big
                    self._call_a_thread()
                    return job
                self._call_a_thread()
                self._idle[big].append(idle)
                idle.wait(TICK_SECONDS)
                if idle in self._idle[big]:
                    self._idle[big].remove(idle)
        return None

    def _best(self) -> _Job | None:
        """The job to begin now; None where there is none, or no place for it."""
        if self._places <= self._coming_back:
            return None
        may = [
            jobs[0] for kind, jobs in self._jobs.items() if jobs and self._running[kind] < kind.most
        ]
        room = self._big + self._big_coming_back < MOST_BIG
        return min((job for job in may if room or not job.kind.big), default=None)

    def _work(self, job: _Work) -> None:
        try:
            for page in job.pages():
                self._hand_over(partial(job.take, page))
                del page
        except JiraUsageError as error:
            self._hand_over(partial(self._end, partial(job.failed, error)))
        except BaseException as error:
            self._hand_over(partial(self._end, partial(fail, error)))
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
        self._make_room(self._mine.turn)
        while not self._over:
            try:
                return self._results.put(handle, timeout=TICK_SECONDS)
            except queue.Full:
                continue


class Share:
    """Some of a crew's jobs: `idle` is called whenever none of them is left."""

    def __init__(self, crew: Jobs, idle: Callable[[], object]) -> None:
        self._crew = crew
        self._idle = idle
        self.open = 0

    def read(
        self,
        pages: Callable[[], Iterable[T]],
        take: Callable[[T], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None] | None = None,
        kind: Kind = OTHER,
    ) -> None:
        """Adds a job, as Crew.read does."""
        self.open += 1
        end = partial(self._end, done or _nothing)
        self._crew.read(pages, take, lambda error: self._end(partial(failed, error)), end, kind)

    def _end(self, then: Callable[[], None]) -> None:
        self.open -= 1
        then()
        if not self.open:
            self._idle()


def _nothing() -> None:
    pass


# What jobs are put to.
Jobs = Crew | Share


@dataclass
class _Turn:
    """What a running job has: a place among those that ask, and one among the big."""

    kind: Kind
    big: bool
    placed: bool = True


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


def fail(error: BaseException) -> None:
    """For jobs whose error ends everything."""
    raise error
