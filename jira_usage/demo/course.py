"""What happens on the smallest site that has everything? An obstacle course, written by hand.

Eleven accounts, twelve issues, five products, and every name is hostile. Days are counted from
one date (UTC). It is shown by DemoSite.become(), as it stands or with changes: what happens
between two syncs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from jira_usage.demo.acts import (
    EDIT_TEXT,
    EDIT_TIME,
    EDIT_TIME_ALONE,
    EDIT_WITH_ID,
    NAMELESS,
    NO_BUMP,
    NO_FIELD_ID,
    NO_HISTORY,
    NOBODY,
    ON_BEHALF,
    PUBLIC,
    RESTRICTED,
    RESTRICTED_SEEN,
    Kind,
)
from jira_usage.demo.catalog import group_id
from jira_usage.demo.company import (
    APP,
    ATLASSIAN,
    CUSTOMER,
    UNKNOWN,
    Company,
    Group,
    Identity,
    People,
    Product,
    Project,
    Role,
)
from jira_usage.demo.pen import Pen
from jira_usage.demo.workdays import DAY, FAR
from jira_usage.demo.world import Built

CHANGES = {
    "a group has another name": "The group that gives Jira is called something else.",
    "somebody changed product": "Eve has service management instead of Jira.",
    "somebody hid the email": "Ada's address is not shown any more.",
    "somebody left": "Bruno is deactivated.",
    "an account was deleted": "Eve is a former user.",
    "somebody joined": "A ninth person has Jira, and has commented already.",
    "an issue moved": "Issue 10010 is in another project, under another key.",
    "an issue was deleted": "Issue 10011 and all that was done to it is gone.",
    "an issue became invisible": "Issue 10012 has a security level.",
    "a comment was edited again": "The last edit of a comment is by somebody else, and newer.",
    "a comment was deleted": "A comment that was there is gone; a history tells by whom.",
    "a work log was edited again": "The last edit of a work log is newer.",
    "a work log was deleted": "A work log that was there is gone; a history tells by whom.",
}
ADA, BRUNO, CHIYO, DAN, EVE, FAY, ROBOT, CUSTOMER_, IMPORTED, FORMER, PURGED, NEW = range(12)
_JIRA, _OLD_JIRA, _DESK, _WORK, _ADMINS, _SITE_ADMINS, _ADDONS, _OTHERS = range(8)
_NAMES = (
    "=1+1", "![x](http://evil.example/x.png)", "<img src=x onerror=alert(1)>", "nan",
    'Eve "; DROP TABLE users; --', "@SUM(A1:A9)\t\n+x; y", "-2+3 cmd|' /C calc'!A0",
    "Zoë 👩‍🚀 \u202erevo", ":red[$x^2$] `{{7*7}}` %s \\n", "Former user", "Former user", "",
)  # fmt: skip
_IDS = (
    "5b10ac8d82e05b22cc7d4ef5", "557058:2ceed135-0000-4000-8000-000000000001",
    "712020:11553112-0000-4000-8000-000000000002", "5d0000000000000000000003",
    "712020:00000000-0000-4000-8000-000000000004", "5f0000000000000000000005",
    "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "qm:0123456789abcdef-42:0000-4000-0007",
    "unknown", "5a0000000000000000000009", "5a000000000000000000000a", "5a000000000000000000000b",
)  # fmt: skip


def source(day: int, *changes: str, busy: bool = False) -> Callable[[int], Built]:
    """The course as of a day (days since 1970), with changes of a day later.

    busy: something happens every half an hour of the last 32 days.
    """
    unknown = set(changes) - CHANGES.keys()
    if unknown:
        raise ValueError(f"unknown changes: {', '.join(sorted(unknown))}")
    return partial(_build, day, frozenset(changes), busy)


def _build(day: int, changes: Collection[str], busy: bool, now: int) -> Built:
    story = _Story(day, changes)
    story.talk()
    story.change()
    story.log()
    story.hide()
    story.go_on()
    if busy:
        story.never_rest()
    return Built(_company(day, changes), story.life(), FAR)


# -- who is there


def _company(day: int, changes: Collection[str]) -> Company:
    soft, desk, core = "jira-software", "jira-servicedesk", "jira-core"
    jira = "new; =name" if "a group has another name" in changes else "=HYPERLINK('x'); users"
    groups = [
        Group(jira, "", "user", (soft, core), _JIRA),
        Group("jira-software-users", "", "user", (soft,), _OLD_JIRA),
        Group("Büro & <b>Betrieb</b> ✨", "", "user", (desk,), _DESK),
        Group("nan", "", "user", (core,), _WORK),
        Group("jira-admins", "", "admin", (soft,), _ADMINS),
        Group("site-admins", "", "site-admin", (soft, desk), _SITE_ADMINS),
        Group("atlassian-addons-admin", "", None, (soft, desk), _ADDONS),
        Group("@everybody", "", None, (), _OTHERS),
    ]
    groups = [replace(group, group_id=group_id(7, i)) for i, group in enumerate(groups)]
    products = [
        Product(soft, "Jira <script>", "PAID", 10, False, jira, 2),
        Product(desk, "=Service", "PAID", 5, False, groups[_DESK].name),
        Product(core, "Jira Work Management", "FREE", -1, True, "nan"),
        Product("jira-product-discovery", "Nobody's", "FREE", 10, False, ""),
        Product("jira-hologram", "nan", "UNLICENSED", 35_000, True, ""),
    ]
    roles = (
        Role(10_002, "Administrators", ("jira-admins",), (ADA,)),
        Role(10_004, "=Developers; all", ("@everybody",), (BRUNO, DAN)),
    )
    projects = [
        Project(10_000, "APP", "=cmd|' /C calc'!A0", "software", roles, ADA, 10),
        Project(10_001, "DESK", "<b>Desk</b>", "service_desk", roles[:1], ADA, 10),
        Project(10_002, "OLD", "Archive", "business", (), ADA, 10, archived=True),
        Project(10_003, "OWN", "nan", "business", (Role(10_201, "Member", (), (FAY,)),), ADA, 10,
                team_managed=True),
    ]  # fmt: skip
    people = _people(day, changes)
    addresses = {ADA: "ada@course.example", BRUNO: "bruno@course.example"}
    return Company(
        name="=Course", domain="course.example", seed=7, people=people, groups=groups,
        products=products, projects=projects, admin=ADA, former=[], stand_in=ADA,
        special={slot: Identity(_IDS[slot], _NAMES[slot], addresses.get(slot))
                 for slot in people.slot.tolist()},
    )  # fmt: skip


def _people(day: int, changes: Collection[str]) -> People:
    slots = [slot for slot in range(12) if slot != NEW or "somebody joined" in changes]
    n = len(slots)
    groups = {
        ADA: (_JIRA, _OLD_JIRA, _SITE_ADMINS, _ADMINS), BRUNO: (_JIRA, _DESK), CHIYO: (_JIRA,),
        DAN: (_JIRA, _OTHERS), EVE: (_OLD_JIRA,), FAY: (_WORK, _OTHERS), ROBOT: (_JIRA, _ADDONS),
        IMPORTED: (_JIRA,), NEW: (_OLD_JIRA,),
    }  # fmt: skip
    if "somebody changed product" in changes:
        groups[EVE] = (_DESK,)
    kinds = {ROBOT: APP, CUSTOMER_: CUSTOMER, IMPORTED: UNKNOWN}
    mail = {ADA: 0, BRUNO: 0, CHIYO: 2, DAN: 3, EVE: 2}
    if "somebody hid the email" in changes:
        mail[ADA] = 1
    people = People(
        slot=np.array(slots, np.int32),
        start=np.full(n, 10 * DAY),
        end=np.full(n, FAR),
        kind=np.array([kinds.get(s, ATLASSIAN) for s in slots], np.uint8),
        office=np.array([s % 3 for s in slots], np.uint8),
        team=np.full(n, -1, np.int32),
        groups=np.array([sum(1 << bit for bit in groups.get(s, ())) for s in slots], np.uint64),
        luck=np.array([7919 * (s + 1) for s in slots], np.uint64),
        mail=np.array([mail.get(s, 1) for s in slots], np.uint8),
        dropped=np.full(n, FAR),
        closed=np.full(n, FAR),
    )
    people.end[DAN] = (day - 6) * DAY
    people.end[FORMER] = people.closed[FORMER] = (day - 2) * DAY
    people.end[PURGED] = people.dropped[PURGED] = (day - 3) * DAY
    if "somebody left" in changes:
        people.end[BRUNO] = day * DAY
    if "an account was deleted" in changes:
        people.end[EVE] = people.closed[EVE] = day * DAY
    return people


# -- what they do


class _Story(Pen):
    """Days are counted from the first, times are "HH:MM"."""

    def __init__(self, day: int, changes: Collection[str]) -> None:
        super().__init__()
        self.day, self.changes = day, changes
        for number in range(1, 13):
            created = self.at(-420 + 35 * number if number < 9 else -20, "09:00")
            told = {"number": number, "number_after": number, "created": created, "creator": BRUNO}
            self.issue(**(told | self._fate(number)))

    def _fate(self, number: int) -> dict[str, Any]:
        moved = {"project_after": 1, "number_after": 100 + number}
        later = self.at(0, "20:00")
        if number == 3:
            return moved | {"moved": self.at(-13, "14:00")}
        if number == 6:
            return {"hidden": True}
        if number == 7:
            return {"project": 2, "project_after": 2}
        if number == 8:
            return {"deleted": self.at(-3, "12:00")}
        if number == 9:
            return {"created": self.at(-8, "10:00"), "creator": CUSTOMER_, "attached": 9001,
                    "project": 3, "project_after": 3}  # fmt: skip
        if number == 10 and "an issue moved" in self.changes:
            return moved | {"moved": later}
        if number == 11 and "an issue was deleted" in self.changes:
            return {"deleted": later}
        if number == 12 and "an issue became invisible" in self.changes:
            return {"hidden": True}
        return {}

    def at(self, day: int, time: str) -> int:
        hours, minutes = time.split(":")
        return (self.day + day) * DAY + (int(hours) * 60 + int(minutes)) * 60_000

    def _changed(self, number: int, at: int, kind: Kind, author: int, **more: Any) -> None:
        self.history(issue=number - 1, at=at, kind=kind, author=author, **more)

    def _commented(self, number: int, at: int, author: int, **more: Any) -> int:
        return self.comment(issue=number - 1, at=at, author=author, **more)

    def _logged(self, number: int, at: int, author: int, **more: Any) -> int:
        """A work log with the history of its creation."""
        ident = self.worklog(issue=number - 1, at=at, author=author, **more)
        if not more.get("flags", 0) & NO_HISTORY:
            self._changed(number, at + 4, Kind.WORKLOG_ADDED, author, a=ident, b=3600, c=3600)
        return ident

    def talk(self) -> None:
        """Issue 1 has more comments than an issue carries; old ones are edited and deleted."""
        for n in range(24):
            self._commented(1, self.at(-380 + 9 * n, "10:00"), BRUNO)
        edit = self.at(-10, "09:00")
        self._commented(1, self.at(-399, "10:00"), BRUNO, edit1=edit, edit1_by=CHIYO)
        self._commented(1, self.at(-20, "10:00"), EVE, edit1=self.at(-19, "08:00"), edit1_by=EVE,
                        edit2=self.at(-18, "08:00"), edit2_by=ADA)  # fmt: skip
        self._commented(1, self.at(-9, "11:00"), CHIYO, flags=RESTRICTED_SEEN | PUBLIC)
        self._commented(1, self.at(-9, "12:00"), CHIYO, flags=RESTRICTED)
        self._commented(1, self.at(-9, "13:00"), NOBODY)
        for n, author in enumerate((DAN, ROBOT, CUSTOMER_, IMPORTED, FORMER, PURGED)):
            self._commented(4, self.at(-8, f"1{n}:30"), author)
        gone = self.at(-11, "08:30")
        ident = self._commented(4, self.at(-12, "15:00"), CHIYO, deleted=gone)
        self._changed(4, gone, Kind.COMMENT_DELETED, ADA, a=ident)
        hidden = self._commented(4, self.at(-12, "16:00"), CHIYO, deleted=gone, flags=RESTRICTED)
        self._changed(4, gone, Kind.COMMENT_DELETED, ADA, a=hidden, b=1)

    def change(self) -> None:
        """Every kind of change that is not about a work log, and every sort of author."""
        self._changed(3, self.at(-13, "14:00"), Kind.MOVE, ADA, a=0, b=1, c=3)
        self._changed(5, self.at(-7, "10:00"), Kind.LINK, ADA, a=10_001)
        self._changed(1, self.at(-7, "10:00"), Kind.LINK, ADA, a=10_005, b=1)
        plain = (
            Kind.SUMMARY, Kind.DESCRIPTION, Kind.LABELS, Kind.DUEDATE, Kind.SPRINT, Kind.RANK,
            Kind.REMOTE_LINK, Kind.PARENT, Kind.ATTACH_ADD, Kind.ATTACH_REMOVE, Kind.PRIORITY,
            Kind.FIX_VERSION, Kind.STORY_POINTS, Kind.WORKFLOW, Kind.ESTIMATE, Kind.CUSTOM,
            Kind.SUMMARY_AND_POINTS,
        )  # fmt: skip
        for n, kind in enumerate(plain):
            flags = NO_FIELD_ID if n % 3 == 0 else 0
            self._changed(4, self.at(-14, f"{n:02d}:10"), kind, (ADA, EVE)[n % 2], a=n, flags=flags)
        self._changed(4, self.at(-17, "10:00"), Kind.ASSIGNEE, BRUNO, a=ADA, b=BRUNO)
        self._changed(4, self.at(-16, "10:00"), Kind.STATUS, BRUNO, a=0, b=1)
        self._changed(4, self.at(-2, "17:00"), Kind.STATUS, BRUNO, a=2, b=3)
        self._changed(4, self.at(-6, "11:00"), Kind.TRIAGE, NOBODY, a=BRUNO, b=NOBODY)
        self._changed(4, self.at(-6, "11:30"), Kind.LABELS, NAMELESS, a=1)
        self._changed(4, self.at(-6, "11:40"), Kind.LABELS, NAMELESS, a=2)
        self._changed(4, self.at(-5, "03:00"), Kind.LABELS, ROBOT, a=CHIYO, flags=ON_BEHALF)
        for author in (ADA, BRUNO, BRUNO):  # three in the same millisecond
            self._changed(4, self.at(-5, "12:00"), Kind.LABELS, author)
        self._changed(9, self.at(0, "15:18"), Kind.LABELS, CHIYO)  # minutes before the clock

    def log(self) -> None:
        """Work logs in feed and histories, in one of them, edited and deleted in every way."""
        for n in range(22):
            self._logged(1, self.at(-40 if n % 2 else -19, f"{n:02d}:00"), EVE)
        self._logged(2, self.at(-5, "16:00"), CHIYO, flags=NO_HISTORY | NO_BUMP)
        ways = (
            (EDIT_WITH_ID, Kind.WORKLOG_EDITED), (EDIT_TIME, Kind.WORKLOG_RETIMED),
            (EDIT_TIME_ALONE, Kind.WORKLOG_RETIMED_ALONE), (EDIT_TEXT, None),
        )  # fmt: skip
        for n, (how, kind) in enumerate(ways):
            first, last = self.at(-6 + n, "12:00"), self.at(-5 + n, "12:30")
            edits = {"edit1": first, "edit1_by": CHIYO, "edit1_how": how}
            edits |= {"edit2": last, "edit2_by": CHIYO, "edit2_how": how}
            ident = self._logged(5, self.at(-7, f"1{n}:00"), CHIYO, **edits)
            for at in (first, last) if kind else ():
                self._changed(5, at + 6, kind or Kind.RANK, CHIYO, a=ident, b=5400, c=1800)
        ends = (Kind.WORKLOG_DELETED, Kind.WORKLOG_GONE, Kind.WORKLOG_DELETED_HIDDEN)
        for n, kind in enumerate(ends):
            gone = self.at(-4, f"1{n}:00")
            ident = self._logged(5, self.at(-6, f"1{n}:00"), BRUNO, deleted=gone)
            self._changed(5, gone + 9, kind, ADA, a=ident, c=-3600)
        self._logged(5, self.at(-5, "12:00"), BRUNO, flags=RESTRICTED)
        at = self.at(-4, "17:00")
        ident = self.worklog(issue=4, at=at, author=BRUNO)
        self._changed(5, at + 4, Kind.RESOLVED_WITH_WORK, BRUNO, a=ident, b=3600, c=3600)
        self._logged(9, self.at(-8, "10:00") + 7, CUSTOMER_, flags=NO_HISTORY)

    def hide(self) -> None:
        """Issues that can't be seen, or are gone; of some of them the feed tells."""
        for number in (6, 7, 8):
            self._logged(number, self.at(-5, f"{number:02d}:00"), FAY)
            self._commented(number, self.at(-5, "10:00"), FAY)
        for number in (10, 11, 12):
            self._commented(number, self.at(-4, "10:00"), FAY)
            self._changed(number, self.at(-4, "11:00"), Kind.LABELS, FAY)

    def go_on(self) -> None:
        """What happens on the evening of the day; some of it only if told to."""
        later, changes = self.at(0, "20:00"), self.changes
        if "an issue moved" in changes:
            self._changed(10, later, Kind.MOVE, ADA, a=0, b=1, c=10)
        edited = later if "a comment was edited again" in changes else FAR
        self._commented(10, self.at(-3, "08:00"), ADA, edit1=self.at(-3, "09:00"), edit1_by=ADA,
                        edit2=edited, edit2_by=EVE)  # fmt: skip
        gone = later if "a comment was deleted" in changes else FAR
        ident = self._commented(10, self.at(-3, "10:00"), BRUNO, deleted=gone)
        if gone < FAR:
            self._changed(10, gone, Kind.COMMENT_DELETED, CHIYO, a=ident)
        edited = later if "a work log was edited again" in changes else FAR
        edits = {"edit1": self.at(-3, "12:00"), "edit1_by": ADA, "edit1_how": EDIT_TEXT}
        edits |= {"edit2": edited, "edit2_by": ADA, "edit2_how": EDIT_TEXT}
        self._logged(10, self.at(-3, "11:00"), ADA, **edits)
        gone = later if "a work log was deleted" in changes else FAR
        ident = self._logged(10, self.at(-3, "13:00"), BRUNO, deleted=gone)
        if gone < FAR:
            self._changed(10, gone + 9, Kind.WORKLOG_DELETED, CHIYO, a=ident, c=-3600)
        if "somebody joined" in changes:
            self._commented(4, later, NEW)

    def never_rest(self) -> None:
        """Something every half an hour, so that no change of clocks passes unseen."""
        begin = self.at(-32, "00:00")
        for n in range(48 * 32):
            author = (ADA, BRUNO, CHIYO, EVE)[n // 5 % 4]
            self._changed(5, begin + n * 1_800_000, Kind.LABELS, author, a=n)
