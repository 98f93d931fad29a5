"""Accounts × days as one matrix of counts: most figures of a window are sums over it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.metrics.activity import counted, events_within
from jira_usage.period import Period

Counts = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def account_rows(events: pd.DataFrame, account_ids: pd.Series) -> Rows:
    """The place in `account_ids` of each event's account, -1 where it is none of them."""
    accounts = events["account_id"].cat
    place = pd.Index(account_ids).get_indexer(accounts.categories).astype(np.int64)
    return place[accounts.codes.to_numpy()] if len(events) else np.zeros(0, dtype=np.int64)


def day_counts(
    events: pd.DataFrame, account_ids: pd.Series, period: Period, *, count_created: bool = False
) -> Counts:
    """How many counted events each account has on each date: accounts × period.days.

    Rows are in the order of `account_ids`, columns in that of `period.dates`.
    """
    within = counted(events_within(events, period), count_created=count_created)
    rows = account_rows(within, account_ids)
    days = period.day_numbers(within["at"].to_numpy())
    cells = rows[rows >= 0] * period.days + days[rows >= 0]
    flat = np.bincount(cells, minlength=len(account_ids) * period.days)
    return flat.reshape(len(account_ids), period.days).astype(np.int32)


def known_days(period: Period, covered_from_ms: int) -> Mask:
    """Which dates of the period were read from their midnight on."""
    return np.asarray(period.midnights_ms >= covered_from_ms, dtype=np.bool_)


def weekends(period: Period) -> Mask:
    """Which dates of the period are a Saturday or Sunday."""
    return np.array([day.weekday() >= 5 for day in period.dates], dtype=np.bool_)
