"""What everything is tried against: a small site with every oddity, and what is true of it."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import diskcache

from jira_usage.blobs import BytesDisk, opened
from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite, course
from jira_usage.demo.habits import Habits
from jira_usage.pace import Patience
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore, Store
from jira_usage.sync import Summary, run, sync
from tests.exports import differences, exported

MORNING = datetime(2026, 11, 18, 15, 20, 31, 417000, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=5)
DAY = int(MORNING.timestamp()) // 86_400
CHANGES = ("an issue moved", "somebody joined", "somebody left")
PIECES = Habits(issues=3, histories=40, comments=15, embedded=5, worklogs=15, users=4, members=3,
                groups=3, projects=2, order=3)  # fmt: skip
HASTY = Patience(first_backoff=0.005, longest_backoff=0.1)
COMPARED = ("users", "licenses", "access", "activity", "daily")


def morning(site: DemoSite, *traps: str, habits: Habits = PIECES) -> None:
    site.become(course.source(DAY), MORNING, traps, habits)


def evening(site: DemoSite, *traps: str, habits: Habits = PIECES) -> None:
    """The same site five hours later: an issue moved, somebody joined, somebody left."""
    site.become(course.source(DAY, *CHANGES), EVENING, traps, habits)


@contextmanager
def a_site() -> Iterator[DemoSite]:
    with DemoSite(size="empty", seed=1, now=MORNING) as site:
        morning(site)
        yield site


def connect(url: str, email: str, token: str) -> Connection:
    return Connection.parse(url, email, token, hosts=Hosts().plus(url.split("//")[1]))


def store_in(folder: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(folder)})


def synced(site: DemoSite, store: Store, **options: Any) -> Summary:
    options.setdefault("patience", HASTY)
    return run(sync(connect(site.url, site.email, site.token), store, **options))


def kept_of(site: DemoSite, store: Store) -> SiteStore:
    return store.site(site.url, site.account_id)


def untrue(site: DemoSite, store: Store) -> list[str]:
    """The rows by which the exports differ from what the site knows to be true."""
    snapshot = Snapshot.load(kept_of(site, store))
    truth = site.truth(days=30, timezone="UTC")
    found = []
    for name in COMPARED:
        lines = differences(exported(snapshot, name), truth[name])
        found += [f"{name}, {line}" for line in lines]
    return found


def copied(source: Path, target: Path) -> Store:
    """A copy of a whole store's folder, in the place of what was there."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return store_in(target)


def in_files(store: Path, site: DemoSite) -> None:
    """From now on a store keeps even its smallest tables in files of their own."""
    kept = kept_of(site, Store(store))
    with (
        opened(kept.folder),
        closing(diskcache.Cache(str(kept.folder), disk=BytesDisk, disk_min_file_size=64)),
    ):
        pass


def wounds(kept: SiteStore) -> list[str]:
    """What is wrong with a store that has been written to its end: damage, litter, open doors."""
    found = []
    with closing(sqlite3.connect(kept.folder / "cache.db")) as database:
        [told] = database.execute("PRAGMA integrity_check").fetchone()
        known = {name for [name] in database.execute("SELECT filename FROM Cache") if name}
    if told != "ok":
        found.append(f"the database: {told}")
    there = {str(path.relative_to(kept.folder)) for path in kept.folder.rglob("*.val")}
    found += [f"litter: {name}" for name in sorted(there - known)]
    for path in [kept.folder, *kept.folder.rglob("*")]:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(f"not private: {path.name}")
    return found


def broken_parts(kept: SiteStore) -> list[str]:
    """The parts of the current generation that can't be read."""
    current = kept.current()
    assert current is not None
    found = []
    for name, parts in current.tables.items():
        for part, key in parts.items():
            try:
                kept.load_table(key)
            except Exception as error:
                found.append(f"{name} {part}: {type(error).__name__}")
    return found
