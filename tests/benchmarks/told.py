"""What does the output of a client tell of, in a form that can be held against the truth?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SAME_ACT_MS = 2000
Event = tuple[str, str, str, str, int]
Document = dict[str, Any]


@dataclass
class Rows:
    """Finished events, as this project exports them: told is what is equal in every part."""

    events: set[Event]
    people: set[str]

    def tells(self, event: Event) -> bool:
        return event in self.events


@dataclass
class Records:
    """Raw documents. They tell of an event whoever reads them could work out.

    A comment's or work log's creation is told by the document itself, its edit by an
    `updated` at that instant. A change is told by its history. An act on a work log is
    told by a history that names the work log, or, for an edit, by one of the same issue
    within two seconds.
    """

    people: set[str] = field(default_factory=set)
    _comments: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _worklogs: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _histories: set[str] = field(default_factory=set)
    _named_worklogs: set[tuple[str, str]] = field(default_factory=set)
    _moments: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add_comments(self, comments: Iterable[Document]) -> None:
        for comment in comments:
            self._comments[str(comment["id"])].add(_instant(comment["updated"]))

    def add_worklogs(self, worklogs: Iterable[Document]) -> None:
        for worklog in worklogs:
            self._worklogs[str(worklog["id"])].add(_instant(worklog["updated"]))

    def add_histories(self, issue_id: str, histories: Iterable[Document]) -> None:
        for history in histories:
            self._histories.add(str(history["id"]))
            self._moments[issue_id].append(_instant(history["created"]))
            for item in history["items"]:
                if item["field"] == "WorklogId":
                    for side in ("from", "to"):
                        if item.get(side):
                            self._named_worklogs.add((side, str(item[side])))

    def tells(self, event: Event) -> bool:
        kind, source_id, _, issue_id, at = event
        match kind:
            case "comment_created":
                return source_id in self._comments
            case "comment_edited":
                return at in self._comments.get(source_id, ())
            case "worklog_created":
                return source_id in self._worklogs or ("to", source_id) in self._named_worklogs
            case "worklog_edited":
                return at in self._worklogs.get(source_id, ()) or self._near(issue_id, at)
            case "worklog_deleted":
                return ("from", source_id) in self._named_worklogs
            case _:
                return source_id in self._histories

    def _near(self, issue_id: str, at: int) -> bool:
        return any(abs(moment - at) <= SAME_ACT_MS for moment in self._moments.get(issue_id, ()))


def _instant(told: str | int) -> int:
    """Epoch milliseconds of an instant as number or as ISO text."""
    if isinstance(told, int):
        return told
    return round(datetime.fromisoformat(told).timestamp() * 1000)
