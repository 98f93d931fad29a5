"""What is left of a report's rows where people have no names: nothing that tells one apart.

Products and projects of fewer than five people are merged, and so are their numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from jira_usage.period import DAY_MS
from jira_usage.scope import FEWEST

OTHER: Final = "other"
UNDER: Final = f"under {FEWEST} each"
BY_PRODUCT: Final = ("licenses", "renewal")
"""The sheets with a row for each product."""
COLUMNS: Final = {
    "users": (
        *("account_id", "display_name", "account_type", "active", "licenses"),
        *("included_licenses", "actions", "active_days", "last_active_at"),
    ),
    "access": ("account_id", "product_key", "state"),
    "reclaim": (
        *("account_id", "display_name", "product_key", "product_name", "verdict", "confidence"),
        *("monthly", "yearly"),
    ),
}


def too_small(keys: pd.Series, people: pd.Series) -> set[str]:
    """The keys with one to four people."""
    number = people.astype("Int64").fillna(0)
    return set(keys[((number > 0) & (number < FEWEST)).to_numpy(dtype=bool)])


def discreet(
    name: str, frame: pd.DataFrame, schema: pa.Schema, small: Collection[str]
) -> tuple[pd.DataFrame, pa.Schema]:
    """A sheet without what tells people apart; `small` are product keys to be merged.

    Acts are dated by UTC days: their instants could be looked up in Jira.
    """
    if name in BY_PRODUCT:
        frame = frame[~frame["product_key"].isin(list(small))].reset_index(drop=True)
    for column in ("licenses", "included_licenses"):
        if column in frame:
            frame = frame.assign(**{column: _merged(frame[column], small)})
    for column in ("product_key", "product_name"):
        if name not in BY_PRODUCT and column in frame:
            hidden = frame["product_key"].isin(list(small))
            frame = frame.assign(**{column: frame[column].mask(hidden, OTHER)})
    if "last_active_at" in frame:
        frame = frame.assign(last_active_at=frame["last_active_at"] // DAY_MS * DAY_MS)
    kept = [one for one in schema.names if one in COLUMNS.get(name, schema.names)]
    return frame[kept], pa.schema([schema.field(one) for one in kept])


def merged_names(keys: Any, names: dict[str, str], small: Collection[str]) -> str:
    """Products in words, those of too few people as one."""
    told = [OTHER if key in small else names.get(key, key) for key in keys]
    return ", ".join(dict.fromkeys(told))


def _merged(lists: pd.Series, small: Collection[str]) -> pd.Series:
    told = [
        None if some is None else list(dict.fromkeys(OTHER if k in small else k for k in some))
        for some in lists
    ]
    return pd.Series(told, index=lists.index, dtype=object)
