"""Who did what when, in numbers: a row per event, small enough to hold millions.

It is made once, when a generation is published, so that whoever reads it neither
settles work logs nor compares texts.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.schema import KINDS, TALLY

NEEDED = ["at", "act", "account_id", "issue_id"]


def tally(acts: Iterable[pa.Table], users: pa.Table, issues: pa.Table) -> pa.Table:
    """A row by TALLY for each event of some tables, by `at`.

    Takes tables with the columns NEEDED, texts as dictionaries or not; `act` is one of
    KINDS. An account that is not among `users` is nobody, an issue that is not among
    `issues` belongs to the project with the empty key.
    """
    keys = issues["project_key"].combine_chunks().dictionary_encode()
    project_of_issue = np.append(
        keys.indices.to_numpy(zero_copy_only=False), np.int32(len(keys.dictionary))
    )
    tables = list(acts)
    if not tables:
        return TALLY.empty_table()
    at = np.concatenate([table["at"].to_numpy() for table in tables])
    kind = _places("act", tables, pa.array(KINDS)).astype(np.uint8)
    account = _places("account_id", tables, users["account_id"])
    project = project_of_issue[_places("issue_id", tables, issues["issue_id"])]
    order = np.argsort(at, kind="stable")
    names = pa.concat_arrays([keys.dictionary, pa.array([""], pa.string())])
    columns = [
        pa.array(at[order]),
        pa.array(kind[order]),
        pa.array(account[order]),
        pa.DictionaryArray.from_arrays(pa.array(project[order]), names),
    ]
    return pa.Table.from_arrays(columns, schema=TALLY)


def _places(
    name: str, tables: Iterable[pa.Table], known: pa.Array | pa.ChunkedArray
) -> npt.NDArray[np.int32]:
    """The place of each text of a column among those known, their number for others."""
    chunks = [
        chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        for table in tables
        for chunk in table[name].chunks
    ]
    if not chunks:
        return np.zeros(0, dtype=np.int32)
    coded = pa.chunked_array(chunks).unify_dictionaries().chunks
    found = pc.index_in(coded[0].dictionary, value_set=known)
    place: npt.NDArray[np.int32] = pc.fill_null(found, len(known)).to_numpy()
    return np.concatenate([place[chunk.indices.to_numpy(zero_copy_only=False)] for chunk in coded])
