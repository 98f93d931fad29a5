"""Which functions does the processor spend its time in, on all threads?

Every few milliseconds each thread's time on a processor is read, as Linux counts it, and
what is new is put to the function of this project that the thread is in. So waiting costs
nothing, and work that a library does is counted where it was asked for.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

PACKAGE = "jira_usage"
EVERY = 0.02


class Sampler:
    """Watches from a thread of its own. Use as a context manager. Only for Linux."""

    def __init__(self) -> None:
        self._spent: Counter[str] = Counter()
        self._seen: dict[int, int] = {}
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._run, name="sampler", daemon=True)

    def __enter__(self) -> Self:
        self._look(count=False)
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._watch.join()

    def seconds_by_function(self) -> dict[str, float]:
        """Seconds on a processor by function, the most first."""
        return {name: spent / 1e9 for name, spent in self._spent.most_common()}

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            self._look()

    def _look(self, count: bool = True) -> None:
        frames = sys._current_frames()
        for thread in threading.enumerate():
            if thread is self._watch or thread.native_id is None or thread.ident not in frames:
                continue
            try:
                told = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text()
            except OSError:
                continue
            now = int(told.split()[0])
            spent = now - self._seen.get(thread.native_id, 0 if count else now)
            self._seen[thread.native_id] = now
            if spent and count:
                self._spent[_function(frames[thread.ident])] += spent


def _function(frame: FrameType) -> str:
    """The innermost function of this project, and what it called; else the innermost of all."""
    inner: FrameType | None = frame
    called = ""
    while inner is not None:
        module = str(inner.f_globals.get("__name__", ""))
        if module.split(".")[0] == PACKAGE:
            return f"{module.partition('.')[2]}.{inner.f_code.co_qualname}{called}"
        called = f" → {module.split('.')[0]}"
        inner = inner.f_back
    return f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}"
