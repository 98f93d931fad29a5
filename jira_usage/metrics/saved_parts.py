"""What a saving is made of: licenses on Reclaim, seats that nobody holds, seats in reserve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Final

from jira_usage.metrics.prices import rounded, seat_price
from jira_usage.metrics.what_if import Answer
from jira_usage.terms import ProductTerms

Plans = Iterable[tuple[ProductTerms, Answer]]
NONE: Final = Decimal(0)
WORDS: Final = (
    "for licenses on Reclaim",
    "for seats that nobody holds",
    "for people beyond the bought seats",
    "by whole tiers and bands, with seats that nobody holds",
    "kept in reserve",
)
"""What each part is, in the order of Parts."""


@dataclass(frozen=True)
class Parts:
    """What is saved a month, not rounded; below zero what costs more. It always adds up.

    `licenses` is what Reclaim says, `beyond` is of people for whom no seat was bought. `steps`
    is all else of products that are not sold at one price: of those no seat has its own.
    """

    licenses: Decimal = NONE
    unheld: Decimal = NONE
    beyond: Decimal = NONE
    steps: Decimal = NONE
    reserve: Decimal = NONE

    def __add__(self, other: Parts) -> Parts:
        mine, theirs = astuple(self), astuple(other)
        return Parts(*(one + more for one, more in zip(mine, theirs, strict=True)))

    @property
    def total(self) -> Decimal:
        return sum(astuple(self), NONE)

    @property
    def shown(self) -> list[tuple[Decimal, str]]:
        """The parts that are worth a cent, in cents, with their words: they make the total.

        What rounding leaves over goes to the largest that is not Reclaim's.
        """
        cents = [rounded(amount) for amount in astuple(self)]
        told = [place for place, amount in enumerate(cents) if amount]
        if told:
            largest = max(told, key=lambda place: (place > 0, abs(cents[place])))
            others = sum((cents[place] for place in told if place != largest), NONE)
            cents[largest] = rounded(self.total) - others
        return [(cents[place], WORDS[place]) for place in told]


def parts_of(plans: Plans) -> Parts:
    """What renewing for the seats that are needed saves; of products whose cost is known."""
    return sum((_parts(told, answer) for told, answer in plans), Parts())


def sum_words(parts: Parts, currency: str) -> str:
    """“616.24 for licenses on Reclaim + 374.02 for seats that nobody holds = 990.26 USD a
    month.”; empty where there is nothing to add up."""
    shown = parts.shown
    if len(shown) < 2:
        return ""
    words = " ".join(
        f"{'−' if amount < 0 else '+'} {abs(amount):,} {what}" for amount, what in shown
    ).removeprefix("+ ")
    total = rounded(parts.total)
    return f"{words} = {'−' if total < 0 else ''}{abs(total):,} {currency} a month."


def _parts(told: ProductTerms, answer: Answer) -> Parts:
    if answer.costs is None or told.price is None or answer.bought is None:
        return Parts()
    seat = seat_price(told) or NONE
    licenses = answer.holders.could * seat
    if told.price.model != "flat":
        return Parts(licenses, steps=answer.costs.saved_monthly - licenses)
    spare = answer.bought - answer.people
    return Parts(
        licenses,
        unheld=max(spare, 0) * seat,
        beyond=min(spare, 0) * seat,
        reserve=(answer.kept - answer.needed) * seat,
    )
