"""Who reads the same work with how many requests, in what time and memory, and how completely?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from . import child
from .child import CommandFailed, Cost
from .environments import Environments, NotInstalled
from .judge import COLUMNS, Verdict, judge
from .peers.peer import Peer, Visit
from .replay import replay
from .site_process import NOW, Served, Site
from .table import megabytes, per_cent, seconds, table

DAYS = 30
SINCE = NOW.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)


@dataclass(frozen=True)
class Result:
    """What one peer did; `failure` in its own words where it did not end well."""

    peer: Peer
    cost: Cost | None = None
    served: Served | None = None
    alone_s: float = 0.0
    verdict: Verdict | None = None
    failure: str = ""


def compare(
    size: str, latency: float, peers: Sequence[Peer], environments: Environments
) -> Iterator[Result]:
    """Lets each peer read a fresh site of that size, one after the other."""
    for peer in peers:
        try:
            yield _result(size, latency, peer, environments)
        except (NotInstalled, CommandFailed) as failed:
            yield Result(peer, failure=str(failed))


def _result(size: str, latency: float, peer: Peer, environments: Environments) -> Result:
    python = environments.python(peer.requirements) if peer.requirements else peer.own_interpreter
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Site(size, latency, tls=folder if peer.tls else None) as site:
            truth = site.truth()
            visit = Visit(site.address, SINCE, sorted(truth.groups), python, folder)
            command = peer.prepare(visit)
            site.reset()
            cost = child.run(command.words, environment=command.environment, output=visit.output)
            served = site.served()
            verdict = judge(truth, peer.told(visit)) if not cost.exit_code else None
            site.answer_at_once()
            alone = replay(served.calls, site.address)
    return Result(peer, cost, served, alone, verdict, cost.words)


HEAD = (
    "client", "requests", "wall", "own CPU", "peak memory", *COLUMNS, "site's CPU", "site alone",
)  # fmt: skip


def shown(results: Sequence[Result]) -> str:
    """The table, and below it how each peer was used and what it did not tell."""
    notes = []
    for result in results:
        notes.append(f"{result.peer.name}: {result.peer.how}.")
        if result.failure:
            notes.append(f"    FAILED: {result.failure}")
        if result.verdict and result.verdict.missing:
            missing = sorted(result.verdict.missing.items(), key=lambda item: -item[1])
            notes.append("    not told: " + ", ".join(f"{n:,} {kind}" for kind, n in missing))
    return table(HEAD, [row(result) for result in results]) + "\n\n" + "\n".join(notes)


def row(result: Result) -> list[str]:
    """The cells of one peer, as HEAD names them."""
    cost, served = result.cost, result.served
    if cost is None or served is None:
        return [result.peer.name, "failed", *[""] * (len(HEAD) - 2)]
    shares = [per_cent(result.verdict.shares[c]) if result.verdict else "failed" for c in COLUMNS]
    return [
        result.peer.name,
        f"{len(served.calls):,}",
        seconds(cost.wall_s),
        seconds(cost.cpu_s),
        megabytes(cost.peak_mb),
        *shares,
        f"{seconds(served.cpu_s)} ({served.cpu_s / cost.wall_s:.0%})",
        seconds(result.alone_s),
    ]
