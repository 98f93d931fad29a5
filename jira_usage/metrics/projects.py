"""Which projects are worked in, and by how many."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.metrics.activity import counted, events_within
from jira_usage.period import Period

SPARK_DAYS = 30


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
    `people` and `actions` are of `atlassian` accounts in the window, `days` their acts on
    each of its last 30 dates. `last_act_at` reaches back over all that is kept. An act whose
    issue could not be read belongs to the project with the empty key.
    """
    told = counted(events, count_created=count_created)
    last = told.groupby("project_key", observed=True)["at"].max().rename(index=str)
    within = events_within(told, period)
    human = (
        within["account_id"]
        .isin(users.loc[users["account_type"] == "atlassian", "account_id"])
        .to_numpy()
    )
    theirs = within[human]
    by_project = theirs.groupby("project_key", observed=True)["account_id"]
    robots = within[~human].groupby("project_key", observed=True).size()
    keys = pd.Index(projects["project_key"]).union(pd.Index(last.index.astype("str")))
    frame = pd.DataFrame({"project_key": keys.astype("str")})
    known = projects.drop_duplicates("project_key").set_index("project_key")
    names = users.drop_duplicates("account_id").set_index("account_id")["display_name"]
    frame["name"] = frame["project_key"].map(known["name"]).fillna("").astype("str")
    leads = frame["project_key"].map(known["lead_account_id"])
    frame["lead"] = leads.map(names).fillna("").astype("str")
    for column, number in (
        ("people", by_project.nunique()),
        ("actions", by_project.size()),
        ("robot_actions", robots),
    ):
        counts = {str(key): told for key, told in number.items()}
        frame[column] = frame["project_key"].map(counts).fillna(0).astype("int64")
    frame["last_act_at"] = frame["project_key"].map(last if len(last) else {}).astype("Int64")
    frame["days"] = _spark(theirs, frame["project_key"], period)
    order = ["people", "actions", "project_key"]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _spark(events: pd.DataFrame, keys: pd.Series, period: Period) -> pd.Series:
    """The acts in each project on each of the last dates, as lists."""
    place = pd.Index(keys).get_indexer(pd.Index(events["project_key"].astype("str")))
    days = period.day_numbers(events["at"].to_numpy())
    flat = np.bincount(place * period.days + days, minlength=len(keys) * period.days)
    matrix = flat.reshape(len(keys), period.days)[:, -SPARK_DAYS:]
    return pd.Series(list(matrix.tolist()), index=keys.index, dtype=object)
