"""Projects as tables: those of the site, and those that one person worked in."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from jira_usage.metrics.adoption import FADING_DAYS, LIFE_WORDS
from jira_usage.metrics.tables import instants
from jira_usage.metrics.words import plural
from jira_usage.ui import address, cards, columns
from jira_usage.ui.view import View

COLUMNS = ("project_key", "name", "people", "how", "actions", "days", "last", "lead", "members",
           "share")  # fmt: skip
LIFE = (
    "Fading: on the later half of the working days shown, half as many people as on the earlier, "
    f"or fewer. Told from {FADING_DAYS} days on."
)
MEMBERS = "Enabled people in a role of the project, where project roles could be read."


def show_all(view: View, projects: pd.DataFrame, alt: str) -> None:
    """Takes project_adoption; a ticked row opens the project's people."""
    life = _ask_life(projects)
    projects = view.drawn(_rows, projects, life)
    picked = st.dataframe(
        view.table(projects),
        key=f"projects_{life}" if life else "projects",  # a tick never moves to other rows
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        placeholder="—",
        column_order=COLUMNS,
        column_config={
            "project_key": "Key",
            "name": "Project",
            "people": "People",
            "how": st.column_config.TextColumn("Life", help=LIFE),
            "actions": columns.number("Acts", help=columns.acts(view.days, view.count_created)),
            "days": columns.spark("Day by day", width=120),
            "last": columns.moment("Last act", view.zone, help="In all that is kept."),
            "lead": "Lead",
            "members": columns.number("Members", help=MEMBERS),
            "share": st.column_config.NumberColumn(
                "Members active", format="percent", help="The share of them that worked in it."
            ),
        },
        alt=alt,
    ).selection.rows
    if picked and (key := str(projects["project_key"].iloc[picked[0]])):
        cards.open_people(people_of(key))


def _rows(projects: pd.DataFrame, life: str) -> pd.DataFrame:
    """The projects of one life, or all, with what the table shows of them."""
    if life:
        projects = projects[projects["life"] == life].reset_index(drop=True)
    return projects.assign(
        last=instants(projects["last_act_at"]),
        how=projects["life"].map(LIFE_WORDS),
        share=projects["share"].round(2),
    )


def _ask_life(projects: pd.DataFrame) -> str:
    """Which projects to list, by their life, with how many there are; the address keeps it."""
    numbers = projects.loc[projects["life"] != "", "life"].value_counts()
    chosen = next(iter(address.told("life", tuple(LIFE_WORDS))), "")
    st.session_state["life"] = chosen
    shown = [life for life in LIFE_WORDS if life in numbers or life == chosen]
    st.radio(
        "Which projects",
        ["", *shown],
        key="life",
        horizontal=True,
        format_func=lambda life: _life_words(life, int(numbers.get(life, 0))),
        help=LIFE,
        on_change=address.write,
        args=("life",),
    )
    return chosen


def _life_words(life: str, number: int) -> str:
    return f"{LIFE_WORDS[life]}: {plural(number, 'project')}" if life else "All"


def people_of(project_key: str) -> dict[str, str]:
    """The filters that show the people who worked in a project."""
    return cards.PEOPLE | {"project": project_key}


def show_of_person(view: View, projects: pd.DataFrame) -> None:
    """Takes person_projects."""
    with cards.part("Projects worked in"):
        if projects.empty:
            st.caption(f"None in the last {view.days} days.")
            return
        st.dataframe(
            projects.assign(
                last=instants(projects["last_act_at"]),
                project_key=projects["project_key"].where(projects["project_key"] != "", None),
            ),
            hide_index=True,
            column_order=("project_key", "name", "actions", "days", "last"),
            column_config={
                "project_key": "Key",
                "name": "Project",
                "actions": columns.number("Acts", help=columns.acts(view.days, view.count_created)),
                "days": columns.number("Days", help="Days with at least one of these acts."),
                "last": columns.moment("Last act", view.zone),
            },
            placeholder="—",
            alt="Projects this person worked in",
        )
