"""The report as a file: HTML, Excel, or a CSV of each table. Made only when asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import streamlit as st

from jira_usage.errors import JiraUsageError
from jira_usage.metrics.renewal import anything_told
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.reports import (
    Making,
    Subject,
    build_report,
    build_sheets,
    narrowed,
    subject_of,
    to_html,
    to_xlsx,
)
from jira_usage.scope import Scope
from jira_usage.store import SiteStore
from jira_usage.ui import cards, reclaim_notes, session
from jira_usage.ui.downloads import XLSX, button
from jira_usage.ui.errors import show_error
from jira_usage.ui.share_scope import Wanted
from jira_usage.ui.view import View
from jira_usage.writers import written

IN_FILE = "It opens without this app, without an account, and asks nobody for anything."
ROWS = {
    "users": "Users",
    "licenses": "Licenses",
    "access": "Access",
    "daily": "Daily",
    "reclaim": "Reclaim list",
    "renewal": "Renewal",
}
NEEDS_PEOPLE = ("users", "access", "reclaim")


@dataclass(frozen=True)
class Basis:
    """What reports are made of and by whom, gathered while the page runs.

    Streamlit makes a download in a thread that knows no session, so nothing here asks for one.
    """

    kept: SiteStore
    whole: Subject
    by: str

    @classmethod
    def of(cls, view: View) -> Basis:
        """By this session, of the view; raises StoreDamaged where a note can't be read."""
        kept, signed = reclaim_notes.kept(), session.current()
        whole = subject_of(kept, view.snapshot, view.period, count_created=view.count_created)
        return cls(kept, whole, signed.account if signed else "")

    def subject(self, scope: Scope) -> Subject:
        """The part of it that a scope shows."""
        return narrowed(self.whole, scope, Pseudonyms.of(self.kept))

    def making(self, scope: Scope, words: str) -> Making:
        """What a report made now says of itself."""
        return Making(self.by, int(time.time() * 1000), words, scope.people)


def show(view: View, wanted: Wanted) -> None:
    """The ways to take it along."""
    with cards.card("A report in one file", IN_FILE):
        if wanted.scope is None:
            st.caption("Choose above what it is about.")
            return
        try:
            basis = Basis.of(view)
        except JiraUsageError as error:
            show_error(error)
            return
        scope, stem = wanted.scope, f"jira-usage-{view.period.last_on}"

        def html() -> bytes:
            made = basis.making(scope, wanted.words)
            return to_html(build_report(basis.subject(scope), made))

        def excel() -> bytes:
            told, made = basis.subject(scope), basis.making(scope, wanted.words)
            return to_xlsx(build_report(told, made), build_sheets(told, made))

        with st.container(horizontal=True):
            button("HTML", html, f"{stem}.html", "text/html", "With plots. Prints on A4 and Letter")
            button("Excel", excel, f"{stem}.xlsx", XLSX, "A summary first, then the rows.")
        with st.expander("The rows as CSV", icon=":material/table:"):
            _show_rows(basis, scope, wanted.words, stem)


def _show_rows(basis: Basis, scope: Scope, words: str, stem: str) -> None:
    def rows(name: str) -> bytes:
        sheets = build_sheets(basis.subject(scope), basis.making(scope, words))
        frame, schema = sheets[name]
        return written("csv", [frame], schema)

    licensed = basis.whole.snapshot.knows_holders and scope.part != "projects"
    renewed = licensed and scope.part == "site" and anything_told(basis.whole.said)
    with st.container(horizontal=True):
        for name, label in ROWS.items():
            if name in NEEDS_PEOPLE and scope.people == "none":
                continue
            if name == "reclaim" and not licensed:
                continue
            if name == "renewal" and not renewed:
                continue
            button(
                label,
                partial(rows, name),
                f"{stem}-{name}.csv",
                "text/csv",
                "Texts that a spreadsheet would compute begin with an apostrophe.",
            )
