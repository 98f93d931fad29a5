"""Rows to lists: the values of each key, distinct and in order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

CROWDED = 8  # Below this many places for each number, ticking them off takes less memory.


def lists_of(frame: pd.DataFrame, key: str, value: str, keys: pd.Series) -> pd.Series:
    """The distinct values of each of some keys as an ascending list, in the order of `keys`.

    `keys` are distinct. Lists without values may be one and the same list: nobody may
    change them.
    """
    place = pd.Index(keys).get_indexer(pd.Index(frame[key]))
    codes, names = pd.factorize(frame[value], sort=True)
    known = (place >= 0) & (codes >= 0)
    number = max(len(names), 1)
    pairs = distinct(place[known] * np.int64(number) + codes[known], len(keys) * number)
    told = np.array(names, dtype=object)[pairs % number] if len(pairs) else np.empty(0, object)
    ends = np.searchsorted(pairs, (np.arange(len(keys), dtype=np.int64) + 1) * number)
    starts = np.concatenate([np.zeros(min(len(keys), 1), dtype=np.int64), ends[:-1]])
    nothing: list[Any] = []
    lists = [
        told[a:b].tolist() if b > a else nothing
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return pd.Series(lists, index=keys.index, dtype=object, name=value)


def distinct(numbers: npt.NDArray[np.integer[Any]], end: int) -> npt.NDArray[np.int64]:
    """The distinct numbers, ascending; all of them are at least 0 and below `end`."""
    if end > CROWDED * len(numbers):
        ordered = np.sort(numbers).astype(np.int64)
        return ordered[np.diff(ordered, prepend=-1) > 0]
    seen = np.zeros(end, dtype=np.bool_)
    seen[numbers] = True
    return np.flatnonzero(seen).astype(np.int64)
