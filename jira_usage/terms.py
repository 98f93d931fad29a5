"""What people say they pay: bought seats, prices, plan, renewal, buffer. Never assumed.

It is kept as a note of the site, which no sync touches. Money is Decimal; a currency is
a label and is never converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, get_args

import orjson

from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.store import SiteStore

NOTE = "terms"
FORMAT = 1
Plan = Literal["monthly", "annual"]
Model = Literal["flat", "bands", "tiers"]
Per = Literal["person", "tier"]
Unit = Literal["percent", "seats"]
MOST_SEATS: Final = 1_000_000
MOST_MONEY: Final = Decimal(1_000_000_000)
LONGEST_CURRENCY = 8


@dataclass(frozen=True)
class Step:
    """Up to so many people (None: all further ones) at a price."""

    up_to: int | None
    price: Decimal


@dataclass(frozen=True)
class Price:
    """How a number of seats is billed; InvalidInput where the steps make no sense.

    `flat`: one step, its price per person and month. `bands`: the first people at the
    first step's price per person and month, the next at the next. `tiers`: sold in whole
    steps; a step's price is per person and month for all its seats, or (`per` tier) for
    the tier and year.
    """

    model: Model
    steps: tuple[Step, ...]
    per: Per = "person"

    def __post_init__(self) -> None:
        if self.model not in get_args(Model) or self.per not in get_args(Per):
            raise InvalidInput("This kind of price is not known.", "Choose one of the list.")
        ends = [step.up_to for step in self.steps]
        if not ends:
            raise InvalidInput("A price is missing.", "Enter at least one price.")
        for step in self.steps:
            if not step.price.is_finite() or not 0 <= step.price <= MOST_MONEY:
                raise InvalidInput("A price can't be used.", "Enter zero or more.")
        if self.model == "flat" and ends != [None]:
            raise InvalidInput("A flat price is one price.", "Enter one price, or choose bands.")
        if self.model == "tiers" and None in ends:
            raise InvalidInput("A tier has no end.", "Say up to how many people each tier goes.")
        if None in ends[:-1]:
            raise InvalidInput("Only the last band may be without an end.", "Enter its end.")
        told = [end for end in ends if end is not None]
        if any(not 0 < end <= MOST_SEATS for end in told) or told != sorted(set(told)):
            raise InvalidInput(
                "The steps do not rise.", "Enter each “up to” once, the smallest first."
            )

    @classmethod
    def flat(cls, price: Decimal) -> Price:
        return cls("flat", (Step(None, price),))


@dataclass(frozen=True)
class ProductTerms:
    """What is said about one product; None where nobody has said it yet.

    `renews_on` is the renewal of an annual plan, or any billing date of a monthly one.
    """

    bought: int | None = None
    price: Price | None = None
    plan: Plan = "monthly"
    renews_on: date | None = None

    def __post_init__(self) -> None:
        if self.plan not in get_args(Plan):
            raise InvalidInput("This plan is not known.", "Choose monthly or annual.")
        if self.bought is not None and not 0 < self.bought <= MOST_SEATS:
            raise InvalidInput("This number of seats can't be used.", "Enter one or more.")
        if self.plan == "monthly" and self.price and self.price.model == "tiers":
            raise InvalidInput(
                "Tiers are sold by the year.", "Choose the annual plan, or another kind of price."
            )

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be said before any money may be shown."""
        return tuple(
            words
            for words, told in (
                ("the price", self.price),
                ("the number of bought seats", self.bought),
            )
            if told is None
        )


