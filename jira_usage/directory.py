"""Raw documents → users, groups, memberships, products, access and roles, as table rows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from jira_usage.shapes import Documents, document, documents

ACCOUNT_TYPES = frozenset({"atlassian", "app", "customer"})
# accessType of GET /group/bulk: which groups administer the site, a product, or use one.
ACCESS_TYPES = ("site-admin", "admin", "user")
MOST_SEATS = 2**53  # a larger number is no count of anything

Document = Mapping[str, Any]
Row = dict[str, Any]


def user_row(user: Document, *, listed: bool = True) -> Row | None:
    """One row of USERS, None for a document without an account id.

    An email may be hidden by leaving it out, by null or by an empty text, and is
    no identity. Only `accountType` tells a robot from a person: Rovo agents share
    their id's prefix with people.
    """
    account_id = user.get("accountId")
    if not isinstance(account_id, str) or not account_id:
        return None
    account_type = _text(user.get("accountType"))
    return {
        "account_id": account_id,
        "display_name": _text(user.get("displayName")),
        "email": _text(user.get("emailAddress")),
        "account_type": account_type if account_type in ACCOUNT_TYPES else "unknown",
        "active": user.get("active") is True,
        "listed": listed,
        "first_seen_at": None,
    }


def listed_rows(users: Iterable[Document]) -> dict[str, Row]:
    """USERS of all listed accounts, by account id."""
    rows = (user_row(user) for user in users)
    return {row["account_id"]: row for row in rows if row}


def user_rows(listed: Mapping[str, Row], others: Iterable[Document]) -> list[Row]:
    """USERS of all listed accounts, and of `others` that act or are members but are not listed."""
    rows = dict(listed)
    for user in others:
        known = rows.get(str(user.get("accountId")))
        if known and (known["listed"] or known["account_type"] != "unknown"):
            continue
        if row := user_row(user, listed=False):
            rows[row["account_id"]] = row
    return list(rows.values())


def product_rows(
    roles: Iterable[Document] | None,
    licenses: Iterable[Document],
    approximate: Mapping[str, int | None],
) -> list[Row]:
    """PRODUCTS: the application roles with their plan, or the licenses where roles are unknown.

    `numberOfSeats` of an unlimited product is odd (35000, -1): such a product has no
    number of seats. `remainingSeats` is Jira's own and need not be seats less users.
    """
    plans = {_text(license_.get("id")): _text(license_.get("plan")) for license_ in licenses}
    rows = []
    if roles is None:
        for key, plan in sorted(plans.items()):
            rows.append(_product(key, {}, plan, approximate.get(key), has_role=False))
    else:
        by_key = {_text(role.get("key")): role for role in roles}
        for key, role in by_key.items():
            if key:
                plan = plans.get(key, "")
                rows.append(_product(key, role, plan, approximate.get(key), has_role=True))
    return rows


def _product(
    key: str, role: Document, plan: str, approximate_users: int | None, *, has_role: bool
) -> Row:
    seats = _whole(role.get("numberOfSeats"))
    unlimited = role.get("hasUnlimitedSeats") is True or (seats is not None and seats < 0)
    return {
        "product_key": key,
        "product_name": _text(role.get("name")) or PRODUCT_NAMES.get(key, key),
        "plan": plan,
        "seats": None if unlimited else seats,
        "seats_used": _whole(role.get("userCount")),
        "seats_remaining": None if unlimited else _whole(role.get("remainingSeats")),
        "unlimited": unlimited,
        "approximate_users": approximate_users,
        "has_role": has_role,
    }


PRODUCT_NAMES = {
    "jira-software": "Jira",
    "jira-servicedesk": "Jira Service Management",
    "jira-product-discovery": "Jira Product Discovery",
    "jira-core": "Jira Work Management",
}


def product_group_rows(roles: Iterable[Document]) -> list[Row]:
    """PRODUCT_GROUPS: which groups give access to which product.

    `groupDetails` names groups by id, which a renaming leaves alone; where a site
    sends only names, a name stands for the id.
    """
    rows = []
    for role in roles:
        key = _text(role.get("key"))
        default_ids = {group_id(g) for g in documents(role.get("defaultGroupsDetails"))}
        for group in role_groups(role):
            if key and group_id(group):
                rows.append(
                    {
                        "product_key": key,
                        "group_id": group_id(group),
                        "default": group_id(group) in default_ids,
                    }
                )
    return rows


def role_groups(role: Document) -> Documents:
    """The groups of an application role; where a site tells names only, just those."""
    details = documents(role.get("groupDetails"))
    return details or [{"name": name} for name in _list(role.get("groups"))]


def group_rows(
    roles: Iterable[Document],
    by_access_type: Mapping[str, Documents],
    role_actors: Iterable[Document],
) -> list[Row]:
    """GROUPS: every group that gives access, administration or a project role."""
    names: dict[str, str] = {}
    access_types: dict[str, set[str]] = {}
    for role in roles:
        for group in role_groups(role):
            names[group_id(group)] = _text(group.get("name"))
    for access_type, groups in by_access_type.items():
        for group in groups:
            names[group_id(group)] = _text(group.get("name"))
            access_types.setdefault(group_id(group), set()).add(access_type)
    for actor in role_actors:
        group = document(actor.get("actorGroup"))
        names.setdefault(group_id(group), _text(group.get("name") or group.get("displayName")))
    return [
        {"group_id": key, "name": name or key, "access_types": sorted(access_types.get(key, ()))}
        for key, name in names.items()
        if key
    ]


def roles_of_projects(
    projects: Iterable[Document], roles: Iterable[Document]
) -> list[tuple[str, str, str]]:
    """Project key, role id and role name of every role of every project.

    A team-managed project has roles of its own, which name it in their `scope`, and
    none of those that all other projects share.
    """
    shared: list[tuple[str, str]] = []
    own: dict[str, list[tuple[str, str]]] = {}
    for role in roles:
        named = (_text(role.get("id")), _text(role.get("name")) or _text(role.get("id")))
        scope = document(role.get("scope"))
        project_id = _text(document(scope.get("project")).get("id"))
        (own.setdefault(project_id, []) if project_id else shared).append(named)
    return [
        (_text(project.get("key")), role_id, name)
        for project in projects
        for role_id, name in own.get(_text(project.get("id")), shared)
        if role_id
    ]


def role_actor_rows(project_key: str, role_name: str, actors: Iterable[Document]) -> list[Row]:
    """ROLE_ACTORS of one role of one project: people directly, and groups."""
    rows = []
    for actor in actors:
        account_id = _text(document(actor.get("actorUser")).get("accountId"))
        held_by = group_id(document(actor.get("actorGroup")))
        if account_id or held_by:
            rows.append(
                {
                    "project_key": project_key,
                    "role": role_name,
                    "account_id": account_id,
                    "group_id": held_by,
                }
            )
    return rows


def project_rows(viewable: Iterable[Document], browsable: Iterable[Document]) -> list[Row]:
    """PROJECTS: all that can be named, and which of them show their issues."""
    shown = {_text(project.get("id")): project for project in browsable}
    named = {_text(project.get("id")): project for project in viewable} | shown
    return [
        {
            "project_id": project_id,
            "project_key": _text(project.get("key")),
            "name": _text(project.get("name")),
            "lead_account_id": _text(document(project.get("lead")).get("accountId")),
            "browsable": project_id in shown,
        }
        for project_id, project in named.items()
    ]


def field_rows(fields: Iterable[Document]) -> list[Row]:
    """FIELDS: what a field id means to people."""
    return [
        {
            "field_id": _text(field.get("id")),
            "name": _text(field.get("name")),
            "custom_type": _text(document(field.get("schema")).get("custom")),
        }
        for field in fields
        if _text(field.get("id"))
    ]


def user_document(row: Document) -> Row:
    """The document that a row of USERS was made of."""
    return {
        "accountId": row["account_id"],
        "displayName": row["display_name"],
        "emailAddress": row["email"],
        "accountType": row["account_type"],
        "active": row["active"],
    }


class IssueRow(NamedTuple):
    """A row of ISSUES, in its order: of a large site there are many, and a dictionary is big."""

    issue_id: str
    issue_key: str
    project_key: str
    updated_at: int | None


def issue_row(issue: Document, updated_ms: int | None) -> IssueRow:
    """Where an issue is now; its id stays when it moves, its key does not."""
    project = document(document(issue.get("fields")).get("project"))
    key = _text(project.get("key"))
    return IssueRow(_text(issue.get("id")), _text(issue.get("key")), key, updated_ms)


def shared(issue: IssueRow) -> IssueRow:
    """The same row, whose project's key is held once for all of its issues."""
    issue_id, issue_key, project_key, updated_at = issue
    return IssueRow(issue_id, issue_key, sys.intern(project_key), updated_at)


def group_id(group: Document) -> str:
    return _text(group.get("groupId") or group.get("name"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else ""


def _whole(value: object) -> int | None:
    return value if type(value) is int and abs(value) <= MOST_SEATS else None
