"""What should a client find out? The public contract's datasets, straight from the acts.

Nothing here reads an answer: the rules are applied to what was done, so that answers and clients
can be checked against it. Only that is in which a perfect client could know with the caller's
permissions, in a first full sync at this instant, having searched for issues updated since a day
before the window and having read the feeds of work logs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from jira_usage.demo.acts import NAMELESS, NOBODY
from jira_usage.demo.company import ACCOUNT_TYPES, ATLASSIAN, Company
from jira_usage.demo.desk import Desk
from jira_usage.demo.licensing import counted_users
from jira_usage.demo.times import from_ms, to_ms, utc_text
from jira_usage.demo.truth_events import Event, events_between

Row = dict[str, Any]

KINDS = (
    "comment_created", "comment_edited", "comment_deleted", "issue_changed", "worklog_created",
    "worklog_edited", "worklog_deleted", "issue_created",
)  # fmt: skip


def datasets(desk: Desk, days: int, timezone: str, project_roles: bool) -> dict[str, list[Row]]:
    """The datasets of the contract; instants as text, what is unknown as None."""
    zone = ZoneInfo(timezone)
    now = desk.world.now
    today = from_ms(now, zone).date()
    dates = [today - timedelta(days=days - 1 - i) for i in range(days)]
    first = dates[0]
    start = to_ms(datetime(first.year, first.month, first.day, tzinfo=zone))
    events = events_between(desk, start)
    names = _Names(desk.world.company)
    day_of = _Days(zone)

    activity = _activity(desk, names, events)
    acts: dict[int, list[Event]] = {}
    for event in events:
        if event.kind != "issue_created" and event.person not in (NOBODY, NAMELESS):
            acts.setdefault(event.person, []).append(event)
    seen = {e.person for e in events if e.person not in (NOBODY, NAMELESS)}
    holds = _products_held(desk)
    return {
        "users": _users(desk, names, acts, seen, holds, day_of, project_roles),
        "licenses": _licenses(desk, acts, holds),
        "access": _access(desk, names, holds),
        "activity": activity,
        "daily": _daily(desk, events, dates, day_of),
    }


class _Names:
    """Account ids by person."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def __call__(self, person: int) -> str:
        return "" if person in (NOBODY, NAMELESS) else self.company.account_id(person)


