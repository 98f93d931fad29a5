"""The numbers of the Changes page: a card for each kind of change, the way to its people."""

from __future__ import annotations

from typing import Final

import streamlit as st

from jira_usage.metrics.realized import GONE, STILL_THERE, Realized
from jira_usage.metrics.tiles import UNKNOWN
from jira_usage.metrics.whats_new import BEGAN, CAME_BACK, CHANGE_WORDS, STOPPED, WhatsNew
from jira_usage.metrics.words import people_count, plural
from jira_usage.schema import DISABLED, ENABLED, GOT, JOINED, LEFT, LOST
from jira_usage.ui import cards
from jira_usage.ui.reclaim_cards import money
from jira_usage.ui.text import safe

SHOW: Final = "show"
MEANS: Final = {
    JOINED: "People whom Jira lists now and did not list then.",
    LEFT: "People whom Jira listed then and does not list now.",
    GOT: "People with access to a product that they did not have then.",
    LOST: "People without access to a product that they had then.",
    ENABLED: "People whose account was deactivated then and is enabled now.",
    DISABLED: "People whose account was enabled then and is deactivated now.",
    STOPPED: "Licensed people whose verdict was Working then and is another one now.",
    CAME_BACK: "Licensed people who had worked, then not for as long as it takes to be no "
    "longer Working, and then did again.",
    BEGAN: "Licensed people whose first act that is known was done since then.",
}


def shown() -> str:
    """The kind of change the address asks for; empty for all."""
    told = st.query_params.get(SHOW, "")
    return told if told in CHANGE_WORDS else ""


def show(new: WhatsNew) -> None:
    """A card for each kind of change; those that are unknown for one reason share one."""
    together = alike(new)
    with st.grid(3, min_column_width=160):
        for change, label in CHANGE_WORDS.items():
            if not any(change in some for some in together.values()):
                _card(new, change, label)
    for why, some in together.items():
        with st.container(border=True):
            labels = ", ".join(CHANGE_WORDS[change].lower() for change in some)
            st.markdown(f"**{labels.capitalize()}: {UNKNOWN}**")
            for words in (why, *(new.notes.get(change, "") for change in some)):
                if words:
                    st.caption(safe(words))


def alike(new: WhatsNew) -> dict[str, list[str]]:
    """By the reason: the kinds of change that are unknown for it, where they are several."""
    found: dict[str, list[str]] = {}
    for change in CHANGE_WORDS:
        why = new.untold.get(change, "")
        if why and not new.people(change):
            found.setdefault(why, []).append(change)
    return {why: some for why, some in found.items() if len(some) > 1}


def show_realized(told: Realized | None, currency: str) -> None:
    """What became of the decisions to release a license."""
    if told is None or not len(told.rows):
        return
    decided = plural(len(told.rows), "license")
    with cards.card("Decided to release", f"Whether {decided} decided about really went."):
        with st.container(horizontal=True, gap="medium"):
            st.metric("Gone", f"{told.number(GONE):,}", help="No longer held, by the last sync.")
            st.metric("Still there", f"{told.number(STILL_THERE):,}")
            if told.monthly:
                st.metric(
                    "Saved a month",
                    money(told.monthly, currency),
                    help="By the prices told on the page Renewal. When it reaches the bill "
                    "depends on the plan.",
                )
        if told.unpriced:
            st.caption(f"For {plural(told.unpriced, 'license')} of these no price is known.")


def _card(new: WhatsNew, change: str, label: str) -> None:
    why, number = new.untold.get(change, ""), new.people(change)
    with st.container(border=True, height="stretch"):
        # What was found by an earlier sync is told even where the last one could not look.
        st.metric(label, UNKNOWN if why and not number else f"{number:,}", help=MEANS[change])
        for words in (why, new.notes.get(change, "")):
            if words:
                st.caption(safe(words))
        if number:
            st.button(
                people_count(number),
                icon=":material/arrow_forward:",
                type="tertiary",
                key=f"changes_open_{change}",
                on_click=_open,
                args=(change,),
            )


def _open(change: str) -> None:
    """Filters this very page: a link to the page one is on does not reach the address bar."""
    st.query_params[SHOW] = change
