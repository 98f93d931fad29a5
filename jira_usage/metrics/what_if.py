"""What if we renewed for N seats? How licenses stand, and terms, to an answer in money."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pandas as pd

from jira_usage.metrics.holders import Holders
from jira_usage.metrics.prices import (
    billed_seats,
    lower_tier,
    monthly_cost,
    savings_start,
    yearly_cost,
)
from jira_usage.terms import Buffer, Price, ProductTerms

CURVE_POINTS = 160


@dataclass(frozen=True)
class Question:
    """Renew for `seats` (None: for what is needed), with a buffer in reserve; asked `today`."""

    today: date
    buffer: Buffer = field(default_factory=Buffer)
    seats: int | None = None


@dataclass(frozen=True)
class Costs:
    """What the seats bought and those renewed for cost in a year, not rounded."""

    now: Decimal
    then: Decimal

    @property
    def saved_yearly(self) -> Decimal:
        """Below zero where it costs more."""
        return self.now - self.then

    @property
    def saved_monthly(self) -> Decimal:
        return self.saved_yearly / 12


@dataclass(frozen=True)
class Answer:
    """What renewing for `renew_for` seats means for one product.

    needed: those who keep their license, and the buffer. start: the people or the bought
    seats, whichever are fewer. lower_tier: where the tier below that of `renew_for` ends.
    Costs are None as long as terms are missing, or where no price reaches so many seats.
    starts_on is None where no date was told.
    """

    holders: Holders
    needed: int
    bought: int | None
    renew_for: int
    start: int
    billed_now: int | None
    billed_then: int | None
    lower_tier: int | None
    costs: Costs | None
    starts_on: date | None

    @property
    def people(self) -> int:
        return self.holders.people

    @property
    def kept(self) -> int:
        return self.holders.keep

    @property
    def more_to_lower_tier(self) -> int | None:
        """How many more of today's people would have to go to reach the tier below: going
        from 57, seven to reach 50."""
        return None if self.lower_tier is None else self.start - self.lower_tier

    @property
    def give_back(self) -> int:
        """How many people have to give their license back before so few seats are enough."""
        return max(self.people - self.renew_for, 0)

    @property
    def short(self) -> int:
        """How many of those who keep their seats would not have one."""
        return max(self.kept - self.renew_for, 0)


def what_if(holders: Holders, terms: ProductTerms, question: Question) -> Answer:
    """The answer for one product."""
    people, kept = holders.people, holders.keep
    needed = kept + question.buffer.of(kept)
    renew_for = needed if question.seats is None else question.seats
    price, bought = terms.price, terms.bought
    return Answer(
        holders=holders,
        needed=needed,
        bought=bought,
        renew_for=renew_for,
        start=min(people, bought or people) if people >= renew_for else (bought or people),
        billed_now=billed_seats(price, bought) if price and bought else None,
        billed_then=billed_seats(price, renew_for) if price else None,
        lower_tier=lower_tier(price, renew_for) if price else None,
        costs=_costs(price, bought, renew_for),
        starts_on=savings_start(terms.plan, terms.renews_on, question.today),
    )


def _costs(price: Price | None, bought: int | None, renew_for: int) -> Costs | None:
    if price is None or bought is None:
        return None
    now, then = yearly_cost(price, bought), yearly_cost(price, renew_for)
    return None if now is None or then is None else Costs(now, then)


def cost_curve(price: Price, *points: int) -> pd.DataFrame:
    """seats, cost (Decimal, a month), tier_end: around some numbers of seats, which it holds.

    Only seats that the price reaches. Tier ends and the first seat above each are rows.
    """
    marks = [point for point in points if point > 0] or [1]
    first, last = max(1, min(marks) // 2), -(-max(marks) * 23 // 20)
    every = max(1, (last - first) // CURVE_POINTS)
    ends = [step.up_to for step in price.steps if step.up_to is not None]
    if price.model == "tiers":
        last = max(last, billed_seats(price, last) or last)
    seats = {*range(first, last + 1, every), last, *marks}
    seats |= {near for end in ends for near in (end, end + 1) if first <= near <= last}
    rows = [
        (number, cost, price.model == "tiers" and number in ends)
        for number in sorted(seats)
        if (cost := monthly_cost(price, number)) is not None
    ]
    return pd.DataFrame(rows, columns=["seats", "cost", "tier_end"])
