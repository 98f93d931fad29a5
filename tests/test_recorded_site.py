"""A site that gives real answers and headers, as others recorded them, is read whole."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from jira_usage.api import JiraCloud
from jira_usage.connection import Connection, Hosts
from jira_usage.datasets import dataset
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    PagingBroken,
    RateLimited,
    RequestRefused,
)
from jira_usage.pace import Patience
from jira_usage.period import to_epoch_ms
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Summary, run, sync
from jira_usage.transport import Transport
from tests.recorded import load

SITE = "https://acme.atlassian.net"
V3 = "/rest/api/3/"
NOW = "2021-06-10T12:00:00.000+0800"
HASTY = Patience(attempts=2, rate_limit_attempts=2, first_backoff=0.01, longest_wait=0.5)

Document = dict[str, Any]
Documents = list[Document]
Answer = tuple[int, dict[str, str], bytes]


class RecordedSite:
    """Recorded answers, at the paths of Jira Cloud, in pages that are smaller than asked for.

    What nobody has recorded is empty, or as short as the description allows.
    """

    def __init__(self) -> None:
        self.expanded: Documents = load("user_expand_groups_applicationRoles_airbyteio")[
            "responses"
        ]
        self.me = self.expanded[0]
        self.users: Documents = [
            *load("devlake_users")["users"],
            *load("users_search_app_accounts_2025")["response"],
            *load("users_edge_shapes")["response"],
            *self.expanded,
        ]
        self.roles: Documents = load("applicationrole_airbyteio_2023")["response"]
        self.worklogs: Documents = load("devlake_worklogs")["worklogs"]
        self.feed: Documents = [
            {"worklogId": int(w["id"]), "updatedTime": to_epoch_ms(w["updated"])}
            for w in self.worklogs
        ]
        told = load("devlake_issues_expand_changelog")["issues"]
        self.issues = {i["id"]: i for i in told if i["fields"]["project"]["key"] == "EE"}
        self.histories = {i: _in_bulk(issue) for i, issue in self.issues.items()}
        self.headers = {**load("response_headers_200_2025")["headers"]}
        self.headers["X-Aaccountid"] = self.me["accountId"]
        del self.headers["Transfer-Encoding"]  # whoever sends a body frames it

    def answer(self, request: requests.PreparedRequest) -> Answer:
        url = urlsplit(str(request.url))
        query = dict(parse_qsl(url.query))
        body = json.loads(request.body) if request.body else {}
        name = url.path.removeprefix(V3)
        document = self._document(name, query, body)
        if document is None:
            return 404, self.headers, self._packed({"errorMessages": [], "errors": {}})
        return 200, self.headers, self._packed(document)

    def _packed(self, document: Any) -> bytes:
        assert self.headers["Content-Encoding"] == "gzip"
        return gzip.compress(json.dumps(document).encode(), 1)

    def _document(self, name: str, query: dict[str, str], body: Document) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "serverInfo": lambda: {"deploymentType": "Cloud", "serverTime": NOW},
            "myself": lambda: self.me,
            "users/search": lambda: self.users[int(query["startAt"]) :][:20],
            "applicationrole": lambda: self.roles,
            "group/bulk": lambda: _bean([], query),
            "group/member": lambda: _bean(self._members(query["groupId"]), query),
            "instance/license": lambda: {"applications": [{"id": "jira-software", "plan": "PAID"}]},
            "license/approximateLicenseCount": lambda: {"key": "all", "value": "5"},
            "license/approximateLicenseCount/product/jira-software": lambda: {"value": "5"},
            "project/search": lambda: _bean(self._projects(), query),
            "field": list,
            "role": list,
            "search/jql": lambda: self._search(body),
            "issue/bulkfetch": lambda: {
                "issues": [self.issues[i] for i in body["issueIdsOrKeys"] if i in self.issues]
            },
            "changelog/bulkfetch": lambda: self._changelogs(body),
            "worklog/updated": lambda: self._feed(self.feed, int(query["since"])),
            "worklog/deleted": lambda: self._feed([], int(query["since"])),
            "worklog/list": lambda: [w for w in self.worklogs if int(w["id"]) in body["ids"]],
        }
        return answers[name]() if name in answers else None

    def _members(self, group_id: str) -> Documents:
        return [
            user
            for user in self.expanded
            if group_id in {group["groupId"] for group in user["groups"]["items"]}
        ]

    def _projects(self) -> Documents:
        return [next(iter(self.issues.values()))["fields"]["project"]]

    def _search(self, body: Document) -> Document:
        start = int(body.get("nextPageToken") or 0)
        size = 12 if body["fields"] != ["id"] else 25
        found = list(self.issues.values())[start : start + size]
        if body["fields"] == ["id"]:
            found = [{"id": issue["id"]} for issue in found]
        last = start + size >= len(self.issues)
        return {"issues": found, "isLast": last} | (
            {} if last else {"nextPageToken": str(start + size)}
        )

    def _changelogs(self, body: Document) -> Document:
        ids = sorted(body["issueIdsOrKeys"])
        start = int(body.get("nextPageToken") or 0)
        told = [
            {"issueId": i, "changeHistories": self.histories[i]}
            for i in ids[start : start + 7]
            if i in self.histories
        ]
        more = str(start + 7) if start + 7 < len(ids) else None
        return {"issueChangeLogs": told, "nextPageToken": more}

    def _feed(self, entries: Documents, since: int) -> Document:
        found = [entry for entry in entries if entry.get("updatedTime", since) >= since]
        return {"values": found, "since": since, "until": since, "lastPage": True}


def _in_bulk(issue: Document) -> Documents:
    """An issue's histories as the bulk gives them: the oldest first, instants as numbers."""
    histories = reversed(issue["changelog"]["histories"])
    return [{**history, "created": to_epoch_ms(history["created"])} for history in histories]


