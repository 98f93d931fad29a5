"""What can a perfect client know of a world at an instant? Facts, each as one source tells it.

Jira shows what is there now: the last edit of a comment, histories of issues that can still be
seen, work logs that were not deleted. Its feeds of work logs are a minute late.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jira_usage.demo.acts import Kind

from .ledger import Ledger
from .story import Issue, World

MINUTE = 60_000


class Fact(NamedTuple):
    """One fact; `issue` is the issue's place, `by` an account id or "".

    source: a kind of event as it stands (comment_created, ...), or of work logs: "log created",
    "log edited" and "log gone" by the feeds, "added", "touched", "removed" and "timed" by a
    history. id: of the comment, work log, history or issue that tells it.
    """

    source: str
    at: int
    by: str
    issue: int
    id: int
    worklog: int = 0
    fields: tuple[str, ...] = ()
    rank_only: bool = False


def told_at(ledger: Ledger, instant: int) -> frozenset[Fact]:
    """All facts of the past of an instant that Jira tells then."""
    return frozenset(
        fact
        for fact in (
            *_issues(ledger, instant),
            *_comments(ledger, instant),
            *_histories(ledger, instant),
            *_feeds(ledger, instant),
        )
    )


def visible(world: World, issue: Issue, instant: int) -> bool:
    """Whether the caller sees an issue, its comments and its histories."""
    hidden = issue.hidden <= instant < issue.shown
    moved = issue.moved is not None and issue.moved.at <= instant
    project = world.projects[issue.moved.to if issue.moved and moved else issue.project]
    archived = project in world.directory_at(instant).archived
    return exists(issue, instant) and not hidden and not archived


def exists(issue: Issue, instant: int) -> bool:
    return issue.at <= instant < issue.deleted


def _account(by: str) -> str:
    return "" if by == "?" else by


def _issues(ledger: Ledger, instant: int) -> Iterator[Fact]:
    for place, issue in enumerate(ledger.world.issues):
        if visible(ledger.world, issue, instant):
            yield Fact("issue_created", issue.at, _account(issue.by), place, 10_001 + place)


def _comments(ledger: Ledger, instant: int) -> Iterator[Fact]:
    for row in ledger.comments:
        comment = row.comment
        if not visible(ledger.world, ledger.world.issues[row.issue], instant):
            continue
        gone = comment.deleted is not None and comment.deleted.at <= instant
        if comment.restricted or gone or comment.at > instant:
            continue
        yield Fact("comment_created", comment.at, _account(comment.by), row.issue, row.id)
        edits = [edit for edit in comment.edits if edit.at <= instant]
        if edits and edits[-1].at != comment.at:
            last = edits[-1]
            yield Fact("comment_edited", last.at, _account(last.by), row.issue, row.id)


def _histories(ledger: Ledger, instant: int) -> Iterator[Fact]:
    for h in ledger.histories:
        if h.at > instant or not visible(ledger.world, ledger.world.issues[h.issue], instant):
            continue
        by, rank = _account(h.by), h.kind == Kind.RANK
        if h.fields:
            yield Fact("issue_changed", h.at, by, h.issue, h.id, 0, h.fields, rank)
        if h.book == "comment":
            yield Fact("comment_deleted", h.at, by, h.issue, h.id)
        elif h.book == "timed":
            yield Fact("timed", h.at, by, h.issue, h.id)
        elif h.book:
            yield Fact(h.book, h.at, by, h.issue, h.id, h.worklog)


def _feeds(ledger: Ledger, instant: int) -> Iterator[Fact]:
    """Work logs are told of in hidden issues too, but those of the last minute nowhere."""
    for row in ledger.worklogs:
        worklog, issue = row.worklog, ledger.world.issues[row.issue]
        died = min(worklog.deleted.at if worklog.deleted else issue.deleted, issue.deleted)
        if worklog.at < died <= instant - MINUTE:
            yield Fact("log gone", died, "", row.issue, row.id, row.id)
        if worklog.restricted or not worklog.at <= instant < died or not exists(issue, instant):
            continue
        edits = [edit for edit in worklog.edits if edit.at <= instant]
        updated = edits[-1].at if edits else worklog.at
        if updated > instant - MINUTE:
            continue
        by = _account(worklog.by)
        yield Fact("log created", worklog.at, by, row.issue, row.id, row.id)
        if updated != worklog.at:
            editor = _account(edits[-1].by)
            yield Fact("log edited", updated, editor, row.issue, row.id, row.id)
