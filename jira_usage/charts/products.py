"""Active people of each product, per day."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import (
    CLEAR,
    DAY_WIDTH,
    PEOPLE,
    WEEKEND,
    X_AXIS,
    Y_AXIS,
    day_axis,
    figure,
)

ROW_HEIGHT = 120


def product_days(frame: pd.DataFrame) -> go.Figure:
    """A row of daily bars per product, each on its own scale, from product_days."""
    keys = list(dict.fromkeys(frame["product_key"]))
    days = day_axis(sorted(set(frame["date"])))
    rows = max(len(keys), 1)
    gap = 0.34 / rows
    height = (1 - gap * (rows - 1)) / rows
    traces, notes, layout = [], [], {}
    for row, key in enumerate(keys):
        own = frame[frame["product_key"] == key]
        axis, top = _axis(row), 1 - row * (height + gap)
        traces.append(_bars(own[own["active_users"].notna()], key, axis))
        notes.append(_name_of(own, axis))
        shared = {"matches": "x"} if row else {}
        lowest = {"anchor": f"y{axis}", "showticklabels": row == rows - 1}
        layout[f"xaxis{axis}"] = {**X_AXIS, **days, **shared, **lowest}
        place = {"anchor": f"x{axis}", "domain": [max(top - height, 0), top]}
        layout[f"yaxis{axis}"] = {**Y_AXIS, **place, "nticks": 3}
    return figure(
        traces,
        height=ROW_HEIGHT * rows + 30,
        annotations=notes,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        **layout,
    )


def _axis(row: int) -> str:
    """What plotly calls a row's axes by, after x or y."""
    return str(row + 1) if row else ""


def _name_of(rows: pd.DataFrame, axis: str) -> dict[str, Any]:
    name, licensed = str(rows["product_name"].iloc[0]), int(rows["licensed_users"].iloc[0])
    return {
        "text": f"<b>{_plain(name)}</b>  {licensed:,} with a license",
        "x": 0,
        "y": 1,
        "xref": f"x{axis} domain",
        "yref": f"y{axis} domain",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }


def _bars(rows: pd.DataFrame, key: str, axis: str) -> go.Bar:
    today = rows["incomplete"].tolist()
    return go.Bar(
        x=rows["date"],
        y=rows["active_users"].astype(int),
        customdata=[[key]] * len(rows),
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        showlegend=False,
        width=DAY_WIDTH,
        marker={
            "color": [WEEKEND if weekend else PEOPLE for weekend in rows["weekend"]],
            "pattern": {
                "shape": ["/" if incomplete else "" for incomplete in today],
                "fgcolor": PEOPLE,
                "bgcolor": CLEAR,
                "size": 6,
                "solidity": 0.45,
            },
            "cornerradius": 3,
        },
        hovertemplate="%{x|%a, %b %-d}: <b>%{y:,}</b> active<extra></extra>",
    )


def _plain(name: str) -> str:
    """A name from Jira without the tags plotly would follow."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
