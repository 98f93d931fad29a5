"""The way to forget one person: asked for on their page, and done once it is confirmed."""

from __future__ import annotations

import streamlit as st

from jira_usage import jobs
from jira_usage.errors import JiraUsageError
from jira_usage.forgetting import forget_person
from jira_usage.ui import cache, login, session
from jira_usage.ui.errors import show_error
from jira_usage.ui.session import Session
from jira_usage.ui.text import safe_name


def show(name: str, account_id: str) -> None:
    """The button; only for whoever may delete."""
    signed = session.current()
    if signed is None or not login.is_administrator():
        return
    if st.button(
        "Forget this person",
        icon=":material/person_remove:",
        key="forget_person",
        type="tertiary",
        help="Deletes what is kept of this person here. Nothing changes in Jira.",
    ):
        _confirm(signed, name, account_id)


@st.dialog("Forget this person?", icon=":material/person_remove:")
def _confirm(signed: Session, name: str, account_id: str) -> None:
    st.markdown(
        f"The name, the address, the acts and the decisions of **{safe_name(name)}** are deleted "
        "from what this server keeps for the connected account, and later syncs leave them out. "
        "Nothing changes in Jira, nor in what the server keeps for other accounts that have read "
        "this site."
    )
    st.markdown(
        "Earlier days then count fewer people and acts than Jira shows, and so do licenses. "
        "Frozen links that show people are revoked. This can't be taken back, except by "
        "forgetting the whole site."
    )
    job = jobs.latest(signed.job_key)
    if job and job.running:
        st.warning("A sync is running. Cancel it first.", icon=":material/sync:")
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep them", key="forget_person_no"):
            st.rerun()
        if st.button("Forget", type="primary", key="forget_person_yes"):
            _forget(signed, account_id)


def _forget(signed: Session, account_id: str) -> None:
    try:
        forget_person(signed.kept, account_id)
    except JiraUsageError as error:
        show_error(error)
        return
    cache.drop_site(signed.kept)
    st.switch_page("pages/users.py")
