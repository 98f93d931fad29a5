"""Answers keep to Atlassian's own description, where its file is at hand (JIRA_OPENAPI)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from .caller import Caller

CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/serverInfo", {}),
    ("GET", "/myself", {"expand": "groups,applicationRoles"}),
    ("GET", "/mypermissions", {"permissions": "ADMINISTER"}),
    ("POST", "/permissions/check", {"globalPermissions": ["ADMINISTER"]}),
    ("GET", "/users/search", {"maxResults": 1000}),
    ("GET", "/users", {"maxResults": 1000}),
    ("GET", "/user/bulk", {"accountId": "5b10ac8d82e05b22cc7d4ef5"}),
    ("GET", "/user/search", {"query": "a"}),
    ("GET", "/group/bulk", {}),
    ("GET", "/groups/picker", {}),
    ("GET", "/applicationrole", {}),
    ("GET", "/instance/license", {}),
    ("GET", "/license/approximateLicenseCount", {}),
    ("GET", "/search/jql", {"jql": "updated >= -3d", "fields": "*all", "expand": "changelog"}),
    ("POST", "/search/jql", {"jql": "updated >= -3d", "fields": ["comment", "worklog"]}),
    ("POST", "/search/approximate-count", {"jql": "updated >= -3d"}),
    ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["10000", "77"], "fields": ["comment"]}),
    ("GET", "/worklog/updated", {}),
    ("GET", "/worklog/deleted", {}),
    ("GET", "/project/search", {"expand": "lead,description"}),
    ("GET", "/role", {}),
    ("GET", "/field", {}),
    ("GET", "/auditing/record", {}),
]
ON_AN_ISSUE = [
    ("GET", "/issue/{issueIdOrKey}", {"expand": "changelog"}),
    ("GET", "/issue/{issueIdOrKey}/changelog", {}),
    ("GET", "/issue/{issueIdOrKey}/comment", {}),
    ("GET", "/issue/{issueIdOrKey}/worklog", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    folder = os.environ.get("JIRA_OPENAPI")
    if not folder:
        pytest.skip("JIRA_OPENAPI names no folder with Atlassian's description")
    found: dict[str, Any] = json.loads((Path(folder) / "jira-cloud-v3-subset.json").read_text())
    return found


def _check(contract: dict[str, Any], method: str, path: str, document: Any) -> None:
    answer = contract["paths"]["/rest/api/3" + path][method.lower()]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"] | {
        "components": contract["components"]
    }
    errors = jsonschema.Draft202012Validator(schema).iter_errors(_without_nulls(document))
    found = [f"{e.json_path}: {e.message[:200]}" for e in errors]
    # Real sites know a fourth type of project, and the description's own example names the author.
    known = ("'product_discovery' is not one of", "'authorAccountId' was unexpected")
    assert [text for text in found if not any(k in text for k in known)] == []


def _without_nulls(document: Any) -> Any:
    """The description knows no null; what it calls nullable in words is left out."""
    if isinstance(document, dict):
        return {k: _without_nulls(v) for k, v in document.items() if v is not None}
    if isinstance(document, list):
        return [_without_nulls(v) for v in document]
    return document


@pytest.mark.parametrize(("method", "path", "query"), CALLS)
def test_answers(
    contract: dict[str, Any], small: Caller, method: str, path: str, query: dict[str, Any]
) -> None:
    answer = small.get(path, **query) if method == "GET" else small.post(path, **query)
    assert answer.status_code == 200, answer.text
    _check(contract, method, path, answer.json())


@pytest.mark.parametrize(("method", "path", "query"), ON_AN_ISSUE)
def test_answers_about_an_issue(
    contract: dict[str, Any], small: Caller, method: str, path: str, query: dict[str, Any]
) -> None:
    for issue in ["10000", *small.search("updated >= -2d", maxResults=5)[:5]]:
        answer = small.get(path.replace("{issueIdOrKey}", issue), **query)
        _check(contract, method, path, answer.json())


def test_every_described_path_is_served(contract: dict[str, Any]) -> None:
    from jira_usage.demo.server import ROUTES

    served = {(route.method.lower(), route.template) for route in ROUTES}
    described = {(m, path) for path, methods in contract["paths"].items() for m in methods}
    assert described <= served
