"""Renewal: what do we pay, what could we save, and for how many seats should we renew?"""

from __future__ import annotations

import streamlit as st

from jira_usage.metrics import answers
from jira_usage.ui import (
    last_seen_panel,
    login,
    product_seats,
    renewal_card,
    renewal_total,
    renewal_view,
)
from jira_usage.ui.frame import frame, show_coverage, show_definition

view = frame("Renewal", question="What do we pay, what could we save, and for how many seats?")
roster = view.cached(answers.roster)
books = renewal_view.open_books(view)

st.caption(renewal_view.HOW)
short = books.listed.grounds.known.short(books.listed.grounds.thresholds)
if short and books.products:
    st.caption(short)
buffer = renewal_view.ask_buffer(books.kept, books.terms)
total = st.container()
plans = [renewal_card.show(view, books, product, buffer) for product in books.products]
renewal_total.show(total, books, plans)
if not roster.licenses_known:
    product_seats.show_unknown(roster, "Licenses are unknown, so no renewal can be weighed")
elif not books.products:
    st.info("Nobody holds a license of a Jira product here.", title="Nothing to renew")

if login.is_administrator():
    renewal_total.show_settings(books)
last_seen_panel.show(view, books, roster)

show_definition(view)
show_coverage(view)
