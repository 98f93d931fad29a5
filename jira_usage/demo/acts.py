"""What can happen in a Jira site, as columns: issues, histories, comments and work logs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Self, TypeVar

import numpy as np

from jira_usage.demo.chance import Column


class Kind(IntEnum):
    """The kind of a history; columns a, b, c mean what the remark says."""

    STATUS = 1  # a: from, b: to (places on the workflow's path)
    ASSIGNEE = 2  # a: from, b: to (person, -1 nobody)
    SUMMARY = 3
    DESCRIPTION = 4  # b: length of the new text
    LABELS = 5
    DUEDATE = 6
    SPRINT = 7
    RANK = 8  # does not touch issue.updated
    LINK = 9  # a: id of the other issue, b: 1 seen from the far end, c: 1 removed
    REMOTE_LINK = 10
    PARENT = 11  # a: id of the parent
    ATTACH_ADD = 12  # a: id of the attachment
    ATTACH_REMOVE = 13
    MOVE = 14  # a: old project, b: new project, c: old number
    COMMENT_DELETED = 15  # a: id of the comment, b: 1 restricted
    WORKLOG_ADDED = 16  # a: id of the work log, b: seconds spent after, c: change in seconds
    WORKLOG_EDITED = 17  # the same, as Jira Server wrote it: WorklogId from, nothing to
    WORKLOG_RETIMED = 18  # timespent and timeestimate, no WorklogId
    WORKLOG_RETIMED_ALONE = 19  # timespent only
    WORKLOG_DELETED = 20  # with WorklogTimeSpent
    WORKLOG_GONE = 21  # WorklogId and timespent only; the feed of deletions tells the rest
    WORKLOG_DELETED_HIDDEN = 22  # a restricted work log: a message instead of seconds
    PRIORITY = 23
    FIX_VERSION = 24
    STORY_POINTS = 25
    WORKFLOW = 26
    TRIAGE = 27  # assignee, priority and labels in one history
    ESTIMATE = 28  # timeestimate and timeoriginalestimate, nobody logged work
    CUSTOM = 29  # a custom field with a translated name
    RESOLVED_WITH_WORK = 30  # a transition and a work log in one history
    SUMMARY_AND_POINTS = 31


WORK_KINDS = (
    Kind.WORKLOG_ADDED,
    Kind.WORKLOG_EDITED,
    Kind.WORKLOG_RETIMED,
    Kind.WORKLOG_RETIMED_ALONE,
    Kind.WORKLOG_DELETED,
    Kind.WORKLOG_GONE,
    Kind.WORKLOG_DELETED_HIDDEN,
    Kind.RESOLVED_WITH_WORK,
)

NOBODY = -1
"""No author at all: anonymous, or a corrupt record."""
NAMELESS = -2
"""An author object without accountId."""

# Flags of a history.
NO_FIELD_ID = 1  # old data: the items carry no fieldId
ON_BEHALF = 2  # an app acted for a person: historyMetadata

# Flags of comments and work logs.
RESTRICTED_SEEN = 1  # visible to a group the caller is in
RESTRICTED = 2  # the caller cannot read it
NO_HISTORY = 4  # only the feed of work logs tells
NO_BUMP = 8  # issue.updated was not touched
PUBLIC = 16

# How a work log's edit shows.
EDIT_WITH_ID, EDIT_TIME, EDIT_TIME_ALONE, EDIT_TEXT = 1, 2, 3, 4


@dataclass
class _Table:
    @classmethod
    def concat(cls, parts: list[Self]) -> Self:
        return cls(
            **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)}
        )

    def take(self, rows: Column) -> Self:
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))


_T = TypeVar("_T", bound=_Table)


@dataclass
class Issues(_Table):
    """One row per issue, in order of id; instants are epoch milliseconds, FAR is never."""

    id: Column
    day: Column  # the day of creation decides how long the site keeps it
    created: Column
    creator: Column
    assignee: Column  # at creation
    project: Column
    number: Column
    type: Column
    hidden: Column  # by a security level
    deleted: Column
    attached: Column  # id of an attachment uploaded at creation (no history), or 0
    moved: Column
    project_after: Column
    number_after: Column


@dataclass
class Histories(_Table):
    """One row per history, by issue, then instant, then id."""

    issue: Column
    at: Column
    id: Column
    kind: Column
    author: Column
    a: Column
    b: Column
    c: Column
    flags: Column


@dataclass
class Comments(_Table):
    """One row per comment, by issue, then instant; two edits at most, the last one shows."""

    issue: Column
    id: Column
    at: Column
    author: Column
    edit1: Column
    edit1_by: Column
    edit2: Column
    edit2_by: Column
    deleted: Column
    flags: Column


@dataclass
class Worklogs(_Table):
    """One row per work log, by issue, then instant; two edits at most, the last one shows."""

    issue: Column
    id: Column
    at: Column
    author: Column
    seconds: Column
    edit1: Column
    edit1_by: Column
    edit1_seconds: Column
    edit1_how: Column
    edit2: Column
    edit2_by: Column
    edit2_seconds: Column
    edit2_how: Column
    deleted: Column
    flags: Column


@dataclass
class Life:
    """Everything that happens on a site between two days."""

    issues: Issues
    histories: Histories
    comments: Comments
    worklogs: Worklogs

    @classmethod
    def join(cls, parts: list[Life]) -> Life:
        """Put lives together; rows of later parts then point at the issues of later parts."""
        start = 0
        for part in parts:
            for table in (part.histories, part.comments, part.worklogs):
                table.issue = table.issue + np.int32(start)
            start += len(part.issues)
        return cls(
            Issues.concat([p.issues for p in parts]),
            Histories.concat([p.histories for p in parts]),
            Comments.concat([p.comments for p in parts]),
            Worklogs.concat([p.worklogs for p in parts]),
        )


_WIDE = {
    "at",
    "created",
    "deleted",
    "moved",
    "edit1",
    "edit2",
}


def dtype_of(name: str) -> type:
    """The type of a column: instants are 64 bits wide, small codes 8."""
    if name in _WIDE:
        return np.int64
    if name in {"kind", "flags", "edit1_how", "edit2_how", "type"}:
        return np.uint8
    if name == "hidden":
        return np.bool_
    return np.int32


def empty_life() -> Life:
    """A site on which nothing ever happened."""
    return Life(_empty(Issues), _empty(Histories), _empty(Comments), _empty(Worklogs))


def _empty(table: type[_T]) -> _T:
    return table(**{f.name: np.empty(0, dtype_of(f.name)) for f in fields(table)})
