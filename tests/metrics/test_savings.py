"""What Reclaim lists and what Renewal saves go together, and both say from when on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jira_usage.metrics.holders import holders
from jira_usage.metrics.reclaim import Beside, Reclaim
from jira_usage.metrics.saved_parts import Parts
from jira_usage.metrics.savings import (
    READERS_UNKNOWN,
    Savings,
    readers_words,
    renewal_rest_words,
    savings,
    savings_words,
)
from jira_usage.metrics.what_if import Question, what_if
from jira_usage.terms import Buffer, Price, ProductTerms, Step, Terms
from tests.builders import act, members, user
from tests.metrics.reclaiming import JIRA, listed

D = Decimal
TODAY = date(2026, 11, 20)
TERM_ENDS = date(2027, 2, 27)
ANNUAL = ProductTerms(10, Price.flat(D(8)), "annual", TERM_ENDS)
PRICED = Beside(prices=((JIRA, D(8)),))


def told(folder: Path, terms: ProductTerms = ANNUAL, **more: Any) -> Savings | None:
    return savings(listed(folder, beside=PRICED), Terms({JIRA: terms}, **more), TODAY)


def rest(
    some: Reclaim,
    terms: ProductTerms,
    *,
    buffer: int = 0,
    seats: int | None = None,
) -> str:
    question = Question(TODAY, Buffer(buffer, "seats"), seats)
    return renewal_rest_words([(terms, what_if(holders(some)[JIRA], terms, question))], "USD")


def test_the_list_says_from_when_on_and_what_seats_that_nobody_holds_add(tmp_path: Path) -> None:
    assert savings_words(told(tmp_path), "USD") == (
        "Giving these licenses back saves 16.00 USD a month from Feb 27, 2027, when the paid term "
        "ends. With bought seats that nobody holds: 80.00 USD."
    )


def test_the_reserve_that_is_counted_with_is_named(tmp_path: Path) -> None:
    kept: dict[str, Any] = {"users": [user(one) for one in "pqr"], "members": members("g", *"pqr")}
    some = listed(tmp_path, beside=PRICED, acts=[act("r")], **kept)
    for buffer, words in (
        (Buffer(50), "With bought seats that nobody holds, less 50% in reserve: 64.00 USD."),
        (Buffer(1, "seats"), "less 1 seat of each product in reserve: 64.00 USD."),
        (Buffer(2, "seats"), "less 2 seats of each product in reserve: 56.00 USD."),
        (Buffer(0, "seats"), "With bought seats that nobody holds: 72.00 USD."),
    ):
        told = savings(some, Terms({JIRA: ANNUAL}, buffer=buffer), TODAY)
        assert savings_words(told, "USD").endswith(words)
    as_many = Terms({JIRA: ProductTerms(3, ANNUAL.price)}, buffer=Buffer(1, "seats"))
    assert savings_words(savings(some, as_many, TODAY), "USD").endswith(
        "With 1 seat of each product in reserve: 8.00 USD."
    )


def test_a_renewal_that_costs_more_does_not_pass_for_a_saving(tmp_path: Path) -> None:
    words = savings_words(told(tmp_path, buffer=Buffer(20, "seats")), "USD")
    assert words.endswith(": 80.00 USD more to pay.")


def test_renewal_says_what_of_it_is_on_the_list(tmp_path: Path) -> None:
    some = listed(tmp_path, beside=PRICED)  # two at 8, and eight seats that nobody holds
    assert rest(some, ANNUAL) == (
        "16.00 for licenses on Reclaim + 64.00 for seats that nobody holds = 80.00 USD a month."
    )
    assert rest(some, ANNUAL, buffer=3) == (
        "16.00 for licenses on Reclaim + 64.00 for seats that nobody holds − 24.00 kept in "
        "reserve = 56.00 USD a month."
    )
    too_few = ProductTerms(1, Price.flat(D(8)))
    assert rest(some, too_few, buffer=3) == (
        "16.00 for licenses on Reclaim − 8.00 for people beyond the bought seats − 24.00 kept in "
        "reserve = −16.00 USD a month."
    )
    exactly = ProductTerms(2, Price.flat(D(8)))
    assert rest(some, exactly) == "All of it are the licenses that Reclaim lists."
    assert rest(some, ANNUAL, seats=7) == ""


def test_nothing_is_reconciled_where_nothing_is_priced_or_listed(tmp_path: Path) -> None:
    assert savings(listed(tmp_path / "a"), Terms({JIRA: ANNUAL}), TODAY) is None
    working = listed(tmp_path / "b", acts=[act("p"), act("q")], beside=PRICED)
    assert savings(working, Terms({JIRA: ANNUAL}), TODAY) is None
    assert savings_words(None, "USD") == "" and rest(working, ANNUAL) == ""


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ({("annual", TERM_ENDS)}, "from Feb 27, 2027, when the paid term ends"),
        ({("annual", None)}, "when the paid term ends"),
        ({("monthly", date(2026, 12, 1))}, "from Dec 1, 2026 on"),
        ({("monthly", None)}, "from the next bill on"),
        (
            {("monthly", date(2026, 12, 1)), ("annual", TERM_ENDS)},
            "from Dec 1, 2026 to Feb 27, 2027, as each paid term ends",
        ),
        ({("monthly", None), ("annual", TERM_ENDS)}, "as each paid term ends"),
    ],
)
def test_the_start_is_told_as_far_as_it_is_known(starts: set[Any], words: str) -> None:
    same = Savings(D(16), Parts(D(16)), frozenset(starts))
    assert (
        savings_words(same, "USD") == f"Giving these licenses back saves 16.00 USD a month {words}."
    )


def test_whole_tiers_are_not_called_seats_that_nobody_holds(tmp_path: Path) -> None:
    tiers = ProductTerms(10, Price("tiers", (Step(50, D(8)),)), "annual", TERM_ENDS)
    some = told(tmp_path / "a", tiers)
    assert savings_words(some, "USD").endswith(
        "ends. By whole tiers and bands, with bought seats that nobody holds: 400.00 USD."
    )
    bands = ProductTerms(10, Price("bands", (Step(5, D(9)), Step(None, D(8)))))
    assert rest(listed(tmp_path / "b", beside=PRICED), bands) == (
        "16.00 for licenses on Reclaim + 69.00 by whole tiers and bands, with seats that nobody "
        "holds = 85.00 USD a month."
    )


def test_that_readers_are_not_known_is_said_only_without_the_admins_export(tmp_path: Path) -> None:
    assert readers_words(listed(tmp_path / "a")) == READERS_UNKNOWN
    seen = Beside(last_seen=(("p", None), ("q", None)))
    assert readers_words(listed(tmp_path / "b", beside=seen)) == ""
    assert readers_words(listed(tmp_path / "c", acts=[act("p"), act("q")])) == ""
