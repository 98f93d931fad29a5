"""The files of the Reclaim page: out as CSV or Excel, and back in when somebody filled one in."""

from __future__ import annotations

import time

import streamlit as st

from jira_usage import decisions
from jira_usage.datasets import access_of
from jira_usage.decisions import Decision, Noted
from jira_usage.errors import JiraUsageError
from jira_usage.metrics.access import LICENSED
from jira_usage.metrics.filled_in import LARGEST_FILE, MOST_TOLD, FilledIn, read_filled_in
from jira_usage.metrics.reclaim import Reclaim
from jira_usage.metrics.tables import about
from jira_usage.metrics.words import plural
from jira_usage.metrics.workbook import workbook
from jira_usage.ui import reclaim_notes
from jira_usage.ui.downloads import XLSX, button
from jira_usage.ui.errors import show_error
from jira_usage.ui.people_filters import Chosen
from jira_usage.ui.text import safe, short
from jira_usage.ui.view import View
from jira_usage.writers import written

TROUBLE, APPLIED, ROUND = "filled_trouble", "filled_applied", "filled_round"


def show_downloads(view: View, listed: Reclaim, chosen: Chosen) -> None:
    """The chosen rows with their reasons; made only when somebody asks for them."""
    exactly = f"{plural(len(chosen.rows), 'row')}, exactly as filtered"

    def csv() -> bytes:
        return written("csv", [listed.exported(chosen.rows)], listed.schema)

    def excel() -> bytes:
        told = about(
            view.snapshot,
            view.period,
            count_created=view.count_created,
            rows=len(chosen.rows),
            filters=chosen.in_words,
        )
        limits = listed.grounds.thresholds
        told["Verdicts"] = (
            f"Working: the last act is on one of the last {limits.working} dates; Cooling: of "
            f"{limits.cooling}; Quiet: of {limits.quiet}. Work is known since "
            f"{listed.grounds.known.first_on}. Reading leaves no trace."
        )
        return workbook(told, "Reclaim", listed.exported(chosen.rows), listed.schema)

    name = f"jira-reclaim-{view.period.last_on}"
    button("CSV", csv, f"{name}.csv", "text/csv", f"{exactly}. Fill in “decision” and bring back.")
    button("Excel", excel, f"{name}.xlsx", XLSX, f"{exactly}; the first sheet tells of what.")


def show_upload(view: View, noted: Noted) -> None:
    """Reads a filled-in CSV; says what it would do, and does all of it or nothing."""
    trouble = st.session_state.pop(TROUBLE, None)
    with st.expander("Bring back a filled-in list", icon=":material/upload_file:"):
        st.caption(
            "The CSV from here, with “keep”, “release” or “protect” in the column decision. "
            "To protect, fill in expires_on (2027-03-31) and note as well. "
            "A row without a decision changes nothing."
        )
        if isinstance(trouble, JiraUsageError):
            show_error(trouble)
        if applied := st.session_state.pop(APPLIED, ""):
            st.success(applied)
        number = st.session_state.setdefault(ROUND, 0)
        file = st.file_uploader(
            "Filled-in CSV",
            type="csv",
            key=f"filled_in_{number}",
            max_upload_size=LARGEST_FILE // 1_000_000,
        )
        if file is None:
            return
        held = access_of(view.snapshot)
        held = held[held["state"] == LICENSED]
        read = read_filled_in(
            file.getvalue(),
            set(zip(held["account_id"], held["product_key"], strict=True)),
            noted.by_pair,
            at_ms=int(time.time() * 1000),
        )
        _show_read(read)


def _show_read(read: FilledIn) -> None:
    if read.problems:
        some = "\n".join(f"- {safe(short(problem))}" for problem in read.problems[:MOST_TOLD])
        rest = len(read.problems) - MOST_TOLD
        more = f"\n\nand {rest:,} more" if rest > 0 else ""
        st.error(some + more, title="Nothing was applied. Correct the file and try again")
        return
    decided = plural(len(read.decisions), "decision")
    st.markdown(
        f"**{decided}** to apply, {read.unchanged:,} as before, {read.undecided:,} rows undecided."
    )
    st.button(
        f"Apply {decided}",
        type="primary",
        disabled=not read.decisions,
        key="filled_apply",
        on_click=_apply,
        args=(read.decisions,),
    )


def _apply(made: tuple[Decision, ...]) -> None:
    try:
        decisions.decide(reclaim_notes.kept(), made)
    except JiraUsageError as error:
        st.session_state[TROUBLE] = error
        return
    st.session_state[APPLIED] = f"{plural(len(made), 'decision')} applied."
    st.session_state[ROUND] = int(st.session_state.get(ROUND, 0)) + 1  # an empty uploader
