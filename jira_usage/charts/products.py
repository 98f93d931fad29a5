"""Active people of each product, per day."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from jira_usage.charts.look import CLEAR, DAY_WIDTH, GRID, PEOPLE, WEEKEND, day_axis, figure

ROW_HEIGHT = 120


def product_days(frame: pd.DataFrame) -> go.Figure:
    """A row of daily bars per product, each on its own scale, from product_days."""
    keys = list(dict.fromkeys(frame["product_key"]))
    rows = max(len(keys), 1)
    made = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.34 / rows)
    made.update_layout(figure([], height=ROW_HEIGHT * rows + 30).layout)
    for row, key in enumerate(keys, start=1):
        told = frame[(frame["product_key"] == key) & frame["active_users"].notna()]
        name = str(frame.loc[frame["product_key"] == key, "product_name"].iloc[0])
        made.add_trace(_bars(told, key), row=row, col=1)
        licensed = int(frame.loc[frame["product_key"] == key, "licensed_users"].iloc[0])
        made.add_annotation(
            text=f"<b>{_plain(name)}</b>  {licensed:,} with a license",
            x=0,
            y=1,
            xref="x domain" if row == 1 else f"x{row} domain",
            yref="y domain" if row == 1 else f"y{row} domain",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
        )
    made.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, automargin=True)
    made.update_xaxes(**day_axis(sorted(set(frame["date"]))))
    made.update_yaxes(gridcolor=GRID, zeroline=False, fixedrange=True, nticks=3, rangemode="tozero")
    made.update_layout(margin={"l": 8, "r": 8, "t": 28, "b": 8})
    return made


def _bars(rows: pd.DataFrame, key: str) -> go.Bar:
    today = rows["incomplete"].tolist()
    return go.Bar(
        x=rows["date"],
        y=rows["active_users"].astype(int),
        customdata=[[key]] * len(rows),
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
