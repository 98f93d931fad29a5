"""What do the items of a history look like in JSON?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from jira_usage.demo import names
from jira_usage.demo.acts import NO_FIELD_ID, NOBODY, Kind
from jira_usage.demo.world import World

Item = dict[str, Any]

SPRINT_FIELD = "customfield_10020"
RANK_FIELD = "customfield_10019"
POINTS_FIELD = "customfield_10016"
NOTES_FIELD = "customfield_10090"
_VARIANTS = 97

STATUS_NAMES = {
    "software": ("To Do", "In Progress", "In Review", "Done"),
    "service_desk": ("Waiting for support", "In Progress", "Waiting for customer", "Resolved"),
    "business": ("Offen", "In Arbeit", "Zur Prüfung", "Erledigt"),
    "product_discovery": ("Parking lot", "Discovery", "Ready for delivery", "Delivered"),
}
_STATUS_BASE = {"software": 10000, "service_desk": 10010, "business": 3, "product_discovery": 10030}
DONE = 3
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
ISSUE_TYPES = {
    "software": ("Story", "Bug", "Task", "Epic"),
    "service_desk": ("Service Request", "Incident", "Problem", "Change"),
    "business": ("Aufgabe", "Teilaufgabe", "Kampagne", "Asset"),
    "product_discovery": ("Idea", "Idea", "Opportunity", "Idea"),
}


def status_id(project_type: str, place: int) -> str:
    return str(_STATUS_BASE[project_type] + place)


def _item(
    field: str, field_id: str | None, source: Any, to: Any,
    source_text: Any = ..., to_text: Any = ..., custom: bool = False,
) -> Item:  # fmt: skip
    item: Item = {"field": field, "fieldtype": "custom" if custom else "jira"}
    if field_id is not None:
        item["fieldId"] = field_id
    item["from"] = source
    item["fromString"] = source if source_text is ... else source_text
    item["to"] = to
    item["toString"] = to if to_text is ... else to_text
    return item


def summary_text(n: int) -> str:
    verbs, things, tails = names.VERBS, names.THINGS, names.TAILS
    text = f"{verbs[n % len(verbs)]} {things[n // 7 % len(things)]}"
    return f"{text} {tails[n // 3 % len(tails)]}" if n % 3 else text


def prose(n: int, length: int) -> str:
    """Text of about that many characters."""
    line = summary_text(n) + ". " + summary_text(n + 11) + ", see https://wiki.example/p/42.\n"
    return (line * (length // len(line) + 1))[:length]


def _labels(v: int, count: int) -> str:
    pool = names.LABELS
    return " ".join(sorted({pool[(v + 5 * i) % len(pool)] for i in range(count)}))


def _sprints(v: int) -> tuple[str, str, str, str]:
    ids = [str(30 + v // 2 + i) for i in range(2)]
    texts = [f"Sprint {i}" for i in ids]
    if v % 3 == 0:
        return "", ids[0], "", texts[0]
    if v % 3 == 1:
        return ids[0], ", ".join(ids), texts[0], ", ".join(texts)
    return ids[0], "", texts[0], ""


def _resolution(done: bool) -> Item:
    text = ("10000", "Done") if done else (None, None)
    back = (None, None) if done else ("10000", "Done")
    return _item("resolution", "resolution", back[0], text[0], back[1], text[1])


def _status(kind: str, a: int, b: int) -> list[Item]:
    words = STATUS_NAMES[kind]
    items = [_item("status", "status", status_id(kind, a), status_id(kind, b), words[a], words[b])]
    if DONE in (a, b):
        items.append(_resolution(b == DONE))
    return items


def _description(v: int) -> list[Item]:
    length = 30_000 if v == 0 else 120 + 13 * v
    old = None if v % 4 == 1 else prose(v + 1, length // 2)
    return [_item("description", "description", None, None, old, prose(v, length))]


_PLAIN: dict[int, Callable[[int], list[Item]]] = {
    Kind.SUMMARY: lambda v: [
        _item("summary", "summary", None, None, summary_text(v), summary_text(v + 1))
    ],
    Kind.DESCRIPTION: _description,
    Kind.LABELS: lambda v: [
        _item("labels", "labels", "", "", _labels(v, v % 3), _labels(v + 1, 1 + v % 4))
    ],
    Kind.DUEDATE: lambda v: [_item(
        "duedate", "duedate", None if v % 3 else "2026-05-04", f"2026-{1 + v % 12:02d}-15",
        None if v % 3 else "2026-05-04 00:00:00.0", f"2026-{1 + v % 12:02d}-15 00:00:00.0",
    )],
    Kind.SPRINT: lambda v: [_item("Sprint", SPRINT_FIELD, *_sprints(v), custom=True)],
    Kind.RANK: lambda v: [_item(
        "Rank", RANK_FIELD, "", "", "", "Ranked higher" if v % 2 else "Ranked lower", custom=True
    )],
    Kind.PRIORITY: lambda v: [_priority(v)],
    Kind.FIX_VERSION: lambda v: [
        _item("Fix Version", "fixVersions", None, str(10_000 + v), None, f"v{1 + v // 10}.{v % 10}")
        if v % 3 else
        _item("Fix Version", "fixVersions", str(10_000 + v), None, f"v{1 + v // 10}.{v % 10}", None)
    ],
    Kind.STORY_POINTS: lambda v: [_points(v)],
    Kind.WORKFLOW: lambda v: [_item(
        "Workflow", None, str(18_000 + v), str(18_100 + v),
        "Software Simplified Workflow", f"Software Simplified Workflow v{2 + v % 5}",
    )],
    Kind.ESTIMATE: lambda v: [
        _item("timeestimate", "timeestimate", None, str(900 * (1 + v))),
        _item("timeoriginalestimate", "timeoriginalestimate", None, str(900 * (1 + v))),
    ],
    Kind.CUSTOM: lambda v: [_item(
        "Sitzungsnotiz", NOTES_FIELD, None, None, None, prose(v, 40 + v), custom=True
    )],
    Kind.SUMMARY_AND_POINTS: lambda v: [
        _item("summary", "summary", None, None, summary_text(v), summary_text(v + 2)), _points(v)
    ],
    Kind.REMOTE_LINK: lambda v: [_item(
        "RemoteWorkItemLink" if v % 2 else "RemoteIssueLink", None, None, str(10_000 + v), None,
        f'This work item links to "Design notes {v} (Confluence)"',
    )],
}  # fmt: skip


def _priority(v: int) -> Item:
    a, b = v % 5, (v + 1 + v // 5 % 4) % 5
    return _item("priority", "priority", str(a + 1), str(b + 1), PRIORITIES[a], PRIORITIES[b])


def _points(v: int) -> Item:
    return _item(
        "Story Points", POINTS_FIELD, None, None, None if v % 2 else "3", str(1 + v % 13),
        custom=True,
    )  # fmt: skip


class Items:
    """Builds the items of histories, each common one once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[tuple[int, ...], bytes] = {}

    def text(self, row: int, kind: int, a: int, b: int, c: int, flags: int) -> bytes:
        """The items of a history as JSON text."""
        key: tuple[int, ...]
        if kind in _PLAIN:
            key = (kind, a % _VARIANTS, flags & NO_FIELD_ID)
        elif kind == Kind.STATUS:
            key = (kind, a, b, self._project(row), flags & NO_FIELD_ID)
        else:
            return orjson.dumps(self.documents(row, kind, a, b, c, flags))
        known = self._made.get(key)
        if known is None:
            built = self.documents(row, kind, a, b, c, flags)
            known = self._made[key] = orjson.dumps(built)
        return known

    def _project(self, row: int) -> int:
        return int(self.world.project[self.world.histories.issue[row]])

    def documents(self, row: int, kind: int, a: int, b: int, c: int, flags: int) -> list[Item]:
        """The items of a history as plain dictionaries."""
        if kind in _PLAIN:
            items = _PLAIN[kind](a % _VARIANTS)
        else:
            items = self._individual(row, kind, a, b, c)
        if flags & NO_FIELD_ID:
            for item in items:
                # Recorded custom fields always have their id, even on the oldest changes.
                if item["fieldtype"] != "custom":
                    item.pop("fieldId", None)
        return items

    def _individual(self, row: int, kind: int, a: int, b: int, c: int) -> list[Item]:
        world = self.world
        if kind == Kind.STATUS:
            return _status(world.company.projects[self._project(row)].type, a, b)
        if kind == Kind.ASSIGNEE:
            return [self._assignee(a, b)]
        if kind == Kind.TRIAGE:
            v = row % _VARIANTS
            return [
                self._assignee(a, b), _priority(v),
                _item("labels", "labels", "", "", "", _labels(v, 2)),
            ]  # fmt: skip
        if kind == Kind.LINK:
            key = world.key_of_id(a)
            text = f"This work item {'is blocked by' if b else 'blocks'} {key}"
            ends = (key, None, text, None) if c else (None, key, None, text)
            return [_item("Link", None, *ends)]
        if kind == Kind.PARENT:
            parent = max(int(world.histories.issue[row]) - 1 - a % 20, 0)
            return [_item(
                "IssueParentAssociation", None, None, str(int(world.issues.id[parent])),
                None, world.key(parent),
            )]  # fmt: skip
        if kind == Kind.ATTACH_ADD:
            name = f"screenshot-{a % 900}.png"
            return [_item("Attachment", "Attachment", None, str(a % 10**6), None, name)]
        if kind == Kind.ATTACH_REMOVE:
            name = f"export-{a % 900}.csv"
            return [_item("Attachment", "Attachment", str(a % 10**6), None, name, None)]
        if kind == Kind.MOVE:
            return self._move(row, a, b, c)
        if kind == Kind.COMMENT_DELETED:
            text = prose(a, 60 + a % 200)
            if b:
                text = "A comment with security level 'jira-admins-nordlicht' was removed."
            return [_item("Comment", "comment", None, None, text, None)]
        return self._work(row, kind, a, b, c)

    def _assignee(self, a: int, b: int) -> Item:
        company, now = self.world.company, self.world.now

        def ident(person: int) -> str | None:
            return None if person == NOBODY else company.account_id(person)

        def name(person: int) -> str | None:
            return None if person == NOBODY else company.display_name(person, now)

        return _item("assignee", "assignee", ident(a), ident(b), name(a), name(b))

    def _move(self, row: int, a: int, b: int, c: int) -> list[Item]:
        world = self.world
        issue = int(world.histories.issue[row])
        old, new = world.company.projects[a], world.company.projects[b]
        number = int(world.issues.number_after[issue])
        kind = int(world.issues.type[issue])
        before, after = ISSUE_TYPES[old.type], ISSUE_TYPES[new.type]
        return [
            _item("Key", None, None, None, f"{old.key}-{c}", f"{new.key}-{number}"),
            _item("project", "project", str(old.id), str(new.id), old.name, new.name),
            _item(
                "issuetype", "issuetype", str(10_001 + kind), str(10_101 + kind),
                before[kind], after[kind],
            ),
            _item(
                "status", "status", status_id(old.type, 1), status_id(new.type, 0),
                STATUS_NAMES[old.type][1], STATUS_NAMES[new.type][0],
            ),
            _item("Workflow", None, str(18_000 + a), str(18_000 + b), old.key, new.key),
        ]  # fmt: skip

    def _work(self, row: int, kind: int, a: int, b: int, c: int) -> list[Item]:
        """Work logs: a is the id, b the seconds spent after, c the change."""
        ident, before = str(a), max(b - c, 0)
        spent = _item("timespent", "timespent", str(before) if before else None, str(b))
        left = _item("timeestimate", "timeestimate", str(max(c, 0)), "0")
        gone = _item("WorklogId", None, ident, None)
        if kind == Kind.WORKLOG_ADDED:
            return [_item("WorklogId", None, None, ident), left, spent]
        if kind == Kind.RESOLVED_WITH_WORK:
            moved = _status(self.world.company.projects[self._project(row)].type, 2, DONE)
            return [*moved, _item("WorklogId", None, None, ident), left, spent]
        if kind == Kind.WORKLOG_EDITED:
            return [gone, left, spent]
        if kind == Kind.WORKLOG_RETIMED:
            return [left, spent]
        if kind == Kind.WORKLOG_RETIMED_ALONE:
            return [spent]
        if kind == Kind.WORKLOG_GONE:
            return [gone, spent]
        taken = _item("WorklogTimeSpent", None, str(-c), None, _length(-c), None)
        if kind == Kind.WORKLOG_DELETED_HIDDEN:
            taken = _item(
                "WorklogTimeSpent", None, None, None,
                "A worklog with security level 'jira-admins-nordlicht' was removed.", None,
            )  # fmt: skip
        return [gone, taken, spent, left]


def _length(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    parts = [f"{hours} hour{'s' * (hours != 1)}"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} minute{'s' * (minutes != 1)}")
    return ", ".join(parts)
