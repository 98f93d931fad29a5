"""Users: every account, what it may use, and what it did."""

from __future__ import annotations

import streamlit as st

from jira_usage.ui import downloads, people_filters, people_table, reclaim_notes
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame("Users", question="Who is it, what may they use, and what did they do?")
roster = reclaim_notes.roster(view)

chosen = people_filters.show(view, roster)
people_filters.show_count(chosen, roster.size)
people_filters.show_unlisted(view, roster)

people_table.show(view, roster, chosen)

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    people_table.show_paging(chosen)
    with st.container(horizontal=True, horizontal_alignment="right", width="content"):
        people_table.show_size(chosen)
        downloads.show(view, roster, chosen)

show_definition(view)
show_coverage(view)
