"""Several requests in flight, one thread that thinks.

Jobs read pages on a few threads; what they read is handed, page by page, to the
thread that runs the crew. So everything that is not waiting for Jira happens on
one thread and needs no locks, and a slow reader slows the requests down instead
of filling the memory.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

from jira_usage.errors import JiraUsageError

T = TypeVar("T")
IN_FLIGHT = 8
WAITING_PAGES = 16
TICK_SECONDS = 0.2


class Crew:
    """Runs jobs until none is left. Use as a context manager; leaving it stops every thread."""

    def __init__(self, stop: threading.Event, in_flight: int = IN_FLIGHT) -> None:
        self._stop = stop
        self._results: queue.Queue[Callable[[], None]] = queue.Queue(WAITING_PAGES)
        self._threads = ThreadPoolExecutor(in_flight, thread_name_prefix="jira-read")
        self._open = 0

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
        self._threads.shutdown(wait=True, cancel_futures=True)

    def read(
        self,
        pages: Callable[[], Iterable[T]],
        take: Callable[[T], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None] | None = None,
    ) -> None:
        """Adds a job: `take` gets each page, then `done` is called, or `failed` with the error."""
        self._open += 1
        self._threads.submit(self._work, pages, take, failed, done)

    def run(self) -> Iterator[None]:
        """Handles what the threads read, until no job is left; yields at least every 0.2 s."""
        while self._open:
            try:
                handle = self._results.get(timeout=TICK_SECONDS)
            except queue.Empty:
                yield
                continue
            handle()
            yield

    def _work(
        self,
        pages: Callable[[], Iterable[T]],
        take: Callable[[T], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None] | None,
    ) -> None:
        try:
            for page in pages():
                self._hand_over(lambda page=page: take(page))  # type: ignore[misc]
        except JiraUsageError as error:
            self._hand_over(lambda error=error: self._end(lambda: failed(error)))  # type: ignore[misc]
        except BaseException as error:
            self._hand_over(lambda error=error: self._end(lambda: _raise(error)))  # type: ignore[misc]
        else:
            self._hand_over(lambda: self._end(done))

    def _end(self, then: Callable[[], None] | None) -> None:
        self._open -= 1
        if then:
            then()

    def _hand_over(self, handle: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                return self._results.put(handle, timeout=TICK_SECONDS)
            except queue.Full:
                continue


def _raise(error: BaseException) -> None:
    raise error
