"""The table of the Reclaim page: ticked rows are decided about, a name opens the person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from jira_usage.metrics.reclaim import Reclaim
from jira_usage.metrics.tables import HIDDEN, NO_NAME, instants
from jira_usage.metrics.words import CONFIDENCE_WORDS, DECISION_WORDS
from jira_usage.ui import address, columns, people_table, reclaim_files
from jira_usage.ui.people_filters import Chosen
from jira_usage.ui.people_table import HIGHEST, ROW_HEIGHT
from jira_usage.ui.view import View

Pairs = tuple[tuple[str, str], ...]
ROUND = "reclaim_round"
FIRST = ("name", "product", "verdict", "sure", "for", "against", "decision")
VALUE = ("monthly", "yearly")
MORE = ("last_act", "email", "groups", "until", "note", "by")


def show(view: View, listed: Reclaim, chosen: Chosen, currency: str) -> Pairs:
    """One page of the list; returns the accounts and products that are ticked."""
    if not len(chosen.rows):
        if listed.size:
            st.info("Remove a filter to see more.", title="Nothing matches")
        else:
            st.info(
                "Everybody with a license worked lately, or it can't be told.",
                title="No license to give back was found",
            )
        return ()
    size = int(address.chosen("size", tuple(map(str, address.PAGE_SIZES))))
    pages = max(1, -(-len(chosen.rows) // size))
    page = address.page(pages)
    places = chosen.rows[(page - 1) * size : page * size]
    rows = view.drawn(_explained, listed, tuple(places.tolist()))
    pairs = tuple(zip(rows["account_id"], rows["product_key"], strict=True))
    picked = st.dataframe(
        view.table(view.drawn(_in_words, rows, listed)),
        key=table_key(pairs, int(st.session_state.get(ROUND, 0))),
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        hide_index=True,
        height=min(ROW_HEIGHT * (len(rows) + 1) + 3, HIGHEST),
        placeholder="—",
        column_order=(*FIRST, *(VALUE if listed.priced else ()), *MORE),
        column_config=_columns(view, currency),
        alt=f"Licenses that could be given back, page {page} of {pages}",
    ).selection
    for row, column in picked.cells:
        if column == "name":
            st.switch_page("pages/person.py", query_params={"person": pairs[row][0]})
    return tuple(pairs[row] for row in picked.rows)


def show_paging(view: View, listed: Reclaim, chosen: Chosen) -> None:
    """The pages, the rows per page, and the files."""
    if not listed.size:
        return
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        people_table.show_paging(chosen)
        with st.container(horizontal=True, horizontal_alignment="right", width="content"):
            people_table.show_size(chosen)
            reclaim_files.show_downloads(view, listed, chosen)


def untick() -> None:
    """Starts the next run with no row ticked."""
    st.session_state[ROUND] = int(st.session_state.get(ROUND, 0)) + 1


def table_key(pairs: Sequence[tuple[str, str]], number: int = 0) -> str:
    """A key of these very rows: ticks never move to other rows that take their place."""
    told = "\n".join(" ".join(pair) for pair in pairs)
    return f"reclaim_{hashlib.sha256(told.encode()).hexdigest()[:16]}_{number}"


def _explained(listed: Reclaim, rows: tuple[int, ...]) -> pd.DataFrame:
    return listed.explained(np.array(rows, dtype=np.int64))


def _in_words(rows: pd.DataFrame, listed: Reclaim) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": rows["display_name"].where(rows["display_name"] != "", NO_NAME),
            "email": rows["email"].where(rows["email"] != "", HIDDEN),
            "product": rows["product_name"],
            "verdict": rows["verdict"].map(listed.grounds.words),
            "last_act": instants(rows["last_act_at"]),
            "sure": rows["confidence"].map(CONFIDENCE_WORDS),
            "for": rows["reasons_for"],
            "against": rows["reasons_against"],
            "groups": rows["groups"],
            "monthly": rows["monthly"],
            "yearly": rows["yearly"],
            "decision": rows["state"].map(DECISION_WORDS),
            "until": rows["expires_on"],
            "note": rows["note"],
            "by": rows["decided_by"],
        }
    )


def _columns(view: View, currency: str) -> dict[str, Any]:
    text, chips = st.column_config.TextColumn, st.column_config.ListColumn
    price = columns.number
    return {
        "name": text("Name", pinned=True, width=140, help="Click it to open the person."),
        "email": text("Email", width=236),
        "product": text("Product", width=130),
        "verdict": text("Verdict", width=212),
        "last_act": columns.moment(
            "Last act", view.zone, "MMM D, YYYY", width=100, help="In all that is kept."
        ),
        "sure": text("How sure", width=76),
        "for": chips("Reasons for", width=200),
        "against": chips("Reasons against", width=240),
        "groups": chips("Groups to leave", width=140),
        "monthly": price(f"A month, {currency}", width=90),
        "yearly": price(f"A year, {currency}", width=90),
        "decision": text("Decision", width=100),
        "until": text("Expires on", width=90, help="From that day on it no longer protects."),
        "note": text("Note", width=160),
        "by": text("Decided by", width=100),
    }
