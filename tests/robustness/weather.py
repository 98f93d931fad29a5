"""Syncs in bad weather: python -m tests.robustness.weather --times 1000 --seed 7

Each time one fault, or all of them, spoils answers at random. The sync must end in the truth,
in less with a word about it, or in an error in words with the last snapshot untouched; no
request may come again before Retry-After has passed; and the next sync, in fair weather,
must end in the truth.
"""

from __future__ import annotations

import argparse
import errno
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from jira_usage import transport
from jira_usage.connection import Connection
from jira_usage.crew import IN_FLIGHT
from jira_usage.errors import JiraUsageError
from jira_usage.pace import Patience
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Summary, run, sync
from tests.exports import exported

from .place import (
    a_site,
    broken_parts,
    connect,
    copied,
    evening,
    in_files,
    kept_of,
    morning,
    store_in,
    untrue,
    wounds,
)
from .sky import FAULTS, PASSING, SPEED, Sky

PATIENCE = Patience(
    attempts=8, first_backoff=0.1, longest_backoff=2.0, longest_wait=60.0, connect_timeout=0.5,
    read_timeout=0.4,
)  # fmt: skip
MOST_REQUESTS, LONGEST = 2_000, 60.0


@dataclass
class Tally:
    """How often a fault was tried and met, what came of it, and what went wrong."""

    times: int = 0
    met: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def fast_time() -> Iterator[None]:
    """The waiting of the transport takes a small part of what it says."""

    def pause(self: transport.Transport, seconds: float) -> float:
        self._cancel.wait(seconds / SPEED)
        self._stop_if_cancelled()
        return seconds

    clock = SimpleNamespace(monotonic=lambda: time.monotonic() * SPEED)
    with (
        patch.object(transport.Transport, "_pause", pause),
        patch.object(transport, "time", clock),
        patch("jira_usage.sync.proof", lambda *_: "00:00"),
    ):
        yield


class Trial:
    """One site under a sky, and a store of the morning that every trial begins with."""

    def __init__(self, sky: Sky, folder: Path) -> None:
        self.sky, self.site, self.folder = sky, sky.site, folder
        self.asked_at_cancel = 0
        self.morning()
        in_files((folder / "morning"), self.site)
        self.sync(store_in(folder / "morning"))

    def morning(self) -> None:
        morning(self.site)
        self.site._desk.be_at(self.sky.url)

    def evening(self, *traps: str) -> None:
        evening(self.site, *traps)
        self.site._desk.be_at(self.sky.url)

    @property
    def connection(self) -> Connection:
        return connect(self.sky.url, self.site.email, self.site.token)

    def sync(self, store: Store, **options: Any) -> Summary:
        return run(sync(self.connection, store, patience=PATIENCE, **options))

    def cancel(self, event: threading.Event) -> None:
        self.asked_at_cancel = self.sky.requests
        event.set()

    def fresh(self) -> Store:
        self.asked_at_cancel = 0
        return copied(self.folder / "morning", self.folder / "tried")

    def outcome(self, store: Store, **options: Any) -> Iterator[str]:
        """Runs the sync; the first word is what came of it, the others are what is wrong."""
        kept = kept_of(self.site, store)
        before = kept.current()
        began = time.monotonic()
        try:
            coverage = dict(self.sync(store, **options).coverage)
        except JiraUsageError as error:
            yield f"stopped: {type(error).__name__}"
            if kept.current() != before:
                yield "the last snapshot was changed by a sync that failed"
        else:
            if set(coverage.values()) == {"complete"}:
                yield "the truth"
                yield from untrue(self.site, store)
            else:
                yield "less, and it is said"
                yield from self._made_up(store, coverage)
        yield from broken_parts(kept)
        yield from self.sky.hasty
        if self.sky.requests > MOST_REQUESTS or time.monotonic() - began > LONGEST:
            yield f"no end: {self.sky.requests} requests, {time.monotonic() - began:.0f} s"

    def _made_up(self, store: Store, coverage: dict[str, str]) -> Iterator[str]:
        snapshot = Snapshot.load(kept_of(self.site, store))
        reasons = snapshot.coverage.set_index("dataset")["reason"].to_dict()
        for name, state in coverage.items():
            if state != "complete" and state != "never" and not reasons[name]:
                yield f"{name} is {state}, without a word"
        known = {_act(row) for row in self.true_before}
        known |= {_act(row) for row in self.site.truth(days=30, timezone="UTC")["activity"]}
        for row in exported(snapshot, "activity"):
            feeds = row["kind"].startswith("worklog") and coverage["work logs"] != "complete"
            if _act(row) not in known and not feeds:
                yield f"made up: {row}"

    @property
    def true_before(self) -> list[dict[str, Any]]:
        snapshot = Snapshot.load(kept_of(self.site, store_in(self.folder / "morning")))
        return exported(snapshot, "activity")

    def healed(self, store: Store) -> Iterator[str]:
        """What is wrong after the next sync, in fair weather."""
        self.sky.set(0)
        self.evening()
        coverage = self.sync(store).coverage
        if set(coverage.values()) != {"complete"}:
            yield f"not healed: {coverage}"
        yield from untrue(self.site, store)
        yield from broken_parts(kept_of(self.site, store))
        yield from wounds(kept_of(self.site, store))


