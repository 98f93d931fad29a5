"""Which comments does an issue have that has more than come with it, as last read to the end?

The ids of known comments can be asked for a thousand at once, those of any issues; all
comments of an issue only page by page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.schema import TABLES

NAME = "known_comments"
MOST_ID = 2**63 - 1


def comment_id(comment: Mapping[str, object]) -> int | None:
    """The id of a comment as Jira wants to be asked for it, None where it has no such id."""
    told = comment.get("id")
    if type(told) is str and told.isascii() and told.isdecimal() and len(told) < 20:
        told = int(told)
    return told if type(told) is int and 0 <= told <= MOST_ID else None


class KnownComments:
    """The ids that a table remembers, by issue."""

    def __init__(self, table: pa.Table) -> None:
        by_issue = table.group_by("issue_id").aggregate([("comment_id", "list")])
        columns = by_issue["issue_id"].to_pylist(), by_issue["comment_id_list"]
        self._ids = dict(zip(*columns, strict=True))

    def of(self, issue_id: str) -> frozenset[int]:
        """The ids of an issue's comments; none where they are not known."""
        told = self._ids.get(issue_id)
        return frozenset() if told is None else frozenset(told.as_py())


NO_COMMENTS = KnownComments(TABLES[NAME].empty_table())


def remembered(
    before: pa.Table,
    told: Collection[str],
    read: Mapping[str, Sequence[int]],
    issues: pa.Table,
) -> pa.Table:
    """The ids to remember of the issues that are kept.

    Of issues of which a sync was `told` they are those that it has `read` to the end, of
    others those of `before`.
    """
    issue_ids = [issue_id for issue_id, ids in read.items() for _ in ids]
    comment_ids = np.concatenate([np.empty(0, np.int64), *map(np.asarray, read.values())])
    new = pa.table([issue_ids, comment_ids], before.schema)
    stays = pc.invert(pc.is_in(before["issue_id"], pa.array(list(told), pa.string())))
    merged = pa.concat_tables([before.filter(stays), new])
    kept = merged.filter(pc.is_in(merged["issue_id"], issues["issue_id"].combine_chunks()))
    return kept.sort_by([(name, "ascending") for name in kept.schema.names])
