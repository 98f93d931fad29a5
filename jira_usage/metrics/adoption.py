"""How well Jira is taken up: by project, by group, and by how often each person works."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.among import among
from jira_usage.metrics.activity import by_people, counted, events_within
from jira_usage.metrics.matrix import Counts, Mask, known_days, weekends
from jira_usage.metrics.projects import people_by_project
from jira_usage.period import Period

ALIVE, FADING, DEAD, UNSEEN = "alive", "fading", "dead", "unseen"
LIFE_WORDS: Final = {
    ALIVE: "Alive",
    FADING: "Fading",
    DEAD: "Nobody active",
    UNSEEN: "Can't tell",
}
FADED: Final = 0.5
FADING_DAYS: Final = 14
"""In a shorter window nothing is called fading: each half would be a day or two of work."""
# Up to how many working days, by name: the rest is “more”.
STEPS: Final = (0, 2, 5, 10, 15, 20)


def project_life(
    events: pd.DataFrame,
    users: pd.DataFrame,
    projects: pd.DataFrame,
    period: Period,
    *,
    blind: bool = False,
    count_created: bool = False,
) -> pd.DataFrame:
    """project_key, before, after, life: a row for each project of the table projects.

    `after` are the people active on the later half of the window's working days, `before`
    on as many before: complete Mondays to Fridays. A project is dead where no person was
    active in the window, and fading where `after` is half of `before` or less and the window
    has FADING_DAYS. `blind` says that not all of the window was read: then nothing is dead
    or fading; nor is what the token can't browse.
    """
    working = np.flatnonzero(working_days(period, 0))
    half = len(working) // 2
    within = counted(events_within(events, period), count_created=count_created)
    within = within[by_people(within, users)]
    days = period.day_numbers(within["at"].to_numpy())
    keys = projects.drop_duplicates("project_key")["project_key"]
    frame = pd.DataFrame({"project_key": keys.to_numpy(object)}).astype("str")
    for name, chosen in (
        ("before", np.isin(days, working[len(working) - 2 * half : len(working) - half])),
        ("after", np.isin(days, working[len(working) - half :])),
        ("people", days >= 0),
    ):
        told = people_by_project(within[chosen])
        frame[name] = frame["project_key"].map(told).fillna(0).astype("int64")
    seen = projects.drop_duplicates("project_key")["browsable"].fillna(True).to_numpy(dtype=bool)
    idle = (frame["people"] == 0).to_numpy()
    fewer = (frame["before"] > 0) & (frame["after"] <= frame["before"] * FADED)
    fading = fewer.to_numpy() & (period.days >= FADING_DAYS)
    untold = (idle & (~seen | blind)) | (fading & blind)
    frame["life"] = np.select([untold, idle, fading], [UNSEEN, DEAD, FADING], default=ALIVE)
    return frame[["project_key", "before", "after", "life"]]


def project_members(
    role_actors: pd.DataFrame, members: pd.DataFrame, users: pd.DataFrame, worked_in: pd.DataFrame
) -> pd.DataFrame:
    """project_key, members, active_members, share: where project roles are known.

    `members` are the enabled people in a role of the project, directly or through a group.
    Takes projects.worked_in over the accounts of `users`.
    """
    people = users.loc[users["active"].astype(bool) & (users["account_type"] == "atlassian")]
    direct = role_actors.loc[role_actors["account_id"] != "", ["project_key", "account_id"]]
    through = role_actors.loc[role_actors["group_id"] != "", ["project_key", "group_id"]]
    through = through.merge(members, on="group_id")[["project_key", "account_id"]]
    held = pd.concat([direct, through]).drop_duplicates()
    held = held[among(held["account_id"], people["account_id"])]
    keys = pd.Index(held["project_key"].unique())
    rows = pd.Index(users["account_id"]).get_indexer(pd.Index(held["account_id"]))
    pairs = rows * len(keys) + keys.get_indexer(pd.Index(held["project_key"]))
    codes = keys.get_indexer(pd.Index(worked_in["project_key"].cat.categories))
    project = codes[worked_in["project_key"].cat.codes.to_numpy()]
    row = worked_in["row"].to_numpy()[project >= 0]
    acted = np.isin(pairs, row * len(keys) + project[project >= 0])
    frame = held.assign(acted=acted).groupby("project_key")["acted"]
    told = pd.DataFrame({"members": frame.size(), "active_members": frame.sum()}).reset_index()
    told = told.astype({"members": "Int64", "active_members": "Int64"})
    told["share"] = told["active_members"].astype("Float64") / told["members"].astype("Float64")
    return told


def group_activity(
    groups: pd.DataFrame, members: pd.DataFrame, users: pd.DataFrame, acted: pd.Index
) -> pd.DataFrame:
    """name, people, active, share: the enabled people of each group, and who of them acted.

    A row for each group that has any, the largest first.
    """
    people = users.loc[users["active"].astype(bool) & (users["account_type"] == "atlassian")]
    held = members[among(members["account_id"], people["account_id"])].drop_duplicates()
    held = held.merge(groups[["group_id", "name"]], on="group_id")
    frame = held.assign(active=among(held["account_id"], acted)).groupby(["group_id", "name"])
    told = frame.agg(people=("account_id", "size"), active=("active", "sum")).reset_index()
    told["share"] = told["active"] / told["people"].astype("float64")
    told = told.sort_values(["people", "name"], ascending=[False, True], ignore_index=True)
    return told[["name", "people", "active", "share"]].astype({"active": "int64"})


def days_worked(counts: Counts, people: Mask, period: Period, covered_from_ms: int) -> pd.DataFrame:
    """first, last, people, share: how many active people acted on so many working days.

    Complete, fully read Mondays to Fridays count, as in trend.rates; 0 are people who
    acted on other dates only. Takes day_counts and who of its rows are people.
    """
    number = int(working_days(period, covered_from_ms).sum())
    each, active = working_days_each(counts[people], period, covered_from_ms)
    each = each[active]
    ends = [*(step for step in STEPS if step < number), number]
    rows, begin = [], 0
    for end in ends:
        rows.append((begin, end, int(((each >= begin) & (each <= end)).sum())))
        begin = end + 1
    frame = pd.DataFrame(rows, columns=["first", "last", "people"])
    frame["share"] = frame["people"] / max(len(each), 1)
    return frame


def working_days(period: Period, covered_from_ms: int) -> Mask:
    """Which dates are complete, fully read Mondays to Fridays."""
    working = known_days(period, covered_from_ms) & ~weekends(period)
    working[-1] = False  # today is not over
    return working


def working_days_each(
    counts: Counts, period: Period, covered_from_ms: int
) -> tuple[npt.NDArray[np.int64], Mask]:
    """On how many working days each row of day_counts acted, and whether it did on any date."""
    acted = counts > 0
    working = working_days(period, covered_from_ms)
    each = acted[:, working].sum(axis=1).astype(np.int64)
    return each, np.asarray(acted.any(axis=1), dtype=np.bool_)
