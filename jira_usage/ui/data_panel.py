"""What was synced, how complete it is, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage.metrics import answers
from jira_usage.metrics.tiles import UNKNOWN
from jira_usage.metrics.words import date_words, plural
from jira_usage.period import Period
from jira_usage.snapshot import Snapshot
from jira_usage.ui import account_panel, login
from jira_usage.ui.session import Session
from jira_usage.ui.text import age, duration, local_time, moment, safe, safe_name
from jira_usage.ui.view import View

MODES = {"full": "In full", "later": "Changes"}
# A sign, a word and what the word means: color alone would not tell.
STATES = {
    "complete": (":green[:material/check_circle:]", "Complete"),
    "partial": (":orange[:material/incomplete_circle:]", "Partly"),
    "not_permitted": (":red[:material/lock:]", "Not permitted"),
    "never": (":gray[:material/do_not_disturb_on:]", "Not read"),
}
TELLS = {
    "users": "Who has an account",
    "licenses": "Who may use which product",
    "plans": "Which plan each product is on",
    "groups": "Who is in which group",
    "administrators": "Who administers the site",
    "projects": "Which projects there are",
    "project roles": "Who has which role in a project",
    "issues": "Which issues changed",
    "histories": "Who changed what in them",
    "comments": "Who commented",
    "work logs": "Who logged work",
}
# What the last sync read: its label, and what it counts.
ROWS = {
    "users": ("Accounts listed", "People, robots and portal customers that Jira lists, in all."),
    "issues": ("Issues", "Issues that changed since the start of what is read."),
    "histories": (
        "History entries",
        "Entries in the histories of these issues; one may change several fields.",
    ),
    "comments": ("Comments", "Comments on these issues; their text is not kept."),
    "worklogs": ("Work logs", "Work logs that were made or edited."),
    "acts": (
        "Acts read",
        "What all that tells: each one comment, change or work log of one account. Two sources "
        "may tell of one act, such as a work log and the history of its issue: it is read twice "
        "and kept once, so fewer acts are kept than were read.",
    ),
}
# What is read under one name and told of in coverage under another.
COVERED_AS = {"worklogs": "work logs", "acts": "issues"}
FULL = "The last sync read everything; these are its numbers."
ACCOUNTS = "Accounts are all that Jira lists by now. All other numbers are"
NO_ACCOUNTS = "Accounts could not be read by the last sync. All numbers are"
LATER = "of the last sync alone, which read what changed."
KEPT = """
**Kept:** account IDs, names and visible email addresses, groups, products and roles;
issue and project keys; and for each act who, when and which field.

