"""Who stopped working since an instant, came back or began: by acts, and the days of a zone."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.decisions import Thresholds
from jira_usage.metrics.known import Known
from jira_usage.metrics.matrix import Mask, account_rows
from jira_usage.metrics.words import WORKING
from jira_usage.period import find_zone, midnight_ms

Whole = npt.NDArray[np.int64]
Turns = tuple[Whole, Whole, Whole]


def stopped_working(
    acts: pd.DataFrame, people: pd.DataFrame, known: Known, thresholds: Thresholds, since_ms: int
) -> Mask:
    """Who was Working at that instant and is not now.

    Takes counted acts by `at`, and account_id and verdict of people.
    """
    then = known.on(since_ms) - timedelta(days=thresholds.working - 1)
    ends = [midnight_ms(then, find_zone(known.zone_name)), since_ms + 1]
    first, end = np.searchsorted(acts["at"].to_numpy(), ends)
    rows = account_rows(acts.iloc[first:end], people["account_id"])
    worked = np.zeros(len(people), dtype=np.bool_)
    worked[rows[rows >= 0]] = True
    return np.asarray(worked & (people["verdict"] != WORKING).to_numpy(), dtype=np.bool_)


def came_back(
    acts: pd.DataFrame, people: pd.DataFrame, known: Known, thresholds: Thresholds, since_ms: int
) -> pd.Series:
    """The act with which somebody came back since then (epoch ms), unknown for all others.

    An earlier act of theirs is known, and between the two there was none on so many dates
    as make a person no longer Working, all of them read. Takes counted acts by `at`, and
    account_id of people. Of several returns it is the last.
    """
    rows, at, days = _in_turn(acts, people, known)
    gap = np.zeros(len(rows), dtype=np.int64)
    same = rows[1:] == rows[:-1]
    gap[1:][same] = np.diff(days)[same]
    long = thresholds.working
    read = days - known.first_on.toordinal() >= long - 1
    back = (at > since_ms) & (gap >= long) & read
    return _instants(rows[back], at[back], people)


def first_seen_working(
    acts: pd.DataFrame, people: pd.DataFrame, known: Known, thresholds: Thresholds, since_ms: int
) -> pd.Series:
    """The first act known of somebody, where it was done since then (epoch ms), else unknown.

    It begins something only if the dates before it were read: so many as make a person no
    longer Working, or all since a person came whom an earlier sync did not find. Takes
    counted acts by `at`, and account_id and first_seen_at of people.
    """
    rows, at, days = _in_turn(acts, people, known)
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = rows[1:] != rows[:-1]
    rows, at, days = rows[first], at[first], days[first]
    seen = people["first_seen_at"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64)[rows]
    came = _ordinals(np.maximum(seen, 0), known)
    begin = known.first_on.toordinal()
    read = (days - begin >= thresholds.working - 1) | ((seen >= 0) & (came > begin))
    began = (at > since_ms) & read
    return _instants(rows[began], at[began], people)


def _in_turn(acts: pd.DataFrame, people: pd.DataFrame, known: Known) -> Turns:
    """Of each act of theirs the person's row, the instant and the date: by person, then time."""
    rows = account_rows(acts, people["account_id"])
    order = np.argsort(rows, kind="stable")
    order = order[np.searchsorted(rows[order], 0) :]
    at = acts["at"].to_numpy()[order]
    return rows[order], at, _ordinals(at, known)


def _instants(rows: Whole, at: Whole, people: pd.DataFrame) -> pd.Series:
    """The last of the instants of each row, unknown where there is none."""
    told = np.full(len(people), -1, dtype=np.int64)
    told[rows] = at
    return pd.Series(pd.array(told, dtype="Int64"), index=people.index).mask(told < 0)


def _ordinals(at: Whole, known: Known) -> Whole:
    """The date of each instant, as its proleptic ordinal."""
    if not len(at):
        return at
    first, last = known.on(int(at.min())).toordinal(), known.on(int(at.max())).toordinal()
    zone = find_zone(known.zone_name)
    begins = [midnight_ms(date.fromordinal(day), zone) for day in range(first, last + 1)]
    return np.asarray(np.searchsorted(begins, at, side="right") - 1 + first, dtype=np.int64)
