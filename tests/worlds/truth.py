"""What must the exports tell of a world? The contract's datasets, row by row.

Written from the contract alone: nothing of the app is used here, nor of the demo's own truth.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from .ledger import Ledger, issue_id
from .settling import Event, Settled, settled
from .staging import PRODUCT_NAMES, email_of
from .story import DAY_MS, Directory, Person
from .telling import Fact, told_at, visible

Row = dict[str, Any]
Names = tuple[str, str]
WIDER = DAY_MS + 3 * 60_000
KINDS = (
    "comment_created", "comment_edited", "comment_deleted", "issue_changed", "worklog_created",
    "worklog_edited", "worklog_deleted", "issue_created",
)  # fmt: skip
_BY_FEED = ("log created", "log edited")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sync:
    """One sync that was made: when, over how many days, and from when on it has kept acts."""

    at: int
    days: int
    covered_from: int


@dataclass(frozen=True)
class Truth:
    """What the exports must tell after some syncs, over `days` dates of a zone."""

    ledger: Ledger
    syncs: Sequence[Sync]
    zone: str
    days: int

    @property
    def now(self) -> int:
        return self.syncs[-1].at

    @property
    def directory(self) -> Directory:
        return self.ledger.world.directory_at(self.now)

    def date_of(self, instant: int) -> date:
        moment = _EPOCH + timedelta(milliseconds=int(instant))
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def dates(self, now: int, days: int) -> list[date]:
        """The dates of the window that ends with the date of an instant."""
        today = self.date_of(now)
        return [today - timedelta(days=n) for n in reversed(range(days))]

    # -- what was done

    @cached_property
    def _told(self) -> list[tuple[Sync, frozenset[Fact]]]:
        return [(sync, told_at(self.ledger, sync.at)) for sync in self.syncs]

    @cached_property
    def _settled(self) -> Settled:
        kept: set[Fact] = set()
        surely: set[Fact] = set()
        for sync, facts in self._told:
            told = {f for f in facts if f.at >= sync.covered_from or f.source == "log gone"}
            kept |= told
            surely |= {fact for fact in told if self._is_found(fact, sync)}
        answer = settled(surely)
        for fact in kept - surely:
            event = Event(fact.source, fact.at, fact.by, fact.issue, fact.id, fact.fields)
            answer.choices.append({(), (event,)})
        return answer

    def _is_found(self, fact: Fact, sync: Sync) -> bool:
        """Whether a sync must find it: ranks on issues that nothing else has touched for the
        whole window need not be seen, because Jira's search does not show those issues."""
        if not fact.rank_only:
            return True
        first = self.dates(sync.at, sync.days)[0]
        touches = [at for at in self.ledger.touches(fact.issue) if at <= sync.at]
        return self.date_of(max(touches)) >= first

    def wrong_activity(self, rows: Sequence[Row]) -> list[str]:
        """What is missing from the rows of an export, and what is in them but must not be."""
        told = Counter(_text(row) for row in rows)
        named = {row["issue_id"]: (row["issue_key"], row["project_key"]) for row in rows}
        due = Counter(self._texts(self._settled.events, named))
        missing, left = due - told, told - due
        wrong = [f"missing: {text}" for text in missing.elements()]
        for choice in self._settled.choices:
            answers = [Counter(self._texts(events, named)) for events in choice]
            mine = {text for answer in answers for text in answer}
            given = Counter({text: left[text] for text in mine if left[text]})
            left -= given
            if given not in answers:
                wrong.append(f"told {sorted(given)}, but right is one of {answers}")
        return wrong + [f"made up: {text}" for text in left.elements()]

    def _texts(self, events: Sequence[Event], named: Mapping[str, Names]) -> list[str]:
        first = self.dates(self.now, self.days)[0]
        return [_text(self._row(e, named)) for e in events if self.date_of(e.at) >= first]

    def _row(self, event: Event, named: Mapping[str, Names]) -> Row:
        """An event as a row."""
        right = self._names[event.issue]
        told = named.get(str(issue_id(event.issue)), ("", ""))
        key, project = told if told in right else right[0]
        return {
            "account_id": event.by, "at": _iso(event.at), "kind": event.kind,
            "issue_id": str(issue_id(event.issue)), "issue_key": key, "project_key": project,
            "fields": list(event.fields), "source_id": str(event.source_id),
        }  # fmt: skip

    @cached_property
    def _names(self) -> list[list[Names]]:
        """What each issue was called when it was last seen, its key and its project's.

        An issue of which nothing but work logs could be read has no name. Which issues a
        search finds is a matter of minutes, or of a day where it asks by days: then it may
        have one.
        """
        return [self._names_of(issue) for issue in range(len(self.ledger.world.issues))]

    def _names_of(self, issue: int) -> list[Names]:
        world, kept = self.ledger.world, [("", "")]
        for sync, facts in self._told:
            if not visible(world, world.issues[issue], sync.at):
                continue
            feed = [f.at for f in facts if f.issue == issue and f.source in _BY_FEED]
            touches = [at for at in (*self.ledger.touches(issue), *feed) if at <= sync.at]
            touched = max(touches)
            name = self.ledger.key(issue, sync.at)
            if touched >= sync.covered_from:
                kept = [name]
            elif touched >= sync.covered_from - WIDER:
                kept = [*kept, name]
        return kept

    # -- who did it; `activity` are the rows that were found right

    def daily(self, activity: Sequence[Row]) -> list[Row]:
        days: dict[date, list[Row]] = {on: [] for on in self.dates(self.now, self.days)}
        for row in activity:
            days[self.date_of(_instant(row["at"]))].append(row)
        return [self._day(on, rows) for on, rows in days.items()]

    def _day(self, on: date, rows: list[Row]) -> Row:
        counted = [row for row in rows if row["kind"] != "issue_created"]
        people = {r["account_id"] for r in counted if self._type(r["account_id"]) == "atlassian"}
        told = {"date": on.isoformat(), "active_users": len(people), "actions": len(counted)}
        return told | {kind: sum(row["kind"] == kind for row in rows) for kind in KINDS}

    def users(self, activity: Sequence[Row]) -> list[Row]:
        acted = {row["account_id"] for row in activity}
        return [
            self._user(person, [row for row in activity if row["account_id"] == person.name])
            for person in self.ledger.world.people
            if self._listed(person) or person.name in acted
        ]

    def _user(self, person: Person, rows: list[Row]) -> Row:
        counted = [row for row in rows if row["kind"] != "issue_created"]
        held = self._held(person)
        named = self._listed(person) and self.now < person.closed
        email = email_of(person.name) if named and person.email == "shown" else ""
        return {
            "account_id": person.name,
            "display_name": person.name.title() if named else "Former user",
            "email": email,
            "email_visible": email != "",
            "account_type": self._type(person.name),
            "active": named and self.now < person.deactivated,
            "licenses": sorted(k for k in held if _state(k, held) == "licensed"),
            "included_licenses": sorted(k for k in held if _state(k, held) == "included"),
            "roles": self._roles(person),
            "groups": sorted(
                group.name
                for group in self.directory.groups
                if self._is_member(person, group.name) and (group.access or group.products)
            ),
            "actions": len(counted),
            "active_days": len({self.date_of(_instant(row["at"])) for row in counted}),
            "last_active_at": max((row["at"] for row in counted), default=None),
        }

    # -- who may do what

    def access(self) -> list[Row]:
        return [
            {
                "account_id": person.name, "product_key": key, "state": _state(key, held),
                "groups": sorted(groups),
            }
            for person in self.ledger.world.people
            for held in [self._held(person)]
            for key, groups in held.items()
        ]  # fmt: skip

    def licenses(self, activity: Sequence[Row]) -> list[Row]:
        acted = {row["account_id"] for row in activity if row["kind"] != "issue_created"}
        rows = []
        for product in self.directory.products:
            licensed = {
                person.name
                for person in self.ledger.world.people
                for held in [self._held(person)]
                if product.key in held and _state(product.key, held) == "licensed"
            }
            used = self._seats_used(product.key)
            rows.append({
                "product_key": product.key,
                "product_name": PRODUCT_NAMES[product.key],
                "plan": product.plan,
                "seats": None if product.unlimited else product.seats,
                "seats_used": used,
                "seats_remaining": None if product.unlimited else product.seats - used,
                "unlimited": product.unlimited,
                "licensed_users": len(licensed),
                "active_users": len(licensed & acted),
                "inactive_users": len(licensed - acted),
            })  # fmt: skip
        return rows

    def _listed(self, person: Person) -> bool:
        return person.joined <= self.now < person.deleted

    def _type(self, account_id: str) -> str:
        """The type of an account; of one that was never listed, it is unknown."""
        if not account_id:
            return "unknown"
        person = self.ledger.world.person(account_id)
        listed = any(person.joined <= sync.at < person.deleted for sync in self.syncs)
        return person.kind if listed else "unknown"

    def _is_member(self, person: Person, group: str) -> bool:
        """Whoever closes an account leaves all groups; whoever is deactivated stays in them."""
        members = next(g.members for g in self.directory.groups if g.name == group)
        return self._listed(person) and self.now < person.closed and person.name in members

    def _held(self, person: Person) -> dict[str, set[str]]:
        """The products that a person may use, each with the groups that say so."""
        held: dict[str, set[str]] = {}
        if person.kind != "atlassian" or self.now >= person.deactivated:
            return held
        for group in self.directory.groups:
            if self._is_member(person, group.name):
                for key in group.products:
                    held.setdefault(key, set()).add(group.name)
        return held

    def _roles(self, person: Person) -> list[str]:
        world, told = self.ledger.world, self.directory
        there = self._listed(person) and self.now < person.closed
        names = {g.access for g in told.groups if self._is_member(person, g.name)} - {""}
        for role in told.roles:
            through = any(self._is_member(person, group) for group in role.groups)
            direct = there and person.name in role.people
            if role.project in world.projects and role.project not in told.archived:
                names |= {f"{role.name}@{role.project}"} if direct or through else set()
        return sorted(names)

    def _seats_used(self, key: str) -> int:
        """Jira's own count, which the demo takes at midnight (UTC) with the groups of now."""
        midnight = self.now // DAY_MS * DAY_MS
        return sum(
            person.kind == "atlassian"
            and person.joined <= midnight < min(person.deleted, person.closed, person.deactivated)
            and any(key in g.products and person.name in g.members for g in self.directory.groups)
            for person in self.ledger.world.people
        )


def _state(key: str, held: dict[str, set[str]]) -> str:
    return "included" if key == "jira-core" and len(held) > 1 else "licensed"


def _text(row: Row) -> str:
    return json.dumps(row, sort_keys=True)


def _iso(instant: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=int(instant))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{int(instant) % 1000:03d}Z"


def _instant(text: str) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)
