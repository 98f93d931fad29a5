"""Active people per day."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import (
    CLEAR,
    DAY_WIDTH,
    GRID,
    MEAN,
    PEOPLE,
    WEEKEND,
    day_axis,
    figure,
    legend_above,
    note,
)
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import plural

MOST_SPIKES = 3


def active_trend(
    frame: pd.DataFrame, spikes: pd.DataFrame | None = None, *, height: int = 320
) -> go.Figure:
    """A bar per date and the 7-day mean as a line, from active_trend; `spikes` get a note.

    Weekends are grey, today is hatched because it is not over, and dates that were not
    read are shaded and empty. The line says nothing under the pointer, the bars tell the mean:
    of all that is under it a click takes the first alone, and a line has no points to choose.
    """
    told = frame[frame["active_users"].notna()]
    traces: list[object] = [
        _bars(told[~told["weekend"] & ~told["incomplete"]], "Working day", PEOPLE),
        _bars(told[told["weekend"] & ~told["incomplete"]], "Weekend", WEEKEND),
        _bars(told[told["incomplete"]], "Today so far", PEOPLE, hatched=True),
    ]
    mean = frame[frame["mean_7"].notna()]
    if len(mean):
        traces.append(
            go.Scatter(
                x=mean["date"],
                y=mean["mean_7"].astype(float),
                name="7-day mean",
                mode="lines+markers" if len(mean) == 1 else "lines",
                line={"color": MEAN, "width": 2.5, "shape": "spline", "smoothing": 0.6},
                hoverinfo="skip",
            )
        )
    made = figure(
        traces,
        height=height,
        barmode="overlay",
        showlegend=True,
        legend=legend_above(),
        hovermode="x unified",
    )
    made.update_xaxes(**day_axis(list(frame["date"])))
    made.update_yaxes(title={"text": "people", "font": {"size": 12}}, nticks=5, tickformat=",d")
    if int(told["active_users"].max() if len(told) else 0) <= 5:
        made.update_yaxes(dtick=1)
    _shade_unread(made, frame)
    if spikes is not None:
        _note_spikes(made, told, spikes)
    return made


def _bars(rows: pd.DataFrame, name: str, color: str, *, hatched: bool = False) -> go.Bar:
    fill = {"shape": "/", "fgcolor": color, "bgcolor": CLEAR, "size": 6, "solidity": 0.45}
    return go.Bar(
        x=rows["date"],
        y=rows["active_users"].astype(int),
        name=name,
        customdata=[_more(row) for row in each(rows)],
        width=DAY_WIDTH,
        showlegend=bool(len(rows)),
        marker={
            "color": color,
            "pattern": fill if hatched else {"shape": ""},
            "line": {"width": 1 if hatched else 0, "color": color},
            "cornerradius": 3,
        },
        hovertemplate=f"{name}: <b>%{{y:,}}</b> active, %{{customdata}}<extra></extra>",
    )


def _more(row: Any) -> str:
    """“1,234 acts of all accounts”, and in a line of its own the mean, where it is known."""
    mean = "" if pd.isna(row.mean_7) else f"<br>7-day mean: <b>{row.mean_7:.1f}</b>"
    return plural(int(row.actions), "act") + " of all accounts" + mean


def _note_spikes(made: go.Figure, told: pd.DataFrame, spikes: pd.DataFrame) -> None:
    """Over the bars of dates far above the usual: how far, and what kind of acts."""
    heights = dict(zip(told["date"], told["active_users"].astype(int), strict=True))
    for row in each(spikes.nlargest(MOST_SPIKES, "actions")):
        if row.date not in heights:
            continue
        times = f"{float(row.actions) / row.usual:.0f}× the acts" if row.usual else "many acts"
        made.add_annotation(
            note(
                f"⚡ {times}",
                x=row.date,
                y=heights[row.date],
                yanchor="bottom",
                hovertext=f"{int(row.actions):,} acts, {row.share:.0%} of them {row.kind.lower()}",
            )
        )


def _shade_unread(made: go.Figure, frame: pd.DataFrame) -> None:
    unread = frame.loc[frame["active_users"].isna(), "date"]
    if unread.empty:
        return
    half = pd.Timedelta(hours=12)
    first, last = pd.Timestamp(unread.iloc[0]) - half, pd.Timestamp(unread.iloc[-1]) + half
    made.add_vrect(x0=first, x1=last, fillcolor=GRID, line_width=0, layer="below")
    middle = first + (last - first) / 2
    made.add_annotation(note("not read", x=middle, y=0.5, yref="paper"))
