"""The first card of the Overview: one bar of verdicts, each part the way to its people."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.decisions import Noted, Thresholds
from jira_usage.metrics import answers, findings
from jira_usage.metrics.known import Known
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.verdicts import verdict_counts
from jira_usage.metrics.words import people_count
from jira_usage.ui import cards
from jira_usage.ui.view import View


def show(view: View, roster: Roster, noted: Noted) -> None:
    """One bar, split by verdict, and the ways to the people of each part."""
    limits, known = noted.thresholds, view.cached(answers.known_of)
    counts = view.drawn(_counts, roster.people, limits, known)
    finding = view.drawn(_finding, counts, limits.working, roster.licenses_known)
    with cards.card(finding, view.drawn(findings.who_works_more, counts, known, limits)):
        cards.chart(
            view.chart(charts.who_works, counts),
            key="chart_who_works",
            alt=f"One bar, split by verdict. {finding}.",
            opens=lambda point: {"verdict": cards.named(point)},
        )
        with st.container(horizontal=True, gap="medium"):
            for row in counts.to_dict("records"):
                label = f"{row['label']}: {people_count(row['people'])}"
                cards.people_link(label, {"verdict": row["verdict"]}, ":material/group:")
        if roster.licenses_known:
            st.page_link(
                "pages/reclaim.py",
                label="Whose license could be given back",
                icon=":material/undo:",
            )


def _finding(counts: pd.DataFrame, days: int, licensed: bool) -> str:
    return findings.who_works(counts, days, licensed=licensed)


def _counts(people: pd.DataFrame, limits: Thresholds, known: Known) -> pd.DataFrame:
    return verdict_counts(people["verdict"], limits, known)
