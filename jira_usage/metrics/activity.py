"""Who did how much, on which days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.among import among
from jira_usage.metrics.lists import distinct
from jira_usage.period import Period
from jira_usage.schema import COUNTED_KINDS, KINDS


def events_within(events: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The events of a period, of all kinds. Takes events by `at`."""
    first, end = np.searchsorted(events["at"].to_numpy(), [period.start_ms, period.end_ms])
    return events.iloc[first:end]


def accounts_within(events: pd.DataFrame, period: Period) -> pd.Index:
    """The accounts with an event of any kind in the period, each once."""
    accounts = events_within(events, period)["account_id"].cat
    here = distinct(accounts.codes.to_numpy(), len(accounts.categories))
    return accounts.categories[here]


def counted(events: pd.DataFrame, *, count_created: bool = False) -> pd.DataFrame:
    """The events that make a person active: all but the creation of issues, unless switched on."""
    return events if count_created else events[is_counted(events)]


def is_counted(events: pd.DataFrame, *, count_created: bool = False) -> npt.NDArray[np.bool_]:
    """Which events make a person active."""
    if count_created:
        return np.ones(len(events), dtype=np.bool_)
    return np.asarray(events["kind"] != "issue_created", dtype=np.bool_)


def by_people(events: pd.DataFrame, users: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which events are acts of `atlassian` accounts."""
    accounts = events["account_id"].cat
    people = users.loc[users["account_type"] == "atlassian", "account_id"]
    if accounts.categories.empty:
        return np.zeros(len(events), dtype=np.bool_)
    return among(accounts.categories, people)[accounts.codes.to_numpy()]


def last_at(
    events: pd.DataFrame, end_ms: int, *, count_created: bool = False
) -> npt.NDArray[np.int64]:
    """When each account, by its category, acted last before an instant (epoch ms, -1: never).

    Of counted events; takes events by `at`.
    """
    end = int(np.searchsorted(events["at"].to_numpy(), end_ms))
    told = is_counted(events.iloc[:end], count_created=count_created)
    accounts = events["account_id"].cat
    last = np.full(len(accounts.categories), -1, dtype=np.int64)
    last[accounts.codes.to_numpy()[:end][told]] = events["at"].to_numpy()[:end][
        told
    ]  # the latest last
    return last


def totals(events: pd.DataFrame, period: Period, *, count_created: bool = False) -> pd.DataFrame:
    """By account_id: actions, active_days, last_active_at (epoch ms), of counted events."""
    within = counted(events_within(events, period), count_created=count_created)
    accounts = within["account_id"].cat
    codes = accounts.codes.to_numpy().astype(np.int64)
    at = within["at"].to_numpy()
    number = len(accounts.categories)
    days = distinct(codes * period.days + period.day_numbers(at), number * period.days)
    last = np.zeros(number, dtype=np.int64)
    last[codes] = at  # events come by `at`: the latest is written last
    actions = np.bincount(codes, minlength=number)
    here = np.flatnonzero(actions)
    return pd.DataFrame(
        {
            "actions": actions[here],
            "active_days": np.bincount(days // period.days, minlength=number)[here],
            "last_active_at": last[here],
        },
        index=pd.Index(accounts.categories[here], name="account_id"),
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
    kind = within["kind"].cat.codes.to_numpy().astype(np.int64)
    number = len(KINDS)
    table = np.bincount(day * number + kind, minlength=period.days * number)
    by_kind = pd.DataFrame(table.reshape(period.days, number), columns=list(KINDS)).astype("Int64")
    kinds = KINDS if count_created else COUNTED_KINDS
    accounts = within["account_id"].cat
    human = within["kind"].isin(kinds).to_numpy() & by_people(within, users)
    cells = accounts.codes.to_numpy().astype(np.int64)[human] * period.days + day[human]
    active = distinct(cells, len(accounts.categories) * period.days) % period.days
    frame = pd.DataFrame(
        {
            "date": period.dates,
            "active_users": pd.array(np.bincount(active, minlength=period.days), dtype="Int64"),
            "actions": by_kind[list(kinds)].sum(axis=1).astype("Int64"),
        }
    ).join(by_kind)
    unread = np.asarray(period.midnights_ms) < covered_from_ms
    frame.loc[unread, [c for c in frame.columns if c != "date"]] = pd.NA
    return frame
