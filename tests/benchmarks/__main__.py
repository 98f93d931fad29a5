"""Measures a sync beside what others offer, and against its own goals.

Every client reads the same 30 days of the same simulated site, which runs in a process of
its own. Needs Linux or macOS, this project's requirements and, for the peers, pip; each
peer is installed as pinned into an environment of its own. Ends with two tables.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from . import goal
from .child import CommandFailed
from .comparison import compare, row, shown
from .environments import Environments
from .peers import PEERS
from .peers.peer import Peer
from .syncs import FirstAndLater, first_and_later
from .targets import TARGETS, Target
from .targets.growth import growth, where_the_time_goes
from .targets.requests import by_operation

SIZES = ("small", "medium", "large")
T = TypeVar("T")


def main() -> None:
    told = _arguments()
    sizes = sorted(set(told.size or ["small"]), key=SIZES.index)
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"{cores} cores, {load:.1f} of them busy before it began; others' work is in the times.")
    if told.peers:
        with tempfile.TemporaryDirectory() as temporary:
            environments = Environments(told.cache or Path(temporary))
            for size in sizes:
                _compare(size, told.latency, told.peers, environments)
    if told.targets:
        _aim(sizes, told.latency, told.targets)


def _compare(size: str, latency: float, peers: Sequence[Peer], environments: Environments) -> None:
    results = []
    for result in compare(size, latency, peers, environments):
        results.append(result)
        _say(f"{size}: {' · '.join(cell for cell in row(result) if cell)}")
    print(f"\n{size}, {latency * 1000:.0f} ms of latency\n\n{shown(results)}", flush=True)


def _aim(sizes: Sequence[str], latency: float, targets: dict[str, Target]) -> None:
    """Syncs each size twice, and lets every target look at that and measure its own."""
    syncs: list[FirstAndLater] = []
    for size in sizes:
        watched = "growth" in targets and size == sizes[-1] and sys.platform == "linux"
        syncs.append(first_and_later(size, latency, profile=watched))
        _say(f"{size}: synced twice")
    goals: list[goal.Goal] = []
    for name, target in targets.items():
        try:
            goals += target(syncs)
            _say(f"{name}: measured")
        except CommandFailed as failed:
            _say(f"{name}: FAILED, {failed}")
    print(f"\n{goal.shown(goals)}\n\n{growth(syncs)}")
    print(f"\n{by_operation(syncs[-1])}")
    if syncs[-1].first.profile:
        print(f"\n{where_the_time_goes(syncs[-1])}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--size", action="append", choices=SIZES, help="may be given several times; default small"
    )
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    for option, known in (("--peers", PEERS), ("--targets", TARGETS)):
        names = f"all, none, or some of: {', '.join(known)}"
        parser.add_argument(option, type=_chosen(known), default="all", help=names)
    parser.add_argument("--cache", type=Path, help="keeps the peers' environments in this folder")
    told = parser.parse_args()
    told.peers = list(told.peers.values())
    return told


def _chosen(known: dict[str, T]) -> Callable[[str], dict[str, T]]:
    """Reads a list of names; `all` and `none` are what they say."""

    def choose(text: str) -> dict[str, T]:
        if text in ("all", "none"):
            return dict(known) if text == "all" else {}
        names = [name.strip() for name in text.split(",")]
        if unknown := set(names) - known.keys():
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return {name: known[name] for name in names}

    return choose


if __name__ == "__main__":
    main()
