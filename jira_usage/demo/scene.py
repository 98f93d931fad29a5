"""On what stage does a cohort live? The company, the calendar, the dice and the ids."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jira_usage.demo.chance import Column
from jira_usage.demo.company import Company
from jira_usage.demo.founding import EPOCH_DAY
from jira_usage.demo.sizes import Size
from jira_usage.demo.staffing import Staffing
from jira_usage.demo.workdays import DAY, HOUR, Workdays, instants


@dataclass(frozen=True)
class Ids:
    """The first id of each sort in a cohort; a day's range is several times its mean."""

    issue: int
    history: int
    comment: int
    worklog: int

    @classmethod
    def of_day(cls, size: Size, day: int) -> Ids:
        per_day, since = size.issues_per_day, day - EPOCH_DAY

        def base(start: int, rate: float) -> int:
            return start + since * (int(per_day * rate * 2.5) + int(40 * math.sqrt(per_day)) + 150)

        return cls(
            base(20_000, 0.7),
            base(200_000, size.histories + 2),
            base(100_000, size.comments),
            base(50_000, size.worklogs),
        )

    @classmethod
    def of_old(cls) -> Ids:
        return cls(10_000, 10_000, 10_000, 10_000)


@dataclass(frozen=True)
class Cohort:
    """What all issues of one day of creation share."""

    day: int
    count: int
    histories: float
    comments: float
    worklogs: float
    life_days: float
    longest: float
    until: int  # nothing later is worked out
    old: bool = False


@dataclass
class Scene:
    """The company, the calendar and the dice of one cohort."""

    company: Company
    staffing: Staffing
    workdays: Workdays
    rng: np.random.Generator
    cohort: Cohort
    created: Column
    project: Column
    span: Column  # days of life per issue
    keepers: Column  # the slot that cares for the issue
    ids: Ids

    def moments(self, issue: Column, slots: Column) -> Column:
        """Instants in the life of issues, at the hours those people work."""
        rng, n = self.rng, len(issue)
        age = self.span[issue] * rng.random(n) ** 1.35
        day = self.created[issue] // DAY + age.astype(np.int64)
        tireless = slots == self.staffing.tireless
        stays = tireless | (rng.random(n) < 0.03) | (slots >= len(self.staffing.weight))
        spread = np.where(self.workdays.is_open(day), 0, rng.integers(1, 6, n))
        day = np.where(stays, day, self.workdays.following(day + spread))
        at = instants(day, self.staffing.office[slots], rng)
        at = np.where(tireless, day * DAY + rng.integers(0, DAY, n), at)
        early = at <= self.created[issue] + 60_000
        soon = self.created[issue] + 60_000 + rng.exponential(2.5 * HOUR, n).astype(np.int64)
        return np.where(early, soon, at)

    def actors(self, issue: Column) -> Column:
        """Slots of people: mostly who cares for the issue, else somebody of its project."""
        rng, n = self.rng, len(issue)
        picked = self.staffing.pick(self.project[issue], rng.random(n))
        return np.where(rng.random(n) < 0.42, self.keepers[issue], picked)

    def robots(self, n: int) -> Column:
        slots = self.staffing.robot_slots
        return slots[(self.rng.random(n) ** 2.5 * len(slots)).astype(np.int64)]

    def counts(self, mean: Column | float, n: int) -> Column:
        """How many acts each issue gets: many get few, a few get many."""
        rng = self.rng
        return rng.poisson(np.asarray(mean) * rng.lognormal(-0.32, 0.8, n))
