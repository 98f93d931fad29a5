"""What if we renewed for N seats: people, money and dates, computed by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jira_usage.metrics import renewal_words as words
from jira_usage.metrics.holders import READER, Holders
from jira_usage.metrics.what_if import (
    Answer,
    Question,
    cost_curve,
    what_if,
)
from jira_usage.metrics.words import (
    COOLING,
    HIGH,
    LOW,
    MEDIUM,
    NEW,
    PROTECTED,
    UNCLEAR,
    WORKING,
)
from jira_usage.terms import Buffer, Price, ProductTerms, Step

D = Decimal
TODAY = date(2026, 11, 20)
FLAT = Price.flat(D("7.91"))
TIERS = Price("tiers", (Step(25, D(8)), Step(50, D("7.50")), Step(100, D(7))))


def asked(
    told: Holders,
    terms: ProductTerms,
    *,
    seats: int | None = None,
    buffer: Buffer | None = None,
) -> Answer:
    return what_if(told, terms, Question(TODAY, buffer or Buffer(), seats))


def people(working: int, back: int) -> Holders:
    return Holders({WORKING: working, HIGH: back})


def test_nobody_and_nothing_told() -> None:
    answer = asked(Holders(), ProductTerms())
    assert (answer.people, answer.holders.could, answer.needed, answer.costs) == (0, 0, 0, None)


def test_renewing_for_fewer_saves_the_difference() -> None:
    terms = ProductTerms(80, FLAT, "monthly", date(2026, 1, 15))
    answer = asked(people(50, 30), terms, seats=55)
    assert (answer.people, answer.holders.could, answer.kept, answer.needed) == (80, 30, 50, 50)
    assert answer.costs is not None
    assert answer.costs.saved_monthly == D("197.75")  # 25 × 7.91
    assert answer.costs.saved_yearly == D("2373.00")
    assert answer.starts_on == date(2026, 12, 15)
    assert words.answer_words("Jira", answer, "USD") == (
        "Renewing Jira for 55 instead of 80 would save 197.75 USD a month, 2,373 USD a year."
    )
    assert "Dec 15, 2026" in words.start_words("monthly", answer.starts_on)


def test_without_a_number_what_is_needed_is_renewed() -> None:
    answer = asked(people(50, 30), ProductTerms(80, FLAT), buffer=Buffer(10, "percent"))
    assert answer.renew_for == answer.needed == 55
    assert words.need_words(answer) == (
        "55 seats are needed: 50 for people and 5 in reserve. "
        "To renew for 55, 25 licenses have to be given back."
    )


def test_seats_that_nobody_holds_are_told_apart_from_licenses_given_back() -> None:
    answer = asked(people(50, 30), ProductTerms(100, FLAT))
    assert words.need_words(answer) == (
        "50 seats are needed: 50 for people. Nobody holds 20 of the 100 bought. "
        "To renew for 50, 30 licenses have to be given back."
    )


@pytest.mark.parametrize(
    "buffer, kept, reserve",
    [
        (Buffer(10, "percent"), 50, 5),
        (Buffer(10, "percent"), 51, 6),  # 5.1: a part of a seat is a seat
        (Buffer(10, "percent"), 0, 0),
        (Buffer(7, "seats"), 51, 7),
        (Buffer(), 51, 0),
    ],
)
def test_the_buffer_is_percent_of_those_who_stay_or_a_number(
    buffer: Buffer, kept: int, reserve: int
) -> None:
    assert asked(people(kept, 9), ProductTerms(), buffer=buffer).needed == kept + reserve


def test_from_57_to_52_saves_nothing_and_seven_more_reach_50() -> None:
    answer = asked(people(52, 5), ProductTerms(57, TIERS, "annual"))
    assert answer.renew_for == 52 and answer.costs is not None
    assert answer.costs.saved_yearly == 0
    assert (answer.lower_tier, answer.more_to_lower_tier) == (50, 7)  # 57 - 50
    assert words.answer_words("Jira", answer, "USD") == (
        "Going from 57 to 52 saves nothing: both are billed as 100."
    )
    assert words.tier_words(answer) == (
        "Seven more to reach 50: that counts from 57; from 52 it is two."
    )


def test_a_whole_tier_was_bought_but_people_are_counted() -> None:
    answer = asked(people(52, 5), ProductTerms(100, TIERS, "annual"))
    assert answer.more_to_lower_tier == 7


def test_reaching_the_tier_saves() -> None:
    terms = ProductTerms(57, TIERS, "annual", date(2027, 3, 1))
    answer = asked(people(52, 5), terms, seats=50)
    # 100 × 7 × 12 - 50 × 7.50 × 12
    assert answer.costs is not None and answer.costs.saved_yearly == D(3900)
    assert answer.starts_on == date(2027, 3, 1)
    assert answer.short == 2
    assert words.short_words(answer) == (
        "Too few seats: 2 people of those who keep their license would not have one."
    )
    assert "until then the year is paid" in words.start_words("annual", answer.starts_on)


def test_renewing_for_more_costs_more_and_for_the_same_the_same() -> None:
    terms = ProductTerms(80, FLAT)
    more = asked(people(80, 0), terms, seats=90)
    assert words.answer_words("Jira", more, "USD") == (
        "Renewing Jira for 90 instead of 80 would cost 79.10 USD a month more."
    )
    same = asked(people(80, 0), terms, seats=80)
    assert "as now, costs 632.80 USD" in words.answer_words("Jira", same, "USD")


def test_no_money_without_price_and_seats() -> None:
    for terms in (ProductTerms(), ProductTerms(80), ProductTerms(None, FLAT)):
        assert asked(people(1, 1), terms).costs is None
    assert words.missing_words(ProductTerms().missing) == (
        "No money is shown: the price and the number of bought seats are missing."
    )
    assert words.missing_words(ProductTerms(None, FLAT).missing) == (
        "No money is shown: the number of bought seats is missing."
    )


def test_a_price_that_does_not_reach_says_so() -> None:
    answer = asked(people(120, 0), ProductTerms(57, TIERS, "annual"))
    assert answer.costs is None and answer.billed_then is None
    assert "No price was told for 120 seats" in words.answer_words("Jira", answer, "USD")


def test_whoever_is_not_offered_keeps_the_seat_and_the_words_say_why() -> None:
    told = Holders({WORKING: 227, COOLING: 12, NEW: 3, READER: 2, PROTECTED: 50, LOW: 4, HIGH: 1})
    answer = asked(told, ProductTerms())
    assert (answer.people, answer.kept, answer.needed, answer.give_back) == (299, 294, 294, 5)
    assert words.people_words(told) == (
        "299 people with a license. 294 keep it: 227 working, 12 cooling, 3 new, "
        "2 seen by the admin's export, 50 kept or protected by hand."
    )
    assert words.people_words(Holders({LOW: 2})) == "2 people with a license."


def test_how_sure_it_is_stands_beside_how_many() -> None:
    told = Holders({HIGH: 50, MEDIUM: 10, LOW: 1_004, WORKING: 7})
    assert words.sure_words(told) == (
        "1,064 could be given back. Confidence: high 50, medium 10, low 1,004."
    )
    assert words.sure_words(people(3, 0)) == "None could be given back."


def test_of_whom_it_can_t_be_told_keeps_the_seat() -> None:
    told = Holders({UNCLEAR: 4, WORKING: 1})
    assert asked(told, ProductTerms()).needed == 5
    assert words.people_words(told, "Comments could not be read.") == (
        "5 people with a license. 5 keep it: 1 working, 4 of whom it can't be told. "
        "Comments could not be read."
    )


def test_the_curve_holds_tier_ends_and_the_points_that_are_asked_about() -> None:
    curve = cost_curve(TIERS, 57, 52)
    by_seats = dict(zip(curve["seats"], curve["cost"], strict=True))
    assert by_seats[50] == D(375) and by_seats[51] == by_seats[57] == D(700)
    assert curve.loc[curve["tier_end"], "seats"].tolist() == [50, 100]
    assert curve["seats"].is_monotonic_increasing and 52 in by_seats
    assert len(cost_curve(FLAT, 100_000)) < 200
    assert cost_curve(Price("tiers", (Step(5, D(1)),)), 50).empty
