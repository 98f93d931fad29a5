"""Reads the comments of issues that have more than come with them, at the fewest requests.

An issue brings some of its comments, and says how many it has: which it brings is not said,
and old ones get edited, so all of them are to be read, page by page. Where they were read
before, those that are known are asked for again instead, a thousand at once, those of many
issues. What does not come is deleted or hidden; where the others and those that the issue
brought are as many as it says it has, they are all that there is.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jira_usage.activity import Acts
from jira_usage.api import COMMENT_IDS
from jira_usage.crew import once
from jira_usage.errors import AuthenticationFailed, JiraUsageError, PagingBroken, SyncCancelled
from jira_usage.known_comments import comment_id
from jira_usage.paging import chunks
from jira_usage.period import to_epoch_ms
from jira_usage.reading.columns import Embedded, comment_ids
from jira_usage.reading.desk import COMMENTS, KNOWN_COMMENTS, Desk
from jira_usage.shapes import Documents, document

PAGED, KNOWN = "comments of long issues", "known comments"
Ids = set[int | None]


@dataclass(eq=False)
class _Check:
    """An issue whose known comments are asked for again, and those that came."""

    issue_id: str
    total: int
    known: frozenset[int]
    embedded: Embedded
    came: set[int] = field(default_factory=set)
    open: int = 0


@dataclass
class _Request:
    """The ids of some issues' comments, each with the issue that it belongs to."""

    owners: dict[int, _Check] = field(default_factory=dict)
    checks: list[_Check] = field(default_factory=list)

    def add(self, check: _Check, ids: Sequence[int]) -> None:
        check.open += 1
        self.checks.append(check)
        self.owners.update(dict.fromkeys(ids, check))


