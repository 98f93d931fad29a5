"""Active people from day to day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jira_usage.metrics.activity import daily
from jira_usage.metrics.trend import active_trend, busiest_day, rates
from jira_usage.period import DAY_MS
from tests.builders import NOW, event, events, table, user, window

COLUMNS = ["date", "active_users", "actions", "mean_7", "weekend", "incomplete"]


def trend_of(told: pd.DataFrame, days: int, covered_from_ms: int = 0) -> pd.DataFrame:
    period = window(days)
    users = table("users", [user("ann"), user("ben")])
    return active_trend(daily(told, users, period, covered_from_ms=covered_from_ms), period)


def test_empty() -> None:
    frame = trend_of(events(), 9)
    assert list(frame.columns) == COLUMNS
    assert frame["active_users"].tolist() == [0] * 9
    assert busiest_day(frame) is None


def test_the_mean_is_of_seven_complete_dates() -> None:
    told = events(*(event("ann", at=NOW - n * DAY_MS) for n in range(0, 4)))
    frame = trend_of(told, 9)
    assert frame["incomplete"].tolist() == [False] * 8 + [True]
    assert frame["mean_7"].isna().tolist() == [True] * 6 + [False, False, True]
    assert frame["mean_7"].tolist()[6:8] == pytest.approx([2 / 7, 3 / 7])


def test_no_mean_over_days_that_were_not_read() -> None:
    frame = trend_of(events(event("ann")), 9, covered_from_ms=NOW - 5 * DAY_MS)
    assert frame["mean_7"].isna().all()
    assert frame["active_users"].isna().tolist() == [True] * 4 + [False] * 5


def test_the_busiest_day_is_never_today() -> None:
    told = events(event("ann"), event("ben"), event("ann", at=NOW - 2 * DAY_MS))
    row = busiest_day(trend_of(told, 7))
    assert row is not None and str(row["date"]) == "2026-11-18" and row["active_users"] == 1


def test_rates_by_hand() -> None:
    # Saturday 14 … Friday 20; today (Friday) is not over, so Monday to Thursday are working days.
    counts = np.array(
        [
            [1, 0, 1, 1, 1, 1, 1],  # every working day, and a Saturday
            [0, 0, 0, 0, 0, 2, 0],  # one working day
            [0, 1, 0, 0, 0, 0, 0],  # a Sunday only
            [0, 0, 0, 0, 0, 0, 0],
            [9, 9, 9, 9, 9, 9, 9],  # a robot
        ],
        dtype=np.int32,
    )
    people = np.array([True, True, True, True, False])
    told = rates(counts, people, window(7), covered_from_ms=0)
    assert (told.active, told.last_7, told.working_days) == (3, 3, 4)
    assert told.per_working_day == pytest.approx(5 / 4)
    assert told.days_each == pytest.approx(5 / 3)
    assert told.stickiness == pytest.approx(5 / 4 / 3)


def test_rates_without_a_complete_working_day_are_unknown() -> None:
    told = rates(np.array([[1]], dtype=np.int32), np.array([True]), window(1), 0)
    assert told.active == 1
    assert told.per_working_day is told.days_each is told.stickiness is None


def test_rates_of_nobody() -> None:
    told = rates(np.zeros((0, 7), dtype=np.int32), np.zeros(0, dtype=bool), window(7), 0)
    assert (told.active, told.per_working_day, told.days_each) == (0, 0.0, None)
