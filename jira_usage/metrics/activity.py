"""Who did how much, on which days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.period import Period
from jira_usage.schema import COUNTED_KINDS, KINDS


def events_within(events: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The events of a period, of all kinds."""
    return events[period.contains(events["at"].to_numpy())]


def accounts_within(events: pd.DataFrame, period: Period) -> pd.Index:
    """The accounts with an event of any kind in the period, each once."""
    accounts: pd.Index = pd.Index(events_within(events, period)["account_id"].unique(), dtype="str")
    return accounts


def counted(events: pd.DataFrame, *, count_created: bool = False) -> pd.DataFrame:
    """The events that make a person active: all but the creation of issues, unless switched on."""
    if count_created:
        return events
    return events[events["kind"] != "issue_created"]


def person_days(
    events: pd.DataFrame, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """account_id, day (place in period.dates), kind, acts: how often each account did what when.

    Events without an account are kept under an empty account_id.
    """
    within = counted(events_within(events, period), count_created=count_created)
    days = pd.DataFrame(
        {
            "account_id": within["account_id"].astype("str"),
            "day": period.day_numbers(within["at"].to_numpy()),
            "kind": within["kind"],
        }
    )
    grouped = days.groupby(["account_id", "day", "kind"], observed=True, as_index=False)
    return grouped.size().rename(columns={"size": "acts"})


def totals(events: pd.DataFrame, period: Period, *, count_created: bool = False) -> pd.DataFrame:
    """By account_id: actions, active_days, last_active_at (epoch ms), of counted events."""
    within = counted(events_within(events, period), count_created=count_created)
    frame = pd.DataFrame(
        {
            "account_id": within["account_id"].astype("str"),
            "at": within["at"],
            "day": period.day_numbers(within["at"].to_numpy()),
        }
    )
    return frame.groupby("account_id").agg(
        actions=("at", "size"), active_days=("day", "nunique"), last_active_at=("at", "max")
    )


def daily(
    events: pd.DataFrame,
    users: pd.DataFrame,
    period: Period,
    *,
    covered_from_ms: int = 0,
    count_created: bool = False,
) -> pd.DataFrame:
    """A row per date: date, active_users, actions, one count column per kind.

    Active users are `atlassian` accounts with a counted event; actions are the
    counted events of all accounts. Dates that begin before `covered_from_ms` were
    not read, and are empty rather than zero.
    """
    within = events_within(events, period)
    day = period.day_numbers(within["at"].to_numpy())
    index = pd.RangeIndex(period.days)
    by_kind = (
        pd.crosstab(day, within["kind"].astype("str"))
        .reindex(index=index, columns=list(KINDS), fill_value=0)
        .astype("Int64")
    )
    kinds = KINDS if count_created else COUNTED_KINDS
    people = users.loc[users["account_type"] == "atlassian", "account_id"]
    acts = pd.DataFrame({"day": day, "account_id": within["account_id"].to_numpy()})
    human = (within["kind"].isin(kinds) & within["account_id"].isin(people)).to_numpy()
    active = acts[human].groupby("day")["account_id"].nunique()
    frame = pd.DataFrame(
        {
            "date": period.dates,
            "active_users": active.reindex(index, fill_value=0).astype("Int64"),
            "actions": by_kind[list(kinds)].sum(axis=1).astype("Int64"),
        },
        index=index,
    ).join(by_kind)
    unread = np.asarray(period.midnights_ms) < covered_from_ms
    frame.loc[unread, [c for c in frame.columns if c != "date"]] = pd.NA
    return frame
