"""What a number of seats costs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import IDLE, NOTE, PEOPLE, figure, legend_above, note

SYMBOLS = ("circle", "diamond", "square")
COLORS = (NOTE, PEOPLE, IDLE)


def cost_by_seats(
    frame: pd.DataFrame, marks: Mapping[str, int], currency: str, *, height: int = 280
) -> go.Figure:
    """A line of monthly cost from cost_curve, tier ends dotted, with a mark for each of `marks`."""
    told = frame.assign(cost=frame["cost"].astype(float))
    tiers = told.loc[told["tier_end"].astype(bool), "seats"].tolist()
    unit = _plain(currency)
    traces: list[object] = [
        go.Scatter(
            x=told["seats"],
            y=told["cost"],
            mode="lines",
            name="Cost a month",
            showlegend=False,
            line={"color": PEOPLE, "width": 2.5},
            hovertemplate=f"%{{x:,}} seats: <b>%{{y:,.2f}}</b> {unit} a month<extra></extra>",
        )
    ]
    cost = dict(zip(told["seats"].tolist(), told["cost"].tolist(), strict=True))
    looks = zip(SYMBOLS, COLORS, strict=True)
    for (label, seats), (symbol, color) in zip(marks.items(), looks, strict=False):
        if seats in cost:
            traces.append(
                go.Scatter(
                    x=[seats],
                    y=[cost[seats]],
                    mode="markers",
                    name=f"{_plain(label)}: {seats:,}",
                    marker={"symbol": symbol, "size": 12, "color": color},
                    hovertemplate=f"{_plain(label)}: %{{x:,}} seats, <b>%{{y:,.2f}}</b> {unit} "
                    "a month<extra></extra>",
                )
            )
    made = figure(traces, height=height, showlegend=True, legend=legend_above())
    made.update_xaxes(title={"text": "seats", "font": {"size": 12}}, tickformat=",d", nticks=10)
    made.update_yaxes(
        title={"text": f"{unit} a month", "font": {"size": 12}},
        tickformat=",.2~f",
        nticks=5,
    )
    for end in tiers:
        made.add_vline(x=end, line={"color": NOTE, "width": 1, "dash": "dot"})
        made.add_annotation(
            note(f"{end:,}", x=end, y=0, yref="paper", yanchor="bottom", xanchor="right")
        )
    return made


def _plain(text: str) -> str:
    """A text without the tags plotly would follow, and without its placeholders."""
    signs = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "%": "&#37;", "{": "&#123;"}
    return "".join(signs.get(sign, sign) for sign in text)
