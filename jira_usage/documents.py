"""The documents that come by the million, decoded to the few fields that are needed.

Decoding only those skips what must never be kept anyway, such as the texts of
changes, and takes a third of the time. A document that is not as documented is
decoded piece by piece, so that one odd item costs no more than itself.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import orjson

_ON_BEHALF = re.compile(r"on behalf of accountId=(\S+)")


class Person(msgspec.Struct, gc=False):
    """An account, as a document names it."""

    account_id: str | None = msgspec.field(name="accountId", default=None)
    display_name: str | None = msgspec.field(name="displayName", default=None)
    account_type: str | None = msgspec.field(name="accountType", default=None)
    active: bool | None = None


class HistoryItem(msgspec.Struct, gc=False):
    """One changed field. `before` and `after` are the item's `from` and `to`."""

    field: str | None = None
    field_id: str | None = msgspec.field(name="fieldId", default=None)
    fieldtype: str | None = None
    before: str | int | None = msgspec.field(name="from", default=None)
    after: str | int | None = msgspec.field(name="to", default=None)


class ActedFor(msgspec.Struct, gc=False):
    """Whom an app says it acted for."""

    id: str | None = None
    display_name: str | None = msgspec.field(name="displayName", default=None)


class HistoryMetadata(msgspec.Struct, gc=False):
    """What an app tells of a change that it made."""

    actor: ActedFor | None = None
    description: str | None = None


class History(msgspec.Struct, gc=False):
    """What one account changed at one instant."""

    id: str | int | None = None
    author: Person | None = None
    created: str | int | float | None = None
    items: list[HistoryItem] | None = None
    metadata: HistoryMetadata | None = msgspec.field(name="historyMetadata", default=None)

    @property
    def on_behalf_of(self) -> str:
        """Whom the author, an app, names as the one it acted for; empty where nobody."""
        if self.metadata is None:
            return ""
        actor = self.metadata.actor
        if actor and (actor.id or actor.display_name):
            return actor.id or actor.display_name or ""
        # All that real sites were seen to say: " on behalf of accountId=…"
        found = _ON_BEHALF.search(self.metadata.description or "")
        return found[1] if found else ""


class IssueHistories(msgspec.Struct, gc=False):
    """Some histories of one issue."""

    issue_id: str | int | None = msgspec.field(name="issueId", default=None)
    histories: list[History] | None = msgspec.field(name="changeHistories", default=None)


class ChangelogPage(msgspec.Struct):
    """A page of the bulk histories; `unreadable` counts what could not be decoded."""

    entries: list[IssueHistories] = msgspec.field(name="issueChangeLogs")
    token: str | None = msgspec.field(name="nextPageToken", default=None)
    unreadable: int = 0

    @property
    def issues(self) -> int:
        return len(self.entries)


_PAGE = msgspec.json.Decoder(ChangelogPage)


def changelog_page(content: bytes) -> ChangelogPage:
    """A page of POST /changelog/bulkfetch. ValueError where it is no JSON or no page."""
    try:
        page = _PAGE.decode(content)
    except msgspec.ValidationError:
        return _changelog_page_by_pieces(orjson.loads(content))
    except msgspec.DecodeError:
        raise ValueError("no JSON") from None
    page.unreadable = 0
    return page


def _changelog_page_by_pieces(document: Any) -> ChangelogPage:
    if not isinstance(document, dict) or not isinstance(document.get("issueChangeLogs"), list):
        raise ValueError("no page of histories")
    page = ChangelogPage([], str(document.get("nextPageToken") or ""))
    for entry in document["issueChangeLogs"]:
        histories = entry.get("changeHistories") if isinstance(entry, dict) else None
        if not isinstance(histories, list):
            page.unreadable += 1
            continue
        read = [read_history(told) for told in histories]
        page.unreadable += sum(1 for one in read if one is None)
        found = [one for one in read if one is not None]
        page.entries.append(IssueHistories(_scalar(entry.get("issueId")), found))
    return page


def read_history(document: object) -> History | None:
    """A history of any call; None where it is none. An item that is none has no name."""
    if isinstance(document, History):
        return document
    if not isinstance(document, dict):
        return None
    try:
        return msgspec.convert(document, History)
    except msgspec.ValidationError:
        items = document.get("items")
        read = None
        if isinstance(items, list):
            read = [_item(item if isinstance(item, dict) else {}) for item in items]
        return History(
            _scalar(document.get("id")),
            read_person(document.get("author")),
            _scalar(document.get("created")),
            read,
            _metadata(document.get("historyMetadata")),
        )


def _metadata(document: object) -> HistoryMetadata | None:
    try:
        return msgspec.convert(document, HistoryMetadata | None)
    except msgspec.ValidationError:
        return None


def _item(item: dict[str, Any]) -> HistoryItem:
    names = [item.get(name) for name in ("field", "fieldId", "fieldtype")]
    field, field_id, fieldtype = (n if isinstance(n, str) else None for n in names)
    return HistoryItem(
        field, field_id, fieldtype, _scalar(item.get("from")), _scalar(item.get("to"))
    )


def read_person(document: object) -> Person | None:
    """The account that a document names as a person; None where it names nobody."""
    if document is None or type(document) is Person:
        return document
    try:
        return msgspec.convert(document, Person | None)
    except msgspec.ValidationError:
        account_id = document.get("accountId") if isinstance(document, dict) else None
        return Person(account_id) if isinstance(account_id, str) else None


def _scalar(value: object) -> str | int | None:
    return value if type(value) in (str, int) else None  # type: ignore[return-value]  # bool is no int here
