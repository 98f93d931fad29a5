"""Reads what was done: issues, their histories and comments, and work logs.

The order follows the fewest requests: issues that were updated since, with their
first comments; histories in bulk; all comments only where the embedded ones are
cut; work logs by their feeds; then the issues that only a work log touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from jira_usage import directory
from jira_usage.activity import Acts
from jira_usage.errors import JiraUsageError, RequestRefused
from jira_usage.paging import chunks
from jira_usage.reading.columns import IssuePage
from jira_usage.reading.comments import CommentReading
from jira_usage.reading.desk import ISSUES, Desk
from jira_usage.reading.histories import HistoryReading
from jira_usage.reading.issues import IssueSearch
from jira_usage.reading.worklogs import WorklogReading
from jira_usage.shapes import Documents

PROJECTS_A_SEARCH = 50


class WorkReading:
    """The acts that the documents tell of, and the issues they were done to."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.acts = Acts(desk.scope.keep_from_ms)
        self.issues: dict[str, directory.IssueRow] = {}
        self.unseen_issues: set[str] = set()
        self.browsable: Documents | None = None
        self.search = IssueSearch(desk, self.issues, self._take_issues, self.follow_up)
        self.worklogs = WorklogReading(desk, self.acts, self.follow_up)
        self.comments = CommentReading(desk, self.acts)
        self.histories = HistoryReading(desk, self.acts)
        self._opened_read = False
        self._projects_opened = False
        self._checking = 0

    @property
    def ranks(self) -> Acts:
        return self.histories.ranks

    @property
    def ranks_read_at(self) -> int | None:
        """When the ranking of all issues of the window was read last, epoch ms."""
        scope = self.desk.scope
        left = not scope.sweep.ranks_due or self.histories.ranks_failed
        return scope.sweep.ranks_read_at if scope.rank_fields and left else scope.now_ms

    def start(self) -> None:
        """Puts the first jobs to the crew; their answers put the rest."""
        self.search.start(self.desk.scope.searches())
        self.worklogs.start()
        browsable: Documents = []
        self.desk.list(
            self.desk.cloud.projects("browse"),
            browsable.extend,
            self.desk.needed("projects"),
            partial(self._browsable_done, browsable),
        )

    def follow_up(self) -> None:
        """Once all issues are found and all work logs read, asks for what only both tell.

        Those are the issues that only a work log told of, comments that were known before,
        and the ranking of issues that nothing told of.
        """
        if not self.search.idle or not self.worklogs.idle or self._checking:
            return
        untraced = self.worklogs.issues - self.histories.traced - self.unseen_issues
        for issue_id in sorted(untraced & self.issues.keys()):
            self.histories.add(issue_id)
        self.histories.flush()
        unread = sorted(untraced - self.issues.keys())
        self.unseen_issues.update(unread)
        for ids in chunks(unread, self.search.known_bulk_size):
            self.desk.crew.read(
                partial(self._issues_by_id, ids),
                partial(self._take_issues, told_by_worklog=True),
                self._checked,
                self._checked,
                ISSUES,
            )
            self._checking += 1
        if not unread:
            self.comments.flush()
            self._rank()

    def _rank(self) -> None:
        scope = self.desk.scope
        if scope.rank_fields and scope.sweep.ranks_due:
            self.histories.rank(scope.ranked_issues, scope.rank_fields)

    def _checked(self, error: JiraUsageError | None = None) -> None:
        self._checking -= 1
        if error:
            self.desk.failed("issues", error)
        self.follow_up()

    def go_on(self) -> bool:
        """Puts what is left when all that was put has been read; False where nothing is."""
        before = self.desk.crew.open
        self.follow_up()
        self._read_opened()
        return self.desk.crew.open > before

    def _read_opened(self) -> None:
        """Reads, once, the work logs of issues that could not be seen at the last sync."""
        scope = self.desk.scope
        if scope.known_projects is not None and not self._opened_read:
            self._opened_read = True
            opened = self.acts.issues_before(scope.since_ms) - scope.seen_issues
            # Of an issue that only a work log touched, nothing but the feed tells.
            self.worklogs.read_opened(sorted(opened), by_feed=self._projects_opened)

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

    def _issues_by_id(self, ids: Iterable[str]) -> Iterator[IssuePage]:
        """Issues by id, in bulk where the site can, one by one where it can't.

        What a bulk leaves out can't be seen, as Atlassian describes it. It is asked for
        once more, and a few of it alone: where one of those is there, bulks are not
        to be trusted, and each is asked for alone.
        """
        missing = sorted(set(ids))
        try:
            for _ in range(2):
                page = self.search.by_id(missing)
                yield page
                came = {issue.row.issue_id for issue in page.issues}
                missing = [issue_id for issue_id in missing if issue_id not in came]
                if not missing:
                    return
        except RequestRefused:
            yield self.search.one_by_one(missing)
            return
        doubted = {missing[0], missing[len(missing) // 2], missing[-1]}
        found = self.search.one_by_one(sorted(doubted))
        yield found
        if found.issues:
            yield self.search.one_by_one(sorted(set(missing) - doubted))

    def _take_issues(self, page: IssuePage, told_by_worklog: bool = False) -> None:
        self.acts.take(page.told)
        for issue in page.issues:
            row = directory.shared(issue.row)
            issue_id, before = row.issue_id, self.issues.get(row.issue_id)
            self.issues[issue_id] = row
            self.unseen_issues.discard(issue_id)
            if before and before.updated_at == row.updated_at:
                continue
            self.desk.counts["comments"] += issue.comments
            if _unchanged(self.desk.scope.known_issues, row) and not told_by_worklog:
                continue
            self.comments.complete(issue_id, issue.embedded)
            self.histories.add(issue_id)
        self.desk.counts["issues"] = len(self.issues)


def _unchanged(known: Mapping[str, int | None], issue: directory.IssueRow) -> bool:
    before = known.get(issue.issue_id)
    return before is not None and before == issue.updated_at
