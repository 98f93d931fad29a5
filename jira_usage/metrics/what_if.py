"""What if we renewed for N seats? People by their last act, and terms, to an answer in money."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from jira_usage.datasets import access_of
from jira_usage.metrics.access import LICENSED
from jira_usage.metrics.activity import last_at
from jira_usage.metrics.prices import (
    billed_seats,
    lower_tier,
    monthly_cost,
    savings_start,
    yearly_cost,
)
from jira_usage.period import Period
from jira_usage.snapshot import Snapshot
from jira_usage.terms import Buffer, Price, ProductTerms

LONGEST = 366
CURVE_POINTS = 160


@dataclass(frozen=True)
class Question:
    """Renew for `seats` (None: for what is needed), calling idle whoever did no work in
    `idle_days`, with a buffer in reserve; asked `today`."""

    idle_days: int
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

    people: who holds a license. not_found: without work in the days asked for, readers
    among them. readers: of those, who was seen nevertheless. idle: the others. untold:
    without work found, where history or coverage is too thin to say so; they keep
    their seats. kept: everyone but the idle. needed: kept and the buffer. start: the people or
    the bought seats, whichever are fewer. lower_tier: where the tier below that of
    `renew_for` ends. Costs are None as long as terms are missing, or where no price
    reaches so many seats. starts_on is None where no date was told.
    """

    people: int
    not_found: int
    readers: int
    idle: int
    untold: int
    kept: int
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


def what_if(
    days_since: pd.Series,
    known_days: int,
    terms: ProductTerms,
    question: Question,
    *,
    seen_days: pd.Series | None = None,
    blind: bool = False,
) -> Answer:
    """The answer for one product.

    `days_since` holds the days since the last act of each licensed person by account_id,
    NA where none was found; `known_days` is how many days back was read. `seen_days` are the
    days since each was last seen, NA where never or unknown. `blind`: work could not be read.
    """
    people = len(days_since)
    not_found = _older(days_since, question.idle_days)
    if blind or known_days < question.idle_days:
        untold, idle, readers, found = int(not_found.sum()), 0, 0, 0
    else:
        reads = np.zeros(people, dtype=np.bool_)
        if seen_days is not None:
            reads = not_found & ~_older(seen_days.reindex(days_since.index), question.idle_days)
        untold, found, readers = 0, int(not_found.sum()), int(reads.sum())
        idle = found - readers
    kept = people - idle
    needed = kept + question.buffer.of(kept)
    renew_for = needed if question.seats is None else question.seats
    price, bought = terms.price, terms.bought
    return Answer(
        people=people,
        not_found=found,
        readers=readers,
        idle=idle,
        untold=untold,
        kept=kept,
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


def _older(days: pd.Series, limit: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which days are at least so many; none known counts as that."""
    return np.asarray(days.to_numpy(np.float64, na_value=np.inf) >= limit)


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


def days_since_last_act(
    events: pd.DataFrame, access: pd.DataFrame, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """account_id, product_key, days: a row per license; 0 is the period's last date.

    Takes Snapshot.tally and the dataset access. Days are those of the period's zone; more
    than a year is told as 366, and NA is no act found in all that was read.
    """
    year = Period.last_days(LONGEST, period.zone_name, period.end_ms - 1)
    last = last_at(events, period.end_ms, count_created=count_created)
    days = LONGEST - np.searchsorted(year.midnights_ms, last, side="right")
    held = access.loc[access["state"] == LICENSED, ["account_id", "product_key"]]
    frame = held.reset_index(drop=True)
    place = events["account_id"].cat.categories.get_indexer(pd.Index(frame["account_id"]))
    found = (place >= 0) & (last[place] >= 0) if len(last) else np.zeros(len(frame), dtype=np.bool_)
    frame["days"] = pd.Series(days[place] if len(last) else 0, index=frame.index, dtype="Int64")
    frame["days"] = frame["days"].mask(~found)
    return frame


def known_days(covered_from_ms: int, period: Period) -> int:
    """How many of the last dates, the period's last among them, were read from their midnight."""
    year = Period.last_days(LONGEST, period.zone_name, period.end_ms - 1)
    return int((year.midnights_ms >= covered_from_ms).sum())


def days_by_license(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """days_since_last_act of the snapshot."""
    held = access_of(snapshot)
    return days_since_last_act(snapshot.tally, held, period, count_created=count_created)
