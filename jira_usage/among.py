"""Which texts of a column are among others: pandas looks for each of the others in turn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def among(texts: pd.Series | pd.Index, others: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Whether each text is one of the others; a missing one is not."""
    column = isinstance(others, pd.Series | pd.Index)
    wanted = pa.array(others if column else list(others), pa.string())
    found = pc.is_in(pa.array(texts, pa.string()), value_set=wanted.drop_null())
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
