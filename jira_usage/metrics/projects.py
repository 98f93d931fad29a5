"""Which projects are worked in, and by how many."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.metrics.activity import by_people, counted, events_within, is_counted
from jira_usage.metrics.lists import distinct
from jira_usage.metrics.matrix import account_rows
from jira_usage.metrics.spark import spark_bars
from jira_usage.period import Period

UNREADABLE = "Issues that could not be read"


def project_activity(
    events: pd.DataFrame,
    users: pd.DataFrame,
    projects: pd.DataFrame,
    period: Period,
    *,
    count_created: bool = False,
) -> pd.DataFrame:
    """project_key, name, lead, people, actions, robot_actions, last_act_at (epoch ms), days.

    A row for each project that is known or was worked in, the most people first.
    `people` and `actions` are of `atlassian` accounts in the window, `days` their acts
    over it, as spark_bars. `last_act_at` reaches back over all that is kept. An act whose
    issue could not be read belongs to the project with the empty key.
    """
    last = _last(events, count_created=count_created)
    needed = events[["at", "kind", "account_id", "project_key"]]
    within = counted(events_within(needed, period), count_created=count_created)
    human = by_people(within, users)
    theirs = within[human]
    numbers = {
        "people": people_by_project(theirs),
        "actions": _actions(theirs),
        "robot_actions": _actions(within[~human]),
    }
    keys = pd.Index(projects["project_key"]).union(last.index.astype("str")).unique()
    frame = pd.DataFrame({"project_key": keys.astype("str")})
    known = projects.drop_duplicates("project_key").set_index("project_key")
    names = users.drop_duplicates("account_id").set_index("account_id")["display_name"]
    frame["name"] = frame["project_key"].map(known["name"]).fillna("").astype("str")
    frame.loc[frame["project_key"] == "", "name"] = UNREADABLE
    leads = frame["project_key"].map(known["lead_account_id"])
    frame["lead"] = leads.map(names).astype(object).fillna("").astype("str")
    for column, number in numbers.items():
        frame[column] = frame["project_key"].map(number).fillna(0).astype("int64")
    frame["last_act_at"] = frame["project_key"].map(last if len(last) else {}).astype("Int64")
    frame["days"] = _spark(theirs, frame["project_key"], period)
    order = ["people", "actions", "project_key"]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)


def people_by_project(events: pd.DataFrame) -> dict[str, int]:
    """How many accounts have an event in each project."""
    accounts, keys = events["account_id"].cat, events["project_key"].cat
    size, number = len(accounts.categories), len(keys.categories)
    cells = keys.codes.to_numpy().astype(np.int64) * size + accounts.codes.to_numpy()
    pairs = distinct(cells, number * size)
    return dict(
        zip(keys.categories.astype("str"), _tallied(pairs // max(size, 1), number), strict=True)
    )


def _actions(events: pd.DataFrame) -> dict[str, int]:
    """How many events each project has."""
    keys = events["project_key"].cat
    told = _tallied(keys.codes.to_numpy(), len(keys.categories))
    return dict(zip(keys.categories.astype("str"), told, strict=True))


def _tallied(codes: npt.NDArray[np.integer[Any]], number: int) -> list[int]:
    return [int(n) for n in np.bincount(codes, minlength=number)]


def _last(events: pd.DataFrame, *, count_created: bool) -> pd.Series:
    """The last counted act in each project that has one, by its key."""
    told = is_counted(events, count_created=count_created)
    keys = events["project_key"].cat
    last = np.full(len(keys.categories), -1, dtype=np.int64)
    np.maximum.at(last, keys.codes.to_numpy()[told], events["at"].to_numpy()[told])
    return pd.Series(last, keys.categories.astype("str"))[last >= 0]


def _spark(events: pd.DataFrame, keys: pd.Series, period: Period) -> pd.Series:
    """The acts in each project over the window, as lists of spark bars."""
    projects = events["project_key"].cat
    places = pd.Index(keys).get_indexer(pd.Index(projects.categories.astype("str")))
    place = places[projects.codes.to_numpy()] if len(events) else np.zeros(0, dtype=np.int64)
    days = period.day_numbers(events["at"].to_numpy())
    flat = np.bincount(place * period.days + days, minlength=len(keys) * period.days)
    matrix = spark_bars(flat.reshape(len(keys), period.days).astype(np.int32))
    return pd.Series(matrix.tolist(), index=keys.index, dtype=object)


def worked_in(events: pd.DataFrame, account_ids: pd.Series, projects: pd.DataFrame) -> pd.DataFrame:
    """row, project_key (categories), name: in which projects each account has an event, once.

    `row` is the account's place in `account_ids`. Events of no readable issue are left out.
    """
    rows = account_rows(events, account_ids)
    keys = events["project_key"].cat
    number = max(len(keys.categories), 1)
    cells = rows[rows >= 0] * number + keys.codes.to_numpy(np.int64)[rows >= 0]
    pairs = distinct(cells, len(account_ids) * number)
    names = projects.drop_duplicates("project_key").set_index("project_key")["name"].to_dict()
    told = [str(key) for key in keys.categories] or [""]
    codes = pairs % number
    by_key = pd.Categorical.from_codes(codes, pd.Index(told)).reorder_categories(sorted(told))
    frame = pd.DataFrame({"row": pairs // number, "project_key": by_key})
    frame["name"] = np.array([names.get(key, "") for key in told], dtype=object)[codes]
    return frame[(frame["project_key"] != "").to_numpy()].reset_index(drop=True)
