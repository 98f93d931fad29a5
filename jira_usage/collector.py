"""How seldom Python looks for garbage while documents come by the million.

They hold no circles, so counting references frees them; looking for circles among them took
a fifth of a sync.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (100_000, 20, 20)

_lock = threading.Lock()
_busy = 0
_usual = gc.get_threshold()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Meanwhile, in this whole process, garbage is collected a hundred times more seldom."""
    global _busy, _usual
    with _lock:
        if not _busy:
            _usual = gc.get_threshold()
            gc.set_threshold(*SELDOM)
        _busy += 1
    try:
        yield
    finally:
        with _lock:
            _busy -= 1
            if not _busy:
                gc.set_threshold(*_usual)
