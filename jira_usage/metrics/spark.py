"""A window in few bars: small enough for a table's cell, and without losing an act."""

from __future__ import annotations

import numpy as np

from jira_usage.metrics.matrix import Counts

SPARK_BARS = 30


def days_per_bar(days: int) -> int:
    """How many dates one bar stands for: one in a window of up to 30 days."""
    return max(1, -(-days // SPARK_BARS))


def spark_bars(counts: Counts) -> Counts:
    """Acts per date (rows × days) summed to at most 30 bars, rows × bars.

    The last bar ends today; the first may stand for fewer days than the others.
    """
    rows, days = counts.shape
    each = days_per_bar(days)
    filled = np.pad(counts, ((0, 0), (-days % each, 0)))
    bars: Counts = filled.reshape(rows, filled.shape[1] // each, each).sum(axis=2)
    return bars
