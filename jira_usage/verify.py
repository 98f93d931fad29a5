"""Proves a snapshot on its own site: a sample of issues, read again one by one, and compared.

The sync reads in bulk, by feeds and by what changed; here each issue is asked for its
own histories, comments and work logs. The two ways share only the rule of what counts.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from jira_usage.activity import Acts, all_events
from jira_usage.api import Documents, JiraCloud
from jira_usage.crew import Crew
from jira_usage.errors import JiraUsageError, PermissionMissing, RequestRefused
from jira_usage.period import iso_instant, to_epoch_ms
from jira_usage.schema import COMMENT_CREATED, COMMENT_DELETED, COMMENT_EDITED
from jira_usage.snapshot import Snapshot

SAMPLE = 50
TOLERANCE_MS = 2000


@dataclass(frozen=True)
class Difference:
    """An event that only one side knows. `side` is `missing` or `unexplained`."""

    side: str
    issue_key: str
    kind: str
    source_id: str
    account_id: str
    at: str


@dataclass
class Verdict:
    """How well a sample agrees. Events are those of the snapshot's time; issues that are
    gone, and events that Jira no longer tells but once did, are not held against it."""

    issues: int = 0
    gone_issues: int = 0
    agreeing: int = 0
    explained: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def per_cent(self) -> float:
        compared = self.agreeing + len(self.differences)
        return 100.0 * self.agreeing / compared if compared else 100.0


@dataclass
class _Issue:
    """What the per-issue calls tell of one issue."""

    issue_id: str
    acts: Acts
    comments: dict[str, int | None] = field(default_factory=dict)
    touched_worklogs: set[str] = field(default_factory=set)
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

    The sample is drawn at random from the issues with an event in the snapshot's
    window, and from those that were updated in it.
    """
    verdict = Verdict()
    until_ms = snapshot.as_of_ms + 1
    issues = snapshot.issues
    found = set(issues[issues["updated_at"] >= snapshot.covered_from_ms]["issue_id"])
    for some in snapshot.events(end_ms=until_ms):
        found |= set(some["issue_id"].unique())
    candidates = sorted(found - {""})
    chosen = random.Random(seed).sample(candidates, min(sample, len(candidates)))
    read: list[_Issue] = []
    with Crew(cancel or threading.Event()) as crew:
        for issue_id in chosen:
            crew.read(
                partial(_read, cloud, issue_id, snapshot.covered_from_ms), read.append, _raise
            )
        for _ in crew.run():
            verdict.issues = len(read)
            yield verdict
    acts = Acts(0)
    acts.add_deleted_worklogs(
        {"worklogId": worklog_id, "updatedTime": at} for worklog_id, at in snapshot.gone_worklogs
    )
    settled = all_events([acts, *(issue.acts for issue in read)])
    theirs = dict(tuple(settled.groupby("issue_id")))
    kept = [e[e["issue_id"].isin(chosen)] for e in snapshot.events(end_ms=until_ms)]
    events = pd.concat([settled.iloc[:0], *kept])
    ours = dict(tuple(events.groupby("issue_id")))
    keys = dict(zip(issues["issue_id"], issues["issue_key"], strict=True))
    nothing = events.iloc[:0]
    for issue in read:
        if issue.gone:
            verdict.gone_issues += 1
        else:
            _compare(
                verdict,
                issue,
                keys.get(issue.issue_id, ""),
                theirs.get(issue.issue_id, nothing),
                ours.get(issue.issue_id, nothing),
                snapshot.as_of_ms,
            )
    yield verdict


def _raise(error: JiraUsageError) -> None:
    raise error


def _read(cloud: JiraCloud, issue_id: str, since_ms: int) -> Iterator[_Issue]:
    """One issue by its own calls."""
    told = _Issue(issue_id, Acts(since_ms))
    issue = cloud.issue(issue_id, ("created", "creator"))
    if issue is None:
        told.gone = True
        yield told
        return
    told.acts.add_issue_creation(issue_id, issue.get("fields") or {})
    histories: Documents = [history for page in cloud.changelog(issue_id) for history in page]
    told.acts.add_histories(issue_id, histories)
    told.touched_worklogs = {
        str(item.get("from") or item.get("to"))
        for history in histories
        for item in history.get("items") or []
        if str(item.get("field")).lower() == "worklogid"
    }
    for page, _ in cloud.comments(issue_id):
        told.acts.add_comments(issue_id, page)
        told.comments |= {str(c.get("id")): to_epoch_ms(c.get("updated")) for c in page}
    try:
        for page in cloud.issue_worklogs(issue_id):
            told.acts.add_worklogs([{**worklog, "issueId": issue_id} for worklog in page])
    except (RequestRefused, PermissionMissing):
        pass  # 404 where time tracking is off
    yield told


def _compare(
    verdict: Verdict,
    told: _Issue,
    issue_key: str,
    theirs: pd.DataFrame,
    ours: pd.DataFrame,
    as_of_ms: int,
) -> None:
    deletions = int((theirs["kind"] == COMMENT_DELETED).sum())
    theirs = theirs[theirs["at"].between(told.acts.since_ms, as_of_ms)]
    left = {(row["kind"], row["source_id"], row["account_id"], row["at"]) for row in _rows(ours)}
    for row in _rows(theirs):
        key = (row["kind"], row["source_id"], row["account_id"], row["at"])
        found = key if key in left else _near(key, left)
        if found is None:
            verdict.differences.append(_difference("missing", issue_key, key))
        else:
            left.discard(found)
            verdict.agreeing += 1
    vanished: set[str] = set()
    for key in sorted(left, key=lambda key: key[3]):
        kind, source_id = key[0], key[1]
        if kind in (COMMENT_CREATED, COMMENT_EDITED) and source_id not in told.comments:
            vanished.add(source_id)
            explained = len(vanished) <= deletions
        elif kind == COMMENT_EDITED:
            explained = key[3] < (told.comments[source_id] or 0)
        else:
            explained = kind.startswith("worklog") and source_id in told.touched_worklogs
        if explained:
            verdict.explained += 1
        else:
            verdict.differences.append(_difference("unexplained", issue_key, key))


_Key = tuple[str, str, str, int]


def _near(key: _Key, left: set[_Key]) -> _Key | None:
    """The same act of a work log at the instant that the other source told."""
    if not key[0].startswith("worklog"):
        return None
    for other in left:
        if other[:3] == key[:3] and abs(other[3] - key[3]) <= TOLERANCE_MS:
            return other
    return None


def _rows(events: pd.DataFrame) -> list[dict[str, Any]]:
    columns = ["kind", "source_id", "account_id", "at"]
    told = events[columns].astype({"kind": "str"})
    return [dict(zip(columns, row, strict=True)) for row in told.itertuples(index=False)]


def _difference(side: str, issue_key: str, key: _Key) -> Difference:
    return Difference(side, issue_key, key[0], key[1], key[2], iso_instant(key[3]))
