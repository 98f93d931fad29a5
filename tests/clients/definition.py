"""What counts, once more by the definition of the datasets: app, site and clients must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.test_sync import NOW

# A day before the 30 dates, as whoever wants all of them has to ask.
RECENT = "updated >= -31d ORDER BY created ASC, key ASC"
FIELDS = ["project", "created", "creator", "updated", "comment", "worklog"]
BOOK_KEEPING = {"comment", "worklogid", "worklogtimespent", "timespent", "timeestimate"}
TWO_SECONDS = 2000

Document = dict[str, Any]
Event = tuple[str, str, str, int, tuple[str, ...]]  # kind, source_id, account_id, at, fields


@dataclass
class Told:
    """What a client was told about one issue, in Jira's words."""

    issue: Document
    histories: list[Document] = field(default_factory=list)
    comments: list[Document] = field(default_factory=list)
    worklogs: list[Document] = field(default_factory=list)


def ms(value: Any) -> int:
    """Epoch milliseconds of an instant, which the bulk of histories gives as a number."""
    return value if isinstance(value, int) else to_ms(datetime.fromisoformat(value))


def to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def whose(person: Document | None) -> str:
    return (person or {}).get("accountId") or ""


def name(item: Document) -> str:
    return item.get("fieldId") or item["field"]


def keeps_books(item: Document) -> bool:
    return item["fieldtype"] != "custom" and name(item).lower() in BOOK_KEEPING


def made(what: str, document: Document) -> Iterator[Event]:
    """A comment or work log: its creation and its last edit."""
    created, updated = ms(document["created"]), ms(document["updated"])
    yield f"{what}_created", document["id"], whose(document.get("author")), created, ()
    if updated != created:
        yield f"{what}_edited", document["id"], whose(document.get("updateAuthor")), updated, ()


def changes(history: Document) -> Iterator[Event]:
    """What a history tells beside work logs."""
    author, at = whose(history.get("author")), ms(history["created"])
    books = {name(item).lower() for item in history["items"] if keeps_books(item)}
    if "comment" in books:
        yield "comment_deleted", history["id"], author, at, ()
    changed = [
        name(item)
        for item in history["items"]
        if not keeps_books(item)
        or (name(item).lower() == "timeestimate" and "worklogid" not in books)
    ]
    if changed:
        yield "issue_changed", history["id"], author, at, tuple(dict.fromkeys(changed))


def work(told: Iterable[Told], gone: set[str]) -> Iterator[Event]:
    """Work logs, of which the logs themselves and the histories of their issues tell."""
    read: dict[str, Document] = {}
    added: dict[str, Event] = {}
    touched: dict[str, list[tuple[Event, bool]]] = {}
    edits: list[tuple[str, str, Event]] = []  # issue, work log or nothing, event
    for one in told:
        read |= {worklog["id"]: worklog for worklog in one.worklogs}
        for history in one.histories:
            author, at = whose(history.get("author")), ms(history["created"])
            books = {name(item).lower(): item for item in history["items"] if keeps_books(item)}
            item = books.get("worklogid")
            if item is None:
                if "timespent" in books:
                    event: Event = ("worklog_edited", history["id"], author, at, ())
                    edits.append((one.issue["id"], "", event))
            elif item["from"] is None:
                added.setdefault(item["to"], ("worklog_created", item["to"], author, at, ()))
            else:
                event = ("worklog_edited", item["from"], author, at, ())
                with_time = "worklogtimespent" in books
                touched.setdefault(item["from"], []).append((event, with_time))
                if not with_time:
                    edits.append((one.issue["id"], item["from"], event))
    yield from (event for worklog_id, event in added.items() if worklog_id not in read)
    for worklog_id, events in touched.items():
        removed = [event for event, with_time in events if with_time]
        if not removed and worklog_id in gone:
            removed = [max((event for event, _ in events), key=lambda event: event[3])]
        yield from (("worklog_deleted", *event[1:]) for event in removed)
        edits = [edit for edit in edits if edit[2] not in removed]
    of_logs = [event for worklog in read.values() for event in made("worklog", worklog)]
    yield from of_logs
    known = [e for e in of_logs if e[0] == "worklog_edited" or e[1] not in added]
    for issue_id, worklog_id, event in sorted(edits, key=lambda edit: edit[2][3]):
        same = [
            other
            for other in known
            if other[2] == event[2]
            and abs(other[3] - event[3]) <= TWO_SECONDS
            and (
                worklog_id == other[1] or (not worklog_id and read[other[1]]["issueId"] == issue_id)
            )
        ]
        if same:
            known.remove(min(same, key=lambda other: abs(other[3] - event[3])))
        else:
            yield event


def derived(told: list[Told], gone: set[str], since: int, until: int) -> list[Event]:
    """All events of the window, in an order of their own."""
    events: list[Event] = list(work(told, gone))
    for one in told:
        fields = one.issue.get("fields")
        if fields:
            creator, created = whose(fields.get("creator")), ms(fields["created"])
            events.append(("issue_created", one.issue["id"], creator, created, ()))
        events += [event for comment in one.comments for event in made("comment", comment)]
        events += [event for history in one.histories for event in changes(history)]
    return sorted(event for event in events if since <= event[3] <= until)


def window() -> tuple[int, int]:
    first = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) - timedelta(days=29)
    return to_ms(first), to_ms(NOW)


def true_events(rows: Iterable[Document]) -> list[Event]:
    return sorted(
        (row["kind"], row["source_id"], row["account_id"], ms(row["at"]), tuple(row["fields"]))
        for row in rows
    )


def active_members(truth: dict[str, list[Document]]) -> dict[str, set[str]]:
    """Who is in the groups that give access or administration."""
    members: dict[str, set[str]] = {}
    for user in truth["users"]:
        for group in user["groups"] if user["active"] else ():
            members.setdefault(group, set()).add(user["account_id"])
    return members


def custom_fields(truth: dict[str, list[Document]]) -> set[str]:
    named = {name for row in truth["activity"] for name in row["fields"]}
    return {name for name in named if name.startswith("customfield_")}
