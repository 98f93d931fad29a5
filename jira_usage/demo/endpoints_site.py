"""What kind of site is this? Licenses, permissions, fields, audit."""

from __future__ import annotations

from typing import Any

import numpy as np

from jira_usage.demo.company import Product
from jira_usage.demo.desk import SITE_ZONE, Ask, Desk, Refusal, endpoint, need_admin
from jira_usage.demo.items import NOTES_FIELD, POINTS_FIELD, RANK_FIELD, SPRINT_FIELD
from jira_usage.demo.licensing import counted_users
from jira_usage.demo.workdays import DAY, FAR

GLOBAL = ("ADMINISTER", "SYSTEM_ADMIN", "USER_PICKER", "BULK_CHANGE", "CREATE_PROJECT")
IN_PROJECT = (
    "BROWSE_PROJECTS",
    "ADMINISTER_PROJECTS",
    "EDIT_ISSUES",
    "WORK_ON_ISSUES",
    "VIEW_AGGREGATED_DATA",
)


@endpoint("GET", "/serverInfo", anonymous=True)
def server_info(desk: Desk, ask: Ask) -> Any:
    return {
        "baseUrl": desk.base,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100290,
        "buildDate": desk.stamp(desk.world.now - 3 * DAY),
        "serverTime": desk.stamp(desk.world.now),
        "scmInfo": "simulated",
        "serverTitle": f"{desk.world.company.name} Jira",
        "serverTimeZone": str(SITE_ZONE),
        "displayUrl": desk.base,
        "displayUrlServicedeskHelpCenter": desk.base,
        "displayUrlConfluence": desk.base,
    }


# -- licenses


def _application_role(desk: Desk, product: Product) -> dict[str, Any]:
    company = desk.world.company
    groups = [g for g in company.groups if product.key in g.products]
    default = [g for g in groups if g.name == product.default_group]
    used = counted_users(desk.world, product)
    left = product.seats - used - product.pending
    return {
        "key": product.key,
        "groups": [g.name for g in groups],
        "groupDetails": [desk.answers.group_name(g) for g in groups],
        "name": product.name,
        "defaultGroups": [g.name for g in default],
        "defaultGroupsDetails": [desk.answers.group_name(g) for g in default],
        "selectedByDefault": product.key == "jira-software",
        "defined": True,
        "numberOfSeats": product.seats,
        "remainingSeats": -1 if product.unlimited else left,
        "userCount": used,
        "userCountDescription": "users",
        "hasUnlimitedSeats": product.unlimited,
        "platform": product.key == "jira-core",
    }


@endpoint("GET", "/applicationrole")
def application_roles(desk: Desk, ask: Ask) -> Any:
    need_admin(desk, ask)
    return [_application_role(desk, p) for p in desk.world.company.products]


@endpoint("GET", "/applicationrole/{key}")
def application_role(desk: Desk, ask: Ask) -> Any:
    need_admin(desk, ask)
    for product in desk.world.company.products:
        if product.key == ask.path["key"]:
            return _application_role(desk, product)
    raise Refusal(404, f"Application role with key '{ask.path['key']}' does not exist.")


@endpoint("GET", "/instance/license")
def license_(desk: Desk, ask: Ask) -> Any:
    return {"applications": [{"id": p.key, "plan": p.plan} for p in desk.world.company.products]}


def _stale(desk: Desk) -> int:
    """These counts are as old as the last Monday."""
    day = desk.world.now // DAY
    return int((day - (day - 4) % 7) * DAY)


@endpoint("GET", "/license/approximateLicenseCount")
def license_count(desk: Desk, ask: Ask) -> Any:
    need_admin(desk, ask)
    company, at = desk.world.company, _stale(desk)
    holds = np.zeros(len(company.people), dtype=bool)
    for group in company.groups:
        if group.products:
            holds |= company.members(group, at)
    holds &= company.active(at) & (company.people.kind == 0)
    return {"key": "license.totalApproximateUserCount", "value": str(np.count_nonzero(holds))}


@endpoint("GET", "/license/approximateLicenseCount/product/{applicationKey}")
def product_license_count(desk: Desk, ask: Ask) -> Any:
    need_admin(desk, ask)
    key = ask.path["applicationKey"]
    found = [p for p in desk.world.company.products if p.key == key]
    if key not in ("jira-core", "jira-product-discovery", "jira-software", "jira-servicedesk"):
        raise Refusal(400, f"The application key '{key}' is not valid.")
    count = counted_users(desk.world, found[0], _stale(desk)) if found else 0
    return {"key": f"license.{key}.approximateUserCount", "value": str(count)}


# -- permissions, fields, audit


@endpoint("GET", "/mypermissions", anonymous=True)
def my_permissions(desk: Desk, ask: Ask) -> Any:
    wanted = ask.many("permissions")
    if not wanted:
        raise Refusal(400, "The 'permissions' query parameter is required.")
    unknown = [p for p in wanted if p not in GLOBAL + IN_PROJECT]
    if unknown:
        raise Refusal(400, errors=dict.fromkeys(unknown, "Unrecognized permission"))
    return {"permissions": {
        p: {
            "id": str(i), "key": p, "name": p.replace("_", " ").capitalize(),
            "type": "GLOBAL" if p in GLOBAL else "PROJECT", "description": "",
            "havePermission": _has(desk, ask, p),
        }
        for i, p in enumerate(wanted)
    }}  # fmt: skip


