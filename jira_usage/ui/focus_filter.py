"""The filters of a page of figures: whose activity, by license and group, and in which projects."""

from __future__ import annotations

import streamlit as st

from jira_usage.metrics.access import INCLUDED
from jira_usage.metrics.facets import Facet, choose
from jira_usage.metrics.focus import KEYS, PRODUCT, Focus
from jira_usage.metrics.roster import ANY, NONE, Roster
from jira_usage.ui import address, people_filters
from jira_usage.ui.text import safe, safe_name
from jira_usage.ui.view import View

WORDS = {"product": "people with {}", "group": "people of {}", "project": "acts in {}"}


def show(view: View, roster: Roster) -> View:
    """Draws the filters and returns the view of what they choose. Takes the site's roster."""
    facets = [_offered(roster.facet(key)) for key in KEYS]
    unknown = _unknown(roster)
    choices = {facet.key: address.told(facet.key, facet.options) for facet in facets}
    focus = Focus.of(choices)
    counts = choose(facets, choices, roster.size).counts
    with st.grid(3, min_column_width=160):
        for facet in facets:
            people_filters.show_filter(facet, choices[facet.key], counts[facet.key])
    if unknown:
        asked = ", ".join(safe_name(one) for one in unknown)
        st.warning(
            f"{asked}: not known here, or not any more. It was left out.",
            title="The address asks for a part that is not there",
        )
    if focus:
        _say(facets, choices)
    return view.focused(focus)


def _offered(facet: Facet) -> Facet:
    """Of licenses, only products: one that is included, any and none are no part of a site."""
    if facet.key != PRODUCT:
        return facet
    left = {ANY, NONE}
    return facet.only(
        [one for one in facet.options if one not in left and not one.startswith(f"{INCLUDED}:")]
    )


def _unknown(roster: Roster) -> list[str]:
    """What the address asks for that nobody knows: without it, more is counted."""
    asked = [(roster.facet(key), value) for key in KEYS for value in st.query_params.get_all(key)]
    return [value for facet, value in asked if value not in facet.options]


def _say(facets: list[Facet], choices: dict[str, list[str]]) -> None:
    """What the figures are about, and the way back to all of it."""
    told = [
        WORDS[facet.key].format(" or ".join(facet.labels[one] for one in choices[facet.key]))
        for facet in facets
        if choices[facet.key]
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Everything below is about {safe(', '.join(told))} only.**", width="content")
        st.button(
            "Show the whole site",
            icon=":material/close:",
            type="tertiary",
            key="focus_clear",
            on_click=address.clear,
            args=(KEYS,),
        )
