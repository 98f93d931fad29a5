"""The numbers the Reclaim page opens with: how many licenses, and how sure that is."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from jira_usage.metrics.facets import Choices
from jira_usage.metrics.prices import round_amount
from jira_usage.metrics.reclaim import (
    COULD_BE_GIVEN_BACK,
    GIVES_BACK,
    Reclaim,
    count_words,
    free_words,
)
from jira_usage.metrics.words import CONFIDENCE_WORDS, people_count
from jira_usage.ui import address, unseen_notes
from jira_usage.ui.text import safe

MEANS = {
    "high": "Long known, nearly all projects seen, and nothing speaks for a need.",
    "medium": "Something is not known, or the person leads a project.",
    "low": "Little is known, or something speaks against it. Ask first.",
}
FREE = "What is free, by Jira's word on the plan, saves nothing when it is given back."
WHOLE = (
    "Licenses, not people: of whoever did no work for long. "
    "Those kept or protected by hand are left out."
)


def show(listed: Reclaim, currency: str) -> None:
    """All of them, then by confidence; each number opens its list."""
    with st.grid(4, min_column_width=180):
        _card(listed, COULD_BE_GIVEN_BACK, tuple(CONFIDENCE_WORDS), WHOLE, currency)
        for level, word in CONFIDENCE_WORDS.items():
            _card(listed, f"{word} confidence", (level,), MEANS[level], currency)
    known, limits = listed.grounds.known, listed.grounds.thresholds
    if listed.size and known.short(limits):
        st.caption(known.short(limits))
    unseen_notes.show(listed)
    if listed.size and listed.against_each:
        st.caption(f"**Against each of these:** {safe(' '.join(listed.against_each))}")
    if listed.untold:
        st.info(
            safe(listed.untold_why),
            title=f"Of {people_count(listed.untold)} it can't be told",
        )


def money(amount: float, currency: str) -> str:
    """“1,234.50 USD”."""
    return f"{amount:,.2f} {safe(currency)}".strip()


def _card(
    listed: Reclaim, label: str, levels: tuple[str, ...], meaning: str, currency: str
) -> None:
    choices = {**GIVES_BACK, "confidence": list(levels)}
    rows = listed.select(choices).rows
    with st.container(border=True, height="stretch"):
        st.metric(label, f"{len(rows):,}", help=meaning)
        monthly = listed.monthly(rows)
        if monthly:
            told = [safe(round_amount(Decimal(cost), currency)) for cost in (monthly, monthly * 12)]
            st.caption(f"{told[0]} a month, {told[1]} a year")
        if free := free_words(listed, rows):
            st.caption(free, help=FREE)
        if len(rows):
            st.button(
                count_words(listed, rows),
                icon=":material/arrow_forward:",
                type="tertiary",
                key=f"reclaim_open_{levels[0]}_{len(levels)}",
                on_click=_open,
                args=(listed, choices),
            )


def _open(listed: Reclaim, choices: Choices) -> None:
    """Filters this very page: a link to the page one is on does not reach the address bar."""
    address.clear([facet.key for facet in listed.facets])
    for key, values in choices.items():
        st.query_params[key] = values
