"""What several answers need of a snapshot, computed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from jira_usage.snapshot import Snapshot

T = TypeVar("T")
KEPT = 12
_kept: WeakKeyDictionary[Snapshot, OrderedDict[Hashable, Any]] = WeakKeyDictionary()
_lock = threading.Lock()


def once(snapshot: Snapshot, make: Callable[..., T], *key: Hashable) -> T:
    """`make(snapshot, *key)`, computed once for all who need it; the last few are kept.

    `make` must be a named function of a module, as its name is part of the key.
    """
    name = (make.__module__, make.__qualname__, *key)
    with _lock:
        told = _kept.setdefault(snapshot, OrderedDict())
        if name in told:
            told.move_to_end(name)
            found: T = told[name]
            return found
    made = make(snapshot, *key)
    with _lock:
        told[name] = made
        while len(told) > KEPT:
            told.popitem(last=False)
    return made
