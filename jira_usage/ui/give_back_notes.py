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

EXPORT = "The administrators' export, uploaded on the page Renewal, tells them apart."


def show(view: View, listed: Reclaim) -> None:
    """When the money begins to be saved, and what is not known of readers; often nothing."""
    said = terms_said()
    money = savings_words(savings(listed, said, view.period.last_on), said.currency)
    readers = readers_words(listed)
    words = " ".join(one for one in (money, readers, readers and EXPORT) if one)
    if words:
        st.caption(safe(words))
        st.page_link("pages/renewal.py", label="Open Renewal", icon=":material/arrow_forward:")


def terms_said() -> Terms:
    """What people said they pay; nothing where it can't be read, which the page says elsewhere."""
    signed = session.current()
    try:
        return terms_of(signed.kept) if signed else Terms()
    except StoreDamaged:
        return Terms()
