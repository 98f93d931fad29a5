"""The first card of the Overview: of how many people work was found, and of whom not."""

from __future__ import annotations

import streamlit as st

from jira_usage import charts
from jira_usage.metrics import findings
from jira_usage.metrics.headline import standing_of
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.words import people_count
from jira_usage.ui import cards
from jira_usage.ui.frame import View


def show(view: View, roster: Roster) -> None:
    """One bar, split by standing, and the ways to the people of each part."""
    standing, whom = standing_of(roster)
    finding = findings.who_works(standing, view.days, licensed=roster.licenses_known)
    with cards.card(finding, findings.who_works_more(standing, view.days, roster.blind)):
        cards.chart(
            charts.who_works(standing),
            key="chart_who_works",
            alt=f"One bar, split by whether work was found. {finding}.",
        )
        with st.container(horizontal=True, gap="medium"):
            for row in standing.to_dict("records"):
                label = f"{row['label']}: {people_count(row['people'])}"
                filters = {**whom, "work": row["standing"]}
                cards.people_link(label, filters, ":material/group:")
