"""The cards of the Activity page: kinds, hours, products, projects and robots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, findings, narrowing
from jira_usage.metrics.kinds import option_of
from jira_usage.metrics.robots import robots
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.tables import instants, type_words
from jira_usage.metrics.words import WEEKDAYS
from jira_usage.ui import adoption_cards, cards, columns, product_seats, project_tables, way_back
from jira_usage.ui.view import View

MOST_ROBOTS = 500


def kinds(view: View) -> None:
    """How much of each kind of act."""
    told = view.cached(answers.acts_by_kind)
    finding = view.drawn(findings.kinds, told)
    more = "Counted acts of all accounts per day, by kind. Click a part to see whose they are."
    with cards.card(finding, more):
        cards.chart(
            view.chart(charts.kinds_by_day, view.cached(answers.acts_by_day)),
            key="chart_kinds",
            alt=f"Stacked bars of acts per day. {finding}.",
            opens=_did_on,
        )
        with st.expander("People and acts of each kind"):
            _kinds_table(view, told)


def hours(view: View) -> None:
    """When in the week."""
    told = view.cached(answers.weekday_hours)
    finding = view.drawn(findings.rhythm, told)
    more = f"Acts of people by hour of the week, in {view.zone}. Click an hour to see who."
    with cards.card(finding, more):
        cards.chart(
            view.chart(charts.weekday_hours, told, view.zone),
            key="chart_hours",
            alt=f"A grid of weekdays and hours. {finding}.",
            opens=_at_hour,
        )
        busy = view.drawn(_busy_hours, told)
        if len(busy):
            with st.expander("Hour by hour, as a table"):
                _hours_table(view, busy)


def products(view: View, roster: Roster) -> None:
    """The active people of each product per day."""
    told = view.cached(answers.product_days)
    with cards.card("Active people of each product"):
        if not roster.licenses_known:
            product_seats.show_unknown(roster, "Who has which product is unknown")
        elif told.empty:
            st.caption("Jira names no product on this site.")
        else:
            st.caption(
                "People with the product who worked anywhere in Jira that day. Jira does not "
                "say in which product an act was made: whoever has two products counts in both. "
                "Click a day to see who."
            )
            cards.chart(
                view.chart(charts.product_days, told),
                key="chart_products",
                alt="Bars of active people per day, a row for each product.",
                opens=_with_product_on,
            )
            product_seats.show_table(view, adoption_cards.PRODUCT)


def projects(view: View) -> None:
    """The projects that are worked in, with the way to their people."""
    told = view.cached(answers.project_adoption)
    finding = view.drawn(findings.projects, told)
    more = (
        "The projects most people worked in, then all of them. "
        "Click a bar or tick a row to see its people."
    )
    with cards.card(finding, more):
        cards.chart(
            view.chart(charts.projects_by_people, told),
            key="chart_projects",
            alt=f"Bars of people per project. {finding}.",
            opens=lambda point: project_tables.people_of(cards.named(point)),
        )
        project_tables.show_all(view, told, f"All projects. {finding}.")


def one_person() -> None:
    """The way to the days of anybody."""
    more = "The calendar, the kinds of act and the last acts of anybody, with links to Jira."
    with cards.card("One person's days", more):
        st.page_link("pages/users.py", label="Choose a person", icon=":material/person_search:")


def others(view: View, roster: Roster) -> None:
    """Whoever acted and is no person; a ticked row opens its acts."""
    told = view.drawn(_robot_rows, roster.people)
    more = "Apps, automations and portal customers are never active people. "
    with cards.card("Robots and other accounts", more + "Tick a row to see its acts."):
        if told.empty:
            return
        if len(told) > MOST_ROBOTS:
            st.caption(f"The {MOST_ROBOTS} with the most acts, of {len(told):,} accounts.")
            told = view.drawn(_most_active, told)
        picked = st.dataframe(
            view.table(told),
            key="robots",
            on_select="rerun",
            selection_mode="single-row",
            hide_index=True,
            column_order=("display_name", "type", "actions", "active_days", "last"),
            column_config={
                "display_name": "Name",
                "type": "Account type",
                "actions": columns.number("Acts", help=columns.acts(view.days, view.count_created)),
                "active_days": columns.number("Active days", help=columns.active_days(view.days)),
                "last": columns.moment(
                    "Last act", view.zone, help=columns.last_active(view.days, view.zone)
                ),
            },
            alt="Robots and other accounts that acted",
        ).selection.rows
    if picked:
        person = str(told["account_id"].iloc[picked[0]])
        way_back.open_person(person, "activity")


def _robot_rows(people: pd.DataFrame) -> pd.DataFrame:
    told = robots(people)
    return told.assign(last=instants(told["last_active_at"]), type=type_words(told))


def _most_active(told: pd.DataFrame) -> pd.DataFrame:
    return told.head(MOST_ROBOTS)


def _did_on(point: Mapping[str, Any]) -> dict[str, str]:
    """All accounts with an act of this kind on this date."""
    day = date.fromisoformat(str(point["x"])[:10])
    return narrowing.on(day) | {"kind": option_of(cards.named(point))}


def _at_hour(point: Mapping[str, Any]) -> dict[str, str] | None:
    """Everybody who acted in this hour of the week; of an hour without acts there is nobody."""
    weekday, hour, actions, *_ = point["customdata"]
    return cards.PEOPLE | narrowing.at_hour(int(weekday), int(hour)) if actions else None


def _busy_hours(told: pd.DataFrame) -> pd.DataFrame:
    """The hours with acts, as the week goes."""
    busy = told[told["actions"] > 0].reset_index(drop=True)
    return busy.assign(
        day=[WEEKDAYS[day] for day in busy["weekday"]],
        time=[f"{hour:02d}:00 to {hour:02d}:59" for hour in busy["hour"]],
    )


def _hours_table(view: View, busy: pd.DataFrame) -> None:
    st.caption("Tick an hour to see who.")
    picked = st.dataframe(
        view.table(busy),
        key="hours",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height="content" if len(busy) < 12 else 420,
        column_order=("day", "time", "actions", "mean"),
        column_config={
            "day": "Weekday",
            "time": f"Hour, {view.zone}",
            "actions": columns.number("Acts"),
            "mean": st.column_config.NumberColumn("Acts on such a day", format="%.1f"),
        },
        alt="Acts of people by hour of the week; hours without any are left out",
    ).selection.rows
    if picked:
        row = busy.iloc[picked[0]]
        cards.open_people(cards.PEOPLE | narrowing.at_hour(int(row["weekday"]), int(row["hour"])))


def _with_product_on(point: Mapping[str, Any]) -> dict[str, str]:
    return cards.active_on(str(point["x"])) | {"product": cards.named(point)}


def _kinds_table(view: View, told: pd.DataFrame) -> None:
    st.caption("Tick a row to see its people.")
    picked = st.dataframe(
        view.table(told),
        key="kinds",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        column_order=("label", "people", "actions", "robot_actions", "counted"),
        column_config={
            "label": "Kind of act",
            "people": "People",
            "actions": columns.number("Acts of people"),
            "robot_actions": columns.number("Acts of others"),
            "counted": "Makes a person active",
        },
        alt="People and acts of each kind",
    ).selection.rows
    if picked:
        cards.open_people(cards.PEOPLE | {"kind": str(told["kind"].iloc[picked[0]])})