def _bean(values: Documents, query: dict[str, str]) -> Document:
    start = int(query["startAt"])
    page = values[start : start + 2]
    return {"values": page, "startAt": start, "maxResults": 2, "total": len(values)}


@pytest.fixture
def site() -> RecordedSite:
    return RecordedSite()


@pytest.fixture
def network(site: RecordedSite) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(f"{SITE}{V3}"), callback=site.answer)
        yield mock


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def synced(store: Store) -> Summary:
    connection = Connection.parse("acme", "ann@example.com", "token", hosts=Hosts(), gateway="")
    return run(sync(connection, store, days=366, patience=HASTY))


def exported(site: RecordedSite, store: Store, name: str) -> Documents:
    snapshot = Snapshot.load(store.site(SITE, site.me["accountId"]))
    frame = dataset(snapshot, name, snapshot.period(366, "UTC"))
    return cast(Documents, frame.to_dict("records"))


@pytest.mark.usefixtures("network")
def test_a_site_of_recorded_answers_is_read_whole(site: RecordedSite, store: Store) -> None:
    summary = synced(store)
    assert set(summary.coverage.values()) == {"complete"}, summary.coverage
    assert (summary.users, summary.issues, summary.worklogs) == (51, 30, 30)
    activity = exported(site, store, "activity")
    assert Counter(row["kind"] for row in activity) == {
        "issue_changed": 506,  # of 507 until now: 11443 keeps the books of a work log, and no more
        "issue_created": 30,
        "worklog_created": 30,
        "comment_created": 8,
        "worklog_edited": 1,
    }
    unseen = {row["issue_id"] for row in activity if not row["issue_key"]}
    assert unseen == {w["issueId"] for w in site.worklogs} - site.issues.keys()


@pytest.mark.usefixtures("network")
def test_of_three_in_the_license_group_only_the_person_is_licensed(
    site: RecordedSite, store: Store
) -> None:
    synced(store)
    access = {row["product_key"]: row for row in exported(site, store, "access")}
    assert {row["account_id"] for row in access.values()} == {site.me["accountId"]}
    assert {row["state"] for row in access.values()} == {"licensed"}
    assert sorted(access["jira-software"]["groups"]) == [
        "administrators",
        "integration-test-group",
        "jira-administrators",
        "jira-admins-airbyteio",
        "jira-servicemanagement-users-airbyteio",
        "jira-software-users",
        "site-admins",
    ]
    licenses = {row["product_key"]: row for row in exported(site, store, "licenses")}
    assert (licenses["jira-software"]["seats"], licenses["jira-software"]["seats_used"]) == (10, 5)
    assert licenses["jira-software"]["licensed_users"] == 1
    people = Counter(row["account_type"] for row in exported(site, store, "users"))
    assert people == {"atlassian": 32, "app": 18, "customer": 1}


