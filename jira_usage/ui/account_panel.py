"""Whose connection this is, and the ways out: disconnect, forget the data."""

from __future__ import annotations

import streamlit as st

from jira_usage import jobs
from jira_usage.errors import JiraUsageError
from jira_usage.ui import cache, check_panel, login, session
from jira_usage.ui.errors import show_error
from jira_usage.ui.session import Session
from jira_usage.ui.text import safe, safe_name

ORIGINS = {
    "form": "",
    "demo": "An invented company with invented prices, to try the app on.",
    "environment": "Connected by this server's settings: "
    "everybody who can open this address sees it.",
}
LISTED = "Connected by this server's settings: everybody on its list sees it."


def show_account(signed: Session | None) -> None:
    """Who is connected and logged in, and the buttons that end it."""
    if signed and not login.is_viewer():
        told = [f"Connected as **{safe_name(signed.account)}**."] if signed.account else []
        listed = signed.origin == "environment" and login.is_set_up()
        origin = LISTED if listed else ORIGINS[signed.origin]
        told += [words for words in (origin, safe(signed.note)) if words]
        st.space("xsmall")
        st.caption(" ".join(told))
        disconnect_button("sidebar_disconnect", "tertiary")
    login.show_account()


def disconnect_button(key: str, kind: session.ButtonKind = "secondary") -> None:
    st.button(
        "Disconnect",
        icon=":material/logout:",
        key=key,
        on_click=_disconnect,
        type=kind,
        help="Forgets the token. The synced data stays, for whoever connects with it again.",
    )


def forget_button(signed: Session) -> None:
    """Asks first, then deletes what is kept of the site for this account."""
    if st.button("Forget this site's data", icon=":material/delete_forever:", key="forget"):
        _confirm(signed)


@st.dialog("Forget this site's data?", icon=":material/delete_forever:")
def _confirm(signed: Session) -> None:
    st.markdown(
        f"Everything this app has stored of **{safe_name(signed.site_name)}** for this account is "
        "deleted from the disk. Nothing changes in Jira."
    )
    st.markdown(
        "The next sync reads the site again. Comments and work logs that were deleted in Jira "
        "meanwhile will be missing from it. Your decisions, protections, prices and uploaded dates "
        "go too."
    )
    job = jobs.latest(signed.job_key)
    if job and job.running:
        st.warning("A sync is running. Cancel it first.", icon=":material/sync:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="forget_no"):
            st.rerun()
        if st.button("Forget the data", type="primary", key="forget_yes"):
            _forget(signed)


def _forget(signed: Session) -> None:
    job = jobs.latest(signed.job_key)
    if job and job.running:
        return
    try:
        signed.kept.forget()
    except JiraUsageError as error:
        show_error(error)
        return
    cache.drop_site(signed.kept)
    jobs.drop(signed.job_key)
    st.toast("The site's data is deleted.", icon=":material/delete_forever:")
    st.rerun()


def _disconnect() -> None:
    session.disconnect()
    check_panel.forget()
