"""How people stand: one bar, the best five-second picture."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import VERDICTS, figure
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import UNCLEAR

ENOUGH_ROOM = 0.12


def who_works(counts: pd.DataFrame) -> go.Figure:
    """One horizontal bar with a segment per verdict, from verdict_counts."""
    traces = [
        go.Bar(
            x=[row.people],
            y=[""],
            orientation="h",
            name=row.label,
            customdata=[row.verdict],
            marker={
                "color": VERDICTS[row.verdict],
                "pattern": {"shape": "/" if row.verdict == UNCLEAR else "", "size": 6},
                "line": {"width": 0},
                "cornerradius": 4,
            },
            text=_inside(row) if row.share > ENOUGH_ROOM else "",
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "white", "size": 14},
            hovertemplate=f"{row.label}: <b>{row.people:,}</b> ({row.share:.0%})<extra></extra>",
        )
        for row in each(counts)
    ]
    made = figure(
        traces,
        height=64,
        barmode="stack",
        uniformtext={"minsize": 12, "mode": "hide"},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )
    made.update_xaxes(visible=False, range=[0, max(int(counts["people"].sum()), 1)])
    made.update_yaxes(visible=False)
    return made


def _inside(row: Any) -> str:
    """“**71** never seen working since Oct 29”."""
    return f"<b>{row.people:,}</b> {row.label[:1].lower()}{row.label[1:]}"
