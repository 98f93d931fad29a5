"""What renewing for what is needed means for each product that is paid for, by what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import pandas as pd
import pyarrow as pa

from jira_usage.metrics.holders import holders
from jira_usage.metrics.prices import amount_words, round_amount, rounded
from jira_usage.metrics.reclaim import Reclaim
from jira_usage.metrics.renewal_words import over_words
from jira_usage.metrics.rows import each
from jira_usage.metrics.what_if import Answer, Costs, Question, what_if
from jira_usage.metrics.words import date_words, plural
from jira_usage.terms import Buffer, Price, ProductTerms, Terms

HEADS: Final = (
    *("Product", "Bought", "Needed", "In reserve", "Price"),
    *("Now, a month", "After, a month", "Saves a month", "Saves a year", "Renews on"),
)
BY_HAND: Final = (
    "Prices are of one person and month; the seats in reserve are among the needed. "
    "Seats, prices and dates were entered by hand, and nobody has compared them with a bill. "
    "Needed are the licenses of all who keep theirs: who work or cool, are new, were seen by "
    "Atlassian's export, are kept by hand, or of whom it can't be told."
)
_TEXT, _NUMBER, _MONEY = pa.string(), pa.int64(), pa.float64()
SCHEMA: Final = pa.schema(
    [
        ("product_key", _TEXT),
        ("product_name", _TEXT),
        ("bought", _NUMBER),
        ("needed", _NUMBER),
        ("in_reserve", _NUMBER),
        ("price", _TEXT),
        ("cost_now_monthly", _MONEY),
        ("cost_after_monthly", _MONEY),
        ("saved_monthly", _MONEY),
        ("saved_yearly", _MONEY),
        ("currency", _TEXT),
        ("plan", _TEXT),
        ("renews_on", _TEXT),
    ]
)


@dataclass(frozen=True)
class Line:
    """One product: what was told of it, and the answer for as many seats as are needed."""

    product_key: str
    name: str
    told: ProductTerms
    answer: Answer

    @property
    def reserve(self) -> int:
        return self.answer.needed - self.answer.kept


def anything_told(said: Terms) -> bool:
    """Whether seats or a price of any product were told."""
    return any(told.bought is not None or told.price is not None for told in said.products.values())


def lines(listed: Reclaim, seats: pd.DataFrame, said: Terms, today: date) -> list[Line]:
    """The products that are paid for, in the order of seat_table; for the usual reserve."""
    held, question = holders(listed), Question(today, said.buffer)
    return [
        Line(key, str(row.product_name) or key, said.of(key), answer)
        for row in each(seats)
        if (key := str(row.product_key)) in held and key not in listed.grounds.free
        for answer in [what_if(held[key], said.of(key), question)]
    ]


def together(some: Sequence[Line]) -> Costs | None:
    """What the products with a price cost together; None where there is none."""
    costs = [line.answer.costs for line in some if line.answer.costs]
    if not costs:
        return None
    return Costs(
        sum((one.now for one in costs), Decimal(0)), sum((one.then for one in costs), Decimal(0))
    )


def title_words(some: Sequence[Line], currency: str) -> str:
    """“Renewing for what is needed would save 197.75 USD a month, 2,373 USD a year”."""
    costs = together(some)
    if costs is None:
        return "For how many seats to renew"
    saved, yearly = costs.saved_monthly, costs.saved_yearly
    if rounded(saved) == 0:
        return "Renewing for what is needed would save nothing"
    would = "save" if saved > 0 else "cost"
    more = "" if saved > 0 else " more"
    month, year = (round_amount(abs(one), currency) for one in (saved, yearly))
    return f"Renewing for what is needed would {would} {month} a month{more}, {year} a year"


def over_all_words(some: Sequence[Line], currency: str, buffer: Buffer) -> str:
    """The costs of all together, of how many products they are, and the reserve."""
    costs, priced = together(some), sum(line.answer.costs is not None for line in some)
    told = []
    if costs is not None:
        now, then = (round_amount(one / 12, currency) for one in (costs.now, costs.then))
        told.append(f"Cost a month: {now} now, {then} after, over {plural(priced, 'product')}.")
    if priced < len(some):
        told.append(f"Of {plural(len(some) - priced, 'product')} no price or no seats were told.")
    return " ".join([*told, reserve_words(buffer), "Marketplace apps are not in it."])


def reserve_words(buffer: Buffer) -> str:
    if not buffer.amount:
        return "No seats are held in reserve."
    if buffer.unit == "percent":
        return f"{buffer.amount} percent are held in reserve."
    return f"{plural(buffer.amount, 'seat')} of each product are held in reserve."


def doubts(some: Sequence[Line]) -> list[str]:
    """Where more people hold a license than seats were told."""
    return [
        f"{line.name}: {over_words(line.answer.people, line.told.bought)}"
        for line in some
        if line.told.bought is not None and line.answer.people > line.told.bought
    ]


def words(line: Line, currency: str) -> tuple[str | int | None, ...]:
    """A row under HEADS; None is unknown."""
    costs = line.answer.costs
    money: tuple[str | None, ...] = (None,) * 4
    if costs is not None:
        money = tuple(round_amount(one, currency) for one in _amounts(costs))
    answer = line.answer
    numbers = line.told.bought, answer.needed, line.reserve
    return line.name, *numbers, price_words(line.told.price, currency), *money, _renews(line)


def price_words(price: Price | None, currency: str) -> str | None:
    """“7.91 USD”, “7.91 USD up to 100, then 5.00 USD”; None where none was told."""
    if price is None:
        return None
    if price.model == "tiers":
        return "By whole tiers"
    steps = [(step.up_to, amount_words(step.price, currency)) for step in price.steps]
    told = [amount if end is None else f"{amount} up to {end:,}" for end, amount in steps]
    return ", then ".join(told)


def exported(some: Sequence[Line], currency: str) -> pd.DataFrame:
    """The lines in the columns of SCHEMA; money as it is written in cents."""
    rows = []
    for line in some:
        costs, starts_on = line.answer.costs, line.answer.starts_on
        money: tuple[float | None, ...] = (None,) * 4
        if costs is not None:
            money = tuple(float(rounded(one)) for one in _amounts(costs))
        rows.append(
            (
                *(line.product_key, line.name),
                *(line.told.bought, line.answer.needed, line.reserve),
                price_words(line.told.price, currency) or "",
                *money,
                *(currency, line.told.plan),
                starts_on.isoformat() if starts_on else "",
            )
        )
    kinds = {_TEXT: "str", _NUMBER: "Int64", _MONEY: "Float64"}
    frame = pd.DataFrame(rows, columns=SCHEMA.names)
    return frame.astype({field.name: kinds[field.type] for field in SCHEMA})


def _amounts(costs: Costs) -> tuple[Decimal, ...]:
    """What it costs a month now and then, and what that saves a month and a year."""
    return costs.now / 12, costs.then / 12, costs.saved_monthly, costs.saved_yearly


def _renews(line: Line) -> str | None:
    """The renewal of an annual plan; of a monthly one the next bill, where it is known."""
    starts_on = line.answer.starts_on
    if line.told.plan == "annual":
        return date_words(starts_on) if starts_on else None
    return f"Monthly, next on {date_words(starts_on)}" if starts_on else "Monthly"