**Never kept:** the API token, the text of issues, comments and work logs,
and Jira's answers as such.
"""


def show_sync(view: View, now_ms: int) -> None:
    """The last sync: when, by whom, how long, with how many requests."""
    meta = view.snapshot.meta
    requests, least = int(meta["requests"]), int(meta["least_requests"])
    with st.grid(4, min_column_width=160):
        st.metric(
            "Synced",
            age((now_ms - view.snapshot.as_of_ms) / 1000).capitalize(),
            help=moment(view.snapshot.as_of_ms, view.zone) + f" ({safe(view.zone)})",
            border=True,
        )
        st.metric(
            "Took",
            duration(float(meta["duration_s"])),
            help="From the first request of the last sync to the last.",
            border=True,
        )
        st.metric(
            "Requests to Jira",
            f"{requests:,}",
            help=f"The fewest that could read the same: {least:,}.",
            border=True,
        )
        st.metric(
            "Read",
            MODES.get(meta["mode"], "In full"),
            help="The first sync reads everything, later ones what changed since.",
            border=True,
        )
    known_from = moment(view.snapshot.covered_from_ms, view.zone)
    first_on = view.cached(answers.known_of).since
    facts = {
        "Site": safe_name(str(meta["base_url"]).removeprefix("https://")),
        "Read by": f"{safe_name(str(meta['display_name']))} "
        + ("(scoped token, through the gateway)" if meta.get("scoped") else ""),
        "Data as of": f"{moment(view.snapshot.as_of_ms, view.zone)}, {safe(view.zone)}",
        "Known since": f"{first_on}, the first whole day: acts are read from {known_from} on. "
        "Earlier work is unknown, not zero.",
    }
    st.table(
        pd.DataFrame({"": [f"**{name}**" for name in facts], " ": list(facts.values())}),
        hide_index=True,
        hide_header=True,
        border="horizontal",
        alt="Facts about the last sync",
    )


def show_rows(view: View) -> None:
    """How much is kept, how much the last sync read, and which requests that took."""
    meta = view.snapshot.meta
    st.markdown(_kept_words(view))
    accounts = ACCOUNTS if view.snapshot.knows("users") else NO_ACCOUNTS
    st.caption(f"{accounts} {LATER}" if meta["mode"] == "later" else FULL)
    with st.grid(6, min_column_width=120):
        for name, (label, meaning) in ROWS.items():
            known = view.snapshot.knows(COVERED_AS.get(name, name))
            st.metric(label, f"{int(meta[name]):,}" if known else UNKNOWN, help=meaning)
    st.caption(
        f"{plural(int(meta['new_acts']), 'act')} new in that sync, where what two sources tell of "
        "one act counts twice. "
        "An act is one comment, change or work log of one account."
    )
    with st.expander("Requests by kind", icon=":material/http:"):
        sent = sorted(meta["requests_by_operation"].items(), key=lambda item: -item[1])
        st.dataframe(
            pd.DataFrame(sent, columns=["Request", "Times"]),
            hide_index=True,
            alt="How often each request was sent",
        )


def _kept_words(view: View) -> str:
    """All that is kept, of whichever sync, in a line of Markdown."""
    tally = view.snapshot.tally
    if not len(tally):
        return "**Kept:** no acts."
    issues = view.cached(_issues_acted_on)
    since = date_words(local_time(int(tally["at"].min()), view.zone).date())
    return f"**Kept:** {plural(len(tally), 'act')} on {plural(issues, 'issue')} since {since}."


def _issues_acted_on(snapshot: Snapshot, _: Period, __: bool) -> int:
    return snapshot.issues_acted_on()


def show_coverage_table(view: View) -> None:
    """Each dataset: how much of it could be read, why not more, and what follows."""
    rows = view.snapshot.coverage.to_dict("records")
    rows.sort(key=lambda row: (row["state"] == "complete", not row["reason"]))
    told = []
    for row in rows:
        icon, word = STATES.get(str(row["state"]), STATES["never"])
        name = str(row["dataset"])
        why = " ".join(safe(str(row[part])) for part in ("reason", "consequence") if row[part])
        what = f"**{safe(name).capitalize()}.** {TELLS.get(name, '')}"
        told.append((f"{icon} {word}", what, why or "–"))
    st.markdown(_how_complete(rows))
    st.table(
        pd.DataFrame(told, columns=["State", "What", "Why, and what follows"]),
        hide_index=True,
        border="horizontal",
        alt="Coverage of each dataset",
    )


def _how_complete(rows: Sequence[Mapping[Any, Any]]) -> str:
    """In one line of Markdown: how many datasets are complete, and whether that has a remark."""
    short = sum(row["state"] != "complete" for row in rows)
    remarks = sum(row["state"] == "complete" and bool(row["reason"]) for row in rows)
    if short:
        return f"**{short} of {len(rows)} are not complete.** Figures that rest on them say so."
    if remarks:
        says = "1 remark says" if remarks == 1 else f"{remarks:,} remarks say"
        return f"**All {len(rows)} are complete, except for what {says}.**"
    return f"**All {len(rows)} are complete:** the token could read everything."


def show_keeping(signed: Session) -> None:
    """Where the data is, and the ways to get rid of it."""
    st.markdown(KEPT)
    if not login.is_administrator():
        return
    st.caption("In this folder of the computer that runs the app, readable by its owner only:")
    st.code(str(signed.kept.folder), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        account_panel.forget_button(signed)
        account_panel.disconnect_button("data_disconnect")
