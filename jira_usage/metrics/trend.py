"""Active people from day to day, and the rates that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from jira_usage.metrics.matrix import Counts, Mask, known_days, weekends
from jira_usage.period import Period

MEAN_DAYS = 7


def active_trend(daily: pd.DataFrame, period: Period) -> pd.DataFrame:
    """date, active_users, actions, mean_7, weekend, incomplete: a row per date.

    Takes the dataset daily. `mean_7` is the mean of the seven complete dates that end
    with this one, and unknown before there are seven. `incomplete` is today. Dates that
    were not read are unknown.
    """
    frame = daily[["date", "active_users", "actions"]].reset_index(drop=True)
    frame["weekend"] = weekends(period)
    frame["incomplete"] = frame["date"] == period.last_on
    complete = frame["active_users"].astype("Float64").mask(frame["incomplete"])
    frame["mean_7"] = complete.rolling(MEAN_DAYS, min_periods=MEAN_DAYS).mean().astype("Float64")
    return frame[["date", "active_users", "actions", "mean_7", "weekend", "incomplete"]]


@dataclass(frozen=True)
class Rates:
    """How often people work. Rates are None where no complete working day is known.

    `active` people acted in the window, `last_7` in its last seven dates. A working day
    is a complete, fully read Monday to Friday: `working_days` of them. `per_working_day`
    is the mean number of active people on one, `days_each` the mean number of them on
    which an active person acted, and `stickiness` per_working_day ÷ active.
    """

    active: int
    last_7: int
    working_days: int
    per_working_day: float | None
    days_each: float | None
    stickiness: float | None


def rates(counts: Counts, people: Mask, period: Period, covered_from_ms: int) -> Rates:
    """The rates of a window, from day_counts and who of its rows are people."""
    acted = counts[people] > 0
    working = known_days(period, covered_from_ms) & ~weekends(period)
    working[-1] = False  # today is not over
    on_working = acted[:, working]
    active = int(acted.any(axis=1).sum())
    number = int(working.sum())
    per_day = float(on_working.sum() / number) if number else None
    each = float(on_working.sum() / active) if number and active else None
    return Rates(
        active=active,
        last_7=int(acted[:, -MEAN_DAYS:].any(axis=1).sum()),
        working_days=number,
        per_working_day=per_day,
        days_each=each,
        stickiness=per_day / active if per_day is not None and active else None,
    )


def busiest_day(trend: pd.DataFrame) -> pd.Series | None:
    """The row of the complete date with the most active people, None where nobody was."""
    told = trend[~trend["incomplete"] & trend["active_users"].notna()]
    if told.empty or int(told["active_users"].max()) == 0:
        return None
    row: pd.Series = told.iloc[int(told["active_users"].to_numpy(dtype=np.int64).argmax())]
    return row
