"""A titled card, what it may hold, and the row of numbers that opens a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import charts
from jira_usage.metrics import answers, findings, narrowing
from jira_usage.metrics.headline import Headline
from jira_usage.ui import address, brand
from jira_usage.ui.text import safe
from jira_usage.ui.view import View

Opens = Callable[[Mapping[str, Any]], Mapping[str, str] | None]
PEOPLE = {"type": "atlassian"}


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


def chart(figure: Any, *, key: str, alt: str, opens: Opens | None = None) -> None:
    """A chart without tool bar; `alt` says what it shows to whoever can't see it.

    With `opens` a click on a part of it opens the Users page with the filters that it
    returns for the point: its x and y, and the trace's name of things in `customdata`.
    """
    figure = charts.in_ink(figure, brand.ink())
    if opens is None:
        st.plotly_chart(figure, config=charts.CONFIG, key=key, alt=alt)
        return
    shown = st.plotly_chart(
        figure, config=charts.CONFIG, key=key, alt=alt, on_select="rerun", selection_mode="points"
    )
    # Streamlit tells of a figure's points as a mapping that is also an object.
    for point in shown["selection"]["points"]:
        filters = opens(point)
        if filters:
            open_people(filters)


def named(point: Mapping[str, Any]) -> str:
    """What a chart names a point by: the first of its customdata."""
    told = point["customdata"]
    return str(told[0] if isinstance(told, list | tuple) else told)


def open_people(filters: Mapping[str, str]) -> None:
    """Leaves for the Users page with filters, and what this page is narrowed to."""
    st.switch_page("pages/users.py", query_params=address.focus_shown() | dict(filters))


def headline_cards(headlines: Sequence[Headline]) -> None:
    """The numbers a page opens with, each with the way to the people it counts."""
    with st.grid(len(headlines), min_column_width=180):
        for headline in headlines:
            with st.container(border=True, height="stretch"):
                st.metric(headline.label, headline.value, help=headline.help)
                st.caption(safe(headline.note))
                if headline.link:
                    people_link(headline.link, headline.filters, page=headline.page)


def people_link(
    label: str,
    filters: Mapping[str, str | Sequence[str]],
    icon: str = ":material/arrow_forward:",
    *,
    page: str = "users",
) -> None:
    """Opens the Users page, or another list, with filters and what this page is narrowed to."""
    told = address.focus_shown() | dict(filters)
    st.page_link(f"pages/{page}.py", label=label, icon=icon, query_params=told)


def active_trend(view: View) -> None:
    """The card of active people per day."""
    trend = view.cached(answers.active_trend)
    finding = view.drawn(findings.trend, view.cached(answers.rates), trend)
    more = (
        f"People with at least one counted act, per day. {view.drawn(findings.trend_more, trend)} "
        "Click a day to see who."
    )
    with card(finding, more):
        chart(
            view.chart(charts.active_trend, trend, view.cached(answers.spikes)),
            key="chart_trend",
            alt=f"Bars of active people per day with a 7-day mean. {finding}.",
            opens=lambda point: active_on(str(point["x"])),
        )
        with st.expander("Day by day, as a table"):
            _days_table(view, view.drawn(_days, trend))


def active_on(day: str) -> dict[str, str]:
    """The filters that show the people who were active on a date, YYYY-MM-DD."""
    return PEOPLE | narrowing.on(date.fromisoformat(day[:10]))


def _days(trend: pd.DataFrame) -> pd.DataFrame:
    """The days that are known, the latest first."""
    latest = trend[trend["active_users"].notna()].iloc[::-1].reset_index(drop=True)
    return latest.assign(weekday=[f"{day:%A}" for day in latest["date"]])


def _days_table(view: View, latest: pd.DataFrame) -> None:
    picked = st.dataframe(
        view.table(latest),
        key="day_table",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height="content" if len(latest) < 12 else 420,
        column_order=("date", "weekday", "active_users", "actions", "mean_7"),
        column_config={
            "date": st.column_config.DateColumn("Date", format="MMM D, YYYY"),
            "weekday": "Weekday",
            "active_users": st.column_config.NumberColumn("Active people", format="localized"),
            "actions": st.column_config.NumberColumn(
                "Acts",
                format="localized",
                help="The counted acts of all accounts on that day: robots and portal "
                "customers too.",
            ),
            "mean_7": st.column_config.NumberColumn("7-day mean of people", format="%.1f"),
        },
        placeholder="—",
        alt="Active people and acts per day, the latest first",
    ).selection.rows
    st.caption("Tick a day to see its people.")
    if picked:
        open_people(active_on(str(latest["date"].iloc[picked[0]])))
