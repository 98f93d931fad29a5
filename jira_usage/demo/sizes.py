"""How big is each simulated company?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Counts of a world; rates are means per issue over its whole life."""

    name: str
    people: int
    teams: int
    projects: int
    customers: int
    issues_per_day: float
    histories: float
    comments: float
    worklogs: float
    life_days: float
    old_issues: int


SIZES = {
    "small": Size("small", 320, 24, 20, 60, 46, 7.0, 2.2, 0.9, 45, 24),
    "medium": Size("medium", 3_000, 200, 110, 900, 330, 7.5, 2.2, 0.8, 55, 80),
    "large": Size("large", 50_000, 2_600, 1_150, 9_000, 2_700, 12.6, 1.6, 0.6, 150, 400),
}
NAMES = ("empty", "tiny", *SIZES)

KEEP_DAYS = 400
"""Issues created longer ago are cleaned away, but for a few old ones that live on."""
LONGEST_LIFE = 290
AHEAD_DAYS = 7
"""How far ahead of the clock a world is worked out before it must be built again."""
