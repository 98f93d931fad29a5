"""How the licenses of each product stand: which are kept, and which could be given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from jira_usage.decisions import KEEP, PROTECT
from jira_usage.metrics.evidence import OFFERED
from jira_usage.metrics.reclaim import Reclaim, counted
from jira_usage.metrics.words import (
    CONFIDENCE_WORDS,
    COOLING,
    NEW,
    PROTECTED,
    UNCLEAR,
    WORKING,
)

READER: Final = "reader"
KEEPS: Final = (WORKING, COOLING, NEW, READER, PROTECTED, UNCLEAR)
"""How somebody stands who keeps the license."""


@dataclass(frozen=True)
class Holders:
    """The licenses of one product by how they stand: each of KEEPS, or a confidence.

    A confidence is of those that Reclaim lists as ones that could be given back. PROTECTED
    are those that were marked Keep as well.
    """

    stands: Mapping[str, int] = field(default_factory=dict)

    def of(self, stand: str) -> int:
        return self.stands.get(stand, 0)

    @property
    def people(self) -> int:
        return sum(self.stands.values())

    @property
    def keep(self) -> int:
        return sum(self.of(stand) for stand in KEEPS)

    @property
    def could(self) -> int:
        """How many could be given back."""
        return sum(self.by_confidence.values())

    @property
    def by_confidence(self) -> dict[str, int]:
        """How many could be given back, by how sure that is; the surest first."""
        return {level: self.of(level) for level in CONFIDENCE_WORDS if self.of(level)}


def holders(listed: Reclaim) -> dict[str, Holders]:
    """The holders of each product somebody has a license of, by product_key."""
    rows = listed.rows
    offered = rows["verdict"].isin(OFFERED)
    by_hand = (rows["verdict"] == PROTECTED) | (offered & rows["state"].isin((KEEP, PROTECT)))
    stand = np.select(
        [by_hand.to_numpy(), _reads(rows).to_numpy(), offered.to_numpy()],
        [PROTECTED, READER, rows["confidence"].to_numpy(object)],
        rows["verdict"].to_numpy(object),
    )
    on_list, others = counted(rows["product_key"], stand), listed.unlisted
    return {
        key: Holders(Counter(on_list.get(key, {})) + Counter(others.get(key, {})))
        for key in sorted({*on_list, *others})
    }


def readers(listed: Reclaim) -> list[str]:
    """The accounts of which no work was found for long, but whom the admins' export saw."""
    rows = listed.rows
    return sorted(set(rows.loc[_reads(rows), "account_id"]))


def _reads(rows: pd.DataFrame) -> pd.Series:
    told: pd.Series = rows["verdict"].isin(OFFERED) & (rows["confidence"] == "")
    return told
