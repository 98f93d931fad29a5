"""What people did, by the kind of act."""

from __future__ import annotations

import pandas as pd

from jira_usage.metrics.activity import by_people, events_within
from jira_usage.metrics.words import (
    GROUP_OF_KIND,
    KIND_GROUPS,
    KIND_WORDS,
    counted_kinds,
)
from jira_usage.period import Period
from jira_usage.schema import KINDS


def acts_by_kind(
    events: pd.DataFrame, users: pd.DataFrame, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """kind, group, label, people, actions, robot_actions, counted: a row for each kind.

    `people` are the distinct `atlassian` accounts that did it and `actions` their acts;
    `robot_actions` are the acts of all others. `counted` kinds make a person active.
    """
    within = events_within(events, period)
    human = by_people(within, users)
    theirs = within[human].groupby("kind", observed=True)["account_id"]
    others = within[~human].groupby("kind", observed=True).size()
    frame = pd.DataFrame({"kind": list(KINDS)})
    frame["group"] = frame["kind"].map(GROUP_OF_KIND)
    frame["label"] = frame["kind"].map(KIND_WORDS)
    for column, number in (
        ("people", theirs.nunique()),
        ("actions", theirs.size()),
        ("robot_actions", others),
    ):
        told = {str(kind): amount for kind, amount in number.items()}
        frame[column] = frame["kind"].map(told).fillna(0).astype("int64")
    frame["counted"] = frame["kind"].isin(counted_kinds(count_created))
    return frame


def acts_by_day(daily: pd.DataFrame, *, count_created: bool = False) -> pd.DataFrame:
    """date, group, actions: the acts of each date by group of kinds. Unread dates are unknown.

    Takes the dataset daily. Groups that are not counted are left out.
    """
    kinds = counted_kinds(count_created)
    parts = []
    for group, of_group in KIND_GROUPS.items():
        if told := [kind for kind in of_group if kind in kinds]:
            actions = daily[told].sum(axis=1, skipna=False).astype("Int64")
            parts.append(pd.DataFrame({"date": daily["date"], "group": group, "actions": actions}))
    return pd.concat(parts, ignore_index=True)
