"""When people work: the hours of the week."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import NOTE, SHADES, figure
from jira_usage.metrics.words import WEEKDAYS


def weekday_hours(frame: pd.DataFrame, zone: str) -> go.Figure:
    """A cell per weekday and hour, darker with more acts, from weekday_hours."""
    cells = frame.pivot(index="weekday", columns="hour", values="mean").astype("Float64")
    totals = frame.pivot(index="weekday", columns="hour", values="actions")
    shades = go.Heatmap(
        z=cells.to_numpy(dtype=float, na_value=float("nan")),
        x=list(range(24)),
        y=list(WEEKDAYS),
        customdata=totals.to_numpy(),
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
        hovertemplate="%{y}, %{x}:00 to %{x}:59<br><b>%{z:.1f}</b> acts on such a day"
        "<br>%{customdata:,} in the window<extra></extra>",
    )
    made = figure([shades], height=290)
    hour = {"text": f"hour of the day, {zone}", "font": {"size": 12, "color": NOTE}}
    made.update_xaxes(tickvals=list(range(0, 24, 3)), ticktext=_hours(), title=hour)
    made.update_yaxes(autorange="reversed", showgrid=False, rangemode="normal")
    return made


def _hours() -> list[str]:
    return [f"{hour:02d}:00" for hour in range(0, 24, 3)]
