"""Which goals has this project set itself? A module per question, each tells its goals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..goal import Goal
from ..syncs import FirstAndLater
from . import burst_limit, exports, growth, histories, pages, requests, wall_time

Target = Callable[[Sequence[FirstAndLater]], Sequence[Goal]]

TARGETS: dict[str, Target] = {
    "requests": requests.goals,
    "wall": wall_time.goals,
    "limit": burst_limit.goals,
    "histories": histories.goals,
    "exports": exports.goals,
    "growth": growth.goals,
    "pages": pages.goals,
}
