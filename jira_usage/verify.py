"""Proves a snapshot on its own site: a sample of issues, read again one by one, and compared.

The sync reads in bulk, by feeds and by what changed; here each issue is asked for its
own histories, comments and work logs. The two ways share only the rule of what counts.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from jira_usage.activity import Acts
from jira_usage.agreement import Event, Span, Telling, compare, events_of
from jira_usage.api import JiraCloud
from jira_usage.crew import Crew, fail
from jira_usage.errors import (
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    StoreDamaged,
    SyncCancelled,
)
from jira_usage.events import distinct_acts
from jira_usage.period import iso_instant
from jira_usage.schema import TABLES
from jira_usage.shapes import Documents
from jira_usage.snapshot import Snapshot

SAMPLE = 50
# Jira's search runs minutes late, its feeds of work logs one: the next sync reads that.
LATE_MS = 15 * 60_000
READINGS_OF_COMMENTS = 3
SUMS = 1 << 64


@dataclass(frozen=True)
class Difference:
    """An event that only one side knows: `missing` here, or `unexplained` by Jira."""

    side: Literal["missing", "unexplained"]
    issue_key: str
    kind: str
    source_id: str
    account_id: str
    at: str


@dataclass(frozen=True)
class Verdict:
    """How well a sample agrees; while it is read, how far that is.

    Events are those of the snapshot's time. Not held against it: issues that are gone or
    can't be read whole, events that Jira once told (`explained`), and events right before
    the sync (`newer`).
    `sample` issues were drawn, `issues` of them read. Instants are epoch ms.
    """

    snapshot_id: str = ""
    as_of: int = 0
    sample: int = 0
    issues: int = 0
    gone_issues: int = 0
    agreeing: int = 0
    explained: int = 0
    newer: int = 0
    differences: Sequence[Difference] = ()
    checked_at: int = 0

    @property
    def compared(self) -> int:
        return self.agreeing + len(self.differences)

    @property
    def per_cent(self) -> float:
        """Two digits, rounded down: 100 means all of them."""
        return self.agreeing * 10_000 // self.compared / 100 if self.compared else 100.0


class FiguresDiffer(StoreDamaged):
    title = "The figures do not count what is kept"


@dataclass(frozen=True)
class _Issue:
    """What the per-issue calls tell of one issue."""

    issue_id: str
    acts: Acts
    comments: frozenset[str] = frozenset()
    worklogs: frozenset[str] | None = frozenset()  # None where they can't be read
    gone: bool = False


def verify(
    cloud: JiraCloud,
    snapshot: Snapshot,
    *,
    sample: int = SAMPLE,
    seed: int | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Verdict]:
    """Yields the verdict while issues are read; the last one is the result.

    The sample is drawn at random from the issues that the snapshot has seen, and that
    were updated or have an event in its window. Raises FiguresDiffer where the tally of
    the snapshot is not that of its events, and SyncCancelled.
    """
    cancel = cancel or threading.Event()
    verdict = Verdict(snapshot.id, snapshot.as_of_ms)
    yield verdict
    # The store is asked for everything first: a sync may publish meanwhile.
    candidates = _candidates(snapshot)
    chosen = random.Random(seed).sample(candidates, min(sample, len(candidates)))
    ours = _events_on(snapshot, chosen)
    gone_worklogs = _gone_worklogs(snapshot)
    keys = dict(zip(snapshot.issues["issue_id"], snapshot.issues["issue_key"], strict=True))
    read: list[_Issue] = []
    with Crew(cancel) as crew:
        for issue_id in chosen:
            crew.read(partial(_read, cloud, issue_id, snapshot.covered_from_ms), read.append, fail)
        for _ in crew.run():
            if cancel.is_set():
                raise SyncCancelled("The check was cancelled.")
            yield replace(verdict, sample=len(chosen), issues=len(read))
    there = {issue.issue_id for issue in read if not issue.gone}
    told = _telling([issue for issue in read if not issue.gone], gone_worklogs)
    agreement = compare(told, [event for event in ours if event.issue_id in there], _span(snapshot))
    yield replace(
        verdict,
        sample=len(chosen),
        issues=len(read),
        gone_issues=len(read) - len(there),
        agreeing=agreement.agreeing,
        explained=len(agreement.forgotten),
        newer=len(agreement.newer),
        differences=(
            *(_difference("missing", event, keys) for event in agreement.missing),
            *(_difference("unexplained", event, keys) for event in agreement.unexplained),
        ),
        checked_at=round(time.time() * 1000),
    )


def _span(snapshot: Snapshot) -> Span:
    return Span(
        since=snapshot.covered_from_ms,
        sure=int(snapshot.meta["started_at"]) - LATE_MS,
        until=snapshot.as_of_ms,
        watched=int(snapshot.meta.get("watched_from", 0)),
    )


def _candidates(snapshot: Snapshot) -> list[str]:
    """The issues that the snapshot answers for; checks by the way that its tally is of its events.

    Of an issue that no sync could see, work logs may be known, and nothing else is claimed.
    """
    issues = snapshot.issues
    found = set(issues[issues["updated_at"] >= snapshot.covered_from_ms]["issue_id"])
    kept = 0
    for some in snapshot.events():
        within = some["at"].between(snapshot.covered_from_ms, snapshot.as_of_ms)
        found |= set(some.loc[within, "issue_id"].unique())
        kept += _sum(some)
    tally = snapshot.tally
    if kept % SUMS != _sum(tally) % SUMS or not tally["at"].is_monotonic_increasing:
        raise FiguresDiffer(
            "The numbers on the pages are not those of the acts that are stored.",
            "Sync again with “Read everything again”.",
        )
    return sorted(found.intersection(issues["issue_id"]))


def _sum(events: pd.DataFrame) -> int:
    """A number that tells events, in any order, from others: when, what, who and where."""
    columns = events[["at", "kind", "account_id", "project_key"]]
    rows = pd.util.hash_pandas_object(columns, index=False).to_numpy()
    return int(rows.sum(dtype=np.uint64)) + len(rows)


def _events_on(snapshot: Snapshot, issues: Iterable[str]) -> list[Event]:
    chosen = list(issues)
    return [
        event
        for some in snapshot.events(snapshot.covered_from_ms, snapshot.as_of_ms + 1)
        for event in events_of(some[some["issue_id"].isin(chosen)])
    ]


def _gone_worklogs(snapshot: Snapshot) -> Acts:
    """What the feed of deleted work logs has told the snapshot: it settles what a touch was."""
    acts = Acts(0)
    acts.add_deleted_worklogs(
        {"worklogId": worklog_id, "updatedTime": at} for worklog_id, at in snapshot.gone_worklogs
    )
    return acts


def _read(cloud: JiraCloud, issue_id: str, since_ms: int) -> Iterator[_Issue]:
    """One issue by its own calls.

    The histories come last: a comment that goes while the issue is read is either still
    there, or its deletion is.
    """
    acts = Acts(since_ms)
    try:
        issue = cloud.issue(issue_id, ("created", "creator"))
        if issue is None:
            yield _Issue(issue_id, acts, gone=True)
            return
        acts.add_issue_creation(issue_id, issue.get("fields") or {})
        comments = _read_comments(cloud, issue_id, acts)
        worklogs = _read_worklogs(cloud, issue_id, acts)
        for histories in cloud.changelog(issue_id):
            acts.add_histories(issue_id, histories)
    except (RequestRefused, PagingBroken) as refusal:
        if isinstance(refusal, RequestRefused) and refusal.status != 404:
            raise
        yield _Issue(issue_id, acts, gone=True)
    else:
        yield _Issue(issue_id, acts, comments, worklogs)


def _read_comments(cloud: JiraCloud, issue_id: str, acts: Acts) -> frozenset[str]:
    """Takes an issue's comments, again where one went between two pages: the others move up."""
    ids: set[str] = set()
    for _ in range(READINGS_OF_COMMENTS):
        most = 0
        for page, total in cloud.comments(issue_id):
            acts.add_comments(issue_id, page)
            ids |= {str(comment.get("id")) for comment in page}
            most = max(most, total or 0)
        if len(ids) >= most:
            break
    return frozenset(ids)


