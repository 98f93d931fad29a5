"""Tables on disk, by site and account; a generation is published last.

A site's folder holds blobs named by their own hash and one manifest, `current`,
that says which blobs make up the last complete generation. Readers follow the
manifest, so an interrupted writer changes nothing for them. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import diskcache
import orjson
import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from jira_usage.errors import InvalidInput, StoreDamaged, StoreUnusable, SyncIncomplete

CURRENT, PREVIOUS, NOTE = "current", "previous", "note:"
FORMAT = 2


@dataclass(frozen=True)
class Generation:
    """One finished sync: which blobs its tables are in, and what is known about it.

    `tables` maps a table's name to its parts, each a name (a date for acts) and a
    blob's key. `id` is unique and changes with every publication.
    """

    id: str
    tables: Mapping[str, Mapping[str, str]]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return orjson.dumps(
            {"format": FORMAT, "id": self.id, "tables": self.tables, "meta": self.meta}
        )

    @classmethod
    def from_json(cls, text: bytes) -> Generation:
        try:
            told = orjson.loads(text)
            if told["format"] != FORMAT:
                raise ValueError("another format")
            return cls(told["id"], told["tables"], told["meta"])
        except (ValueError, KeyError, TypeError):
            raise StoreDamaged(
                "The stored data can't be read by this version.", "Sync the site again."
            ) from None

    @property
    def blobs(self) -> set[str]:
        return {key for parts in self.tables.values() for key in parts.values()}


class BytesDisk(diskcache.Disk):  # type: ignore[misc]
    """Keeps text, bytes and numbers only: a pickle is neither written nor read.

    diskcache's own disks unpickle what they find, so a planted row would run as
    code (CVE-2025-69872). Files are private and reach the disk before their row.
    """

    def put(self, key: object) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError("a key is a text")
        return key, True

    def get(self, key: str, raw: bool) -> str:
        if not raw:
            raise StoreDamaged("The store holds a foreign entry.", "Delete the store's folder.")
        return key

    def store(self, value: object, read: bool, key: object = diskcache.core.UNKNOWN) -> Any:
        if type(value) is not bytes:
            raise TypeError("a value is bytes")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> Any:
        if mode == diskcache.core.MODE_PICKLE or (filename and ".." in filename):
            raise StoreDamaged("The store holds a foreign entry.", "Delete the store's folder.")
        if filename and Path(filename).is_absolute():
            raise StoreDamaged("The store holds a foreign entry.", "Delete the store's folder.")
        return super().fetch(mode, filename, value, read)

    def _write(
        self, full_path: str, iterator: Iterator[bytes], mode: str, encoding: str | None = None
    ) -> int:
        path = Path(full_path)
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as writer:
            size = sum(writer.write(chunk) for chunk in iterator)
            writer.flush()
            os.fsync(writer.fileno())
        return size


def _damaged() -> StoreDamaged:
    return StoreDamaged("A part of the stored data is damaged.", "Sync the site again.")


class SiteStore:
    """What is kept of one site as one account sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        return (self.folder / "cache.db").exists()

    @contextmanager
    def _cache(self) -> Iterator[Any]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its side files the permissions of the database file.
        (self.folder / "cache.db").touch(mode=0o600)
        try:
            with diskcache.Cache(
                str(self.folder),
                disk=BytesDisk,
                eviction_policy="none",
                cull_limit=0,
                size_limit=1 << 50,
                timeout=60,
            ) as cache:
                yield cache
        except (diskcache.Timeout, OSError, sqlite3.OperationalError) as error:
            raise StoreUnusable(
                f"The store in {self.folder.parent} can't be used ({type(error).__name__}).",
                "Check that the disk is not full and the folder can be written.",
            ) from None
        except sqlite3.DatabaseError:
            raise StoreDamaged("The stored data is damaged.", "Sync the site again.") from None

    def current(self) -> Generation | None:
        """The last complete generation, or None where there is none."""
        if not self.exists:
            return None
        with self._cache() as cache:
            manifest = cache.get(CURRENT)
        return Generation.from_json(manifest) if manifest else None

    def save_table(self, table: pa.Table) -> str:
        """Writes a table as Parquet and returns its blob's key; the same table is written once."""
        sink = pa.BufferOutputStream()
        instants = [name for name in table.schema.names if name == "at"]
        pq.write_table(
            table,
            sink,
            compression="zstd",
            use_dictionary=[n for n in table.schema.names if n != "at"] if instants else True,
            column_encoding=dict.fromkeys(instants, "DELTA_BINARY_PACKED") or None,
        )
        blob = sink.getvalue().to_pybytes()
        key = hashlib.sha256(blob).hexdigest()
        with self._cache() as cache:
            if key not in cache:
                cache.set(key, blob)
        return key

    def load_table(self, key: str) -> pa.Table:
        """The table of a blob; StoreDamaged where it is missing or not what was written."""
        [table] = self.load_tables([key])
        return table

    def load_tables(
        self,
        keys: Iterable[str],
        columns: Sequence[str] | None = None,
        dictionaries: Sequence[str] = (),
    ) -> Iterator[pa.Table]:
        """The tables of some blobs, in order, each read when it is its turn.

        `columns` limits what is decoded; texts of `dictionaries` are decoded as such.
        """
        for blob in self._blobs(keys):
            try:
                source = pa.BufferReader(blob)
                yield pq.read_table(source, columns=columns, read_dictionary=list(dictionaries))
            except (pa.ArrowException, OSError):
                raise _damaged() from None

    def _blobs(self, keys: Iterable[str]) -> Iterator[bytes]:
        with self._cache() as cache:
            for key in keys:
                blob = cache.get(key)
                if blob is None or hashlib.sha256(blob).hexdigest() != key:
                    raise _damaged()
                yield blob

    def publish(self, generation: Generation) -> None:
        """Makes a generation the current one; drops what neither it nor the last one needs."""
        with self._cache() as cache:
            last = cache.get(CURRENT)
            with cache.transact():
                if last:
                    cache.set(PREVIOUS, last)
                cache.set(CURRENT, generation.to_json())
            needed = generation.blobs | {CURRENT, PREVIOUS}
            if last:
                needed |= Generation.from_json(last).blobs
            for key in [key for key in cache if key not in needed and not key.startswith(NOTE)]:
                cache.delete(key)

    def newest_intact(self) -> Generation | None:
        """The newest generation whose every part can be read; a damaged store is emptied.

        For whoever is about to write: what can't be read can't be built upon. People's
        notes stay, unless the database itself is damaged.
        """
        try:
            for generation in (self.current(), self.step_back()):
                if generation is not None:
                    try:
                        for _ in self._blobs(generation.blobs):
                            pass
                    except StoreDamaged:
                        continue
                    return generation
        except StoreDamaged:
            self._empty()
        return None

    def _empty(self) -> None:
        try:
            with self._cache() as cache:
                for key in [key for key in cache if not key.startswith(NOTE)]:
                    cache.delete(key)
        except StoreDamaged:
            for path in self.folder.glob("cache.db*"):
                path.unlink()

    def step_back(self) -> Generation | None:
        """The generation before the current one, where the current one can't be read."""
        if not self.exists:
            return None
        with self._cache() as cache:
            manifest = cache.get(PREVIOUS)
        return Generation.from_json(manifest) if manifest else None

    def note(self, name: str) -> bytes | None:
        """What people have noted under a name: it is theirs, and no sync touches it."""
        if not self.exists:
            return None
        with self._cache() as cache:
            noted: bytes | None = cache.get(NOTE + name)
        return noted

    def change_note(self, name: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replaces a note by what `change` makes of it, as one step for all who write."""
        with self._cache() as cache, cache.transact():
            cache.set(NOTE + name, change(cache.get(NOTE + name)))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held by the one sync of this site that may run on this machine."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(str(self.folder / "sync.lock"), timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise SyncIncomplete(
                "Another sync of this site is running.", "Wait for it to end, then try again."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def forget(self) -> None:
        """Leaves nothing of this site and account on disk."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists():
            raise StoreDamaged(
                f"{self.folder} could not be deleted.", "Delete that folder by hand."
            )


class Store:
    """One private folder with a folder for each site and account."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @classmethod
    def open(cls, environment: Mapping[str, str]) -> Store:
        """The store in JIRA_USAGE_HOME, or in the user's cache folder."""
        told = environment.get("JIRA_USAGE_HOME", "").strip()
        home = Path(told).expanduser() if told else platformdirs.user_cache_path("jira_usage")
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = home.stat()
            if hasattr(os, "getuid") and found.st_uid != os.getuid():
                raise InvalidInput(
                    f"{home} belongs to somebody else.", "Set JIRA_USAGE_HOME to your own folder."
                )
            if stat.S_IMODE(found.st_mode) != 0o700:
                home.chmod(0o700)
        except OSError as error:
            raise InvalidInput(
                f"{home} can't be used as the store ({error.strerror}).",
                "Set JIRA_USAGE_HOME to a folder that can be written.",
            ) from None
        return cls(home)

    def site(self, site_url: str, account_id: str) -> SiteStore:
        name = hashlib.sha256(f"{site_url}\n{account_id}".encode()).hexdigest()[:32]
        return SiteStore(self.home / name)

    def _of_site(self, site_url: str) -> Iterator[tuple[SiteStore, Generation]]:
        for folder in sorted(self.home.iterdir()):
            kept = SiteStore(folder)
            generation = kept.current() if kept.exists else None
            if generation and generation.meta.get("site_url") == site_url:
                yield kept, generation

    def knows(self, site_url: str) -> bool:
        """Whether anything is kept of a site, by any account."""
        return any(True for _ in self._of_site(site_url))

    def admitted(self, site_url: str, email: str, api_token: str) -> SiteStore | None:
        """What this very site, email and token have made before, told without asking Jira."""
        for kept, generation in self._of_site(site_url):
            if proves(generation.meta.get("admits", ""), email, api_token):
                return kept
        return None


def proof(email: str, api_token: str) -> str:
    """A salted slow hash by which the same email and token are known again."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_slow_hash(email, api_token, salt).hex()}"


def proves(kept: str, email: str, api_token: str) -> bool:
    """Whether an email and a token are those that `kept` was made of."""
    salt, _, digest = kept.partition(":")
    try:
        told = _slow_hash(email, api_token, bytes.fromhex(salt))
        return bool(digest) and hmac.compare_digest(told, bytes.fromhex(digest))
    except ValueError:
        return False


def _slow_hash(email: str, api_token: str, salt: bytes) -> bytes:
    secret = f"{email.lower()}\n{api_token}".encode()
    return hashlib.scrypt(secret, salt=salt, n=1 << 14, r=8, p=1)
