"""Data: what was synced, how complete it is, the proof of it, and where it is kept."""

from __future__ import annotations

import time

import streamlit as st

from jira_usage.ui import data_panel, nightly_panel, retention_panel, session, verify_panel
from jira_usage.ui.frame import frame

view = frame("Data", question="What do the figures rest on?")
signed = session.current()

st.header("The last sync", anchor=False)
data_panel.show_sync(view, now_ms=int(time.time() * 1000))
nightly_panel.show(signed, view.snapshot)

st.header("How complete it is", anchor=False)
data_panel.show_coverage_table(view)

if signed:
    st.header("Proof", anchor=False)
    verify_panel.show(signed, view)

st.header("What was read", anchor=False)
data_panel.show_rows(view)

st.header("Where it is kept", anchor=False)
if signed:
    retention_panel.show(signed, view.snapshot)
    data_panel.show_keeping(signed)