def _has(desk: Desk, ask: Ask, permission: str) -> bool:
    if permission == "USER_PICKER":
        return desk.may_browse_users(ask)
    if permission in ("ADMINISTER", "SYSTEM_ADMIN"):
        return desk.may_administer(ask) and permission == "ADMINISTER"
    return not ask.anonymous


@endpoint("POST", "/permissions/check", anonymous=True)
def permissions_check(desk: Desk, ask: Ask) -> Any:
    wanted = [str(p) for p in ask.body_list("globalPermissions")]
    granted = []
    for entry in ask.body_list("projectPermissions"):
        projects, issues = entry.get("projects") or [], entry.get("issues") or []
        if len(projects) > 1000 or len(issues) > 1000:
            raise Refusal(400, "A maximum of 1000 projects and 1000 issues can be checked.")
        for permission in entry.get("permissions", []):
            if permission not in GLOBAL + IN_PROJECT:
                raise Refusal(400, errors={permission: "Unrecognized permission"})
            open_projects = [
                int(p)
                for p in projects
                if (i := desk.world.project_by_key(str(p))) is not None
                and desk.may_browse_project(ask, i)
            ]
            open_issues = [int(x) for x in issues if desk.issue_row(ask, str(x)) is not None]
            granted.append(
                {"permission": permission, "issues": open_issues, "projects": open_projects}
            )
    held = [p for p in wanted if p in GLOBAL and _has(desk, ask, p)]
    return {"projectPermissions": granted, "globalPermissions": held}


@endpoint("GET", "/field", anonymous=True)
def field(desk: Desk, ask: Ask) -> Any:
    system = {
        "summary": "Summary", "status": "Status", "resolution": "Resolution",
        "assignee": "Assignee", "labels": "Labels", "duedate": "Due date",
        "description": "Description", "priority": "Priority", "fixVersions": "Fix versions",
        "issuetype": "Issue Type", "project": "Project", "comment": "Comment",
        "worklog": "Log Work", "timespent": "Time Spent", "timeestimate": "Remaining Estimate",
        "timeoriginalestimate": "Original estimate", "attachment": "Attachment",
        "creator": "Creator", "created": "Created", "updated": "Updated",
    }  # fmt: skip
    custom = {
        SPRINT_FIELD: ("Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
        RANK_FIELD: ("Rang", "com.pyxis.greenhopper.jira:gh-lexo-rank"),
        POINTS_FIELD: ("Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
        NOTES_FIELD: (
            "Sitzungsnotiz", "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
        ),
    }  # fmt: skip
    fields = [
        {"id": i, "key": i, "name": n, "custom": False, "orderable": True, "navigable": True,
         "searchable": True, "clauseNames": [i], "schema": {"type": "string", "system": i}}
        for i, n in system.items()
    ]  # fmt: skip
    if not ask.anonymous:
        fields += [
            {"id": i, "key": i, "name": n, "custom": True, "orderable": True, "navigable": True,
             "searchable": True, "clauseNames": [f"cf[{i[12:]}]", n],
             "schema": {"type": "any", "custom": kind, "customId": int(i[12:])}}
            for i, (n, kind) in custom.items()
        ]  # fmt: skip
    return fields


@endpoint("GET", "/auditing/record")
def audit(desk: Desk, ask: Ask) -> Any:
    need_admin(desk, ask)
    offset = max(ask.number("offset", 0), 0)
    limit = min(max(ask.number("limit", 1000), 1), 1000)
    world, company = desk.world, desk.world.company
    since = world.now - 180 * DAY
    people, issues = company.people, world.issues
    happened: list[tuple[int, str, str, str, str]] = []
    for person in np.flatnonzero((people.start > since) & (people.start <= world.now)).tolist():
        happened.append(
            (
                int(people.start[person]),
                "User added",
                "user management",
                company.account_id(person),
                "USER",
            )
        )
    for person in np.flatnonzero((people.end > since) & (people.end <= world.now)).tolist():
        happened.append(
            (
                int(people.end[person]),
                "User deactivated",
                "user management",
                company.account_id(person),
                "USER",
            )
        )
    dead = (issues.deleted > since) & (issues.deleted <= world.now) & (issues.deleted < FAR)
    for row in np.flatnonzero(dead)[:5000].tolist():
        happened.append(
            (int(issues.deleted[row]), "Issue deleted", "issues", world.key(row), "ISSUE")
        )
    happened.sort(reverse=True)
    records = [
        {"id": 10_000 + len(happened) - n, "summary": summary, "category": category,
         "authorKey": "", "authorAccountId": company.account_id(company.admin),
         "created": desk.stamp(at), "eventSource": "",
         "objectItem": {"id": ident, "name": ident, "typeName": kind},
         "changedValues": [], "associatedItems": []}
        for n, (at, summary, category, ident, kind) in enumerate(happened)
    ]  # fmt: skip
    page = records[offset : offset + limit]
    return {"offset": offset, "limit": limit, "total": len(records), "records": page}
