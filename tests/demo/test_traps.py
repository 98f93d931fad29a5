"""Extra traps: each does what its sentence says, and a retry succeeds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from jira_usage.demo import DemoSite
from jira_usage.demo.traps import CONDITIONS, FAULTS, PAGES, chosen

from .caller import NOON, Caller

MONTH = "updated >= -30d ORDER BY key ASC"


def site_with(*traps: str, size: str = "tiny") -> DemoSite:
    return DemoSite(size, now=NOON, traps=traps)


def test_traps_are_described() -> None:
    traps = DemoSite.traps_available()
    assert len(traps) > 20
    assert all(text.endswith(".") for text in traps.values())
    assert chosen("all") >= FAULTS.keys() | PAGES.keys() and "z_offsets" not in chosen("all")
    assert chosen(["hostile"]) < chosen("all")
    with pytest.raises(ValueError, match="gravity"):
        DemoSite("tiny", traps=["gravity"])


@pytest.mark.parametrize(("trap", "status", "kind"), [
    ("rate_limit", 429, "application/json"), ("rate_limit_no_header", 429, "application/json"),
    ("rate_limit_html", 429, "text/html"), ("server_error", 503, "text/html"),
    ("redirect_login", 302, "text/html"), ("html_200", 200, "text/html"),
])  # fmt: skip
def test_faults_answer_the_second_request(trap: str, status: int, kind: str) -> None:
    with site_with(trap) as site:
        caller = Caller(site)
        answers = [caller.get("/myself") for _ in range(7)]
        assert [a.status_code for a in answers] == [200, status, 200, 200, 200, 200, status]
        assert answers[1].headers["Content-Type"].startswith(kind)
        waits = {"rate_limit": "1", "rate_limit_html": "0"}
        assert answers[1].headers.get("Retry-After") == waits.get(trap)
        assert answers[2].json()["accountId"] == site.account_id


def test_reset_cuts_the_answer() -> None:
    with site_with("reset") as site:
        caller = Caller(site)
        assert caller.get("/myself").status_code == 200
        with pytest.raises(requests.RequestException):
            caller.get("/myself")
        assert caller.get("/myself").status_code == 200


def test_truncated_json_is_no_json() -> None:
    with site_with("truncated_json") as site:
        caller = Caller(site)
        caller.get("/myself")
        broken = caller.get("/myself")
        assert broken.status_code == 200
        with pytest.raises(ValueError):
            broken.json()


def test_anonymous_200_spares_endpoints_that_need_a_login() -> None:
    with site_with("anonymous_200") as site:
        caller = Caller(site)
        found = [caller.post("/search/jql", jql=MONTH) for _ in range(3)]
        assert [len(a.json()["issues"]) for a in found] == [4, 0, 4]
        assert found[1].headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
        assert "X-AAccountId" not in found[1].headers
        assert [caller.get("/myself").status_code for _ in range(3)] == [200] * 3


def _crawl(caller: Caller, most: int = 200) -> tuple[list[str], list[dict[str, Any]]]:
    ids: list[str] = []
    pages: list[dict[str, Any]] = []
    body: dict[str, Any] = {"jql": MONTH, "maxResults": most, "fields": ["id"]}
    while len(pages) < 60:
        answer = caller.post("/search/jql", **body)
        if answer.status_code == 400:
            pages.append({"refused": True})
            continue
        page = answer.json()
        pages.append(page)
        ids += [issue["id"] for issue in page["issues"]]
        if page["isLast"]:
            break
        body["nextPageToken"] = page["nextPageToken"]
    return ids, pages


@pytest.mark.parametrize("trap", ["repeated_token", "token_expires", "empty_page", "short_pages"])
def test_odd_pages_lose_nothing(trap: str, small: Caller) -> None:
    whole = small.search(MONTH, maxResults=5000)
    with site_with(trap, size="small") as site:
        ids, pages = _crawl(Caller(site))
    assert set(ids) == set(whole)
    tokens = [p.get("nextPageToken") for p in pages]
    if trap == "repeated_token":
        assert len(ids) == len(whole) + 200 and len(set(tokens)) == len(tokens) - 1
    if trap == "token_expires":
        assert sum("refused" in p for p in pages) == 1
    if trap == "empty_page":
        assert pages[0]["issues"] == [] and not pages[0]["isLast"] and pages[1]["issues"]
    if trap == "short_pages":
        assert {len(p["issues"]) for p in pages[:-1]} == {150}


def test_short_pages_of_users_lose_nobody(small: Caller) -> None:
    whole = {u["accountId"] for u in small.get("/users/search", maxResults=1000).json()}
    with site_with("short_pages", size="small") as site:
        caller = Caller(site)
        found, start = set(), 0
        sizes = []
        while page := caller.get("/users/search", startAt=start, maxResults=100).json():
            found |= {u["accountId"] for u in page}
            sizes.append(len(page))
            start += 100
    assert found == whole and max(sizes) < 100


def test_duplicate_histories(small: Caller) -> None:
    ids = small.search(MONTH, maxResults=5000)[:100]
    with site_with("duplicate_histories", size="small") as site:
        caller = Caller(site)
        seen: list[str] = []
        body: dict[str, Any] = {"issueIdsOrKeys": ids, "maxResults": 200}
        while True:
            page = caller.post("/changelog/bulkfetch", **body).json()
            seen += [h["id"] for log in page["issueChangeLogs"] for h in log["changeHistories"]]
            if not page.get("nextPageToken"):
                break
            body["nextPageToken"] = page["nextPageToken"]
    whole = small.post("/changelog/bulkfetch", issueIdsOrKeys=ids, maxResults=10_000).json()
    right = [h["id"] for log in whole["issueChangeLogs"] for h in log["changeHistories"]]
    assert len(seen) > len(right) and set(seen) == set(right)


def test_index_lag(small: Caller) -> None:
    with site_with("index_lag", size="small") as site:
        late = Caller(site).search("updated >= -10m", maxResults=5000)
        now = small.search("updated >= -10m", maxResults=5000)
        four = small.search("updated >= -4m", maxResults=5000)
        assert len(late) <= len(now) and len(four) > 0
        missing = set(now) - set(late)
        assert missing <= set(four)
        if missing:
            told = Caller(site).post(
                "/search/jql", jql="updated >= -10m", reconcileIssues=[int(next(iter(missing)))]
            )
            assert next(iter(missing)) in [i["id"] for i in told.json()["issues"]]


def test_skewed_clock() -> None:
    with site_with("skewed_clock") as site:
        info = Caller(site).get("/serverInfo").json()
        told = datetime.fromisoformat(info["serverTime"]).astimezone(UTC)
        assert (told - NOON).total_seconds() == 420


def test_drift_moves_the_clock_while_reading() -> None:
    with site_with("drift", size="small") as site:
        caller = Caller(site)
        first, second = (caller.get("/serverInfo").json()["serverTime"] for _ in range(2))
        assert first < second
        before = len(site.truth()["activity"])
        for _ in range(40):
            caller.get("/serverInfo")
        assert len(site.truth()["activity"]) > before


def test_states() -> None:
    with site_with("bulkfetch_cap_1000", "no_issue_bulkfetch", "iso_bulkfetch", "colon_offsets",
                   "newest_comments") as site:  # fmt: skip
        caller = Caller(site)
        body = {"issueIdsOrKeys": ["10004"]}
        assert caller.post("/changelog/bulkfetch", **body, maxResults=1001).status_code == 400
        page = caller.post("/changelog/bulkfetch", **body, maxResults=1000).json()
        created = page["issueChangeLogs"][0]["changeHistories"][0]["created"]
        assert created == "2026-10-31T10:30:00.000+01:00"
        assert caller.post("/issue/bulkfetch", **body).status_code == 404
    with site_with("z_offsets") as site:
        issue = Caller(site).get("/issue/10004").json()
        assert issue["fields"]["created"] == "2026-10-31T09:00:00.000Z"


@pytest.mark.parametrize(("trap", "path", "status"), [
    ("captcha", "/myself", 403), ("site_gone", "/serverInfo", 404),
    ("jira_deactivated", "/myself", 503), ("scope_missing", "/applicationrole", 401),
    ("free_plan", "/auditing/record", 403), ("slow_user_search", "/users/search", 409),
])  # fmt: skip
def test_lasting_conditions(trap: str, path: str, status: int) -> None:
    assert trap in CONDITIONS and trap not in chosen("all")
    with site_with(trap) as site:
        assert [Caller(site).get(path).status_code for _ in range(2)] == [status, status]


def test_everything_at_once_can_still_be_read() -> None:
    with DemoSite("tiny", now=NOON, traps="all") as site:
        caller = Caller(site)
        found = set()
        for _ in range(12):
            try:
                page = caller.post("/search/jql", jql=MONTH, maxResults=100).json()
            except (requests.RequestException, ValueError):
                continue
            found |= {issue["id"] for issue in page.get("issues", [])}
        assert found == {"10001", "10003", "10004", "10005"}
        assert site.requests and {status for _, _, status in site.requests} > {200}
        site.reset_requests()
        assert site.requests == []


def test_latency_is_waited_for() -> None:
    with DemoSite("tiny", now=NOON, latency=0.2) as site:
        assert Caller(site).get("/myself").elapsed.total_seconds() > 0.15
