"""Reads work logs: which were touched, by their feeds, and then they themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from jira_usage.activity import Acts
from jira_usage.api import WORKLOGS_PAGE
from jira_usage.crew import once
from jira_usage.errors import JiraUsageError
from jira_usage.known_comments import MOST_ID
from jira_usage.paging import chunks
from jira_usage.reading.desk import WORKLOGS, Desk
from jira_usage.shapes import Documents

MOST_OPENED_ISSUES = 50


class WorklogReading:
    """Work logs that were created, edited or deleted since. `issues` are those they tell of;
    `done` is called whenever all that is known of has been read."""

    def __init__(self, desk: Desk, acts: Acts, done: Callable[[], None]) -> None:
        self.desk = desk
        self.acts = acts
        self.issues: set[str] = set()
        self._done = done
        self._asked: set[str] = set()
        self._open = 0

    @property
    def idle(self) -> bool:
        """Whether all work logs that are known of have been read."""
        return not self._open

    def start(self) -> None:
        """Asks the feeds; the reading of what they name follows by itself."""
        since_ms = self.desk.scope.since_ms
        self._read_feed(since_ms)
        self.desk.crew.read(
            partial(self.desk.cloud.deleted_worklogs, since_ms),
            self.acts.add_deleted_worklogs,
            self.desk.needed("work logs"),
            kind=WORKLOGS,
        )

    def read_opened(self, issue_ids: Sequence[str], *, by_feed: bool) -> None:
        """Reads the work logs of issues that could not be seen at the last sync.

        Their feed goes on from the last sync, but here all of the window is new.
        """
        if by_feed or len(issue_ids) > MOST_OPENED_ISSUES:
            return self._read_feed(self.desk.scope.keep_from_ms)
        for issue_id in issue_ids:
            self.desk.crew.read(
                partial(self.desk.cloud.issue_worklogs, issue_id),
                partial(self._take_of_issue, issue_id),
                partial(self.desk.gave_up_on, "work logs", issue_id),
            )

    def _read_feed(self, since_ms: int) -> None:
        self._open += 1
        self.desk.crew.read(
            partial(self.desk.cloud.updated_worklogs, since_ms),
            self._take_entries,
            self._failed,
            self._feed_read,
            WORKLOGS,
        )

    def _feed_read(self) -> None:
        self.desk.coverage.read("work logs")
        self._end()

    def _take_entries(self, page: Documents) -> None:
        named = {str(entry.get("worklogId")) for entry in page}
        ids = {name for name in named if name.isdecimal() and int(name[:20]) <= MOST_ID}
        self.acts.unreadable += len(named - ids)
        new = sorted(ids - self._asked)
        self._asked |= ids
        self.desk.totals["work logs"] += len(new)
        for some in chunks(new, WORKLOGS_PAGE):
            self._open += 1
            self.desk.crew.read(
                once(partial(self.desk.cloud.worklogs, some)),
                partial(self._take, len(some)),
                self._failed,
                self._end,
                WORKLOGS,
            )

    def _take(self, asked: int, worklogs: Documents) -> None:
        self.acts.add_worklogs(worklogs)
        self.desk.counts["work logs"] += asked
        self.issues |= {str(w["issueId"]) for w in worklogs if w.get("issueId")}

    def _take_of_issue(self, issue_id: str, worklogs: Documents) -> None:
        self.acts.add_worklogs({**worklog, "issueId": issue_id} for worklog in worklogs)

    def _failed(self, error: JiraUsageError) -> None:
        self.desk.failed("work logs", error)
        self._end()

    def _end(self) -> None:
        self._open -= 1
        if not self._open:
            self._done()
