"""Which rows does a world come to? Histories, comments and work logs, each with its id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jira_usage.demo.acts import Kind

from .story import NEVER, Act, At, Comment, Issue, Worklog, World

# Name → kind, its columns a and b, the fields it changes, and their names where they have no id.
CHANGES: dict[str, tuple[Kind, int, int, tuple[str, ...], tuple[str, ...]]] = {
    "labels": (Kind.LABELS, 1, 0, ("labels",), ("labels",)),
    "status": (Kind.STATUS, 0, 1, ("status",), ("status",)),
    "done": (Kind.STATUS, 2, 3, ("status", "resolution"), ("status", "resolution")),
    "assignee": (Kind.ASSIGNEE, -1, 0, ("assignee",), ("assignee",)),
    "summary": (Kind.SUMMARY, 1, 0, ("summary",), ("summary",)),
    "description": (Kind.DESCRIPTION, 1, 0, ("description",), ("description",)),
    "due date": (Kind.DUEDATE, 1, 0, ("duedate",), ("duedate",)),
    "sprint": (Kind.SPRINT, 1, 0, ("customfield_10020",), ("customfield_10020",)),
    "rank": (Kind.RANK, 1, 0, ("customfield_10019",), ("customfield_10019",)),
    "remote link": (Kind.REMOTE_LINK, 2, 0, ("RemoteIssueLink",), ("RemoteIssueLink",)),
    "parent": (Kind.PARENT, 1, 0, ("IssueParentAssociation",), ("IssueParentAssociation",)),
    "attach": (Kind.ATTACH_ADD, 7, 0, ("Attachment",), ("Attachment",)),
    "detach": (Kind.ATTACH_REMOVE, 7, 0, ("Attachment",), ("Attachment",)),
    "priority": (Kind.PRIORITY, 1, 0, ("priority",), ("priority",)),
    "fix version": (Kind.FIX_VERSION, 1, 0, ("fixVersions",), ("Fix Version",)),
    "points": (Kind.STORY_POINTS, 1, 0, ("customfield_10016",), ("customfield_10016",)),
    "workflow": (Kind.WORKFLOW, 1, 0, ("Workflow",), ("Workflow",)),
    "triage": (
        Kind.TRIAGE, -1, 0, ("assignee", "priority", "labels"),
        ("assignee", "priority", "labels"),
    ),
    "estimate": (
        Kind.ESTIMATE, 1, 0, ("timeestimate", "timeoriginalestimate"),
        ("timeestimate", "timeoriginalestimate"),
    ),
    "custom": (Kind.CUSTOM, 1, 0, ("customfield_10090",), ("customfield_10090",)),
    "summary and points": (
        Kind.SUMMARY_AND_POINTS, 1, 0, ("summary", "customfield_10016"),
        ("summary", "customfield_10016"),
    ),
}  # fmt: skip
_MOVED = ("Key", "project", "issuetype", "status", "Workflow")
_EDITS: dict[str, tuple[Kind, str, tuple[str, ...]]] = {
    "id": (Kind.WORKLOG_EDITED, "touched", ()),
    "time": (Kind.WORKLOG_RETIMED, "timed", ("timeestimate",)),
    "time alone": (Kind.WORKLOG_RETIMED_ALONE, "timed", ()),
}
_ENDS = {
    "whole": (Kind.WORKLOG_DELETED, "removed"),
    "hidden": (Kind.WORKLOG_DELETED_HIDDEN, "removed"),
    "gone": (Kind.WORKLOG_GONE, "touched"),
}


@dataclass(frozen=True)
class HistoryRow:
    """A history.

    fields: what it changes besides the book-keeping. book: what it says of comments and work
    logs: "", "comment", "added", "touched", "removed" or "timed".
    """

    issue: int
    at: At
    by: str
    kind: Kind
    fields: tuple[str, ...] = ()
    book: str = ""
    worklog: int = 0
    a: int = 0
    b: int = 0
    c: int = 0
    old: bool = False
    on_behalf: bool = False
    id: int = 0


@dataclass(frozen=True)
class CommentRow:
    id: int
    issue: int
    comment: Comment


@dataclass(frozen=True)
class WorklogRow:
    id: int
    issue: int
    worklog: Worklog


@dataclass(frozen=True)
class Ledger:
    """All rows of a world. Issues are known by their place; `issue_id` is what Jira calls them."""

    world: World
    histories: tuple[HistoryRow, ...]
    comments: tuple[CommentRow, ...]
    worklogs: tuple[WorklogRow, ...]

    def key(self, issue: int, instant: int) -> tuple[str, str]:
        """The key of an issue and of its project at an instant."""
        told = self.world.issues[issue]
        if told.moved and told.moved.at <= instant:
            project, number = self.world.projects[told.moved.to], moved_number(issue)
        else:
            project, number = self.world.projects[told.project], issue + 1
        return f"{project}-{number}", project

    def touches(self, issue: int) -> Iterator[int]:
        """The instants at which an issue's `updated` moves on."""
        yield self.world.issues[issue].at
        yield from (h.at for h in self.histories if h.issue == issue and h.kind != Kind.RANK)
        for comment in (c.comment for c in self.comments if c.issue == issue):
            yield from (comment.at, *(edit.at for edit in comment.edits))
        for worklog in (w.worklog for w in self.worklogs if w.issue == issue):
            yield from () if worklog.silent else (worklog.at,)
            yield from (edit.at for edit in worklog.edits)