def _act(row: dict[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["source_id"], row["account_id"], row["at"]


# -- what else can go wrong in the middle of a sync, besides answers

Turn = Callable[[Trial, ExitStack, random.Random], dict[str, Any]]


def _at_some_request(trial: Trial, dice: random.Random, *what: Callable[[], object]) -> None:
    trial.sky.events += [(dice.randint(1, 45), one) for one in what]


def revoked(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    _at_some_request(trial, dice, trial.site.revoke_token)
    return {}


def denied(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    name = dice.choice(["BROWSE_USERS", "ADMINISTER", "PROJECT:" + dice.choice(["NEW", "WEB"])])
    _at_some_request(trial, dice, lambda: trial.site.deny(name))
    return {}


def deactivated(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    _at_some_request(trial, dice, lambda: trial.evening("jira_deactivated"))
    return {}


def clock_jumps(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    """This machine's clock is set, forward or back, by up to a month."""
    jump = SimpleNamespace(ns=0)
    real = time.time_ns
    patched = SimpleNamespace(
        time_ns=lambda: real() + jump.ns,
        time=lambda: (real() + jump.ns) / 1e9,
        monotonic_ns=time.monotonic_ns,
    )
    stack.enter_context(patch("jira_usage.preflight.time", patched))
    by = dice.choice([-1, 1]) * dice.randint(3600, 30 * 86_400) * 1_000_000_000
    trial.sky.events.append((dice.randint(4, 40), lambda: setattr(jump, "ns", by)))
    return {}


def no_dns(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    """Names are not found, now and then or from some moment on; connections do not last."""
    real, calls, lasting = socket.getaddrinfo, Counter[str](), dice.random() < 0.5
    since = dice.randint(1, 30)

    def look_up(*told: Any, **more: Any) -> Any:
        calls["asked"] += 1
        if (lasting and calls["asked"] > since) or (not lasting and dice.random() < 0.3):
            trial.sky.met["no DNS"] += 1
            raise socket.gaierror(-2, "Name or service not known")
        return real(*told, **more)

    stack.enter_context(patch("socket.getaddrinfo", look_up))
    trial.sky.faults, trial.sky.chance = ("reset in an answer",), 0.3
    return {}


def disk_full(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    """From some write on there is no room, neither for a file nor for the database."""
    real, calls, since = os.fsync, Counter[str](), dice.randint(1, 12)

    def sync_file(handle: int) -> None:
        calls["asked"] += 1
        if calls["asked"] >= since:
            trial.sky.met["disk full"] += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    stack.enter_context(patch("os.fsync", sync_file))
    return {}


def cancelled(trial: Trial, stack: ExitStack, dice: random.Random) -> dict[str, Any]:
    """Somebody cancels while it storms."""
    cancel = threading.Event()
    _at_some_request(trial, dice, lambda: trial.cancel(cancel))
    trial.sky.faults, trial.sky.chance = PASSING, 0.3
    return {"cancel": cancel}


MOMENTS: dict[str, Turn] = {
    "token revoked": revoked,
    "permission taken away": denied,
    "Jira deactivated": deactivated,
    "clock set": clock_jumps,
    "no DNS": no_dns,
    "disk full": disk_full,
    "cancelled in a storm": cancelled,
}
ALL = "all together"
KINDS = (*FAULTS, *MOMENTS, ALL)


def weather(times: int, seed: int, folder: Path, kinds: Sequence[str] = KINDS) -> dict[str, Tally]:
    """Tries every kind of weather in turn, so many times in all; the tally of each."""
    tallies = {kind: Tally() for kind in kinds}
    with a_site() as site, Sky(site) as sky, fast_time():
        trial = Trial(sky, folder)
        for number in range(times):
            kind = kinds[number % len(kinds)]
            try:
                _try(trial, kind, random.Random(f"{seed} {number}"), tallies[kind])
            except KeyboardInterrupt:
                break
    return tallies


def _try(trial: Trial, kind: str, dice: random.Random, tally: Tally) -> None:
    store = trial.fresh()
    trial.evening()
    sky = trial.sky
    faults = PASSING if kind == ALL else (kind,) if kind in FAULTS else ()
    sky.set(dice.randrange(1 << 30), faults, dice.choice([0.05, 0.15, 0.4]) if faults else 0.0)
    tally.times += 1
    try:
        with ExitStack() as stack:
            options = MOMENTS[kind](trial, stack, dice) if kind in MOMENTS else {}
            outcome, *wrong = trial.outcome(store, **options)
        tally.met += sky.met.total() > 0
        tally.outcomes[outcome] += 1
        if trial.asked_at_cancel and sky.requests > trial.asked_at_cancel + IN_FLIGHT:
            wrong.append(f"cancelled, and {sky.requests - trial.asked_at_cancel} more requests")
        tally.wrong += wrong
        tally.wrong += [f"after {outcome}: {line}" for line in trial.healed(store)]
    except Exception as error:
        tally.wrong.append(f"{type(error).__name__}: {error}")


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    for kind, tally in tallies.items():
        told = ", ".join(f"{outcome} {n}" for outcome, n in tally.outcomes.most_common())
        verdict = f"{len(tally.wrong)} WRONG" if tally.wrong else "nothing lost"
        yield f"{kind:<24} {tally.times:>5} times, {tally.met:>5} met  {verdict}: {told}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    told = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tallies = weather(told.times, told.seed, Path(folder))
    print("\n".join(table(tallies)))
    wrong = [f"{kind}: {line}" for kind, tally in tallies.items() for line in tally.wrong]
    print("\n".join(f"WRONG {line[:300]}" for line in wrong[:40]))
    times = sum(tally.times for tally in tallies.values())
    print(f"{times} syncs in {time.monotonic() - began:.0f} s, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
