"""Figures of a snapshot, computed once and shared by all sessions.

Everything is keyed by the store's folder (which is one site as one account sees it)
and the snapshot's id, so nobody meets another account's figures. Failures are not kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from jira_usage.errors import NothingSynced
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
SNAPSHOTS = 4
FIGURES = 200


class Shelf(Generic[K]):
    """Keeps what was made last, by key; two askers of the same thing make it once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._things: OrderedDict[K, Any] = OrderedDict()
        self._making: dict[K, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                found: T = self._things[key]
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._things:
                    made: T = self._things[key]
                    return made
            try:
                made = make()
                with self._lock:
                    self._things[key] = made
                    while len(self._things) > self._size:
                        self._things.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def drop(self, unwanted: Callable[[K], bool]) -> None:
        with self._lock:
            for key in [key for key in self._things if unwanted(key)]:
                del self._things[key]


_snapshots: Shelf[tuple[str, str]] = Shelf(SNAPSHOTS)
_figures: WeakKeyDictionary[Snapshot, Shelf[Hashable]] = WeakKeyDictionary()
_figures_lock = threading.Lock()


def load_snapshot(kept: SiteStore) -> Snapshot:
    """The last complete snapshot, the same object as long as it is the last one."""
    generation = kept.current()
    if generation is None:
        raise NothingSynced("This site has not been synced yet.", "Sync it first.")
    key = (str(kept.folder), generation.id)
    return _snapshots.get(key, lambda: Snapshot(generation, kept))


def remember(snapshot: Snapshot, what: Callable[..., T], key: Hashable, make: Callable[[], T]) -> T:
    """What `make` returns, kept under the name of `what`, the key and the snapshot.

    A function without a name of its own is refused: two lambdas would share one entry.
    """
    name = f"{what.__module__}.{getattr(what, '__qualname__', '')}"
    if name.endswith(".") or "<" in name:
        raise TypeError("cache a named function of a module: lambdas would share one entry")
    with _figures_lock:
        shelf = _figures.setdefault(snapshot, Shelf(FIGURES))
    return shelf.get((name, key), make)


def drop_site(kept: SiteStore) -> None:
    """Forgets every figure of a site and account."""
    folder = str(kept.folder)
    _snapshots.drop(lambda key: key[0] == folder)
