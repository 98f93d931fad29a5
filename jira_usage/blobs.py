"""Bytes by name in one private folder: durable, and never a pickle. The keeper of diskcache."""

from __future__ import annotations

import io
import os
import re
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import diskcache

from jira_usage.errors import StoreDamaged, StoreUnusable

DATABASE = "cache.db"
# The disk or its owner stands in the way: the data may be as good as ever. All else is damage.
_IN_THE_WAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_OURS = re.compile(r"[0-9a-f]{2}[/\\][0-9a-f]{2}[/\\][0-9a-f]{28}\.val")


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keeps text, bytes and numbers only: a pickle is neither written nor read.

    diskcache's own disks unpickle what they find, so a planted row would run as
    code (CVE-2025-69872), and they delete whatever file a row names. Files are
    private and reach the disk before their row.
    """

    def put(self, key: object) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError("a key is a text")
        return key, True

    def get(self, key: object, raw: bool) -> str:
        if not raw or type(key) is not str:
            raise foreign()
        return key

    def store(self, value: object, read: bool, key: object = diskcache.core.UNKNOWN) -> Any:
        if type(value) is not bytes:
            raise TypeError("a value is bytes")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: object, value: object, read: bool) -> bytes:
        if mode == diskcache.core.MODE_BINARY and is_ours(filename):
            return bytes(super().fetch(mode, filename, value, read))
        if mode == diskcache.core.MODE_RAW and filename is None and type(value) is bytes:
            return value
        raise foreign()

    def remove(self, file_path: object) -> None:
        """Deletes the file of a row that has gone, and never one of somebody else's."""
        if is_ours(file_path):
            super().remove(file_path)

    def _write(
        self, full_path: str, iterator: io.BytesIO, mode: str, encoding: str | None = None
    ) -> int:
        path = Path(full_path)
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "wb") as writer:
                size = writer.write(iterator.read())  # going through it would be line by line
                writer.flush()
                os.fsync(writer.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            settle(folder)
        return size


def is_ours(filename: object) -> bool:
    """Whether a row's file is one that a store writes: two folders, then a name ending in .val."""
    return isinstance(filename, str) and _OURS.fullmatch(filename) is not None


def settle(folder: Path) -> None:
    """Makes the names in a folder outlast a loss of power, where the system can do that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def opened(folder: Path) -> Iterator[Any]:
    """The cache of a folder, for whoever writes; made where there is none.

    Opening it takes as long as writing a blob: within another `opened` of the same thread
    it is the same cache. StoreUnusable where the disk is in the way, StoreDamaged where
    what is there is not what a store has written.
    """
    at_hand = vars(_at_hand)
    with _in_words(folder):
        if str(folder) in at_hand:
            yield at_hand[str(folder)]
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its side files the permissions of the database file.
        (folder / DATABASE).touch(mode=0o600)
        if stat.S_IMODE((folder / DATABASE).stat().st_mode) & 0o077:
            (folder / DATABASE).chmod(0o600)
        with _cache(folder) as cache:
            at_hand[str(folder)] = cache
            try:
                yield cache
            finally:
                del at_hand[str(folder)]


_at_hand = threading.local()


@contextmanager
def reading(folder: Path) -> Iterator[Callable[[str], bytes | None]]:
    """What gets the bytes of a name, or None; raises as `opened`.

    Goes past diskcache, which writes all its settings whenever it opens: a reader
    changes nothing, needs no lock, and may find a folder that can't be written.
    """
    disk = BytesDisk(str(folder))
    with _in_words(folder), closing(_database(folder)) as database:
        if _is_unborn(folder, database):
            yield lambda key: None
            return

        def get(key: str) -> bytes | None:
            row = database.execute(_GET, (key,)).fetchone()
            try:
                return None if row is None else disk.fetch(row[0], row[1], row[2], False)
            except FileNotFoundError:
                return None

        yield get


def _is_unborn(folder: Path, database: sqlite3.Connection) -> bool:
    """Whether its first writer is still making the database, or was stopped while it did."""
    made = database.execute(_TABLES).fetchone()
    return made is None and not any(folder.glob("??/??/*.val"))


_TABLES = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Cache'"
_GET = "SELECT mode, filename, value FROM Cache WHERE key = ? AND raw = 1"


def _database(folder: Path) -> sqlite3.Connection:
    """A connection to a database that is there."""
    address = f"{(folder / DATABASE).absolute().as_uri()}?mode=rw"
    database = sqlite3.connect(address, uri=True, timeout=60)
    try:
        database.execute(_TABLES)
    except sqlite3.Error as error:
        database.close()
        journal = folder / f"{DATABASE}-wal"
        if not _in_the_way(error) or (journal.exists() and journal.stat().st_size):
            raise
        # In a folder that can't be written, and with nothing pending, nothing will change.
        return sqlite3.connect(address.replace("mode=rw", "immutable=1"), uri=True)
    return database


def _in_the_way(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _IN_THE_WAY


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except (diskcache.Timeout, OSError) as error:
        raise _unusable(folder, error) from None
    except sqlite3.Error as error:
        if _in_the_way(error):
            raise _unusable(folder, error) from None
        raise _damaged() from None
    except UnicodeDecodeError:  # SQLite's own words about a damaged schema may be no text
        raise _damaged() from None


def _cache(folder: Path) -> diskcache.Cache:
    """diskcache trusts the settings that it finds: what is planted there ends it in any way."""
    try:
        return diskcache.Cache(
            str(folder),
            disk=BytesDisk,
            eviction_policy="none",
            cull_limit=0,
            size_limit=1 << 50,
            timeout=60,
        )
    except (diskcache.Timeout, OSError, sqlite3.Error):
        raise
    except Exception:
        raise _damaged() from None


def survive_power_loss(cache: Any) -> None:
    """What this connection commits from now on, and all before it, is on the disk at once."""
    cache.reset("sqlite_synchronous", 2, update=False)


def sweep(cache: Any, folder: Path) -> None:
    """Deletes the files that no row names: a writer was stopped between the two."""
    with cache.transact():
        rows = cache._sql("SELECT filename FROM Cache WHERE filename IS NOT NULL").fetchall()
        known = {folder / name for [name] in rows if is_ours(name)}
        for path in folder.glob("??/??/*.val"):
            if path not in known:
                path.unlink(missing_ok=True)
    for path in [*folder.glob("??/??/"), *folder.glob("??/")]:
        with suppress(OSError):  # a writer of a note may just be using it
            path.rmdir()


def scrub(folder: Path) -> None:
    """Leaves nothing on the disk of what was deleted: neither in free pages nor in the journal."""
    with opened(folder) as cache:
        cache._sql("VACUUM")
        cache._sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _unusable(folder: Path, error: Exception) -> StoreUnusable:
    return StoreUnusable(
        f"The store in {folder.parent} can't be used ({type(error).__name__}).",
        "Check that the disk is not full and the folder can be written.",
    )


def foreign() -> StoreDamaged:
    return StoreDamaged("The store holds a foreign entry.", "Delete the store's folder.")


def _damaged() -> StoreDamaged:
    return StoreDamaged("The stored data is damaged.", "Sync the site again.")
