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
    projects = np.append(keys.indices.to_numpy(zero_copy_only=False), len(keys.dictionary)).astype(
        np.int32
    )
    tables = list(acts)
    if not tables:
        return TALLY.empty_table()
    at = np.concatenate([table["at"].to_numpy() for table in tables])
    kind, account, issue = (
        _places([table[name] for table in tables], index)
        for name, index in (
            ("act", _PLACE_OF_KIND),
            ("account_id", accounts),
            ("issue_id", issue_ids),
        )
    )
    project = projects[issue]
    order = np.argsort(at, kind="stable")
    names = pa.concat_arrays([keys.dictionary, pa.array([""], pa.string())])
    columns = [
        pa.array(at[order]),
        pa.array(kind[order].astype(np.uint8)),
        pa.array(account[order]),
        pa.DictionaryArray.from_arrays(pa.array(project[order]), names),
    ]
    return pa.Table.from_arrays(columns, schema=TALLY)


def _places(columns: Iterable[pa.ChunkedArray], index: pd.Index) -> npt.NDArray[np.int32]:
    """The place of each text in an index, its length for those that are not there."""
    chunks = [
        chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        for column in columns
        for chunk in column.chunks
    ]
    if not chunks:
        return np.zeros(0, dtype=np.int32)
    coded = pa.chunked_array(chunks).unify_dictionaries()
    texts = coded.chunk(0).dictionary.to_numpy(zero_copy_only=False)
    found = index.get_indexer(pd.Index(texts))
    place = np.where(found < 0, len(index), found).astype(np.int32)
    return np.concatenate([place[c.indices.to_numpy(zero_copy_only=False)] for c in coded.chunks])
