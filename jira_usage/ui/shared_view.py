"""The page behind a link: one report, made on the server from what the link was made for.

The address says which link it is and nothing more. Which part is shown, and how, comes
from the link alone, and is settled before any figure is made.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import links
from jira_usage.errors import JiraUsageError
from jira_usage.links import Link
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.reports import (
    Making,
    Report,
    Section,
    Table,
    build_report,
    narrowed,
    scope_words,
    subject_of,
    thaw,
    to_html,
)
from jira_usage.store import SiteStore, Store
from jira_usage.ui import brand, cache, cards, navigation, session
from jira_usage.ui.downloads import button
from jira_usage.ui.text import safe

NOTHING = "This link opens nothing. Ask whoever sent it for a new one."
NOTED = "shared_opened"
LONGEST_SECRET = 200
LOOK_AGAIN_S = 20
_reports: cache.Shelf[Any] = cache.Shelf(8)


def link_frame() -> Report:
    """Opens the page of a link; stops it, with one neutral sentence, where it opens nothing.

    From then on this session sees no other page, and has no connection.
    """
    navigation.ensure_table()
    st.set_page_config(
        page_title="Jira usage",
        page_icon=brand.PAGE_ICON,
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    known = session.is_shared() or navigation.LINK in st.query_params
    session.share_only()
    if not known:  # the navigation is there already
        st.rerun()
    brand.show()
    found = _find()
    report = _report(*found) if found else None
    if found is None or report is None:
        st.info(NOTHING, icon=":material/link_off:")
        st.stop()
    _note_opened(*found)
    _look_again()
    return report


def show_report(report: Report) -> None:
    """The report, as the file shows it."""
    st.title(safe(report.answer), anchor=False)
    about = report.about
    as_of = report.as_of or about["Data as of"]
    told = (report.site, report.window, about["Scope"], f"data as of {as_of}")
    st.caption(safe(" · ".join(told)))
    with st.grid(4, min_column_width=180):
        for tile in report.headlines:
            with st.container(border=True, height="stretch"):
                st.metric(tile.label, tile.value, help=tile.help)
                st.caption(safe(tile.note))
    for place, section in enumerate(report.sections):
        _show_section(section, section.title if place else "How they stand")
    with cards.card("About this view"):
        st.caption(safe(report.definition))
        lines = {k: v for k, v in about.items() if not k.startswith("Coverage")}
        _show_table(Table(("", " "), tuple(lines.items()), "About this view"))
        button(
            "Report",
            lambda: to_html(report),
            "jira-usage.html",
            "text/html",
            "What you see here in one file, which opens without a network.",
        )


def _find() -> tuple[SiteStore, Link] | None:
    secret = str(st.query_params.get(navigation.LINK, ""))
    if not 0 < len(secret) <= LONGEST_SECRET:
        return None
    return links.find(Store.open(os.environ), secret, int(time.time() * 1000))


def _report(kept: SiteStore, link: Link) -> Report | None:
    """What a link shows; None where that is gone, damaged, or too few people are left in it."""
    try:
        if link.frozen:
            shown = links.shown_by(kept, link)
            return thaw(shown) if shown else None
        snapshot = cache.load_snapshot(kept)
        period = snapshot.period(link.days, link.timezone)
        subject = subject_of(kept, snapshot, period, count_created=link.count_created)
        words = scope_words(snapshot, link.scope)
        making = Making(link.made_by, link.made_at, words, link.scope.people)

        def make() -> Report:
            return build_report(narrowed(subject, link.scope, Pseudonyms.of(kept)), making)

        key = (str(kept.folder), link.id, snapshot.id, *subject.beside_it)
        return _reports.get(key, make)
    except JiraUsageError:
        return None


def _note_opened(kept: SiteStore, link: Link) -> None:
    """Once a session."""
    if st.session_state.get(NOTED) != link.id:
        links.note_opened(kept, link, int(time.time() * 1000))
        st.session_state[NOTED] = link.id


@st.fragment(run_every=LOOK_AGAIN_S)
def _look_again() -> None:
    """Takes an open page away soon after its link has ended."""
    if _find() is None:
        st.rerun()


def _show_section(section: Section, title: str) -> None:
    with cards.card(title, section.more):
        if section.figure is not None:
            alt = f"{title}."
            cards.chart(section.figure, key=f"chart_{section.key}", alt=alt)
        if section.table is not None:
            if section.folded:
                with st.expander(safe(section.table.alt)):
                    _show_table(section.table)
            else:
                _show_table(section.table)
        if section.note:
            st.caption(safe(section.note))


def _show_table(table: Table) -> None:
    """Rows as they are; a column of numbers stays one, unless it also holds words."""
    frame = pd.DataFrame(list(table.rows), columns=list(table.heads))
    for place, head in enumerate(table.heads):
        values = [row[place] for row in table.rows]
        if any(isinstance(value, int) for value in values):
            whole = all(value is None or isinstance(value, int) for value in values)
            frame[head] = frame[head].astype("Int64" if whole else "str")
    st.dataframe(frame, hide_index=True, placeholder="unknown", alt=table.alt)
