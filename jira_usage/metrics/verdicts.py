"""How each licensed person stands: exactly one verdict, and the sentence that says why.

Days are dates of the zone: an act on date D is today − D days ago. With the usual
thresholds a person is Working whose last act is 0 to 29 days ago, Cooling at 30 to 59,
Quiet at 60 to 89. Working always wins: no setting hides that somebody works.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.decisions import Noted, Thresholds
from jira_usage.metrics.activity import last_at
from jira_usage.metrics.known import Known
from jira_usage.metrics.words import (
    COOLING,
    GONE,
    NEVER,
    NEW,
    PROTECTED,
    QUIET,
    UNCLEAR,
    WORKING,
    plural,
    verdict_words,
)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """The people with a verdict. `people` has account_id, display_name, email, verdict,
    last_act_at and first_seen_at (epoch ms), by account_id."""

    people: pd.DataFrame
    known: Known
    thresholds: Thresholds

    @property
    def words(self) -> dict[str, str]:
        """The verdicts in words."""
        return self.known.words(self.thresholds)

    def of(self, account_id: str) -> pd.Series | None:
        """The row of an account, None where it has no verdict."""
        place = int(self.people["account_id"].searchsorted(account_id))
        if place < len(self.people) and self.people["account_id"].iat[place] == account_id:
            row: pd.Series = self.people.iloc[place]
            return row
        return None


def last_acts(
    tally: pd.DataFrame, account_ids: pd.Series, as_of_ms: int, *, count_created: bool = False
) -> pd.Series:
    """The last counted act of each account in all that is kept (epoch ms, unknown for none)."""
    last = last_at(tally, as_of_ms + 1, count_created=count_created)
    place = tally["account_id"].cat.categories.get_indexer(pd.Index(account_ids))
    told = np.where(place < 0, -1, last[place]) if len(last) else np.full(len(account_ids), -1)
    return pd.Series(pd.array(told, dtype="Int64"), index=account_ids.index).mask(told < 0)


def protected_accounts(held: pd.DataFrame, noted: Noted, known: Known) -> set[str]:
    """The accounts of whose licenses each one is protected today; takes licensed access."""
    pairs = {d.pair for d in noted.decisions if d.protects(known.today)}
    some = held[held["account_id"].isin({account_id for account_id, _ in pairs})]
    own: dict[str, list[bool]] = {}
    for account_id, product in zip(some["account_id"], some["product_key"], strict=True):
        own.setdefault(account_id, []).append((account_id, product) in pairs)
    return {account_id for account_id, told in own.items() if all(told)}


def verdicts(
    last_act_at: pd.Series,
    first_seen_at: pd.Series,
    protected: Mask,
    known: Known,
    thresholds: Thresholds,
) -> pd.Series:
    """The verdict of each person, from their last act and first sight (epoch ms or unknown)."""
    last = last_act_at.astype("Int64").fillna(-1).to_numpy(dtype=np.int64)
    seen = first_seen_at.astype("Int64").fillna(-1).to_numpy(dtype=np.int64)
    thin = np.full(len(last), bool(known.too_thin(thresholds)), dtype=np.bool_)
    told = np.select(
        [
            last >= known.back(thresholds.working),
            protected,
            (last < 0) & (seen >= known.back(thresholds.new)),
            thin,
            last >= known.back(thresholds.cooling),
            last >= known.back(thresholds.quiet),
            last >= 0,
        ],
        [WORKING, PROTECTED, NEW, UNCLEAR, COOLING, QUIET, GONE],
        default=NEVER,
    )
    return pd.Series(told, index=last_act_at.index, dtype="str")


def verdict_counts(
    verdict: pd.Series, thresholds: Thresholds, known: Known | None = None
) -> pd.DataFrame:
    """verdict, label, people, share (0 to 1): a row for each verdict that occurs, in order.

    With what is known, labels say so where that is less than verdicts look at.
    """
    number = verdict[verdict != ""].value_counts()
    words = known.words(thresholds) if known else verdict_words(thresholds.quiet)
    rows = [(key, words[key], int(number.get(key, 0))) for key in words]
    frame = pd.DataFrame(rows, columns=["verdict", "label", "people"])
    frame = frame[frame["people"] > 0].reset_index(drop=True)
    frame["share"] = frame["people"] / max(int(frame["people"].sum()), 1)
    return frame


def moved(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """before, after, people: how many get which other verdict, the most first."""
    pairs = pd.DataFrame({"before": before.to_numpy(), "after": after.to_numpy()})
    other = pairs[pairs["before"] != pairs["after"]]
    frame = other.groupby(["before", "after"]).size().rename("people").reset_index()
    return frame.sort_values(["people", "before", "after"], ascending=[False, True, True])


def why(
    verdict: str,
    last_act_at: int | None,
    first_seen_at: int | None,
    known: Known,
    thresholds: Thresholds,
) -> str:
    """What a verdict rests on, in a sentence that says since when."""
    first_seen = known.on(first_seen_at) if first_seen_at is not None else None
    if verdict == NEW and first_seen:
        return (
            f"First seen on {known.day_words(first_seen)}, under {thresholds.new} days ago, "
            "and no work found yet."
        )
    if verdict == UNCLEAR:
        return f"It can't be told whether they work: {known.too_thin(thresholds)}"
    if last_act_at is None:
        if first_seen and first_seen > known.first_on:
            return f"No work found since they were first seen on {known.day_words(first_seen)}."
        return f"No work found since {known.since}, when what is known begins."
    day = known.on(last_act_at)
    ago = known.ago(day)
    when = "today" if ago == 0 else "yesterday" if ago == 1 else f"{plural(ago, 'day')} ago"
    return f"The last act found is of {known.day_words(day)}, {when}."
