"""How long data is kept: said to everybody, set by administrators."""

from __future__ import annotations

import streamlit as st

from jira_usage.errors import JiraUsageError
from jira_usage.metrics.words import plural
from jira_usage.retention import (
    LONGEST_DAYS,
    SHORTEST_DAYS,
    Retention,
    retention,
    retention_words,
    set_retention,
)
from jira_usage.snapshot import Snapshot
from jira_usage.ui import login
from jira_usage.ui.errors import show_error
from jira_usage.ui.session import Session

TROUBLE = "retention_trouble"
USUAL_LEFT = 90


def show(signed: Session, snapshot: Snapshot) -> None:
    """What is agreed, how many people it leaves out, and the way to change it."""
    damaged = None
    try:
        agreed = retention(signed.kept)
        told = retention_words(agreed)
    except JiraUsageError as error:
        agreed, told, damaged = Retention(), "", error
    if left_out := int(snapshot.meta.get("left_out") or 0):
        verb = "is" if left_out == 1 else "are"
        told += f" {plural(left_out, 'account')} {verb} left out for that reason."
    if told:
        st.markdown(told)
    if not login.is_administrator():
        return
    if damaged:
        show_error(damaged)
    if trouble := st.session_state.pop(TROUBLE, None):
        show_error(trouble)
    with st.expander("How long it is kept", icon=":material/auto_delete:"):
        _show_form(signed, agreed, damaged=damaged is not None)


def _show_form(signed: Session, agreed: Retention, *, damaged: bool) -> None:
    acts = st.number_input(
        "Days of acts",
        SHORTEST_DAYS,
        LONGEST_DAYS,
        agreed.acts,
        key="retention_acts",
        width=240,
        help="Older comments, changes and work logs are deleted here at the next sync.",
    )
    sooner = st.toggle(
        "Delete people who left sooner",
        agreed.left is not None,
        key="retention_sooner",
        help="Somebody left whose account is disabled, or is not in Jira's list any more. "
        "Days count from the first sync that finds it so. Whoever comes back is shown again.",
    )
    left = None
    if sooner:
        left = st.number_input(
            "Days that people are kept after they left",
            SHORTEST_DAYS,
            int(acts),
            min(agreed.left or USUAL_LEFT, int(acts)),
            key="retention_left",
            width=240,
            help="Then their names, addresses, acts and decisions are deleted here.",
        )
    st.caption(
        "It counts from the next sync on. The snapshot before the last one is kept beside it, so "
        "what is deleted has left the disk a sync later. Days with people who are deleted count "
        "fewer acts than before."
    )
    wanted = Retention(int(acts), None if left is None else int(left))
    st.button(
        "Save",
        disabled=wanted == agreed and not damaged,
        key="retention_save",
        on_click=_save,
        args=(signed, wanted),
    )


def _save(signed: Session, wanted: Retention) -> None:
    try:
        set_retention(signed.kept, wanted)
    except JiraUsageError as error:
        st.session_state[TROUBLE] = error
    else:
        st.toast("Kept. It counts from the next sync on.", icon=":material/auto_delete:")
