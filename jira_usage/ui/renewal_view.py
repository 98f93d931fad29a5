"""What the Renewal page stands on: the terms, the admin's export, and each product's people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import seen, terms
from jira_usage.errors import JiraUsageError, StoreDamaged
from jira_usage.metrics import answers, what_if
from jira_usage.metrics.rows import each
from jira_usage.period import Period
from jira_usage.seen import LastSeen
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from jira_usage.terms import Buffer, Terms
from jira_usage.ui import login, session
from jira_usage.ui.errors import show_error
from jira_usage.ui.view import View

HOW = (
    "Whoever did no work in the days shown (chosen in the sidebar) would give the license back, "
    "unless the admin's export saw them. Nothing is changed in Jira. Money is shown only from "
    "prices and seats that you have entered."
)
BUFFER, BUFFER_UNIT = "buffer", "buffer_in"
UNITS: Mapping[str, str] = {"percent": "percent", "seats": "seats"}


@dataclass(frozen=True)
class Product:
    """One product: its row of seat_table, and the days since each licensed person's last act."""

    key: str
    name: str
    row: Any
    days_since: pd.Series


@dataclass(frozen=True)
class Books:
    """What was said and uploaded, and the products that somebody holds a license of."""

    kept: SiteStore
    terms: Terms
    seen: LastSeen | None
    products: list[Product]
    known_days: int
    blind: str
    today: date

    @property
    def dates(self) -> Mapping[str, date]:
        return self.seen.dates if self.seen else {}


def open_books(view: View) -> Books:
    """Everything the page needs; stops it where what was noted can't be read."""
    signed = session.current()
    if signed is None:
        st.stop()
    try:
        told = terms.terms_of(signed.kept)
    except StoreDamaged as error:
        _show_damaged(signed.kept, error)
        st.stop()
    table = view.cached(answers.seat_table)
    held = view.drawn(_by_product, view.cached(what_if.days_by_license))
    products = [
        Product(key, str(row.product_name) or key, row, held[key])
        for row in each(table)
        if (key := str(row.product_key)) in held
    ]
    return Books(
        signed.kept,
        told,
        _last_seen(signed.kept),
        products,
        view.drawn(what_if.known_days, view.snapshot.covered_from_ms, view.period),
        view.cached(_blind),
        view.period.last_on,
    )


def _blind(snapshot: Snapshot, period: Period, count_created: bool) -> str:
    return answers.blind(snapshot, period)


def _by_product(licenses: pd.DataFrame) -> dict[str, pd.Series]:
    return dict(iter(licenses.set_index("account_id").groupby("product_key")["days"]))


def ask_buffer(told: Terms) -> Buffer:
    """The seats to hold in reserve; the address bar keeps them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        amount = st.number_input(
            "Seats in reserve",
            min_value=0,
            max_value=terms.MOST_SEATS,
            value=told.buffer.amount,
            key=BUFFER,
            bind="query-params",
            width=180,
            help="For newcomers: seats that are renewed though nobody has them yet.",
        )
        unit = st.radio(
            "In",
            list(UNITS),
            index=list(UNITS).index(told.buffer.unit),
            horizontal=True,
            format_func=UNITS.__getitem__,
            key=BUFFER_UNIT,
            bind="query-params",
        )
    return Buffer(int(amount or 0), "seats" if unit == "seats" else "percent")


def saved(kept: SiteStore, change: Callable[[Terms], Terms]) -> bool:
    """Changes the terms; where that fails says why, and returns False."""
    try:
        terms.change_terms(kept, change)
    except JiraUsageError as error:
        show_error(error)
        return False
    return True


def _last_seen(kept: SiteStore) -> LastSeen | None:
    try:
        return seen.load_last_seen(kept)
    except StoreDamaged as error:
        show_error(error, calm=True)
        return None


def _show_damaged(kept: SiteStore, error: StoreDamaged) -> None:
    """What can't be read is offered as it is, and forgotten only when somebody says so."""
    show_error(error)
    if not login.is_administrator():
        return
    with st.container(horizontal=True):
        st.download_button(
            "Save the note",
            kept.note(terms.NOTE) or b"",
            file_name="jira-renewal-note.txt",
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button(
            "Start again without it",
            icon=":material/restart_alt:",
            key="terms_start_again",
            on_click=terms.start_again,
            args=(kept,),
        )
