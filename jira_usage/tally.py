"""Who did what when, in numbers: a row per event, small enough to hold millions.

It is made once, when a generation is published, so that whoever reads it neither
settles work logs nor compares texts.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from jira_usage.schema import KINDS, TALLY

NEEDED = ["at", "act", "account_id", "issue_id"]
_PLACE_OF_KIND = pd.Index(KINDS)


def tally(acts: Iterable[pa.Table], users: pa.Table, issues: pa.Table) -> pa.Table:
    """A row by TALLY for each event of some tables, by `at`.

    Takes tables with the columns NEEDED, texts as dictionaries or not; `act` is one of
    KINDS. An account that is not among `users` is nobody, an issue that is not among
    `issues` belongs to the project with the empty key.
    """
    accounts = pd.Index(users["account_id"].to_numpy(zero_copy_only=False))
    issue_ids = pd.Index(issues["issue_id"].to_numpy(zero_copy_only=False))
    keys = issues["project_key"].combine_chunks().dictionary_encode()
    projects = np.append(keys.indices.to_numpy(zero_copy_only=False), len(keys.dictionary))
    parts = [
        (
            table["at"].to_numpy(),
            _places(table["act"], _PLACE_OF_KIND).astype(np.uint8),
            _places(table["account_id"], accounts).astype(np.int32),
            projects[_places(table["issue_id"], issue_ids)].astype(np.int32),
        )
        for table in acts
    ]
    if not parts:
        return TALLY.empty_table()
    at, kind, account, project = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(at, kind="stable")
    names = pa.concat_arrays([keys.dictionary, pa.array([""], pa.string())])
    columns = [
        pa.array(at[order]),
        pa.array(kind[order]),
        pa.array(account[order]),
        pa.DictionaryArray.from_arrays(pa.array(project[order]), names),
    ]
    return pa.Table.from_arrays(columns, schema=TALLY)


def _places(texts: pa.ChunkedArray, index: pd.Index) -> npt.NDArray[np.int64]:
    """The place of each text in an index, its length for those that are not there."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    if not pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_encode()
    coded = texts.unify_dictionaries().combine_chunks()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    found = index.get_indexer(pd.Index(coded.dictionary.to_numpy(zero_copy_only=False)))
    place: npt.NDArray[np.int64] = np.where(found < 0, len(index), found).astype(np.int64)
    codes: npt.NDArray[np.int32] = coded.indices.to_numpy(zero_copy_only=False)
    return place[codes]
