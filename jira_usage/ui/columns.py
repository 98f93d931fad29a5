"""What more than one table has: columns of numbers, moments and spark bars."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from jira_usage import charts
from jira_usage.metrics.words import window_words
from jira_usage.ui.text import safe

MOMENT = "MMM D, HH:mm"


def arrow(frame: pd.DataFrame) -> pa.Table:
    """The frame as Streamlit would send it; it makes this anew in every run of a page."""
    return pa.Table.from_pandas(frame)


def number(label: str, **more: Any) -> Any:
    """A number with the reader's thousands signs."""
    return st.column_config.NumberColumn(label, format="localized", **more)


def moment(label: str, zone: str, form: str = MOMENT, **more: Any) -> Any:
    """An instant by the zone's clocks; takes what `metrics.tables.instants` makes."""
    return st.column_config.DatetimeColumn(label, format=form, timezone=zone, **more)


def acts(days: int, created: bool) -> str:
    """What the column “Acts” counts; `created` where creating an issue counts."""
    kinds = "Comments, changes to issues"
    kinds += ", work logs and issues created" if created else " and work logs"
    return f"{kinds}, {window_words(days)}."


def active_days(days: int) -> str:
    """What the column “Active days” counts."""
    return f"Days with at least one counted act, {window_words(days)}."


def last_active(days: int, zone: str) -> str:
    """What the column “Last active” tells."""
    return f"The last counted act {window_words(days)}, by the clocks of {safe(zone)}."


def last_act(zone: str) -> str:
    """What the column “Last active” tells, where it is not of the window."""
    return f"The last counted act in all that is kept, by the clocks of {safe(zone)}."


def spark(label: str, **more: Any) -> Any:
    """Bars from zero, as high as the row's own highest."""
    return st.column_config.BarChartColumn(label, y_min=0, color=charts.PEOPLE, **more)
