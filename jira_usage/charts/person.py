"""One person's days."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go

from jira_usage.charts.look import SHADES_UNDER_TEXT, figure
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import WEEKDAYS

LONGEST_MONTH_VIEW = 45
MOST_NAMED_WEEKS = 8


def person_calendar(frame: pd.DataFrame, ink: str | None = None) -> go.Figure:
    """A cell per date, darker with more acts, from person_calendar.

    Short windows look like a page of a calendar, a week in each row; longer ones have a
    week in each column. Days that were not read stay empty. `ink` is the page's own: plotly
    takes a pale cell for a light one, also where the page behind it is dark.
    """
    days = list(frame["date"])
    upright = len(days) <= LONGEST_MONTH_VIEW
    first = days[0] - timedelta(days=days[0].weekday())
    weeks = (days[-1] - first).days // 7 + 1
    shape = (weeks, 7) if upright else (7, weeks)
    cells: list[list[float | None]] = [[None] * shape[1] for _ in range(shape[0])]
    texts = [[""] * shape[1] for _ in range(shape[0])]
    hovers = [[""] * shape[1] for _ in range(shape[0])]
    for row in each(frame):
        week, weekday = divmod((row.date - first).days, 7)
        y, x = (week, weekday) if upright else (weekday, week)
        unread = pd.isna(row.actions)
        cells[y][x] = None if unread else int(row.actions)
        texts[y][x] = str(row.date.day) if upright else ""
        hovers[y][x] = f"<b>{row.date:%A}, {row.date:%B} {row.date.day}</b><br>" + (
            "not read" if unread else _acts(row)
        )
    mondays = [first + timedelta(days=7 * week) for week in range(weeks)]
    labels = [f"{day:%b} {day.day}" for day in mondays]
    shades = go.Heatmap(
        z=cells,
        x=list(WEEKDAYS) if upright else list(range(weeks)),
        y=list(range(weeks)) if upright else list(WEEKDAYS),
        text=texts,
        texttemplate="%{text}",
        textfont={"size": 12, "color": ink},
        customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        colorscale=SHADES_UNDER_TEXT,
        zmin=0,
        zmax=max(int(frame["actions"].fillna(0).max()), 4),
        showscale=False,
        xgap=3,
        ygap=3,
    )
    made = figure([shades], height=30 + 36 * shape[0])
    made.update_yaxes(autorange="reversed", showgrid=False, rangemode="normal")
    ticks = {"tickvals": list(range(weeks)), "ticktext": labels}
    if upright:
        made.update_yaxes(**ticks)
        made.update_xaxes(side="top")
    else:
        every = -(-weeks // MOST_NAMED_WEEKS)
        made.update_xaxes(tickvals=list(range(0, weeks, every)), ticktext=labels[::every])
    return made


def _acts(row: object) -> str:
    number, kinds = int(getattr(row, "actions", 0)), str(getattr(row, "kinds", ""))
    if not number:
        return "no act found"
    today = " so far" if getattr(row, "incomplete", False) else ""
    return f"{number:,} {'act' if number == 1 else 'acts'}{today}<br>{kinds.replace(', ', '<br>')}"
