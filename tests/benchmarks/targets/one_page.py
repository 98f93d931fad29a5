"""Turns a page of histories into rows, some times over; run by histories.py, prints JSON."""

from __future__ import annotations

import json
import time

import requests

from jira_usage.activity import Acts
from jira_usage.demo import DemoSite
from jira_usage.reading.columns import history_page

from ..site_process import NOW, SEED

ISSUES = 1000
ROUNDS = 8


def main() -> None:
    page = _page()
    best, histories = float("inf"), 0
    for _ in range(ROUNDS):
        began = time.process_time()
        acts = Acts(0)
        read = history_page(page, since_ms=0)
        acts.take(read.told)
        for name in ("acts", "worklog_acts"):
            acts.tables(name)
        best = min(best, time.process_time() - began)
        histories = read.histories
    print(json.dumps({"histories": histories, "seconds": best, "bytes": len(page)}))


def _page() -> bytes:
    """A page of the simulated site: whole lives of issues, up to 10,000 histories."""
    with DemoSite(size="small", seed=SEED, now=NOW) as site, requests.Session() as session:
        session.trust_env = False
        session.auth = (site.email, site.token)
        api = f"{site.url}/rest/api/3"
        search = {"jql": "updated >= -60d ORDER BY created ASC", "fields": ["id"]}
        found = session.post(f"{api}/search/jql", json={**search, "maxResults": 5000}).json()
        ids = [issue["id"] for issue in found["issues"]][:ISSUES]
        ask = {"issueIdsOrKeys": ids, "maxResults": 10_000}
        return session.post(f"{api}/changelog/bulkfetch", json=ask).content


if __name__ == "__main__":
    main()
