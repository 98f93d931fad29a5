"""Tables on disk, by site and account; a generation is published last.

A site's folder holds blobs named by their own hash and one manifest, `current`,
that says which blobs make up the last complete generation. Readers follow the
manifest, so an interrupted writer changes nothing for them. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from jira_usage.blobs import DATABASE, opened, reading, survive_power_loss, sweep
from jira_usage.errors import InvalidInput, StoreDamaged, StoreUnusable, SyncRunning
from jira_usage.generation import Generation, damaged, encoded
from jira_usage.period import end_of_date
from jira_usage.proof import proves
from jira_usage.rescue import drop_spare, is_sound, rebuild, spare, spares, write_spare
from jira_usage.schema import BY_DATE, TABLES, fitted

CURRENT, PREVIOUS, NOTE = "current", "previous", "note:"
LOCK = "sync.lock"
BUSY = "A sync of this site is running, so nothing was deleted."


class SiteStore:
    """What is kept of one site as one account sees it."""

    def __init__(self, folder: Path, may_change: Callable[[], None] | None = None) -> None:
        self.folder = folder
        self._may_change = may_change

    def guarded(self, may_change: Callable[[], None]) -> SiteStore:
        """The same, where `may_change` is asked before people's notes change or all is deleted.

        It raises what then becomes of the attempt.
        """
        return SiteStore(self.folder, may_change)

    @property
    def exists(self) -> bool:
        return (self.folder / DATABASE).exists()

    def current(self) -> Generation | None:
        """The last complete generation, or None where there is none."""
        if not self.exists:
            return None
        with reading(self.folder) as get:
            manifest = get(CURRENT)
        return Generation.from_json(manifest) if manifest else None

    def save_table(self, table: pa.Table) -> str:
        """Writes a table as Parquet and returns its blob's key; the same table is written once."""
        return self.save_blob(encoded(table))

    def save_blob(self, blob: bytes) -> str:
        """Writes an encoded table and returns its key."""
        key = hashlib.sha256(blob).hexdigest()
        with opened(self.folder) as cache:
            if cache.get(key) != blob:
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
                # read_table looks for a folder of files first, which takes as long again.
                parts = pq.ParquetFile(pa.BufferReader(blob), read_dictionary=list(dictionaries))
                yield parts.read(columns)
            except (pa.ArrowException, OSError):
                raise damaged() from None

    def _columns(self, keys: Iterable[str]) -> list[list[str]]:
        try:
            return [pq.read_schema(pa.BufferReader(blob)).names for blob in self._blobs(keys)]
        except (pa.ArrowException, OSError):
            raise damaged() from None

    def _blobs(self, keys: Iterable[str]) -> Iterator[bytes]:
        keys = list(keys)
        if not keys:
            return
        if not self.exists:
            raise damaged()
        with reading(self.folder) as get:
            for key in keys:
                blob = get(key)
                if blob is None or hashlib.sha256(blob).hexdigest() != key:
                    raise damaged()
                yield blob

    def opened(self) -> AbstractContextManager[object]:
        """Keeps the database open for this thread while much is saved in a row."""
        return opened(self.folder)

    def publish(self, generation: Generation) -> None:
        """Makes a generation the current one; drops what neither it nor the last one needs."""
        with opened(self.folder) as cache:
            survive_power_loss(cache)
            last = cache.get(CURRENT)
            # One after the other: within a transaction diskcache deletes the file of a value
            # that is replaced before it commits.
            if last:
                cache.set(PREVIOUS, last)
            cache.set(CURRENT, generation.to_json())
            needed = generation.blobs | {CURRENT, PREVIOUS}
            if last:
                with suppress(StoreDamaged):
                    needed |= Generation.from_json(last).blobs
            for key in [key for key in cache if key not in needed and not key.startswith(NOTE)]:
                cache.delete(key)
            sweep(cache, self.folder)

    def replace_all(self, generation: Generation) -> None:
        """Makes a generation the only one, with no earlier one behind it."""
        if self._may_change:
            self._may_change()
        with opened(self.folder) as cache:
            survive_power_loss(cache)
            cache.delete(PREVIOUS)
            cache.set(CURRENT, generation.to_json())
            needed = generation.blobs | {CURRENT}
            for key in [key for key in cache if key not in needed and not key.startswith(NOTE)]:
                cache.delete(key)
            sweep(cache, self.folder)

    def newest_intact(self) -> Generation | None:
        """The newest generation whose every part can be read, for whoever is about to write.

        A damaged database is made anew with what can still be read of it. Where no
        generation is whole, the least damaged one is returned without its damaged parts,
        and asks to be read in full. People's notes stay.
        """
        if not (self.exists or spares(self.folder)):
            return None
        if not (self.exists and is_sound(self.folder)):
            rebuild(self.folder, _worth_keeping)
        found = []
        for read in (self.current, self.step_back):
            with suppress(StoreDamaged):
                if generation := read():
                    broken = self._broken(generation.blobs)
                    if not broken:
                        return self._fitted(generation, broken)
                    found.append((len(broken), generation, broken))
        if not found:
            return None
        _, generation, broken = min(found, key=lambda one: one[0])
        return self._fitted(generation, broken)

    def _broken(self, keys: Iterable[str]) -> set[str]:
        broken = set()
        with reading(self.folder) as get:
            for key in keys:
                blob = None
                with suppress(StoreDamaged):
                    blob = get(key)
                if blob is None or hashlib.sha256(blob).hexdigest() != key:
                    broken.add(key)
        return broken

    def _fitted(self, generation: Generation, broken: set[str]) -> Generation:
        """The generation with this version's tables and columns, and without broken parts.

        Of dates whose acts are lost nothing before them is known for sure any more. Where
        another table is lost nothing is complete: what comes again is no news.
        """
        tables: dict[str, dict[str, str]] = {}
        for name, schema in TABLES.items():
            parts = generation.tables.get(name, {})
            whole = {part: key for part, key in parts.items() if key not in broken}
            if name not in BY_DATE and not whole:
                whole = {"": self.save_table(schema.empty_table())}
            columns = self._columns(whole.values())
            for part, names in zip(list(whole), columns, strict=True):
                if names != schema.names:
                    whole[part] = self.save_table(fitted(self.load_table(whole[part]), schema))
            tables[name] = whole
        if not broken:
            return replace(generation, tables=tables)
        lost = [
            day
            for name in BY_DATE
            for day, key in generation.tables.get(name, {}).items()
            if key in broken
        ]
        covered = max([int(generation.meta["covered_from"]), *(end_of_date(day) for day in lost)])
        meta = {**generation.meta, "read_until": None, "covered_from": covered}
        dated = {key for name in BY_DATE for key in generation.tables.get(name, {}).values()}
        if broken - dated:
            meta["coverage"] = dict.fromkeys(meta["coverage"], "partial")
        return replace(generation, tables=tables, meta=meta)

    def step_back(self) -> Generation | None:
        """The generation before the current one, where the current one can't be read."""
        if not self.exists:
            return None
        with reading(self.folder) as get:
            manifest = get(PREVIOUS)
        return Generation.from_json(manifest) if manifest else None

    def note(self, name: str) -> bytes | None:
        """What people have noted under a name: it is theirs, and no sync touches it.

        Its second copy is written first, and proves itself: where there is one it is told.
        """
        noted = spare(self.folder, NOTE + name)
        if noted is not None or not self.exists:
            return noted
        with reading(self.folder) as get:
            return get(NOTE + name)

    def change_note(self, name: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replaces a note by what `change` makes of it, as one step for all who write."""
        if self._may_change:
            self._may_change()
        with opened(self.folder) as cache:
            survive_power_loss(cache)
            with cache.transact():
                noted = spare(self.folder, NOTE + name)
                new = change(cache.get(NOTE + name) if noted is None else noted)
                write_spare(self.folder, NOTE + name, new)
                cache.set(NOTE + name, new)

    def drop_note(self, name: str) -> None:
        """Forgets a note, and the second copy of it."""
        if self._may_change:
            self._may_change()
        drop_spare(self.folder, NOTE + name)
        if self.exists:
            with opened(self.folder) as cache:
                survive_power_loss(cache)
                cache.delete(NOTE + name)

    @contextmanager
    def writing(self, refused: str = "Another sync of this site is running.") -> Iterator[None]:
        """Held by the one sync of this site that may run on this machine, and by what deletes.

        SyncRunning with the words of `refused` where it is held already.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(str(self.folder / LOCK), timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise SyncRunning(refused, "Wait for it to end, then try again.") from None
        try:
            yield
        finally:
            lock.release()

    def forget(self) -> None:
        """Leaves nothing of this site and account on disk; SyncRunning while it is synced."""
        if self._may_change:
            self._may_change()
        if not self.folder.exists():
            return
        try:
            with self.writing(BUSY):
                self._delete_all()
            with suppress(OSError):  # a sync that has just begun is using it
                self.folder.rmdir()
        except OSError:
            raise StoreDamaged(
                f"{self.folder} could not be deleted.", "Delete that folder by hand."
            ) from None

    def _delete_all(self) -> None:
        """Deletes all that is in the folder, and the lock last: until then no sync begins."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != LOCK:
                path.unlink(missing_ok=True)
        if any(path.name != LOCK for path in self.folder.iterdir()):
            raise OSError("something is left")
        if os.name == "posix":  # elsewhere a lock that is held can't be deleted
            (self.folder / LOCK).unlink()


def _worth_keeping(key: str, value: bytes) -> bool:
    """Whether an entry of a damaged database is what was written under its key."""
    if key in (CURRENT, PREVIOUS):
        with suppress(StoreDamaged):
            Generation.from_json(value)
            return True
        return False
    return key.startswith(NOTE) or hashlib.sha256(value).hexdigest() == key


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

    def all(self) -> Iterator[SiteStore]:
        """Everything that is kept, of any site and account."""
        for folder in sorted(self.home.iterdir()):
            kept = SiteStore(folder)
            if kept.exists:
                yield kept

    def _of_site(self, site_url: str) -> Iterator[tuple[SiteStore, Generation]]:
        for kept in self.all():
            generation = None
            with suppress(StoreDamaged, StoreUnusable):  # another account's is no concern here
                generation = kept.current()
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
