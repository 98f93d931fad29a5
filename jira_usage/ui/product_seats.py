"""Seats, people and work of each product: as tiles, and in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers
from jira_usage.metrics.access import INCLUDED
from jira_usage.metrics.renewal_words import Bought
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.rows import each
from jira_usage.metrics.tables import UNKNOWN, people_table
from jira_usage.metrics.tiles import Link, Tile
from jira_usage.metrics.words import NO_WORK, WORKED, window_words
from jira_usage.ui import cards, clicks, way_back
from jira_usage.ui.text import safe, safe_name, short
from jira_usage.ui.view import View

PEOPLE = ("licensed_users", "active_users", "inactive_users", "utilization")
BOUGHT = ("bought", "spare")
SEATS = ("seats_words", "seats_used")
EVERY_COLUMN = ("product_name", *BOUGHT, *SEATS, "left_words", *PEOPLE, "included_users")
NAMES_SHOWN = 100
# The columns that count people, and the filters that show them.
COUNTED: Mapping[str, Callable[[str], dict[str, str]]] = {
    "licensed_users": lambda key: {"product": key},
    "active_users": lambda key: {"product": key, "work": WORKED},
    "inactive_users": lambda key: {"product": key, "work": NO_WORK},
    "included_users": lambda key: {"product": f"{INCLUDED}:{key}"},
}
MAIN_COLUMNS = ("product_name", *BOUGHT, *PEOPLE, *SEATS)
NOT_TOLD = "—"
CEILING = "What Jira says the plan holds. It may be the plan's ceiling, not what was bought."


def show_unknown(roster: Roster, title: str) -> None:
    """Why it is not known who has which product."""
    st.info(safe(roster.facet("product").unknown), title=title)


def show_tile(tile: Tile) -> None:
    """One product: its numbers, who of its people works, and the ways to them."""
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            cards.heading(short(tile.name))
            st.badge(tile.plan, color="gray")
        with st.container(horizontal=True, gap="medium"):
            for name, value, meaning in tile.numbers:
                st.metric(name, value, help=meaning, width="content")
        if tile.utilization is not None:
            st.progress(tile.utilization, text=tile.sentence)
        else:
            st.caption(tile.sentence)
        for note in tile.notes:
            st.caption(safe(note))
        with st.container(horizontal=True, gap="xsmall"):
            for link in tile.links:
                cards.people_link(link.label, link.filters)


def show_names(view: View, roster: Roster, tile: Tile, link: Link) -> None:
    """The people of a product that a link opens, by name; a click on one opens the person."""
    filters = tuple(link.filters.items())
    people, number = view.drawn(_names, roster, view.snapshot.products, filters)
    key = f"names_{link.filters['product']}"
    with st.expander(f"{safe_name(tile.name)}: {link.label}"):
        picked = st.dataframe(
            view.table(people),
            key=key,
            on_select="rerun",
            selection_mode="single-row",
            hide_index=True,
            column_order=("name", "email", "licenses", "groups"),
            column_config={
                "name": clicks.names(f"{key}_click"),
                "email": "Email",
                "licenses": st.column_config.ListColumn("Licenses"),
                "groups": st.column_config.ListColumn("Groups"),
            },
            alt=f"{tile.name}: {link.label}",
        ).selection.rows
        row = clicks.clicked(f"{key}_click", people["name"])
        if row is None and picked:
            row = picked[0]
        if row is not None:
            way_back.open_person(str(people["account_id"].iloc[row]), "licenses")
        if number > NAMES_SHOWN:
            st.caption(f"The first {NAMES_SHOWN} by name.")
        cards.people_link(f"All {number:,}, with filters and download", link.filters)


def _names(
    roster: Roster, products: pd.DataFrame, filters: tuple[tuple[str, str], ...]
) -> tuple[pd.DataFrame, int]:
    """The first people that some filters find, by name, and how many they find."""
    rows = roster.select({key: [value] for key, value in filters}, sort="name").rows
    people = people_table(roster.rows(rows[:NAMES_SHOWN]), products)
    return people.assign(name=clicks.literal(people["name"])), len(rows)


def show_table(view: View, column_order: tuple[str, ...], bought: tuple[Bought, ...] = ()) -> None:
    """A row for each product; a click on a number opens its people.

    What was bought is shown where it was told of any product, instead of Jira's seats left.
    """
    table = view.cached(answers.seat_table)
    rows = view.drawn(_seat_rows, table, bought)
    hidden = ("left_words",) if bought else BOUGHT
    st.dataframe(
        view.table(rows),
        key="seats",
        hide_index=True,
        placeholder="unknown",
        column_order=[one for one in column_order if one not in hidden],
        column_config=_columns(view.days),
        alt="Seats and people of each product",
    )
    for column, opens in COUNTED.items():
        row = clicks.clicked(_key(column), rows[column])
        if row is not None and not pd.isna(number := table[column].iloc[row]) and int(number):
            cards.open_people(opens(str(table["product_key"].iloc[row])))


def _key(column: str) -> str:
    return f"seats_{column}"


def _seat_rows(table: pd.DataFrame, bought: Sequence[Bought]) -> pd.DataFrame:
    """The table with its numbers of people as texts, which can be clicked, and what was bought."""
    words = {
        column: [UNKNOWN if pd.isna(number) else f"{int(number):,}" for number in table[column]]
        for column in COUNTED
    }
    told_of = {one.product_key: one for one in bought}
    seats = [(told_of.get(str(row.product_key)), row.licensed_users) for row in each(table)]
    words["bought"] = [f"{one.seats:,}" if one else NOT_TOLD for one, _ in seats]
    words["spare"] = [
        NOT_TOLD if one is None else UNKNOWN if pd.isna(held) else f"{one.spare(int(held)):,}"
        for one, held in seats
    ]
    told = {column: pd.Series(some, table.index, dtype="str") for column, some in words.items()}
    return table.assign(**told).round({"utilization": 2})


def _columns(days: int) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "product_name": text("Product", pinned=True),
        "bought": text(
            "Bought", alignment="right", help="As told on Renewal; — where it was not, or is free."
        ),
        "spare": text(
            "Nobody holds", alignment="right", help="Bought seats, less those with a license."
        ),
        "seats_words": text("Seats by Jira", alignment="right", help=CEILING),
        "seats_used": number("Used, by Jira", help="By Jira's own count."),
        "left_words": text("Left, by Jira", alignment="right", help="By Jira's own count."),
        "licensed_users": _people("licensed_users", "With a license", "Counted by this app."),
        "active_users": _people(
            "active_users", "Worked", f"With a counted act in any project, {window_words(days)}."
        ),
        "inactive_users": _people(
            "inactive_users",
            "No work found",
            f"With the license, and no counted act {window_words(days)}. Reading leaves no trace.",
        ),
        "utilization": st.column_config.ProgressColumn(
            "Worked, share",
            format="percent",
            color=charts.PEOPLE,
            help="Those who worked, of the people with the license.",
        ),
        "included_users": _people(
            "included_users",
            "Included",
            "Who has it with another Jira product: no license of its own.",
        ),
    }


def _people(column: str, label: str, meaning: str) -> Any:
    """A number of people that a click opens."""
    more = f"{meaning} Click to see who."
    return clicks.column(label, _key(column), alignment="right", help=more)
