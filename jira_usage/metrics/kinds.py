"""What people did, by the kind of act."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.metrics.activity import by_people, events_within
from jira_usage.metrics.facets import Facet
from jira_usage.metrics.lists import distinct
from jira_usage.metrics.matrix import account_rows
from jira_usage.metrics.words import (
    GROUP_OF_KIND,
    GROUP_WORDS,
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
    kinds, accounts = within["kind"].cat, within["account_id"].cat
    number, kind = len(kinds.categories), kinds.codes.to_numpy()
    cells = accounts.codes.to_numpy().astype(np.int64) * number + kind
    did = distinct(cells[human], len(accounts.categories) * number) % max(number, 1)
    frame = pd.DataFrame({"kind": list(KINDS)})
    frame["group"] = frame["kind"].map(GROUP_OF_KIND)
    frame["label"] = frame["kind"].map(KIND_WORDS)
    for column, codes in (
        ("people", did),
        ("actions", kind[human]),
        ("robot_actions", kind[~human]),
    ):
        told = dict(zip(kinds.categories, np.bincount(codes, minlength=number), strict=True))
        frame[column] = frame["kind"].map(told).fillna(0).astype("int64")
    frame["counted"] = frame["kind"].isin(counted_kinds(count_created))
    return frame


def kind_facet(events: pd.DataFrame, account_ids: pd.Series, period: Period) -> Facet:
    """The facet `kind`: which kinds of act, and groups of several, each account did."""
    within = events_within(events, period)
    rows = account_rows(within, account_ids)
    of_kind = [KINDS.index(str(kind)) for kind in within["kind"].cat.categories]
    numbers = np.array([*of_kind, 0], dtype=np.int64)[within["kind"].cat.codes.to_numpy()]
    known = rows >= 0
    cells = rows[known] * len(KINDS) + numbers[known]
    here = distinct(cells, len(account_ids) * len(KINDS))
    did, kind = here // len(KINDS), here % len(KINDS)
    words: dict[str, str] = {}
    for group, kinds in KIND_GROUPS.items():
        if len(kinds) > 1:
            words[group] = GROUP_WORDS[group]
        words |= {one: KIND_WORDS[one] for one in kinds}
    options = tuple(words)
    codes = np.array([options.index(one) for one in KINDS], dtype=np.int64)[kind]
    parts = [(did, codes)]
    for group, kinds in KIND_GROUPS.items():
        if group in words:
            some = np.isin(kind, [KINDS.index(one) for one in kinds])
            every = np.unique(did[some])
            parts.append((every, np.full(len(every), options.index(group), dtype=np.int64)))
    return Facet(
        "kind",
        "Kind of act",
        options,
        words,
        np.concatenate([rows for rows, _ in parts]),
        np.concatenate([codes for _, codes in parts]),
        help="Who did at least one act of the kind in the window.",
    )


def option_of(group: str) -> str:
    """What the facet `kind` calls a group of kinds: a group of one kind is that kind."""
    several = len(KIND_GROUPS[group]) > 1
    return group if several else KIND_GROUPS[group][0]


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
