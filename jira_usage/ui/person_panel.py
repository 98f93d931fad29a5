"""One account: who it is, its days, the way to its licenses, its projects and last acts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.metrics import findings
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.tables import instants, people_table, roles_in_words
from jira_usage.ui import brand, cards, columns, product_seats
from jira_usage.ui.frame import View
from jira_usage.ui.text import safe


def find(view: View, roster: Roster, account_id: str) -> pd.Series:
    """The account in words; stops the page where it is not known."""
    place = roster.place(account_id)
    if len(place):
        return people_table(roster.rows(place), view.snapshot.products).iloc[0]
    if account_id:
        st.info(
            "It may have been deleted since, or the link is of another site.",
            title="No such account in this data",
        )
    else:
        st.info("Choose somebody in the list of users.", title="Nobody chosen yet")
    st.stop()


def show_who(person: pd.Series, blind: str, days: int) -> None:
    """The type, the status and whether work was found; email and account ID."""
    worked = int(person["actions"]) > 0
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(person["type"], icon=":material/badge:", color="gray")
        st.badge(person["status"], color="green" if person["status"] == "Enabled" else "gray")
        st.badge(
            person["work"],
            color="blue" if worked else "orange",
            help=blind or f"In the last {days} days. Reading leaves no trace.",
        )
    st.text(f"Email: {person['email']}\nAccount ID: {person['account_id']}")


def show_days(view: View, name: str, told: dict[str, pd.DataFrame], blind: str) -> None:
    """The calendar, and how many acts of each kind."""
    finding = findings.person(name, told["calendar"], view.days)
    cards.heading(finding, findings.person_more(told["acts"], blind, view.zone), inner=True)
    days, kinds = st.columns([3, 2], gap="large")
    with days:
        cards.chart(
            charts.person_calendar(told["calendar"], brand.ink()),
            key="chart_days",
            alt=f"A calendar of acts per day. {finding}.",
        )
    if len(told["kinds"]):
        with kinds:
            cards.chart(
                charts.kinds_of_person(told["kinds"]),
                key="chart_kinds",
                alt="Bars: how many acts of each kind.",
            )


def show_access(person: pd.Series, access: pd.DataFrame, roster: Roster) -> None:
    """Each product with the groups that give it; roles and groups."""
    with cards.part("Licenses, and the way to them"):
        if not roster.licenses_known:
            product_seats.show_unknown(roster, "Licenses are unknown")
        elif access.empty:
            st.caption("No license.")
        else:
            _paths(access)
        cards.heading("Roles and groups", inner=True)
        st.text("\n".join(roles_in_words(person["roles"])) or "No role found.")
        st.caption("Groups that grant a product or administration")
        st.text("\n".join(person["groups"]) or "None")


def show_last_acts(acts: pd.DataFrame, zone: str) -> None:
    """What is kept of it, the latest first, with links to Jira."""
    more = "All that is kept, also from before the window. A key opens the issue in Jira."
    shown = ["when", "label", "link", "project_key", "fields"]
    if acts["on_behalf_of"].any():
        shown.append("on_behalf_of")
    with cards.part("Last acts", more):
        st.dataframe(
            acts.assign(when=instants(acts["at"])),
            hide_index=True,
            height="auto" if len(acts) else "content",
            column_order=shown,
            column_config={
                "when": columns.moment("When", zone, "MMM D, YYYY, HH:mm"),
                "label": "What",
                "link": st.column_config.LinkColumn("Issue", display_text=r"/browse/(.+)$"),
                "project_key": "Project",
                "fields": "Fields changed",
                "on_behalf_of": st.column_config.Column(
                    "On behalf of", help="Whom this app names. The act counts for the app."
                ),
            },
            alt="The last acts, the latest first",
        )


def _paths(access: pd.DataFrame) -> None:
    for path in access.to_dict("records"):
        state = "included" if path["state"] == "included" else "license"
        groups = ", ".join(safe(group) for group in path["groups"])
        default = " (a default group)" if path["default_group"] else ""
        st.markdown(f"**{safe(path['product_name'])}** · {state} ← {groups}{default}")
        st.caption(path["note"])
