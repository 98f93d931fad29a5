"""When people work: the hours of the week."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import SHADES, figure
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import WEEKDAYS, hour_words, plural

CELL_POINT = 6


def weekday_hours(frame: pd.DataFrame, zone: str) -> go.Figure:
    """A cell per weekday and hour, darker with more acts, from weekday_hours.

    Over each cell lies a point that can't be seen, with weekday, hour, acts and words as its
    customdata: what Streamlit tells of a click are points, never cells.
    """
    cells = frame.pivot(index="weekday", columns="hour", values="mean").astype("Float64")
    shades = go.Heatmap(
        z=cells.to_numpy(dtype=float, na_value=float("nan")),
        x=list(range(24)),
        y=list(WEEKDAYS),
        colorscale=SHADES,
        zmin=0,
        xgap=2,
        ygap=2,
        colorbar={
            "title": {"text": "acts per hour", "side": "right", "font": {"size": 12}},
            "thickness": 10,
            "outlinewidth": 0,
            "nticks": 4,
        },
        hoverinfo="skip",
    )
    made = figure([shades, _points(frame)], height=290, hovermode="closest", hoverdistance=-1)
    hour = {"text": f"hour of the day, {zone}", "font": {"size": 12}}
    made.update_xaxes(
        tickvals=list(range(0, 24, 3)), ticktext=_hours(), title=hour, range=[-0.5, 23.5]
    )
    made.update_yaxes(range=[6.5, -0.5], showgrid=False, rangemode="normal")
    return made


def _points(frame: pd.DataFrame) -> go.Scatter:
    """The middle of each cell: with no limit of distance, the nearest one is the cell's own."""
    unseen = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=frame["hour"],
        y=[WEEKDAYS[day] for day in frame["weekday"]],
        customdata=[
            [int(row.weekday), int(row.hour), int(row.actions), _words(row)] for row in each(frame)
        ],
        mode="markers",
        marker={"size": CELL_POINT, "opacity": 0},
        selected=unseen,
        unselected=unseen,
        hovertemplate="%{customdata[3]}<extra></extra>",
    )


def _words(row: Any) -> str:
    when = hour_words(row.weekday, row.hour)
    if not row.dates:
        return f"{when}: not read"
    mean = f"<br>{row.mean:.1f} on such a day" if row.actions else ""
    return f"{when}: <b>{plural(row.actions, 'act')}</b>{mean}"


def _hours() -> list[str]:
    return [f"{hour:02d}:00" for hour in range(0, 24, 3)]
