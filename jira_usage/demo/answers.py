"""What do the site's answers look like? Users, issues, histories, comments and work logs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from jira_usage.demo.acts import (
    NAMELESS,
    NOBODY,
    ON_BEHALF,
    PUBLIC,
    RESTRICTED_SEEN,
    Kind,
)
from jira_usage.demo.chance import Column
from jira_usage.demo.company import (
    ACCOUNT_TYPES,
    MAIL_EMPTY,
    MAIL_NULL,
    Company,
    Group,
    Project,
)
from jira_usage.demo.items import (
    DONE,
    ISSUE_TYPES,
    PRIORITIES,
    STATUS_NAMES,
    Items,
    prose,
    status_id,
    summary_text,
)
from jira_usage.demo.times import Stamps
from jira_usage.demo.workdays import HOUR, OFFICES
from jira_usage.demo.world import World

Document = dict[str, Any]
_AVATAR = "https://avatar-management--avatars.us-west-2.prod.public.atl-paas.net/default-avatar.png"
AVATARS = {f"{size}x{size}": f"{_AVATAR}?size={size}" for size in (48, 24, 16, 32)}
_AVATAR_TEXT = orjson.Fragment(orjson.dumps(AVATARS))
EMBEDDED = 20
"""How many comments and work logs an issue carries inside itself."""
_EMPTY_AUTHOR = (
    b'"author":{"accountId":"","emailAddress":"","displayName":"Former user","active":false,'
    b'"timeZone":"Europe/Berlin","accountType":"atlassian"},'
)
_EXPAND = "operations,versionedRepresentations,editmeta,changelog,renderedFields"


class Answers:
    """Builds documents from a world; base is the address that links in them begin with."""

    def __init__(
        self,
        world: World,
        base: str,
        stamps: Stamps,
        *,
        newest_first: bool,
        embedded: int = EMBEDDED,
    ) -> None:
        self.world = world
        self.base = base
        self.stamp = stamps
        self.items = Items(world)
        self.newest_first = newest_first
        self.embedded = embedded
        self._authors: dict[int, bytes] = {}
        self._bodies: dict[tuple[int, int], orjson.Fragment] = {}
        self._hour = -1
        self._company: Company | None = None

    @property
    def company(self) -> Company:
        return self.world.company

    # -- people

    def _forget(self) -> None:
        """People join and leave on the hour; a rebuilt world has other rows."""
        hour = self.world.now // HOUR
        if hour != self._hour or self._company is not self.world.company:
            self._hour, self._company = hour, self.world.company
            self._authors.clear()
            self.items = Items(self.world)

    def user(self, person: int) -> Document:
        """A person as users/search shows them."""
        company, now = self.company, self.world.now
        account_id = company.account_id(person)
        people = company.people
        special = company.special.get(int(people.slot[person]))
        user: Document = {
            "self": f"{self.base}/rest/api/3/user?accountId={quote(account_id, safe=':-')}",
            "accountId": account_id,
            "accountType": ACCOUNT_TYPES[people.kind[person]],
        }
        if special is not None and special.app_type not in (None, "unknown"):
            user["appType"] = special.app_type
        if people.kind[person] == 0 and people.closed[person] > now:
            email = company.shown_email(person, now)
            if email:
                user["emailAddress"] = email
            elif people.mail[person] in (MAIL_NULL, MAIL_EMPTY):
                user["emailAddress"] = None if people.mail[person] == MAIL_NULL else ""
        elif people.kind[person] == 2 and company.shown_email(person, now):
            user["emailAddress"] = company.shown_email(person, now)
        user["avatarUrls"] = _AVATAR_TEXT
        user["displayName"] = company.display_name(person, now)
        user["active"] = self.is_active(person)
        if people.kind[person] == 0 and people.closed[person] > now:
            user["locale"] = OFFICES[int(people.office[person]) % len(OFFICES)].locale
        return user

    def is_active(self, person: int) -> bool:
        people, now = self.company.people, self.world.now
        return bool(people.end[person] > now and people.closed[person] > now)

    def author(self, person: int) -> Any:
        """A person as the author of something; None where there is none."""
        return None if person == NOBODY else orjson.Fragment(self.author_text(person))

    def author_text(self, person: int) -> bytes:
        known = self._authors.get(person)
        if known is None:
            known = self._authors[person] = orjson.dumps(self._author(person))
        return known

    def _author(self, person: int) -> Document:
        if person == NAMELESS:
            return {"displayName": "Former user", "active": False, "accountType": "atlassian"}
        user = self.user(person)
        user.pop("locale", None)
        user.pop("appType", None)
        user["timeZone"] = "Europe/Berlin"
        if self.company.people.dropped[person] <= self.world.now:
            user = {k: user[k] for k in ("self", "accountId", "displayName")} | {"active": False}
        return user

    def group_name(self, group: Group) -> Document:
        return {
            "name": group.name,
            "groupId": group.group_id,
            "self": f"{self.base}/rest/api/3/group?groupId={group.group_id}",
        }

    # -- histories

    def histories(self, rows: Column, *, epoch: bool) -> list[orjson.Fragment]:
        """Histories in the order of the rows; created as epoch milliseconds or as text."""
        return [orjson.Fragment(text) for text in self.history_texts(rows, epoch=epoch)]

    def history_texts(self, rows: Column, *, epoch: bool) -> list[bytes]:
        """The same as JSON text, put together by hand: pages hold ten thousand of them."""
        self._forget()
        h = self.world.histories
        stamp, author, items = self.stamp, self.author_text, self.items.text
        behalf = self._on_behalf(rows)
        made = []
        for row, at, ident, kind, person, a, b, c, flags in zip(
            rows.tolist(), h.at[rows].tolist(), h.id[rows].tolist(), h.kind[rows].tolist(),
            h.author[rows].tolist(), h.a[rows].tolist(), h.b[rows].tolist(),
            h.c[rows].tolist(), h.flags[rows].tolist(), strict=True,
        ):  # fmt: skip
            by = b"" if person == NOBODY else b'"author":%b,' % author(person)
            if person == NAMELESS and ident % 2:
                by = _EMPTY_AUTHOR
            when = b"%d" % at if epoch else b'"%b"' % stamp(at).encode()
            what = items(row, kind, a, b, c, flags)
            hint = behalf[row] if flags & ON_BEHALF else b""
            made.append(b'{"id":"%d",%b"created":%b,"items":%b%b}' % (ident, by, when, what, hint))
        return made

    def _on_behalf(self, rows: Column) -> dict[int, bytes]:
        """historyMetadata of what apps did for people, by row."""
        h = self.world.histories
        mine = rows[(h.flags[rows] & ON_BEHALF) > 0]
        people = self.company.occupants(h.a[mine] % 60, h.at[mine]).tolist()
        text = b',"historyMetadata":{"description":" on behalf of accountId=%b"}'
        return {
            row: text % self.company.account_id(person).encode()
            for row, person in zip(mine.tolist(), people, strict=True)
        }

    # -- comments and work logs

    def _adf(self, variant: int, length: int) -> orjson.Fragment:
        """A body, made once per variant."""
        known = self._bodies.get((variant, length))
        if known is None:
            text = {"type": "text", "text": prose(variant, length)}
            paragraph = {"type": "paragraph", "content": [text]}
            document = {"type": "doc", "version": 1, "content": [paragraph]}
            known = self._bodies[variant, length] = orjson.Fragment(orjson.dumps(document))
        return known

    def _visibility(self) -> Document:
        group = self.company.groups[0]
        return {"type": "group", "value": group.name, "identifier": group.group_id}

    def comment(self, row: int) -> Document:
        self._forget()
        c, world = self.world.comments, self.world
        ident, issue_id = int(c.id[row]), int(world.issues.id[c.issue[row]])
        author, flags, at = int(c.author[row]), int(c.flags[row]), int(c.at[row])
        updated, editor = world.comment_edit(row)
        created = self.stamp(at)
        comment: Document = {
            "self": f"{self.base}/rest/api/3/issue/{issue_id}/comment/{ident}",
            "id": str(ident),
        }
        if author != NOBODY:
            comment["author"] = self.author(author)
        comment["body"] = self._adf(ident % 300, 30 + ident % 300)
        if editor != NOBODY:
            comment["updateAuthor"] = self.author(editor)
        comment["created"] = created
        comment["updated"] = created if updated == at else self.stamp(updated)
        if flags & RESTRICTED_SEEN:
            comment["visibility"] = self._visibility()
        comment["jsdPublic"] = bool(flags & PUBLIC)
        return comment

    def worklog(self, row: int) -> Document:
        self._forget()
        w, world = self.world.worklogs, self.world
        ident, issue_id = int(w.id[row]), int(world.issues.id[w.issue[row]])
        updated, editor, seconds = world.worklog_edit(row)
        hours, minutes = seconds // 3600, seconds % 3600 // 60
        spent = " ".join(
            part for part in (f"{hours}h" * (hours > 0), f"{minutes}m" * (minutes > 0)) if part
        )
        worklog: Document = {
            "self": f"{self.base}/rest/api/3/issue/{issue_id}/worklog/{ident}",
            "author": self.author(int(w.author[row])),
            "updateAuthor": self.author(editor),
            "created": self.stamp(int(w.at[row])),
            "updated": self.stamp(updated),
            "started": self.stamp(int(w.at[row]) // 60_000 * 60_000 - ident % 5 * 3_600_000),
            "timeSpent": spent,
            "timeSpentSeconds": seconds,
            "id": str(ident),
            "issueId": str(issue_id),
        }
        if ident % 3:
            worklog["comment"] = self._adf(ident % 300, 40)
        if w.flags[row] & RESTRICTED_SEEN:
            worklog["visibility"] = self._visibility()
        return worklog

    # -- projects and issues

    def project(self, project: Project) -> Document:
        return {
            "self": f"{self.base}/rest/api/3/project/{project.id}",
            "id": str(project.id),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": project.type,
            "simplified": project.team_managed,
            "avatarUrls": {
                f"{s}x{s}": f"{self.base}/rest/api/3/universal_avatar/view/type/project/avatar/1"
                for s in (48, 24, 16, 32)
            },
        }

    def issue(
        self, row: int, fields: set[str] | None, *, changelog: int = 0, bare: bool = False
    ) -> Document:
        """An issue with those fields (None: all); changelog embeds so many newest histories."""
        self._forget()
        world = self.world
        ident = int(world.issues.id[row])
        document: Document = {
            "expand": _EXPAND,
            "id": str(ident),
            "self": f"{self.base}/rest/api/3/issue/{ident}",
            "key": world.key(row),
        }
        if bare:
            del document["expand"]
            return document
        if changelog:
            rows = world.history_rows(row)
            newest = rows[::-1][:changelog]
            document["changelog"] = {
                "startAt": 0,
                "maxResults": len(newest),
                "total": len(rows),
                "histories": self.histories(newest, epoch=False),
            }
        document["fields"] = self._fields(row, fields)
        return document

    def _fields(self, row: int, wanted: set[str] | None) -> Document:
        world, i = self.world, self.world.issues
        project = world.project_of(row)
        ident, place = int(i.id[row]), int(i.type[row])
        makers: dict[str, Any] = {
            "project": lambda: self.project(project),
            "created": lambda: self.stamp(int(i.created[row])),
            "updated": lambda: self.stamp(int(world.updated[row])),
            "creator": lambda: self.author(int(i.creator[row])),
            "reporter": lambda: self.author(int(i.creator[row])),
            "summary": lambda: summary_text(ident),
            "description": lambda: self._adf(ident % 300, 200),
            "issuetype": lambda: {
                "self": f"{self.base}/rest/api/3/issuetype/{10_001 + place}",
                "id": str(10_001 + place),
                "name": ISSUE_TYPES[project.type][place],
                "subtask": False,
            },
            "priority": lambda: {"id": str(ident % 5 + 1), "name": PRIORITIES[ident % 5]},
            "labels": list,
            "duedate": lambda: None,
            "comment": lambda: self._embedded_comments(row),
            "worklog": lambda: self._embedded_worklogs(row),
            "attachment": lambda: self._attachments(row),
            "status": lambda: self._state(row)[0],
            "resolution": lambda: self._state(row)[1],
            "assignee": lambda: self._state(row)[2],
        }
        names = makers.keys() if wanted is None else [f for f in makers if f in wanted]
        return {name: makers[name]() for name in names}

    def _state(self, row: int) -> tuple[Document, Document | None, Any]:
        """Status, resolution and assignee, from the histories so far."""
        world, h = self.world, self.world.histories
        rows = world.history_rows(row)
        kinds = h.kind[rows]
        kind = world.project_of(row).type
        moves = rows[kinds == Kind.STATUS]
        place = int(h.b[moves[-1]]) if len(moves) else 0
        ident = status_id(kind, place)
        status = {
            "self": f"{self.base}/rest/api/3/status/{ident}",
            "id": ident,
            "name": STATUS_NAMES[kind][place],
            "statusCategory": {"key": ("new", "indeterminate", "indeterminate", "done")[place]},
        }
        resolution = {"id": "10000", "name": "Done"} if place == DONE else None
        given = rows[(kinds == Kind.ASSIGNEE) | (kinds == Kind.TRIAGE)]
        person = int(h.b[given[-1]]) if len(given) else int(world.issues.assignee[row])
        return status, resolution, self.author(person)

    def _attachments(self, row: int) -> list[Document]:
        ident = int(self.world.issues.attached[row])
        if not ident:
            return []
        return [
            {
                "self": f"{self.base}/rest/api/3/attachment/{ident}",
                "id": str(ident),
                "filename": "screenshot.png",
                "author": self.author(int(self.world.issues.creator[row])),
                "created": self.stamp(int(self.world.issues.created[row])),
                "size": 4711,
            }
        ]

    def _embedded_comments(self, row: int) -> Document:
        rows = self.world.comment_rows(row)
        shown = rows[::-1][: self.embedded] if self.newest_first else rows[: self.embedded]
        return {
            "comments": [self.comment(r) for r in shown.tolist()],
            "self": f"{self.base}/rest/api/3/issue/{int(self.world.issues.id[row])}/comment",
            "maxResults": len(shown),
            "total": len(rows),
            "startAt": 0,
        }

    def _embedded_worklogs(self, row: int) -> Document:
        rows = self.world.worklog_rows(row)
        return {
            "startAt": 0,
            "maxResults": EMBEDDED,
            "total": len(rows),
            "worklogs": [self.worklog(r) for r in rows[:EMBEDDED].tolist()],
        }
