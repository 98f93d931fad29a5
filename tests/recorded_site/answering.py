"""Recorded answers and headers, at the paths of Jira Cloud, as a site would give them."""

import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from jira_usage.pace import Patience
from jira_usage.period import to_epoch_ms
from tests.recorded import Document, Documents, load

SITE = "https://acme.atlassian.net"
V3 = "/rest/api/3/"
NOW = "2021-06-10T12:00:00.000+0800"
HASTY = Patience(attempts=2, rate_limit_attempts=2, first_backoff=0.01, longest_wait=0.5)

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


def ids(pages: list[Documents], name: str) -> list[str]:
    return [document[name] for page in pages for document in page]
