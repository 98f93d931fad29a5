"""Who worked in a window, of whom no work was found, and when that can't be told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.metrics.words import CANNOT_TELL, NO_WORK, WORKED, date_words
from jira_usage.period import Period, find_zone, from_epoch_ms

SOURCES = ("issues", "histories", "comments")


def blind_spot(
    coverage: pd.DataFrame,
    covered_from_ms: int,
    period: Period,
    *,
    browsable_projects: int | None = None,
    projects: int = 0,
) -> str:
    """Why somebody without work can't be called that, in a sentence; empty where they can.

    Takes the table coverage. Reading a part of the projects is no blind spot here, only
    a reason for care; reading none of them is one.
    """
    states = dict(zip(coverage["dataset"], coverage["state"], strict=True))
    unread = [name for name in SOURCES if states.get(name) not in ("complete", "partial")]
    if unread:
        return f"{' and '.join(unread).capitalize()} could not be read."
    if browsable_projects == 0 and projects:
        return "The token can't browse any project, so no work can be seen."
    if period.start_ms < covered_from_ms:
        first = from_epoch_ms(covered_from_ms).astimezone(find_zone(period.zone_name))
        return f"Work before {date_words(first)} was not read."
    return ""


def standings(actions: pd.Series, blind: str) -> pd.Series:
    """worked | none | unknown for each account, from its counted actions in the window."""
    idle = CANNOT_TELL if blind else NO_WORK
    worked = (actions.fillna(0) > 0).to_numpy()
    return pd.Series(np.where(worked, WORKED, idle), index=actions.index, dtype="str")
