"""The table of the Users page: its columns, its pages, and the click that opens a person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from jira_usage.metrics.roster import Roster
from jira_usage.metrics.spark import days_per_bar
from jira_usage.metrics.tables import people_table
from jira_usage.ui import address, clicks, columns, way_back
from jira_usage.ui.people_filters import Chosen
from jira_usage.ui.view import View

# Who, how they stand, and with what work: these fit beside the sidebar on a usual screen.
FIRST = ("name", "verdict", "licenses", "days", "actions", "active_days", "last_active")
ORDER = (*FIRST, "work", "email", "included", "roles", "groups", "type", "status")
ROW_HEIGHT, HIGHEST = 36, 720
CLICK = "people_click"
LICENSES = "The products that the person has access to, each a license of its own."


def show(view: View, roster: Roster, chosen: Chosen) -> None:
    """One page of the people who were chosen; a click on a name or a ticked row opens one."""
    if not len(chosen.rows):
        st.info("Remove a filter, or search for a part of a name.", title="Nobody matches")
        return
    size = _size()
    pages = _pages(chosen, size)
    page = address.page(pages)
    rows = chosen.rows[(page - 1) * size : page * size]
    people = view.drawn(_people, roster, view.snapshot.products, tuple(rows.tolist()))
    show_reach(pages)
    picked = st.dataframe(
        view.table(people),
        key="people",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height=min(ROW_HEIGHT * (len(people) + 1) + 3, HIGHEST),
        placeholder="—",
        column_order=[name for name in ORDER if name in people],
        column_config=_columns(view, roster),
        alt=f"{chosen.count}, page {page} of {pages}",
    ).selection.rows
    row = clicks.clicked(CLICK, people["name"])
    if row is None and picked:
        row = picked[0]
    if row is not None:
        way_back.open_from_users(str(people["account_id"].iloc[row]), roster.facets)


def show_reach(pages: int) -> None:
    """How far the table's own tools reach, where there are several pages."""
    if pages > 1:
        st.caption(
            f"Search and sort above go through all {pages:,} pages. The table's own tools, in its "
            "corner and its headers, reach this page only."
        )


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
    some = roster.rows(np.array(rows, dtype=np.int64))
    people = people_table(some, products)
    people["name"] = clicks.literal(people["name"])
    if "verdict" in some:
        people["verdict"] = some["verdict"].map(roster.facet("verdict").labels)
    return people


def _columns(view: View, roster: Roster) -> dict[str, Any]:
    text, chips = st.column_config.TextColumn, st.column_config.ListColumn
    each = days_per_bar(view.days)
    bar = "A bar for each day" if each == 1 else f"A bar for every {each} days"
    return {
        "name": clicks.names(CLICK),
        "verdict": text("Verdict", width=150, help=verdict_help(roster.licenses_known)),
        "email": text("Email", width=236, help="“hidden”: the person shows it to nobody."),
        "licenses": chips("Licenses", width=166, help=LICENSES),
        "work": text(f"Work, {view.days} days", width=112, help=f"In the last {view.days} days."),
        "days": columns.spark(
            "Day by day", width=122, help=f"{bar}, by the person's own busiest. Today comes last."
        ),
        "actions": columns.number(
            "Acts", width=62, help=columns.acts(view.days, view.count_created)
        ),
        "active_days": columns.number("Active days", width=84, help=columns.active_days(view.days)),
        "last_active": columns.moment(
            "Last active", view.zone, width=108, help=columns.last_act(view.zone)
        ),
        "included": chips(
            "Included", help="Products that come with another license, at no seat of their own."
        ),
        "roles": chips("Roles"),
        "groups": chips("Groups"),
        "type": "Account type",
        "status": "Account status",
    }


def verdict_help(licenses_known: bool) -> str:
    """What a verdict rests on, and who has none."""
    who = "enabled people with a license" if licenses_known else "enabled people"
    return f"By the last act in all that is kept, not in the window; only {who} have one."


def _size() -> int:
    return int(address.chosen("size", tuple(map(str, address.PAGE_SIZES))))


def _pages(chosen: Chosen, size: int) -> int:
    return max(1, -(-len(chosen.rows) // size))
