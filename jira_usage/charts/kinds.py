"""What people do, by kind of act."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import DAY_WIDTH, KINDS, UNCOUNTED, day_axis, figure, legend_above
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import GROUP_WORDS, KIND_GROUPS


def kinds_by_day(frame: pd.DataFrame) -> go.Figure:
    """Stacked bars of acts per date, from acts_by_day; today is hatched, as it is not over.

    A pointer is on one part alone: of all parts of a day a click would take the first.
    """
    traces = []
    last = frame["date"].max()
    for group in KIND_GROUPS:
        rows = frame[(frame["group"] == group) & frame["actions"].notna()]
        if rows.empty or not int(rows["actions"].max()):
            continue
        label = GROUP_WORDS[group]
        traces.append(
            go.Bar(
                x=rows["date"],
                y=rows["actions"].astype(int),
                name=label,
                customdata=[[group]] * len(rows),
                width=DAY_WIDTH,
                marker={
                    "color": KINDS[group],
                    "line": {"width": 0},
                    "pattern": {"shape": ["/" if day == last else "" for day in rows["date"]]},
                },
                hovertemplate=f"%{{x|%a, %b %-d}}<br>{label}: <b>%{{y:,}}</b><extra></extra>",
            )
        )
    made = figure(
        traces,
        height=320,
        barmode="stack",
        showlegend=True,
        legend={**legend_above(), "traceorder": "normal"},
        hovermode="closest",
    )
    made.update_xaxes(**day_axis(sorted(set(frame["date"]))))
    made.update_yaxes(title={"text": "acts", "font": {"size": 12}}, nticks=5, tickformat=",d")
    return made


def kinds_of_person(frame: pd.DataFrame) -> go.Figure:
    """A horizontal bar per kind of act, from person_kinds or acts_by_kind.

    Kinds that do not make a person active are gray and say so: no other figure has them.
    """
    rows = frame[frame["actions"] > 0].sort_values("actions")
    bars = go.Bar(
        x=rows["actions"],
        y=rows["label"].where(rows["counted"], rows["label"] + " (not counted)"),
        orientation="h",
        marker={
            "color": [KINDS[row.group] if row.counted else UNCOUNTED for row in each(rows)],
            "cornerradius": 3,
        },
        text=[f"{number:,}" for number in rows["actions"]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: <b>%{x:,}</b><extra></extra>",
    )
    made = figure([bars], height=44 + 34 * max(len(rows), 1))
    made.update_xaxes(visible=False)
    made.update_yaxes(showgrid=False)
    made.update_layout(margin={"l": 8, "r": 48, "t": 4, "b": 4})
    return made
