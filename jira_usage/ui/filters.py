"""What every figure depends on: the zone, the window and the definition. Kept in the URL."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from jira_usage.period import DAY_MS, zone_names
from jira_usage.snapshot import Snapshot

WINDOWS = (7, 14, 30, 60, 90, 180)
USUAL_WINDOW = 30


def show(snapshot: Snapshot) -> tuple[str, int, bool]:
    """Draws the filters; returns zone, days and whether issue creation counts."""
    windows = windows_of(snapshot)
    zones = sorted(zone_names() | {snapshot.timezone})
    usual = max(days for days in windows if days <= USUAL_WINDOW)
    keep("days", windows, usual)
    keep("zone", zones, snapshot.timezone)
    keep("created", (True, False), False)
    days = st.segmented_control(
        "Days shown",
        windows,
        default=usual,
        required=True,
        key="days",
        bind="query-params",
        help="The calendar days up to today. Sync more days to choose a longer window.",
    )
    zone = st.selectbox(
        "Time zone",
        zones,
        index=zones.index(snapshot.timezone),
        key="zone",
        bind="query-params",
        help="Days begin and end at midnight of this zone.",
    )
    created = st.toggle(
        "Count issue creation",
        key="created",
        bind="query-params",
        help="Off: comments, changes and work logs count as activity. "
        "On: creating an issue counts too.",
    )
    return str(zone), int(days or usual), bool(created)


def windows_of(snapshot: Snapshot) -> list[int]:
    """The windows that what was synced can fill; the shortest in any case."""
    known_days = (snapshot.as_of_ms - snapshot.covered_from_ms) // DAY_MS
    return [days for days in WINDOWS if days <= known_days] or [WINDOWS[0]]


def keep(key: str, options: Collection[object], usual: object) -> None:
    """Carries a choice that is bound to the URL over to the next page.

    Streamlit forgets a value that came from a link for one run of the next page, unless
    it is set again, and leaves it out of that page's address. What is no option any more
    is dropped.
    """
    if key not in st.session_state:
        return
    chosen = st.session_state[key]
    if chosen not in options:
        del st.session_state[key]
        return
    st.session_state[key] = chosen
    if chosen != usual and key not in st.query_params:
        with suppress(StreamlitAPIException):  # bound already: then Streamlit writes it
            st.query_params[key] = str(chosen).lower() if chosen is True else str(chosen)
