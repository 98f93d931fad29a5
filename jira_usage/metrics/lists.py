"""Rows to lists: the values of each key, distinct and in order."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def lists_by(frame: pd.DataFrame, key: str, value: str) -> pd.Series:
    """The distinct values of each key as an ascending list, indexed by key."""
    pairs = frame[[key, value]].drop_duplicates().sort_values([key, value])
    if pairs.empty:
        return pd.Series([], index=pd.Index([], name=key, dtype="str"), name=value, dtype=object)
    table = pa.table({key: pairs[key].to_numpy(object), value: pairs[value].to_numpy(object)})
    grouped = table.group_by(key, use_threads=False).aggregate([(value, "list")])
    return pd.Series(
        grouped[f"{value}_list"].to_pylist(),
        index=pd.Index(grouped[key].to_pylist(), name=key),
        name=value,
        dtype=object,
    )


def aligned_lists(lists: pd.Series, keys: pd.Series) -> pd.Series:
    """The list of each key in turn, an empty one where there is none."""
    known = lists.to_dict()
    return pd.Series([known.get(key, []) for key in keys.tolist()], index=keys.index, dtype=object)
