"""Does a sync ask for no more than it must, and for little when little has changed?"""

from __future__ import annotations

from collections.abc import Sequence

from ..goal import Goal
from ..syncs import FirstAndLater
from ..table import table

TOP = 12


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """Requests beside the least possible, and a later sync beside the first."""
    found = []
    for both in syncs:
        first, later = both.first, both.later
        found += [
            Goal(
                "first sync: requests ÷ least possible",
                both.size,
                first.times_the_least,
                at_most=1.05,
                note=_requests(first.summary),
            ),
            Goal(
                "later sync: requests ÷ least possible",
                both.size,
                later.times_the_least,
                at_most=1.15,
                note=_requests(later.summary),
            ),
            *_shares(both),
        ]
    return found


def _shares(both: FirstAndLater) -> list[Goal]:
    """A later sync is small beside the first where a day is little of what there is."""
    most = 0.05 if both.size == "large" else None
    first, later = both.first, both.later
    return [
        Goal(
            "sync after a day ÷ first sync: requests",
            both.size,
            later.requests / first.requests,
            at_most=most,
            form="{:.1%}",
            note=f"{later.requests:,} of {first.requests:,}",
        ),
        Goal(
            "sync after a day ÷ first sync: time",
            both.size,
            later.seconds / first.seconds,
            at_most=most,
            form="{:.1%}",
            note=f"{later.seconds:,.1f} s of {first.seconds:,.1f} s",
        ),
    ]


def _requests(summary: object) -> str:
    assert isinstance(summary, dict)
    return f"{summary['requests']:,} of {summary['least_requests']:,}"


def by_operation(both: FirstAndLater) -> str:
    """What a first and a later sync ask for, the most asked first."""
    first, later = (s.summary["requests_by_operation"] for s in (both.first, both.later))
    most = sorted(first.keys() | later.keys(), key=lambda name: -first.get(name, 0))
    rows = [[name, f"{first.get(name, 0):,}", f"{later.get(name, 0):,}"] for name in most[:TOP]]
    return table([f"{both.size}: requests", "first", "a day later"], rows)