@pytest.mark.usefixtures("network")
def test_what_is_not_understood_is_counted_and_told_and_the_rest_is_kept(
    site: RecordedSite, store: Store
) -> None:
    first, second, third, fourth = list(site.issues)[:4]
    lost = [*site.histories[first][:2], *site.histories[third]]
    missing = {("issue_changed", h["id"]) for h in lost if h["created"] <= to_epoch_ms(NOW)}
    site.histories[first][:2] = [without(lost[0], "id"), without(lost[1], "created")]
    site.histories[second].append("a text")  # type: ignore[arg-type]  # no history
    site.histories[third] = "no list"  # type: ignore[assignment]  # no list
    one, two = site.issues[second]["fields"]["comment"]["comments"]
    missing |= {("comment_created", one["id"]), ("comment_created", two["id"])}
    del one["id"]
    two["created"] = two["updated"] = "yesterday"
    missing.add(("issue_created", fourth))
    del site.issues[fourth]["fields"]["created"]
    site.feed.append({"updatedTime": to_epoch_ms(NOW)})
    site.feed.append({"worklogId": "seven", "updatedTime": to_epoch_ms(NOW)})
    site.worklogs[0] |= {"created": None, "updated": None}  # a history tells of it all the same
    summary = synced(store)
    assert {name: word for name, word in summary.coverage.items() if word != "complete"} == {
        "histories": "partial"
    }
    coverage = Snapshot.load(store.site(SITE, site.me["accountId"])).coverage
    (reason,) = coverage.loc[coverage["dataset"] == "histories", "reason"]
    assert reason == "10 entries could not be understood."
    kept = {(row["kind"], row["source_id"]) for row in exported(site, store, "activity")}
    assert not missing & kept and len(missing) + len(kept) == 575


def without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}


# --- the methods of the API, one by one


@pytest.fixture
def cloud(network: responses.RequestsMock) -> JiraCloud:
    return JiraCloud(Transport(SITE, ("ann@example.com", "token"), patience=HASTY))


def ids(pages: list[Documents], name: str) -> list[str]:
    return [document[name] for page in pages for document in page]


def test_54_users_come_in_pages_of_twenty(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.users())
    assert [len(page) for page in pages] == [20, 20, 14, 0]
    assert ids(pages, "accountId") == [user["accountId"] for user in site.users]


def test_a_group_of_three_comes_in_pages_of_two(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.group_members("4452b254-035d-469a-a422-1f4666dce50e"))
    assert [len(page) for page in pages] == [2, 1]
    assert ids(pages, "accountId") == [user["accountId"] for user in site.expanded]


def test_30_issues_come_by_tokens_each_once(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.search_issues("updated >= -9d", ["comment"]))
    assert [len(page) for page in pages] == [12, 12, 6]
    assert ids(pages, "id") == list(site.issues)


def test_the_histories_of_30_issues_come_by_tokens(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.changelogs(list(site.issues)))
    told = {e.issue_id: len(e.histories or ()) for page in pages for e in page.entries}
    assert len(pages) == 5 and sum(told.values()) == 517
    assert told == {issue_id: len(some) for issue_id, some in site.histories.items()}


def test_the_histories_of_one_issue_come_by_offset() -> None:
    """As Jira serves them: a hundred at once, whatever is asked for."""
    told = load("devlake_changelog_v3")["byIssue"]
    whole = [*told["13383"], *told["13491"]]
    with responses.RequestsMock() as mock:

        def page(request: requests.PreparedRequest) -> Answer:
            start = int(dict(parse_qsl(urlsplit(str(request.url)).query))["startAt"])
            document = {
                "values": whole[start : start + 100],
                "startAt": start,
                "maxResults": 100,
                "total": len(whole),
                "isLast": start + 100 >= len(whole),
            }
            return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

        mock.add_callback(responses.GET, f"{SITE}{V3}issue/13383/changelog", callback=page)
        pages = list(JiraCloud(Transport(SITE, None, patience=HASTY)).changelog("13383"))
    assert [len(page) for page in pages] == [100, 79]
    assert ids(pages, "id") == [history["id"] for history in whole]


