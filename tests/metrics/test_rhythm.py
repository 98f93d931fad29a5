"""Hours of the week, by the zone's clocks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jira_usage.metrics.rhythm import weekday_hours
from jira_usage.period import DAY_MS
from tests.builders import NOW, at, event, events, table, user, window

USERS = table("users", [user("ann"), user("bot", account_type="app")])


def cell(frame: pd.DataFrame, weekday: int, hour: int) -> Any:
    return frame[(frame["weekday"] == weekday) & (frame["hour"] == hour)].iloc[0]


def test_empty() -> None:
    frame = weekday_hours(events(), USERS, window(14))
    assert list(frame.columns) == ["weekday", "hour", "actions", "dates", "mean"]
    assert len(frame) == 168 and frame["actions"].sum() == 0 and (frame["dates"] == 2).all()


def test_the_zone_moves_an_act_to_another_day() -> None:
    told = events(event("ann", at=at("2026-11-19T22:30Z")), event("bot"))
    here = weekday_hours(told, USERS, window(7, "UTC"))
    there = weekday_hours(told, USERS, window(7, "Asia/Kolkata"))
    assert cell(here, 3, 22)["actions"] == 1 and here["actions"].sum() == 1
    assert cell(there, 4, 4)["actions"] == 1


def test_the_mean_is_over_such_days_that_were_read() -> None:
    told = events(
        event("ann", at=at("2026-11-13T09:00Z")), event("ann", at=at("2026-11-20T09:10Z"))
    )
    frame = weekday_hours(told, USERS, window(8))
    assert cell(frame, 4, 9)["dates"] == 2 and cell(frame, 4, 9)["mean"] == pytest.approx(1.0)
    assert cell(frame, 3, 9)["dates"] == 1
    later = weekday_hours(told, USERS, window(3), covered_from_ms=NOW)
    assert later["mean"].isna().all() and later["actions"].sum() == 0


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(NOW - 20 * DAY_MS, NOW), max_size=30),
    st.sampled_from(["UTC", "America/St_Johns", "Australia/Lord_Howe"]),
    st.integers(1, 20),
)
def test_no_act_of_the_window_is_lost(instants: list[int], zone: str, days: int) -> None:
    period = window(days, zone)
    told = events(*(event("ann", at=one) for one in instants))
    frame = weekday_hours(told, USERS, period)
    assert frame["actions"].sum() == sum(period.start_ms <= one < period.end_ms for one in instants)
    assert frame["dates"].sum() == days * 24
