"""Everything that is done to the app on purpose, in one table: python -m tests.robustness

Kills, damage, bad weather, odd answers, weeks of syncs and a crowd at the pages, each `--share`
of the long run's number: 1 takes some hours, 0.01 some minutes. Each has a command of its own too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .crowd import crowd
from .damage import damage
from .kills import kill
from .shapes import shapes
from .soak import soak
from .weather import weather


@dataclass(frozen=True)
class Row:
    """One fault or attack: how often it was tried, what came of it, and what went wrong."""

    what: str
    tried: str
    outcome: str
    wrong: Sequence[str]


def kills_of(share: float, folder: Path) -> Iterator[Row]:
    for way, tally in kill(max(3, round(500 * share)), 7, folder).items():
        yield Row(f"kill -9 {way}", f"{tally.times} times", _told(tally.outcomes), tally.wrong)


def weather_of(share: float, folder: Path) -> Iterator[Row]:
    for kind, tally in weather(max(22, round(3000 * share)), 7, folder).items():
        yield Row(kind, f"{tally.times} syncs", _told(tally.outcomes), tally.wrong)


def damage_of(share: float, folder: Path) -> Iterator[Row]:
    tally = damage(max(3, round(1000 * share)), 7, folder)
    yield Row("damaged store", f"{tally.times} times", _told(tally.outcomes), tally.wrong)


def shapes_of(share: float, folder: Path) -> Iterator[Row]:
    tally = shapes(max(2, round(1000 * share)), 7, folder)
    tried = f"{tally.odd_values:,} values"
    yield Row("odd values in answers", tried, _told(tally.outcomes), tally.wrong)


def soak_of(share: float, folder: Path) -> Iterator[Row]:
    days = max(5, round(60 * share))
    record = soak(days, 7, 50 if share > 0.1 else 8, folder)
    yield Row("daily syncs in bad weather", f"{days} days", _told(record.outcomes), record.wrong)


def crowd_of(share: float, folder: Path) -> Iterator[Row]:
    told = crowd(50 if share > 0.1 else 8, max(2, round(40 * share)), "small", folder)
    yield Row("a crowd while syncs run", f"{len(told.seconds)} pages", told.line(), told.wrong)


SUITES: dict[str, Callable[[float, Path], Iterator[Row]]] = {
    "kills": kills_of,
    "weather": weather_of,
    "damage": damage_of,
    "shapes": shapes_of,
    "soak": soak_of,
    "crowd": crowd_of,
}


def _told(outcomes: Counter[str]) -> str:
    return ", ".join(f"{outcome} {number}" for outcome, number in outcomes.most_common(4))


def _line(row: Row) -> str:
    verdict = f"{len(row.wrong)} WRONG" if row.wrong else "nothing lost"
    return f"{row.what:<32} {row.tried:>14}  {verdict:<12}  {row.outcome}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--only", action="append", choices=SUITES)
    asked = parser.parse_args()
    began, wrong = time.monotonic(), []
    for name in asked.only or SUITES:
        with tempfile.TemporaryDirectory() as folder:
            for row in SUITES[name](asked.share, Path(folder)):
                print(_line(row), flush=True)
                wrong += [f"{row.what}: {line}" for line in row.wrong]
    print("\n".join(f"WRONG {line[:300]}" for line in wrong[:40]))
    print(f"{time.monotonic() - began:.0f} s, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
