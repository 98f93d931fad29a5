"""Projects as tables: those of the site, and those that one person worked in."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from jira_usage.metrics.tables import instants
from jira_usage.ui import cards, columns


def show_all(projects: pd.DataFrame, zone: str, alt: str) -> None:
    """Takes project_activity; a ticked row opens the project's people."""
    picked = st.dataframe(
        projects.assign(last=instants(projects["last_act_at"])),
        key="projects",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        placeholder="none found",
        column_order=("project_key", "name", "people", "actions", "days", "last"),
        column_config={
            "project_key": "Key",
            "name": "Project",
            "people": "People",
            "actions": columns.number("Acts"),
            "days": columns.spark("Day by day", width=120),
            "last": columns.moment("Last act", zone),
        },
        alt=alt,
    ).selection.rows
    if picked and (key := str(projects["project_key"].iloc[picked[0]])):
        st.switch_page("pages/users.py", query_params={"type": "atlassian", "project": key})


def show_of_person(projects: pd.DataFrame, zone: str, days: int) -> None:
    """Takes person_projects."""
    with cards.part("Projects worked in"):
        if projects.empty:
            st.caption(f"None in the last {days} days.")
            return
        st.dataframe(
            projects.assign(last=instants(projects["last_act_at"])),
            hide_index=True,
            column_order=("project_key", "name", "actions", "days", "last"),
            column_config={
                "project_key": "Key",
                "name": "Project",
                "actions": columns.number("Acts"),
                "days": "Days",
                "last": columns.moment("Last act", zone),
            },
            alt="Projects this person worked in",
        )
