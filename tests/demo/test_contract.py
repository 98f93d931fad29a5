"""Every answer keeps to Atlassian's own description of Jira, where its file is at hand."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from jira_usage.demo import DemoSite
from jira_usage.demo.desk import ROUTES
from tests.known_differences import IN_ANSWERS, unexplained
from tests.openapi import Contract, Fault, Schema, contract, one
from tests.recorded import load

from .caller import NOON, Caller

V3 = "/rest/api/3"
# Calls of every described operation; words in braces are filled with what the site has.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/serverInfo", {}),
    ("GET", "/myself", {"expand": "groups,applicationRoles"}),
    ("GET", "/mypermissions", {"permissions": "ADMINISTER,BROWSE_PROJECTS"}),
    ("POST", "/permissions/check", {"globalPermissions": ["ADMINISTER"]}),
    ("GET", "/users/search", {"maxResults": 1000}),
    ("GET", "/users", {"maxResults": 1000}),
    ("GET", "/user", {"accountId": "{person}", "expand": "groups,applicationRoles"}),
    ("GET", "/user/bulk", {"accountId": "{person}"}),
    ("GET", "/user/groups", {"accountId": "{person}"}),
    ("GET", "/user/search", {"query": "a"}),
    ("GET", "/group/bulk", {"accessType": "user", "maxResults": 2}),
    ("GET", "/group/member", {"groupId": "{group}", "includeInactiveUsers": "true"}),
    ("GET", "/groups/picker", {"query": "jira"}),
    ("GET", "/applicationrole", {}),
    ("GET", "/applicationrole/jira-software", {}),
    ("GET", "/instance/license", {}),
    ("GET", "/license/approximateLicenseCount", {}),
    ("GET", "/license/approximateLicenseCount/product/jira-software", {}),
    ("GET", "/search/jql", {"jql": "updated >= -3d", "fields": "*all", "expand": "changelog"}),
    ("POST", "/search/jql", {"jql": "updated >= -3d", "fields": ["comment", "worklog"]}),
    ("POST", "/search/approximate-count", {"jql": "updated >= -3d"}),
    ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["10000", "77"], "fields": ["comment"]}),
    ("POST", "/changelog/bulkfetch", {"issueIdsOrKeys": ["10000", "10001", "10002"]}),
    ("POST", "/changelog/bulkfetch", {"issueIdsOrKeys": ["10001"]}),
    ("GET", "/issue/{issue}", {"expand": "changelog"}),
    ("GET", "/issue/{issue}/changelog", {"maxResults": 50}),
    ("POST", "/issue/{issue}/changelog/list", {"changelogIds": "{histories}"}),
    ("GET", "/issue/{issue}/comment", {"orderBy": "-created"}),
    ("POST", "/comment/list", {"ids": list(range(10_000, 10_100))}),
    ("GET", "/issue/{issue}/worklog", {}),
    ("GET", "/worklog/updated", {"since": 1}),
    ("GET", "/worklog/deleted", {"since": 1}),
    ("POST", "/worklog/list", {"ids": list(range(10_000, 10_100))}),
    ("GET", "/project/search", {"expand": "lead,description", "maxResults": 100}),
    ("GET", "/project/{project}", {}),
    ("GET", "/project/{project}/role", {}),
    ("GET", "/project/{project}/role/{role}", {}),
    ("GET", "/role", {}),
    ("GET", "/field", {}),
    ("GET", "/auditing/record", {"limit": 50}),
]
# What is refused, and how: nothing there, nothing asked, too much.
REFUSALS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/issue/1", {}, 404),
    ("GET", "/issue/1/comment", {}, 404),
    ("GET", "/project/NOWHERE", {}, 404),
    ("GET", "/user", {"accountId": "nobody"}, 404),
    ("GET", "/group/member", {"groupId": "none"}, 404),
    ("GET", "/applicationrole/confluence", {}, 404),
    ("POST", "/search/jql", {"jql": ""}, 400),
    ("POST", "/worklog/list", {"ids": []}, 400),
    ("POST", "/changelog/bulkfetch", {"issueIdsOrKeys": ["1"], "maxResults": 10_001}, 400),
    ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["1"] * 1001}, 400),
]  # fmt: skip
# What the description leaves free: names of permissions and roles as keys, and the values of
# properties that only the known differences know.
FREE = re.compile(
    r"renamed /(mypermissions \$\.permissions|project/\d+/role \$)\.[^.]+"
    r"|retyped \S+ \$\S*(\.fields\.comment\.self|\.authorAccountId)"
)


class Answer(NamedTuple):
    method: str
    path: str
    status: int
    document: Any


@pytest.fixture(scope="module")
def described() -> Contract:
    return contract()


@pytest.fixture(scope="module")
def asked(described: Contract, small: Caller) -> list[Answer]:
    """The answer to each call, each of which keeps to the contract itself."""
    place = places(small)
    answers = []
    for method, path, query in CALLS:
        path = path.format(**place)
        query = {name: place.get(str(value).strip("{}"), value) for name, value in query.items()}
        answer = small.get(path, **query) if method == "GET" else small.post(path, **query)
        assert answer.status_code == 200, answer.text
        sent = answer.request
        assert described.request_faults(str(sent.method), str(sent.url), sent.body) == []
        answers.append(Answer(method, V3 + path, 200, answer.json()))
    return answers


def places(small: Caller) -> dict[str, Any]:
    """What the site has, to fill the calls."""
    group = small.get("/group/bulk", accessType="user").json()["values"][0]["groupId"]
    histories = small.get("/issue/10000/changelog").json()["values"]
    project = small.get("/project/search").json()["values"][0]["id"]
    roles = small.get(f"/project/{project}/role").json()
    return {
        "person": small.site.account_id,
        "group": group,
        "issue": "10000",
        "histories": [int(history["id"]) for history in histories],
        "project": project,
        "role": next(iter(roles.values())).rsplit("/", 1)[1],
    }


def broken(described: Contract, answer: Answer) -> list[Fault]:
    return described.answer_faults(*answer)


def test_every_described_operation_is_served_and_called(
    described: Contract, asked: list[Answer]
) -> None:
    operations = {(m, path) for path, methods in described.paths.items() for m in methods}
    assert operations <= {(route.method.lower(), route.template) for route in ROUTES}
    called = {(a.method.lower(), described.operation(a.method, a.path)[0]) for a in asked}
    assert called == operations


def test_every_answer_keeps_to_the_description(described: Contract, asked: list[Answer]) -> None:
    for answer in asked:
        assert unexplained(broken(described, answer)) == [], answer[:2]


def test_issues_of_every_kind_keep_to_it(described: Contract, small: Caller) -> None:
    for issue in small.search("updated >= -2d", maxResults=20)[:20]:
        for path in (f"/issue/{issue}", f"/issue/{issue}/changelog", f"/issue/{issue}/worklog"):
            document = small.get(path, expand="changelog").json()
            assert unexplained(broken(described, Answer("GET", V3 + path, 200, document))) == []


@pytest.mark.parametrize(("method", "path", "query", "status"), REFUSALS)
def test_a_refusal_keeps_to_it(
    described: Contract, small: Caller, method: str, path: str, query: dict[str, Any], status: int
) -> None:
    answer = small.get(path, **query) if method == "GET" else small.post(path, **query)
    assert answer.status_code == status
    assert broken(described, Answer(method, V3 + path, status, answer.json())) == []
    messages = answer.json()["errorMessages"]
    assert messages and all(isinstance(message, str) for message in messages)


# What needs a permission, and the permission.
FORBIDDEN = [
    ("/users/search", "BROWSE_USERS"),
    ("/user?accountId=5b10ac8d82e05b22cc7d4ef5", "BROWSE_USERS"),
    ("/group/bulk", "BROWSE_USERS"),
    ("/applicationrole", "ADMINISTER"),
    ("/license/approximateLicenseCount", "ADMINISTER"),
    ("/role", "ADMINISTER"),
    ("/auditing/record", "ADMINISTER"),
]


@pytest.mark.parametrize(("path", "permission"), FORBIDDEN)
def test_a_refusal_for_want_of_a_permission_or_a_login_keeps_to_it(
    described: Contract, path: str, permission: str
) -> None:
    with DemoSite("tiny", now=NOON) as site:
        site.deny(permission)
        bare = V3 + path.partition("?")[0]
        for status, caller in ((403, Caller(site)), (401, Caller(site, token="wrong"))):
            answer = caller.get(path)
            if (status, permission) == (401, "BROWSE_USERS") and answer.status_code == 200:
                continue  # this path answers strangers as well, with nothing
            assert answer.status_code == status
            assert broken(described, Answer("GET", bare, status, answer.json())) == []


# --- the check itself: whatever is wrong in an answer is noticed

Place = list[str | int]


def places_of(document: Any) -> dict[str, Place]:
    """The first of all places of a kind, its indexes written as []; nothing is wrong in a null."""
    found: dict[str, Place] = {}

    def walk(value: Any, place: Place, where: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if inner is not None:
                    found.setdefault(f"{where}.{name}", [*place, name])
                walk(inner, [*place, name], f"{where}.{name}")
        elif isinstance(value, list):
            for index, inner in enumerate(value[:30]):
                walk(inner, [*place, index], f"{where}[]")

    walk(document, [], "$")
    return found


def with_one_of_each(document: Any, place: Place) -> Any:
    """A copy that leads to the place, with one entry in each list."""
    first, rest = (place[0], place[1:]) if place else (0, [])
    if isinstance(document, dict):
        return {
            name: with_one_of_each(value, rest if name == first else [])
            for name, value in document.items()
        }
    if isinstance(document, list):
        at = first if isinstance(first, int) else 0
        return [with_one_of_each(value, rest) for value in document[at : at + 1]]
    return document


def box_of(document: Any, place: Place) -> tuple[Any, str]:
    """The object that holds the key of a place, in a document with one of each, and the key."""
    *way, name = place
    for step in way:
        document = document[0 if isinstance(step, int) else step]
    return document, str(name)


def test_a_renamed_key_and_a_wrong_type_are_noticed_wherever_they_are(
    described: Contract, asked: list[Answer]
) -> None:
    tried, unnoticed = 0, []
    for answer in asked:
        for where, place in places_of(answer.document).items():
            for mistake in ("renamed", "retyped"):
                wrong = with_one_of_each(answer.document, place)
                box, name = box_of(wrong, place)
                value = box.pop(name)
                if mistake == "renamed":
                    box[f"{name}X"] = value
                else:
                    box[name] = "text" if isinstance(value, dict | list) else ["text"]
                tried += 1
                if not unexplained(broken(described, answer._replace(document=wrong))):
                    path = answer.path.removeprefix(V3)
                    unnoticed.append(f"{mistake} {path} {where}")
    assert tried > 1500
    assert [text for text in unnoticed if not FREE.fullmatch(text)] == []


@pytest.mark.parametrize(
    ("path", "place", "value"),
    [
        ("/users/search", [0, "accountType"], "robot"),
        ("/instance/license", ["applications", 0, "plan"], "CHEAP"),
        ("/project/search", ["values", 0, "projectTypeKey"], "fun"),
        ("/project/search", ["values", 0, "style"], "old"),
        ("/issue/10000/comment", ["comments", 0, "created"], "yesterday"),
        ("/issue/10000/comment", ["comments", 0, "created"], "2026-11-20T12:00:00.000"),
        ("/issue/10000/comment", ["comments", 0, "created"], 1_790_000_000_000),
        ("/issue/10000/comment", ["comments", 0, "author"], None),
        ("/issue/10000/comment", ["total"], 2**63),
        ("/issue/10000/changelog", ["maxResults"], 2**31),
        ("/issue/10000/changelog", ["values", 0, "id"], 7),
        ("/worklog/updated", ["self"], "/rest/api/3/worklog/updated"),
        ("/worklog/updated", ["values", 0, "updatedTime"], "2026-11-20T12:00:00.000+0000"),
    ],
)
def test_a_value_beyond_its_words_and_bounds_is_noticed(
    described: Contract, asked: list[Answer], path: str, place: Place, value: Any
) -> None:
    answer = next(a for a in asked if a.path == V3 + path)
    wrong = with_one_of_each(answer.document, place)
    box, name = box_of(wrong, place)
    box[name] = value
    assert unexplained(broken(described, answer._replace(document=wrong)))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/instance/license", ["applications"]),
        ("/instance/license", ["applications", 0, "id"]),
        ("/permissions/check", ["globalPermissions"]),
    ],
)
def test_a_required_property_that_is_missing_is_noticed(
    described: Contract, asked: list[Answer], path: str, place: Place
) -> None:
    answer = next(a for a in asked if a.path == V3 + path)
    wrong = with_one_of_each(answer.document, place)
    box, name = box_of(wrong, place)
    del box[name]
    assert "required" in {
        fault.rule for fault in broken(described, answer._replace(document=wrong))
    }


def test_a_status_that_is_not_described_is_noticed(
    described: Contract, asked: list[Answer]
) -> None:
    assert all(broken(described, answer._replace(status=418)) for answer in asked)


# --- real answers keep to the description as the simulated ones do


@pytest.fixture(scope="module")
def recorded_faults() -> list[Fault]:
    """What real answers, as others recorded them, break of the same description."""
    # Version 2 has plain texts, and boards' issues are of another API: only their parts are held.
    version_2 = contract(rich_text={"type": "string"})
    issues = load("devlake_issues_expand_changelog")["issues"]
    parts = {"comment": one("PageOfComments"), "creator": one("UserDetails")}
    schema: Schema = {
        "type": "object",
        "properties": {
            "changelog": one("PageOfChangelogs"),
            "fields": {"type": "object", "properties": parts},
        },
    }
    held: list[tuple[Schema, Any]] = [
        (one("Changelog"), h)
        for histories in load("devlake_changelog_v3")["byIssue"].values()
        for h in histories
    ]
    for issue in issues:
        fields = {name: issue["fields"][name] for name in parts}
        held.append((schema, {"changelog": issue["changelog"], "fields": fields}))
    held += [(one("Worklog"), w) for w in load("devlake_worklogs")["worklogs"]]
    held += [(one("User"), u) for u in load("devlake_users")["users"]]
    held += [
        (one("User"), user)
        for name in ("users_edge_shapes", "users_search_app_accounts_2025")
        for user in load(name)["response"]
    ]
    expanded = load("user_expand_groups_applicationRoles_airbyteio")["responses"]
    held += [(one("User"), user) for user in expanded]
    held += [
        (one("ApplicationRole"), role)
        for name in ("applicationrole_airbyteio_2023", "applicationrole_small_site_2024")
        for role in load(name)["response"]
    ]
    bodies = [told["body"] for told in load("errors")["bodies"] if "body" in told]
    held += [(one("ErrorCollection"), b) for b in bodies if isinstance(b, dict)]
    assert len(held) == 279 + 36 + 30 + 30 + 4 + 17 + 3 + 2 + 1 + 4
    return [fault for schema, document in held for fault in version_2.faults(schema, document)]


def test_real_answers_have_the_same_known_differences_and_no_others(
    recorded_faults: list[Fault],
) -> None:
    assert recorded_faults and unexplained(recorded_faults) == []


def test_no_known_difference_is_out_of_date(
    described: Contract, asked: list[Answer], recorded_faults: list[Fault]
) -> None:
    met = [fault for answer in asked for fault in broken(described, answer)] + recorded_faults
    idle = [known for known in IN_ANSWERS if not any(known.explains(fault) for fault in met)]
    assert idle == []
