"""Which projects does the site have, and who holds which role in them?"""

from __future__ import annotations

from typing import Any

from jira_usage.demo.company import Project, Role
from jira_usage.demo.desk import LOGIN, Ask, Desk, Refusal, endpoint, need_admin


def _project(desk: Desk, project: Project, expand: list[str]) -> dict[str, Any]:
    document = desk.answers.project(project) | {
        "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
        "style": "next-gen" if project.team_managed else "classic",
        "isPrivate": project.key == "CONF",
        "properties": {},
    }
    if "lead" in expand:
        holders = desk.world.company.holders(project.lead, desk.world.now)
        if holders:
            document["lead"] = desk.answers.user(holders[-1])
    if "description" in expand:
        document["description"] = ""
    if project.archived:
        document["archived"] = True
    return document


@endpoint("GET", "/project/search", anonymous=True)
def project_search(desk: Desk, ask: Ask) -> Any:
    action = ask.text("action", "view")
    if action not in ("view", "browse", "edit", "create"):
        raise Refusal(400, f"'{action}' is not a valid action.")
    states = ask.many("status") or ["live"]
    keys, ids, query = ask.many("keys"), ask.query.get("id", []), ask.text("query").lower()
    kinds = ask.many("typeKey")
    found = []
    for index, project in enumerate(desk.world.company.projects):
        state = "archived" if project.archived else "live"
        if ask.anonymous or state not in states:
            continue
        sees = desk.may_browse_project(ask, index) or (project.archived and "archived" in states)
        # Administrators view projects that they cannot browse.
        if not sees and not (action in ("view", "edit") and desk.may_administer(ask)):
            continue
        if (keys and project.key not in keys) or (ids and str(project.id) not in ids):
            continue
        if kinds and project.type not in kinds:
            continue
        if query and query not in project.name.lower() and query not in project.key.lower():
            continue
        found.append(project)
    order = ask.text("orderBy", "key")
    found.sort(key=lambda p: p.name if order.endswith("name") else p.key)
    if order.startswith("-"):
        found.reverse()
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 50), 1), 100, desk.habits.projects)
    here = f"{desk.base}/rest/api/3/project/search?maxResults={most}"
    document: dict[str, Any] = {
        "self": f"{here}&startAt={start}",
        "maxResults": most,
        "startAt": start,
        "total": len(found),
        "isLast": start + most >= len(found),
        "values": [_project(desk, p, ask.many("expand")) for p in found[start : start + most]],
    }
    if not document["isLast"]:
        document["nextPage"] = f"{here}&startAt={start + most}"
    return document


@endpoint("GET", "/project", anonymous=True)
def all_projects(desk: Desk, ask: Ask) -> Any:
    """Deprecated: all at once, as older clients ask for them."""
    return [
        _project(desk, project, ask.many("expand"))
        for index, project in enumerate(desk.world.company.projects)
        if not ask.anonymous
        and not project.archived
        and (desk.may_browse_project(ask, index) or desk.may_administer(ask))
    ]


def _find_project(desk: Desk, ask: Ask, *, administer: bool = False) -> Project:
    text = ask.path["projectIdOrKey"]
    index = desk.world.project_by_key(text)
    missing = Refusal(404, f"No project could be found with key '{text}'.")
    if index is None or ask.anonymous:
        raise missing
    project = desk.world.company.projects[index]
    if administer:
        if not desk.may_administer(ask):
            raise missing
        return project
    if not (desk.may_browse_project(ask, index) or desk.may_administer(ask)):
        raise missing
    return project


@endpoint("GET", "/project/{projectIdOrKey}", anonymous=True)
def project(desk: Desk, ask: Ask) -> Any:
    return _project(desk, _find_project(desk, ask), ["lead", "description"])


@endpoint("GET", "/project/{projectIdOrKey}/role", anonymous=True)
def project_roles(desk: Desk, ask: Ask) -> Any:
    if ask.anonymous:
        raise Refusal(401, LOGIN)
    found = _find_project(desk, ask, administer=True)
    here = f"{desk.base}/rest/api/3/project/{found.id}/role"
    return {role.name: f"{here}/{role.id}" for role in found.roles}


@endpoint("GET", "/project/{projectIdOrKey}/role/{id}", anonymous=True)
def project_role(desk: Desk, ask: Ask) -> Any:
    if ask.anonymous:
        raise Refusal(401, LOGIN)
    found = _find_project(desk, ask, administer=True)
    for role in found.roles:
        if str(role.id) == ask.path["id"]:
            return _role(desk, found, role, ask.flag("excludeInactiveUsers"))
    raise Refusal(404, f"Can not retrieve a role actor for a null role: '{ask.path['id']}'.")


def _role(desk: Desk, project: Project, role: Role, active_only: bool) -> dict[str, Any]:
    company, now = desk.world.company, desk.world.now
    actors: list[dict[str, Any]] = []
    for name in role.groups:
        group = company.group_by_name.get(name)
        if group is None:
            continue
        label = {"displayName": name, "groupId": group.group_id, "name": name}
        actors.append({
            "id": 10_240 + len(actors), "displayName": name, "name": name,
            "type": "atlassian-group-role-actor", "actorGroup": label,
        })  # fmt: skip
    for person in dict.fromkeys(p for s in role.slots for p in company.holders(s, now)):
        if active_only and not desk.answers.is_active(person):
            continue
        actors.append({
            "id": 10_240 + len(actors), "displayName": company.display_name(person, now),
            "type": "atlassian-user-role-actor",
            "actorUser": {"accountId": company.account_id(person)},
        })  # fmt: skip
    document: dict[str, Any] = {
        "self": f"{desk.base}/rest/api/3/project/{project.id}/role/{role.id}",
        "name": role.name,
        "id": role.id,
        "description": f"A project role: {role.name}",
        "actors": actors,
    }
    if project.team_managed:
        document["scope"] = {"type": "PROJECT", "project": {"id": str(project.id)}}
    return document


@endpoint("GET", "/role")
def roles(desk: Desk, ask: Ask) -> Any:
    need_admin(desk, ask)
    seen: dict[int, dict[str, Any]] = {}
    for found in desk.world.company.projects:
        for role in found.roles:
            seen.setdefault(role.id, {
                "self": f"{desk.base}/rest/api/3/role/{role.id}", "name": role.name,
                "id": role.id, "description": f"A project role: {role.name}", "actors": [],
            } | ({"scope": {"type": "PROJECT", "project": {"id": str(found.id)}}}
                 if found.team_managed else {}))  # fmt: skip
    return list(seen.values())
