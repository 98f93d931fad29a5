"""Each request that a sync sends keeps to Atlassian's own contract."""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from test_sync import NOW, connect, synced

from jira_usage.demo import DemoSite
from jira_usage.preflight import check, sign_in
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.verify import verify


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    folder = os.environ.get("JIRA_OPENAPI")
    if not folder:
        pytest.skip("JIRA_OPENAPI names no folder with Atlassian's description")
    described: dict[str, Any] = json.loads((Path(folder) / "jira-cloud-v3-subset.json").read_text())
    return described


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[requests.PreparedRequest]:
    """Everything that a check, two syncs and a verification send."""
    seen: list[requests.PreparedRequest] = []
    send = requests.Session.send

    def recording(self: requests.Session, request: requests.PreparedRequest, **how: Any) -> Any:
        seen.append(request)
        return send(self, request, **how)

    patch = pytest.MonkeyPatch()
    patch.setattr(requests.Session, "send", recording)
    store = Store.open({"JIRA_USAGE_HOME": str(tmp_path_factory.mktemp("home"))})
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        list(check(connect(site)))
        synced(site, store)
        synced(site, store)
        snapshot = Snapshot.load(store.site(site.url, site.account_id))
        list(verify(sign_in(connect(site)).cloud, snapshot))
    patch.undo()
    return seen


def operation(contract: dict[str, Any], request: requests.PreparedRequest) -> dict[str, Any]:
    path = urlsplit(str(request.url)).path
    for template, operations in contract["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and str(request.method).lower() in operations:
            found: dict[str, Any] = operations[str(request.method).lower()]
            return found
    raise AssertionError(f"{request.method} {path} is not in the contract")


def resolved(contract: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = contract["components"]["schemas"][name]
    return schema


def test_every_path_and_parameter_is_documented(
    contract: dict[str, Any], sent: list[requests.PreparedRequest]
) -> None:
    for request in sent:
        described = operation(contract, request)
        known = {p["name"] for p in described.get("parameters", []) if p["in"] == "query"}
        assert parse_qs(urlsplit(str(request.url)).query).keys() <= known, request.url


def test_every_body_has_only_documented_properties_of_the_documented_type(
    contract: dict[str, Any], sent: list[requests.PreparedRequest]
) -> None:
    types = {"array": list, "integer": int, "string": str, "boolean": bool}
    bodies = [request for request in sent if request.body]
    assert bodies
    for request in bodies:
        content = operation(contract, request)["requestBody"]["content"]["application/json"]
        schema = resolved(contract, content["schema"])
        body = json.loads(request.body or b"")
        assert body.keys() <= schema["properties"].keys(), request.url
        for name, value in body.items():
            kind = resolved(contract, schema["properties"][name]).get("type")
            assert kind not in types or isinstance(value, types[kind]), (request.url, name)


def test_nothing_but_reading_is_sent_and_only_to_the_site(
    sent: list[requests.PreparedRequest],
) -> None:
    assert {request.method for request in sent} == {"GET", "POST"}
    assert len({urlsplit(str(request.url)).netloc for request in sent}) == 1


def test_what_the_site_is_asked_first_is_asked_without_the_token(
    sent: list[requests.PreparedRequest],
) -> None:
    assert str(sent[0].url).endswith("/serverInfo")
    assert "Authorization" not in sent[0].headers
