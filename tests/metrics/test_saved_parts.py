"""What a renewal saves is told in parts, and whoever adds them up gets the total."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jira_usage.metrics.holders import Holders
from jira_usage.metrics.prices import rounded, seat_price
from jira_usage.metrics.saved_parts import Parts, parts_of, sum_words
from jira_usage.metrics.what_if import Answer, Question, what_if
from jira_usage.metrics.words import HIGH, WORKING
from jira_usage.terms import Buffer, Price, ProductTerms, Step

TODAY = date(2026, 11, 20)
Plan = tuple[ProductTerms, Answer]

counts = st.integers(0, 3_000)
amounts = st.decimals(0, 60, places=4)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    model = draw(st.sampled_from(("flat", "bands", "tiers")))
    if model == "flat":
        return Price.flat(draw(amounts))
    ends = sorted(draw(st.sets(st.integers(1, 4_000), min_size=1, max_size=4)))
    steps = tuple(Step(end, draw(amounts)) for end in ends)
    if model == "tiers":
        return Price("tiers", steps, draw(st.sampled_from(("person", "tier"))))
    return Price("bands", (*steps, Step(None, draw(amounts))))


@st.composite
def renewals(draw: st.DrawFn) -> list[Plan]:
    buffer = Buffer(draw(st.integers(0, 200)), draw(st.sampled_from(("percent", "seats"))))

    def plan() -> Plan:
        terms = ProductTerms(draw(st.integers(1, 3_000)), draw(prices()), "annual")
        held = Holders({WORKING: draw(counts), HIGH: draw(counts)})
        return terms, what_if(held, terms, Question(TODAY, buffer))

    return [plan() for _ in range(draw(st.integers(0, 4)))]


def saved(plans: list[Plan]) -> Decimal:
    """The total as the page has it, from the costs of all seats."""
    return sum((a.costs.saved_yearly for _, a in plans if a.costs), Decimal(0)) / 12


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-").replace(" ", ""))


@given(renewals())
def test_the_parts_make_the_total_to_the_cent(plans: list[Plan]) -> None:
    parts = parts_of(plans)
    assert sum((amount for amount, _ in parts.shown), Decimal(0)) == rounded(saved(plans))
    reclaim = sum(((seat_price(t) or 0) * a.holders.could for t, a in plans if a.costs), Decimal(0))
    assert parts.licenses == reclaim


@given(renewals())
def test_whoever_adds_up_the_sentence_gets_what_it_says(plans: list[Plan]) -> None:
    words = sum_words(parts_of(plans), "USD")
    if words:
        left, _, right = words.partition(" = ")
        told = re.findall(r"(?:^|[+−] )[\d,]+\.\d\d", left)
        assert sum(money(one.replace("+", "")) for one in told) == money(right.split()[0])
        assert money(right.split()[0]) == rounded(saved(plans))


def test_nothing_is_made_of_nothing() -> None:
    assert parts_of([]) == Parts() and Parts().shown == [] and sum_words(Parts(), "USD") == ""


def test_what_rounding_leaves_over_is_not_taken_from_what_reclaim_says() -> None:
    third = Decimal("0.334")
    assert [amount for amount, _ in Parts(third, third, reserve=-third).shown] == [
        Decimal("0.33"), Decimal("0.33"), Decimal("-0.33")
    ]  # fmt: skip
    thirds = Parts(Decimal("0.335"), Decimal("0.335"))
    assert [amount for amount, _ in thirds.shown] == [Decimal("0.34"), Decimal("0.33")]
