"""Licenses: how many seats does each product have, and who of its people works?"""

from __future__ import annotations

import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers
from jira_usage.metrics.tiles import tiles
from jira_usage.ui.frame import frame, show_coverage, show_definition
from jira_usage.ui.text import safe

SEATS = ("product_name", "seats_words", "seats_used", "left_words")
PEOPLE = ("licensed_users", "active_users", "inactive_users", "utilization", "included_users")

view = frame("Licenses", question="What is paid for, who has it, and who works?")
roster = view.cached(answers.roster)
table = view.cached(answers.seat_table)

st.caption(
    "Three counts that never add up: a **person** counts once, a **license** is one person's "
    "access to one product, a **seat** is what Jira bills. A person with two products "
    "holds two licenses."
)
if not roster.licenses_known:
    st.info(safe(roster.facet("product").unknown), title="Licenses and seats are unknown")
elif table.empty:
    st.info("Jira names no product on this site.", title="No product found")

with st.grid(2, min_column_width=330) as grid:
    for tile in tiles(table, roster.blind, view.days):
        with st.container(border=True, height="stretch"):
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.subheader(safe(tile.name), anchor=False)
                st.badge(tile.plan, color="gray")
            with st.container(horizontal=True, gap="medium"):
                for name, value, meaning in tile.numbers:
                    st.metric(name, value, help=meaning, width="content")
            if tile.utilization is not None:
                st.progress(tile.utilization, text=tile.sentence)
            else:
                st.caption(tile.sentence)
            for note in tile.notes:
                st.caption(safe(note))
            with st.container(horizontal=True, gap="xsmall"):
                for link in tile.links:
                    st.page_link(
                        "pages/users.py",
                        label=link.label,
                        icon=":material/arrow_forward:",
                        query_params=dict(link.filters),
                    )

with st.container(border=True):
    st.subheader("All products in one table", anchor=False)
    st.dataframe(
        table.round({"utilization": 2}),
        hide_index=True,
        placeholder="unknown",
        column_order=[*SEATS, *PEOPLE],
        column_config={
            "product_name": st.column_config.TextColumn("Product", pinned=True),
            "seats_words": st.column_config.TextColumn("Seats", alignment="right"),
            "seats_used": "Used, by Jira's count",
            "left_words": st.column_config.TextColumn("Left, by Jira's count", alignment="right"),
            "licensed_users": "With a license",
            "active_users": "Worked",
            "inactive_users": "No work found",
            "utilization": st.column_config.ProgressColumn(
                "Worked, share", format="percent", color=charts.PEOPLE
            ),
            "included_users": "Included",
        },
        alt="Seats and people of each product",
    )

show_definition(view)
show_coverage(view)
