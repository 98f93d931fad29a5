"""All products of a renewal in one amount, Marketplace apps, and what is said of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage.errors import InvalidInput
from jira_usage.metrics.prices import apps_yearly_cost, round_amount
from jira_usage.metrics.reclaim import COULD_BE_GIVEN_BACK
from jira_usage.metrics.renewal_words import all_short_words, apps_words
from jira_usage.metrics.savings import renewal_rest_words
from jira_usage.metrics.words import plural
from jira_usage.terms import LONGEST_CURRENCY, Terms, money
from jira_usage.ui import cards, columns, unseen_notes
from jira_usage.ui.errors import show_error
from jira_usage.ui.renewal_card import Plan
from jira_usage.ui.renewal_view import Books, saved
from jira_usage.ui.text import safe


def show(place: Any, books: Books, plans: Sequence[Plan]) -> None:
    """The products at a glance, and what those with a price save together.

    Money adds up; people and seats do not.
    """
    with place:
        if len(plans) > 1:
            _at_a_glance(plans)
        unseen_notes.show(books.listed)
    plans = [plan for plan in plans if plan.priced]
    told = [plan for plan in plans if plan.answer.costs]
    if not told:
        return
    saved_yearly = sum((p.answer.costs.saved_yearly for p in told if p.answer.costs), Decimal(0))
    apps = _apps(books, plans)
    with place:
        with st.container(horizontal=True, gap="medium"):
            now = sum((p.answer.costs.now for p in told if p.answer.costs), Decimal(0))
            _metric("Cost now, a month", now / 12, books)
            would = "Would save" if saved_yearly >= 0 else "Would cost more"
            _metric(f"{would} a month", abs(saved_yearly) / 12, books)
            _metric(f"{would} a year", abs(saved_yearly), books)
        if short := all_short_words((safe(plan.product.name), plan.answer) for plan in told):
            st.warning(short, title="Too few seats", icon=":material/group_remove:")
        st.caption(
            f"Over {plural(len(told), 'product')} with prices and seats, of {len(books.paid)} that "
            "are paid for; Marketplace apps are not in it."
        )
        rest = renewal_rest_words(
            [(books.terms.of(plan.product.key), plan.answer) for plan in told],
            books.terms.currency,
        )
        if rest:
            st.caption(safe(rest))
        if apps:
            st.markdown(apps)


def _at_a_glance(plans: Sequence[Plan]) -> None:
    rows = [
        {
            "product": f"{plan.product.name} (free)" if plan.product.free else plan.product.name,
            "people": plan.answer.people,
            "bought": plan.bought,
            "renew": None if plan.product.free else plan.answer.renew_for,
            "spare": None if plan.bought is None else plan.bought - plan.answer.renew_for,
            "back": plan.answer.holders.could,
        }
        for plan in plans
    ]
    number = columns.number
    with cards.card("At a glance", "Each product has a card below, with its price and people."):
        st.dataframe(
            pd.DataFrame(rows).astype({"bought": "Int64", "renew": "Int64", "spare": "Int64"}),
            hide_index=True,
            placeholder="—",
            column_config={
                "product": "Product",
                "people": number("With a license"),
                "bought": number(
                    "Bought", help="As entered below; — where it was not, or is free."
                ),
                "renew": number("Renew for"),
                "spare": number("Fewer than now", help="Bought less those to renew for."),
                "back": number(COULD_BE_GIVEN_BACK, help="As Reclaim lists them."),
            },
            alt="People, bought seats and seats to renew for, of each product",
        )


def show_settings(books: Books) -> None:
    """The currency, and the price of Marketplace apps."""
    if not books.products:
        return
    terms = books.terms
    with cards.card("For all products"):
        with st.grid(2, min_column_width=220):
            currency = st.text_input(
                "Currency",
                value=terms.currency,
                key="terms_currency",
                max_chars=LONGEST_CURRENCY,
                help="A label beside every amount. Nothing is converted.",
            )
            apps = st.text_input(
                "All Marketplace apps together, per person and month",
                value="" if terms.app_price is None else str(terms.app_price),
                key="terms_apps",
                placeholder="—",
                help="Atlassian bills apps for as many people as the largest Jira product has.",
            )
        if st.button("Save", key="terms_save", icon=":material/save:"):
            _save(books, currency, apps)


def _save(books: Books, currency: str, apps: str) -> None:
    try:
        app_price = money(apps) if apps.strip() else None
        label = Terms(currency=currency.strip()).currency
    except InvalidInput as error:
        show_error(error)
        return
    if saved(books.kept, lambda t: replace(t, currency=label, app_price=app_price)):
        st.rerun()


def _apps(books: Books, plans: Sequence[Plan]) -> str:
    """What apps save, in a sentence; they are told only where every product's seats are."""
    price = books.terms.app_price
    if price is None:
        return ""
    if len(plans) < len(books.paid):
        return (
            "Nothing is said of Marketplace apps: they are billed for the largest product, "
            "and not all bought seats are known."
        )
    now = {plan.product.key: plan.answer.bought or 0 for plan in plans}
    then = {plan.product.key: plan.answer.renew_for for plan in plans}
    saved_yearly = apps_yearly_cost(price, now) - apps_yearly_cost(price, then)
    currency = safe(books.terms.currency)
    return apps_words(max(now.values()), max(then.values()), saved_yearly / 12, currency)


def _metric(label: str, amount: Decimal, books: Books) -> None:
    st.metric(label, safe(round_amount(amount, books.terms.currency)), width="content")
