"""Each request that the app sends keeps to Atlassian's own contract, and so does each answer."""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from jira_usage.api import JiraCloud
from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite
from jira_usage.demo.server import App
from jira_usage.preflight import check, sign_in
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.verify import verify
from tests.known_differences import GATEWAY, OTHER_PATHS, TURNED_AWAY, unexplained
from tests.openapi import Contract, Fault, contract
from tests.test_sync import NOW, connect, synced

ENOUGH = 10
"""Of a list in an answer so many entries are looked at."""


@dataclass
class Talk:
    """What was said between the app and a site."""

    asked: list[requests.PreparedRequest] = field(default_factory=list)
    answered: list[tuple[str, str, int, bytes]] = field(default_factory=list)
    called: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def described() -> Contract:
    return contract()


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """All that checks, two syncs and a verification say, with a plain and with a scoped token."""
    told = Talk()
    site = DemoSite(size="small", seed=1, now=NOW, traps="bulkfetch_cap_1000")  # many pages
    with pytest.MonkeyPatch.context() as patch, site:
        listen(told, patch)
        store = Store.open({"JIRA_USAGE_HOME": str(tmp_path_factory.mktemp("home"))})
        list(check(connect(site)))
        synced(site, store)
        site.advance(timedelta(hours=2))
        synced(site, store)
        snapshot = Snapshot.load(store.site(site.url, site.account_id))
        cloud = sign_in(connect(site)).cloud
        list(verify(cloud, snapshot, sample=10, seed=1))
        cloud.server_info_v2()
        cloud.user_groups(site.account_id)
        assert cloud.comments_by_id(range(10_000, 10_100))
        list(cloud.audit_records(snapshot.as_of_ms - 3_600_000))
        list(islice(cloud.search_issues("updated >= -1d", ["id"], page_size=5), 2))
        hosts = Hosts().plus(site.host)
        scoped = (site.url, site.email, site.scoped_token)
        list(check(Connection.parse(*scoped, hosts=hosts, gateway=site.url)))
    yield told


def listen(told: Talk, patch: pytest.MonkeyPatch) -> None:
    """Notes every request, every answer and every method of JiraCloud from now on."""
    send, answer = HTTPAdapter.send, App.answer

    def sending(self: HTTPAdapter, request: requests.PreparedRequest, **how: Any) -> Any:
        told.asked.append(request)
        return send(self, request, **how)

    def answering(self: App, method: str, path: str, *what: Any) -> Any:
        reply = answer(self, method, path, *what)
        told.answered.append((method, path, reply.status, reply.body))
        return reply

    def calling(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*what: Any, **more: Any) -> Any:
            told.called.add(name)
            return method(*what, **more)

        return noted

    patch.setattr(HTTPAdapter, "send", sending)
    patch.setattr(App, "answer", answering)
    for name, method in operations().items():
        patch.setattr(JiraCloud, name, calling(name, method))


