"""A store whose files are damaged at random: python -m tests.robustness.damage --times 300

Whatever was done to the files, a reader gets what was written or an error in words, never
other figures; whoever writes next goes on, people's notes are there, and a sync ends in the
truth.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sqlite3
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from jira_usage import decisions
from jira_usage.demo import DemoSite
from jira_usage.errors import JiraUsageError, StoreDamaged
from jira_usage.generation import Generation
from jira_usage.store import SiteStore

from .place import (
    a_site,
    broken_parts,
    copied,
    evening,
    in_files,
    kept_of,
    morning,
    store_in,
    synced,
    untrue,
    wounds,
)

DECIDED = decisions.Decision("5b10ac8d82e05b22cc7d4ef5", "jira-software", "keep", "theirs", by="me")
SYNC_EVERY = 12


def flip(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(dice.choice((1, 1, 3, 60))):
        if content:
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def overwrite(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    start = dice.randrange(max(1, len(content)))
    length = dice.choice((16, 512, 4096, 40_000))
    content[start : start + length] = dice.choice((b"\0", b"\xff", b"A")) * min(
        length, len(content) - start
    )
    path.write_bytes(content)


def cut(path: Path, dice: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: dice.randrange(len(content) + 1)])


def remove(path: Path, dice: random.Random) -> None:
    path.unlink()


def swap(path: Path, dice: random.Random) -> None:
    others = [other for other in path.parent.parent.parent.rglob("*") if other.is_file()]
    path.write_bytes(dice.choice(others).read_bytes())


FILE_DAMAGE: tuple[Callable[[Path, random.Random], None], ...] = (
    flip, flip, overwrite, cut, remove, swap,
)  # fmt: skip
STATEMENTS = (
    "INSERT OR REPLACE INTO Settings VALUES ('disk_planted', 1)",
    "INSERT OR REPLACE INTO Settings VALUES ('sqlite_planted', 'x; y')",
    "INSERT OR REPLACE INTO Settings VALUES ('eviction_policy', 'planted')",
    "INSERT OR REPLACE INTO Settings VALUES (x'ff', NULL)",
    "UPDATE Cache SET value = 7 WHERE key = 'current'",
    "UPDATE Cache SET value = '{\"format\": 2}' WHERE key = 'current'",
    "UPDATE Cache SET value = x'00' WHERE key = 'current'",
    "UPDATE Cache SET value = NULL WHERE key = 'previous'",
    "UPDATE Cache SET mode = 4, value = x'80' WHERE filename IS NULL",
    "UPDATE Cache SET mode = 'x'",
    "UPDATE Cache SET filename = '../../planted'",
    "UPDATE Cache SET filename = 'ab/cd/' || filename",
    "UPDATE Cache SET filename = x'ff' WHERE key = 'current'",
    "UPDATE Cache SET key = x'ff' WHERE key = 'previous'",
    "INSERT INTO Cache(key, raw, mode, value) VALUES ('planted', 1, 1, x'00')",
    "INSERT INTO Cache(key, raw, mode, value) VALUES ('planted', 0, 4, x'80')",
    "INSERT INTO Cache(key, raw, mode, filename) VALUES ('planted', 1, 2, '../../../outside')",
    "DELETE FROM Cache WHERE key = 'current'",
    "DELETE FROM Cache",
    "DROP TABLE Cache",
    "DROP TABLE Settings",
    "ALTER TABLE Cache RENAME COLUMN mode TO planted",
)


def statement(database_file: Path, dice: random.Random) -> None:
    with closing(sqlite3.connect(database_file)) as database, database:
        database.execute(dice.choice(STATEMENTS))


@dataclass
class Tally:
    times: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Bench:
    """A store with two generations and a note, kept in files, to be damaged again and again."""

    def __init__(self, site: DemoSite, folder: Path) -> None:
        self.site, self.folder = site, folder
        whole = store_in(folder / "whole")
        in_files(whole.home, site)
        morning(site)
        synced(site, whole)
        evening(site)
        synced(site, whole)
        kept = kept_of(site, whole)
        decisions.decide(kept, [DECIDED])
        self.known = {one.id: one for one in (kept.current(), kept.step_back()) if one}
        self.outside = folder / "outside"
        self.outside.write_text("somebody else's")

    def copy(self) -> SiteStore:
        return kept_of(self.site, copied(self.folder / "whole", self.folder / "tried"))

    def damaged(self, dice: random.Random) -> tuple[SiteStore, str]:
        kept = self.copy()
        done: list[str] = []
        for _ in range(dice.choice((1, 1, 2, 4))):
            # Another statement than the first may find no table any more.
            files = sorted(path for path in kept.folder.rglob("*") if path.is_file())
            if not done and dice.random() < 0.3:
                statement(kept.folder / "cache.db", dice)
                done.append("a planted row or setting")
            elif files:
                weights = [
                    len(files) // 2 if path.name.startswith("cache.db") else 1 for path in files
                ]
                [path] = dice.choices(files, weights)
                how = dice.choice(FILE_DAMAGE)
                how(path, dice)
                done.append(f"{how.__name__} {path.suffix or path.parent.name}")
        return kept, ", ".join(done)

    def read(self, kept: SiteStore) -> str:
        """What a reader gets; raises where it is not what was written."""
        try:
            current = kept.current()
        except JiraUsageError as error:
            return type(error).__name__
        if current is None:
            return "nothing"
        assert current == self.known.get(current.id), "another generation than was written"
        return "a part is told as damaged" if broken_parts(kept) else "as it was written"

    def judge(self, kept: SiteStore, *, with_a_sync: bool) -> Iterator[str]:
        intact = {path.name: path.read_bytes() for path in kept.folder.glob("notes/*")}
        if with_a_sync:
            synced(self.site, store_in(self.folder / "tried"))
            yield from untrue(self.site, store_in(self.folder / "tried"))
        else:
            last = kept.newest_intact()
            key = kept.save_table(kept.load_table(next(iter(last.blobs)))) if last else ""
            blank = Generation("", {"t": {"": key}} if key else {}, {})
            kept.publish(replace(last or blank, id=uuid.uuid4().hex))
        yield from broken_parts(kept)
        yield from wounds(kept)
        if self.outside.read_text() != "somebody else's":
            yield "a foreign file was changed"
        try:
            noted = decisions.noted(kept).decisions
        except StoreDamaged:
            noted = None
        if noted != (DECIDED,) and any(map(_whole_spare, intact.values())):
            yield f"a note is lost: {noted}"


def _whole_spare(content: bytes) -> bool:
    return hashlib.sha256(content[64:]).hexdigest().encode() == content[:64]


def damage(times: int, seed: int, folder: Path) -> Tally:
    dice, tally = random.Random(seed), Tally()
    with a_site() as site:
        bench = Bench(site, folder)
        for number in range(times):
            kept, what = bench.damaged(dice)
            tally.times += 1
            try:
                tally.outcomes[bench.read(kept)] += 1
                wrong = list(bench.judge(kept, with_a_sync=number % SYNC_EVERY == 0))
                tally.wrong += [f"{number}, {what}: {line}" for line in wrong]
            except Exception as error:
                tally.wrong.append(f"{number}, {what}: {type(error).__name__}: {error}")
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    told = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = damage(told.times, told.seed, Path(folder))
    for outcome, count in tally.outcomes.most_common():
        print(f"{count:6} {outcome}")
    for line in tally.wrong[:40]:
        print(f"WRONG {line}")
    print(f"{tally.times} damaged stores in {time.monotonic() - began:.0f} s, "
          f"{len(tally.wrong)} wrong")  # fmt: skip
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
