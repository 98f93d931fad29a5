"""What a sync shares while it reads: its scope, its crew, what it counted and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jira_usage.api import JiraCloud
from jira_usage.coverage import CoverageNotes
from jira_usage.crew import Crew
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    SiteError,
    SyncCancelled,
    SyncIncomplete,
)

ASIDE = frozenset({"plans", "administrators", "project roles"})


@dataclass(frozen=True)
class Scope:
    """What to read: changes since `since_ms`; acts not before `keep_from_ms` are kept.

    `known_issues` maps the ids of issues that were read before to their `updated`
    then: an issue that has not changed since is not read again. Projects that are
    not among `known_projects` (all, where it is None) are read from `keep_from_ms`.
    An act before `since_ms` on an issue that is not among `seen_issues` tells that the
    issue could not be seen then. `ranked_issues` are those that a full sync would
    read: ranking an issue may leave its `updated` alone, so their `rank_fields` are
    asked for.
    """

    since_ms: int
    keep_from_ms: int
    now_ms: int
    known_issues: Mapping[str, int | None] = field(default_factory=dict)
    known_projects: frozenset[str] | None = None
    seen_issues: frozenset[str] = frozenset()
    ranked_issues: Sequence[str] = ()
    rank_fields: Sequence[str] = ()
    project_roles: bool = True

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

    def __init__(self, cloud: JiraCloud, crew: Crew, scope: Scope) -> None:
        self.cloud = cloud
        self.crew = crew
        self.scope = scope
        self.coverage = CoverageNotes()
        self.counts: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()

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
                f"{error.remedy} The last complete snapshot is kept.",
            ) from None
        self.coverage.refused(dataset, error)


def once(ask: Callable[[], Any]) -> Callable[[], Iterable[Any]]:
    """A job of one page."""

    def pages() -> Iterator[Any]:
        yield ask()

    return pages
