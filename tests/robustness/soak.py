"""Weeks of daily syncs in changing weather: python -m tests.robustness.soak --days 21

The site lives on from day to day. Each day one sync runs in bad weather and one in fair
weather, while people read. In the end the figures are the truth, and memory, threads, open
files and the store's files have not grown beyond what the data needs.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from jira_usage.demo import DemoSite
from jira_usage.errors import JiraUsageError
from jira_usage.retention import Retention, set_retention
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import run, sync
from jira_usage.ui.cache import load_snapshot
from tests.exports import exported

from .place import MORNING, broken_parts, connect, kept_of, store_in, wounds
from .sky import PASSING, Sky
from .weather import PATIENCE, fast_time

KEPT = Retention(acts=30)
SETTLED_AFTER = 4
"""Days until every part of the app has been used once: from then on nothing may grow."""


@dataclass(frozen=True)
class Gauge:
    """What a process holds, and what a store does: MB, and counts."""

    memory_mb: float
    threads: int
    handles: int
    files: int
    stored_mb: float


@dataclass
class Record:
    gauges: list[Gauge] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    reads: int = 0
    wrong: list[str] = field(default_factory=list)


class Readers:
    """Sessions that open the latest snapshot again and again, and look whether it is whole."""

    def __init__(self, store: Store, site: DemoSite, count: int) -> None:
        self.kept = kept_of(site, store)
        self.stop, self.reads, self.wrong = threading.Event(), 0, []  # type: ignore[var-annotated]  # filled by threads
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._read, args=(n,)) for n in range(count)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        while not self.stop.wait(0.05):
            try:
                # The app shares a snapshot between its sessions; the command line opens its own.
                shared = number % 2 == 0
                snapshot = load_snapshot(self.kept) if shared else Snapshot.load(self.kept)
                size = len(snapshot.users) + len(snapshot.tally)
            except JiraUsageError as error:
                self.wrong.append(f"a reader got {type(error).__name__}: {error}")
                continue
            with self._lock:
                self.reads += 1
                if self._sizes.setdefault(snapshot.id, size) != size:
                    self.wrong.append("one snapshot had two sizes")


def gauge(store: Store) -> Gauge:
    gc.collect()
    # The side files of SQLite come and go with whoever reads.
    files = [path for path in store.home.rglob("*") if path.is_file() and "-" not in path.suffix]
    return Gauge(
        _resident_mb(),
        threading.active_count(),
        len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0,
        len(files),
        sum(path.stat().st_size for path in files) / (1 << 20),
    )


def _resident_mb() -> float:
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def soak(days: int, seed: int, readers: int, folder: Path, size: str = "tiny") -> Record:
    """Runs so many days; what was measured at the end of each, and what went wrong."""
    record, dice = Record(), random.Random(seed)
    store = store_in(folder)
    with DemoSite(size=size, seed=seed, now=MORNING) as site, Sky(site) as sky, fast_time():
        site._desk.be_at(sky.url)
        _sync(site, sky, store)
        set_retention(kept_of(site, store), KEPT)
        with Readers(store, site, readers) as reading:
            for day in range(days):
                site.advance(timedelta(days=1))
                sky.set(dice.randrange(1 << 30), PASSING, dice.choice([0.1, 0.3, 0.6]))
                record.outcomes[_outcome(site, sky, store)] += 1
                record.wrong += [f"day {day}: {line}" for line in sky.hasty]
                sky.set(0)
                _sync(site, sky, store)
                record.gauges.append(gauge(store))
        kept = kept_of(site, store)
        generation = kept.current()
        dates = len(generation.tables["acts"]) if generation else 0
        if dates > KEPT.acts + 3:
            record.wrong.append(f"acts of {dates} dates are kept")
        record.reads = reading.reads
        record.wrong += [*reading.wrong, *broken_parts(kept), *wounds(kept)]
        record.wrong += _differences(site, store)
    record.wrong += grown(record.gauges)
    return record


def _sync(site: DemoSite, sky: Sky, store: Store) -> dict[str, str]:
    connection = connect(sky.url, site.email, site.token)
    return dict(run(sync(connection, store, patience=PATIENCE)).coverage)


def _outcome(site: DemoSite, sky: Sky, store: Store) -> str:
    try:
        states = set(_sync(site, sky, store).values())
    except JiraUsageError as error:
        return type(error).__name__
    return "complete" if states == {"complete"} else "less, and it is said"


def _differences(site: DemoSite, store: Store) -> Iterator[str]:
    """Acts of the truth that are not there. More may be there: what was seen and then deleted."""
    snapshot = Snapshot.load(kept_of(site, store))
    told = {_act(row) for row in exported(snapshot, "activity")}
    for row in site.truth(days=30, timezone="UTC")["activity"]:
        if _act(row) not in told and not row["kind"].startswith("worklog"):
            yield f"lost: {row}"


def _act(row: dict[str, str]) -> tuple[str, ...]:
    return row["kind"], row["source_id"], row["account_id"], row["at"]


def grown(gauges: list[Gauge]) -> Iterator[str]:
    """What has grown since everything was used once. Memory has a fifth and 40 MB of play."""
    if len(gauges) <= SETTLED_AFTER:
        return
    settled, last = gauges[SETTLED_AFTER - 1], gauges[-1]
    if last.threads > max(one.threads for one in gauges[:SETTLED_AFTER]):
        yield f"threads grew from {settled.threads} to {last.threads}"
    if last.handles > max(one.handles for one in gauges[:SETTLED_AFTER]) + 24:
        yield f"open files grew from {settled.handles} to {last.handles}"
    if last.memory_mb > settled.memory_mb * 1.2 + 40:
        yield f"memory grew from {settled.memory_mb:.0f} to {last.memory_mb:.0f} MB"
    if last.files > settled.files + 2 * min(len(gauges), KEPT.acts) + 8:
        yield f"files grew from {settled.files} to {last.files}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--size", default="tiny")
    told = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        record = soak(told.days, told.seed, told.readers, Path(folder), told.size)
    print("day  memory MB  threads  open files  stored files  stored MB")
    for day, one in enumerate(record.gauges, 1):
        print(f"{day:3}  {one.memory_mb:9.1f}  {one.threads:7}  {one.handles:10}  "
              f"{one.files:12}  {one.stored_mb:9.2f}")  # fmt: skip
    print(", ".join(f"{outcome} {n}" for outcome, n in record.outcomes.most_common()))
    print("\n".join(f"WRONG {line[:300]}" for line in record.wrong[:40]))
    print(f"{told.days} days, {record.reads} readings by {told.readers} sessions in "
          f"{time.monotonic() - began:.0f} s, {len(record.wrong)} wrong")  # fmt: skip
    sys.exit(bool(record.wrong))


if __name__ == "__main__":
    main()
