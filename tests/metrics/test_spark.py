"""Spark bars: no act is lost, however long the window."""

from __future__ import annotations

import numpy as np
import pytest

from jira_usage.metrics.spark import SPARK_BARS, days_per_bar, spark_bars


def counts(days: int, *busy: int) -> np.ndarray:
    made = np.zeros((1, days), dtype=np.int32)
    made[0, list(busy)] = 1
    return made


def test_empty() -> None:
    assert spark_bars(np.zeros((0, 7), dtype=np.int32)).shape == (0, 7)


def test_each_day_has_its_bar_in_a_window_of_up_to_thirty() -> None:
    assert days_per_bar(7) == days_per_bar(30) == 1
    assert spark_bars(counts(7, 0, 6)).tolist() == [[1, 0, 0, 0, 0, 0, 1]]


def test_the_first_bar_of_a_longer_window_may_stand_for_less() -> None:
    assert spark_bars(counts(61, 0, 1, 60)).tolist() == [[1, 1, *[0] * 18, 1]]


@pytest.mark.parametrize("days", [1, 14, 30, 31, 60, 61, 90, 180])
def test_no_act_is_lost(days: int) -> None:
    bars = spark_bars(counts(days, *range(days)))
    assert bars.sum() == days and bars.shape[1] <= SPARK_BARS
