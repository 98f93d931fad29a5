"""What Reclaim lists and what Renewal would save, reconciled: which money, and from when on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from jira_usage.metrics.holders import holders
from jira_usage.metrics.prices import round_amount, rounded, savings_start
from jira_usage.metrics.reclaim import GIVES_BACK, Reclaim
from jira_usage.metrics.saved_parts import Parts, parts_of, sum_words
from jira_usage.metrics.what_if import Answer, Question, what_if
from jira_usage.metrics.words import date_words
from jira_usage.terms import Buffer, Plan, ProductTerms, Terms

READERS_UNKNOWN: Final = "Who only reads can't be told here from who does nothing."


@dataclass(frozen=True)
class Savings:
    """Money of a month: `listed` are the licenses that could be given back, `renewing` is what
    renewing for those who keep theirs saves, made of `parts`, with `buffer` in reserve. `starts`
    are the plans and days it begins with."""

    listed: Decimal
    parts: Parts
    starts: frozenset[tuple[Plan, date | None]]
    buffer: Buffer = field(default_factory=Buffer)

    @property
    def renewing(self) -> Decimal:
        return self.parts.total


def readers_words(listed: Reclaim) -> str:
    """What the list can't know without the admins' export; empty where there is one, or no list."""
    if listed.grounds.last_seen or not len(listed.select(GIVES_BACK).rows):
        return ""
    return READERS_UNKNOWN


def savings(listed: Reclaim, said: Terms, today: date) -> Savings | None:
    """What could be saved by the terms that were told; None where the list is worth nothing."""
    worth = listed_monthly(listed)
    if not worth:
        return None
    plans, starts = [], set()
    for key, held in holders(listed).items():
        told = said.of(key)
        answer = what_if(held, told, Question(today, said.buffer))
        plans.append((told, answer))
        if answer.costs and held.could:
            starts.add((told.plan, savings_start(told.plan, told.renews_on, today)))
    return Savings(worth, parts_of(plans), frozenset(starts), said.buffer)


def listed_monthly(listed: Reclaim) -> Decimal:
    """What the licenses that could be given back cost in a month, as far as prices are known."""
    return rounded(Decimal(str(listed.monthly(listed.select(GIVES_BACK).rows) or 0)))


def savings_words(told: Savings | None, currency: str) -> str:
    """“Giving these licenses back saves 616.24 USD a month from Feb 27, 2027, when the paid term
    ends. With bought seats that nobody holds: 990.26 USD.”"""
    if told is None or not told.starts:
        return ""
    worth = round_amount(told.listed, currency)
    first = f"Giving these licenses back saves {worth} a month {_start_words(told.starts)}."
    rest = _rest_words(told.parts, told.buffer)
    if not rest:
        return first
    amount = round_amount(abs(told.renewing), currency)
    return f"{first} {rest}: {amount}{' more to pay' if told.renewing < 0 else ''}."


def _rest_words(parts: Parts, buffer: Buffer) -> str:
    """What renewing counts beside the licenses: “With bought seats that nobody holds”."""
    told = [
        words
        for amount, words in (
            (parts.steps, "by whole tiers and bands"),
            (parts.unheld + max(parts.steps, Decimal(0)), "with bought seats that nobody holds"),
            (parts.beyond, "with seats for people beyond those bought"),
        )
        if rounded(amount)
    ]
    if buffer.amount:
        told.append(f"{'less' if told else 'with'} {buffer.words} in reserve")
    words = ", ".join(told)
    return words[:1].upper() + words[1:]


def renewal_rest_words(plans: Sequence[tuple[ProductTerms, Answer]], currency: str) -> str:
    """How what Renewal saves goes with what Reclaim lists; empty where other seats were asked."""
    if any(answer.renew_for != answer.needed for _, answer in plans):
        return ""
    parts = parts_of(plans)
    if parts.shown and parts.shown == Parts(parts.licenses).shown:
        return "All of it are the licenses that Reclaim lists."
    return sum_words(parts, currency)


def _start_words(starts: frozenset[tuple[Plan, date | None]]) -> str:
    """“from Feb 27, 2027, when the paid term ends”, as far as days are known."""
    plans = {plan for plan, _ in starts}
    days = sorted(day for _, day in starts if day)
    why = "when the paid term ends" if plans == {"annual"} else "from the next bill on"
    if len(plans) > 1:
        why = "as each paid term ends"
    if len(days) < len(starts):
        return why
    if len(days) > 1 and days[0] != days[-1]:
        return f"from {date_words(days[0])} to {date_words(days[-1])}, as each paid term ends"
    return (
        f"from {date_words(days[0])}, {why}"
        if plans != {"monthly"}
        else f"from {date_words(days[0])} on"
    )
