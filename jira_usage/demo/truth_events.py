"""Which acts of a window count as which events? The contract's rules, applied to the acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jira_usage.demo.acts import NO_FIELD_ID, WORK_KINDS, Kind
from jira_usage.demo.chance import Column
from jira_usage.demo.desk import Desk
from jira_usage.demo.workdays import DAY
from jira_usage.demo.world import World

MINUTE = 60_000
SAME_ACT_MS = 2_000


class Event(NamedTuple):
    """One dated act of one person; issue is a row, person a row, NOBODY or NAMELESS."""

    person: int
    at: int
    kind: str
    issue: int
    fields: tuple[str, ...]
    source_id: int


# (ids, names): the fields of a change with and without fieldId, book-keeping left out.
_FIELDS: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.ASSIGNEE: (("assignee",), ("assignee",)),
    Kind.SUMMARY: (("summary",), ("summary",)),
    Kind.DESCRIPTION: (("description",), ("description",)),
    Kind.LABELS: (("labels",), ("labels",)),
    Kind.DUEDATE: (("duedate",), ("duedate",)),
    Kind.SPRINT: (("customfield_10020",), ("customfield_10020",)),
    Kind.RANK: (("customfield_10019",), ("customfield_10019",)),
    Kind.LINK: (("Link",), ("Link",)),
    Kind.PARENT: (("IssueParentAssociation",), ("IssueParentAssociation",)),
    Kind.ATTACH_ADD: (("Attachment",), ("Attachment",)),
    Kind.ATTACH_REMOVE: (("Attachment",), ("Attachment",)),
    Kind.MOVE: (
        ("Key", "project", "issuetype", "status", "Workflow"),
        ("Key", "project", "issuetype", "status", "Workflow"),
    ),
    Kind.PRIORITY: (("priority",), ("priority",)),
    Kind.FIX_VERSION: (("fixVersions",), ("Fix Version",)),
    Kind.STORY_POINTS: (("customfield_10016",), ("customfield_10016",)),
    Kind.WORKFLOW: (("Workflow",), ("Workflow",)),
    Kind.TRIAGE: (("assignee", "priority", "labels"), ("assignee", "priority", "labels")),
    Kind.ESTIMATE: (
        ("timeestimate", "timeoriginalestimate"), ("timeestimate", "timeoriginalestimate")
    ),
    Kind.CUSTOM: (("customfield_10090",), ("customfield_10090",)),
    Kind.RESOLVED_WITH_WORK: (("status", "resolution"), ("status", "resolution")),
    Kind.SUMMARY_AND_POINTS: (
        ("summary", "customfield_10016"), ("summary", "customfield_10016")
    ),
    Kind.WORKLOG_RETIMED: (("timeestimate",), ("timeestimate",)),
}  # fmt: skip
_ADDS_WORK = (Kind.WORKLOG_ADDED, Kind.RESOLVED_WITH_WORK)
_DELETES_WORK = (Kind.WORKLOG_DELETED, Kind.WORKLOG_DELETED_HIDDEN)


def changed_fields(kind: int, a: int, b: int, flags: int) -> tuple[str, ...]:
    """The fields that a history changes, () where it is book-keeping only."""
    if kind == Kind.STATUS:
        return ("status", "resolution") if 3 in (a, b) else ("status",)
    if kind == Kind.REMOTE_LINK:
        return ("RemoteWorkItemLink" if a % 97 % 2 else "RemoteIssueLink",)
    with_ids, names = _FIELDS.get(kind, ((), ()))
    return names if flags & NO_FIELD_ID else with_ids


def events_between(desk: Desk, start: int) -> list[Event]:
    """All events in [start, now], in no order."""
    world = desk.world
    readable = desk.readable()
    reached = readable & _reached(world, start)
    events = [
        *_creations(world, readable, start),
        *_comments(world, readable, start),
        *_histories(world, reached, start),
        *_work(world, reached, start),
    ]
    return [event for event in events if start <= event.at <= world.now]


def _reached(world: World, start: int) -> Column:
    """Issues that a search with a day to spare finds, or that the feed of work logs names."""
    reached = world.updated >= start - DAY
    w = world.worklogs
    rows = np.arange(len(w))
    latest = np.where(w.edit2 <= world.now, w.edit2, np.where(w.edit1 <= world.now, w.edit1, w.at))
    lately = rows[world.worklog_shown(rows) & (latest >= start) & (latest <= world.now - MINUTE)]
    reached[w.issue[lately]] = True
    return reached


def _creations(world: World, readable: Column, start: int) -> Iterator[Event]:
    issues = world.issues
    for row in np.flatnonzero(readable & (issues.created >= start)).tolist():
        yield Event(
            int(issues.creator[row]), int(issues.created[row]), "issue_created", row, (),
            int(issues.id[row]),
        )  # fmt: skip


def _comments(world: World, readable: Column, start: int) -> Iterator[Event]:
    c = world.comments
    rows = np.arange(len(c))
    recent = _between(start, world.now, c.at, c.edit1, c.edit2)
    rows = rows[readable[c.issue] & recent & world.comment_shown(rows)]
    for row, issue, ident, author, at in zip(
        rows.tolist(), c.issue[rows].tolist(), c.id[rows].tolist(), c.author[rows].tolist(),
        c.at[rows].tolist(), strict=True,
    ):  # fmt: skip
        yield Event(author, at, "comment_created", issue, (), ident)
        updated, editor = world.comment_edit(row)
        if updated != at:
            yield Event(editor, updated, "comment_edited", issue, (), ident)


def _histories(world: World, reached: Column, start: int) -> Iterator[Event]:
    """issue_changed and comment_deleted; work logs have rules of their own."""
    h = world.histories
    rows = _recent(world, reached, start)
    for kind, person, at, issue, ident, a, b, flags in zip(
        *(column[rows].tolist() for column in (
            h.kind, h.author, h.at, h.issue, h.id, h.a, h.b, h.flags
        )), strict=True,
    ):  # fmt: skip
        if kind == Kind.COMMENT_DELETED:
            yield Event(person, at, "comment_deleted", issue, (), ident)
            continue
        fields = changed_fields(kind, a, b, flags)
        if fields:
            yield Event(person, at, "issue_changed", issue, fields, ident)


def _between(start: int, end: int, *columns: Column) -> Column:
    """A mask: at least one of the instants lies between."""
    found: Column = np.zeros(len(columns[0]), dtype=bool)
    for column in columns:
        found |= (column >= start) & (column <= end)
    return found


def _recent(world: World, reached: Column, since: int) -> Column:
    h = world.histories
    return np.flatnonzero((h.at >= since) & (h.at <= world.now) & reached[h.issue])


def _work(world: World, reached: Column, start: int) -> Iterator[Event]:
    h, w, now = world.histories, world.worklogs, world.now
    rows = np.arange(len(w))
    latest = np.where(w.edit2 <= now, w.edit2, np.where(w.edit1 <= now, w.edit1, w.at))
    # The feed does not tell of the last minute.
    listed = world.worklog_shown(rows) & world.exists[w.issue] & (latest <= now - MINUTE)
    added = set(h.a[np.isin(h.kind, _ADDS_WORK)].tolist())
    in_feed: list[tuple[int, int, int, int]] = []  # at, person, issue, id (-1 for a creation)
    recent = _between(start - DAY, now, w.at, w.edit1, w.edit2)
    for row in rows[listed & recent].tolist():
        issue, ident = int(w.issue[row]), int(w.id[row])
        author, at = int(w.author[row]), int(w.at[row])
        yield Event(author, at, "worklog_created", issue, (), ident)
        if ident not in added:
            in_feed.append((at, author, issue, -1))
        updated, editor, _ = world.worklog_edit(row)
        if updated != at:
            in_feed.append((updated, editor, issue, ident))
            yield Event(editor, updated, "worklog_edited", issue, (), ident)

    readable_ids = set(w.id[rows[listed]].tolist())
    feed_gone = (w.deleted <= now - MINUTE) | (world.issues.deleted[w.issue] <= now - MINUTE)
    named_deleted = set(w.id[rows[feed_gone]].tolist())
    edits: list[tuple[int, int, int, int, int]] = []  # at, person, issue, work log or 0, history
    recent_rows = _recent(world, reached, start - DAY)
    for row in recent_rows[np.isin(h.kind[recent_rows], WORK_KINDS)].tolist():
        kind, person, at = int(h.kind[row]), int(h.author[row]), int(h.at[row])
        issue, ident, worklog = int(h.issue[row]), int(h.id[row]), int(h.a[row])
        if kind in _ADDS_WORK and worklog not in readable_ids:
            yield Event(person, at, "worklog_created", issue, (), worklog)
        elif kind in _DELETES_WORK or (kind == Kind.WORKLOG_GONE and worklog in named_deleted):
            yield Event(person, at, "worklog_deleted", issue, (), worklog)
        elif kind in (Kind.WORKLOG_EDITED, Kind.WORKLOG_GONE):
            edits.append((at, person, issue, worklog, ident))
        elif kind in (Kind.WORKLOG_RETIMED, Kind.WORKLOG_RETIMED_ALONE):
            edits.append((at, person, issue, 0, ident))
    known = _same_acts(in_feed, edits)
    for n, (at, person, issue, worklog, ident) in enumerate(edits):
        if n not in known:
            yield Event(person, at, "worklog_edited", issue, (), worklog or ident)


def _same_acts(
    feed: list[tuple[int, int, int, int]], edits: list[tuple[int, int, int, int, int]]
) -> set[int]:
    """Places in edits that the feed knows too: one to one, the nearest in time first."""
    by_account: dict[tuple[int, int], list[int]] = {}
    for n, (_, person, issue, _, _) in enumerate(edits):
        by_account.setdefault((person, issue), []).append(n)
    pairs = []
    for f, (at, person, issue, worklog) in enumerate(feed):
        for n in by_account.get((person, issue), []):
            gap = abs(edits[n][0] - at)
            if gap <= SAME_ACT_MS and edits[n][3] in (0, worklog):
                pairs.append((gap, f, n))
    used: set[int] = set()
    matched: set[int] = set()
    for _, f, n in sorted(pairs):
        if f not in used and n not in matched:
            used.add(f)
            matched.add(n)
    return matched
