"""Does a sync make use of what a burst limit allows, and wait as long as it is told?"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..gate import Call, by_endpoint
from ..goal import Goal
from ..site_process import Served, Site
from ..syncs import FirstAndLater, sync_once
from ..token_bucket import TokenBucket

RATES = {"small": 5.0, "medium": 5.0, "large": 20.0}
ON_THE_WAY = 0.3
"""Seconds in which a request may still come that left before the refusal was read: few on a
quiet machine, more on a busy one. Whoever does not wait at all comes later than that too."""
PRECISION = 0.02


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """A sync of each size under a limit low enough to be met; a large one is a long wait."""
    found = []
    for both in syncs:
        if both.size == "large" and len(syncs) > 1:
            continue
        rate = RATES[both.size]
        with tempfile.TemporaryDirectory() as home, Site(both.size, both.latency, rate) as site:
            synced = sync_once(site, Path(home))
        found += _goals(both.size, rate, synced.served)
    return found


def _goals(size: str, rate: float, served: Served) -> list[Goal]:
    """The rate is that of the endpoint that was asked most: it is what the sync waits for."""
    calls = by_endpoint(served.calls)
    busiest = max(calls, key=lambda name: len(calls[name]))
    some = calls[busiest]
    limit = f"{rate:.0f} a second"
    return [
        Goal(
            f"rate reached ÷ burst limit of {limit}",
            size,
            share_reached(some, rate),
            at_least=0.9,
            form="{:.0%}",
            note=f"{len(some)} calls, {len(refused(some))} refused: {busiest}",
        ),
        Goal(
            "requests before Retry-After had passed",
            size,
            float(sum(len(too_early(some)) for some in calls.values())),
            at_most=0.0,
            form="{:.0f}",
            note=f"{len(refused(served.calls))} refusals; {_earliness(calls)}",
        ),
    ]


def refused(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if call.status == 429]


def share_reached(calls: Sequence[Call], rate: float) -> float:
    """What went through, of what the limit would have let through from first to last."""
    took = max(call.came_at for call in calls) - min(call.came_at for call in calls)
    return (len(calls) - len(refused(calls))) / TokenBucket(rate).allowed(took)


def too_early(calls: Sequence[Call]) -> list[float]:
    """Seconds by which calls came too early: after a refusal of their endpoint was told, but
    before the time it named had passed."""
    refusals = refused(calls)
    early = (
        max((no.left_at + no.wait - call.came_at for no in refusals if _heard(no, call)), default=0)
        for call in calls
    )
    return [seconds for seconds in early if seconds > PRECISION]


def _heard(refusal: Call, call: Call) -> bool:
    return refusal.left_at + ON_THE_WAY < call.came_at


def _earliness(calls: Mapping[str, Sequence[Call]]) -> str:
    early = [seconds for some in calls.values() for seconds in too_early(some)]
    return f"up to {max(early):.2f} s too early" if early else "none too early"
