"""One account: who it is, its days, the way to its licenses, its projects and last acts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.decisions import Decision, Noted
from jira_usage.metrics import answers, findings, verdicts
from jira_usage.metrics.known import Known
from jira_usage.metrics.person import assigned_in_jira
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.tables import NO_NAME, instants, people_table, roles_in_words
from jira_usage.metrics.words import CONFIDENCE_WORDS, DECISION_WORDS, date_words
from jira_usage.snapshot import Snapshot
from jira_usage.ui import brand, cards, columns, product_seats, reclaim_notes
from jira_usage.ui.text import safe, safe_name, short
from jira_usage.ui.view import View

READS_UNKNOWN = (
    "Whether they read is not known: only the administrators' export, uploaded on the page "
    "Renewal, tells it."
)

UNREADABLE = "Could not be read"
SIDE_BY_SIDE = 400
"""In fewer pixels than that for each, two parts stand one below the other."""
PROJECT = "An issue that was deleted, or that the token may not see, tells neither key nor project."


def name(snapshot: Snapshot) -> str:
    """The name of the account that the address tells; empty where it is not known."""
    users = snapshot.users
    told = users.loc[users["account_id"] == st.query_params.get("person", ""), "display_name"]
    return (str(told.iloc[0]) or NO_NAME) if len(told) else ""


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


def show_verdict(view: View, account_id: str, noted: Noted) -> None:
    """How the person stands, in a sentence, and what was decided about each license."""
    judged = view.cached(answers.judged, noted)
    row = judged.of(account_id)
    if row is None:
        st.caption("No verdict: only enabled people with a license have one.")
        return
    words = judged.words[str(row["verdict"])]
    last, first = (
        None if pd.isna(row[name]) else int(row[name]) for name in ("last_act_at", "first_seen_at")
    )
    told = verdicts.why(str(row["verdict"]), last, first, judged.known, judged.thresholds)
    st.markdown(f"**{words}.** {safe(told)}")
    products = view.snapshot.products
    names = dict(zip(products["product_key"], products["product_name"], strict=True))
    for decision in noted.decisions:
        if decision.account_id == account_id:
            st.caption(_decision(decision, names, judged.known))


def show_reasons(view: View, account_id: str, noted: Noted) -> None:
    """For each license that could be given back: how sure that is, and why."""
    listed = view.cached(answers.reclaim_list, noted, reclaim_notes.beside())
    own = (listed.rows["account_id"] == account_id) & (listed.rows["confidence"] != "")
    rows = listed.explained(np.flatnonzero(own.to_numpy()))
    if rows.empty:
        return
    with cards.card("Could a license be given back?", "Only a person can tell. Ask first."):
        for row in rows.to_dict("records"):
            sure = CONFIDENCE_WORDS[row["confidence"]].lower()
            cards.heading(f"{short(row['product_name'])}: {sure} confidence", inner=True)
            pro, con = st.columns(2, gap="large")
            with pro:
                _sentences("For", row["reasons_for"])
            with con:
                against = row["reasons_against"] or ["Nothing was found."]
                unread = [] if account_id in listed.grounds.last_seen else [READS_UNKNOWN]
                _sentences("Against", [*against, *unread])
        with st.container(horizontal=True, gap="medium"):
            st.page_link(
                "pages/reclaim.py",
                label="Decide in the list",
                icon=":material/undo:",
                query_params={"q": account_id},
            )
            st.page_link(
                assigned_in_jira(account_id, view.snapshot.base_url),
                label="Open issues assigned to them",
                icon=":material/open_in_new:",
                help="Opens Jira's own search: hand these issues over first.",
            )


def _sentences(title: str, sentences: list[str]) -> None:
    st.markdown(f"**{title}**\n\n" + "\n".join(f"- {safe(one)}" for one in sentences))


def _decision(decision: Decision, names: dict[str, str], known: Known) -> str:
    product = safe_name(names.get(decision.product_key) or decision.product_key)
    reason = f": {safe(decision.reason)}" if decision.reason else ""
    by = f", decided by {safe_name(decision.by)}" if decision.by else ""
    if decision.expires_on is None:
        return f"{product} · {DECISION_WORDS[decision.choice]}{reason}{by}"
    until = date_words(decision.expires_on)
    if decision.expired(known.today):
        return f"{product} · the protection expired on {until}{reason}{by}"
    return f"{product} · protected, expires on {until}{reason}{by}"


def show_days(view: View, name: str, told: dict[str, pd.DataFrame], blind: str) -> None:
    """The calendar, and how many acts of each kind."""
    finding = findings.person(name, told["calendar"], view.days)
    cards.heading(finding, findings.person_more(told["acts"], blind, view.zone), inner=True)
    with st.grid(2, min_column_width=SIDE_BY_SIDE, gap="medium"):
        cards.chart(
            charts.person_calendar(told["calendar"], brand.ink()),
            key="chart_days",
            alt=f"A calendar of acts per day. {finding}.",
        )
        if len(told["kinds"]):
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
            acts.assign(
                when=instants(acts["at"]),
                link=acts["link"].where(acts["link"] != "", None),
                project_key=acts["project_key"].where(acts["project_key"] != "", UNREADABLE),
            ),
            hide_index=True,
            placeholder="—",
            height="auto" if len(acts) else "content",
            column_order=shown,
            column_config={
                "when": columns.moment("When", zone, "MMM D, YYYY, HH:mm"),
                "label": "What",
                "link": st.column_config.LinkColumn("Issue", display_text=r"/browse/(.+)$"),
                "project_key": st.column_config.TextColumn("Project", help=PROJECT),
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
        groups = ", ".join(safe_name(group) for group in path["groups"])
        default = " (a default group)" if path["default_group"] else ""
        st.markdown(f"**{safe_name(path['product_name'])}** · {state} ← {groups}{default}")
        st.caption(path["note"])