def _read_worklogs(cloud: JiraCloud, issue_id: str, acts: Acts) -> frozenset[str] | None:
    """Takes an issue's work logs; None where they can't be read, as with time tracking off."""
    found: Documents = []
    try:
        for page in cloud.issue_worklogs(issue_id):
            found += page
    except (RequestRefused, PermissionMissing):
        return None
    acts.add_worklogs([{**worklog, "issueId": issue_id} for worklog in found])
    return frozenset(str(worklog.get("id")) for worklog in found)


def _telling(issues: Sequence[_Issue], gone_worklogs: Acts) -> Telling:
    told = [gone_worklogs, *(issue.acts for issue in issues)]
    return Telling(
        acts=_table("acts", told),
        worklog_acts=_table("worklog_acts", told),
        comments=frozenset((issue.issue_id, one) for issue in issues for one in issue.comments),
        worklogs=frozenset(
            (issue.issue_id, one) for issue in issues for one in issue.worklogs or ()
        ),
        mute=frozenset(issue.issue_id for issue in issues if issue.worklogs is None),
    )


def _table(name: str, told: Iterable[Acts]) -> pd.DataFrame:
    tables = [table.cast(TABLES[name]) for acts in told for table in acts.tables(name)]
    read = distinct_acts(pa.concat_tables([TABLES[name].empty_table(), *tables]))
    frame: pd.DataFrame = read.to_pandas()
    return frame


def _difference(
    side: Literal["missing", "unexplained"], event: Event, keys: dict[str, str]
) -> Difference:
    return Difference(
        side,
        keys.get(event.issue_id, ""),
        event.kind,
        event.source_id,
        event.account_id,
        iso_instant(event.at),
    )
