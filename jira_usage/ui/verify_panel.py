"""The proof: a sample of issues, read again one by one, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from jira_usage import jobs
from jira_usage.coverage import ACTIVITY
from jira_usage.datasets import INSTANT
from jira_usage.errors import AuthenticationFailed
from jira_usage.jobs import Check
from jira_usage.metrics.tables import instants
from jira_usage.metrics.words import KIND_WORDS, plural
from jira_usage.period import to_epoch_ms
from jira_usage.snapshot import Snapshot
from jira_usage.ui import columns, login
from jira_usage.ui.errors import show_error
from jira_usage.ui.session import Session
from jira_usage.ui.text import duration, moment, safe
from jira_usage.ui.view import View
from jira_usage.verify import LATE_MS, SAMPLE, Difference, Verdict
from jira_usage.writers import written

SAMPLES = (20, 50, 200)
SAMPLE_KEY = "verify_sample"
POLL_SECONDS, IDLE_SECONDS = 0.5, 30
WHAT = (
    "Reads a random sample of issues again, one by one, through other calls than the sync's, "
    "and compares every act. It only reads."
)
SIDES = {"missing": "Only in Jira", "unexplained": "Only here"}
SIDES_HELP = (
    "Only in Jira: it happened, and the figures miss it. Only here: the figures count it, and "
    "Jira does not tell of it. A comment that was hidden since the sync looks like that, too."
)
KNOWN_HERE = (
    "More acts that Jira has forgotten since: of a deleted comment it keeps the deletion, of "
    "several edits the last. What a sync has seen stays here."
)
NOBODY = "(nobody named)"
AGAIN = "Next: check again in a few minutes. Where it stays so, sync with “Read everything again”."
COLUMNS = pa.schema(
    [
        ("side", pa.string()),
        ("kind", pa.string()),
        ("at", INSTANT),
        ("issue_key", pa.string()),
        ("account_id", pa.string()),
        ("display_name", pa.string()),
        ("source_id", pa.string()),
    ]
)


def show(signed: Session, view: View) -> None:
    """The section. It moves by itself while a check runs, in every session of the account."""
    check = jobs.latest_check(signed.job_key)
    running = check is not None and check.running
    draw = st.fragment(run_every=POLL_SECONDS if running else IDLE_SECONDS)(_panel)
    draw(signed, view, running)


def _panel(signed: Session, view: View, running: bool) -> None:
    login.recheck()
    check = jobs.latest_check(signed.job_key)
    if (check is not None and check.running) != running:
        st.rerun()
    st.caption(WHAT)
    if check is not None and running:
        _show_progress(check)
        return
    if not login.is_administrator():
        st.caption("An administrator of this app can start one.")
    elif signed.note:
        _show_needed(signed)
    else:
        _show_start(signed, view.snapshot)
    if check is None:
        return
    _show_trouble(check)
    if check.verdict:
        _show_verdict(check.verdict, view)


def _show_start(signed: Session, snapshot: Snapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        sample = st.radio(
            "Issues to read again",
            SAMPLES,
            index=SAMPLES.index(SAMPLE),
            horizontal=True,
            key=SAMPLE_KEY,
            persist_state="session",
            width="content",
        )
        st.button(
            "Check a sample",
            type="primary",
            icon=":material/fact_check:",
            key="verify_start",
            on_click=_start,
            args=(signed, snapshot, sample),
            help=f"About {plural(4 * sample, 'request')} to Jira.",
        )


def _start(signed: Session, snapshot: Snapshot, sample: int) -> None:
    if login.is_administrator():
        jobs.start_check(signed.job_key, signed.connection, snapshot, sample=sample)


def _show_needed(signed: Session) -> None:
    """This session was let in by what is kept: Jira has not accepted its token today."""
    st.info(
        "The site could not be asked when this session connected, so there is nothing to "
        "compare with.\n\n**Next:** connect again when the site can be reached.",
        title="A check needs Jira",
        icon=":material/cloud_off:",
    )
    _connect_again()


def _connect_again() -> None:
    if st.button("Connect again", key="verify_connect", icon=":material/cable:"):
        st.switch_page("pages/connect.py")


def _show_progress(check: Check) -> None:
    told = check.progress
    if told.sample:
        text = f"{told.issues:,} of {plural(told.sample, 'issue')} read again"
    else:
        text = "Connecting to the site" if not told.snapshot_id else "Drawing a sample"
    st.progress(told.issues / max(1, told.sample), text=text)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{duration(check.seconds)}. You may open other pages meanwhile.")
        if login.is_administrator():
            st.button(
                "Cancel",
                key="verify_cancel",
                on_click=_cancel,
                args=(check,),
                icon=":material/stop_circle:",
                type="tertiary",
            )


def _cancel(check: Check) -> None:
    if login.is_administrator():
        check.cancel.set()


def _show_trouble(check: Check) -> None:
    if check.error and check.state == "failed":
        show_error(check.error, calm=True)
        if not check.error.remedy:
            st.caption(AGAIN)
        if isinstance(check.error, AuthenticationFailed) and login.is_administrator():
            _connect_again()
    elif check.cancel.is_set():
        st.caption(":material/info: The check was stopped.")


def _show_verdict(verdict: Verdict, view: View) -> None:
    if verdict.snapshot_id != view.snapshot.id:
        st.badge(
            "Of an older snapshot",
            icon=":material/history:",
            color="orange",
            help="The site was synced since. Check again to prove the figures of now.",
        )
    found = len(verdict.differences)
    if not verdict.compared:
        st.markdown(":material/help: **There was nothing to compare.**")
    elif found:
        number = plural(found, "difference")
        st.markdown(f":red[:material/error:] **{number}** between Jira and the figures.")
    else:
        st.markdown(":green[:material/verified:] **No difference found.**")
    if verdict.compared:
        _show_numbers(verdict)
    if found:
        _show_differences(verdict, view)
    st.caption(_terms(verdict, view))


def _show_numbers(verdict: Verdict) -> None:
    read = verdict.issues - verdict.gone_issues
    with st.grid(4, min_column_width=150):
        st.metric("Agreement", f"{verdict.per_cent:g}%", border=True)
        st.metric(
            "Acts that agree",
            f"{verdict.agreeing:,}",
            help=f"Of {plural(read, 'issue')} that could be read again.",
            border=True,
        )
        st.metric("Differences", f"{len(verdict.differences):,}", border=True)
        st.metric("Known only here", f"{verdict.explained:,}", help=KNOWN_HERE, border=True)


def _terms(verdict: Verdict, view: View) -> str:
    """When and of what it was checked, and what was not held against it."""
    told = [
        f"{plural(verdict.issues, 'issue')} read again on "
        f"{moment(verdict.checked_at, view.zone)} ({safe(view.zone)}), "
        f"against the data as of {moment(verdict.as_of, view.zone)}."
    ]
    if verdict.gone_issues:
        told.append(
            f"{plural(verdict.gone_issues, 'issue')} could not be read again: deleted, archived, "
            "hidden or cut short."
        )
    if verdict.newer:
        told.append(
            f"Not in it yet: {plural(verdict.newer, 'act')} of the {LATE_MS // 60_000} minutes "
            "before the sync. Jira's search runs late, and the next sync reads what it missed."
        )
    states = view.snapshot.coverage.set_index("dataset")["state"]
    if verdict.differences and any(states.get(name) != "complete" for name in ACTIVITY):
        told.append("The sync could not read everything, as told above: that may be why.")
    return " ".join(told)


def _show_differences(verdict: Verdict, view: View) -> None:
    rows = _table(verdict.differences, view.snapshot)
    st.dataframe(
        rows,
        hide_index=True,
        height="auto",
        column_order=("where", "link", "act", "who", "when"),
        column_config={
            "where": st.column_config.TextColumn("Side", help=SIDES_HELP),
            "link": st.column_config.LinkColumn("Issue", display_text=r"/browse/(.+)$"),
            "act": "Act",
            "who": "Who",
            "when": columns.moment("When", view.zone, "MMM D, YYYY, HH:mm:ss"),
        },
        alt="Acts that only one side knows",
    )
    st.download_button(
        "CSV",
        partial(written, "csv", [rows], COLUMNS),
        file_name="jira-differences.csv",
        mime="text/csv",
        icon=":material/download:",
        key="verify_csv",
        on_click="ignore",
        help="The differences, with the IDs of accounts, comments, work logs and histories.",
    )


def _table(differences: Sequence[Difference], snapshot: Snapshot) -> pd.DataFrame:
    """A row per difference, the latest first: what a file needs (COLUMNS), and what people read."""
    latest = sorted(differences, key=lambda one: one.at, reverse=True)
    frame = pd.DataFrame([asdict(one) for one in latest])
    frame["at"] = [to_epoch_ms(one.at) for one in latest]
    named = dict(zip(snapshot.users["account_id"], snapshot.users["display_name"], strict=True))
    frame["display_name"] = frame["account_id"].map(named).fillna("")
    frame["where"] = frame["side"].map(SIDES)
    frame["link"] = (snapshot.base_url + "/browse/" + frame["issue_key"]).where(
        frame["issue_key"] != "", ""
    )
    frame["act"] = frame["kind"].map(KIND_WORDS)
    known = frame["display_name"].where(frame["display_name"] != "", frame["account_id"])
    frame["who"] = known.where(known != "", NOBODY)
    frame["when"] = instants(frame["at"])
    return frame
