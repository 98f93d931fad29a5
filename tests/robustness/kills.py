"""kill -9 at random instants of a sync: python -m tests.robustness.kills --times 500 --seed 7

Each time a sync of its own process is killed: at any instant, at any instant of storing, or
just before or after one of its touches of the disk. Then the store must hold the generation
of before or, if publishing was over, the new one, whole; and the next sync must end in the
truth, with no litter left.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jira_usage.demo import DemoSite
from jira_usage.store import Store

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
from .victim import sync_once

WAYS = ("at any instant", "while storing", "at a touch of the disk")
NOBODY = 1 << 60


@dataclass
class Tally:
    """How often it was tried, what came of it, and what went wrong."""

    times: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Course:
    """How long a sync takes, in seconds, until it stores and as a whole, and its touches."""

    reading: float
    whole: float
    touches: int


class Range:
    """A site in the evening, a store of the morning and an empty one, and syncs to be killed."""

    def __init__(self, site: DemoSite, folder: Path) -> None:
        self.site, self.folder = site, folder
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["jira_usage.sync", "jira_usage.snapshot"])
        morning(site)
        later = store_in(folder / "later")
        in_files(later.home, site)
        synced(site, later)
        store_in(folder / "first")
        evening(site)
        self.courses = {name: self._measure(name) for name in ("later", "first")}

    def _measure(self, name: str) -> Course:
        self._run(name, NOBODY, None)  # the fork server has to start once
        return self._run(name, NOBODY, None)[1]

    def fresh(self, name: str) -> Store:
        return copied(self.folder / name, self.folder / "tried")

    def shoot(self, name: str, way: str, dice: random.Random) -> str:
        """Runs a sync over a copy of a store and kills it; the last stage that it told."""
        course = self.courses[name]
        if way == WAYS[2]:
            return self._run(name, dice.randint(1, course.touches), None)[0]
        if way == WAYS[1]:
            storing = course.whole - course.reading
            return self._run(name, NOBODY, ("Storing", dice.uniform(0, storing * 1.1)))[0]
        return self._run(name, NOBODY, ("", dice.uniform(0, course.whole)))[0]

    def _run(self, name: str, die_at: int, after: tuple[str, float] | None) -> tuple[str, Course]:
        self.fresh(name)
        ours, theirs = self._context.Pipe(duplex=False)
        where = (self.site.url, self.site.email, self.site.token, str(self.folder / "tried"))
        process = self._context.Process(target=sync_once, args=(*where, die_at, theirs))
        process.start()
        theirs.close()
        began, reading, touches, stage = time.monotonic(), 0.0, 0, ""
        deadline = began + after[1] if after and not after[0] else None
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not ours.poll(left):
                process.kill()
                break
            try:
                told = ours.recv()
            except EOFError:
                break
            if isinstance(told, int):
                touches = told
            else:
                stage = told
                if told.startswith("Storing"):
                    reading = time.monotonic() - began
                    if after and after[0]:
                        deadline = time.monotonic() + after[1]
        process.join()
        ours.close()
        return stage, Course(reading, time.monotonic() - began, touches)


def judge(range_: Range, name: str) -> Iterator[str]:
    """What is wrong with the store after a kill, and with the sync after that."""
    site, store = range_.site, store_in(range_.folder / "tried")
    kept = kept_of(site, store)
    before = kept_of(site, store_in(range_.folder / name)).current()
    current = kept.current()
    if before and not current:
        yield "the last complete snapshot is gone"
    if current:
        yield from broken_parts(kept)
        if not (before and current.id == before.id):
            yield from untrue(site, store)
    synced(site, store)
    yield from untrue(site, store)
    yield from broken_parts(kept)
    yield from wounds(kept)


def kill(times: int, seed: int, folder: Path) -> dict[str, Tally]:
    """Kills as often as told, one way after the other; the tally of each way."""
    dice, tallies = random.Random(seed), {way: Tally() for way in WAYS}
    with a_site() as site:
        range_ = Range(site, folder)
        for number in range(times):
            way, name = WAYS[number % 3], "first" if dice.random() < 0.3 else "later"
            stage = range_.shoot(name, way, dice)
            tally = tallies[way]
            tally.times += 1
            tally.outcomes[stage.partition(":")[0] or "before the first word"] += 1
            try:
                tally.wrong += [f"{name}, {stage}: {line}" for line in judge(range_, name)]
            except KeyboardInterrupt:
                break
            except Exception as error:
                tally.wrong.append(f"{name}, {stage}: {type(error).__name__}: {error}")
    return tallies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    told = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tallies = kill(told.times, told.seed, Path(folder))
    for way, tally in tallies.items():
        print(f"kill -9 {way}: {tally.times} times, {len(tally.wrong)} wrong")
        for stage, count in tally.outcomes.most_common():
            print(f"    {count:5} {stage}")
        for line in tally.wrong[:20]:
            print(f"    WRONG {line}")
    wrong = sum(len(tally.wrong) for tally in tallies.values())
    times = sum(tally.times for tally in tallies.values())
    print(f"{times} kills in {time.monotonic() - began:.0f} s, {wrong} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
