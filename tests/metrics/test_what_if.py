"""What if we renewed for N seats: people, money and dates, computed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from jira_usage.metrics import renewal_words as words
from jira_usage.metrics.what_if import (
    Answer,
    Question,
    cost_curve,
    days_since_last_act,
    known_days,
    what_if,
)
from jira_usage.terms import Buffer, Price, ProductTerms, Step
from tests.builders import NOW, access_row, access_table, at, days_ago, event, events, window

D = Decimal
TODAY = date(2026, 11, 20)
FLAT = Price.flat(D("7.91"))
TIERS = Price("tiers", (Step(25, D(8)), Step(50, D("7.50")), Step(100, D(7))))


def days(*told: int | None) -> pd.Series:
    index = pd.Index([f"p{n}" for n in range(len(told))], name="account_id")
    return pd.Series(list(told), index=index, dtype="Int64")


def asked(
    told: pd.Series,
    terms: ProductTerms,
    *,
    seats: int | None = None,
    idle_days: int = 30,
    buffer: Buffer | None = None,
    known: int = 90,
    **more: object,
) -> Answer:
    question = Question(idle_days, TODAY, buffer or Buffer(), seats)
    return what_if(told, known, terms, question, **more)  # type: ignore[arg-type]


def people(working: int, idle: int) -> pd.Series:
    return days(*[0] * working, *[None] * idle)


def test_nobody_and_nothing_told() -> None:
    answer = asked(days(), ProductTerms())
    assert (answer.people, answer.idle, answer.needed, answer.costs) == (0, 0, 0, None)


def test_renewing_for_fewer_saves_the_difference() -> None:
    terms = ProductTerms(80, FLAT, "monthly", date(2026, 1, 15))
    answer = asked(people(50, 30), terms, seats=55)
    assert (answer.people, answer.idle, answer.kept, answer.needed) == (80, 30, 50, 50)
    assert answer.costs is not None
    assert answer.costs.saved_monthly == D("197.75")  # 25 × 7.91
    assert answer.costs.saved_yearly == D("2373.00")
    assert answer.starts_on == date(2026, 12, 15)
    assert words.answer_words("Jira", answer, "USD") == (
        "Renewing Jira for 55 instead of 80 saves 197.75 USD a month, 2,373.00 USD a year."
    )
    assert "Dec 15, 2026" in words.start_words("monthly", answer.starts_on)


def test_without_a_number_what_is_needed_is_renewed() -> None:
    answer = asked(people(50, 30), ProductTerms(80, FLAT), buffer=Buffer(10, "percent"))
    assert answer.renew_for == answer.needed == 55
    assert words.need_words(answer) == (
        "55 seats are needed: 50 for people and 5 in reserve. "
        "To renew for 55, 25 licenses have to be given back."
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
        "Renewing Jira for 90 instead of 80 costs 79.10 USD a month more."
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


def test_work_on_the_last_day_of_the_window_counts_and_the_day_before_does_not() -> None:
    answer = asked(days(0, 29, 30, None), ProductTerms())
    assert (answer.idle, answer.kept, answer.not_found) == (2, 2, 2)


def test_history_older_than_what_was_read_is_unknown() -> None:
    told = days(0, 35, None, 89, None)
    answer = asked(told, ProductTerms(), idle_days=90, known=40)
    assert (answer.idle, answer.untold, answer.kept) == (0, 2, 5)
    assert "it can't be told" in words.people_words(answer, 90, "Work was not read.")
    known = asked(told, ProductTerms(), idle_days=90, known=90)
    assert (known.idle, known.untold, known.kept) == (2, 0, 3)
    blind = asked(told, ProductTerms(), idle_days=30, blind=True)
    assert (blind.idle, blind.untold) == (0, 4)


def test_a_reader_keeps_the_seat() -> None:
    told = days(0, None, None, None, 50)
    seen = days(0, 6, 45, None, 29)
    answer = asked(told, ProductTerms(), seen_days=seen)
    # p1 and p4 were seen within 30 days; p2 was seen 45 days ago, p3 never.
    assert (answer.not_found, answer.readers, answer.idle, answer.kept) == (4, 2, 2, 3)
    assert "2 more were seen" in words.people_words(answer, 30, "")


def test_the_curve_holds_tier_ends_and_the_points_that_are_asked_about() -> None:
    curve = cost_curve(TIERS, 57, 52)
    by_seats = dict(zip(curve["seats"], curve["cost"], strict=True))
    assert by_seats[50] == D(375) and by_seats[51] == by_seats[57] == D(700)
    assert curve.loc[curve["tier_end"], "seats"].tolist() == [50, 100]
    assert curve["seats"].is_monotonic_increasing and 52 in by_seats
    assert len(cost_curve(FLAT, 100_000)) < 200
    assert cost_curve(Price("tiers", (Step(5, D(1)),)), 50).empty


def test_days_since_the_last_act_are_days_of_the_zone() -> None:
    acts = events(
        event("ann", at=at("2026-11-20T08:00Z")),
        event("ben", at=at("2026-11-18T23:30Z")),
        event("cyn", at=at("2026-11-20T08:00Z"), kind="issue_created"),
        event("eve", at=days_ago(400)),
        event("fay", at=NOW + 60_000),
    )
    access = access_table(
        *(access_row(one) for one in ("ann", "ben", "cyn", "dee", "eve", "fay")),
        access_row("ann", product="jira-core", state="included"),
    )

    def told(zone: str, **more: bool) -> Sequence[object]:
        frame = days_since_last_act(acts, access, window(30, zone), **more)
        assert frame["product_key"].eq("jira-software").all()
        assert frame["account_id"].tolist() == ["ann", "ben", "cyn", "dee", "eve", "fay"]
        return [None if pd.isna(day) else int(day) for day in frame["days"]]

    assert told("UTC") == [0, 2, None, None, 366, None]
    assert told("Europe/Berlin") == [0, 1, None, None, 366, None]
    assert told("UTC", count_created=True) == [0, 2, 0, None, 366, None]


def test_an_empty_site_has_no_days() -> None:
    frame = days_since_last_act(events(), access_table(access_row("ann")), window())
    assert frame["days"].isna().tolist() == [True]
    none = days_since_last_act(events(), access_table(), window())
    assert none.empty and list(none) == ["account_id", "product_key", "days"]


def test_only_dates_read_from_their_midnight_are_known() -> None:
    # NOW is noon: 40 days before it, that date's morning was not read.
    assert known_days(days_ago(40), window()) == 40
    assert known_days(at("2026-10-11T00:00Z"), window()) == 41
    assert known_days(NOW, window()) == 0
