"""For somebody who is not connected: what the app answers, the demo, and the form."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from jira_usage.connection import Connection
from jira_usage.errors import AuthenticationFailed, JiraUsageError, SiteError
from jira_usage.ui import check_panel, demo_site, session, sync_panel
from jira_usage.ui.errors import show_error
from jira_usage.ui.text import safe, safe_name

PROMISE = (
    "See how many people really work in your Jira Cloud site, day by day, "
    "and which licenses show no work."
)
ANSWERS = (
    (
        ":material/groups:",
        "**Who works.** Comments, changes and work logs, for each of 30 to 180 days.",
    ),
    (":material/key:", "**Which licenses show no work.** By product, and how sure that is."),
    (":material/verified:", "**How sure.** Every figure says what the token could not see."),
)
TOKEN_ROUND, PROBLEM = "connect_round", "connect_problem"
TOKENS_PAGE = "https://id.atlassian.com/manage-profile/security/api-tokens"
STEPS = f"""
**Site URL.** The address in your browser when Jira is open, such as
`https://your-domain.atlassian.net`. Paste it as it is.

**API token.**
1. Open [id.atlassian.com › Security › API tokens]({TOKENS_PAGE}).
2. Choose *Create API token*, give it a name and an end date (a year at most).
3. Copy it at once: Atlassian shows it only this time.

**Permissions.** A Jira administrator sees all of them under
*Settings › System › Global permissions*:
1. *Browse users and groups*: needed to know people who did nothing.
2. *Administer Jira*: needed to know licenses, seats and roles.
3. In the projects, *Browse projects*: work that the account can't see is not counted.

Without one of them the app still runs, and says what is missing.

**A token with scopes** works too. It needs `read:jira-work`, `read:jira-user` and
`manage:jira-configuration`.
"""


def show(then: Callable[[], None]) -> None:
    """Draws the welcome; calls `then` once the session is connected."""
    _show_refusal(then)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.markdown(PROMISE)
        for icon, words in ANSWERS:
            st.markdown(f"{icon} {words}")
        st.space("small")
        if st.button(
            "Explore the demo site", type="primary", icon=":material/play_circle:", key="demo"
        ):
            _open_demo(then)
        st.caption(
            "An invented company with invented prices, on this computer. Nothing to set up, "
            "nothing leaves the machine."
        )
    with right:
        show_form(then)


def fill_in(connection: Connection) -> None:
    """Writes a connection's site and email into the form, unless somebody has typed; no token."""
    st.session_state.setdefault("connect_site", connection.site.url)
    st.session_state.setdefault("connect_email", connection.email)


def show_form(then: Callable[[], None], title: str = "Connect your site") -> None:
    """The form for a site, email and token, with help on where to find them."""
    # A new key empties the field: the token does not stay in the page after it was used.
    token_key = f"connect_token_{st.session_state.setdefault(TOKEN_ROUND, 0)}"
    with st.form("connect", enter_to_submit=True):
        st.header(title, anchor=False)
        site = st.text_input(
            "Site URL",
            key="connect_site",
            placeholder="https://your-domain.atlassian.net",
            autocomplete="url",
            icon=":material/language:",
            help="The address in your browser when Jira is open. Any page of it will do.",
        )
        email = st.text_input(
            "Email",
            key="connect_email",
            placeholder="you@example.com",
            autocomplete="email",
            icon=":material/mail:",
            help="The address you log in to Atlassian with. The token must belong to it.",
        )
        token = st.text_input(
            "API token",
            type="password",
            key=token_key,
            autocomplete="off",
            icon=":material/key:",
            help="From id.atlassian.com › Security › API tokens. "
            "The account needs “Browse users and groups” and “Administer Jira”.",
        )
        sent = st.form_submit_button(
            "Test and connect", icon=":material/cable:", width="stretch", key="connect_send"
        )
        st.caption(
            ":material/lock: The app only reads. The token stays in this server's memory "
            "until you disconnect or close the tab; it is never stored."
        )
    if sent:
        _test_and_connect(site or "", email or "", token or "", then)
    problem = st.session_state.pop(PROBLEM, None)
    if isinstance(problem, JiraUsageError):
        show_error(problem)
    with st.expander("Where do I find these, and which permissions?", icon=":material/help:"):
        st.markdown(STEPS)


def _test_and_connect(site: str, email: str, token: str, then: Callable[[], None]) -> None:
    lines = []
    try:
        connection = session.parse(site, email, token)
        with st.status("Testing the connection…", expanded=True) as status:
            try:
                for line in session.check_lines(connection):
                    check_panel.show_line(line)
                    lines.append(line)
            except JiraUsageError:
                status.update(label="The test did not pass", state="error")
                raise
            status.update(label="Connecting…")
            signed = session.connect(connection)
            status.update(label="Connected", state="complete")
    except SiteError as trouble:
        _open_what_is_kept(site, email, token, trouble, then)
        return
    except JiraUsageError as error:
        if isinstance(error, AuthenticationFailed):
            _empty_the_token()
            st.session_state[PROBLEM] = error
            st.rerun()
        show_error(error)
        return
    check_panel.keep(lines)
    sync_panel.put_failure_away(signed)
    _empty_the_token()
    st.toast(f"Connected to {safe_name(signed.site_name)} as {safe_name(signed.account)}")
    time.sleep(0.6)  # long enough to see that every line passed
    then()


def _open_what_is_kept(
    site: str, email: str, token: str, trouble: SiteError, then: Callable[[], None]
) -> None:
    """Where the site can't be asked, the token of the last sync opens what it made."""
    try:
        signed = session.connect(session.parse(site, email, token))
    except JiraUsageError:
        show_error(trouble)
        return
    _empty_the_token()
    st.toast(safe(signed.note), icon=":material/cloud_off:")
    then()


def _open_demo(then: Callable[[], None]) -> None:
    try:
        with st.spinner("Starting the demo site…", show_time=True):
            signed = session.connect(demo_site.connection(), "demo")
            demo_site.note_prices(signed.kept)
    except JiraUsageError as error:
        show_error(error)
        return
    check_panel.forget()
    sync_panel.start(signed, days=demo_site.DAYS)
    then()


def _show_refusal(then: Callable[[], None]) -> None:
    """The connection of the server's environment: why it failed, or how to take it again."""
    if not session.environment_is_set():
        return
    refused = session.refusal()
    if refused:
        st.caption("This server is set up with JIRA_SITE, JIRA_EMAIL and JIRA_API_TOKEN.")
        show_error(refused)
    else:
        st.info(
            "This server has a connection of its own, set up by whoever runs it.",
            icon=":material/dns:",
        )
    if st.button("Try the server's connection again" if refused else "Use the server's connection"):
        try:
            session.connect_from_environment()
        except JiraUsageError as error:
            show_error(error)
        else:
            then()


def _empty_the_token() -> None:
    st.session_state[TOKEN_ROUND] += 1
