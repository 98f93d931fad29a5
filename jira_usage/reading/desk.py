"""What a sync shares while it reads: its scope, its crew, what it counted and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import partial

from jira_usage.api import JiraCloud
from jira_usage.coverage import CoverageNotes
from jira_usage.crew import Jobs, Kind, Share, once
from jira_usage.errors import (
    KEPT,
    AuthenticationFailed,
    JiraUsageError,
    RequestRefused,
    SiteError,
    SyncCancelled,
    SyncIncomplete,
)
from jira_usage.known_comments import NO_COMMENTS, KnownComments
from jira_usage.paging import Pages
from jira_usage.reading.listing import Listing
from jira_usage.reading.sweep import NOTHING_BEFORE, Sweep
from jira_usage.shapes import Documents
from jira_usage.worker import Worker

ASIDE = frozenset({"plans", "administrators", "project roles"})
MOST_ISSUES_GIVEN_UP = 20

# What tells of more to ask goes first, or it would end last.
LISTS = Kind("lists", urgent=True)
USERS = Kind("users", urgent=True)
SEARCHES = Kind("searches", urgent=True)
ISSUES = Kind("issues", urgent=True, big=True)
HISTORIES = Kind("histories", urgent=True, big=True)
WORKLOGS = Kind("work logs", urgent=True, big=True)
KNOWN_COMMENTS = Kind("known comments", urgent=True, most=4)
ISSUE_HISTORIES = Kind("histories of an issue")
COMMENTS = Kind("comments")
MEMBERS = Kind("members")
ROLES = Kind("project roles")


@dataclass(frozen=True)
class Scope:
    """What to read: changes since `since_ms`; acts not before `keep_from_ms` are kept.

    `known_issues` maps the ids of issues that were read before to their `updated`
    then: an issue that has not changed since is not read again, and of one that has,
    `known_comments` may spare its pages of comments. Projects that are not among
    `known_projects` (all, where it is None) are read from `keep_from_ms`. An act
    before `since_ms` on an issue that is not among `seen_issues` tells that the issue
    could not be seen then. `ranked_issues` are those that a full sync would read:
    ranking an issue may leave its `updated` alone, so their `rank_fields` are asked
    for. `expected_users` is how many accounts the last sync found. `sweep` says what
    may be taken over of that which no feed tells.
    """

    since_ms: int
    keep_from_ms: int
    now_ms: int
    known_issues: Mapping[str, int | None] = field(default_factory=dict)
    known_comments: KnownComments = NO_COMMENTS
    known_projects: frozenset[str] | None = None
    seen_issues: frozenset[str] = frozenset()
    ranked_issues: Sequence[str] = ()
    rank_fields: Sequence[str] = ()
    project_roles: bool = True
    expected_users: int = 0
    sweep: Sweep = NOTHING_BEFORE

    def searches(self, project_ids: Sequence[str] = ()) -> list[str]:
        """JQL, the best first, for issues updated since: relative, so no zone is involved.

        There is no upper bound: an issue touched while it is read would leave the
        result; and the order is by what no act changes: a move changes an issue's key.
        For `project_ids`, all that is kept is searched, not only what is new.
        """
        since_ms = self.keep_from_ms if project_ids else self.since_ms
        minutes = -(-(self.now_ms - since_ms) // 60_000) + 1
        days = -(-minutes // 1440)
        where = f"project in ({', '.join(project_ids)}) AND " if project_ids else ""
        return [
            f"{where}updated >= -{minutes}m ORDER BY created ASC, key ASC",
            f"{where}updated >= -{days}d ORDER BY created ASC, key ASC",
            f"{where}updated >= -{days}d ORDER BY key ASC",
        ][minutes % 1440 < 2 :]


class Desk:
    """Where the answers of one sync are taken, by the thread that runs the crew."""

    def __init__(self, cloud: JiraCloud, crew: Jobs, scope: Scope, worker: Worker) -> None:
        self.cloud = cloud
        self.crew = crew
        self.scope = scope
        self.worker = worker
        self.coverage = CoverageNotes()
        self.counts: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self._given_up = 0

    def share(self, idle: Callable[[], object]) -> Desk:
        """The same desk for a part of the reading; `idle` is called when no job of it is left."""
        desk = copy(self)
        desk.crew = Share(self.crew, idle)
        return desk

    def list(
        self,
        pages: Pages,
        take: Callable[[Documents], None],
        failed: Callable[[JiraUsageError], None],
        done: Callable[[], None] | None = None,
        *,
        kind: Kind = LISTS,
        entry_id: str = "",
    ) -> None:
        """Reads a list by offsets, as Listing does."""
        Listing(self.crew, pages, take, failed, done, kind=kind, entry_id=entry_id).start()

    def count(self, what: str, number: int) -> None:
        self.counts[what] += number

    def needed(self, dataset: str) -> Callable[[JiraUsageError], None]:
        return partial(self.failed, dataset)

    def failed(self, dataset: str, error: JiraUsageError) -> None:
        """A refusal or broken paging thins a dataset; an outage of a needed one ends the sync."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        if isinstance(error, SiteError) and dataset not in ASIDE:
            raise SyncIncomplete(
                f"The sync stopped while reading {dataset}: {error.message}",
                f"{error.remedy} {KEPT}",
            ) from None
        self.coverage.refused(dataset, error)

    def unread(self, dataset: str) -> Callable[[JiraUsageError], None]:
        """What is to be done where the one request for a dataset fails."""

        def failed(error: JiraUsageError) -> None:
            self.failed(dataset, error)
            self.coverage.nothing_of(dataset)

        return failed

    def gave_up_on(self, dataset: str, issue_id: str, error: JiraUsageError) -> None:
        """One issue that can't be read is said; many are an outage."""
        if isinstance(error, SiteError):
            self._given_up += 1
            if self._given_up > MOST_ISSUES_GIVEN_UP:
                self.failed(dataset, error)
        elif isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        elif isinstance(error, RequestRefused) and error.status == 404:
            return self.crew.read(
                once(partial(self.cloud.issue, issue_id, ["updated"])),
                partial(self._lost, dataset, issue_id),
                partial(self.failed, dataset),
            )
        self._lost(dataset, issue_id, {"id": issue_id})

    def _lost(self, dataset: str, issue_id: str, there: Mapping[str, object] | None) -> None:
        """An issue that is still there is to be read again by the next sync."""
        if there:
            self.coverage.note(dataset, "partial", f"Issue {issue_id} could not be read whole.")
        else:
            self.coverage.remark(dataset, f"Issue {issue_id} went away while it was read.")
