"""Finds the issues that were updated since, and reads them at the fewest requests.

Pages with fields hold 100 issues and come one after the other. Ids come 5000 a page,
and their issues can be read side by side, 100 to 1000 at once.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from functools import partial

from jira_usage.api import ISSUES_PAGE, MOST_ISSUES_PAGE, SEARCH_IDS_PAGE
from jira_usage.crew import once
from jira_usage.errors import (
    KEPT,
    JiraUsageError,
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    SyncIncomplete,
)
from jira_usage.reading.columns import IssuePage, issue_columns
from jira_usage.reading.desk import ISSUES, SEARCHES, Desk
from jira_usage.shapes import Documents

ISSUE_FIELDS = ("project", "created", "creator", "updated", "comment")
ATTEMPTS = 5


class IssueSearch:
    """The issues that some searches find. `take` gets their documents, page by page;
    `done` is called whenever all that was found so far has been taken. `known` holds
    the ids of those taken."""

    def __init__(
        self,
        desk: Desk,
        known: Container[str],
        take: Callable[[IssuePage], None],
        done: Callable[[], None],
    ) -> None:
        self.desk = desk
        self.bulk_size = MOST_ISSUES_PAGE
        self._known = known
        self._take = take
        self._done = done
        self._wanted: set[str] = set()
        self._to_fetch: list[str] = []
        self._asked_again: set[str] = set()
        self._bulk_known = False
        self._probing = False
        self._in_flight = 0
        self._searching = 0
        self._started: list[list[str]] = []

    @property
    def idle(self) -> bool:
        """Whether all issues that match have been found and taken."""
        return not (self._searching or self._to_fetch or self._in_flight)

    @property
    def known_bulk_size(self) -> int:
        """How many issues the site gives at once for sure."""
        return self.bulk_size if self.bulk_size and self._bulk_known else ISSUES_PAGE

    def by_id(self, ids: Sequence[str]) -> IssuePage:
        """Issues in bulk; those that can't be seen are left out."""
        decode = partial(self.desk.worker.issue_page, since_ms=self.desk.scope.keep_from_ms)
        return self.desk.cloud.issues_by_id(decode, ids, ISSUE_FIELDS)

    def one_by_one(self, ids: Sequence[str]) -> IssuePage:
        """The same, each asked for alone."""
        asked = (self.desk.cloud.issue(issue_id, ISSUE_FIELDS) for issue_id in ids)
        return self._columns([issue for issue in asked if issue])

    def _columns(self, issues: Documents) -> IssuePage:
        return issue_columns(issues, self.desk.scope.keep_from_ms)

    def start(self, searches: list[str]) -> None:
        """Puts the search for the issues that match; their reading follows by itself."""
        self._started.append(searches)
        self._searching += 1
        self.desk.crew.read(
            partial(self._found, searches),
            self._take_found,
            self._search_failed,
            self._searched_all,
            SEARCHES,
        )

    def _found(self, searches: list[str]) -> Iterator[Documents]:
        """The issues that match: a page with fields, then the ids of all, where there are more.

        Ids come 5000 a page and their issues can be read side by side, while pages with
        fields hold 100 and come one after the other. A search that breaks is begun
        again: a token may expire, or come twice when issues change between pages
        (JRACLOUD-95368). Issues that come again are the same issues.
        """
        forms = iter(searches)
        jql = next(forms)
        broken: PagingBroken | RequestRefused = PagingBroken("The search does not end.")
        for _ in range(ATTEMPTS):
            began = False
            try:
                page, more = self.desk.cloud.first_issues(jql, ISSUE_FIELDS)
                began = True
                yield page
                if more and self.bulk_size:
                    yield from self.desk.cloud.search_issues(jql, ["id"], SEARCH_IDS_PAGE)
                elif more:
                    yield from self.desk.cloud.search_issues(jql, ISSUE_FIELDS)
                return
            except PagingBroken as error:
                broken = error
            except RequestRefused as error:
                if error.status != 400:
                    raise
                if began:
                    broken = PagingBroken("Jira refused to go on with its own page token.")
                else:
                    broken, jql = error, next(forms, jql)
        raise broken

    def _take_found(self, page: Documents) -> None:
        self._take(self._columns([issue for issue in page if issue.get("fields")]))
        ids = {str(issue.get("id") or "") for issue in page if not issue.get("fields")}
        wanted = {i for i in ids - {""} - self._wanted if i not in self._known}
        self._wanted |= wanted
        if self.bulk_size:
            self._to_fetch += sorted(wanted)
            self._fetch()

    def _fetch(self) -> None:
        """Reads the issues whose ids were found, a bulk at a time.

        How many a site gives at once is between 100 and 1000 and not said: the first
        bulk asks for the most, and until it is answered the others wait. Where a site
        has no bulk, `bulk_size` is 0 and the searches bring the issues themselves.
        """
        while self.bulk_size and not self._probing:
            if len(self._to_fetch) < (self.bulk_size if self._searching else 1):
                return
            ids = self._to_fetch[: self.bulk_size]
            self._to_fetch = self._to_fetch[self.bulk_size :]
            self._probing = self.bulk_size > ISSUES_PAGE and not self._bulk_known
            self._in_flight += 1
            self.desk.crew.read(
                once(partial(self.by_id, ids)),
                partial(self._take_fetched, ids),
                partial(self._fetch_failed, ids),
                kind=ISSUES,
            )

    def _take_fetched(self, asked: Sequence[str], page: IssuePage) -> None:
        """Issues that a bulk leaves out are asked for once more."""
        self._probing, self._bulk_known = False, True
        self._in_flight -= 1
        self._take(page)
        missing = [issue_id for issue_id in asked if issue_id not in self._known]
        if missing and len(page.issues) <= ISSUES_PAGE < len(asked):
            self.bulk_size = ISSUES_PAGE
        again = [issue_id for issue_id in missing if issue_id not in self._asked_again]
        self._asked_again.update(again)
        self._to_fetch += again
        left = [issue_id for issue_id in missing if issue_id not in again]
        if left:
            self._in_flight += 1
            self.desk.crew.read(
                once(partial(self.one_by_one, left)),
                self._take,
                self._singly_failed,
                partial(self._singly_read, left),
                ISSUES,
            )
        self._fetch()
        self._end()

    def _singly_read(self, ids: Sequence[str]) -> None:
        self._in_flight -= 1
        if went := sum(1 for issue_id in ids if issue_id not in self._known):
            self.desk.coverage.remark("issues", f"{went} issues went away while they were read.")
        self._end()

    def _singly_failed(self, error: JiraUsageError) -> None:
        self._in_flight -= 1
        self.desk.failed("issues", error)
        self._end()

    def _do_without_bulks(self) -> None:
        """Lets the searches bring the issues themselves, from the start."""
        if self.bulk_size:
            self.bulk_size, self._to_fetch = 0, []
            for searches in list(self._started):
                self.start(searches)

    def _fetch_failed(self, ids: Sequence[str], error: JiraUsageError) -> None:
        self._probing = False
        self._in_flight -= 1
        if not isinstance(error, RequestRefused):
            self.desk.failed("issues", error)
        elif error.status == 400 and len(ids) > ISSUES_PAGE:
            self.bulk_size = ISSUES_PAGE
            self._to_fetch += ids
            self._fetch()
        else:
            self._do_without_bulks()
        self._end()

    def _end(self) -> None:
        if self.idle:
            self._done()

    def _search_failed(self, error: JiraUsageError) -> None:
        """Without a search nothing is known of what was done; a part of it is still told."""
        if isinstance(error, RequestRefused):
            raise SyncIncomplete(
                f"The search for issues failed: {error.message}",
                f"Try again later. {KEPT}",
            )
        self.desk.failed("issues", error)
        if isinstance(error, PermissionMissing):
            for dataset in ("comments", "histories"):
                self.desk.coverage.refused(dataset, error)
        self._searched_all()

    def _searched_all(self) -> None:
        """What was refused before stays refused, though a search has ended."""
        for dataset in ("issues", "comments", "histories"):
            self.desk.coverage.read(dataset)
        self._searching -= 1
        self._fetch()
        self._end()