def issue_id(issue: int) -> int:
    return 10_001 + issue


def moved_number(issue: int) -> int:
    return 501 + issue


def ledger(world: World) -> Ledger:
    """Writes a world out. Histories have their ids in the order in which they happened."""
    comments = [
        CommentRow(30_001 + n, issue, comment)
        for n, (issue, comment) in enumerate(
            (i, c) for i, issue in enumerate(world.issues) for c in _comments(issue)
        )
    ]
    worklogs = [
        WorklogRow(40_001 + n, issue, worklog)
        for n, (issue, worklog) in enumerate(
            (i, w) for i, issue in enumerate(world.issues) for w in _worklogs(issue)
        )
    ]
    histories = [
        *(h for i, issue in enumerate(world.issues) for h in _changes(i, issue)),
        *(h for row in comments for h in _of_comment(row)),
        *(h for row in worklogs for h in _of_worklog(row)),
    ]
    histories.sort(key=lambda h: h.at)
    numbered = [replace(history, id=20_001 + n) for n, history in enumerate(histories)]
    return Ledger(world, tuple(numbered), tuple(comments), tuple(worklogs))


def _comments(issue: Issue) -> list[Comment]:
    crowd = issue.chatter
    many = (
        [Comment(crowd.at.after(n * 60_000), crowd.by) for n in range(crowd.count)] if crowd else []
    )
    return [*issue.comments, *many]


def _worklogs(issue: Issue) -> list[Worklog]:
    crowd = issue.toil
    many = (
        [Worklog(crowd.at.after(n * 60_000), crowd.by) for n in range(crowd.count)] if crowd else []
    )
    return [*issue.worklogs, *many]


def _changes(place: int, issue: Issue) -> Iterator[HistoryRow]:
    for change in issue.changes:
        if change.what == "link":
            for here, there, far in ((place, change.to, 0), (change.to, place, 1)):
                yield HistoryRow(
                    here, change.at, change.by, Kind.LINK, ("Link",), a=issue_id(there), b=far
                )
        else:
            kind, a, b, with_ids, names = CHANGES[change.what]
            yield HistoryRow(
                place, change.at, change.by, kind, names if change.old else with_ids, a=a, b=b,
                old=change.old, on_behalf=change.on_behalf,
            )  # fmt: skip
    if issue.moved:
        yield HistoryRow(
            place, issue.moved.at, issue.moved.by, Kind.MOVE, _MOVED, a=issue.project,
            b=issue.moved.to, c=place + 1,
        )  # fmt: skip
    if issue.shown < NEVER:
        yield HistoryRow(place, issue.shown, "", Kind.LABELS, ("labels",), a=1)


def _of_comment(row: CommentRow) -> Iterator[HistoryRow]:
    gone: Act | None = row.comment.deleted
    if gone:
        yield HistoryRow(
            row.issue, gone.at, gone.by, Kind.COMMENT_DELETED, book="comment", a=row.id,
            b=int(row.comment.restricted),
        )  # fmt: skip


def _of_worklog(row: WorklogRow) -> Iterator[HistoryRow]:
    worklog = row.worklog
    if worklog.told is not None:
        kind = Kind.RESOLVED_WITH_WORK if worklog.resolving else Kind.WORKLOG_ADDED
        fields: tuple[str, ...] = ("status", "resolution") if worklog.resolving else ()
        yield HistoryRow(
            row.issue, worklog.at.after(worklog.told), worklog.by, kind, fields, "added",
            row.id, row.id, 3600, 3600,
        )  # fmt: skip
    for edit in worklog.edits:
        if edit.how != "text":
            kind, book, fields = _EDITS[edit.how]
            yield HistoryRow(
                row.issue, edit.at.after(edit.told), edit.by, kind, fields, book, row.id, row.id,
                5400, 1800,
            )  # fmt: skip
    if worklog.deleted:
        end = worklog.deleted
        kind, book = _ENDS[end.how]
        yield HistoryRow(
            row.issue, end.at.after(end.told), end.by, kind, (), book, row.id, row.id, 0, -3600
        )
