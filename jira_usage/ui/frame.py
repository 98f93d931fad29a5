"""The frame of every page: who may see it, the sidebar, the header, and the view it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, NoReturn, overload

import streamlit as st

from jira_usage import decisions
from jira_usage.errors import JiraUsageError, NothingSynced, StoreDamaged
from jira_usage.scope import People
from jira_usage.snapshot import Snapshot
from jira_usage.ui import (
    account_panel,
    address,
    brand,
    cache,
    empty,
    filters,
    login,
    nameless_view,
    navigation,
    session,
    sync_panel,
)
from jira_usage.ui.text import age, safe
from jira_usage.ui.view import View

BY_VERDICTS = ("Reclaim", "Renewal")
"""Pages that look at all that is kept, by the limits of verdicts, whatever window is chosen."""
WHATEVER_DAYS = ("Changes", "Data")
NOBODY_TITLE = "Who really works in your Jira?"
AGAIN = (
    "Connect to open “{title}”, just as the address says. A reload, or a restart of the server, "
    "ends a session: the token is kept nowhere. What was synced is kept."
)


@overload
def frame(
    title: str,
    *,
    question: str = "",
    needs_data: Literal[True] = True,
    for_administrators: bool = False,
    heading: Callable[[Snapshot], str] | None = None,
) -> View: ...
@overload
def frame(title: str, *, question: str = "", needs_data: Literal[False]) -> None: ...
def frame(
    title: str,
    *,
    question: str = "",
    needs_data: bool = True,
    for_administrators: bool = False,
    heading: Callable[[Snapshot], str] | None = None,
) -> View | None:
    """Opens a page; stops it where this session is not connected or nothing is synced yet.

    A page that needs no data gets no view. Where people log in, it is for administrators, as
    is one that says so. `heading` is what the page is about, to whoever may see the data.
    """
    navigation.ensure_table()
    st.set_page_config(page_title=f"{title} · Jira usage", page_icon=brand.PAGE_ICON, layout="wide")
    brand.show()
    if session.is_shared():
        empty.show_only_shared()
    login.gate(administrators_only=for_administrators or not needs_data)
    address.arrive(title)
    signed = session.current()
    snapshot, trouble = _load(signed)
    if needs_data and signed and snapshot and (people := login.people_shown()) != "names":
        _show_nameless(title, signed, snapshot, people)
    unknown = needs_data and signed is None and not login.is_viewer()
    # Before the sidebar: the browser paints it while the rest is on its way.
    about = safe(heading(snapshot)) if heading and snapshot else ""
    st.title(NOBODY_TITLE if unknown else about or title, anchor=False)
    if signed:
        with st.sidebar:
            sync_panel.show(signed, snapshot)
    if not needs_data:
        _say(question)
    elif signed is None and login.is_viewer():
        _say(question)
        empty.show_nothing_to_look_at(session.refusal())
    elif signed is None:
        _say("" if title == "Overview" else AGAIN.format(title=title))
        empty.show_not_connected()
    elif isinstance(trouble, NothingSynced):
        _say(question)
        empty.show_nothing_synced(signed)
    elif trouble:
        _say(question)
        empty.show_damaged(signed, trouble)
    if not snapshot:
        with st.sidebar:
            account_panel.show_account(signed)
    if not needs_data:
        return None
    if not (signed and snapshot):
        st.stop()
    with st.sidebar:
        zone, days, count_created = filters.show(snapshot)
        account_panel.show_account(signed)
    view = View(snapshot, snapshot.period(days, zone), zone, days, count_created)
    _say(question, view, _rests_on(title, view, signed))
    sync_panel.show_stale(signed, snapshot)
    sync_panel.show_failure(signed)
    return view


def show_definition(view: View) -> None:
    """The one-line definition that the page's figures rest on."""
    st.caption(view.definition)


def show_coverage(view: View) -> None:
    """What the page's figures rest on, with the way to the details."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(view.coverage_line(), width="content")
        if not view.fully_read:
            st.page_link("pages/data.py", label="What that means", icon=":material/verified:")


def _show_nameless(
    title: str, signed: session.Session, snapshot: Snapshot, people: People
) -> NoReturn:
    with st.sidebar:
        sync_panel.show(signed, snapshot)
        account_panel.show_account(signed)
    login.show_purpose()
    sync_panel.show_stale(signed, snapshot)
    if title == "Overview":
        nameless_view.show(signed.kept, snapshot, people)
    else:
        nameless_view.show_elsewhere(title)
    st.stop()


def _load(signed: session.Session | None) -> tuple[Snapshot | None, JiraUsageError | None]:
    """The session's snapshot, or why there is none."""
    if signed is None:
        return None, None
    try:
        return cache.load_snapshot(signed.kept), None
    except JiraUsageError as error:
        return None, error


def _rests_on(title: str, view: View, signed: session.Session) -> str:
    """Which days a page's figures rest on, in words; nothing where no choice of days matters."""
    if title in WHATEVER_DAYS:
        return ""
    if title not in BY_VERDICTS:
        return f"last {view.days} days"
    try:
        limits = decisions.noted(signed.kept).thresholds
    except StoreDamaged:
        return ""  # the page says so
    return f"verdicts by {limits.working}, {limits.cooling} and {limits.quiet} days"


def _say(question: str, view: View | None = None, rests_on: str = "") -> None:
    """The lines under the title."""
    told = [text for text in (question, rests_on) if text]
    if view:
        ago = age(time.time() - view.snapshot.as_of_ms / 1000)
        told.append(f"synced {ago} · {view.read_words}")
    if told:
        st.caption(" · ".join(told))
    login.show_purpose()
