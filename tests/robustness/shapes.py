"""Syncs of answers that hold odd values: python -m tests.robustness.shapes --times 1000 --seed 7

Each time some answers have something in them that is of another type, missing, huge, or said
twice. What such an answer says may be false and can't be known to be; but the sync must end,
in a snapshot that every export and the report can read, or in words.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jira_usage.datasets import DATASETS
from jira_usage.errors import JiraUsageError
from jira_usage.reports import Making, build_report
from jira_usage.reports.page import to_html
from jira_usage.reports.subject import subject_of
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import run, sync
from tests.exports import exported

from .place import a_site, broken_parts, connect, evening, morning, store_in
from .sky import ODD_VALUE, Sky
from .weather import LONGEST, MOST_REQUESTS, PATIENCE, fast_time


@dataclass
class Tally:
    times: int = 0
    odd_values: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def shapes(times: int, seed: int, folder: Path) -> Tally:
    """Syncs so many times, each into a new store; every second one twice."""
    tally = Tally()
    with a_site() as site, Sky(site) as sky, fast_time():
        for number in range(times):
            dice = random.Random(f"{seed} {number}")
            shutil.rmtree(folder / "tried", ignore_errors=True)
            store = store_in(folder / "tried")
            tally.times += 1
            for set_time in (morning, evening)[: 1 + number % 2]:
                set_time(site)
                site._desk.be_at(sky.url)
                sky.set(dice.randrange(1 << 30), (ODD_VALUE,), dice.choice([0.03, 0.1, 0.4]))
                try:
                    outcome, *wrong = _outcome(sky, store)
                except Exception:
                    outcome, wrong = "a traceback", [traceback.format_exc()]
                tally.odd_values += sky.met[ODD_VALUE]
                tally.outcomes[outcome] += 1
                tally.wrong += [f"seed {seed}, number {number}: {line}" for line in wrong]
    return tally


def _outcome(sky: Sky, store: Store) -> Iterator[str]:
    site, began = sky.site, time.monotonic()
    try:
        summary = run(sync(connect(sky.url, site.email, site.token), store, patience=PATIENCE))
    except JiraUsageError as error:
        yield f"stopped: {type(error).__name__}"
        if not error.message:
            yield "stopped without a word"
    else:
        complete = set(dict(summary.coverage).values()) == {"complete"}
        yield "complete" if complete else "less, and it is said"
        kept = store.site(summary.site_url, summary.account_id)
        yield from broken_parts(kept)
        snapshot = Snapshot.load(kept)
        for name in DATASETS:
            exported(snapshot, name)
        subject = subject_of(kept, snapshot, snapshot.period(30, "UTC"), count_created=False)
        to_html(build_report(subject, Making("", 0, people="names")))
    if sky.requests > MOST_REQUESTS or time.monotonic() - began > LONGEST:
        yield f"no end: {sky.requests} requests, {time.monotonic() - began:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = shapes(told.times, told.seed, Path(folder))
    print("\n".join(f"WRONG {line}" for line in tally.wrong[:20]))
    print(f"{tally.times} times, {tally.odd_values} odd values: {dict(tally.outcomes)}")
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
