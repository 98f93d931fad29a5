"""What a number of seats costs, by Atlassian's billing rules and the terms people have set.

A monthly plan bills the highest count of its cycle. An annual plan is sold in tiers.
Marketplace apps bill at the count of the largest Jira product.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from jira_usage.terms import Plan, Price, ProductTerms, Terms


@dataclass(frozen=True)
class Offer:
    """A list price in US dollars per person and month: to confirm or to change, never a fact."""

    name: str
    price: Decimal


OFFERS: Final[Mapping[str, tuple[Offer, ...]]] = {
    "jira-software": (Offer("Standard", Decimal("7.91")), Offer("Premium", Decimal("14.54"))),
    "jira-servicedesk": (Offer("Standard", Decimal("20")), Offer("Premium", Decimal("51.42"))),
    "jira-product-discovery": (Offer("Standard", Decimal("10")),),
}
OFFER_CURRENCY: Final = "USD"
TIER_ENDS: Final = (25, 50, 100, 200, 300, 400, 500, 600, 800, 1000)
"""Where tiers usually end: rows to change, not facts."""
CENT: Final = Decimal("0.01")
THOUSAND: Final = 1_000
MONTHS: Final = 12


def yearly_cost(price: Price, seats: int) -> Decimal | None:
    """What so many seats cost in a year; None where the steps end below them."""
    if seats <= 0:
        return Decimal(0)
    if price.model == "tiers":
        for step in price.steps:
            if step.up_to is not None and seats <= step.up_to:
                return step.price * (step.up_to * MONTHS if price.per == "person" else 1)
        return None
    cost, below = Decimal(0), 0
    for step in price.steps:
        end = seats if step.up_to is None else min(seats, step.up_to)
        cost += (end - below) * step.price * MONTHS
        below = end
        if below == seats:
            return cost
    return None


def monthly_cost(price: Price, seats: int) -> Decimal | None:
    """The twelfth of yearly_cost, not rounded."""
    cost = yearly_cost(price, seats)
    return None if cost is None else cost / MONTHS


def billed_seats(price: Price, seats: int) -> int | None:
    """The seats that are paid for when so many are taken: all of a tier; None above the last."""
    if price.model != "tiers" or seats <= 0:
        return seats
    ends = (step.up_to for step in price.steps if step.up_to is not None)
    return next((end for end in ends if seats <= end), None)


def lower_tier(price: Price, seats: int) -> int | None:
    """Where the tier below that of so many seats ends; None in the first, or without tiers."""
    if price.model != "tiers":
        return None
    ends = [step.up_to for step in price.steps if step.up_to is not None and step.up_to < seats]
    return ends[-1] if ends else None


def apps_yearly_cost(app_price: Decimal, seats: Mapping[str, int]) -> Decimal:
    """What Marketplace apps cost in a year, from the seats of each Jira product."""
    return app_price * max(seats.values(), default=0) * MONTHS


def savings_start(plan: Plan, renews_on: date | None, today: date) -> date | None:
    """When a seat that is freed today begins to save; None where no date is known.

    A monthly plan bills this cycle's highest count, so it is the next cycle's first
    day; of an annual plan it is the renewal, or its next anniversary.
    """
    if renews_on is None:
        return None
    if plan == "annual":
        years = max(today.year - renews_on.year, 0)
        day = _months_later(renews_on, years * MONTHS)
        return day if day >= today else _months_later(renews_on, (years + 1) * MONTHS)
    months = (today.year - renews_on.year) * MONTHS + today.month - renews_on.month
    near = (_months_later(renews_on, n) for n in range(months, months + 2))
    return next(day for day in near if day > today)


def seat_price(told: ProductTerms) -> Decimal | None:
    """What one freed seat saves a month; None where that can't be said.

    In bands it is the price of the last bought seat. In tiers one seat saves nothing by
    itself, nor is anything said where a price or seats are missing.
    """
    price, bought = told.price, told.bought
    if price is None or bought is None or price.model == "tiers":
        return None
    now, one_less = monthly_cost(price, bought), monthly_cost(price, bought - 1)
    return None if now is None or one_less is None else now - one_less


def monthly_prices(terms: Terms) -> dict[str, Decimal]:
    """By product_key: what one freed seat saves a month, where that can be said."""
    told = {key: seat_price(one) for key, one in terms.products.items()}
    return {key: price for key, price in told.items() if price is not None}


def rounded(amount: Decimal) -> Decimal:
    """An amount in cents, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def amount_words(amount: Decimal, currency: str) -> str:
    """“1,234.50 USD”."""
    return f"{rounded(amount):,} {currency}"


def round_amount(amount: Decimal, currency: str) -> str:
    """“1,235 USD”, “197.75 USD”: without cents from a thousand on."""
    if abs(amount) < THOUSAND:
        return amount_words(amount, currency)
    return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,} {currency}"


def _months_later(start: date, months: int) -> date:
    """The same day some months later; the month's last where it has no such day."""
    year, month = divmod(start.year * MONTHS + start.month - 1 + months, MONTHS)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
