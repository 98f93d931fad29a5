"""Overview: who works here, and who doesn't?"""

from __future__ import annotations

import streamlit as st

from jira_usage.decisions import Noted
from jira_usage.metrics import answers
from jira_usage.metrics.headline import give_back_headline, headlines
from jira_usage.metrics.renewal_words import bought_seats
from jira_usage.ui import cards, give_back_notes, product_seats, reclaim_notes, work_card
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame("Overview", question="Who works here, and who doesn't?")
noted = reclaim_notes.noted() or Noted()
roster = view.cached(answers.judged_roster, noted)

work_card.show(view, roster, noted)

told = list(view.drawn(headlines, roster, view.days))
listed = None
if roster.licenses_known:
    beside = reclaim_notes.beside()
    listed = view.cached(answers.reclaim_list, noted, beside)
    told.insert(-1, give_back_headline(listed, beside.currency))
cards.headline_cards(told)
if listed is not None:
    give_back_notes.show(view, listed)

cards.active_trend(view)

with cards.card("Licenses by product"):
    if roster.licenses_known:
        st.caption(
            "People, licenses and seats are three counts. Do not add them up. "
            "Click a number of people to see them."
        )
        bought = bought_seats(give_back_notes.terms_said())
        product_seats.show_table(view, product_seats.MAIN_COLUMNS, bought)
    else:
        product_seats.show_unknown(roster, "Licenses are unknown")
    st.page_link("pages/licenses.py", label="All about licenses", icon=":material/key:")

show_definition(view)
show_coverage(view)
