"""Asks a simulated site as its administrator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import requests

from jira_usage.demo import DemoSite

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Caller:
    """Asks a site as its administrator; the answer is a requests.Response."""

    def __init__(self, site: DemoSite, *, token: str | None = None, base: str | None = None):
        self.site = site
        self.base = (base or site.url) + "/rest/api/3"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.auth = (site.email, token or site.token)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(self.base + path, params=query, timeout=30, allow_redirects=False)

    def post(self, path: str, **body: Any) -> requests.Response:
        return self.http.post(self.base + path, json=body, timeout=30, allow_redirects=False)

    def search(self, jql: str, **more: Any) -> list[str]:
        """Ids of all issues of a query."""
        ids: list[str] = []
        while True:
            answer = self.post("/search/jql", jql=jql, **more)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            ids += [issue["id"] for issue in page["issues"]]
            if page["isLast"]:
                assert not page.get("nextPageToken")
                return ids
            more["nextPageToken"] = page["nextPageToken"]