class CommentReading:
    """The comments of issues, of which `told` holds the ids of those that were looked at.

    `paged` is how many comments the issues have that were read page by page, `checked` how
    many known ones were asked for again of those of which that was enough.
    """

    def __init__(self, desk: Desk, acts: Acts) -> None:
        self.desk = desk
        self.acts = acts
        self.told: set[str] = set()
        self.paged: dict[str, int] = {}
        self.checked: dict[str, int] = {}
        self._read: dict[str, array[int]] = {}
        self._given_up: set[str] = set()
        self._doubted: set[str] = set()
        self._gathered: dict[str, _Check] = {}
        self._requests: list[_Request] = []
        self._answered = self._probing = self._refused = False

    @property
    def read(self) -> dict[str, array[int]]:
        """The ids of all comments of those long issues that were read to the end."""
        return {i: ids for i, ids in self._read.items() if i not in self._given_up}

    def take(self, issue_id: str, comments: Documents) -> None:
        """Takes comments of an issue as they are now."""
        self.acts.add_comments(issue_id, comments)
        self.desk.counts["comments"] += len(comments)

    def complete(self, issue_id: str, embedded: Embedded | None) -> None:
        """Reads the comments of an issue that has changed, but for those that it brings, which
        may be all of them."""
        self.told.add(issue_id)
        self._gathered.pop(issue_id, None)
        if embedded is None:
            return
        total = embedded.total
        known, ids = self.desk.scope.known_comments.of(issue_id), embedded.ids
        if type(total) is int and known and None not in ids and len(known | ids) >= total:
            self._gathered[issue_id] = _Check(issue_id, total, known, embedded)
        else:
            self._read_pages(issue_id, embedded)

    def flush(self) -> None:
        """Asks for the known comments of all issues that were gathered."""
        gathered, self._gathered = self._gathered, {}
        for request in _packed(gathered.values()):
            self.desk.totals[KNOWN] += len(request.owners)
            self._requests.append(request)
        self._ask()

    def _ask(self) -> None:
        """Until the first answer has come the others wait: a site may refuse them all."""
        while self._requests and not self._probing:
            request = self._requests.pop(0)
            if self._refused:
                self._end(request)
                continue
            self._probing = not self._answered
            self.desk.crew.read(
                once(partial(self.desk.cloud.comments_by_id, list(request.owners))),
                partial(self._take_known, request),
                partial(self._failed, request),
                partial(self._came, request),
                KNOWN_COMMENTS,
            )

    def _take_known(self, request: _Request, comments: Documents) -> None:
        for comment in comments:
            number = comment_id(comment)
            check = None if number is None else request.owners.get(number)
            if check and number is not None and number not in check.came and _is_dated(comment):
                check.came.add(number)
                self.take(check.issue_id, [comment])

    def _came(self, request: _Request) -> None:
        self._probing, self._answered = False, True
        self._end(request)
        self._ask()

    def _failed(self, request: _Request, error: JiraUsageError) -> None:
        """Without known comments all are read page by page, as if none were known."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        self._refused = True
        self._came(request)

    def _end(self, request: _Request) -> None:
        self.desk.counts[KNOWN] += len(request.owners)
        for check in request.checks:
            check.open -= 1
            if not check.open:
                self._judge(check)

    def _judge(self, check: _Check) -> None:
        ids = check.came | check.embedded.ids
        if len(ids) == check.total:
            self.checked[check.issue_id] = len(check.known)
            self.paged.pop(check.issue_id, None)
            self._remember(check.issue_id, ids)
        else:
            self._read_pages(check.issue_id, check.embedded)

    def _read_pages(self, issue_id: str, embedded: Embedded) -> None:
        self.paged[issue_id] = embedded.total if isinstance(embedded.total, int) else 1
        self.checked.pop(issue_id, None)
        self.desk.totals[PAGED] += 1
        ids: Ids = set()
        self.desk.list(
            self.desk.cloud.comment_pages(issue_id),
            partial(self._take_page, issue_id, ids),
            partial(self._give_up, issue_id),
            partial(self._read_whole, issue_id, embedded, ids),
            kind=COMMENTS,
            entry_id="id",
        )

    def _take_page(self, issue_id: str, ids: Ids, page: Documents) -> None:
        self.take(issue_id, page)
        ids |= comment_ids(page)

    def _read_whole(self, issue_id: str, embedded: Embedded, ids: Ids) -> None:
        """Pages that lack comments which the issue brought are another's, or were cut on the
        way, unless those are deleted by now: the issue says that, and its pages are read again.
        """
        self.desk.counts[PAGED] += 1
        if embedded.lacks(ids) and issue_id not in self._doubted:
            self._doubted.add(issue_id)
            self.desk.crew.read(
                once(partial(self.desk.cloud.issue, issue_id, ["comment"])),
                partial(self._read_again, issue_id, ids),
                partial(self._give_up, issue_id),
                kind=COMMENTS,
            )
        elif embedded.named <= ids:
            if embedded.lacks(ids):
                told = f"Issue {issue_id} says that it has {embedded.total} comments"
                self.desk.coverage.remark("comments", f"{told}, and shows {len(ids)}.")
            self._remember(issue_id, ids)
        else:
            self._give_up(issue_id, PagingBroken("Comments that the issue has are on no page."))

    def _read_again(self, issue_id: str, ids: Ids, issue: Mapping[str, Any] | None) -> None:
        now = Embedded.of(document((issue or {}).get("fields")))
        if issue and now.lacks(ids):
            self._read_pages(issue_id, now)
        elif issue:
            self._remember(issue_id, ids)

    def _give_up(self, issue_id: str, error: JiraUsageError) -> None:
        self._given_up.add(issue_id)
        self.desk.gave_up_on("comments", issue_id, error)

    def _remember(self, issue_id: str, ids: Ids) -> None:
        numbers = [number for number in ids if number is not None]
        if len(numbers) == len(ids):
            self._read[issue_id] = array("q", sorted(numbers))


def _packed(checks: Iterable[_Check]) -> list[_Request]:
    """The fewest requests, about; those of one issue's comments in one, unless they are more."""
    requests: list[_Request] = []
    for check in sorted(checks, key=lambda one: len(one.known), reverse=True):
        for ids in chunks(sorted(check.known), COMMENT_IDS):
            room = (r for r in requests if len(r.owners) + len(ids) <= COMMENT_IDS)
            request = next(room, None)
            if request is None:
                request = _Request()
                requests.append(request)
            request.add(check, ids)
    return requests


def _is_dated(comment: Mapping[str, Any]) -> bool:
    return all(to_epoch_ms(comment.get(when)) is not None for when in ("created", "updated"))
