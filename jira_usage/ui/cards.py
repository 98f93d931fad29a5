"""A titled card, what it may hold, and the row of numbers that opens a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, findings
from jira_usage.metrics.headline import Headline
from jira_usage.ui.frame import View
from jira_usage.ui.text import safe


@contextmanager
def card(title: str, more: str = "") -> Iterator[None]:
    """A bordered section under a heading; both texts are plain, and made safe here."""
    with st.container(border=True):
        heading(title, more)
        yield


@contextmanager
def part(title: str, more: str = "") -> Iterator[None]:
    """A card within a section: one heading lower, and as high as its neighbor."""
    with st.container(border=True, height="stretch"):
        heading(title, more, inner=True)
        yield


def heading(title: str, more: str = "", *, inner: bool = False) -> None:
    """A section's heading and what stands under it; `inner` for a part of a section."""
    (st.subheader if inner else st.header)(safe(title), anchor=False)
    if more:
        st.caption(safe(more))


def chart(figure: Any, *, key: str, alt: str) -> None:
    """A chart without tool bar; `alt` says what it shows to whoever can't see it."""
    st.plotly_chart(figure, config=charts.CONFIG, key=key, alt=alt)


def headline_cards(headlines: Sequence[Headline]) -> None:
    """The numbers a page opens with, each with the way to the people it counts."""
    with st.grid(4, min_column_width=160):
        for headline in headlines:
            with st.container(border=True, height="stretch"):
                st.metric(headline.label, headline.value, help=headline.help)
                st.caption(safe(headline.note))
                if headline.link:
                    people_link(headline.link, headline.filters)


def people_link(
    label: str, filters: Mapping[str, str], icon: str = ":material/arrow_forward:"
) -> None:
    """Opens the Users page with filters."""
    st.page_link("pages/users.py", label=label, icon=icon, query_params=dict(filters))


def active_trend(view: View) -> None:
    """The card of active people per day."""
    trend = view.cached(answers.active_trend)
    finding = findings.trend(view.cached(answers.rates), trend)
    more = f"People with at least one counted act, per day. {findings.trend_more(trend)}"
    with card(finding, more):
        chart(
            charts.active_trend(trend),
            key="chart_trend",
            alt=f"Bars of active people per day with a 7-day mean. {finding}.",
        )
