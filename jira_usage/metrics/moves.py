"""Who stopped working since an instant, and who began again: by acts, and the days of a zone."""

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

NEVER_BEFORE = 1_000_000


def went_quiet(
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

    Before it there was none on so many dates as make a person no longer Working, all of
    them read, and the person was there. Takes counted acts by `at`, and account_id and
    first_seen_at of people. Of several returns it is the last.
    """
    rows = account_rows(acts, people["account_id"])
    order = np.argsort(rows, kind="stable")
    order = order[np.searchsorted(rows[order], 0) :]
    rows, at = rows[order], acts["at"].to_numpy()[order]
    days = _ordinals(at, known)
    gap = np.full(len(rows), NEVER_BEFORE, dtype=np.int64)
    same = rows[1:] == rows[:-1]
    gap[1:][same] = np.diff(days)[same]
    seen = people["first_seen_at"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64)
    there = np.where(seen < 0, 0, _ordinals(np.maximum(seen, 0), known))
    long = thresholds.working
    back = (
        (at > since_ms)
        & (gap >= long)
        & (days - known.first_on.toordinal() >= long - 1)
        & (days - there[rows] >= long)
    )
    told = np.full(len(people), -1, dtype=np.int64)
    told[rows[back]] = at[back]
    return pd.Series(pd.array(told, dtype="Int64"), index=people.index).mask(told < 0)


def _ordinals(at: npt.NDArray[np.int64], known: Known) -> npt.NDArray[np.int64]:
    """The date of each instant, as its proleptic ordinal."""
    if not len(at):
        return at
    first, last = known.on(int(at.min())).toordinal(), known.on(int(at.max())).toordinal()
    zone = find_zone(known.zone_name)
    begins = [midnight_ms(date.fromordinal(day), zone) for day in range(first, last + 1)]
    return np.asarray(np.searchsorted(begins, at, side="right") - 1 + first, dtype=np.int64)
