"""Reclaim: which licenses could go back, the reasons for and against, and what was decided."""

from __future__ import annotations

import streamlit as st

from jira_usage.decisions import Noted
from jira_usage.metrics import answers
from jira_usage.ui import (
    give_back_notes,
    login,
    product_seats,
    reclaim_cards,
    reclaim_decide,
    reclaim_files,
    reclaim_filters,
    reclaim_notes,
    reclaim_table,
    reclaim_thresholds,
)
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame("Reclaim", question="Whose license could be given back, and how sure is that?")
noted = reclaim_notes.noted()
roster = view.cached(answers.roster)
if not roster.licenses_known:
    product_seats.show_unknown(roster, "Whose license it is can't be told")
    st.stop()

beside = reclaim_notes.beside()
listed = view.cached(answers.reclaim_list, noted or Noted(), beside)

reclaim_cards.show(listed, beside.currency)
give_back_notes.show(view, listed)
chosen = reclaim_filters.show(listed)
picked = reclaim_table.show(view, listed, chosen, beside.currency)
may_decide = noted is not None and login.is_administrator()
reclaim_decide.show(picked, may_decide)
reclaim_table.show_paging(view, listed, chosen)
if noted is not None and may_decide:
    reclaim_files.show_upload(view, noted)
    reclaim_thresholds.show(view, noted)

show_definition(view)
show_coverage(view)
