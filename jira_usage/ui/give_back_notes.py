"""What stands beside the number of licenses to give back: who may only read, and what is saved."""

from __future__ import annotations

import streamlit as st

from jira_usage.errors import StoreDamaged
from jira_usage.metrics.reclaim import Reclaim
from jira_usage.metrics.savings import readers_words, savings, savings_words
from jira_usage.terms import Terms, terms_of
from jira_usage.ui import session
from jira_usage.ui.text import safe
from jira_usage.ui.view import View


def show(view: View, listed: Reclaim) -> None:
    """When the money begins to be saved, and what is not known of readers; often nothing."""
    said = terms_said()
    told = savings(listed, said, view.period.last_on)
    words = " ".join(
        one for one in (savings_words(told, said.currency), readers_words(listed)) if one
    )
    if words:
        st.caption(safe(words, longest=len(words)))


def terms_said() -> Terms:
    """What people said they pay; nothing where it can't be read, which the page says elsewhere."""
    signed = session.current()
    try:
        return terms_of(signed.kept) if signed else Terms()
    except StoreDamaged:
        return Terms()
