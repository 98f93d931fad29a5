"""The projects most people work in."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import PEOPLE, figure
from jira_usage.metrics.rows import each

MOST = 12
LONGEST_LABEL = 34


def projects_by_people(frame: pd.DataFrame) -> go.Figure:
    """A horizontal bar per project, the most people on top, from project_activity."""
    rows = frame[(frame["people"] > 0) & (frame["project_key"] != "")].head(MOST).iloc[::-1]
    labels = [_label(row.project_key, row.name) for row in each(rows)]
    bars = go.Bar(
        x=rows["people"],
        y=labels,
        orientation="h",
        marker={"color": PEOPLE, "cornerradius": 3},
        text=[f"{number:,}" for number in rows["people"]],
        textposition="outside",
        cliponaxis=False,
        customdata=list(zip(rows["project_key"], rows["actions"], strict=True)),
        hovertemplate="%{y}<br><b>%{x:,}</b> people, %{customdata[1]:,} acts<extra></extra>",
    )
    made = figure([bars], height=44 + 28 * max(len(rows), 1))
    made.update_xaxes(visible=False)
    made.update_yaxes(showgrid=False, type="category")
    made.update_layout(margin={"l": 8, "r": 48, "t": 4, "b": 4})
    return made


def _label(key: str, name: str) -> str:
    """“ABC · Name”, cut short, without the tags plotly would follow."""
    told = f"{key} · {name}" if name else key
    told = told if len(told) <= LONGEST_LABEL else told[: LONGEST_LABEL - 1] + "…"
    return told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
