"""The lists of the Changes page: who changed, and what became of decisions; a name opens it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from jira_usage.metrics.realized import STATE_WORDS, Realized
from jira_usage.metrics.tables import NO_NAME, instants
from jira_usage.metrics.whats_new import CHANGE_WORDS, STOPPED, WhatsNew
from jira_usage.metrics.words import people_count, plural
from jira_usage.ui import address, changes_cards, clicks, columns, way_back
from jira_usage.ui.people_table import HIGHEST, ROW_HEIGHT
from jira_usage.ui.view import View

NOT_KEPT = "(nothing is kept)"


def show(view: View, new: WhatsNew) -> None:
    """The people of the chosen kind of change, or of all."""
    change = changes_cards.shown()
    rows = new.of(change)
    if change:
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(f"**{CHANGE_WORDS[change]}: {people_count(new.people(change))}**")
            st.button(
                "All changes",
                icon=":material/close:",
                type="tertiary",
                on_click=address.clear,
                args=((changes_cards.SHOW,),),
            )
    elif len(rows):
        st.markdown(f"**{plural(len(rows), 'change')} of {people_count(new.people())}**")
    if not len(rows):
        return _nothing(change in new.untold if change else bool(new.untold))
    stopped = rows["change"] == STOPPED
    _table(
        view,
        rows.assign(
            name=_names(rows),
            what=rows["change"].map(CHANGE_WORDS),
            product=_products(view, rows["product_key"]),
            when=instants(rows["at"].astype("Int64").mask(stopped)),
            last_act=instants(rows["at"].astype("Int64").where(stopped)),
        ),
        "changes",
        {"what": "What changed"}
        | ({"product": "Product"} if rows["product_key"].any() else {})
        | ({} if stopped.all() else {"when": _when(view)})
        | ({"last_act": _last_act(view)} if stopped.any() else {}),
        "What changed, and of whom",
    )


def _nothing(untold: bool) -> None:
    if untold:
        st.info(
            "Some of it is unknown, for the reasons above. Of what can be told, nothing changed.",
            title="Nothing that can be told is different",
        )
    else:
        st.info(
            "Nobody came or went, and nobody stopped working or began again.",
            title="Nothing is different",
        )


def _when(view: View) -> Any:
    return columns.moment(
        "When",
        view.zone,
        width=150,
        help="Of joining, leaving, accounts and products: the sync that found it. "
        "Of work: the act with which they came back or began.",
    )


def _last_act(view: View) -> Any:
    return columns.moment(
        "Last act",
        view.zone,
        width=150,
        help="Of who stopped working. They count as working for some days after it, "
        "so it may lie before the date that was chosen.",
    )


def show_realized(view: View, told: Realized | None) -> None:
    """A row for each license that was decided to be released."""
    if told is None or not len(told.rows):
        return
    users = view.snapshot.users.drop_duplicates("account_id").set_index("account_id")
    names = told.rows["account_id"].map(users["display_name"])
    rows = told.rows.assign(display_name=names.fillna(""), known=names.notna())
    _table(
        view,
        rows.assign(
            name=_names(rows),
            product=_products(view, rows["product_key"]),
            state=rows["state"].map(STATE_WORDS),
            gone=instants(rows["gone_at"]),
        ),
        "realized",
        {
            "product": "Product",
            "state": "What became of it",
            "gone": columns.moment("Found gone", view.zone, width=150),
        },
        "What became of decisions to release",
    )


def _table(view: View, rows: pd.DataFrame, key: str, config: dict[str, Any], alt: str) -> None:
    change = changes_cards.shown() if key == "changes" else ""
    click = f"{key}_click"
    rows["name"] = clicks.literal(rows["name"])
    picked = st.dataframe(
        rows,
        # A key of these rows: a click never moves to others that take their place.
        key=f"{key}_{change}_{view.snapshot.id}_{len(rows)}",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height=min(ROW_HEIGHT * (len(rows) + 1) + 3, HIGHEST),
        placeholder="—",
        column_order=("name", *config),
        column_config={"name": clicks.names(click), **config},
        alt=alt,
    ).selection.rows
    row = clicks.clicked(click, rows["name"])
    if row is None and picked:
        row = picked[0]
    if row is not None and rows["known"].iat[row]:
        way_back.open_person(str(rows["account_id"].iat[row]), "changes")


def _names(rows: pd.DataFrame) -> pd.Series:
    named = rows["display_name"].where(rows["display_name"] != "", NO_NAME)
    return named.where(rows["known"].astype(bool), NOT_KEPT)


def _products(view: View, keys: pd.Series) -> pd.Series:
    names = dict(
        zip(view.snapshot.products["product_key"], view.snapshot.products["product_name"],
            strict=True)
    )  # fmt: skip
    return keys.map(lambda key: names.get(key) or key)
