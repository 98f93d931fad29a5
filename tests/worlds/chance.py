"""Which worlds are worth a look? Small ones, in which much happens near the nasty places.

Nasty are midnights and changes of clocks in the world's zone, the edges of windows, the minute
before a sync, and acts in the same millisecond or about two seconds apart. Every act lies near
one of a few beats, so that acts meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from .ledger import CHANGES
from .story import (
    DAY_MS,
    LONG_AGO,
    NEVER,
    Act,
    At,
    Change,
    Comment,
    Crowd,
    Directory,
    Edit,
    End,
    Group,
    Issue,
    Move,
    Paging,
    Person,
    Product,
    Role,
    Worklog,
    World,
    at,
)

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # half an hour
    "Australia/Lord_Howe",  # clocks change by half an hour
    "America/Havana",  # a midnight that comes twice
    "America/Santiago",  # a midnight that is skipped
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
NAMES = ("ada", "bo", "cleo", "dag", "eve", "fay", "gil")
PROJECTS = ("APP", "OPS", "WEB", "LAB")
STEPS = (
    DAY_MS, 1, 999, 30 * SECOND, MINUTE, 61 * SECOND, HOUR, 11 * HOUR, 13 * HOUR, 26 * HOUR,
    3 * DAY_MS, 8 * DAY_MS, 29 * DAY_MS, 33 * DAY_MS,
)  # fmt: skip
OFFSETS = (
    0, 1, -1, 2 * SECOND, 2001, -2 * SECOND, -2001, 999, 1000, 1999, -1999, 60 * SECOND,
    -59_999, -61 * SECOND, HOUR, -HOUR, 12 * HOUR, -12 * HOUR,
)  # fmt: skip
TOLD = (4, 0, 900, 1999, 2000, 2001, 2500, -1, -1999, -2000, -2001)
# Traps after which nothing is missing; those that make a client wait are left to other tests.
TRAPS = (
    "duplicate_histories", "newest_comments", "short_pages", "bulkfetch_cap_1000",
    "no_issue_bulkfetch", "colon_offsets", "iso_bulkfetch", "repeated_token", "token_expires",
    "empty_page", "embeds_none", "bulk_leaves_out", "mixed_offsets", "number_ids",
    "no_comment_list", "comment_list_cut",
)  # fmt: skip
ROLES = ("Administrators", "Developers")
ADMINS = Group("admins", "site-admin", (), ("ada",))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _at(moment: datetime) -> At:
    return At((moment - _EPOCH) // timedelta(milliseconds=1))


@cache
def clock_changes(zone: str) -> tuple[At, ...]:
    """The instants of 2026 and of a month around it at which a zone's clocks change."""
    name, found = ZoneInfo(zone), []
    hour = datetime(2025, 12, 1, tzinfo=UTC)
    while hour < datetime(2027, 2, 1, tzinfo=UTC):
        later = hour + timedelta(minutes=30)
        if hour.astimezone(name).utcoffset() != later.astimezone(name).utcoffset():
            found.append(_at(later))
        hour = later
    return tuple(found)


def midnight(zone: str, instant: At, days_before: int) -> At:
    """The midnight that begins a date: that of an instant, or one some days before."""
    here = (_EPOCH + timedelta(milliseconds=int(instant))).astimezone(ZoneInfo(zone)).date()
    return _at(datetime.combine(here - timedelta(days_before), time(), ZoneInfo(zone)))


@st.composite
def nows(draw: st.DrawFn, zone: str) -> At:
    """When a site is synced first."""
    plain = at("2026-11-18T15:20:31.417Z")
    day = date(2026, 1, 1) + timedelta(draw(st.integers(0, 364)) if draw(st.booleans()) else 321)
    near = [plain, _at(datetime.combine(day, time(), ZoneInfo(zone)))]
    near += [change.after(days * DAY_MS) for change in clock_changes(zone) for days in (0, 1, 29)]
    return draw(st.sampled_from(near)).after(draw(st.sampled_from(OFFSETS)))


