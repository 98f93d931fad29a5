"""What may not be people's daily work: acts round the clock, and days far above the usual."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from jira_usage.metrics.activity import by_people, counted, events_within
from jira_usage.metrics.lists import distinct
from jira_usage.metrics.matrix import known_days, weekends
from jira_usage.metrics.words import GROUP_WORDS, KIND_GROUPS, counted_kinds
from jira_usage.period import Period

LONG_DAY_HOURS: Final = 20
LONG_DAYS: Final = 5
USUAL_HOURS: Final = 16
SPIKE_TIMES: Final = 3
SPIKE_MORE: Final = 20


def round_the_clock(
    events: pd.DataFrame, users: pd.DataFrame, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """account_id, display_name, active_days, long_days, hours: people who never seem to sleep.

    A date is long where somebody acted in 20 of its 24 hours or more, by the zone's
    clocks; `hours` is the mean number of hours with an act per active date. Who has five
    long dates, or five active dates and more than 16 hours on average, may be automation
    that acts under a person's name.
    """
    within = counted(events_within(events, period), count_created=count_created)
    within = within[by_people(within, users)]
    at = within["at"].to_numpy()
    _, hour = period.local_hours(at)
    day = period.day_numbers(at)
    codes = within["account_id"].cat.codes.to_numpy().astype(np.int64)
    cells = (codes * period.days + day) * 24 + hour
    cells = distinct(cells, len(within["account_id"].cat.categories) * period.days * 24)
    dates, hours = np.unique(cells // 24, return_counts=True)
    told = pd.DataFrame({"code": dates // period.days, "hours": hours})
    told["long"] = told["hours"] >= LONG_DAY_HOURS
    each = told.groupby("code").agg(
        active_days=("hours", "size"), long_days=("long", "sum"), hours=("hours", "mean")
    )
    often = each["active_days"] >= LONG_DAYS
    each = each[(each["long_days"] >= LONG_DAYS) | (often & (each["hours"] > USUAL_HOURS))]
    names = users.drop_duplicates("account_id").set_index("account_id")["display_name"]
    accounts = within["account_id"].cat.categories[each.index.to_numpy(dtype=np.int64)]
    each.insert(0, "account_id", accounts.astype("str"))
    each.insert(1, "display_name", each["account_id"].map(names).fillna("").astype("str"))
    order = ["hours", "account_id"]
    return each.sort_values(order, ascending=[False, True], ignore_index=True)


def spikes(
    daily: pd.DataFrame, period: Period, covered_from_ms: int, *, count_created: bool = False
) -> pd.DataFrame:
    """date, actions, usual, kind, share: dates with far more acts than usual, and their kind.

    Takes the dataset daily. `usual` is the median of complete, read working days; a date
    stands out with more than three times as many acts and at least 20 more. `kind` is the
    group of kinds most of its acts are of, `share` how many are.
    """
    working = known_days(period, covered_from_ms) & ~weekends(period)
    working[-1] = False  # today is not over
    acts = daily["actions"].astype("Float64")
    usual = float(acts[working].median()) if working.any() else math.inf
    out = ((acts > SPIKE_TIMES * usual) & (acts >= usual + SPIKE_MORE)).fillna(False)
    rows = daily[out.to_numpy(dtype=bool)].reset_index(drop=True)
    counted_now = counted_kinds(count_created)
    groups = pd.DataFrame(
        {
            group: rows[[kind for kind in kinds if kind in counted_now]].sum(axis=1)
            for group, kinds in KIND_GROUPS.items()
        }
    ).astype("float64")
    frame = rows[["date", "actions"]].assign(usual=usual)
    top = groups.to_numpy().argmax(axis=1) if len(rows) else np.zeros(0, dtype=np.int64)
    frame["kind"] = [GROUP_WORDS[list(KIND_GROUPS)[place]] for place in top]
    frame["share"] = groups.max(axis=1) / frame["actions"].astype("float64")
    return frame[["date", "actions", "usual", "kind", "share"]]
