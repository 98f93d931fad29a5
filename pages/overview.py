"""Overview: who works here, and who doesn't?"""

from __future__ import annotations

import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, findings
from jira_usage.metrics.headline import headlines, standing_of
from jira_usage.metrics.words import people_count
from jira_usage.ui.frame import frame, show_coverage, show_definition
from jira_usage.ui.text import safe

COLUMNS = ["product_name", "licensed_users", "active_users", "inactive_users", "utilization"]
COLUMNS += ["seats_words", "seats_used"]

view = frame("Overview", question="Who works here, and who doesn't?")
roster = view.cached(answers.roster)

grid = st.grid(4, min_column_width=160)
for headline in headlines(roster, view.days):
    with grid.container(border=True, height="stretch"):
        st.metric(headline.label, headline.value, help=headline.help)
        st.caption(safe(headline.note))
        if headline.link:
            st.page_link(
                "pages/users.py",
                label=headline.link,
                icon=":material/arrow_forward:",
                query_params=dict(headline.filters),
            )

standing, whom = standing_of(roster)
with st.container(border=True):
    finding = findings.who_works(standing, view.days, licensed=roster.licenses_known)
    st.subheader(safe(finding), anchor=False)
    st.caption(safe(findings.who_works_more(standing, view.days, roster.blind)))
    st.plotly_chart(
        charts.who_works(standing),
        config=charts.CONFIG,
        key="chart_who_works",
        alt=f"One bar, split by whether work was found. {finding}.",
    )
    with st.container(horizontal=True, gap="medium"):
        for row in standing.to_dict("records"):
            st.page_link(
                "pages/users.py",
                label=f"{row['label']}: {people_count(row['people'])}",
                icon=":material/group:",
                query_params={**whom, "work": row["standing"]},
            )

trend, rates = view.cached(answers.active_trend), view.cached(answers.rates)
with st.container(border=True):
    finding = findings.trend(rates, trend)
    st.subheader(finding, anchor=False)
    st.caption(f"People with at least one counted act, per day. {findings.trend_more(trend)}")
    st.plotly_chart(
        charts.active_trend(trend),
        config=charts.CONFIG,
        key="chart_trend",
        alt=f"Bars of active people per day with a 7-day mean. {finding}.",
    )

with st.container(border=True):
    st.subheader("Licenses by product", anchor=False)
    if roster.licenses_known:
        st.caption("People, licenses and seats are three counts. Do not add them up.")
        st.dataframe(
            view.cached(answers.seat_table).round({"utilization": 2}),
            hide_index=True,
            placeholder="unknown",
            column_order=COLUMNS,
            column_config={
                "product_name": st.column_config.TextColumn("Product", pinned=True),
                "licensed_users": "People with a license",
                "active_users": "Worked",
                "inactive_users": "No work found",
                "utilization": st.column_config.ProgressColumn(
                    "Worked, share", format="percent", color=charts.PEOPLE
                ),
                "seats_words": st.column_config.TextColumn("Seats", alignment="right"),
                "seats_used": "Used, by Jira's count",
            },
            alt="People and seats of each product",
        )
    else:
        st.info(safe(roster.facet("product").unknown), title="Licenses are unknown")
    st.page_link("pages/licenses.py", label="All about licenses", icon=":material/key:")

show_definition(view)
show_coverage(view)
