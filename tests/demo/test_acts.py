"""Changelogs, comments and work logs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from jira_usage.demo import DemoSite

from .caller import NOON, Caller


@pytest.fixture(scope="module")
def month(small: Caller) -> list[str]:
    return small.search("updated >= -30d ORDER BY key ASC", maxResults=5000)


def test_bulk_changelog_is_ordered_by_date_and_cut_into_pages(
    small: Caller, month: list[str]
) -> None:
    body: dict[str, Any] = {"issueIdsOrKeys": month[:1000], "maxResults": 500}
    seen: list[tuple[int, int]] = []
    pages_of: Counter[str] = Counter()
    while True:
        page = small.post("/changelog/bulkfetch", **body).json()
        histories = [
            (h["created"], int(log["issueId"]), h["id"])
            for log in page["issueChangeLogs"] for h in log["changeHistories"]
        ]  # fmt: skip
        assert len(histories) <= 500
        pages_of.update(log["issueId"] for log in page["issueChangeLogs"])
        seen += sorted((at, issue) for at, issue, _ in histories)
        if not page.get("nextPageToken"):
            break
        body["nextPageToken"] = page["nextPageToken"]
    assert seen == sorted(seen)
    assert max(pages_of.values()) > 1
    assert all(isinstance(at, int) for at, _ in seen)
    assert min(at for at, _ in seen) < NOON.timestamp() * 1000 - 60 * 86_400_000


def test_bulk_changelog_equals_the_changelogs_of_the_issues(
    small: Caller, month: list[str]
) -> None:
    bulk = small.post("/changelog/bulkfetch", issueIdsOrKeys=month[:20], maxResults=10_000).json()
    for log in bulk["issueChangeLogs"]:
        single = small.get(f"/issue/{log['issueId']}/changelog").json()
        ids = [h["id"] for h in log["changeHistories"]]
        assert ids[:100] == [h["id"] for h in single["values"]]
        assert log["changeHistories"][0]["items"] == single["values"][0]["items"]


@pytest.mark.parametrize("body", [
    {"issueIdsOrKeys": []}, {"issueIdsOrKeys": ["1"] * 1001},
    {"issueIdsOrKeys": ["10001"], "maxResults": 10_001},
    {"issueIdsOrKeys": ["10001"], "nextPageToken": "wrong"},
    {"issueIdsOrKeys": ["10001"], "fieldIds": [str(i) for i in range(11)]},
])  # fmt: skip
def test_bulk_changelog_refuses(tiny: Caller, body: dict[str, Any]) -> None:
    assert tiny.post("/changelog/bulkfetch", **body).status_code == 400


def test_unseen_issues_are_silently_missing(tiny: Caller) -> None:
    page = tiny.post("/changelog/bulkfetch", issueIdsOrKeys=["10002", "77", "10004"]).json()
    assert [log["issueId"] for log in page["issueChangeLogs"]] == ["10004"]


def test_field_ids_lose_items_without_one(tiny: Caller) -> None:
    page = tiny.post("/changelog/bulkfetch", issueIdsOrKeys=["10005"], fieldIds=["Link"]).json()
    assert page["issueChangeLogs"] == []


def test_issue_changelog_pages_hold_100(small: Caller) -> None:
    page = small.get("/issue/10000/changelog", maxResults=1000).json()
    assert page["maxResults"] == 100 == len(page["values"]) < page["total"]
    assert not page["isLast"] and "startAt=100" in page["nextPage"]
    times = [datetime.fromisoformat(h["created"]) for h in page["values"]]
    assert times == sorted(times)
    assert page["values"][0]["created"][-5:] in ("+0100", "+0200")
    chosen = small.post("/issue/10000/changelog/list",
                        changelogIds=[int(page["values"][3]["id"])]).json()  # fmt: skip
    assert chosen["histories"] == [page["values"][3]]


def test_embedded_changelog_is_cut_and_newest_first(small: Caller) -> None:
    log = small.get("/issue/10000", expand="changelog").json()["changelog"]
    assert len(log["histories"]) == 100 < log["total"]
    times = [datetime.fromisoformat(h["created"]) for h in log["histories"]]
    assert times == sorted(times, reverse=True)


def test_comments(small: Caller) -> None:
    page = small.get("/issue/10000/comment", maxResults=1000).json()
    assert len(page["comments"]) == 100 == page["maxResults"] < page["total"]
    assert small.get("/issue/10000/comment", orderBy="author").status_code == 400
    newest = small.get("/issue/10000/comment", orderBy="-created", maxResults=1).json()
    assert newest["comments"][0]["created"] > page["comments"][0]["created"]


def test_comments_by_id_are_those_that_issues_have(small: Caller) -> None:
    told = small.get("/issue/10000/comment").json()["comments"]
    ids = [int(comment["id"]) for comment in told]
    found = small.post("/comment/list", ids=[*ids, 1]).json()
    assert found.keys() == {"maxResults", "startAt", "total", "isLast", "values"}
    assert sorted(found["values"], key=lambda c: int(c["id"])) == sorted(
        told, key=lambda c: int(c["id"])
    )
    assert found["total"] == len(ids) and found["isLast"]
    as_texts = small.post("/comment/list", ids=[str(one) for one in ids]).json()
    assert as_texts["total"] == len(ids)


def test_deleted_hidden_and_unseen_comments_are_silently_missing(small: Caller) -> None:
    world = small.site._desk.world
    c, rows = world.comments, np.arange(len(world.comments))
    here = (c.at <= world.now) & world.readable[c.issue]
    gone = rows[here & (c.deleted <= world.now)]
    hidden = rows[here & (c.deleted > world.now) & ~world.comment_shown(rows)]
    unseen = rows[(c.at <= world.now) & ~world.readable[c.issue]]
    future = rows[c.at > world.now]
    for some in (gone, hidden, unseen, future):
        assert len(some)
        found = small.post("/comment/list", ids=c.id[some[:1000]].tolist()).json()
        assert found["values"] == [] and found["total"] == 0


@pytest.mark.parametrize(
    "ids", [[], list(range(1001)), ["one"], ["-"], [1.5], [True], [None], [2**63]]
)
def test_comments_by_id_refuse(small: Caller, ids: list[Any]) -> None:
    assert small.post("/comment/list", ids=ids).status_code == 400


def test_feed_of_work_logs_pages_and_never_skips(small: Caller) -> None:
    changed: dict[int, int] = {}
    since, pages = 0, 0
    while True:
        page = small.get("/worklog/updated", since=since).json()
        pages += 1
        times = [v["updatedTime"] for v in page["values"]]
        assert times == sorted(times) and len(times) <= 1000
        assert times[0] >= since and "~ver~" in page["self"]
        changed |= {v["worklogId"]: v["updatedTime"] for v in page["values"]}
        if page["lastPage"]:
            break
        assert "~ver~" in page["nextPage"] and not page["nextPage"].startswith(small.site.url)
        since = page["until"]
    assert pages > 5
    world = small.site._desk.world
    w, now = world.worklogs, world.now
    alive = (w.at <= now - 60_000) & (w.deleted > now) & world.exists[w.issue]
    late = (w.edit1 > now - 60_000) & (w.edit1 <= now) | (w.edit2 > now - 60_000) & (w.edit2 <= now)
    assert changed.keys() == set(w.id[alive & ~late].tolist())


def test_the_last_minute_is_missing_from_the_feeds(small: Caller) -> None:
    world = small.site._desk.world
    w, now = world.worklogs, world.now
    fresh = (w.at < now) & (w.at > now - 86_400_000) & (w.edit1 > now) & (w.deleted > now)
    row = int((fresh & world.readable[w.issue]).nonzero()[0][0])
    at, ident = int(w.at[row]), int(w.id[row])
    start = datetime.fromtimestamp(at / 1000 + 30, UTC)
    with DemoSite("small", now=start) as site:
        caller = Caller(site)

        def told() -> bool:
            values = caller.get("/worklog/updated", since=at - 1000).json()["values"]
            return ident in [value["worklogId"] for value in values]

        assert not told()
        assert [log["id"] for log in caller.post("/worklog/list", ids=[ident]).json()]
        site.advance(timedelta(seconds=31))
        assert told()


def test_work_logs_by_id(tiny: Caller) -> None:
    found = tiny.post("/worklog/list", ids=[40001, 40002, 40003, 40007]).json()
    assert isinstance(found, list)
    assert [log["id"] for log in found] == ["40001", "40002"]  # deleted and restricted are missing
    assert found[1]["timeSpentSeconds"] == 5400
    assert found[1]["updated"] == "2026-11-05T13:00:00.000+0100"
    assert tiny.post("/worklog/list", ids=list(range(1001))).status_code == 400


def test_items_of_work_logs(tiny: Caller) -> None:
    histories = tiny.get("/issue/10005/changelog").json()["values"]
    by_fields = [[(i["field"], i["from"], i["to"]) for i in h["items"]] for h in histories]
    assert [("WorklogId", None, "40003"), ("timeestimate", "3600", "0"),
            ("timespent", None, "3600")] in by_fields  # fmt: skip
    gone = next(h for h in histories if len(h["items"]) == 4)["items"]
    assert [i["field"] for i in gone] == [
        "WorklogId",
        "WorklogTimeSpent",
        "timespent",
        "timeestimate",
    ]
    assert gone[1]["fromString"] == "1 hour" and "fieldId" not in gone[0]
    assert not any("author" in h for h in histories if h["items"][0]["field"] == "priority")
