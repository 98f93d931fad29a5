"""Raw documents → acts: what each document of Jira's says was done, by whom and when.

An act is a fact as one source tells it. What counts as one event, where two
sources tell of the same act, is settled in events.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa

from jira_usage.documents import History, HistoryItem, Person, read_history, read_person
from jira_usage.heap import Heap
from jira_usage.period import LATEST_MS, to_epoch_ms
from jira_usage.schema import (
    ACTS,
    COMMENT_DELETED,
    FIELD_SEPARATOR,
    ISSUE_CHANGED,
    ISSUE_CREATED,
    TIME_CHANGED,
    WORKLOG_ACTS,
    WORKLOG_ADDED,
    WORKLOG_GONE,
    WORKLOG_REMOVED,
    WORKLOG_TOUCHED,
)

_COMMENT, _WORKLOG_ID, _WORKLOG_TIME, _TIME, _ESTIMATE = (
    "comment",
    "worklogid",
    "worklogtimespent",
    "timespent",
    "timeestimate",
)
_BOOK_KEEPING = frozenset({_COMMENT, _WORKLOG_ID, _WORKLOG_TIME, _TIME, _ESTIMATE})

Document = Mapping[str, Any]


class Told(msgspec.Struct, frozen=True):
    """What some documents told, as it can be sent to another process: the columns of acts
    and of worklog_acts, in Arrow's stream format, and what Acts has beside them."""

    columns: dict[str, bytes]
    actors: dict[str, Person]
    unreadable: int


