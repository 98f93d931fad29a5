"""Person: what one account did, and through which group it holds each license."""

from __future__ import annotations

import streamlit as st

from jira_usage.decisions import Noted
from jira_usage.metrics import answers
from jira_usage.ui import (
    cards,
    forget_panel,
    person_panel,
    project_tables,
    reclaim_notes,
    way_back,
)
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame(
    "Person",
    question="What did they do, and what may they use?",
    heading=person_panel.name,
)
noted = reclaim_notes.noted() or Noted()
roster = view.cached(answers.judged_roster, noted)
account_id = st.query_params.get("person", "")

way_back.show(roster.facets)
person = person_panel.find(view, roster, account_id)
told = view.cached(answers.person_page, account_id)

with cards.card("Account and work"):
    person_panel.show_who(person, roster.blind, view.days)
    person_panel.show_verdict(view, account_id, noted)
    person_panel.show_days(view, person["name"], told, roster.blind)

if roster.licenses_known:
    person_panel.show_reasons(view, account_id, noted)

with st.grid(2, min_column_width=person_panel.SIDE_BY_SIDE):
    person_panel.show_access(person, told["access"], roster)
    project_tables.show_of_person(view, told["projects"])

person_panel.show_last_acts(told["acts"], view.zone)

forget_panel.show(person["name"], account_id)

show_definition(view)
show_coverage(view)
