"""That a license may seem to be free only because too few days are known, and what to do first."""

from __future__ import annotations

import streamlit as st

from jira_usage.metrics.reclaim import Reclaim
from jira_usage.metrics.unseen import unseen_people, unseen_words
from jira_usage.metrics.words import plural
from jira_usage.ui import sync_panel

ICON = ":material/history_toggle_off:"


def show(listed: Reclaim) -> None:
    """Of the whole list, and how to know more; nothing where enough is known."""
    if people := unseen_people(listed):
        counted = "Their licenses count here as ones that could be given back."
        st.warning(
            f"{unseen_words(listed, people)}. {counted} {_first(listed, how=True)}".strip(),
            title="Too few days are known to decide",
            icon=ICON,
        )


def show_of(listed: Reclaim, product_key: str, needed: int) -> None:
    """Of one product, for whose people so many seats are said to be needed."""
    if people := unseen_people(listed, product_key):
        more = f"more than {plural(needed, 'seat')} may be needed."
        st.warning(f"{unseen_words(listed, people)}: {more} {_first(listed)}".strip(), icon=ICON)


def _first(listed: Reclaim, *, how: bool = False) -> str:
    """What to do before anything is decided; nothing where no sync reaches further back."""
    known = listed.grounds.known.days
    days = sync_panel.days_for(listed.grounds.thresholds.quiet)
    if days <= known:
        return ""
    told = f"Sync {days} days before you decide"
    return f"{told}: {sync_panel.deeper_words(days)}" if how else f"{told}."
