"""How do time and memory grow with the site, and where does the time of the largest sync go?"""

from __future__ import annotations

from collections.abc import Sequence

from ..goal import Goal
from ..syncs import FirstAndLater
from ..table import megabytes, seconds, table

TOP = 10
MOST_MEMORY_MB = 1024


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """The memory of a large sync; what else grows is in the tables below."""
    return [
        Goal(
            "first sync: peak memory",
            both.size,
            both.first.cost.peak_mb,
            at_most=MOST_MEMORY_MB if both.size == "large" else None,
            form="{:,.0f} MB",
        )
        for both in syncs
    ]


HEAD = (
    "first sync of", "issues", "histories", "acts kept", "requests", "time", "own CPU",
    "peak memory", "histories/s", "site's CPU",
)  # fmt: skip


def growth(syncs: Sequence[FirstAndLater]) -> str:
    """A line for each size."""
    rows = []
    for both in syncs:
        first, told = both.first, both.first.summary
        rows.append(
            [
                both.size,
                *(f"{told[name]:,}" for name in ("issues", "histories", "acts", "requests")),
                seconds(first.seconds),
                seconds(first.cost.cpu_s),
                megabytes(first.cost.peak_mb),
                f"{told['histories'] / first.seconds:,.0f}",
                f"{seconds(first.served.cpu_s)} ({first.served.cpu_s / first.seconds:.0%})",
            ]
        )
    return table(HEAD, rows)


def where_the_time_goes(both: FirstAndLater) -> str:
    """The ten functions in which the processor was longest, libraries counted to their caller."""
    spent = both.first.profile
    total = sum(spent.values())
    most = sorted(spent.items(), key=lambda one: one[1], reverse=True)[:TOP]
    rows = [[name, seconds(took), f"{took / total:.0%}"] for name, took in most]
    return table([f"first sync of {both.size}: in", "CPU", "share"], rows)