@st.composite
def beats(draw: st.DrawFn, zone: str, now: At, then: At, windows: Sequence[int]) -> At:
    """An instant near which something happens, of the last two months."""
    end = draw(st.sampled_from((now, then)))
    days = draw(st.sampled_from(windows))
    edges = [
        end.after(-2 * HOUR),
        end,
        now.after(-HOUR),
        midnight(zone, end, days - 1),
        end.after(-(days + 1) * DAY_MS),
        end.after(-MINUTE),
        now.after((then - now) // 2),
    ]
    edges += [c for c in clock_changes(zone) if now - 45 * DAY_MS < c <= then]
    edges.append(midnight(zone, end, draw(st.integers(0, 45))))
    edges.append(end.after(-draw(st.integers(0, 45 * 24)) * HOUR))
    return draw(st.sampled_from(edges)).after(draw(st.sampled_from(OFFSETS)))


class _Dice:
    """Draws the parts of one world."""

    def __init__(self, draw: st.DrawFn, moments: Sequence[At], now: At, then: At) -> None:
        self.draw, self.moments, self.now, self.then = draw, moments, now, then
        self.people: tuple[Person, ...] = ()

    def one(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def rarely(self, times: int = 8) -> bool:
        """True in one of that many cases."""
        return bool(self.draw(st.integers(0, times - 1)) == times - 1)

    def moment(self, earliest: At = LONG_AGO) -> At:
        """An instant near a beat, not before the earliest; what nobody would see is mirrored."""
        found = self.one(*self.moments).after(self.one(*OFFSETS))
        if found > self.then.after(SECOND):
            found = self.then.after(self.then - found)
        return max(found, earliest)

    def actor(self, instant: At) -> str:
        """Somebody who has joined by then, or at times nobody who is named."""
        there = [person.name for person in self.people if person.joined <= instant]
        return self.one("", "?") if self.rarely(12) else self.one(*there)

    def few(self, make: Any, most: int) -> tuple[Any, ...]:
        """None to some of a kind, mostly few."""
        return tuple(make() for _ in range(self.draw(st.integers(0, most))))

    # -- people

    def person(self, name: str) -> Person:
        kind = self.one("atlassian", "atlassian", "atlassian", "app", "customer")
        email = "absent" if kind == "app" else self.one("shown", "absent", "null", "empty")
        joined = self.moment() if self.rarely(4) else LONG_AGO
        deactivated = self.moment(joined) if self.rarely(4) else NEVER
        closed = self.moment(joined) if self.rarely() else NEVER
        deleted = self.moment(joined) if self.rarely() else NEVER
        return Person(name, kind, email, joined, deactivated, closed, deleted)

    def some_people(self) -> tuple[str, ...]:
        return tuple(person.name for person in self.people if self.draw(st.booleans()))

    def directory(self) -> Directory:
        products = tuple(
            Product(key, self.one("PAID", "FREE"), self.one(10, 3, 35_000), self.rarely(3))
            for key in ("jira-software", "jira-core", "jira-servicedesk")
            if self.draw(st.booleans())
        )
        keys = [product.key for product in products]
        groups = tuple(
            Group(
                name,
                self.one("", "user", "admin", "site-admin"),
                tuple(key for key in keys if self.draw(st.booleans())),
                self.some_people(),
            )
            for name in ("users", "staff", "=guests")[: self.draw(st.integers(0, 3))]
        )
        return Directory((ADMINS, *groups), products)

    def roles(self, directory: Directory, projects: Sequence[str]) -> Directory:
        names = tuple(group.name for group in directory.groups)
        roles = tuple(
            Role(
                project,
                name,
                self.some_people(),
                tuple(group for group in names if self.draw(st.booleans())),
            )
            for project in projects
            for name in ROLES
            if self.rarely(4)
        )
        archived = tuple(project for project in projects if self.rarely(10))
        return replace(directory, roles=roles, archived=archived)

    # -- issues

    def issue(self, place: int, created: Sequence[At], projects: int) -> Issue:
        born = created[place]
        project = self.draw(st.integers(0, projects - 1))
        moved = None
        if projects > 1 and self.rarely(6):
            when = self.moment(born)
            moved = Move(when, self.actor(when), (project + 1) % projects)
        hidden = self.moment(born) if self.rarely(10) else NEVER
        shown = self.moment(hidden) if hidden < NEVER and self.rarely(2) else NEVER
        return Issue(
            born,
            self.actor(born),
            project,
            attached=self.rarely(4),
            changes=self.few(lambda: self.change(place, created), 5),
            comments=self.few(lambda: self.comment(born), 4),
            chatter=self.crowd(born, (21, 25, 19, 101, 130)) if self.rarely(10) else None,
            worklogs=self.few(lambda: self.worklog(born), 3),
            toil=self.crowd(born, (21, 3, 30)) if self.rarely(16) else None,
            moved=moved,
            hidden=hidden,
            shown=shown,
            deleted=self.moment(born) if self.rarely(10) else NEVER,
        )

    def change(self, place: int, created: Sequence[At]) -> Change:
        what = self.one(*CHANGES, "link", "rank")
        other = self.draw(st.integers(0, len(created) - 1)) if what == "link" else 0
        if what == "link" and other == place:
            what = "parent"
        when = self.moment(max(created[place], created[other] if what == "link" else LONG_AGO))
        old, on_behalf = self.rarely(3), what == "labels" and self.rarely(4)
        return Change(when, self.actor(when), what, other, old, on_behalf)

    def comment(self, born: At) -> Comment:
        when = self.moment(born) if self.rarely(2) else born.after(MINUTE)
        edits, last = [], when
        for _ in range(self.draw(st.integers(0, 2))):
            last = self.moment(last)
            edits.append(Act(last, self.actor(last)))
        deleted = None
        if self.rarely(5):
            last = self.moment(last)
            deleted = Act(last, self.actor(last))
        return Comment(when, self.actor(when), tuple(edits), deleted, self.rarely(12))

    def worklog(self, born: At) -> Worklog:
        at_creation = self.rarely(5)
        when = born if at_creation else self.moment(born)
        who = self.actor(when)
        edits, last = [], when
        for _ in range(self.draw(st.integers(0, 2))):
            last = self.moment(last)
            how = self.one("time alone", "time", "id", "text")
            edits.append(Edit(last, self.editor(who, last), how, self.one(*TOLD)))
        deleted = None
        if self.rarely(3):
            told_last = last.after(edits[-1].told if edits else 0)
            last = self.moment(last.after(1))
            how = self.one("whole", "gone", "hidden")
            told = max(self.one(*TOLD), told_last - last)
            deleted = End(last, self.editor(who, last), how, told)
        silent = self.rarely(8)
        return Worklog(
            when,
            who,
            told=None if at_creation or silent else self.one(*TOLD),
            resolving=self.rarely(6),
            silent=silent,
            edits=tuple(edits),
            deleted=deleted,
            restricted=self.rarely(10),
        )

    def editor(self, author: str, instant: At) -> str:
        return author if self.draw(st.booleans()) else self.actor(instant)

    def crowd(self, born: At, counts: tuple[int, ...]) -> Crowd:
        when = self.one(born, self.moment(born))
        return Crowd(when, self.actor(when), self.one(*counts))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world, its first sync, and a later one."""
    zone = draw(st.sampled_from(ZONES))
    now = draw(nows(zone))
    then = now.after(draw(st.sampled_from(STEPS)))
    days = draw(st.sampled_from((30, 7, 30, 1, 2, 14, 45)))
    days_then = draw(st.sampled_from((days, days, days, days + 1, 1, 30)))
    moments = draw(st.lists(beats(zone, now, then, (days, days_then)), min_size=1, max_size=6))
    dice = _Dice(draw, moments, now, then)
    ada = Person("ada")
    count = draw(st.integers(1, len(NAMES)))
    dice.people = (ada, *(dice.person(name) for name in NAMES[1:count]))
    projects = PROJECTS[: draw(st.integers(1, len(PROJECTS)))]
    first = dice.roles(dice.directory(), projects)
    second = dice.roles(dice.directory(), projects) if dice.rarely(2) else first
    created = [
        LONG_AGO.after(n * HOUR) if draw(st.booleans()) else dice.moment()
        for n in range(draw(st.integers(1, 8)))
    ]
    issues = tuple(dice.issue(n, created, len(projects)) for n in range(len(created)))
    return World(
        now,
        then,
        zone,
        days,
        days_then,
        dice.people,
        first,
        second,
        projects,
        issues,
        paging=draw(pagings()) if draw(st.booleans()) else Paging(),
        traps=tuple(sorted(draw(st.frozensets(st.sampled_from(TRAPS), max_size=3)))),
        seed=draw(st.integers(1, 99)),
    )


def pagings() -> st.SearchStrategy[Paging]:
    """Pages of few rows, in an order that nothing promises."""
    return st.builds(
        Paging,
        issues=st.integers(1, 5),
        histories=st.integers(1, 7),
        comments=st.integers(3, 10),
        embedded=st.sampled_from((20, 1, 2, 5)),
        worklogs=st.integers(1, 3),
        users=st.integers(1, 5),
        members=st.integers(1, 3),
        groups=st.integers(1, 2),
        projects=st.integers(1, 2),
        order=st.none() | st.integers(0, 9),
    )
