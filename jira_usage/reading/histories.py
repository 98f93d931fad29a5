"""Reads what was changed: the histories of issues, a thousand issues at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from jira_usage.activity import Acts
from jira_usage.api import CHANGELOG_ISSUES
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    SyncCancelled,
)
from jira_usage.paging import chunks
from jira_usage.reading.columns import HistoryPage
from jira_usage.reading.desk import HISTORIES, ISSUE_HISTORIES, Desk
from jira_usage.shapes import Documents


class HistoryReading:
    """The histories of issues that are named one by one; `traced` holds their ids.

    `ranks` are acts from histories that were asked for their ranking alone: of those,
    any other reading tells more.
    """

    def __init__(self, desk: Desk, acts: Acts) -> None:
        self.desk = desk
        self.acts = acts
        self.ranks = Acts(desk.scope.keep_from_ms)
        self.ranked = 0
        self.ranks_failed = False
        self.traced: set[str] = set()
        self._gathered: list[str] = []

    def add(self, issue_id: str) -> None:
        """Gathers an issue; as soon as there are a thousand, their histories are asked for."""
        self._gathered.append(issue_id)
        self.traced.add(issue_id)
        if len(self._gathered) >= CHANGELOG_ISSUES:
            self.flush()

    def flush(self) -> None:
        """Asks for the histories of all issues that were gathered."""
        ids, self._gathered = self._gathered, []
        self.desk.totals["histories"] += len(ids)
        for some in chunks(ids, CHANGELOG_ISSUES):
            self.desk.crew.read(
                partial(self.desk.cloud.changelogs, self._decode, some),
                self._take_page,
                partial(self._one_by_one, some),
                partial(self.desk.count, "histories", len(some)),
                HISTORIES,
            )

    def rank(self, issue_ids: Iterable[str], rank_fields: Sequence[str]) -> bool:
        """Asks for the ranking of issues that nothing else has told of."""
        quiet = sorted(set(issue_ids) - self.traced)
        self.traced.update(quiet)
        self.ranked += len(quiet)
        self.desk.totals["rankings"] += len(quiet)
        for some in chunks(quiet, CHANGELOG_ISSUES):
            self.desk.crew.read(
                partial(self.desk.cloud.changelogs, self._decode, some, rank_fields),
                self._take_ranks,
                self._ranks_failed,
                partial(self.desk.count, "rankings", len(some)),
                HISTORIES,
            )
        return bool(quiet)

    def _decode(self, content: bytes) -> HistoryPage:
        return self.desk.worker.history_page(content, self.desk.scope.keep_from_ms)

    def _take_page(self, page: HistoryPage) -> None:
        self.acts.take(page.told)
        self.desk.counts["changes"] += page.histories

    def _take_ranks(self, page: HistoryPage) -> None:
        self.ranks.take(page.told)

    def _ranks_failed(self, error: JiraUsageError) -> None:
        """A site that does not tell of rankings alone is no less complete than a first sync."""
        if not isinstance(error, RequestRefused | PagingBroken):
            return self.desk.failed("histories", error)
        self.ranks_failed = True
        self.desk.coverage.remark("histories", "Rankings of otherwise quiet issues are unknown.")

    def _one_by_one(self, ids: Sequence[str], error: JiraUsageError) -> None:
        """Where a bulk read fails, each issue is asked for its own histories."""
        if isinstance(error, AuthenticationFailed | SyncCancelled | PermissionMissing):
            return self.desk.failed("histories", error)
        for issue_id in ids:
            self.desk.crew.read(
                partial(self.desk.cloud.changelog, issue_id),
                partial(self._take_own, issue_id),
                partial(self.desk.gave_up_on, "histories", issue_id),
                partial(self.desk.count, "histories", 1),
                ISSUE_HISTORIES,
            )

    def _take_own(self, issue_id: str, histories: Documents) -> None:
        self.acts.add_histories(issue_id, histories)
        self.desk.counts["changes"] += len(histories)
