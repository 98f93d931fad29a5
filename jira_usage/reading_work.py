"""Reads what was done: issues, their histories and comments, and work logs.

The order follows the fewest requests: issues that were updated since, with their
first comments; histories in bulk; all comments only where the embedded ones are
cut; work logs by their feeds; then the issues that only a work log touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from jira_usage import directory
from jira_usage.activity import Acts
from jira_usage.api import (
    CHANGELOG_ISSUES,
    ISSUES_PAGE,
    WORKLOGS_PAGE,
    Documents,
    chunks,
)
from jira_usage.documents import ChangelogPage
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    SiteError,
    SyncCancelled,
)
from jira_usage.period import to_epoch_ms
from jira_usage.reading import Desk, once
from jira_usage.reading_issues import ISSUE_FIELDS, IssueSearch

MOST_ISSUES_GIVEN_UP = 20
MOST_OPENED_ISSUES = 50
PROJECTS_A_SEARCH = 50


class WorkReading:
    """The acts that the documents tell of, and the issues they were done to."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.acts = Acts(desk.scope.keep_from_ms)
        self.ranks = Acts(desk.scope.keep_from_ms)
        self.issues: dict[str, dict[str, Any]] = {}
        self.long_comments: dict[str, int] = {}
        self.unseen_issues: set[str] = set()
        self.browsable: Documents | None = None
        self.search = IssueSearch(desk, self.issues, self._take_issues, self._trace)
        self._given_up = 0
        self._to_trace: list[str] = []
        self._traced: set[str] = set()
        self._opened_read = False
        self._projects_opened = False
        self._asked_worklogs: set[str] = set()
        self._worklog_issues: set[str] = set()

    def start(self) -> None:
        """Puts the first jobs to the crew; their answers put the rest."""
        read, cloud, needed = self.desk.crew.read, self.desk.cloud, self.desk.needed
        scope = self.desk.scope
        self.search.start(scope.searches())
        read(
            partial(cloud.updated_worklogs, scope.since_ms),
            self._take_worklog_entries,
            needed("work logs"),
            partial(self.desk.coverage.read, "work logs"),
        )
        read(
            partial(cloud.deleted_worklogs, scope.since_ms),
            self.acts.add_deleted_worklogs,
            needed("work logs"),
        )
        browsable: Documents = []
        read(
            partial(cloud.projects, "browse"),
            browsable.extend,
            needed("projects"),
            partial(self._browsable_done, browsable),
        )

    def follow_up(self) -> bool:
        """Puts jobs for issues that only a work log told of; False where there are none."""
        untraced = self._worklog_issues - self._traced - self.unseen_issues
        self._to_trace += sorted(untraced & self.issues.keys())
        self.unseen_issues |= untraced - self.issues.keys()
        for ids in chunks(sorted(untraced - self.issues.keys()), ISSUES_PAGE):
            self.desk.crew.read(
                partial(self._issues_by_id, ids),
                partial(self._take_issues, told_by_worklog=True),
                self.desk.needed("issues"),
                self._trace,
            )
        self._trace()
        return bool(untraced) or self._read_ranks() or self._read_opened()

    def _read_opened(self) -> bool:
        """Reads the work logs of issues that could not be seen at the last sync, once.

        Their feed goes on from the last sync, but here all of the window is new.
        """
        scope, read = self.desk.scope, self.desk.crew.read
        if scope.known_projects is None or self._opened_read:
            return False
        self._opened_read = True
        opened = sorted(self.acts.issues_before(scope.since_ms) - scope.seen_issues)
        # Of an issue that only a work log touched, nothing but the feed tells.
        if self._projects_opened or len(opened) > MOST_OPENED_ISSUES:
            read(
                partial(self.desk.cloud.updated_worklogs, scope.keep_from_ms),
                self._take_worklog_entries,
                self.desk.needed("work logs"),
            )
        else:
            for issue_id in opened:
                read(
                    partial(self.desk.cloud.issue_worklogs, issue_id),
                    partial(self._take_issue_worklogs, issue_id),
                    partial(self._given_up_on, "work logs", issue_id),
                )
        return bool(opened) or self._projects_opened

    def _take_issue_worklogs(self, issue_id: str, worklogs: Documents) -> None:
        self.acts.add_worklogs({**worklog, "issueId": issue_id} for worklog in worklogs)

    def _read_ranks(self) -> bool:
        """Asks for the ranking of issues that nothing else has told of, once."""
        scope = self.desk.scope
        quiet = sorted(set(scope.ranked_issues) - self._traced) if scope.rank_fields else []
        self._traced.update(quiet)
        for ids in chunks(quiet, CHANGELOG_ISSUES):
            self.desk.crew.read(
                partial(self.desk.cloud.changelogs, ids, scope.rank_fields),
                partial(self._take_changelogs, acts=self.ranks),
                self._ranks_failed,
            )
        return bool(quiet)

    def _ranks_failed(self, error: JiraUsageError) -> None:
        """A site that does not tell of rankings alone is no less complete than a first sync."""
        if not isinstance(error, RequestRefused | PagingBroken):
            return self.desk.failed("histories", error)
        self.desk.coverage.remark("histories", "Rankings of otherwise quiet issues are unknown.")

    def _given_up_on(self, dataset: str, issue_id: str, error: JiraUsageError) -> None:
        """One issue that can't be read is said; many are an outage."""
        if isinstance(error, SiteError):
            self._given_up += 1
            if self._given_up > MOST_ISSUES_GIVEN_UP:
                self.desk.failed(dataset, error)
        elif isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        elif isinstance(error, RequestRefused) and error.status == 404:
            reason = f"Issue {issue_id} went away while it was read."
            return self.desk.coverage.remark(dataset, reason)
        self.desk.coverage.note(dataset, "partial", f"Issue {issue_id} could not be read whole.")

    def _browsable_done(self, browsable: Documents) -> None:
        """Reads the whole window of projects that could not be browsed at the last sync."""
        self.browsable = browsable
        if self.desk.scope.known_projects is None:
            return
        ids = {str(project.get("id") or "") for project in browsable} - {""}
        opened = sorted(ids - self.desk.scope.known_projects)
        self._projects_opened = bool(opened)
        for some in chunks(opened, PROJECTS_A_SEARCH):
            self.search.start(self.desk.scope.searches(some))

    def _issues_by_id(self, ids: Iterable[str]) -> Iterator[Documents]:
        """Issues by id, in bulk where the site can, one by one where it can't."""
        ids = list(ids)
        try:
            page = self.desk.cloud.issues_by_id(ids, ISSUE_FIELDS)
            yield page
            came = {str(issue.get("id")) for issue in page}
            left = [issue_id for issue_id in ids if issue_id not in came]
            found = (self.desk.cloud.issue(issue_id, ISSUE_FIELDS) for issue_id in left)
            yield [issue for issue in found if issue]
        except RequestRefused:
            found = (self.desk.cloud.issue(issue_id, ISSUE_FIELDS) for issue_id in ids)
            yield [issue for issue in found if issue]

    def _take_issues(self, page: Documents, told_by_worklog: bool = False) -> None:
        for issue in page:
            issue_id = str(issue.get("id") or "")
            fields = issue.get("fields")
            if not issue_id or not isinstance(fields, dict):
                self.acts.unreadable += 1
                continue
            row = directory.issue_row(issue, to_epoch_ms(fields.get("updated")))
            before = self.issues.get(issue_id)
            self.issues[issue_id] = row
            self.unseen_issues.discard(issue_id)
            if before and before["updated_at"] == row["updated_at"]:
                continue
            self.acts.add_issue_creation(issue_id, fields)
            embedded = fields.get("comment")
            embedded = embedded if isinstance(embedded, dict) else {}
            comments = embedded.get("comments")
            comments = comments if isinstance(comments, list) else []
            self.acts.add_comments(issue_id, comments)
            self.desk.counts["comments"] += len(comments)
            if _unchanged(self.desk.scope.known_issues, row) and not told_by_worklog:
                continue
            if embedded.get("total") != len(comments):
                self._read_comments(issue_id, embedded.get("total"))
            self._to_trace.append(issue_id)
        self.desk.counts["issues"] = len(self.issues)
        self._trace(everything=False)

    def _read_comments(self, issue_id: str, total: object) -> None:
        """All comments of an issue: which 20 are embedded is not said, and old ones get edited."""
        self.long_comments[issue_id] = total if isinstance(total, int) else 1
        self.desk.totals["comments of long issues"] += 1
        self.desk.crew.read(
            partial(self._whole_comments, issue_id),
            partial(self._take_comments, issue_id),
            partial(self._given_up_on, "comments", issue_id),
            partial(self.desk.count, "comments of long issues", 1),
        )

    def _whole_comments(self, issue_id: str) -> Iterator[Documents]:
        """An issue's comments, read again where one was deleted between two pages.

        A deletion moves the later ones forward, past the page's edge.
        """
        for _ in range(3):
            seen: set[object] = set()
            first_total = None
            for page, total in self.desk.cloud.comments(issue_id):
                first_total = total if first_total is None else first_total
                seen.update(comment.get("id") for comment in page)
                yield page
            if first_total is None or len(seen) >= first_total:
                return
        raise PagingBroken("Comments went away while they were read.")

    def _take_comments(self, issue_id: str, page: Documents) -> None:
        self.acts.add_comments(issue_id, page)
        self.desk.counts["comments"] += len(page)

    def _trace(self, everything: bool = True) -> None:
        """Reads the histories of the issues gathered so far, a thousand issues at once."""
        whole = len(self._to_trace) // CHANGELOG_ISSUES * CHANGELOG_ISSUES
        now = len(self._to_trace) if everything else whole
        gathered, self._to_trace = self._to_trace[:now], self._to_trace[now:]
        self._traced.update(gathered)
        self.desk.totals["histories"] += len(gathered)
        for ids in chunks(gathered, CHANGELOG_ISSUES):
            self.desk.crew.read(
                partial(self.desk.cloud.changelogs, ids),
                self._take_changelogs,
                partial(self._trace_one_by_one, ids),
                partial(self.desk.count, "histories", len(ids)),
            )

    def _take_changelogs(self, page: ChangelogPage, acts: Acts | None = None) -> None:
        self.acts.unreadable += page.unreadable
        for entry in page.entries:
            histories = entry.histories or []
            (acts or self.acts).add_histories(str(entry.issue_id or ""), histories)
            self.desk.counts["changes"] += len(histories)

    def _trace_one_by_one(self, ids: Sequence[str], error: JiraUsageError) -> None:
        """Where a bulk read fails, each issue is asked for its own histories."""
        if isinstance(error, AuthenticationFailed | SyncCancelled | PermissionMissing):
            return self.desk.failed("histories", error)
        for issue_id in ids:
            self.desk.crew.read(
                partial(self.desk.cloud.changelog, issue_id),
                partial(self._take_changelog, issue_id),
                partial(self._given_up_on, "histories", issue_id),
                partial(self.desk.count, "histories", 1),
            )

    def _take_changelog(self, issue_id: str, histories: Documents) -> None:
        self.acts.add_histories(issue_id, histories)
        self.desk.counts["changes"] += len(histories)

    def _take_worklog_entries(self, page: Documents) -> None:
        ids = {str(entry.get("worklogId")) for entry in page}
        self.acts.unreadable += sum(1 for worklog_id in ids if not worklog_id.isdecimal())
        ids = {worklog_id for worklog_id in ids if worklog_id.isdecimal()}
        new = sorted(ids - self._asked_worklogs)
        self._asked_worklogs |= ids
        self.desk.totals["work logs"] += len(new)
        for some in chunks(new, WORKLOGS_PAGE):
            self.desk.crew.read(
                once(partial(self.desk.cloud.worklogs, some)),
                partial(self._take_worklogs, len(some)),
                self.desk.needed("work logs"),
            )

    def _take_worklogs(self, asked: int, worklogs: Documents) -> None:
        self.acts.add_worklogs(worklogs)
        self.desk.counts["work logs"] += asked
        self._worklog_issues |= {str(w["issueId"]) for w in worklogs if w.get("issueId")}


def _unchanged(known: Mapping[str, int | None], issue: Mapping[str, Any]) -> bool:
    before = known.get(issue["issue_id"])
    return before is not None and before == issue["updated_at"]
