"""The server's schedule, in a line: when it syncs by itself, and how the last night went."""

from __future__ import annotations

import os

import streamlit as st

from jira_usage import nightly
from jira_usage.alerts.telling import trouble_of
from jira_usage.errors import JiraUsageError
from jira_usage.metrics.words import plural
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.ui import login
from jira_usage.ui.session import Session
from jira_usage.ui.text import moment, safe

AGAIN = "It is tried again."
AGAIN_REFUSED = (
    "It is tried again once the settings file has changed, else at the next regular time: Jira "
    "locks a login that fails too often."
)


def show(signed: Session | None, snapshot: Snapshot) -> None:
    """Nothing where the server does not sync by itself, or another site is shown."""
    if signed is None or signed.origin != "environment":
        return
    try:
        told = nightly.standing(os.environ)
        trouble = trouble_of(nightly.notebook(Store.open(os.environ), signed.connection))
    except JiraUsageError:
        return  # the page is about the data, and that is there
    if trouble and login.is_administrator():
        st.warning(safe(trouble), title="The last alert was not sent", icon=":material/mail_off:")
    if told is None:
        return
    schedule, runs = told
    runs = runs.since(snapshot.as_of_ms - int(snapshot.meta["skew_ms"]))
    if runs.failures:
        again = AGAIN_REFUSED if runs.refused else AGAIN
        st.warning(
            f"{safe(runs.trouble)}. Tried {plural(runs.failures, 'time')} since "
            f"{moment(runs.failing_since, schedule.zone)}. {again} "
            "What you see is the last good sync.",
            title="The nightly sync fails",
            icon=":material/event_repeat:",
        )
    next_at = schedule.next_at(runs, nightly.now_ms())
    st.caption(
        f":material/schedule: Syncs by itself every day at {schedule.at:%H:%M} "
        f"({safe(schedule.zone)}). Next: {moment(next_at, schedule.zone)}."
    )
