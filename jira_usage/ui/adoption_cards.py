"""How well Jira is taken up, and what may not be people's daily work: cards of Activity."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, narrowing
from jira_usage.metrics.oddities import LONG_DAY_HOURS, LONG_DAYS, USUAL_HOURS
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.rows import each
from jira_usage.metrics.tables import NO_NAME
from jira_usage.metrics.words import people_count, plural
from jira_usage.ui import cards, columns, way_back
from jira_usage.ui.people_table import HIGHEST, ROW_HEIGHT
from jira_usage.ui.text import safe
from jira_usage.ui.view import View

PRODUCT = ("product_name", "licensed_users", "active_users", "utilization")
MOST_SPIKES = 3


def spikes(view: View) -> None:
    """A note where dates stand far above the usual."""
    told = view.cached(answers.spikes)
    if told.empty:
        return
    lines = [
        f"- {row.date:%A}, {row.date:%B} {row.date.day}: {int(row.actions):,} acts, usually "
        f"{row.usual:,.0f}; {row.share:.0%} of them {row.kind.lower()}."
        for row in each(told.nlargest(MOST_SPIKES, "actions").sort_values("date"))
    ]
    more = f"\n\nAnd {len(told) - MOST_SPIKES} more." if len(told) > MOST_SPIKES else ""
    st.info(
        "\n".join(lines) + more + "\n\nA bulk change or an import makes many people look active.",
        title=f"{plural(len(told), 'day')} with far more acts than usual",
        icon=":material/bolt:",
    )


def days_worked(view: View) -> None:
    """How many people work daily, and how many now and then."""
    told = view.cached(answers.days_worked)
    number = int(told["last"].iloc[-1])
    if not number or not int(told["people"].sum()):
        return
    rates = view.cached(answers.rates)
    mean = "" if rates.days_each is None else f"{rates.days_each:.1f}"
    more = (
        "Of the people active in these days, by how many working days they acted on. "
        "Tick a row to see who."
    )
    title = f"An active person worked on {mean} of {plural(number, 'working day')}"
    with cards.card(title, more):
        picked = st.dataframe(
            view.table(view.drawn(_days_rows, told)),
            key="days_worked",
            on_select="rerun",
            selection_mode="single-row",
            hide_index=True,
            column_order=("label", "people", "share"),
            column_config={
                "label": "Working days",
                "people": columns.number("People"),
                "share": st.column_config.ProgressColumn(
                    "Share of active people", format="percent", color=charts.PEOPLE
                ),
            },
            alt="People by the number of working days they acted on",
        ).selection.rows
    if picked:
        row = told.iloc[picked[0]]
        cards.open_people(cards.PEOPLE | narrowing.worked_on(int(row["first"]), int(row["last"])))


def groups(view: View, roster: Roster) -> None:
    """The people of each group and who of them works; a ticked row opens them."""
    if not roster.roles_known:
        return
    told = view.cached(answers.group_activity)
    if told.empty:
        return
    more = "Groups that grant a product or administration, their enabled people, and who worked. "
    with cards.card("Work by group", more + "Tick a row to see its people."):
        picked = st.dataframe(
            view.table(view.drawn(_group_rows, told)),
            key="groups",
            on_select="rerun",
            selection_mode="single-row",
            hide_index=True,
            height=min(ROW_HEIGHT * (len(told) + 1) + 3, HIGHEST // 2),
            column_config={
                "name": st.column_config.TextColumn("Group"),
                "people": columns.number("People"),
                "active": columns.number("Worked"),
                "share": st.column_config.ProgressColumn(
                    "Worked, share", format="percent", color=charts.PEOPLE
                ),
            },
            alt="People of each group, and who of them worked",
        ).selection.rows
    if picked:
        found = {
            "type": "atlassian",
            "status": "enabled",
            "group": str(told["name"].iat[picked[0]]),
        }
        cards.open_people(found)


def round_the_clock(view: View) -> None:
    """The people who never seem to sleep; a ticked row opens their acts."""
    told = view.cached(answers.round_the_clock)
    if told.empty:
        return
    why = (
        f"Acts in {LONG_DAY_HOURS} or more hours of the day on {LONG_DAYS} days, or in more than "
        f"{USUAL_HOURS} on average: automation may act under this name. They count as people."
    )
    with cards.card(f"{people_count(len(told))} acting round the clock", why):
        picked = st.dataframe(
            view.table(view.drawn(_named_rows, told)),
            key="round_the_clock",
            on_select="rerun",
            selection_mode="single-row",
            hide_index=True,
            column_order=("name", "active_days", "long_days", "hours"),
            column_config={
                "name": "Name",
                "active_days": columns.number("Active days", help=columns.active_days(view.days)),
                "long_days": f"Days with {LONG_DAY_HOURS}+ hours",
                "hours": st.column_config.NumberColumn("Hours a day, mean", format="%.1f"),
            },
            alt="People acting round the clock",
        ).selection.rows
        st.caption(f"By the clocks of {safe(view.zone)}.")
    if picked:
        person = str(told["account_id"].iloc[picked[0]])
        way_back.open_person(person, "activity")


def _days_rows(told: pd.DataFrame) -> pd.DataFrame:
    labels = [
        "Other days only" if not row.last else _range(int(row.first), int(row.last))
        for row in each(told)
    ]
    return told.assign(label=labels, share=told["share"].round(2))


def _group_rows(told: pd.DataFrame) -> pd.DataFrame:
    return told.round({"share": 2})


def _named_rows(told: pd.DataFrame) -> pd.DataFrame:
    return told.assign(name=told["display_name"].where(told["display_name"] != "", NO_NAME))


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
