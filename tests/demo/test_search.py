"""Search: caps, tokens, queries."""

from __future__ import annotations

from typing import Any

import pytest

from jira_usage.demo import DemoSite

from .caller import NOON, Caller

MONTH = "updated >= -30d ORDER BY key ASC"


def test_pages_of_ids_hold_5000_and_pages_of_fields_100(small: Caller) -> None:
    everything = "created >= -500d ORDER BY id"
    ids = small.post("/search/jql", jql=everything, maxResults=9999).json()
    assert len(ids["issues"]) == 5000 and not ids["isLast"]
    assert ids["issues"][0].keys() == {"id"}
    keys = small.post("/search/jql", jql=MONTH, maxResults=5000, fields=["key"]).json()
    assert keys["issues"][0].keys() == {"id", "self", "key"}
    assert len(keys["issues"]) > 1000 and "nextPageToken" not in keys
    full = small.post("/search/jql", jql=MONTH, maxResults=5000, fields=["summary"]).json()
    assert len(full["issues"]) == 100 and full["nextPageToken"]
    assert full["issues"][0]["fields"].keys() == {"summary"}
    assert not {"total", "startAt", "maxResults"} & full.keys()


def test_pages_together_are_all_issues_once(small: Caller) -> None:
    paged = small.search(MONTH, maxResults=100, fields=["updated"])
    assert paged == small.search(MONTH, maxResults=5000)
    assert len(paged) == len(set(paged))
    count = small.post("/search/approximate-count", jql="updated >= -30d").json()["count"]
    assert count == len(paged)


def test_a_token_is_bound_to_its_query(small: Caller) -> None:
    body: dict[str, Any] = {"jql": MONTH, "maxResults": 50, "fields": ["updated"]}
    token = small.post("/search/jql", **body).json()["nextPageToken"]
    assert small.post("/search/jql", **body, nextPageToken=token).status_code == 200
    for change in ({"jql": "updated >= -29d"}, {"fields": ["created"]}, {"nextPageToken": "x"}):
        answer = small.post("/search/jql", **(body | {"nextPageToken": token} | change))
        assert answer.status_code == 400, change


@pytest.mark.parametrize("jql", [
    "", "ORDER BY key", "updated >= yesterday", "project = NOPE", "assignee = me", "updated >",
    "key ~ x", "project in PAY", "updated >= -30d ORDER BY nothing", "(updated >= -3d",
    "updated >= -1d ORDER BY key, id, created, updated, key, id, created, updated",
])  # fmt: skip
def test_refused_queries(small: Caller, jql: str) -> None:
    answer = small.post("/search/jql", jql=jql)
    assert answer.status_code == 400
    assert answer.json().keys() == {"errorMessages", "errors"}


def test_start_at_and_the_old_search_are_gone(small: Caller) -> None:
    assert small.get("/search/jql", jql="updated >= -1d", startAt=0).status_code == 400
    assert small.post("/search/jql", jql="updated >= -1d", startAt=0).status_code == 400
    assert small.get("/search", jql="updated >= -1d").status_code == 410
    old = small.http.get(small.site.url + "/rest/api/2/search")
    assert old.status_code == 410 and "search/jql" in old.text


def test_queries_mean_what_they_say(tiny: Caller) -> None:
    assert tiny.search("project = APP ORDER BY key DESC") == ["10005", "10004", "10002", "10001"]
    assert tiny.search("project in (OPS, 10001)") == ["10003"]
    assert tiny.search("key = APP-3") == ["10003"]  # the old key of a moved issue
    assert tiny.search("id in (10001, 10002) OR issuekey = OPS-1 ORDER BY id") == [
        "10001", "10002", "10003"
    ]  # fmt: skip
    assert tiny.search("project = APP AND NOT (created >= -30d) ORDER BY created ASC") == [
        "10001", "10002"
    ]  # fmt: skip
    assert tiny.search("updated >= -30d ORDER BY updated DESC")[0] == "10005"


def test_absolute_dates_are_read_in_the_callers_zone(tiny: Caller) -> None:
    zone = tiny.get("/myself").json()["timeZone"]
    assert zone == "America/New_York"
    # APP-5 was created at 2026-11-12 10:00 UTC, 05:00 in New York.
    assert "10005" in tiny.search('created >= "2026-11-12 05:00"')
    assert "10005" not in tiny.search('created >= "2026/11/12 05:01"')
    assert "10005" not in tiny.search('created >= "2026-11-13"')


def test_embedded_comments_are_cut_at_20(small: Caller) -> None:
    answer = small.post("/search/jql", jql="updated >= -30d ORDER BY created ASC",
                        fields=["comment", "worklog"], maxResults=100)  # fmt: skip
    found = [issue["fields"]["comment"] for issue in answer.json()["issues"]]
    assert max(len(c["comments"]) for c in found) == 20
    cut = [c for c in found if c["total"] > 20]
    assert cut and all(len(c["comments"]) == 20 for c in cut)
    logs = [issue["fields"]["worklog"] for issue in answer.json()["issues"]]
    assert max(log["total"] for log in logs) > 20 >= max(len(log["worklogs"]) for log in logs)


def test_issue_bulkfetch_limits(small: Caller) -> None:
    ids = small.search(MONTH, maxResults=5000)
    assert small.post("/issue/bulkfetch", issueIdsOrKeys=ids[:101]).status_code == 400
    assert small.post("/issue/bulkfetch", issueIdsOrKeys=[]).status_code == 400
    named = small.post("/issue/bulkfetch", issueIdsOrKeys=ids[:1000], fields=["updated"]).json()
    assert [i["id"] for i in named["issues"]] == sorted(ids[:1000], key=int)
    heavy = small.post(
        "/issue/bulkfetch", issueIdsOrKeys=ids[:101], fields=["updated"], expand=["changelog"]
    )
    assert heavy.status_code == 400
    assert (
        small.post("/issue/bulkfetch", issueIdsOrKeys=ids[:1001], fields=["updated"]).status_code
        == 400
    )
    missing = small.post("/issue/bulkfetch", issueIdsOrKeys=["999999999", ids[0]]).json()
    assert [issue["id"] for issue in missing["issues"]] == [ids[0]]
    assert missing["issueErrors"] == [], "Jira does not tell of what is not there"


def test_archived_and_hidden_issues_are_not_found(small: Caller, small_site: DemoSite) -> None:
    assert small.search("project = OLD") == []
    everything = set(small.search("created >= -3000d", maxResults=5000))
    world = small_site._desk.world
    gone = [str(i) for i in world.issues.id[~world.readable]]
    assert gone and not everything & set(gone)
    assert small.get(f"/issue/{gone[0]}").status_code == 404


def test_a_query_with_an_upper_bound_loses_what_is_touched_meanwhile() -> None:
    with DemoSite("small", now=NOON, traps=["drift"]) as site:
        caller = Caller(site)
        ids = caller.search("updated >= -2d ORDER BY updated DESC", maxResults=10, fields=["key"])
        # Whatever was touched during the crawl jumps to the front, behind the reader's back.
        assert len(ids) < len(caller.search("updated >= -2d ORDER BY key", maxResults=5000))
