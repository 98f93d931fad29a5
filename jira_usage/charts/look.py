"""What all charts share: one color per thing, calm axes, and no tool bar.

The colors hold at least 3:1 against the light and the dark page. Those that lie side by side
are told apart without red, green or blue too, and nothing is told by color alone. Text on the
page has no color of its own: no color holds 4.5:1 on both pages, so whoever shows it gives it
the page's ink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import plotly.graph_objects as go

from jira_usage.metrics.words import (
    CHANGES,
    COMMENTS,
    COOLING,
    CREATED,
    GONE,
    NEVER,
    NEW,
    PROTECTED,
    QUIET,
    UNCLEAR,
    WORK_LOGS,
    WORKING,
)

PEOPLE = "#2272C9"
IDLE = "#B65C02"
UNTOLD = "#727C8C"
UNCOUNTED = UNTOLD
WEEKEND = "#8E98A8"
MEAN = "#D9822B"
NOTE = "#7A8699"
GRID = "rgba(128,138,155,0.22)"
CLEAR = "rgba(0,0,0,0)"
VERDICTS: Final = {
    WORKING: PEOPLE,
    COOLING: "#7C5D24",
    QUIET: IDLE,
    GONE: "#B73044",
    NEVER: "#7C4FB7",
    NEW: "#1F845A",
    PROTECTED: "#485ED5",
    UNCLEAR: UNTOLD,
}
KINDS: Final = {
    CHANGES: "#1D7F8C",
    COMMENTS: "#9383EC",
    WORK_LOGS: "#C58B0A",
    CREATED: "#AE4787",
}
# From almost nothing to the color of people: visible on any page.
SHADES: Final = [[0.0, "rgba(34,114,201,0.06)"], [0.25, "rgba(34,114,201,0.40)"], [1.0, PEOPLE]]
# The same for cells with a digit in them: the darkest still carries the theme's ink.
SHADES_UNDER_TEXT: Final = [
    [0.0, "rgba(34,114,201,0.06)"],
    [0.25, "rgba(34,114,201,0.34)"],
    [1.0, "rgba(34,114,201,0.78)"],
]
CONFIG: Final = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
FONT: Final = {"size": 13}
DAY_MS = 86_400_000
DAY_WIDTH = DAY_MS * 0.78
X_AXIS: Final = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True}
Y_AXIS: Final = {
    "gridcolor": GRID,
    "zeroline": False,
    "fixedrange": True,
    "automargin": True,
    "rangemode": "tozero",
}


class Still(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that changes no more: what is sent of it is made and checked once.

    Streamlit asks for `to_dict` in every run of a page, which copies and encodes everything.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(layout={"template": "none"})  # plotly takes long to read its own one
        self._told = dict(told)
        self._inked: dict[str, Still] = {}

    def to_dict(self) -> dict[str, Any]:
        return dict(self._told)

    def in_ink(self, ink: str) -> Still:
        """The same with the words beside its marks in one color, made once of each."""
        if ink not in self._inked:
            self._inked[ink] = Still(_inked(self._told, ink))
        return self._inked[ink]


def still(draw: Callable[..., go.Figure], *arguments: Any) -> Still:
    """What `draw` makes of its arguments, as a figure that changes no more."""
    return Still(draw(*arguments).to_dict())


def in_ink(drawn: go.Figure | Mapping[str, Any], ink: str) -> Still:
    """The same figure with the words beside its marks in one color: those of a theme.

    Streamlit writes ticks, titles and legend in a gray that holds 3.7:1 on the light page.
    """
    if isinstance(drawn, Still):
        return drawn.in_ink(ink)
    return Still(_inked(drawn if isinstance(drawn, Mapping) else drawn.to_dict(), ink))


def _inked(told: Mapping[str, Any], ink: str) -> dict[str, Any]:
    made = deepcopy(dict(told))
    layout = made["layout"]
    axes = [part for name, part in layout.items() if name.startswith(("xaxis", "yaxis"))]
    axes += [t.setdefault("colorbar", {}) for t in made["data"] if t["type"] == "heatmap"]
    fonts = [axis.setdefault("tickfont", {}) for axis in axes]
    fonts += [axis.setdefault("title", {}).setdefault("font", {}) for axis in axes]
    worded = [layout, layout.setdefault("legend", {}), *layout.get("annotations", ())]
    fonts += [part.setdefault("font", {}) for part in worded]
    for font in fonts:
        font["color"] = ink
    return made


def figure(traces: Sequence[Any], *, height: int, **layout: Any) -> go.Figure:
    """A figure with the common layout: thin margins, no drag, labels on hover."""
    common: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "autoexpand": True},
        "dragmode": False,
        "showlegend": False,
        "font": FONT,
        "hoverlabel": {"align": "left", "namelength": -1},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "bargap": 0.22,
        "xaxis": X_AXIS,
        "yaxis": Y_AXIS,
    }
    return go.Figure(data=list(traces), layout=common | layout)


def legend_above() -> dict[str, Any]:
    return {
        "orientation": "h",
        "x": 0,
        "y": 1.02,
        "xanchor": "left",
        "yanchor": "bottom",
        "title": {"text": ""},
    }


def day_axis(dates: Sequence[date]) -> dict[str, Any]:
    """Ticks on Mondays: one a week, fewer over a long window, every day over a short one."""
    if not dates:
        return {}
    if len(dates) <= 14:
        every = DAY_MS * (1 if len(dates) <= 7 else 2)
    else:
        every = DAY_MS * 7 * max(1, round(len(dates) / 35))
    mondays = [day for day in dates if day.weekday() == 0]
    half = timedelta(hours=12)
    start, end = (datetime.combine(day, time()) for day in (dates[0], dates[-1]))
    return {
        "type": "date",
        "range": [start - half, end + half],
        "tickformat": "%b %-d",
        "tick0": next(iter([*mondays, *dates]), None),
        "dtick": every,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": GRID,
        "hoverformat": "%A, %B %-d, %Y",
    }


def note(text: str, **place: Any) -> dict[str, Any]:
    """An annotation that both themes can show."""
    return {"text": text, "showarrow": False, "font": {"size": 12}, **place}
