"""The frame of every page: who may see it, the sidebar, the header, and the view it shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

import streamlit as st

from jira_usage.errors import JiraUsageError, NothingSynced
from jira_usage.period import Period
from jira_usage.snapshot import Snapshot
from jira_usage.ui import (
    account_panel,
    brand,
    cache,
    empty,
    filters,
    login,
    navigation,
    session,
    sync_panel,
)
from jira_usage.ui.text import age, count, moment, safe

T = TypeVar("T")
NOBODY_TITLE = "Who really works in your Jira?"
AGAIN = (
    "Connect to open “{title}”, just as the address says. A reload, or a restart of the server, "
    "ends a session: the token is kept nowhere. What was synced is kept."
)
DEFINITION = (
    "**Active** means: on that day the person commented, changed an issue or logged work. "
    "Reading does not count."
)
CREATED_COUNTS = " Creating an issue counts too: that is switched on."
CREATED_DOES_NOT = " Creating an issue does not count."


@dataclass(frozen=True)
class View:
    """What a page shows: a snapshot, over a period, by one definition. Frames are read-only."""

    snapshot: Snapshot
    period: Period
    zone: str
    days: int
    count_created: bool

    def cached(self, compute: Callable[..., T], *arguments: Hashable) -> T:
        """`compute(snapshot, period, count_created, *arguments)`, computed once.

        `compute` must be a named function of a module, as its name is part of the key.
        """
        return cache.remember(
            self.snapshot,
            self._key,
            compute,
            arguments,
            lambda: compute(self.snapshot, self.period, self.count_created, *arguments),
        )

    def drawn(self, draw: Callable[..., T], *arguments: Any) -> T:
        """`draw(*arguments)`, drawn once of the same figures; they come from `cached`."""
        return cache.draw(self.snapshot, self._key, draw, arguments)

    @property
    def definition(self) -> str:
        """What “active” means, in one line of Markdown."""
        return DEFINITION + (CREATED_COUNTS if self.count_created else CREATED_DOES_NOT)

    def coverage_line(self) -> str:
        """What the figures rest on, in one line of Markdown: dates, zone, age, coverage."""
        remarks = self._remarks
        read = self.read_words
        if remarks and not self._short:
            read += f", with {count(remarks, 'remark')}"
        first, last = self.period.first_on, self.period.last_on
        return (
            f"{first:%b} {first.day} to {last:%b} {last.day}, {last:%Y} "
            f"(today so far), days of {safe(self.zone)} · "
            f"data as of {moment(self.snapshot.as_of_ms, self.zone)} · {read}"
        )

    @property
    def read_words(self) -> str:
        """Whether everything could be read, and else what could not."""
        short = self._short
        return f"not complete: {', '.join(short)}" if short else "everything could be read"

    @property
    def fully_read(self) -> bool:
        """Whether everything could be read, and there is nothing to remark."""
        return not (self._short or self._remarks)

    @property
    def _short(self) -> list[str]:
        states = dict(self.snapshot.meta["coverage"])
        return [name for name, state in states.items() if state != "complete"]

    @property
    def _remarks(self) -> int:
        coverage = self.snapshot.coverage
        return int(((coverage["state"] == "complete") & (coverage["reason"] != "")).sum())

    @property
    def _key(self) -> tuple[Any, ...]:
        return self.zone, self.days, self.count_created


@overload
def frame(
    title: str,
    *,
    question: str = "",
    needs_data: Literal[True] = True,
    for_administrators: bool = False,
) -> View: ...
@overload
def frame(title: str, *, question: str = "", needs_data: Literal[False]) -> None: ...
def frame(
    title: str, *, question: str = "", needs_data: bool = True, for_administrators: bool = False
) -> View | None:
    """Opens a page; stops it where this session is not connected or nothing is synced yet.

    A page that needs no data gets no view. Where people log in, it is for administrators, as
    is one that says so.
    """
    navigation.ensure_table()
    st.set_page_config(page_title=f"{title} · Jira usage", page_icon=brand.PAGE_ICON, layout="wide")
    brand.show()
    if session.is_shared():
        empty.show_only_shared()
    login.gate(administrators_only=for_administrators or not needs_data)
    signed = session.current()
    snapshot, trouble = _load(signed)
    if signed:
        with st.sidebar:
            sync_panel.show(signed, snapshot)
    if not needs_data:
        _header(title, question)
    elif signed is None and login.is_viewer():
        _header(title, question)
        empty.show_nothing_to_look_at(session.refusal())
    elif signed is None:
        _header(NOBODY_TITLE, "" if title == "Overview" else AGAIN.format(title=title))
        empty.show_not_connected()
    elif isinstance(trouble, NothingSynced):
        _header(title, question)
        empty.show_nothing_synced(signed)
    elif trouble:
        _header(title, question)
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
    _header(title, question, view)
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


def _load(signed: session.Session | None) -> tuple[Snapshot | None, JiraUsageError | None]:
    """The session's snapshot, or why there is none."""
    if signed is None:
        return None, None
    try:
        return cache.load_snapshot(signed.kept), None
    except JiraUsageError as error:
        return None, error


def _header(title: str, question: str, view: View | None = None) -> None:
    st.title(title, anchor=False)
    told = [question] if question else []
    if view:
        ago = age(time.time() - view.snapshot.as_of_ms / 1000)
        told.append(f"last {view.days} days · synced {ago} · {view.read_words}")
    if told:
        st.caption(" · ".join(told))
    login.show_purpose()
