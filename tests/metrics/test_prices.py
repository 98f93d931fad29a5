"""Atlassian's billing rules, each with an example computed by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jira_usage.errors import InvalidInput
from jira_usage.metrics.prices import (
    OFFERS,
    amount_words,
    apps_yearly_cost,
    billed_seats,
    lower_tier,
    monthly_cost,
    monthly_prices,
    round_amount,
    rounded,
    savings_start,
    yearly_cost,
)
from jira_usage.terms import Price, ProductTerms, Step, Terms

D = Decimal
FLAT = Price.flat(D("7.91"))
BANDS = Price("bands", (Step(100, D("8.00")), Step(250, D("6.50")), Step(None, D("4.00"))))
TIERS = Price("tiers", (Step(25, D("8")), Step(50, D("7.50")), Step(100, D("7"))))
QUOTE = Price("tiers", (Step(50, D("4500")), Step(100, D("8000"))), per="tier")


def test_flat_is_the_price_times_the_people() -> None:
    assert monthly_cost(FLAT, 80) == D("632.80")  # 80 × 7.91
    assert monthly_cost(FLAT, 80) - monthly_cost(FLAT, 55) == D("197.75")  # 25 × 7.91
    assert yearly_cost(FLAT, 55) == D("5220.60")  # 55 × 7.91 × 12
    assert monthly_cost(FLAT, 0) == 0


def test_bands_bill_the_first_people_at_one_price_and_the_next_at_another() -> None:
    assert monthly_cost(BANDS, 100) == D("800.00")  # 100 × 8
    assert monthly_cost(BANDS, 101) == D("806.50")  # 100 × 8 + 1 × 6.50
    assert monthly_cost(BANDS, 300) == D("1975.00")  # 800 + 150 × 6.50 + 50 × 4


def test_a_tier_is_paid_whole() -> None:
    # 57 and 52 people are both in the tier of 100: 100 × 7 × 12.
    assert yearly_cost(TIERS, 57) == yearly_cost(TIERS, 52) == D(8400)
    assert yearly_cost(TIERS, 50) == D(4500)  # 50 × 7.50 × 12
    assert yearly_cost(TIERS, 51) == D(8400)
    assert (billed_seats(TIERS, 57), billed_seats(TIERS, 50), billed_seats(TIERS, 25)) == (
        100,
        50,
        25,
    )
    assert lower_tier(TIERS, 57) == 50 and 57 - 50 == 7
    assert lower_tier(TIERS, 50) == 25 and lower_tier(TIERS, 25) is None
    assert lower_tier(FLAT, 57) is None and billed_seats(FLAT, 57) == 57


def test_a_tier_may_have_a_price_of_its_own_for_the_year() -> None:
    assert yearly_cost(QUOTE, 50) == D(4500) and yearly_cost(QUOTE, 51) == D(8000)
    assert monthly_cost(QUOTE, 50) == D(375)  # 4500 / 12


@pytest.mark.parametrize("price", [TIERS, Price("bands", (Step(100, D(8)),))])
def test_above_the_last_step_no_cost_is_told(price: Price) -> None:
    assert yearly_cost(price, 100) is not None
    assert yearly_cost(price, 101) is None and monthly_cost(price, 101) is None
    assert billed_seats(TIERS, 101) is None


@pytest.mark.parametrize(
    "billing_date, today, starts",
    [
        (date(2026, 1, 15), date(2026, 11, 20), date(2026, 12, 15)),  # mid-cycle
        (date(2026, 1, 15), date(2026, 11, 14), date(2026, 11, 15)),  # its last day
        (date(2026, 1, 15), date(2026, 11, 15), date(2026, 12, 15)),  # its first day is billed
        (date(2027, 1, 15), date(2026, 11, 20), date(2026, 12, 15)),  # a date to come
        (date(2026, 1, 31), date(2026, 2, 10), date(2026, 2, 28)),  # a month without that day
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 12, 31), date(2026, 11, 30), date(2026, 12, 31)),
    ],
)
def test_a_seat_freed_in_mid_cycle_saves_from_the_next_cycle_on(
    billing_date: date, today: date, starts: date
) -> None:
    assert savings_start("monthly", billing_date, today) == starts


@pytest.mark.parametrize(
    "renewal, today, starts",
    [
        (date(2027, 3, 1), date(2026, 11, 20), date(2027, 3, 1)),
        (date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 3, 1), date(2026, 11, 20), date(2027, 3, 1)),
        (date(2024, 2, 29), date(2026, 11, 20), date(2027, 2, 28)),
    ],
)
def test_an_annual_plan_saves_from_its_renewal_on(renewal: date, today: date, starts: date) -> None:
    assert savings_start("annual", renewal, today) == starts


def test_without_a_date_nothing_is_said_of_when() -> None:
    assert savings_start("monthly", None, date(2026, 11, 20)) is None


def test_apps_bill_at_the_largest_products_count() -> None:
    # Jira goes from 80 to 55, Service Management stays at 60: apps go from 80 to 60.
    price = D("1.50")
    now = apps_yearly_cost(price, {"jira-software": 80, "jira-servicedesk": 60})
    then = apps_yearly_cost(price, {"jira-software": 55, "jira-servicedesk": 60})
    assert now == D(1440) and then == D(1080)  # × 1.50 × 12
    assert now - then == D(360)
    assert apps_yearly_cost(price, {}) == 0


def test_a_seat_has_a_monthly_price_only_where_one_seat_saves() -> None:
    terms = Terms(
        {
            "flat": ProductTerms(80, FLAT),
            "bands": ProductTerms(300, BANDS),
            "tiers": ProductTerms(57, TIERS, "annual"),
            "no seats": ProductTerms(None, FLAT),
            "no price": ProductTerms(80),
            "beyond": ProductTerms(200, Price("bands", (Step(100, D(8)),))),
        }
    )
    assert monthly_prices(terms) == {"flat": D("7.91"), "bands": D("4.00")}


def test_list_prices_are_those_of_the_plans() -> None:
    told = {key: [(o.name, o.price) for o in offers] for key, offers in OFFERS.items()}
    assert told == {
        "jira-software": [("Standard", D("7.91")), ("Premium", D("14.54"))],
        "jira-servicedesk": [("Standard", D("20")), ("Premium", D("51.42"))],
        "jira-product-discovery": [("Standard", D("10"))],
    }


def test_amounts_are_rounded_to_cents_only_when_shown() -> None:
    assert rounded(D("0.125")) == D("0.13") and rounded(D("-0.125")) == D("-0.13")
    assert amount_words(D("1234.5"), "EUR") == "1,234.50 EUR"
    third = monthly_cost(Price("tiers", (Step(10, D(1000)),), per="tier"), 10)
    assert third is not None and amount_words(third, "USD") == "83.33 USD"  # 1000 / 12


@pytest.mark.parametrize(
    "model, steps",
    [
        ("flat", ()),
        ("flat", (Step(10, D(1)),)),
        ("flat", (Step(None, D(-1)),)),
        ("flat", (Step(None, D("NaN")),)),
        ("bands", (Step(None, D(1)), Step(10, D(1)))),
        ("bands", (Step(10, D(1)), Step(10, D(1)))),
        ("bands", (Step(20, D(1)), Step(10, D(1)))),
        ("tiers", (Step(10, D(1)), Step(None, D(1)))),
        ("tiers", (Step(0, D(1)),)),
        ("stairs", (Step(None, D(1)),)),
    ],
)
def test_prices_that_make_no_sense_are_refused(model: str, steps: tuple[Step, ...]) -> None:
    with pytest.raises(InvalidInput):
        Price(model, steps)  # type: ignore[arg-type]  # steps that are none


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("999.99", "999.99 USD"),
        ("1000", "1,000 USD"),
        ("8922.48", "8,922 USD"),
        ("1234.5", "1,235 USD"),
        ("-1234.5", "-1,235 USD"),
        ("0", "0.00 USD"),
    ],
)
def test_large_amounts_are_told_without_cents(amount: str, told: str) -> None:
    assert round_amount(D(amount), "USD") == told
