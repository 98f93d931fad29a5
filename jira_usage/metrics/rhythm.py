"""At which hours of the week people work."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.metrics.activity import by_people, counted, events_within
from jira_usage.metrics.matrix import known_days
from jira_usage.period import Period


def weekday_hours(
    events: pd.DataFrame,
    users: pd.DataFrame,
    period: Period,
    *,
    covered_from_ms: int = 0,
    count_created: bool = False,
) -> pd.DataFrame:
    """weekday (0 = Monday), hour, actions, dates, mean: 168 rows, by the zone's clocks.

    Counted acts of `atlassian` accounts. `dates` is how many such weekdays of the window
    were read, `mean` the acts per such date: a window of 30 days has five of some
    weekdays and four of others. Where no such date was read, `mean` is unknown.
    """
    within = counted(events_within(events, period), count_created=count_created)
    known = known_days(period, covered_from_ms)
    days = period.day_numbers(within["at"].to_numpy())
    usable = by_people(within, users) & known[days]
    weekdays, hours = period.local_hours(within["at"].to_numpy()[usable])
    actions = np.bincount(weekdays * 24 + hours, minlength=168)
    read = [day.weekday() for day, is_known in zip(period.dates, known, strict=True) if is_known]
    dates = np.repeat(np.bincount(read, minlength=7), 24) if read else np.zeros(168, dtype=int)
    frame = pd.DataFrame(
        {
            "weekday": np.repeat(np.arange(7), 24),
            "hour": np.tile(np.arange(24), 7),
            "actions": actions.astype("int64"),
            "dates": dates.astype("int64"),
        }
    )
    frame["mean"] = (frame["actions"] / frame["dates"].where(frame["dates"] > 0)).astype("Float64")
    return frame
