"""Who is looking: nobody, a viewer or an administrator. Asked on every run, by every page.

Where no login is set up, whoever sits at this machine is the administrator, and the app
opens for nobody else.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from jira_usage import settings
from jira_usage.connection import is_loopback
from jira_usage.errors import InvalidInput, JiraUsageError, PermissionMissing
from jira_usage.roles import Access, Standing
from jira_usage.scope import People
from jira_usage.ui.errors import show_error
from jira_usage.ui.text import safe, safe_name

SEEN = "login_seen"
KEYS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32
PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded")
WORDS = {
    Standing.LOGGED_OUT: "Log in to see this.",
    Standing.TOO_OLD: "Your login has ended. Log in again.",
    Standing.UNVERIFIED: "The login service does not say that your email address is verified, "
    "so it can't be relied on. Ask whoever runs that service.",
    Standing.NOT_LISTED: "You are logged in, and you are not on this app's list. "
    "Ask whoever runs this app to add your address.",
}
OPEN_FURTHER = (
    "Set up a login first: the sections [auth] and [access] of .streamlit/secrets.toml, as in "
    "the example beside it. Until then, start the app with --server.address 127.0.0.1 and "
    "without names of other hosts in server.allowedHosts."
)


# The settings files that have asked for a login. One that has stays closed when it is emptied
# or lost: else everybody would be the administrator of this machine until it is back.
_asked: set[Path] = set()
_moment = threading.local()
_logged: set[str] = set()
log = logging.getLogger(__name__)
T = TypeVar("T")


@contextmanager
def one_moment() -> Iterator[None]:
    """The run of a page: within it, who is looking is found out once, not for each part."""
    _moment.found = {}
    try:
        yield
    finally:
        del _moment.found


def is_set_up() -> bool:
    """Whether people have to log in here; any trace of it in the settings means that they do."""
    return _once("set up", lambda: _is_asked(settings.sections(os.environ)))


def _is_asked(told: Mapping[str, Any]) -> bool:
    place = settings.place(os.environ)
    # Streamlit says whether somebody is logged in where its own settings have a login.
    if "auth" in told or "access" in told or "is_logged_in" in st.user.to_dict():
        _asked.add(place)
    return place in _asked


def standing() -> Standing:
    """What whoever is looking may do, by the settings of this moment.

    InvalidInput where the settings can't be relied on: then nobody may do anything.
    """
    return _once("standing", _standing)


def _once(what: str, find: Callable[[], T]) -> T:
    found: dict[str, Any] = getattr(_moment, "found", {})
    if what not in found:
        found[what] = find()
    known: T = found[what]
    return known


def _standing() -> Standing:
    told = settings.sections(os.environ)
    if not _is_asked(told):
        _must_be_local()
        return Standing.ADMINISTRATOR
    _must_be_complete(told)
    return Access.parse(told).standing(st.user.to_dict(), time.time())


def is_admitted() -> bool:
    """Whether whoever is looking may see anything at all; no where in doubt."""
    try:
        return standing().admitted
    except JiraUsageError:
        return False


def is_administrator() -> bool:
    """Whether whoever is looking may connect, sync, decide and delete; no where in doubt."""
    try:
        return standing() is Standing.ADMINISTRATOR
    except JiraUsageError:
        return False


def is_viewer() -> bool:
    """Whether whoever is looking may only look."""
    try:
        return standing() is Standing.VIEWER
    except JiraUsageError:
        return False


def people_shown() -> People:
    """How people appear to whoever is looking; left out where in doubt."""
    try:
        if standing() is not Standing.VIEWER:
            return "names"
        return Access.parse(settings.sections(os.environ)).viewers_see
    except JiraUsageError:
        return "none"


def require_administrator() -> None:
    """Raises PermissionMissing where whoever acts is no administrator at this very instant."""
    with suppress(JiraUsageError):
        if _standing() is Standing.ADMINISTRATOR:
            return
    raise PermissionMissing(
        "Only an administrator of this app may do that.",
        "Ask one, or log in again where you are one.",
    )


def gate(*, administrators_only: bool) -> None:
    """Stops the page for everybody who may not see it."""
    try:
        found = standing()
    except InvalidInput as error:
        st.title("This app is not open", anchor=False)
        _show_trouble(error)
        st.stop()
    st.session_state[SEEN] = found
    if not found.admitted:
        _show_door(found)
        st.stop()
    if administrators_only and found is not Standing.ADMINISTRATOR:
        st.title("For administrators", anchor=False)
        st.info("You can look at everything else, and change nothing.", icon=":material/lock:")
        st.page_link("pages/overview.py", label="Open the overview", icon=":material/monitoring:")
        show_account()
        st.stop()


def recheck() -> None:
    """For what redraws itself: runs the whole page again where the gate would now say another."""
    try:
        same = standing() is st.session_state.get(SEEN, Standing.ADMINISTRATOR)
    except JiraUsageError:
        same = False
    if not same:
        st.rerun()


def show_purpose() -> None:
    """What this server's data is used for, in its administrator's words."""
    if is_set_up() and (purpose := Access.parse(settings.sections(os.environ)).purpose):
        st.caption(f":material/policy: {safe(purpose)}")


def show_account() -> None:
    """Who is logged in, as what, and the way out."""
    if not is_set_up():
        return
    with st.sidebar:
        told = f"Logged in as {safe_name(_email())}"
        if is_viewer():
            told += ", viewer: you can look at everything"
            told += " that shows no names" if people_shown() != "names" else ""
        st.caption(f"{told}.")
        _log_out("sidebar_log_out")


def _show_trouble(error: InvalidInput) -> None:
    """What is wrong with the settings; to who comes through a proxy only that something is."""
    if error.message not in _logged:
        _logged.add(error.message)
        log.error("not open: %s", error)
    if _is_passed_on() and error.remedy != OPEN_FURTHER:
        st.error(
            "Its settings can't be relied on. Whoever runs it finds the reason in its log.",
            icon=":material/lock:",
        )
    else:
        show_error(error)


def _show_door(found: Standing) -> None:
    st.title("Jira usage", anchor=False)
    if found is Standing.LOGGED_OUT:
        st.markdown(WORDS[found])
    else:
        st.warning(WORDS[found], icon=":material/lock:")
    if email := _email():
        st.caption(f"Logged in as {safe_name(email)}.")
    with st.container(horizontal=True):
        if found in (Standing.LOGGED_OUT, Standing.TOO_OLD):
            st.button(
                "Log in",
                key="log_in",
                type="primary",
                icon=":material/login:",
                on_click=st.login,
            )
        if found is not Standing.LOGGED_OUT:
            _log_out("log_out")


def _log_out(key: str) -> None:
    st.button("Log out", key=key, type="tertiary", icon=":material/logout:", on_click=st.logout)


def _email() -> str:
    return str(st.user.to_dict().get("email") or "")


def _must_be_local() -> None:
    """Without a login, only this machine may reach the app."""
    address = str(st.get_option("server.address") or "")
    named = st.get_option("server.allowedHosts") or []
    if not is_loopback(address):
        raise InvalidInput(
            "No login is set up, and this app listens to other machines too.", OPEN_FURTHER
        )
    if not named or not all(is_loopback(str(host).rpartition("://")[2]) for host in named):
        raise InvalidInput(
            "No login is set up, and this app answers under names of other machines.", OPEN_FURTHER
        )

    if _is_passed_on():
        raise InvalidInput(
            "No login is set up, and a proxy passes this app on to others.", OPEN_FURTHER
        )


def _is_passed_on() -> bool:
    return any(_headers().get(name) for name in PASSED_ON)


def _headers() -> Mapping[str, str]:
    return st.context.headers


def _must_be_complete(told: Mapping[str, Any]) -> None:
    auth = told.get("auth")
    auth = auth if isinstance(auth, Mapping) else {}
    missing = [key for key in KEYS if not (isinstance(auth.get(key), str) and auth[key].strip())]
    if missing:
        raise InvalidInput(
            f"The login is not set up whole: {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing in [auth].",
            "Compare .streamlit/secrets.toml with the example beside it.",
        )
    if len(auth["cookie_secret"]) < SHORTEST_SECRET:
        raise InvalidInput(
            "“cookie_secret” in [auth] is too short: whoever guesses it can be anybody.",
            'Make one with: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