@dataclass(frozen=True)
class Buffer:
    """Seats to hold in reserve: percent of the people, or a number."""

    amount: int = 0
    unit: Unit = "percent"

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit) or not 0 <= self.amount <= MOST_SEATS:
            raise InvalidInput("This buffer can't be used.", "Enter zero or more.")

    def of(self, people: int) -> int:
        """The seats in reserve for so many people; a part of a seat is a seat."""
        return -(-people * self.amount // 100) if self.unit == "percent" else self.amount

    @property
    def words(self) -> str:
        """“10%”, “3 seats of each product”."""
        if self.unit == "percent":
            return f"{self.amount:,}%"
        return f"{self.amount:,} {'seat' if self.amount == 1 else 'seats'} of each product"


@dataclass(frozen=True)
class Terms:
    """What is said about a site. `app_price` is that of all Marketplace apps together, per
    person and month."""

    products: Mapping[str, ProductTerms] = field(default_factory=dict)
    currency: str = "USD"
    app_price: Decimal | None = None
    buffer: Buffer = field(default_factory=Buffer)

    def __post_init__(self) -> None:
        if not self.currency.strip() or len(self.currency) > LONGEST_CURRENCY:
            raise InvalidInput("This currency can't be used.", "Enter a short name such as USD.")
        if self.app_price is not None:
            Price.flat(self.app_price)

    def of(self, product_key: str) -> ProductTerms:
        return self.products.get(product_key, ProductTerms())

    def having(self, product_key: str, told: ProductTerms) -> Terms:
        """The same with other terms of one product."""
        return replace(self, products={**self.products, product_key: told})

    def to_json(self) -> bytes:
        return orjson.dumps(
            {
                "format": FORMAT,
                "currency": self.currency,
                "app_price": None if self.app_price is None else str(self.app_price),
                "buffer": {"amount": self.buffer.amount, "unit": self.buffer.unit},
                "products": {key: _product_told(told) for key, told in self.products.items()},
            }
        )

    @classmethod
    def from_json(cls, text: bytes | None) -> Terms:
        """What was noted; nothing said where there is no note. StoreDamaged for anything else."""
        if text is None:
            return cls()
        try:
            told = orjson.loads(text)
            if told["format"] != FORMAT:
                raise ValueError("another format")
            app_price = told["app_price"]
            return cls(
                {str(key): _product(one) for key, one in told["products"].items()},
                str(told["currency"]),
                None if app_price is None else _amount(app_price),
                Buffer(_whole(told["buffer"]["amount"]), told["buffer"]["unit"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, InvalidInput):
            raise StoreDamaged(
                "What was noted about prices and seats can't be read.",
                "Nothing of it was changed. Save the note on the page Renewal, then start again.",
            ) from None


def terms_of(kept: SiteStore) -> Terms:
    """What people have said about a site; StoreDamaged where the note can't be read."""
    return Terms.from_json(kept.note(NOTE))


def change_terms(kept: SiteStore, change: Callable[[Terms], Terms]) -> None:
    """Replaces the terms by what `change` makes of them, as one step for all who write.

    A note that can't be read stays as it is, and StoreDamaged is raised.
    """
    kept.change_note(NOTE, lambda text: change(Terms.from_json(text)).to_json())


def start_again(kept: SiteStore) -> None:
    """Forgets a note that can't be read; one that can be read stays."""

    def fresh(text: bytes | None) -> bytes:
        try:
            return Terms.from_json(text).to_json()
        except StoreDamaged:
            return Terms().to_json()

    kept.change_note(NOTE, fresh)


def money(text: str) -> Decimal:
    """An amount as people type it, with a point or a comma; InvalidInput for anything else."""
    typed = text.strip().replace(" ", "")
    if "," in typed and "." not in typed and len(typed) - typed.index(",") <= 3:
        typed = typed.replace(",", ".")
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY:
        raise InvalidInput(f"“{text[:40]}” is not an amount.", "Enter a number such as 7.91.")
    return amount


def _product_told(told: ProductTerms) -> dict[str, Any]:
    price = told.price
    return {
        "bought": told.bought,
        "plan": told.plan,
        "renews_on": told.renews_on.isoformat() if told.renews_on else None,
        "price": price
        and {
            "model": price.model,
            "per": price.per,
            "steps": [[step.up_to, str(step.price)] for step in price.steps],
        },
    }


def _product(told: Mapping[str, Any]) -> ProductTerms:
    price, bought, renews_on = told["price"], told["bought"], told["renews_on"]
    return ProductTerms(
        None if bought is None else _whole(bought),
        None
        if price is None
        else Price(
            price["model"],
            tuple(
                Step(None if end is None else _whole(end), _amount(amount))
                for end, amount in price["steps"]
            ),
            price["per"],
        ),
        told["plan"],
        None if renews_on is None else date.fromisoformat(renews_on),
    )


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("not a whole number")
    return value


def _amount(value: Any) -> Decimal:
    if type(value) is not str:
        raise ValueError("not an amount")
    return Decimal(value)
