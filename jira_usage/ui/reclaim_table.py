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
from jira_usage.ui import address, clicks, columns, people_table, reclaim_files, way_back
from jira_usage.ui.people_filters import Chosen
from jira_usage.ui.people_table import HIGHEST, ROW_HEIGHT
from jira_usage.ui.view import View

Pairs = tuple[tuple[str, str], ...]
ROUND = "reclaim_round"
CLICK = "reclaim_click"
SURE = "High: nothing speaks for a need. Medium: something is not known. Low: ask first."
REASONS = "What speaks for giving the license back, and what against it. Double-click to read all."
GROUPS = "The groups that give this license: it is free once the person has left them all."
DECISION = "What was decided here by hand: keep, release, or protect. Nothing changes in Jira."
MONEY = ("monthly", "yearly")
# What it is decided by: these fit beside the sidebar on a usual screen, without prices and with.
FIRST = ("name", "sure", "monthly", "product", "verdict", "decision", "reasons", "groups")
ORDER = (*FIRST, "yearly", "last_act", "email", "until", "note", "by")


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
    told = view.drawn(_in_words, rows, listed)
    pairs = tuple(zip(rows["account_id"], rows["product_key"], strict=True))
    people_table.show_reach(pages)
    picked = st.dataframe(
        view.table(told),
        key=table_key(pairs, int(st.session_state.get(ROUND, 0))),
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height=min(ROW_HEIGHT * (len(rows) + 1) + 3, HIGHEST),
        placeholder="—",
        column_order=[name for name in ORDER if listed.priced or name not in MONEY],
        column_config=_columns(view, currency, listed.priced),
        alt=f"Licenses that could be given back, page {page} of {pages}",
    ).selection.rows
    row = clicks.clicked(CLICK, told["name"])
    if row is not None:
        way_back.open_person(pairs[row][0], "reclaim")
    return tuple(pairs[row] for row in picked)


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
            "name": clicks.literal(rows["display_name"].where(rows["display_name"] != "", NO_NAME)),
            "email": rows["email"].where(rows["email"] != "", HIDDEN),
            "product": rows["free"].map({True: "Free: ", False: ""}) + rows["product_name"],
            "verdict": rows["verdict"].map(listed.grounds.words),
            "last_act": instants(rows["last_act_at"]),
            "sure": rows["confidence"].map(CONFIDENCE_WORDS),
            "reasons": _reasons(rows, listed.against_each),
            "groups": rows["groups"],
            "monthly": rows["monthly"],
            "yearly": rows["yearly"],
            "decision": rows["state"].map(DECISION_WORDS),
            "until": rows["expires_on"],
            "note": rows["note"],
            "by": rows["decided_by"],
        }
    )


def _reasons(rows: pd.DataFrame, told_above: list[str]) -> pd.Series:
    """Of each row the reasons against giving the license back, in which rows differ, then
    those for it; without those that are told once of all."""
    told = [
        [
            *(f"Against: {one}" for one in con if one not in told_above),
            *(f"For: {one}" for one in pro),
        ]
        for pro, con in zip(rows["reasons_for"], rows["reasons_against"], strict=True)
    ]
    return pd.Series(told, index=rows.index, dtype=object)


def _columns(view: View, currency: str, priced: bool) -> dict[str, Any]:
    text, chips = st.column_config.TextColumn, st.column_config.ListColumn
    price = columns.number
    return {
        "name": clicks.names(CLICK),
        "email": text("Email", width=236, help="“hidden”: the person shows it to nobody."),
        "product": text("Product", width=150, help="The product that the license is for."),
        "verdict": text("Verdict", width=160, help=people_table.verdict_help(True)),
        "last_act": columns.moment(
            "Last act", view.zone, "MMM D, YYYY", width=100, help="In all that is kept."
        ),
        "sure": text("How sure", width=74, help=SURE),
        "reasons": chips("Reasons", width=222 if priced else 294, help=REASONS),
        "groups": chips("Groups to leave", width=114 if priced else 130, help=GROUPS),
        "monthly": price(
            f"A month, {currency}",
            width=90,
            help="By the price you gave. What is free saves nothing.",
        ),
        "yearly": price(f"A year, {currency}", width=90, help="Twelve times the price of a month."),
        "decision": text("Decision", width=95, help=DECISION),
        "until": text("Expires on", width=90, help="From that day on it no longer protects."),
        "note": text("Note", width=160),
        "by": text("Decided by", width=100),
    }
