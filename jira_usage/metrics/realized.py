"""What became of the decisions to release a license, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pandas as pd

from jira_usage.decisions import RELEASE, Decision
from jira_usage.metrics.access import LICENSED
from jira_usage.schema import LOST

GONE, STILL_THERE = "released", "still_there"
STATE_WORDS: Final = {GONE: "License is gone", STILL_THERE: "Still has the license"}


@dataclass(frozen=True)
class Realized:
    """A row for each license that was decided to be released.

    `rows` has account_id, product_key, decided_at, state (released | still_there), gone_at
    (when a sync found it gone; unknown where none did) and monthly, the price where known.
    """

    rows: pd.DataFrame

    def number(self, state: str) -> int:
        return int((self.rows["state"] == state).sum())

    def people(self, state: str) -> int:
        return int(self.rows.loc[self.rows["state"] == state, "account_id"].nunique())

    @property
    def monthly(self) -> float | None:
        """What the licenses that are gone cost in a month; None where no price is known."""
        told = self.rows.loc[self.rows["state"] == GONE, "monthly"].dropna()
        return float(told.sum()) if len(told) else None

    @property
    def unpriced(self) -> int:
        """How many of the licenses that are gone have no known price."""
        return int(self.rows.loc[self.rows["state"] == GONE, "monthly"].isna().sum())


def realized(
    decisions: tuple[Decision, ...],
    access: pd.DataFrame,
    changes: pd.DataFrame,
    prices: Mapping[str, Decimal],
) -> Realized:
    """What became of the decisions to release; takes the dataset access and table changes.

    A license is gone when the person no longer holds one of its own, whatever was found
    in between.
    """
    held = access[access["state"] == LICENSED]
    pairs = set(zip(held["account_id"], held["product_key"], strict=True))
    lost = changes[changes["change"] == LOST].sort_values("at")
    found = dict(
        zip(
            zip(lost["account_id"], lost["product_key"], strict=True),
            lost["at"].astype(int),
            strict=True,
        )
    )
    rows = []
    for decision in decisions:
        if decision.choice != RELEASE:
            continue
        gone = decision.pair not in pairs
        at = found.get(decision.pair, 0)
        price = prices.get(decision.product_key)
        rows.append(
            (
                *decision.pair,
                decision.at,
                GONE if gone else STILL_THERE,
                at if gone and at > decision.at else None,
                None if price is None else float(price),
            )
        )
    names = ["account_id", "product_key", "decided_at", "state", "gone_at", "monthly"]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("decided_at", "gone_at"):
        frame[name] = frame[name].astype("Int64")
    frame["monthly"] = frame["monthly"].astype("Float64")
    return Realized(frame)
