"""Where verdicts change: four numbers, and at once how many people another choice moves."""

from __future__ import annotations

import streamlit as st

from jira_usage import decisions
from jira_usage.decisions import LONGEST_THRESHOLD, Noted, Thresholds
from jira_usage.errors import InvalidInput, JiraUsageError
from jira_usage.metrics import answers
from jira_usage.metrics.verdicts import moved
from jira_usage.metrics.words import people_count, verdict_words
from jira_usage.ui import reclaim_notes
from jira_usage.ui.errors import show_error
from jira_usage.ui.view import View

FIELDS = {
    "working": ("Working: days back", "An act on one of the last so many dates, today included."),
    "cooling": ("Cooling: up to", "The last act is on one of so many dates."),
    "quiet": ("Quiet: up to", "Further back than this, it is “No work found”."),
    "new": ("New: first days", "For so many dates after they were first seen."),
}
MOST_TOLD = 5
TROUBLE = "thresholds_trouble"


def show(view: View, noted: Noted) -> None:
    """The expander with the numbers."""
    with st.expander("Where verdicts change", icon=":material/tune:"):
        st.caption(
            "These numbers are kept with the site's data, for everybody who sees it here. "
            "An act on date D is today − D days ago, by the days of the chosen zone."
        )
        told = {}
        with st.grid(4, min_column_width=140):
            for name, (label, meaning) in FIELDS.items():
                told[name] = st.number_input(
                    label,
                    1,
                    LONGEST_THRESHOLD,
                    getattr(noted.thresholds, name),
                    key=f"threshold_{name}",
                    help=meaning,
                )
        trouble = st.session_state.pop(TROUBLE, None)
        try:
            wanted = Thresholds(**{name: int(days) for name, days in told.items()})
        except InvalidInput as error:
            show_error(error, calm=True)
            return
        if isinstance(trouble, JiraUsageError):
            show_error(trouble)
        _preview(view, noted, wanted)
        with st.container(horizontal=True):
            _button("Save", wanted, wanted == noted.thresholds, "threshold_save")
            usual = noted.thresholds == Thresholds()
            _button("Back to 30, 60, 90 and 30", Thresholds(), usual, "threshold_usual")


def _preview(view: View, noted: Noted, wanted: Thresholds) -> None:
    if wanted == noted.thresholds:
        st.caption("Move a number to see how many people change side.")
        return
    before = view.cached(answers.judged, noted).people["verdict"]
    after = view.cached(answers.judged, noted.with_thresholds(wanted)).people["verdict"]
    changes = moved(before, after)
    number = int(changes["people"].sum())
    st.markdown(f"Saving this changes **{people_count(number)}**.")
    was, then = verdict_words(noted.thresholds.quiet), verdict_words(wanted.quiet)
    for row in changes.head(MOST_TOLD).to_dict("records"):
        st.caption(f"{was[row['before']]} → {then[row['after']]}: {people_count(row['people'])}")


def _button(label: str, thresholds: Thresholds, disabled: bool, key: str) -> None:
    st.button(label, disabled=disabled, key=key, on_click=_save, args=(thresholds,))


def _save(thresholds: Thresholds) -> None:
    try:
        decisions.set_thresholds(reclaim_notes.kept(), thresholds)
    except JiraUsageError as error:
        st.session_state[TROUBLE] = error
        return
    for name in FIELDS:
        st.session_state[f"threshold_{name}"] = getattr(thresholds, name)