def test_30_work_logs_are_named_by_their_feed_and_read_by_id(
    cloud: JiraCloud, site: RecordedSite
) -> None:
    (entries,) = cloud.updated_worklogs(0)
    read = cloud.worklogs([entry["worklogId"] for entry in entries])
    assert ids([read], "id") == [worklog["id"] for worklog in site.worklogs]


def test_two_products_and_no_other_list_in_their_place(
    cloud: JiraCloud, site: RecordedSite
) -> None:
    assert ids([cloud.application_roles()], "key") == ["jira-servicedesk", "jira-software"]
    site.roles = {"errorMessages": ["?"]}  # type: ignore[assignment]  # no list
    with pytest.raises(PagingBroken):
        cloud.application_roles()


# --- errors.json: six answers that are errors, and one that is only headers
# --- response_headers_200_2025.json: the headers of a good answer


def refusal(told: Document) -> JiraUsageError:
    """The error that the transport makes of a recorded answer."""
    body = told.get("body", {"errorMessages": ["Rate limit exceeded."]})
    page = isinstance(body, str)
    with responses.RequestsMock() as mock:
        mock.get(
            f"{SITE}{V3}field",
            status=told["status"],
            body=body if page else json.dumps(body),
            content_type="text/html;charset=UTF-8" if page else "application/json;charset=UTF-8",
            headers=told.get("headers", {}),
        )
        transport = Transport(SITE, ("ann@example.com", "token"), patience=HASTY)
        transport.expect_account("")
        with pytest.raises(JiraUsageError) as caught:
            transport.get(f"{V3}field")
    return caught.value


def test_each_recorded_error_has_its_class_and_its_sentence() -> None:
    told = [refusal(one) for one in load("errors")["bodies"]]
    assert [(type(error), getattr(error, "status", None)) for error in told] == [
        (RequestRefused, 410),
        (RequestRefused, 410),
        (RateLimited, None),  # an HTML page without Retry-After
        (RateLimited, None),
        (RateLimited, None),
        (RequestRefused, 404),
        (RequestRefused, 400),
    ]
    assert [error.message for error in told if isinstance(error, RequestRefused)] == [
        "Jira refused a request (410).",
        "Jira refused a request (410).",
        "Jira refused a request (404).",
        "Jira refused a request (400).",
    ]
    limits = [error.message for error in told if isinstance(error, RateLimited)]
    assert all(text.startswith("Jira limits how often it may be asked: wait ") for text in limits)
    assert "31 minutes" in limits[1]  # Retry-After: 1847
    assert "wait 1 second" in limits[2]  # Retry-After: 1
    for error in told:
        assert "CHANGE-2046" not in str(error) and "sprints" not in str(error)


@pytest.mark.usefixtures("network")
def test_an_issue_that_is_gone_is_none(cloud: JiraCloud) -> None:
    assert cloud.issue("1", ["created"]) is None


def test_the_headers_of_a_good_answer_name_the_account(
    cloud: JiraCloud, site: RecordedSite
) -> None:
    assert cloud.myself()["accountId"] == site.me["accountId"]
    assert cloud.transport.answered_as == site.me["accountId"]
    cloud.transport.expect_account(site.me["accountId"])
    cloud.application_roles()
    assert not cloud.transport.identity_suspect
    site.headers["X-Aaccountid"] = "somebody else"
    with pytest.raises(AuthenticationFailed, match="another account"):
        cloud.application_roles()


def test_an_answer_that_is_cut_is_asked_for_again(
    cloud: JiraCloud, site: RecordedSite, network: responses.RequestsMock
) -> None:
    whole, cut = site.answer, iter([True])

    def answer(request: requests.PreparedRequest) -> Answer:
        status, headers, body = whole(request)
        plain = {n: v for n, v in headers.items() if n != "Content-Encoding"}
        return (status, plain, gzip.decompress(body)[:99]) if next(cut, False) else (
            status, headers, body
        )  # fmt: skip

    network.reset()
    network.add_callback(responses.GET, re.compile(f"{SITE}{V3}"), callback=answer)
    assert ids([cloud.application_roles()], "key") == ["jira-servicedesk", "jira-software"]
    assert len(network.calls) == 2
