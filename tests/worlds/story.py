"""What happened at a site? A few people, a few issues, and everything that was done.

Only plain frozen dataclasses, so that a failing world is short, can be read, and can be pasted
into a test as it was printed. Acts name people: "" is nobody, "?" somebody without an id.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class At(int):
    """An instant in epoch milliseconds, printed as a text that can be read."""

    def __repr__(self) -> str:
        moment = _EPOCH + timedelta(milliseconds=int(self))
        return f'at("{moment:%Y-%m-%dT%H:%M:%S}.{int(self) % 1000:03d}Z")'

    def after(self, ms: int) -> At:
        return At(self + ms)


def at(text: str) -> At:
    """The instant of an ISO text."""
    return At((datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1))


LONG_AGO = at("2019-05-06T08:00:00.000Z")
NEVER = at("2099-01-01T00:00:00.000Z")


class Brief:
    """Prints only what is not as it mostly is."""

    def __repr__(self) -> str:
        told = [
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(self)  # type: ignore[arg-type]  # only told of data classes
            if getattr(self, f.name) != f.default
        ]
        return f"{type(self).__name__}({', '.join(told)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis prints of a failing example."""
        printer.text(
            repr(self).replace(" issues=(", "\n issues=(").replace(" Issue(", "\n  Issue(")
        )


@dataclass(frozen=True, repr=False)
class Person(Brief):
    """An account. Its name is its id, too."""

    name: str
    kind: str = "atlassian"  # or "app", "customer"
    email: str = "shown"  # or "absent", "null", "empty"
    joined: At = LONG_AGO
    deactivated: At = NEVER
    closed: At = NEVER  # still listed, as a former user
    deleted: At = NEVER  # no longer listed


@dataclass(frozen=True, repr=False)
class Group(Brief):
    name: str
    access: str = ""  # or "site-admin", "admin", "user"
    products: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Product(Brief):
    key: str
    plan: str = "PAID"
    seats: int = 10
    unlimited: bool = False


@dataclass(frozen=True, repr=False)
class Role(Brief):
    """A project role of one project, and who holds it there."""

    project: str
    name: str
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Directory(Brief):
    """Who may do what, as long as nobody changes it."""

    groups: tuple[Group, ...] = ()
    products: tuple[Product, ...] = ()
    roles: tuple[Role, ...] = ()
    archived: tuple[str, ...] = ()  # projects


@dataclass(frozen=True, repr=False)
class Act(Brief):
    at: At
    by: str


@dataclass(frozen=True, repr=False)
class Change(Brief):
    """A history; `what` is a key of ledger.CHANGES, or "link" to another issue."""

    at: At
    by: str
    what: str
    to: int = 0  # the other issue of a link
    old: bool = False  # its items have no fieldId
    on_behalf: bool = False


@dataclass(frozen=True, repr=False)
class Comment(Brief):
    at: At
    by: str
    edits: tuple[Act, ...] = ()  # two at most
    deleted: Act | None = None
    restricted: bool = False  # the caller cannot read it


@dataclass(frozen=True, repr=False)
class Edit(Brief):
    """An edit of a work log.

    how: "id" (a history with WorklogId), "time", "time alone" (histories without), or "text"
    (no history at all). told: milliseconds until the history.
    """

    at: At
    by: str
    how: str
    told: int = 4


@dataclass(frozen=True, repr=False)
class End(Brief):
    """A deletion of a work log; how: "whole", "hidden" or "gone" (no WorklogTimeSpent)."""

    at: At
    by: str
    how: str
    told: int = 4


@dataclass(frozen=True, repr=False)
class Worklog(Brief):
    at: At
    by: str
    told: int | None = 4  # milliseconds until the history, None where there is none
    resolving: bool = False  # a transition in the same history
    silent: bool = False  # the issue's `updated` is left alone
    edits: tuple[Edit, ...] = ()  # two at most
    deleted: End | None = None
    restricted: bool = False


@dataclass(frozen=True, repr=False)
class Crowd(Brief):
    """Many comments, or many work logs, of one person, a minute apart."""

    at: At
    by: str
    count: int


@dataclass(frozen=True, repr=False)
class Move(Brief):
    at: At
    by: str
    to: int  # the place of the project


@dataclass(frozen=True, repr=False)
class Issue(Brief):
    at: At
    by: str
    project: int = 0
    attached: bool = False  # a file uploaded at creation: no history tells of it
    changes: tuple[Change, ...] = ()
    comments: tuple[Comment, ...] = ()
    chatter: Crowd | None = None
    worklogs: tuple[Worklog, ...] = ()
    toil: Crowd | None = None
    moved: Move | None = None
    hidden: At = NEVER
    shown: At = NEVER  # visible again; whoever does that sets a label
    deleted: At = NEVER


@dataclass(frozen=True, repr=False)
class Paging(Brief):
    """How the site serves its lists: the most rows of a page, and a seed for the order."""

    issues: int = 5000
    histories: int = 10_000
    comments: int = 100
    embedded: int = 20
    worklogs: int = 1000
    users: int = 1000
    members: int = 50
    groups: int = 50
    projects: int = 100
    order: int | None = None


@dataclass(frozen=True, repr=False)
class World(Brief):
    """Everything. It is synced now, and again then; in between, the directory may change."""

    now: At
    then: At
    zone: str
    days: int
    days_then: int
    people: tuple[Person, ...]
    directory: Directory
    directory_then: Directory
    projects: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    paging: Paging = field(default=Paging())
    traps: tuple[str, ...] = ()
    seed: int = 1

    def directory_at(self, instant: int) -> Directory:
        return self.directory if instant < self.then else self.directory_then

    def person(self, name: str) -> Person:
        return next(person for person in self.people if person.name == name)
