"""What a page shows where there is nothing to show: why, and the next step."""

from __future__ import annotations

import streamlit as st

from jira_usage import jobs
from jira_usage.errors import JiraUsageError
from jira_usage.ui import check_panel, login, sync_panel, welcome
from jira_usage.ui.account_panel import forget_button
from jira_usage.ui.errors import show_error
from jira_usage.ui.session import Session
from jira_usage.ui.text import safe, safe_name


def show_only_shared() -> None:
    """Whoever came by a link sees no other page; stops this one."""
    st.title("This page is not part of the link", anchor=False)
    st.caption("Open the link again, or ask whoever sent it.")
    st.stop()


def show_not_connected() -> None:
    """The welcome, in place: whoever connects here sees the page that was asked for."""
    welcome.show(st.rerun)


def show_nothing_to_look_at(refused: JiraUsageError | None = None) -> None:
    """For a viewer, where there is no data: whose turn it is."""
    st.info(
        f"{safe(refused.title)}. An administrator of this app has to look after it."
        if refused
        else "Nothing has been read from Jira yet. An administrator of this app starts that.",
        title="Nothing to show yet",
        icon=":material/hourglass_empty:",
    )


def show_nothing_synced(signed: Session) -> None:
    """Connected, but nothing read yet: the first sync, or its progress."""
    job = jobs.latest(signed.job_key)
    if job and job.running:
        sync_panel.show_large(signed)
        return
    if login.is_viewer():
        show_nothing_to_look_at()
        return
    sync_panel.show_failure(signed)
    with st.container(border=True):
        st.header("Connected. Now read the site", anchor=False)
        who = f" as **{safe_name(signed.account)}**" if signed.account else ""
        st.markdown(
            f"You are connected to **{safe_name(signed.site_name)}**{who}. "
            "One sync reads people, licenses and the work of the days you choose. It only reads, "
            "and takes seconds for a small site, minutes for a large one."
        )
        sync_panel.choose_days(None)
        st.button(
            "Sync now",
            type="primary",
            icon=":material/sync:",
            key="first_sync",
            on_click=sync_panel.start,
            args=(signed,),
        )
    check_panel.show_kept()


def show_damaged(signed: Session, error: JiraUsageError) -> None:
    """What is kept can't be read: read it again, or forget it."""
    job = jobs.latest(signed.job_key)
    if job and job.running:
        sync_panel.show_large(signed)
        return
    show_error(error)
    if login.is_viewer():
        return
    with st.container(horizontal=True):
        st.button(
            "Sync again",
            type="primary",
            icon=":material/sync:",
            key="repair_sync",
            on_click=sync_panel.start,
            args=(signed,),
            kwargs={"full": True},
        )
        forget_button(signed)
