"""Puts millions of acts into the snapshot that the environment names; run by exports.py.

The people, issues, kinds and fields are those of the snapshot, over and over; only ids
and instants are new. So what is written has the lengths and the variety of the real thing.
"""

from __future__ import annotations

import os
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.connection import Connection
from jira_usage.generation import Generation
from jira_usage.store import Store

from ..site_process import SEED
from .exports import EVENTS

DAY_MS = 86_400_000
FIRST_ID = 10_000_000
SINGLE = ["issue_changed", "comment_created", "issue_created"]


def main() -> None:
    connection = Connection.from_environment(os.environ)
    store = Store.open(os.environ)
    kept = store.admitted(connection.site.url, connection.email, connection.api_token)
    last = kept.current() if kept else None
    if kept is None or last is None:
        raise RuntimeError("there is no snapshot to enlarge")
    acts = pa.concat_tables(kept.load_tables(last.tables["acts"].values()))
    acts = acts.filter(pc.is_in(acts["act"], pa.array(SINGLE)))
    chance = np.random.default_rng(SEED)
    as_of = int(last.meta["as_of"])
    at = np.sort(chance.integers(as_of - 29 * DAY_MS, as_of, EVENTS))
    many = acts.take(pa.array(chance.integers(0, len(acts), EVENTS)))
    many = _with(many, "at", at)
    many = _with(many, "source_id", np.arange(FIRST_ID, FIRST_ID + EVENTS))
    parts = {}
    days = at // DAY_MS
    for day in np.unique(days).tolist():
        first, end = np.searchsorted(days, [day, day + 1]).tolist()
        parts[str(np.datetime64(day, "D"))] = kept.save_table(many.slice(first, end - first))
    tables = {**last.tables, "acts": parts}
    kept.publish(Generation(uuid.uuid4().hex, tables, dict(last.meta)))


def _with(table: pa.Table, name: str, numbers: np.ndarray) -> pa.Table:
    """The table with other numbers in one of its columns, as that column's type."""
    field = table.schema.field(name)
    column = pa.array(numbers).cast(field.type)
    return table.set_column(table.schema.get_field_index(name), field, column)


if __name__ == "__main__":
    main()
