"""Figures of a snapshot, computed once and shared by all sessions.

Everything is keyed by the store's folder (which is one site as one account sees it)
and the snapshot's id, so nobody meets another account's figures. Failures are not kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Set
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import pyarrow as pa

from jira_usage.errors import NothingSynced
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
SNAPSHOTS = 4
VIEWS = 4  # of each snapshot: with 100,000 people a view is 100 MB
FIGURES = 100
PARTS = 2  # of all snapshots: each holds the acts of its people once more


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

    def known(self) -> set[K]:
        with self._lock:
            return set(self._things)

    def drop(self, unwanted: Callable[[K], bool]) -> None:
        with self._lock:
            for key in [key for key in self._things if unwanted(key)]:
                del self._things[key]


_snapshots: Shelf[tuple[str, str]] = Shelf(SNAPSHOTS)
_parts: Shelf[tuple[str, Hashable]] = Shelf(PARTS)
_views: WeakKeyDictionary[Snapshot, Shelf[Hashable]] = WeakKeyDictionary()
_views_lock = threading.Lock()


def load_snapshot(kept: SiteStore) -> Snapshot:
    """The last complete snapshot, the same object as long as it is the last one."""
    generation = kept.current()
    if generation is None:
        raise NothingSynced("This site has not been synced yet.", "Sync it first.")
    key = (str(kept.folder), generation.id)
    _snapshots.drop(lambda other: other[0] == key[0] and other != key)
    return _snapshots.get(key, lambda: Snapshot(generation, kept))


def part(snapshot: Snapshot, key: Hashable, make: Callable[[], Snapshot]) -> Snapshot:
    """A part of a snapshot, the same object for the same key; those of older ones are dropped."""
    _drop_parts({snapshot.id})
    return _parts.get((snapshot.id, key), make)


def _drop_parts(besides: Set[str] = frozenset()) -> None:
    """Drops the parts of snapshots that are kept no longer."""
    kept = {snapshot_id for _, snapshot_id in _snapshots.known()} | besides
    _parts.drop(lambda part: part[0] not in kept)


def remember(
    snapshot: Snapshot,
    view: Hashable,
    what: Callable[..., object],
    key: Hashable,
    make: Callable[[], T],
) -> T:
    """What `make` returns, kept under the snapshot, the view, the name of `what` and the key.

    Of each snapshot the last few views are kept. A function without a name of its own is
    refused: two lambdas would share one entry.
    """
    name = f"{what.__module__}.{getattr(what, '__qualname__', '')}"
    if name.endswith(".") or "<" in name:
        raise TypeError("cache a named function of a module: lambdas would share one entry")
    with _views_lock:
        views = _views.setdefault(snapshot, Shelf(VIEWS))
    figures: Shelf[Hashable] = views.get(view, lambda: Shelf(FIGURES))
    return figures.get((name, key), lambda: _tidily(make))


def draw(
    snapshot: Snapshot, view: Hashable, what: Callable[..., T], arguments: tuple[Any, ...]
) -> T:
    """What `what` makes of its arguments, kept for the very same tables under a view."""
    key = tuple(_identity(one) for one in arguments)

    def made() -> tuple[tuple[Any, ...], T]:
        return arguments, what(*arguments)  # kept together: no other table gets such an id

    return remember(snapshot, view, what, key, made)[1]


def _identity(argument: Any) -> Hashable:
    """What an argument is known by: itself, or where it holds tables, which one it is."""
    try:
        hash(argument)
    except TypeError:
        return id(argument)
    known: Hashable = argument
    return known


def _tidily(make: Callable[[], T]) -> T:
    """Gives back to the system what was needed only while figures were made."""
    made = make()
    for pool in (pa.default_memory_pool(), pa.system_memory_pool()):
        pool.release_unused()
    return made


def drop_site(kept: SiteStore) -> None:
    """Forgets every figure of a site and account."""
    folder = str(kept.folder)
    _snapshots.drop(lambda key: key[0] == folder)
    _drop_parts()
