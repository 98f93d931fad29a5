"""Is a sync as fast as the latency of its requests allows?"""

from __future__ import annotations

from collections.abc import Sequence

from ..goal import Goal
from ..syncs import FirstAndLater, first_and_later

IN_FLIGHT = 8
FAR = 0.2


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """Seconds beside requests × latency ÷ 8, and where that is no long wait also from far away."""
    far = [both.size for both in syncs if both.size != "large" and both.latency != FAR]
    return [*map(_goal, syncs), *(_goal(first_and_later(size, FAR)) for size in far)]


def _goal(both: FirstAndLater) -> Goal:
    first = both.first
    least = first.requests * both.latency / IN_FLIGHT
    return Goal(
        f"first sync: time ÷ (requests × {both.latency * 1000:.0f} ms ÷ {IN_FLIGHT})",
        both.size,
        first.seconds / least if least else float("inf"),
        at_most=1.3,
        note=f"{first.seconds:.1f} s of {least:.1f} s; CPU: own {first.cost.cpu_s:.1f} s, site's "
        f"{first.served.cpu_s:.1f} s; {first.served.most_at_once} at once",
    )
