"""What happened at the smallest sites? Three people and five issues, countable by hand; or none.

Days are counted from the date (UTC) on which the site is first looked at; later days bring one
change of labels each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jira_usage.demo import names
from jira_usage.demo.acts import (
    EDIT_TEXT,
    EDIT_TIME,
    EDIT_WITH_ID,
    NO_BUMP,
    NO_HISTORY,
    NOBODY,
    ON_BEHALF,
    RESTRICTED,
    Kind,
    Life,
    empty_life,
)
from jira_usage.demo.company import APP, Company, Group, Identity, People, Product, Project, Role
from jira_usage.demo.pen import Pen
from jira_usage.demo.workdays import DAY, FAR

ADA, BRUNO, CHIYO, ROBOT = range(4)
_USERS, _OLD_USERS, _ADMINS, _BUILDERS = range(4)


def build(size: str, seed: int, today: int) -> tuple[Company, Life]:
    """The company and the life of a "tiny" or "empty" site."""
    if size == "empty":
        return _company(seed, 1), empty_life()
    return _company(seed, 3), _write(today)


def _company(seed: int, count: int) -> Company:
    from jira_usage.demo.catalog import group_id

    slots = [*range(count), ROBOT]
    n = len(slots)
    bits = {
        ADA: 1 << _USERS | 1 << _OLD_USERS | 1 << _ADMINS,
        BRUNO: 1 << _USERS,
        CHIYO: 1 << _USERS | 1 << _BUILDERS,
        ROBOT: 1 << _USERS,
    }
    people = People(
        slot=np.array(slots, np.int32),
        start=np.full(n, 10 * DAY),
        end=np.full(n, FAR),
        kind=np.array([APP if s == ROBOT else 0 for s in slots], np.uint8),
        office=np.array([s % 3 for s in slots], np.uint8),
        team=np.full(n, -1, np.int32),
        groups=np.array([bits[s] for s in slots], np.uint64),
        luck=np.array([7919 * (s + 1) + seed for s in slots], np.uint64),
        mail=np.array([{CHIYO: 2, ROBOT: 1}.get(s, 0) for s in slots], np.uint8),
        dropped=np.full(n, FAR),
        closed=np.full(n, FAR),
    )
    domain = "atelier.example"
    special = {
        ADA: Identity("5b10ac8d82e05b22cc7d4ef5", "Ada Lindqvist", f"ada.lindqvist@{domain}"),
        BRUNO: Identity(
            "557058:2ceed135-0000-4000-8000-000000000001", "Bruno Costa", f"bruno.costa@{domain}"
        ),
        CHIYO: Identity("712020:11553112-0000-4000-8000-000000000002", "Chiyo Tanaka"),
        ROBOT: Identity(names.ROBOTS[0][0], names.ROBOTS[0][1]),
    }
    soft, core = "jira-software", "jira-core"
    groups = [
        Group("jira-users-atelier", group_id(seed, 0), "user", (soft, core), _USERS),
        Group("jira-software-users", group_id(seed, 1), "user", (soft,), _OLD_USERS),
        Group("site-admins", group_id(seed, 2), "site-admin", (), _ADMINS),
        Group("builders", group_id(seed, 3), None, (), _BUILDERS),
    ]
    products = [
        Product(soft, "Jira", "PAID", 10, False, "jira-users-atelier"),
        Product(core, "Jira Work Management", "FREE", -1, True, "jira-users-atelier"),
    ]
    roles = (
        Role(10_002, "Administrators", (), (ADA,)),
        Role(10_004, "Developers", ("builders",), (BRUNO,)),
    )
    projects = [
        Project(10_000, "APP", "Atelier App", "software", roles, ADA, 10),
        Project(10_001, "OPS", "Operations", "software", (), ADA, 10),
    ]
    return Company(
        name="Atelier",
        domain=domain,
        seed=seed,
        people=people,
        groups=groups,
        products=products,
        projects=projects if count > 1 else [],
        admin=0,
        former=[],
        stand_in=0,
        special=special,
    )


class _Diary(Pen):
    """Writes acts with what they leave behind; days are counted from the first, times "HH:MM"."""

    def __init__(self, today: int) -> None:
        super().__init__()
        self.today = today

    def at(self, day: int, time: str) -> int:
        hours, minutes = time.split(":")
        return (self.today + day) * DAY + (int(hours) * 60 + int(minutes)) * 60_000

    def opened(self, number: int, day: int, time: str, creator: int, **more: Any) -> int:
        told = {"number": number, "number_after": number, "created": self.at(day, time)}
        return self.issue(**(told | {"creator": creator} | more))

    def changed(
        self, issue: int, at: int, kind: Kind, author: int, a: int = 0, b: int = 0, c: int = 0,
        flags: int = 0,
    ) -> None:  # fmt: skip
        self.history(issue=issue, at=at, kind=kind, author=author, a=a, b=b, c=c, flags=flags)

    def commented(
        self, issue: int, at: int, author: int, edit: int = FAR, by: int = 0, deleted: int = FAR,
        deleter: int = 0,
    ) -> None:  # fmt: skip
        ident = self.comment(
            issue=issue, at=at, author=author, edit1=edit, edit1_by=by, deleted=deleted
        )
        if deleted < FAR:
            self.changed(issue, deleted, Kind.COMMENT_DELETED, deleter, ident)

    def logged(
        self, issue: int, at: int, author: int, edit: int = FAR, how: int = 0,
        deleted: int = FAR, gone: Kind = Kind.WORKLOG_DELETED, flags: int = 0,
    ) -> None:  # fmt: skip
        ident = self.worklog(
            issue=issue, at=at, author=author, edit1=edit, edit1_by=author, edit1_how=how,
            deleted=deleted, flags=flags,
        )  # fmt: skip
        if not flags & NO_HISTORY:
            self.changed(issue, at + 4, Kind.WORKLOG_ADDED, author, ident, 3600, 3600)
        if edit < FAR and how != EDIT_TEXT:
            kind = Kind.WORKLOG_EDITED if how == EDIT_WITH_ID else Kind.WORKLOG_RETIMED
            self.changed(issue, edit + 6, kind, author, ident, 5400, 1800)
        if deleted < FAR:
            self.changed(issue, deleted + 9, gone, author, ident, 0, -3600)


def _write(today: int) -> Life:
    pen = _Diary(today)
    at = pen.at

    one = pen.opened(1, -400, "09:00", BRUNO)
    pen.commented(one, at(-399, "10:00"), BRUNO, edit=at(-10, "09:00"), by=CHIYO)
    pen.commented(one, at(-12, "15:00"), CHIYO, deleted=at(-11, "08:30"), deleter=ADA)

    two = pen.opened(2, -300, "11:00", BRUNO)
    pen.logged(two, at(-5, "16:00"), CHIYO, flags=NO_HISTORY | NO_BUMP)

    three = pen.opened(
        3, -25, "13:00", ADA, moved=at(-13, "14:00"), project_after=1, number_after=1
    )
    pen.changed(three, at(-13, "14:00"), Kind.MOVE, ADA, 0, 1, 3)

    four = pen.opened(4, -20, "09:00", ADA, assignee=ADA)
    pen.changed(four, at(-20, "09:30"), Kind.STATUS, ADA, 0, 1)
    pen.commented(four, at(-19, "10:00"), BRUNO, edit=at(-18, "11:00"), by=ADA)
    pen.changed(four, at(-17, "10:00"), Kind.ASSIGNEE, BRUNO, ADA, BRUNO)
    pen.logged(four, at(-16, "12:00"), CHIYO, edit=at(-15, "12:00"), how=EDIT_WITH_ID)
    pen.changed(four, at(-14, "03:00"), Kind.LABELS, ROBOT, 5, flags=ON_BEHALF)
    pen.changed(four, at(-2, "17:00"), Kind.STATUS, BRUNO, 2, 3)

    five = pen.opened(5, -8, "10:00", CHIYO)
    pen.changed(five, at(-7, "10:00"), Kind.LINK, ADA, 10_001, 0, 0)
    pen.changed(one, at(-7, "10:00"), Kind.LINK, ADA, 10_005, 1, 0)
    pen.changed(five, at(-7, "10:05"), Kind.RANK, ADA)
    pen.changed(five, at(-6, "11:00"), Kind.PRIORITY, NOBODY, 1)
    pen.logged(five, at(-6, "14:00"), BRUNO, deleted=at(-5, "14:00"))
    pen.logged(five, at(-6, "15:00"), BRUNO, deleted=at(-4, "15:00"), gone=Kind.WORKLOG_GONE)
    pen.logged(five, at(-6, "16:00"), CHIYO, edit=at(-3, "09:00"), how=EDIT_TEXT)
    pen.logged(five, at(-5, "09:00"), ADA, edit=at(-3, "10:00"), how=EDIT_TIME)
    pen.logged(five, at(-5, "12:00"), BRUNO, flags=RESTRICTED)
    pen.commented(five, at(0, "00:05"), CHIYO)

    pen.commented(four, at(1, "10:00"), BRUNO)
    pen.changed(five, at(1, "11:00"), Kind.SUMMARY, ADA, 3)
    for day in range(2, 1200):
        pen.changed(four, at(day, "10:00"), Kind.LABELS, BRUNO, day)
    return pen.life()
