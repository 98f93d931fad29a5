"""Since when changes are told: the last sync, or a date that the address keeps."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from jira_usage.metrics import answers
from jira_usage.metrics.known import previous_sync
from jira_usage.metrics.words import date_words
from jira_usage.ui import address
from jira_usage.ui.text import moment
from jira_usage.ui.view import View

SINCE = "since"
AGO = (7, 30)
NOTHING_TO_COMPARE = (
    "This is the first sync: changes are told from the next one on. "
    "Choose a date to see who stopped working since, came back or began."
)


def show(view: View) -> date | None:
    """Draws the choice; returns the date, None for “since the last sync”."""
    known = view.cached(answers.known_of)
    first = min(known.first_on, known.today)
    told = _told(first, known.today)
    if st.session_state.get(SINCE) != told:
        st.session_state[SINCE] = told
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input(
            "Since",
            value=None,
            min_value=first,
            max_value=known.today,
            key=SINCE,
            format="YYYY-MM-DD",
            width=200,
            on_change=_write,
            help="The beginning of a date, in the chosen zone. Empty: since the last sync.",
        )
        if told is not None:
            st.button(
                "Since the last sync",
                icon=":material/history:",
                type="tertiary",
                on_click=address.clear,
                args=((SINCE,),),
            )
        for days in AGO:
            day = known.today - timedelta(days=days)
            if first <= day != told:
                st.button(
                    f"{days} days ago",
                    key=f"since_{days}",
                    type="tertiary",
                    on_click=_choose,
                    args=(day,),
                )
    return told


def words(view: View, since_on: date | None) -> str:
    """What is compared with what, in a sentence of Markdown."""
    before = previous_sync(view.snapshot)
    now = moment(view.snapshot.as_of_ms, view.zone)
    if since_on is not None:
        start = f"the beginning of {date_words(since_on)}"
    elif before is not None:
        start = f"the last sync, {moment(before, view.zone)}"
    else:
        return ""
    return f"What is different at {now} from how it was at {start}."


def _told(first: date, last: date) -> date | None:
    """The date in the address; what is none, or is not known, is dropped from it."""
    text = st.query_params.get(SINCE)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not first <= day <= last:
        st.query_params.pop(SINCE, None)
        return None
    return day


def _choose(day: date) -> None:
    st.query_params[SINCE] = day.isoformat()


def _write() -> None:
    day = st.session_state[SINCE]
    if day is None:
        st.query_params.pop(SINCE, None)
    else:
        st.query_params[SINCE] = day.isoformat()
