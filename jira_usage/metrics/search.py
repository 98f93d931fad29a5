"""The search for people by name, email or account ID, without case and accents."""

from __future__ import annotations

import unicodedata

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def folded(text: str) -> str:
    """Text as search compares it: without case and accents."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def all_folded(texts: pd.Series) -> pa.Array:
    """Each text as `folded` gives it; texts without accents all at once."""
    told = pa.array(texts.to_numpy(object), pa.string())
    plain = pc.string_is_ascii(told)
    odd = [folded(text) for text in told.filter(pc.invert(plain)).to_pylist()]
    return pc.replace_with_mask(pc.ascii_lower(told), pc.invert(plain), pa.array(odd, pa.string()))


def haystack(people: pd.DataFrame) -> pa.Array:
    """What a search looks through: display_name, email and account_id of each row."""
    parts = [all_folded(people[name]) for name in ("display_name", "email", "account_id")]
    return pc.binary_join_element_wise(*parts, "\n")


def found(within: pa.Array, search: str) -> npt.NDArray[np.bool_] | None:
    """Which rows of a haystack hold every word of a search; None for no search."""
    words = folded(search).split()
    if not words:
        return None
    some = [pc.match_substring(within, word) for word in words]
    masks = [np.asarray(one.to_numpy(zero_copy_only=False), dtype=np.bool_) for one in some]
    return np.asarray(np.logical_and.reduce(masks), dtype=np.bool_)


def by_name(people: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The rows in the order of display_name."""
    order = pc.array_sort_indices(all_folded(people["display_name"])).to_numpy()
    return np.asarray(order, dtype=np.int64)