def operations() -> dict[str, Callable[..., Any]]:
    return {
        name: method
        for name, method in vars(JiraCloud).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


OPERATIONS = operations()


def as_described(url: str) -> str:
    """The URL without the gateway, and with the described path in place of another one."""
    scheme, host, path, query, _ = urlsplit(url)
    path = GATEWAY.sub("", path)
    return urlunsplit((scheme, host, OTHER_PATHS.get(path, path), query, ""))


def faults(described: Contract, request: requests.PreparedRequest) -> list[Fault]:
    url = as_described(str(request.url))
    if not urlsplit(url).path:
        return []
    return described.request_faults(str(request.method), url, request.body)


def test_every_request_keeps_to_the_contract(described: Contract, talk: Talk) -> None:
    for request in talk.asked:
        assert faults(described, request) == [], (request.url, str(request.body)[:200])


def test_every_answer_keeps_to_the_contract(described: Contract, talk: Talk) -> None:
    seen: set[tuple[str, str, int]] = set()
    turned_away = 0
    for method, path, status, body in talk.answered:
        path = urlsplit(as_described(path)).path
        document = shortened(json.loads(body))
        if status == 401 and document.keys() == TURNED_AWAY:
            turned_away += 1
        elif path:
            broken = described.answer_faults(method, path, status, document)
            assert unexplained(broken) == [], (method, path)
            seen.add((method, described.operation(method, path)[0], status))
    assert len(seen) > 20 and turned_away == 1


def shortened(document: Any) -> Any:
    """A document with the first entries of its lists: there are many of the same kind."""
    if isinstance(document, dict):
        return {name: shortened(value) for name, value in document.items()}
    if isinstance(document, list):
        return [shortened(value) for value in document[:ENOUGH]]
    return document


def test_every_operation_of_the_app_was_heard(talk: Talk) -> None:
    assert talk.called == OPERATIONS.keys()


def test_the_other_paths_are_still_asked_for(talk: Talk) -> None:
    paths = {urlsplit(str(request.url)).path for request in talk.asked}
    assert OTHER_PATHS.keys() <= {GATEWAY.sub("", path) for path in paths}
    assert any(GATEWAY.match(path) for path in paths)


def test_nothing_but_reading_is_sent_and_only_to_the_site(talk: Talk) -> None:
    assert {request.method for request in talk.asked} == {"GET", "POST"}
    assert len({urlsplit(str(request.url)).netloc for request in talk.asked}) == 1


def test_what_the_site_is_asked_first_is_asked_without_the_token(talk: Talk) -> None:
    assert str(talk.asked[0].url).endswith("/serverInfo")
    assert "Authorization" not in talk.asked[0].headers


# --- the check itself: whatever is wrong in a request is noticed


def one_of_each(described: Contract, talk: Talk) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Method, URL and body of one request of each operation and choice of parameters."""
    found: dict[tuple[str, ...], tuple[str, str, dict[str, Any] | None]] = {}
    for request in talk.asked:
        method, url = str(request.method), as_described(str(request.url))
        if urlsplit(url).path:
            template, _, _ = described.operation(method, urlsplit(url).path)
            body = json.loads(request.body) if request.body else None
            names = sorted([*dict(parse_qsl(urlsplit(url).query)), *(body or ())])
            found[(method, template, *names)] = (method, url, body)
    return list(found.values())


def wrong(described: Contract, method: str, url: str, body: dict[str, Any] | None) -> list[Fault]:
    return described.request_faults(method, url, None if body is None else json.dumps(body))


def with_query(url: str, query: dict[str, str]) -> str:
    return urlunsplit(urlsplit(url)._replace(query=urlencode(query)))


def test_an_undescribed_path_parameter_or_property_is_noticed(
    described: Contract, talk: Talk
) -> None:
    for method, url, body in one_of_each(described, talk):
        assert wrong(described, method, url, body) == []
        assert wrong(described, method, url.replace("/rest/api/3/", "/rest/api/3/x"), body)
        assert wrong(described, "PUT", url, body)
        query = dict(parse_qsl(urlsplit(url).query))
        assert wrong(described, method, with_query(url, query | {"surprise": "1"}), body)
        for name in query:
            others = {n: v for n, v in query.items() if n != name}
            renamed = with_query(url, others | {f"{name}s": query[name]})
            assert wrong(described, method, renamed, body), name
        for name in body or ():
            others = {n: v for n, v in (body or {}).items() if n != name}
            assert wrong(described, method, url, others | {f"{name}s": 1}), name


def test_a_parameter_or_property_of_a_wrong_type_is_noticed(
    described: Contract, talk: Talk
) -> None:
    tried = set()
    for method, url, body in one_of_each(described, talk):
        query = dict(parse_qsl(urlsplit(url).query))
        # Any text is a text: what is described as no more than that can't be wrong.
        for name in query.keys() - {"groupId", "fields", "accountId", "from", "expand"}:
            tried.add(name)
            assert wrong(described, method, with_query(url, query | {name: "many"}), body), name
        for name in body or ():
            tried.add(name)
            assert wrong(described, method, url, (body or {}) | {name: {"of": "another"}}), name
    assert {"startAt", "since", "action", "accessType", "includeInactiveUsers"} <= tried
    assert {"jql", "issueIdsOrKeys", "fieldIds", "ids", "fields", "nextPageToken"} <= tried


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("search/jql", {"jql": "key = A-1", "maxResults": 5001}),
        ("issue/bulkfetch", {"issueIdsOrKeys": ["1"] * 1001}),
        ("issue/bulkfetch", {"fields": ["comment"]}),
        ("changelog/bulkfetch", {"issueIdsOrKeys": ["1"] * 1001}),
        ("changelog/bulkfetch", {"issueIdsOrKeys": [1]}),
        ("changelog/bulkfetch", {"issueIdsOrKeys": []}),
        ("changelog/bulkfetch", {"issueIdsOrKeys": ["1"], "maxResults": 10_001}),
        ("changelog/bulkfetch", {"issueIdsOrKeys": ["1"], "fieldIds": list("abcdefghijk")}),
        ("changelog/bulkfetch", None),
        ("worklog/list", {"ids": list(range(1001))}),
        ("worklog/list", {"ids": ["1"]}),
        ("worklog/list", {"ids": [1, 1]}),
        ("comment/list", {"ids": list(range(1001))}),
        ("comment/list", {"ids": ["1"]}),
        ("comment/list", {"ids": [1, 1]}),
        ("comment/list", {}),
    ],
)
def test_too_much_too_little_and_the_wrong_are_noticed(
    described: Contract, path: str, body: dict[str, Any] | None
) -> None:
    assert wrong(described, "POST", f"https://a.atlassian.net/rest/api/3/{path}", body)


@pytest.mark.parametrize(
    "path",
    [
        "license/approximateLicenseCount/product/confluence",
        "project/search?maxResults=101",
        "project/search?action=own",
        "project/A/role/Developers",
        "group/bulk?accessType=nobody",
        "user/groups",
        "worklog/updated?since=yesterday",
    ],
)
def test_a_value_beyond_its_words_and_bounds_is_noticed(described: Contract, path: str) -> None:
    assert wrong(described, "GET", f"https://a.atlassian.net/rest/api/3/{path}", None)
