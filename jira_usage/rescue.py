"""What can still be read of a damaged store, made into one that can be built upon."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from jira_usage.blobs import DATABASE, is_ours, opened, settle, survive_power_loss
from jira_usage.errors import StoreDamaged

SPARES = "notes"
_DIGEST = 64


def rebuild(folder: Path, keep: Callable[[str, bytes], bool]) -> None:
    """Makes the database of a folder anew with the entries that are kept, and people's notes.

    Until the new one is whole the old one stays: whoever is stopped here can begin again.
    """
    entries = {key: value for key, value in _entries(folder) if keep(key, value)}
    entries |= spares(folder)
    workshop = folder / "rebuilt"
    shutil.rmtree(workshop, ignore_errors=True)
    with opened(workshop) as cache:
        survive_power_loss(cache)
        with cache.transact():
            for key, value in entries.items():
                cache.set(key, value)
    for path in workshop.glob("??/??/*.val"):
        place = folder / path.relative_to(workshop)
        for above in (place.parent.parent, place.parent):
            above.mkdir(mode=0o700, exist_ok=True)
        path.replace(place)
        settle(place.parent)
    for path in folder.glob(f"{DATABASE}-*"):
        path.unlink()
    (workshop / DATABASE).replace(folder / DATABASE)
    settle(folder)
    shutil.rmtree(workshop, ignore_errors=True)


def _entries(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What the rows of a damaged database still tell, from either end up to the damage."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        for order in ("ASC", "DESC"):
            # The order is one of the two words above, and can't be a parameter.
            query = f"SELECT key, filename, value FROM Cache ORDER BY rowid {order}"  # noqa: S608
            with suppress(sqlite3.Error, UnicodeDecodeError):
                for key, filename, value in database.execute(query):
                    if is_ours(filename):
                        with suppress(OSError):
                            yield str(key), (folder / filename).read_bytes()
                    elif type(key) is str and type(value) is bytes:
                        yield key, value


def is_sound(folder: Path) -> bool:
    """Whether a database is whole, and every row is one that a store writes."""
    try:
        with opened(folder) as cache:
            whole = cache._sql("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = cache._sql(_ROWS)
            return whole and all(good and (name is None or is_ours(name)) for good, name in rows)
    except StoreDamaged:
        return False


_ROWS = """
    SELECT raw = 1 AND typeof(key) = 'text' AND expire_time IS NULL AND (
        mode = 1 AND filename IS NULL AND typeof(value) = 'blob'
        OR mode = 2 AND typeof(filename) = 'text' AND value IS NULL
    ), filename FROM Cache
"""


def write_spare(folder: Path, key: str, value: bytes) -> None:
    """Keeps a second copy of a note beside the database: no sync could bring it back."""
    spares_folder = folder / SPARES
    spares_folder.mkdir(mode=0o700, exist_ok=True)
    draft = spares_folder / f"{os.getpid()}.draft"
    told = key.encode() + b"\n" + value
    handle = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as writer:
        writer.write(hashlib.sha256(told).hexdigest().encode() + told)
        writer.flush()
        os.fsync(writer.fileno())
    draft.replace(spares_folder / _name(key))
    settle(spares_folder)


def spare(folder: Path, key: str) -> bytes | None:
    """The second copy of a note, None where there is no whole one."""
    told = _spare(folder / SPARES / _name(key))
    return told[1] if told and told[0] == key else None


def drop_spare(folder: Path, key: str) -> None:
    """Deletes the second copy of a note."""
    (folder / SPARES / _name(key)).unlink(missing_ok=True)


def spares(folder: Path) -> Mapping[str, bytes]:
    """The second copies of people's notes that are whole, by their keys."""
    return dict(filter(None, map(_spare, sorted((folder / SPARES).glob("*")))))


def _spare(path: Path) -> tuple[str, bytes] | None:
    with suppress(OSError, UnicodeDecodeError):
        content = path.read_bytes()
        digest, told = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(told).hexdigest().encode() == digest:
            key, _, value = told.partition(b"\n")
            return key.decode(), value
    return None


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]
