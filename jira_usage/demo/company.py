"""Who is there: people, groups, products, projects and roles of a company, at any instant."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import numpy as np

from jira_usage.demo import names
from jira_usage.demo.acts import NOBODY
from jira_usage.demo.chance import Column, one
from jira_usage.demo.workdays import OFFICES

ATLASSIAN, APP, CUSTOMER, UNKNOWN = 0, 1, 2, 3
ACCOUNT_TYPES = ("atlassian", "app", "customer", "unknown")
MAIL_SHOWN, MAIL_ABSENT, MAIL_NULL, MAIL_EMPTY = 0, 1, 2, 3


@dataclass
class People:
    """One row per person and tenure, by slot (the chair they sit on), then start."""

    slot: Column
    start: Column
    end: Column
    kind: Column
    office: Column
    team: Column
    groups: Column  # a bit per group with a bit
    luck: Column  # the hash that name and account id are made of
    mail: Column
    dropped: Column  # from then on no longer in users/search
    closed: Column  # from then on a "Former user"

    def __len__(self) -> int:
        return len(self.slot)


@dataclass(frozen=True)
class Identity:
    """A name or an account id that is not made by chance."""

    account_id: str | None = None
    display_name: str | None = None
    email: str | None = None
    app_type: str | None = None


@dataclass(frozen=True)
class Group:
    """A group; its members are those with its bit, or those of its team."""

    name: str
    group_id: str
    access: str | None = None
    products: tuple[str, ...] = ()
    bit: int = -1
    team: int = -1


@dataclass(frozen=True)
class Product:
    """An application role; seats is what numberOfSeats says, even where unlimited."""

    key: str
    name: str
    plan: str
    seats: int
    unlimited: bool
    default_group: str
    pending: int = 0  # seats held back by open invitations


@dataclass(frozen=True)
class Role:
    """A project role as seen in one project, and who holds it there."""

    id: int
    name: str
    groups: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()


@dataclass(frozen=True)
class Project:
    """A project; stride is how many issue numbers a day may use."""

    id: int
    key: str
    name: str
    type: str
    roles: tuple[Role, ...]
    lead: int  # a slot
    stride: int
    archived: bool = False
    team_managed: bool = False


@dataclass
class Company:
    """A company; rows of people are valid as long as this object lives."""

    name: str
    domain: str
    seed: int
    people: People
    groups: list[Group]
    products: list[Product]
    projects: list[Project]
    admin: int
    former: list[int]
    stand_in: int  # acts while a chair is empty
    special: dict[int, Identity] = field(default_factory=dict)  # by slot

    def __post_init__(self) -> None:
        self._keys = (self.people.slot.astype(np.int64) << 42) + np.maximum(self.people.start, 0)
        self.group_by_id = {g.group_id: g for g in self.groups}
        self.group_by_name = {g.name: g for g in self.groups}
        self._names: dict[int, str] = {}
        self._account_ids: dict[int, str] = {}
        self._by_account_id: dict[str, int] | None = None

    # -- who sits where

    def occupants(self, slots: Column, at: Column) -> Column:
        """The person on each chair at each instant; where there is none, somebody plausible."""
        people = self.people
        wanted = (slots.astype(np.int64) << 42) + np.maximum(at, 0)
        row = np.searchsorted(self._keys, wanted, side="right") - 1
        row = np.maximum(row, 0)
        held = (people.slot[row] == slots) & (people.end[row] > at)
        earlier = people.slot[row] != slots
        former = np.asarray(self.former or [self.stand_in])
        other = np.where(earlier, former[slots % len(former)], self.stand_in)
        return np.where(slots < 0, NOBODY, np.where(held, row, other)).astype(np.int32)

    def present(self, now: int) -> Column:
        """A mask: accounts that users/search lists at that instant."""
        people = self.people
        there: Column = (people.start <= now) & (people.dropped > now)
        return there

    def active(self, now: int) -> Column:
        there: Column = (self.people.end > now) & (self.people.closed > now)
        return there

    def members(self, group: Group, now: int) -> Column:
        """A mask of people: members of a group, inactive ones too."""
        people = self.people
        there: Column = self.present(now) & (people.closed > now)
        if group.bit >= 0:
            there &= ((people.groups >> np.uint64(group.bit)) & np.uint64(1)).astype(bool)
        else:
            there &= (people.team == group.team) & (people.kind == ATLASSIAN)
        return there

    def groups_of(self, person: int, now: int) -> list[Group]:
        """The groups of one person, without asking every group for all its members."""
        people = self.people
        there = people.start[person] <= now < min(people.dropped[person], people.closed[person])
        bits, team = int(people.groups[person]), int(people.team[person])
        staff = people.kind[person] == ATLASSIAN
        return [
            g
            for g in self.groups
            if there and (bits >> g.bit & 1 if g.bit >= 0 else staff and g.team == team)
        ]

    def holders(self, slot: int, now: int) -> list[int]:
        """People named directly in a role: who sits there now, and who left lately."""
        people = self.people
        rows = np.flatnonzero(
            (people.slot == slot)
            & (people.start <= now)
            & (people.end > now - 200 * 86_400_000)
            & (people.closed > now)
            & (people.dropped > now)
        )
        return [int(r) for r in rows]

    # -- what they are called

    def account_id(self, person: int) -> str:
        known = self._account_ids.get(person)
        if known is None:
            known = self._account_ids[person] = self._make_account_id(person)
        return known

    def _make_account_id(self, person: int) -> str:
        people = self.people
        special = self.special.get(int(people.slot[person]))
        if special is not None and special.account_id:
            return special.account_id
        h = int(people.luck[person])
        g = one(self.seed, 51, h & 0x7FFFFFFF)
        hexes = f"{h:016x}{g:016x}"
        uuid = f"{hexes[:8]}-{hexes[8:12]}-4{hexes[13:16]}-a{hexes[17:20]}-{hexes[20:32]}"
        if people.kind[person] == CUSTOMER:
            return f"qm:{one(self.seed, 52, 1):016x}-{g % 9999}:{uuid}"
        form = h % 10
        if form < 5:
            return f"712020:{uuid}"
        if form < 7:
            return f"557058:{uuid}"
        return f"5{hexes[1:24]}"

    def person_of(self, account_id: str) -> int | None:
        if self._by_account_id is None:
            self._by_account_id = {self.account_id(p): p for p in range(len(self.people))}
        return self._by_account_id.get(account_id)

    def real_name(self, person: int) -> str:
        """The name before the account was closed."""
        known = self._names.get(person)
        if known is None:
            known = self._names[person] = self._make_name(person)
        return known

    def _make_name(self, person: int) -> str:
        people = self.people
        special = self.special.get(int(people.slot[person]))
        if special is not None and special.display_name:
            return special.display_name
        h = int(people.luck[person])
        region = int(people.office[person]) % len(OFFICES)
        if h % 7 == 0:  # somebody who moved
            region = (h >> 8) % len(OFFICES)
        first = FIRST[region][(h >> 16) % len(FIRST[region])]
        last = LAST[region][(h >> 32) % len(LAST[region])]
        return f"{first} {last}"

    def display_name(self, person: int, now: int) -> str:
        if self.people.closed[person] <= now or self.people.dropped[person] <= now:
            return "Former user"
        return self.real_name(person)

    def email(self, person: int, now: int) -> str | None:
        """The address as the site knows it, shown or not; None where there is none."""
        people = self.people
        if people.closed[person] <= now:
            return None
        special = self.special.get(int(people.slot[person]))
        if special is not None and (special.email or special.account_id):
            return special.email
        if people.kind[person] not in (ATLASSIAN, CUSTOMER):
            return None
        h = int(people.luck[person])
        plain = [_ascii(part) for part in self.real_name(person).split()]
        local = ".".join(part for part in plain if part) or "user"
        domain = self.domain if people.kind[person] == ATLASSIAN else "customer.example"
        return f"{local}{h % 97 if h % 3 == 0 else ''}@{domain}".lower()

    def shown_email(self, person: int, now: int) -> str:
        """The address that others may see, "" where it is hidden."""
        if self.people.mail[person] != MAIL_SHOWN:
            return ""
        return self.email(person, now) or ""


FIRST = [text.split() for text in names.FIRST]
LAST = [text.split() for text in names.LAST]

_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ł": "l", "Ł": "L"})


def _ascii(text: str) -> str:
    kept = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(ch for ch in kept if ch.isascii() and (ch.isalnum() or ch == "-"))
