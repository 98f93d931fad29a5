"""Search, order and filters of the Reclaim page, kept in the address, with what each shows."""

from __future__ import annotations

import streamlit as st

from jira_usage.metrics.reclaim import Reclaim, count_words
from jira_usage.metrics.tables import filters_in_words
from jira_usage.ui import address, clicks, people_filters
from jira_usage.ui.people_filters import Chosen


def show(listed: Reclaim) -> Chosen:
    """Draws search, order and filters, and returns the rows they choose."""
    choices = {facet.key: address.told(facet.key, facet.options) for facet in listed.facets}
    search, sorts = st.query_params.get("q", ""), listed.sorts
    sort = address.chosen("order", tuple(sorts))
    selection = listed.select(choices, search, sort)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        people_filters.show_search(search)
        people_filters.show_sort("order", sorts, sort)
    with st.grid(len(listed.facets), min_column_width=150):
        for facet in listed.facets:
            people_filters.show_filter(facet, choices[facet.key], selection.counts[facet.key])
    chosen = Chosen(selection.rows, choices, filters_in_words(listed.facets, choices, search))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        of_all = f" of {listed.size:,}" if chosen.in_words else ""
        st.markdown(
            f"**{count_words(listed, chosen.rows)}**{of_all} · click a name to open the person, "
            "tick rows to decide",
            help=clicks.BY_KEYBOARD,
        )
        if chosen.in_words:
            st.button(
                "Clear all filters",
                icon=":material/close:",
                type="tertiary",
                on_click=address.clear,
                args=(tuple(choices),),
            )
    return chosen