class Acts:
    """Collects acts not before `since_ms` from documents, as columns. Not for several threads.

    `actors` are the accounts that acted, as the documents describe them; `unreadable`
    counts documents without an id or an instant that can be told.
    """

    def __init__(self, since_ms: int) -> None:
        self.since_ms = since_ms
        self.actors: dict[str, Person] = {}
        self.unreadable = 0
        self._heaps = {"acts": Heap(ACTS), "worklog_acts": Heap(WORKLOG_ACTS)}
        self._acts, self._worklog_acts = self._heaps.values()

    def tables(self, name: str) -> list[pa.Table]:
        """All rows so far of the table `acts` or `worklog_acts`; what was read twice is there
        twice, and texts may be dictionaries."""
        return self._heaps[name].tables()

    def told(self) -> Told:
        """All so far, for another one to take."""
        columns = {name: heap.stream() for name, heap in self._heaps.items()}
        return Told(columns, self.actors, self.unreadable)

    def take(self, told: Told) -> None:
        """Adds what another one has told."""
        for account_id, person in told.actors.items():
            self.actors.setdefault(account_id, person)
        self.unreadable += told.unreadable
        for name, stream in told.columns.items():
            self._heaps[name].take(stream)

    def issues_before(self, ms: int) -> set[str]:
        """The issues of acts before an instant."""
        return set().union(*(heap.issues_before(ms) for heap in self._heaps.values()))

    def _actor(self, person: Person | None) -> str:
        """The account id of a person; empty where there is none."""
        if person is None:
            return ""
        account_id = person.account_id or ""
        if account_id and account_id not in self.actors:
            self.actors[account_id] = person
        return account_id

    def add_histories(self, issue_id: str, histories: Iterable[object]) -> None:
        """The acts of some histories of an issue, from the bulk or the per-issue call.

        Items are told apart by `fieldId` where there is one and by `field` where
        there is none: work logs, links and parents never have one. A custom field is
        never book-keeping, whatever its name.
        """
        append, append_worklog = self._acts.rows.append, self._worklog_acts.rows.append
        since_ms = self.since_ms
        for told in histories:
            history = told if type(told) is History else read_history(told)
            created = history.created if history else None
            if type(created) is int and 100_000_000_000 < created <= LATEST_MS:
                at: int | None = created
            else:
                at = to_epoch_ms(created)
            if history is None or at is None or history.id is None:
                self.unreadable += 1
                continue
            if at < since_ms:
                continue
            history_id, account_id = str(history.id), self._actor(history.author)
            fields: list[str] = []
            keeping: set[str] | None = None
            worklogs: list[tuple[str, str]] = []
            if history.items is None:
                self.unreadable += 1
            for item in history.items or ():
                name = item.field_id or item.field or ""
                key = name.lower()
                if key in _BOOK_KEEPING and item.fieldtype != "custom":
                    keeping = {key} if keeping is None else keeping | {key}
                    if key == _WORKLOG_ID:
                        worklogs.append(_worklog_item(item))
                    elif key == _ESTIMATE:
                        fields.append(name)
                elif name:
                    fields.append(name)
                else:
                    self.unreadable += 1
            if keeping is not None:
                if _WORKLOG_ID in keeping:
                    fields = [name for name in fields if name.lower() != _ESTIMATE]
                elif _TIME in keeping:
                    append_worklog((at, TIME_CHANGED, history_id, account_id, issue_id, ""))
                if _COMMENT in keeping:
                    hint = history.on_behalf_of
                    append((at, COMMENT_DELETED, history_id, account_id, issue_id, "", hint))
                for act, worklog_id in worklogs:
                    if act == WORKLOG_TOUCHED and _WORKLOG_TIME in keeping:
                        act = WORKLOG_REMOVED
                    if worklog_id:
                        append_worklog((at, act, history_id, account_id, issue_id, worklog_id))
                    else:
                        self.unreadable += 1
            if fields:
                names = fields[0] if len(fields) == 1 else _joined(*fields)
                hint = history.on_behalf_of if history.metadata else ""
                append((at, ISSUE_CHANGED, history_id, account_id, issue_id, names, hint))
        self._acts.settle()
        self._worklog_acts.settle()

    def add_comments(self, issue_id: str, comments: Iterable[object]) -> None:
        """The creation and the last edit of each comment; earlier edits Jira does not keep."""
        for comment in comments:
            self._add_made("comment", comment, issue_id)

    def add_worklogs(self, worklogs: Iterable[object]) -> None:
        """The creation and the last edit of each work log, by the work log itself."""
        for worklog in worklogs:
            issue_id = worklog.get("issueId") if isinstance(worklog, dict) else None
            self._add_made("worklog", worklog, str(issue_id or ""))

    def _add_made(self, what: str, document: object, issue_id: str) -> None:
        if not isinstance(document, dict) or document.get("id") is None:
            self.unreadable += 1
            return
        source_id = str(document["id"])
        told = document.get("created"), document.get("updated")
        created = to_epoch_ms(told[0])
        updated = created if told[0] == told[1] else to_epoch_ms(told[1])
        if created is None or updated is None:
            self.unreadable += 1
        if created is not None and created >= self.since_ms:
            self._add(what, "created", created, source_id, document.get("author"), issue_id)
        if updated is not None and created not in (None, updated) and updated >= self.since_ms:
            self._add(what, "edited", updated, source_id, document.get("updateAuthor"), issue_id)

    def _add(
        self, what: str, done: str, at: int, source_id: str, author: object, issue_id: str
    ) -> None:
        account_id = self._actor(read_person(author))
        row = (at, f"{what}_{done}", source_id, account_id, issue_id)
        if what == "worklog":
            self._worklog_acts.add((*row, source_id))
        else:
            self._acts.add((*row, "", ""))

    def add_deleted_worklogs(self, entries: Iterable[object]) -> None:
        """What the feed of deleted work logs names: an id and an instant, nobody."""
        for entry in entries:
            worklog_id = entry.get("worklogId") if isinstance(entry, dict) else None
            at = to_epoch_ms(entry.get("updatedTime")) if isinstance(entry, dict) else None
            if worklog_id is None or at is None:
                self.unreadable += 1
            else:
                self._worklog_acts.add((at, WORKLOG_GONE, str(worklog_id), "", "", str(worklog_id)))

    def add_issue_creation(self, issue_id: str, fields: Document) -> None:
        """The creation of an issue, which no history tells of."""
        created = to_epoch_ms(fields.get("created"))
        if created is None:
            self.unreadable += 1
        elif created >= self.since_ms:
            creator = self._actor(read_person(fields.get("creator")))
            self._acts.add((created, ISSUE_CREATED, issue_id, creator, issue_id, "", ""))


@lru_cache(10_000)
def _joined(*fields: str) -> str:
    return FIELD_SEPARATOR.join(dict.fromkeys(fields))


def _worklog_item(item: HistoryItem) -> tuple[str, str]:
    """Whether a WorklogId item adds a work log or touches one that was there, and its id."""
    if item.before:
        return WORKLOG_TOUCHED, str(item.before)
    return WORKLOG_ADDED, str(item.after or "")
