"""What viewers see where their server shows them no names: one report, and no other page.

A page that can be filtered tells who is who to whoever knows a little: a report can't.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from jira_usage.errors import JiraUsageError
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.reports import Making, Report, build_report, narrowed, subject_of
from jira_usage.scope import People, Scope
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from jira_usage.ui import cache
from jira_usage.ui.errors import show_error
from jira_usage.ui.shared_view import show_report

DAYS = 30
_reports: cache.Shelf[Any] = cache.Shelf(4)


def show(kept: SiteStore, snapshot: Snapshot, people: People) -> None:
    """The report of the whole site, over its last 30 days and in the zone of its sync."""
    try:
        report = _report(kept, snapshot, people)
    except JiraUsageError as error:
        show_error(error)
    else:
        show_report(report)


def show_elsewhere(title: str) -> None:
    """On any other page: where the report is."""
    st.title(title, anchor=False)
    st.info("This server shows you no names, so there is one page for you.", icon=":material/lock:")
    st.page_link("pages/overview.py", label="Open it", icon=":material/monitoring:")


def _report(kept: SiteStore, snapshot: Snapshot, people: People) -> Report:
    subject = subject_of(kept, snapshot, snapshot.period(DAYS, snapshot.timezone))

    def make() -> Report:
        part = narrowed(subject, Scope(people=people), Pseudonyms.of(kept))
        return build_report(part, Making("this server", snapshot.as_of_ms, people=people))

    key = (str(kept.folder), people, snapshot.id, *subject.beside_it)
    return _reports.get(key, make)
