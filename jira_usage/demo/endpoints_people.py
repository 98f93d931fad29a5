"""Who is there, in which groups? Users, groups and their members."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from jira_usage.demo.chance import Column, mix
from jira_usage.demo.company import Group
from jira_usage.demo.desk import CALLER_ZONE, LOGIN, Ask, Desk, Refusal, endpoint
from jira_usage.demo.workdays import DAY

NOT_ALLOWED = "You do not have permission to browse users and groups."
_NO_USER = "Specified user does not exist or you do not have required permissions"


def _all_accounts(desk: Desk) -> Column:
    """Accounts in a stable order; those that were purged lately leave gaps in the pages."""

    def make() -> Column:
        company, now = desk.world.company, desk.world.now
        people = company.people
        rows = np.flatnonzero((people.start <= now) & (people.dropped > now - 90 * DAY))
        order = mix(company.seed, 95, company.people.luck[rows]).argsort(kind="stable")
        rows = rows[order]
        if desk.traps.springs("short_pages"):  # accounts that are cut from a page after slicing it
            rows = np.insert(rows, np.arange(0, len(rows), 4), -1)
        return rows

    rows: Column = desk.kept("accounts", make)
    return rows


def _need_browse(desk: Desk, ask: Ask) -> None:
    if not desk.may_browse_users(ask):
        raise Refusal(403, NOT_ALLOWED)


@endpoint("GET", "/users/search", anonymous=True)
@endpoint("GET", "/users", anonymous=True)
def users_search(desk: Desk, ask: Ask) -> Any:
    if ask.anonymous:
        return []
    _need_browse(desk, ask)
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 50), 0), 1000, desk.habits.users)
    rows = _all_accounts(desk)
    early = desk.traps.springs("overlapping_pages", 0 < start < len(rows))
    page = rows[max(start - early, 0) : start + most - early]
    present = desk.world.company.present(desk.world.now)
    return [desk.answers.user(p) for p in page.tolist() if p >= 0 and present[p]]


def _person(desk: Desk, ask: Ask) -> int:
    if ask.anonymous:
        raise Refusal(401, LOGIN)
    _need_browse(desk, ask)
    account_id = ask.text("accountId")
    if not account_id:
        raise Refusal(400, "Either the accountId or the username must be provided.")
    person = desk.world.company.person_of(account_id)
    if person is None or not desk.world.company.present(desk.world.now)[person]:
        raise Refusal(404, _NO_USER)
    return person


def groups_of(desk: Desk, person: int) -> list[Group]:
    return desk.world.company.groups_of(person, desk.world.now)


def _detailed(desk: Desk, person: int, expand: list[str]) -> dict[str, Any]:
    user = desk.answers.user(person)
    company = desk.world.company
    user["timeZone"] = str(CALLER_ZONE) if person == company.admin else "Europe/Berlin"
    groups = groups_of(desk, person)
    if "groups" in expand:
        user["groups"] = {
            "size": len(groups),
            "items": [desk.answers.group_name(g) for g in groups],
        }
    if "applicationRoles" in expand:
        held = [p for p in company.products if any(p.key in g.products for g in groups)]
        user["applicationRoles"] = {
            "size": len(held),
            "items": [{"key": p.key, "name": p.name} for p in held],
        }
    user["expand"] = "groups,applicationRoles"
    return user


@endpoint("GET", "/myself")
def myself(desk: Desk, ask: Ask) -> Any:
    return _detailed(desk, desk.world.company.admin, ask.many("expand"))


@endpoint("GET", "/user", anonymous=True)
def user(desk: Desk, ask: Ask) -> Any:
    return _detailed(desk, _person(desk, ask), ask.many("expand"))


@endpoint("GET", "/user/groups", anonymous=True)
def user_groups(desk: Desk, ask: Ask) -> Any:
    return [desk.answers.group_name(g) for g in groups_of(desk, _person(desk, ask))]


@endpoint("GET", "/user/bulk")
def user_bulk(desk: Desk, ask: Ask) -> Any:
    wanted = ask.query.get("accountId", [])
    if not wanted:
        raise Refusal(400, "At least one accountId is required.")
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 10), 1), 200)
    company = desk.world.company
    present = company.present(desk.world.now)
    found = [p for a in wanted if (p := company.person_of(a)) is not None and present[p]]
    page = [desk.answers.user(p) for p in found[start : start + most]]
    return _bean(desk, "user/bulk", page, start, most, len(found))


@endpoint("GET", "/user/search", anonymous=True)
def user_search(desk: Desk, ask: Ask) -> Any:
    query, account_id = ask.text("query").lower(), ask.text("accountId")
    if not any(name in ask.query for name in ("query", "accountId", "property")):
        raise Refusal(400, "The query parameter is required.")
    if not desk.may_browse_users(ask):
        return []
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 50), 0), 1000)
    company, now = desk.world.company, desk.world.now
    shown = company.present(now) & company.active(now)
    found = []
    for person in _all_accounts(desk).tolist():
        if person < 0 or not shown[person]:
            continue
        if account_id and company.account_id(person) != account_id:
            continue
        name = company.display_name(person, now).lower()
        if query and query not in name and query not in company.shown_email(person, now):
            continue
        found.append(person)
        if len(found) >= 1000:
            break
    return [desk.answers.user(p) for p in found[start : start + most]]


def _bean(
    desk: Desk, path: str, values: list[Any], start: int, most: int, total: int
) -> dict[str, Any]:
    here = f"{desk.base}/rest/api/3/{path}"
    mark = "&" if "?" in path else "?"
    bean: dict[str, Any] = {
        "self": f"{here}{mark}maxResults={most}&startAt={start}",
        "maxResults": most,
        "startAt": start,
        "total": total,
        "isLast": start + most >= total,
        "values": values,
    }
    if not bean["isLast"]:
        bean["nextPage"] = f"{here}{mark}maxResults={most}&startAt={start + most}"
    return bean


@endpoint("GET", "/group/bulk")
def group_bulk(desk: Desk, ask: Ask) -> Any:
    _need_browse(desk, ask)
    groups = desk.world.company.groups
    access = ask.text("accessType")
    if access:
        if access not in ("site-admin", "admin", "user"):
            raise Refusal(400, f"'{access}' is not a valid access type.")
        groups = [g for g in groups if g.access == access]
    key = ask.text("applicationKey")
    if key:
        groups = [g for g in groups if key in g.products]
    if ask.query.get("groupId"):
        groups = [g for g in groups if g.group_id in ask.query["groupId"]]
    if ask.query.get("groupName"):
        groups = [g for g in groups if g.name in ask.query["groupName"]]
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 50), 1), 50, desk.habits.groups)
    page = [{"name": g.name, "groupId": g.group_id} for g in groups[start : start + most]]
    return _bean(desk, "group/bulk", page, start, most, len(groups))


def _asked_group(desk: Desk, ask: Ask) -> Group:
    if not (desk.may_browse_users(ask) or desk.may_administer(ask)):
        raise Refusal(403, NOT_ALLOWED)
    ident, name = ask.text("groupId"), ask.text("groupname")
    company = desk.world.company
    if ident and name:
        raise Refusal(400, "The query parameters 'groupId' and 'groupname' are mutually exclusive.")
    if not ident and not name:
        raise Refusal(400, "One of the query parameters 'groupId' or 'groupname' is required.")
    group = company.group_by_id.get(ident) if ident else company.group_by_name.get(name)
    if group is None:
        if ident:
            raise Refusal(404, f"The group with group ID '{ident}' does not exist.")
        raise Refusal(404, f"The group named '{name}' does not exist.")
    return group


@endpoint("GET", "/group")
def group(desk: Desk, ask: Ask) -> Any:
    """Deprecated: a group with 50 of its members, the first ones or those of users[from:to]."""
    group = _asked_group(desk, ask)
    rows = desk.member_rows(group, inactive=False)
    asked = re.fullmatch(r"users(?:\[(\d+):(\d+)\])?", ask.text("expand"))
    page: list[int] = []
    start = end = 0
    if asked:
        start = int(asked[1] or 0)
        page = rows[start : min(int(asked[2] or start + 49), start + 49) + 1].tolist()
        end = max(start + len(page) - 1, 0)
    users = {
        "size": len(rows), "items": [_member(desk, person) for person in page], "max-results": 50,
        "start-index": start, "end-index": end,
    }  # fmt: skip
    return desk.answers.group_name(group) | {"users": users, "expand": "users"}


def _member(desk: Desk, person: int) -> dict[str, Any]:
    user = desk.answers.user(person)
    for name in ("locale", "appType"):  # UserDetails, which is less than a User
        user.pop(name, None)
    return user | {"timeZone": "Europe/Berlin"}


@endpoint("GET", "/group/member")
def group_member(desk: Desk, ask: Ask) -> Any:
    group = _asked_group(desk, ask)
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 50), 1), 50, desk.habits.members)
    inactive = ask.flag("includeInactiveUsers")
    rows = desk.member_rows(group, inactive=inactive)
    page = [_member(desk, person) for person in rows[start : start + most].tolist()]
    path = f"group/member?groupId={group.group_id}&includeInactiveUsers={str(inactive).lower()}"
    return _bean(desk, path, page, start, most, len(rows))


@endpoint("GET", "/groups/picker", anonymous=True)
def groups_picker(desk: Desk, ask: Ask) -> Any:
    if not desk.may_browse_users(ask):
        return {"header": "Showing 0 of 0 matching groups", "total": 0, "groups": []}
    query = ask.text("query").lower()
    found = [
        g for g in desk.world.company.groups if query in g.name.lower() and g.access != "site-admin"
    ]
    most = min(max(ask.number("maxResults", 20), 1), 1000)
    page = [
        {"name": g.name, "html": g.name.replace("<", "&lt;"), "labels": [], "groupId": g.group_id}
        for g in found[:most]
    ]
    header = f"Showing {len(page)} of {len(found)} matching groups"
    return {"header": header, "total": len(found), "groups": page}
