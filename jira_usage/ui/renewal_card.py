"""One product's renewal: the answer, the chart, and the people behind the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.metrics import renewal_words
from jira_usage.metrics.reclaim import GIVES_BACK
from jira_usage.metrics.tiles import UNKNOWN
from jira_usage.metrics.what_if import Answer, Question, cost_curve, what_if
from jira_usage.metrics.words import people_count
from jira_usage.terms import MOST_SEATS, Buffer, ProductTerms
from jira_usage.ui import cards, login, renewal_terms, unseen_notes
from jira_usage.ui.renewal_view import Books, Product
from jira_usage.ui.text import safe, safe_name, short
from jira_usage.ui.view import View


@dataclass(frozen=True)
class Plan:
    """A product and the answer; `priced` where prices and seats were told."""

    product: Product
    answer: Answer
    bought: int | None
    priced: bool


def show(view: View, books: Books, product: Product, buffer: Buffer) -> Plan:
    """Draws the card; returns the plan."""
    told = books.terms.of(product.key)
    with cards.card(short(product.name)):

        def answered(seats: int | None) -> Answer:
            return what_if(product.holders, told, Question(books.today, buffer, seats))

        needed = answered(None)
        if product.free:
            _free(product, needed)
            return Plan(product, needed, None, False)
        _numbers(product, told, needed)
        unseen_notes.show_of(books.listed, product.key, needed.needed)
        seats = _ask_seats(product, needed)
        answer = answered(seats)
        complete = not told.missing
        if complete:
            _money(view, books, product, told, answer)
        else:
            st.info(renewal_words.missing_words(told.missing), icon=":material/payments:")
        _people(books, product, answer)
        if login.is_administrator():
            renewal_terms.show(books, product, told)
    return Plan(product, answer, told.bought, complete)


def _free(product: Product, answer: Answer) -> None:
    """A product that costs nothing: nothing to ask, to renew or to save."""
    with st.container(horizontal=True, gap="medium"):
        _people_and_seats(product, answer)
    st.markdown(renewal_words.FREE)
    st.markdown(renewal_words.sure_words(product.holders))
    _links(product, answer)


def _numbers(product: Product, told: ProductTerms, answer: Answer) -> None:
    with st.container(horizontal=True, gap="medium"):
        _people_and_seats(product, answer)
        bought = UNKNOWN if told.bought is None else f"{told.bought:,}"
        st.metric("Bought", bought, help="By your own words, from the last bill or quote.")
        st.metric("Needed", f"{answer.needed:,}", help="For those who keep theirs, and in reserve.")


def _people_and_seats(product: Product, answer: Answer) -> None:
    st.metric("People", f"{answer.people:,}", help="Enabled people with a license of its own.")
    st.metric(
        "Seats by Jira",
        str(product.row.seats_words),
        help="What Jira says the plan holds. It may be the plan's ceiling, so nothing is "
        "computed from it.",
    )


def _ask_seats(product: Product, needed: Answer) -> int | None:
    seats = st.number_input(
        "Renew for",
        min_value=1,
        max_value=MOST_SEATS,
        value=None,
        key=f"renew_{product.key}",
        bind="query-params",
        placeholder=f"{needed.needed:,} seats, as needed",
        width=240,
        help="The number of seats to weigh. Empty: as many as are needed.",
    )
    return None if seats is None else int(seats)


def _money(view: View, books: Books, product: Product, told: ProductTerms, answer: Answer) -> None:
    currency = safe(books.terms.currency)
    st.markdown(f"**{renewal_words.answer_words(safe_name(product.name), answer, currency)}**")
    tier = renewal_words.tier_words(answer)
    if tier:
        st.markdown(tier)
    if answer.costs and answer.costs.saved_yearly > 0:
        st.markdown(renewal_words.start_words(told.plan, answer.starts_on))
    if told.bought is not None and answer.people > told.bought:
        st.warning(
            renewal_words.over_words(answer.people, told.bought), icon=":material/receipt_long:"
        )
    if told.price is None or told.bought is None:
        return
    points = {"Bought": told.bought, "Renew for": answer.renew_for, "Needed": answer.needed}
    curve = view.drawn(cost_curve, told.price, *points.values())
    if len(curve):
        cards.chart(
            view.chart(_cost_by_seats, curve, tuple(points.items()), books.terms.currency),
            key=f"chart_{product.key}",
            alt=f"Line of the monthly cost of {product.name} by number of seats. "
            + renewal_words.answer_words(product.name, answer, books.terms.currency),
        )


def _cost_by_seats(curve: pd.DataFrame, points: Iterable[tuple[str, int]], currency: str) -> Any:
    return charts.cost_by_seats(curve, dict(points), currency)


def _people(books: Books, product: Product, answer: Answer) -> None:
    short = renewal_words.short_words(answer)
    if short:
        st.warning(short, icon=":material/group_remove:")
    st.markdown(renewal_words.need_words(answer))
    st.markdown(renewal_words.sure_words(product.holders))
    st.caption(renewal_words.people_words(product.holders, safe(books.listed.untold_why)))
    _links(product, answer)


def _links(product: Product, answer: Answer) -> None:
    """The ways to the people and the licenses that are counted."""
    with st.container(horizontal=True, gap="xsmall"):
        if answer.people:
            cards.people_link(people_count(answer.people), {"product": product.key})
        if product.holders.could:
            could = f"{product.holders.could:,} could be given back"
            cards.people_link(could, {"product": product.key, **GIVES_BACK}, page="reclaim")
