"""How Python runs in this process while documents come by the million.

They hold no circles, so counting references frees them; looking for circles among them took
a fifth of a sync. And whoever has an answer of Jira's waits for a shorter time until the
thread that works on another lets go of the interpreter: a request is asked as soon as that.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (1_000_000, 20, 20)
SHORT_TURN = 0.001

_lock = threading.Lock()
_busy = 0
_usual = gc.get_threshold(), sys.getswitchinterval()


@contextmanager
def tuned() -> Iterator[None]:
    """Meanwhile garbage is collected a thousand times more seldom, and threads take short turns."""
    global _busy, _usual
    with _lock:
        if not _busy:
            _usual = gc.get_threshold(), sys.getswitchinterval()
            _set(SELDOM, SHORT_TURN)
        _busy += 1
    try:
        yield
    finally:
        with _lock:
            _busy -= 1
            if not _busy:
                _set(*_usual)


def _set(threshold: tuple[int, int, int], turn: float) -> None:
    gc.set_threshold(*threshold)
    sys.setswitchinterval(turn)
