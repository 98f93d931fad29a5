"""Acts → events: the one definition of what counts.

Most acts are events as they stand. Work logs are told of twice, by the work log
itself (the feed) and by the histories of its issue; here the two become one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage import schema as a
from jira_usage.among import among
from jira_usage.schema import KINDS

SAME_ACT_MS = 2000
# So far apart a history and the feed of deleted work logs may tell of one deletion.
SAME_DELETION_MS = 60_000
EVENT_ORDER = ["at", "kind", "source_id"]
_EVENT = ["at", "kind", "source_id", "account_id", "issue_id", "fields", "on_behalf_of"]
_WORKLOG_EVENT = ["at", "kind", "source_id", "account_id", "issue_id"]


def settled_events(acts: pd.DataFrame, worklog_events: pd.DataFrame) -> pd.DataFrame:
    """The events that acts and settled work logs amount to, each given once.

    Takes the columns of schema.ACTS and schema.WORKLOG_EVENTS; returns at (epoch ms),
    kind (categories KINDS), source_id, account_id, issue_id, fields, on_behalf_of, by
    (at, kind, source_id).
    """
    parts = [acts.rename(columns={"act": "kind"})[_EVENT]]
    if len(worklog_events):
        parts.append(worklog_events.assign(fields="", on_behalf_of="")[_EVENT])
    parts = [part for part in parts if len(part)] or parts[:1]
    events = pd.concat(parts, ignore_index=True)
    events["kind"] = pd.Categorical(events["kind"], categories=list(KINDS))
    return events.sort_values(EVENT_ORDER, kind="stable", ignore_index=True)


def distinct_acts(acts: pa.Table) -> pa.Table:
    """Each act once, as it was last read: pages and syncs overlap.

    Takes the columns of schema.ACTS or schema.WORKLOG_ACTS, and keeps the order.
    """
    key = [name for name in ("act", "source_id", "at", "worklog_id") if name in acts.column_names]
    rows = acts.select(key).append_column("row", pa.array(np.arange(acts.num_rows)))
    last = rows.group_by(key, use_threads=False).aggregate([("row", "max")])["row_max"]
    return acts.take(last.take(pc.sort_indices(last)))


def settled_worklogs(acts: pd.DataFrame) -> pd.DataFrame:
    """The events that acts on work logs amount to, by schema.WORKLOG_EVENTS.

    Takes the columns of schema.WORKLOG_ACTS, each act once (`distinct_acts`).
    """
    if acts.empty:
        return pd.DataFrame(columns=_WORKLOG_EVENT).astype({"at": "int64"})
    removed, edited_in_histories = _touched(acts)
    parts = [_created(acts), removed, _edited(acts, edited_in_histories)]
    events = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return events.sort_values(EVENT_ORDER, kind="stable", ignore_index=True)


def _as(acts: pd.DataFrame, kind: str, *, by_worklog: bool = True) -> pd.DataFrame:
    source_id = acts["worklog_id"] if by_worklog else acts["source_id"]
    return acts.assign(kind=kind, source_id=source_id)[_WORKLOG_EVENT]


def _created(acts: pd.DataFrame) -> pd.DataFrame:
    """Once per work log: by the work log itself, else by the history that added it."""
    read = acts[acts["act"] == a.WORKLOG_CREATED].drop_duplicates("source_id", keep="last")
    added = acts[acts["act"] == a.WORKLOG_ADDED].sort_values(["at", "source_id"])
    added = added.drop_duplicates("worklog_id")
    added = added[~among(added["worklog_id"], read["source_id"])]
    return pd.concat(
        [_as(read, "worklog_created", by_worklog=False), _as(added, "worklog_created")]
    )


def _touched(acts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Deletions as events, and the histories that touched a work log without deleting it.

    A deletion has a WorklogTimeSpent item. Where no history of a work log has one,
    but the feed of deleted work logs names it, the latest is the deletion, unless it is
    known as an edit and of another time: work logs also go with their issue, and then
    nothing tells who deleted them.
    """
    touched = acts[acts["act"].isin((a.WORKLOG_TOUCHED, a.WORKLOG_REMOVED))]
    removed = touched["act"] == a.WORKLOG_REMOVED
    gone_at = acts[acts["act"] == a.WORKLOG_GONE].groupby("source_id")["at"].max()
    by_feed = touched[
        among(touched["worklog_id"], gone_at.index)
        & ~among(touched["worklog_id"], touched.loc[removed, "worklog_id"])
    ]
    by_age = by_feed.assign(number=pd.to_numeric(by_feed["source_id"], errors="coerce"))
    latest = by_age.sort_values(["at", "number"]).drop_duplicates("worklog_id", keep="last")
    edits = acts[acts["act"] == a.WORKLOG_EDITED]
    known, _ = _same_acts(
        latest, edits.assign(worklog_id=edits["source_id"]), on=["account_id", "worklog_id"]
    )
    apart = (latest["at"] - latest["worklog_id"].map(gone_at).astype("float64")).abs()
    latest = latest[(apart <= SAME_DELETION_MS) | ~latest.index.isin(known)]
    deletions = pd.concat([touched[removed], touched.loc[latest.index]])
    return _as(deletions, "worklog_deleted"), touched.drop(index=deletions.index)


def _edited(acts: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
    """Edits by the feed, and by histories where the feed does not know the same act.

    Jira keeps only the last edit of a work log, while each change of its time is a
    history. The same act of one account lies within two seconds on both sides.
    """
    feed = acts[acts["act"] == a.WORKLOG_EDITED]
    timed = acts[acts["act"] == a.TIME_CHANGED]
    told_of, used = _same_acts(
        touched, feed.assign(worklog_id=feed["source_id"]), on=["account_id", "worklog_id"]
    )
    own = touched.drop(index=told_of)
    rest = feed.drop(index=used)
    # A creation that no WorklogId history tells of may be what a bare `timespent` means.
    added = acts.loc[acts["act"] == a.WORKLOG_ADDED, "worklog_id"]
    created = acts[(acts["act"] == a.WORKLOG_CREATED) & ~among(acts["source_id"], added)]
    told_of, _ = _same_acts(timed, pd.concat([rest, created]), on=["account_id", "issue_id"])
    return pd.concat(
        [
            _as(feed, "worklog_edited", by_worklog=False),
            _as(own, "worklog_edited"),
            _as(timed.drop(index=told_of), "worklog_edited", by_worklog=False),
        ]
    )


def _same_acts(
    histories: pd.DataFrame, feed: pd.DataFrame, on: list[str]
) -> tuple[pd.Index, pd.Index]:
    """Which histories and feed entries are the same act, one to one, the nearest first."""
    pairs = histories.reset_index().merge(feed.reset_index(), on=on, suffixes=("", "_feed"))
    apart = (pairs["at"] - pairs["at_feed"]).abs()
    pairs = pairs.assign(apart=apart)[apart <= SAME_ACT_MS]
    pairs = pairs.sort_values(["apart", "at", "source_id"], kind="stable")
    mine, theirs = pairs["index"].to_numpy(), pairs["index_feed"].to_numpy()
    used_mine: dict[int, None] = {}
    used_theirs: dict[int, None] = {}
    for history, entry in zip(mine.tolist(), theirs.tolist(), strict=True):
        if history not in used_mine and entry not in used_theirs:
            used_mine[history] = used_theirs[entry] = None
    return pd.Index(np.array(list(used_mine), dtype=np.int64)), pd.Index(
        np.array(list(used_theirs), dtype=np.int64)
    )
