"""Whose data this browser session may see: its connection, kept in this server's memory alone.

Streamlit's session state holds an opaque handle. When the session ends, the handle goes
and the connection with its token goes with it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from weakref import WeakKeyDictionary

import streamlit as st

from jira_usage import jobs, settings
from jira_usage.admission import admit
from jira_usage.connection import Connection, Hosts
from jira_usage.errors import JiraUsageError, NothingSynced, SiteError
from jira_usage.pace import QUICK
from jira_usage.preflight import CheckLine, check, sign_in
from jira_usage.store import SiteStore, Store
from jira_usage.ui import login

HANDLE, LEFT, REFUSED = "session_handle", "session_left", "session_refused"
SHARED = "session_shared"
ENVIRONMENT = ("JIRA_SITE", "JIRA_EMAIL", "JIRA_API_TOKEN")
Origin = Literal["form", "environment", "demo"]
ButtonKind = Literal["primary", "secondary", "tertiary"]


class Handle:
    """Stands for a connection without holding it."""


@dataclass(frozen=True)
class Session:
    """A connection that was admitted, and what is kept for its account."""

    connection: Connection
    kept: SiteStore
    origin: Origin
    account: str = ""
    note: str = ""

    @property
    def site_name(self) -> str:
        return "Demo site" if self.origin == "demo" else self.connection.site.host

    @property
    def job_key(self) -> str:
        return str(self.kept.folder)


_sessions: WeakKeyDictionary[Handle, Session] = WeakKeyDictionary()
_lock = threading.Lock()


def current() -> Session | None:
    """This session's connection; made from the server's own where that is set.

    A viewer has no other: what the same browser session was connected to before is not theirs.
    A session that opened a link has none, and never gets one.
    """
    if is_shared():
        return None
    found, viewer = _found(), login.is_viewer()
    if viewer and found and found.origin != "environment":
        found = None
    left = st.session_state.get(LEFT) and not viewer
    if found or left or not environment_is_set():
        return found
    if REFUSED not in st.session_state:
        with st.spinner("Asking Jira whether the server's token is accepted…"):
            try:
                return connect_from_environment()
            except JiraUsageError as error:
                st.session_state[REFUSED] = error
    return None


def share_only() -> None:
    """From now on this session sees what links show, and no other page."""
    st.session_state[SHARED] = True


def is_shared() -> bool:
    """Whether this session has opened a link, or tried to."""
    return bool(st.session_state.get(SHARED))


def refusal() -> JiraUsageError | None:
    """Why the environment's connection was not accepted, if it was tried."""
    refused: JiraUsageError | None = st.session_state.get(REFUSED)
    return refused


def environment_is_set() -> bool:
    """Whether this server has a connection of its own, by its environment or its settings."""
    told = settings.environment(os.environ)
    return all(told.get(name, "").strip() for name in ENVIRONMENT)


def connect_from_environment() -> Session:
    """Connects with the server's own connection, once Jira accepts it.

    Whom the settings admit by login sees at once what that very connection has synced.
    """
    connection = Connection.from_environment(settings.environment(os.environ))
    st.session_state.pop(REFUSED, None)
    kept = _synced_by(connection) if login.is_set_up() else None
    return _enter(kept or _admitted(connection, "environment"))


def parse(site: str, email: str, api_token: str) -> Connection:
    """The connection a person typed, under this server's rule of hosts."""
    return Connection.parse(
        site,
        email,
        api_token,
        hosts=Hosts.parse(os.environ.get("JIRA_USAGE_ALLOWED_HOSTS", "")),
        gateway=os.environ.get("JIRA_USAGE_GATEWAY", ""),
    )


def check_lines(connection: Connection) -> Iterator[CheckLine]:
    """The check, line by line; raises what stops everything."""
    return check(connection, patience=QUICK)


def connect(connection: Connection, origin: Origin = "form") -> Session:
    """Makes this the session's connection; the site says whose token it is."""
    login.require_administrator()
    return _enter(_admitted(connection, origin))


def disconnect() -> None:
    """Forgets the token. A sync that nobody else watches is stopped."""
    handle = st.session_state.pop(HANDLE, None)
    with _lock:
        left = _sessions.pop(handle, None) if handle else None
        watched = {session.job_key for session in _sessions.values()}
    if left and left.job_key not in watched:
        jobs.cancel(left.job_key)
    st.session_state[LEFT] = True


def _found() -> Session | None:
    handle = st.session_state.get(HANDLE)
    with _lock:
        found = _sessions.get(handle) if isinstance(handle, Handle) else None
    if found is None:
        return None
    return replace(found, kept=found.kept.guarded(login.require_administrator))


def _enter(session: Session) -> Session:
    handle = Handle()
    with _lock:
        _sessions[handle] = session
    st.session_state[HANDLE] = handle
    st.session_state.pop(LEFT, None)
    return session


def _synced_by(connection: Connection) -> Session | None:
    """What this very site, email and token have synced before, told without asking Jira."""
    store = Store.open(os.environ)
    kept = store.admitted(connection.site.url, connection.email, connection.api_token)
    generation = kept.current() if kept else None
    if kept is None or generation is None:
        return None
    account = str(generation.meta.get("display_name", ""))
    return Session(connection, kept, "environment", account=account)


def _admitted(connection: Connection, origin: Origin) -> Session:
    store = Store.open(os.environ)
    try:
        signed_in = sign_in(connection, patience=QUICK)
    except SiteError as trouble:
        try:
            kept = admit(connection, store)
        except NothingSynced:
            raise trouble from None
        note = f"{trouble.message} You see what was synced before."
        return Session(connection, kept, origin, note=note)
    signed_in.cloud.transport.close()
    kept = store.site(signed_in.site_url, signed_in.account_id)
    return Session(connection, kept, origin, account=signed_in.display_name)
