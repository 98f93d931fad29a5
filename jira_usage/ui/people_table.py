"""The table of the Users page: its columns, its pages, and the click that opens a person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from jira_usage.metrics.roster import Roster
from jira_usage.metrics.spark import days_per_bar
from jira_usage.metrics.tables import people_table
from jira_usage.ui import address, columns
from jira_usage.ui.people_filters import Chosen
from jira_usage.ui.view import View

# Who, with which license, and with what work: these fit beside the sidebar on a usual screen.
FIRST = ("name", "email", "licenses", "days", "actions", "active_days", "last_active")
ORDER = (*FIRST, "work", "included", "roles", "groups", "type", "status")
ROW_HEIGHT, HIGHEST = 36, 720


def show(view: View, roster: Roster, chosen: Chosen) -> None:
    """One page of the people who were chosen; a ticked row opens the person."""
    if not len(chosen.rows):
        st.info("Remove a filter, or search for a part of a name.", title="Nobody matches")
        return
    size = _size()
    pages = _pages(chosen, size)
    page = address.page(pages)
    rows = chosen.rows[(page - 1) * size : page * size]
    people = view.drawn(_people, roster, view.snapshot.products, tuple(rows.tolist()))
    picked = st.dataframe(
        view.table(people),
        key="people",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height=min(ROW_HEIGHT * (len(people) + 1) + 3, HIGHEST),
        placeholder="—",
        column_order=ORDER,
        column_config=_columns(view),
        alt=f"{chosen.count}, page {page} of {pages}",
    ).selection.rows
    if picked:
        _open(people, picked[0], roster)


def show_paging(chosen: Chosen) -> None:
    """The pages, where there are several."""
    pages = _pages(chosen, _size())
    if pages > 1:
        st.session_state["page"] = address.page(pages)
        st.pagination(pages, width=380, key="page", on_change=address.write, args=("page",))


def show_size(chosen: Chosen) -> None:
    """How many rows a page has, where that makes a difference."""
    if len(chosen.rows) > address.PAGE_SIZES[0]:
        st.session_state["size"] = _size()
        st.selectbox(
            "Rows per page",
            address.PAGE_SIZES,
            key="size",
            format_func=lambda size: f"{size} rows",
            label_visibility="collapsed",
            width=130,
            on_change=address.write,
            args=("size",),
        )


def _people(roster: Roster, products: pd.DataFrame, rows: tuple[int, ...]) -> pd.DataFrame:
    return people_table(roster.rows(np.array(rows, dtype=np.int64)), products)


def _columns(view: View) -> dict[str, Any]:
    text, chips = st.column_config.TextColumn, st.column_config.ListColumn
    each = days_per_bar(view.days)
    bar = "A bar for each day" if each == 1 else f"A bar for every {each} days"
    return {
        "name": text("Name", pinned=True, width=140),
        "email": text("Email", width=236, help="“hidden”: the person shows it to nobody."),
        "licenses": chips("Licenses", width=166),
        "work": text("Work", width=104, help=f"In the last {view.days} days."),
        "days": columns.spark(
            "Day by day", width=122, help=f"{bar}, by the person's own busiest. Today comes last."
        ),
        "actions": columns.number("Acts", width=55),
        "active_days": columns.number("Active days", width=84),
        "last_active": columns.moment("Last active", view.zone, width=108),
        "included": chips("Included"),
        "roles": chips("Roles"),
        "groups": chips("Groups"),
        "type": "Account type",
        "status": "Account status",
    }


def _size() -> int:
    return int(address.chosen("size", tuple(map(str, address.PAGE_SIZES))))


def _pages(chosen: Chosen, size: int) -> int:
    return max(1, -(-len(chosen.rows) // size))


def _open(people: pd.DataFrame, row: int, roster: Roster) -> None:
    back = address.list_shown(roster.facets)
    account_id = str(people["account_id"].iloc[row])
    st.switch_page("pages/person.py", query_params={**back, "person": account_id})
