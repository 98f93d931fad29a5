"""Licenses: how many seats does each product have, and who of its people works?"""

from __future__ import annotations

import streamlit as st

from jira_usage.metrics import answers
from jira_usage.metrics.renewal_words import bought_seats
from jira_usage.metrics.tiles import tiles
from jira_usage.ui import cards, give_back_notes, product_seats
from jira_usage.ui.frame import frame, show_coverage, show_definition

THREE_COUNTS = (
    "Three counts that never add up: a **person** counts once, a **license** is one person's "
    "access to one product, a **seat** is what Jira bills. A person with two products "
    "holds two licenses."
)

view = frame("Licenses", question="What is paid for, who has it, and who works?")
roster = view.cached(answers.roster)
table = view.cached(answers.seat_table)

st.caption(THREE_COUNTS)
if not roster.licenses_known:
    product_seats.show_unknown(roster, "Licenses and seats are unknown")
elif table.empty:
    st.info("Jira names no product on this site.", title="No product found")

bought = bought_seats(give_back_notes.terms_said())
products = view.drawn(tiles, table, roster.blind, view.days, bought)
with st.grid(2, min_column_width=330):
    for tile in products:
        product_seats.show_tile(tile)

with cards.card("All products in one table", "Click a number of people to see them."):
    product_seats.show_table(view, product_seats.EVERY_COLUMN, bought)

if any(tile.without_work for tile in products):
    with cards.card("With a license, and no work found"):
        st.caption("They may still read: nobody here is called unused.")
        for tile in products:
            if tile.without_work:
                product_seats.show_names(view, roster, tile, tile.without_work)

show_definition(view)
show_coverage(view)
