"""Search, sorting and filters of the Users page, each option with the number it would show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from jira_usage.among import among
from jira_usage.coverage import accounts_words
from jira_usage.metrics import answers, narrowing
from jira_usage.metrics.facets import Facet
from jira_usage.metrics.matrix import Rows
from jira_usage.metrics.roster import SORTS, Roster
from jira_usage.metrics.tables import filters_in_words
from jira_usage.metrics.words import plural
from jira_usage.ui import address, clicks
from jira_usage.ui.view import View

ALWAYS_SHOWN = 4


@dataclass(frozen=True)
class Chosen:
    """The rows of the roster that were asked for, in order, and by which filters."""

    rows: Rows
    choices: Mapping[str, Sequence[str]]
    in_words: Mapping[str, str]

    @property
    def count(self) -> str:
        return plural(len(self.rows), "account")


def show(view: View, roster: Roster) -> Chosen:
    """Draws search, sorting and filters, and returns whom they choose."""
    choices = {facet.key: address.told(facet.key, facet.options) for facet in roster.facets}
    search = st.query_params.get("q", "")
    sort = address.chosen("sort", tuple(SORTS))
    asked = address.narrowing_of(view.period)
    also = None
    if asked:
        also = view.cached(
            answers.narrowed, asked, tuple(choices["kind"]), tuple(choices["project"])
        )
    selection = roster.select(choices, search, sort, also)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        show_search(search)
        show_sort("sort", SORTS, sort)
    first, more = roster.facets[:ALWAYS_SHOWN], roster.facets[ALWAYS_SHOWN:]
    with st.grid(4, min_column_width=160):
        for facet in first:
            show_filter(facet, choices[facet.key], selection.counts[facet.key])
    used = any(choices[facet.key] for facet in more)
    with st.expander("More filters", expanded=used), st.grid(4, min_column_width=160):
        for facet in more:
            show_filter(facet, choices[facet.key], selection.counts[facet.key])
    _narrowed(asked)
    told = filters_in_words(roster.facets, choices, search) | asked.in_words()
    return Chosen(selection.rows, choices, told)


def show_count(chosen: Chosen, size: int) -> None:
    """How many were found, and the way back to all."""
    of_all = f" of {size:,}" if chosen.in_words else ""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(
            f"**{chosen.count}**{of_all} · click a name, or tick a row, to open the person",
            help=clicks.BY_KEYBOARD,
        )
        if chosen.in_words:
            st.button(
                "Clear all filters",
                icon=":material/close:",
                type="tertiary",
                on_click=address.clear,
                args=((*chosen.choices, *narrowing.KEYS),),
            )


def show_unlisted(view: View, roster: Roster) -> None:
    """Why more accounts are here than Jira lists, where that is so."""
    here = among(view.snapshot.users["account_id"], roster.people["account_id"])
    listed = view.snapshot.users.loc[here, "listed"].fillna(True).astype(bool)
    states = dict(view.snapshot.coverage[["dataset", "state"]].to_numpy().tolist())
    if more := int((~listed).sum()):
        st.caption(
            f"{accounts_words(int(listed.sum()), states['users'])}, and {more:,} that it does not "
            "list: known only by acts or groups."
        )


def _narrowed(asked: narrowing.Narrowing) -> None:
    """What a chart was clicked for, as a button that takes it back."""
    if not asked:
        return
    with st.container(horizontal=True):
        for key, (label, words) in zip(asked.keys, asked.in_words().items(), strict=True):
            st.button(
                f"{label} {words}",
                icon=":material/close:",
                key=f"narrowed_{key}",
                help="Take this filter away.",
                on_click=address.clear,
                args=((key,),),
            )


def show_search(search: str) -> None:
    """The search for people, which looks while somebody types."""
    if st.session_state.get("q") != search:  # only then: who is typing must not be overtaken
        st.session_state["q"] = search
    st.text_input(
        "Search",
        key="q",
        type="search",
        live=True,
        placeholder="Name, email or account ID",
        on_change=address.write,
        args=("q",),
    )


def show_sort(key: str, sorts: Mapping[str, str], sort: str) -> None:
    """The order of the whole list, whatever its pages."""
    st.session_state[key] = sort
    st.selectbox(
        "Sort by",
        list(sorts),
        key=key,
        format_func=sorts.__getitem__,
        width=190,
        on_change=address.write,
        args=(key,),
    )


def show_filter(facet: Facet, chosen: list[str], counts: Mapping[str, int]) -> None:
    """One facet, each option with how many it would show."""
    st.session_state[facet.key] = chosen
    st.multiselect(
        facet.label,
        facet.offered(chosen),
        key=facet.key,
        format_func=lambda option: f"{facet.labels[option]} ({counts.get(option, 0):,})",
        placeholder="unknown" if facet.unknown else "All",
        help=facet.unknown or facet.help or None,
        disabled=bool(facet.unknown),
        select_all=False,
        on_change=address.write,
        args=(facet.key,),
    )
