"""What is asked about one product: bought seats, plan, price, and when it renews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import streamlit as st

from jira_usage.errors import InvalidInput
from jira_usage.metrics.prices import OFFER_CURRENCY, OFFERS, TIER_ENDS, Offer, amount_words
from jira_usage.metrics.rows import each
from jira_usage.store import SiteStore
from jira_usage.terms import MOST_SEATS, Model, Per, Plan, Price, ProductTerms, Step, money
from jira_usage.ui.errors import show_error
from jira_usage.ui.renewal_view import Books, Product, saved
from jira_usage.ui.text import safe

PLANS: dict[Plan, str] = {"monthly": "Monthly", "annual": "Annual"}
MODELS: dict[Model, str] = {
    "flat": "One price per person",
    "bands": "Bands: the first people at one price, the next at another",
    "tiers": "Tiers: sold in whole steps",
}
PERS: dict[Per, str] = {"person": "per person and month", "tier": "per tier and year"}
UP_TO, PRICE = "Up to people", "Price"


def show(books: Books, product: Product, told: ProductTerms) -> None:
    """The list prices to confirm with one click, and the form to say otherwise."""
    if told.price is None and books.terms.currency == OFFER_CURRENCY:
        _offers(books.kept, product.key, OFFERS.get(product.key, ()))
    with st.expander(
        "Enter what you pay" if told.missing else "What you pay", icon=":material/edit:"
    ):
        _form(books, product.key, told)


def _offers(kept: SiteStore, key: str, offers: Sequence[Offer]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for offer in offers:
            price = amount_words(offer.price, OFFER_CURRENCY)
            st.button(
                f"These are our prices: {offer.name}, {price}",
                key=f"offer_{key}_{offer.name}",
                icon=":material/check:",
                help="A list price per person and month. Yours may differ: change it below.",
                on_click=_confirm,
                args=(kept, key, offer.price),
            )


def _confirm(kept: SiteStore, key: str, price: Decimal) -> None:
    if saved(kept, lambda t: t.having(key, replace(t.of(key), price=Price.flat(price)))):
        # The field shows what was confirmed, not what was typed before.
        st.session_state[f"price_{key}"] = str(price)


def _form(books: Books, key: str, told: ProductTerms) -> None:
    with st.grid(3, min_column_width=180):
        bought = st.number_input(
            "Seats bought",
            min_value=1,
            max_value=MOST_SEATS,
            value=told.bought,
            key=f"bought_{key}",
            placeholder="on your last bill",
            help="The number on your last bill or quote, not the ceiling that Jira shows.",
        )
        plan: Plan = st.selectbox(
            "Plan",
            list(PLANS),
            index=list(PLANS).index(told.plan),
            format_func=PLANS.__getitem__,
            key=f"plan_{key}",
        )
        renews_on = st.date_input(
            "Renews on" if plan == "annual" else "A billing date",
            value=told.renews_on,
            key=f"renews_{key}",
            help="Of a monthly plan any day on which a bill begins.",
        )
    models = [model for model in MODELS if plan == "annual" or model != "tiers"]
    now = told.price.model if told.price and told.price.model in models else models[-1]
    if not told.price:
        now = "tiers" if plan == "annual" else "flat"
    model = st.selectbox(
        "Kind of price",
        models,
        index=models.index(now),
        format_func=MODELS.__getitem__,
        key=f"model_{key}_{plan}",
    )
    per, rows = _ask_price(key, told.price, model, books.terms.currency)
    if st.button("Save", key=f"save_{key}", icon=":material/save:", type="primary"):
        try:
            new = ProductTerms(
                None if bought is None else int(bought),
                _price(model, per, rows),
                plan,
                renews_on,
            )
        except InvalidInput as error:
            show_error(error)
            return
        if saved(books.kept, lambda terms: terms.having(key, new)):
            st.rerun()


def _ask_price(
    key: str, price: Price | None, model: Model, currency: str
) -> tuple[Per, Sequence[tuple[str, str]]]:
    """The price as it was typed: rows of (up to, price)."""
    fits = price is not None and price.model == model
    if model == "flat":
        amount = st.text_input(
            f"Price per person and month, {safe(currency)}",
            value=str(price.steps[0].price) if price and fits else "",
            key=f"price_{key}",
            placeholder="not told",
        )
        return "person", [("", amount)]
    per: Per = "person"
    if model == "tiers":
        per = st.selectbox(
            "Prices are",
            list(PERS),
            index=list(PERS).index(price.per) if price and fits else 0,
            format_func=PERS.__getitem__,
            key=f"per_{key}",
        )
    rows = st.data_editor(
        _rows(price if fits else None, model),
        num_rows="dynamic",
        hide_index=True,
        key=f"steps_{key}_{model}",
        column_config={
            UP_TO: st.column_config.TextColumn(
                UP_TO, help="Empty in the last band: all further people."
            ),
            PRICE: st.column_config.TextColumn(f"{PRICE}, {currency}"),
        },
        alt="Prices by number of people",
    )
    return per, [(_typed(row[0]), _typed(row[1])) for row in each(rows)]


def _rows(price: Price | None, model: Model) -> pd.DataFrame:
    """The steps as rows of text, or the usual steps without a price."""
    if price:
        rows = [("" if s.up_to is None else str(s.up_to), str(s.price)) for s in price.steps]
    elif model == "tiers":
        rows = [(str(end), "") for end in TIER_ENDS]
    else:
        rows = [("100", ""), ("", "")]
    return pd.DataFrame(rows, columns=[UP_TO, PRICE], dtype="str")


def _price(model: Model, per: Per, rows: Sequence[tuple[str, str]]) -> Price | None:
    """The price that was typed; None where none was. A step without a price is no step."""
    steps = tuple(Step(_people(up_to), money(amount)) for up_to, amount in rows if amount)
    return Price(model, steps, per) if steps else None


def _people(text: str) -> int | None:
    digits = text.replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput(f"“{text[:40]}” is not a number of people.", "Enter such as 100.")
    return int(digits)


def _typed(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell).strip()
