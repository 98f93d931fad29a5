"""Big answers → columns: what any process can do with the bytes of an answer alone.

What is made here can be sent to another process: it is bytes and texts, and the acts are
tables in Arrow's stream format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jira_usage.activity import Acts, Told
from jira_usage.directory import IssueRow, issue_row
from jira_usage.documents import changelog_page
from jira_usage.known_comments import comment_id
from jira_usage.period import to_epoch_ms
from jira_usage.shapes import Documents, document, listed
from jira_usage.slim import issues_page


class HistoryPage(msgspec.Struct, frozen=True):
    """What a page of POST /changelog/bulkfetch tells of: how many issues and histories, and
    the acts of those; `token` leads to the next page."""

    token: str | None
    issues: int
    histories: int
    told: Told


def history_page(content: bytes, since_ms: int) -> HistoryPage:
    """The acts of a page not before an instant. ValueError where it is no JSON or no page."""
    page = changelog_page(content)
    acts, number = Acts(since_ms), 0
    acts.unreadable = page.unreadable
    for entry in page.entries:
        histories = entry.histories or []
        acts.add_histories(str(entry.issue_id or ""), histories)
        number += len(histories)
    return HistoryPage(page.token, page.issues, number, acts.told())


class Embedded(msgspec.Struct, frozen=True):
    """Which comments an issue brings with it, and how many it says it has."""

    ids: frozenset[int | None]
    total: Any

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Embedded:
        told = document(fields.get("comment"))
        return cls(comment_ids(_comments(fields)), told.get("total"))

    @classmethod
    def unless_whole(cls, fields: Mapping[str, Any]) -> Embedded | None:
        """The same; None where the issue brings all the comments that it says it has."""
        whole = document(fields.get("comment")).get("total") == len(_comments(fields))
        return None if whole else cls.of(fields)

    @property
    def named(self) -> frozenset[int | None]:
        return self.ids - {None}

    def lacks(self, read: set[int | None]) -> bool:
        """Whether fewer were read than the issue says it has, or others."""
        return not self.named <= read or (type(self.total) is int and len(read) < self.total)


class Issue(msgspec.Struct, frozen=True):
    """A row of ISSUES, how many comments the issue brings, and which where that may not be
    all of them."""

    row: IssueRow
    comments: int
    embedded: Embedded | None


class IssuePage(msgspec.Struct, frozen=True):
    """Some issues, with the acts of their creation and of the comments that they bring."""

    issues: list[Issue]
    told: Told


def issue_page(content: bytes, since_ms: int) -> IssuePage:
    """What POST /issue/bulkfetch tells. ValueError or PagingBroken where that is no page."""
    return issue_columns(listed(document(issues_page(content)).get("issues")), since_ms)


def issue_columns(issues: Documents, since_ms: int) -> IssuePage:
    """The same of documents. One without an id or fields is unreadable."""
    acts, found = Acts(since_ms), list[Issue]()
    for issue in issues:
        fields = issue.get("fields")
        row = issue_row(issue, to_epoch_ms(document(fields).get("updated")))
        if not row.issue_id or not isinstance(fields, dict):
            acts.unreadable += 1
            continue
        comments = _comments(fields)
        acts.add_issue_creation(row.issue_id, fields)
        acts.add_comments(row.issue_id, comments)
        found.append(Issue(row, len(comments), Embedded.unless_whole(fields)))
    return IssuePage(found, acts.told())


def _comments(fields: Mapping[str, Any]) -> list[Any]:
    comments = document(fields.get("comment")).get("comments")
    return comments if isinstance(comments, list) else []


def comment_ids(comments: list[Any]) -> frozenset[int | None]:
    """The ids by which comments can be asked for; None is one that has no such id."""
    return frozenset(comment_id(c) if isinstance(c, dict) else None for c in comments)
