"""What the Renewal page stands on: the terms, the admin's export, and each product's people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from jira_usage import seen, terms
from jira_usage.decisions import Noted
from jira_usage.errors import JiraUsageError, StoreDamaged
from jira_usage.metrics import answers
from jira_usage.metrics.holders import Holders, holders
from jira_usage.metrics.reclaim import Beside, Reclaim
from jira_usage.metrics.rows import each
from jira_usage.reports.subject import beside_of
from jira_usage.seen import LastSeen
from jira_usage.store import SiteStore
from jira_usage.terms import Buffer, Terms
from jira_usage.ui import login, reclaim_notes, session
from jira_usage.ui.errors import show_error
from jira_usage.ui.view import View

HOW = (
    "What could be given back is what the Reclaim page lists, by its thresholds and whatever "
    "window is chosen. Whoever works or cools, is new, was seen by the admin's export, or is "
    "kept or protected by hand keeps the license. Nothing is changed in Jira. Money is shown "
    "only from prices and seats that you have entered."
)
BUFFER, BUFFER_UNIT = "buffer", "buffer_in"
UNITS: Mapping[str, str] = {"percent": "percent", "seats": "seats"}


@dataclass(frozen=True)
class Product:
    """One product: its row of seat_table, how its licenses stand, and whether its plan is free."""

    key: str
    name: str
    row: Any
    holders: Holders
    free: bool = False


@dataclass(frozen=True)
class Books:
    """What was said and uploaded, the list of Reclaim, and the products that are licensed."""

    kept: SiteStore
    terms: Terms
    seen: LastSeen | None
    listed: Reclaim
    products: list[Product]
    today: date

    @property
    def paid(self) -> list[Product]:
        """The products that are not on a free plan."""
        return [product for product in self.products if not product.free]


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
    last_seen, beside = _beside(signed.kept)
    listed = view.cached(answers.reclaim_list, reclaim_notes.noted() or Noted(), beside)
    held = view.drawn(holders, listed)
    table = view.cached(answers.seat_table)
    products = [
        Product(key, str(row.product_name) or key, row, held[key], key in listed.grounds.free)
        for row in each(table)
        if (key := str(row.product_key)) in held
    ]
    return Books(
        signed.kept,
        told,
        last_seen,
        listed,
        products,
        view.period.last_on,
    )


def ask_buffer(kept: SiteStore, told: Terms) -> Buffer:
    """The seats to hold in reserve; the address bar keeps them, and Save for all pages."""
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
        asked = Buffer(int(amount or 0), "seats" if unit == "seats" else "percent")
        unsaved = asked != told.buffer and bool(asked.amount or told.buffer.amount)
        if unsaved and login.is_administrator():
            st.button(
                "Save",
                key="buffer_save",
                icon=":material/save:",
                help="Overview and Reclaim then count with this reserve too.",
                on_click=_save_buffer,
                args=(kept, asked),
            )
    if unsaved:
        st.caption(f"Not saved yet: other pages use {told.buffer.words}.")
    return asked


def _save_buffer(kept: SiteStore, buffer: Buffer) -> None:
    saved(kept, lambda told: replace(told, buffer=buffer))


def saved(kept: SiteStore, change: Callable[[Terms], Terms]) -> bool:
    """Changes the terms; where that fails says why, and returns False."""
    try:
        terms.change_terms(kept, change)
    except JiraUsageError as error:
        show_error(error)
        return False
    return True


def _beside(kept: SiteStore) -> tuple[LastSeen | None, Beside]:
    """The admin's export, and what Reclaim takes of it; none where it can't be read."""
    try:
        return seen.load_last_seen(kept), beside_of(kept)
    except StoreDamaged as error:
        show_error(error, calm=True)
        return None, Beside()


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