class _Days:
    """The date of an instant in a zone, each hour looked up once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._quarters: dict[int, str] = {}

    def __call__(self, at: int) -> str:
        quarter = at // 900_000
        known = self._quarters.get(quarter)
        if known is None:
            on = from_ms(quarter * 900_000, self.zone).date()
            known = self._quarters[quarter] = on.isoformat()
        return known


def _activity(desk: Desk, names: _Names, events: list[Event]) -> list[Row]:
    """One row per event; keys are empty where the issue cannot be seen."""
    world, readable = desk.world, desk.readable()
    issues = {}
    for row in {event.issue for event in events}:
        shown = (world.key(row), world.project_of(row).key) if readable[row] else ("", "")
        issues[row] = (str(int(world.issues.id[row])), *shown)
    rows = []
    for person, at, kind, issue, fields, source_id in events:
        issue_id, key, project_key = issues[issue]
        rows.append({
            "account_id": names(person), "at": utc_text(at), "kind": kind, "issue_id": issue_id,
            "issue_key": key, "project_key": project_key, "fields": list(fields),
            "source_id": str(source_id),
        })  # fmt: skip
    return sorted(rows, key=lambda r: (r["at"], r["kind"], r["source_id"]))


def _products_held(desk: Desk) -> dict[int, dict[str, list[str]]]:
    """Who holds which product through which groups: active people of type atlassian."""
    held: dict[int, dict[str, list[str]]] = {}
    if "ADMINISTER" in desk.denied:
        return held
    world = desk.world
    company, now = world.company, world.now
    counts = company.active(now) & (company.people.kind == ATLASSIAN)
    for group in sorted(company.groups, key=lambda g: g.name):
        if not group.products:
            continue
        for person in np.flatnonzero(company.members(group, now) & counts).tolist():
            for key in group.products:
                held.setdefault(person, {}).setdefault(key, []).append(group.name)
    return held


def _state(key: str, held: dict[str, list[str]]) -> str:
    return "included" if key == "jira-core" and len(held) > 1 else "licensed"


def _access(desk: Desk, names: _Names, holds: dict[int, dict[str, list[str]]]) -> list[Row]:
    rows = [
        {
            "account_id": names(person), "product_key": key, "state": _state(key, held),
            "groups": groups,
        }
        for person, held in holds.items()
        for key, groups in held.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (r["account_id"], r["product_key"]))


def _licenses(
    desk: Desk, acts: dict[int, list[Event]], holds: dict[int, dict[str, list[str]]]
) -> list[Row]:
    if "ADMINISTER" in desk.denied:
        return []
    rows = []
    for product in sorted(desk.world.company.products, key=lambda p: p.key):
        licensed = [
            person
            for person, held in holds.items()
            if product.key in held and _state(product.key, held) == "licensed"
        ]
        working = sum(1 for person in licensed if person in acts)
        used = counted_users(desk.world, product)
        rows.append(
            {
                "product_key": product.key,
                "product_name": product.name,
                "plan": product.plan,
                "seats": None if product.unlimited else product.seats,
                "seats_used": used,
                "seats_remaining": None
                if product.unlimited
                else product.seats - used - product.pending,
                "unlimited": product.unlimited,
                "licensed_users": len(licensed),
                "active_users": working,
                "inactive_users": len(licensed) - working,
            }
        )
    return rows


def _users(
    desk: Desk, names: _Names, acts: dict[int, list[Event]], seen: set[int],
    holds: dict[int, dict[str, list[str]]], day_of: _Days, project_roles: bool,
) -> list[Row]:  # fmt: skip
    world = desk.world
    company, now = world.company, world.now
    may_browse = "BROWSE_USERS" not in desk.denied
    present = company.present(now)
    listed = {int(p) for p in np.flatnonzero(present)} if may_browse else set()
    groups, roles = _groups_and_roles(desk, project_roles)
    rows = []
    for person in sorted(listed | seen, key=names):
        known = bool(present[person])
        mine = acts.get(person, [])
        held = holds.get(person, {})
        email = company.shown_email(person, now) if known else ""
        rows.append(
            {
                "account_id": names(person),
                "display_name": company.display_name(person, now),
                "email": email,
                "email_visible": bool(email),
                "account_type": ACCOUNT_TYPES[company.people.kind[person]] if known else "unknown",
                "active": bool(known and company.active(now)[person]),
                "licenses": sorted(k for k in held if _state(k, held) == "licensed"),
                "included_licenses": sorted(k for k in held if _state(k, held) == "included"),
                "roles": sorted(roles.get(person, ())),
                "groups": sorted(groups.get(person, ())),
                "actions": len(mine),
                "active_days": len({day_of(e.at) for e in mine}),
                "last_active_at": utc_text(max(e.at for e in mine)) if mine else None,
            }
        )
    return rows


def _groups_and_roles(
    desk: Desk, project_roles: bool
) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Groups that grant access or administration, and roles, by person; inactive ones too."""
    world = desk.world
    company, now = world.company, world.now
    groups: dict[int, set[str]] = {}
    roles: dict[int, set[str]] = {}
    may_browse = "BROWSE_USERS" not in desk.denied
    may_administer = "ADMINISTER" not in desk.denied
    members: dict[str, list[int]] = {}

    def of(name: str) -> list[int]:
        if name not in members:
            group = company.group_by_name.get(name)
            members[name] = np.flatnonzero(company.members(group, now)).tolist() if group else []
        return members[name]

    for group in company.groups:
        by_product = bool(group.products) and may_administer
        by_access = group.access is not None and may_browse
        for person in of(group.name) if by_product or by_access else []:
            groups.setdefault(person, set()).add(group.name)
            if by_access and group.access:
                roles.setdefault(person, set()).add(group.access)
    if project_roles and may_administer:
        for project in company.projects:
            if project.archived:
                continue
            for role in project.roles:
                people = [p for s in role.slots for p in company.holders(s, now)]
                for name in role.groups:
                    people += of(name)
                for person in people:
                    roles.setdefault(person, set()).add(f"{role.name}@{project.key}")
    return groups, roles


def _daily(desk: Desk, events: list[Event], dates: list[Any], day_of: _Days) -> list[Row]:
    people = desk.world.company.people
    rows: dict[str, Row] = {
        on.isoformat(): {"date": on.isoformat(), "active_users": 0, "actions": 0}
        | dict.fromkeys(KINDS, 0)
        for on in dates
    }
    present = desk.world.company.present(desk.world.now)
    working: dict[str, set[int]] = {}
    for event in events:
        on = day_of(event.at)
        row = rows[on]
        row[event.kind] += 1
        if event.kind == "issue_created":
            continue
        row["actions"] += 1
        person = event.person
        known = person not in (NOBODY, NAMELESS) and present[person]
        if known and people.kind[person] == ATLASSIAN:
            working.setdefault(on, set()).add(person)
    for on, found in working.items():
        rows[on]["active_users"] = len(found)
    return list(rows.values())
