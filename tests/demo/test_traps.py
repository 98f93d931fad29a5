"""Extra traps: each does what its sentence says, and a retry succeeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from jira_usage.demo import DemoSite, course
from jira_usage.demo.faults import CONDITIONS, FAULTS
from jira_usage.demo.habits import Habits
from jira_usage.demo.traps import PAGES, chosen

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
    ("rate_limit_date", 429, "application/json"), ("unavailable_wait", 503, "application/json"),
])  # fmt: skip
def test_faults_answer_the_second_request(trap: str, status: int, kind: str) -> None:
    with site_with(trap) as site:
        caller = Caller(site)
        answers = [caller.get("/myself") for _ in range(7)]
        assert [a.status_code for a in answers] == [200, status, 200, 200, 200, 200, status]
        assert answers[1].headers["Content-Type"].startswith(kind)
        waits = {"rate_limit": "1", "rate_limit_html": "0", "unavailable_wait": "1"}
        waits["rate_limit_date"] = "Fri, 20 Nov 2026 12:00:01 GMT"
        assert answers[1].headers["Date"] == "Fri, 20 Nov 2026 12:00:00 GMT"
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


@pytest.mark.parametrize(
    "trap", ["repeated_token", "token_expires", "empty_page", "many_empty_pages", "short_pages"]
)
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
    if trap == "many_empty_pages":
        assert [len(p["issues"]) for p in pages[:16]] == [0] * 15 + [200]
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
    with site_with("no_comment_list") as site:
        assert Caller(site).post("/comment/list", ids=[1]).status_code == 404
    with site_with("z_offsets") as site:
        issue = Caller(site).get("/issue/10004").json()
        assert issue["fields"]["created"] == "2026-10-31T09:00:00.000Z"


@pytest.mark.parametrize(("trap", "path", "status"), [
    ("captcha", "/myself", 403), ("site_gone", "/serverInfo", 404),
    ("jira_deactivated", "/myself", 503), ("scope_missing", "/applicationrole", 401),
    ("free_plan", "/auditing/record", 403), ("slow_user_search", "/users/search", 409),
    ("users_empty", "/users/search", 200), ("members_refused", "/group/member", 403),
    ("experimental_gone", "/group/bulk", 404), ("experimental_gone", "/instance/license", 404),
    ("projects_refused", "/project/search", 403), ("search_refused", "/search/jql", 403),
    ("worklogs_refused", "/worklog/updated", 403), ("time_tracking_off", "/worklog/deleted", 404),
    ("outage", "/search/jql", 503), ("plans_outage", "/instance/license", 503),
    ("comments_outage", "/issue/10004/comment", 500),
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


# --- on the obstacle course, where every list has pages


@pytest.fixture(scope="module")
def place() -> Iterator[DemoSite]:
    with DemoSite("empty", now=NOON) as site:
        yield site


def on_course(place: DemoSite, *traps: str, **sizes: int) -> Caller:
    today = int(NOON.timestamp()) // 86_400
    place.become(course.source(today), NOON, traps, Habits(**sizes))
    return Caller(place)


def sprung(place: DemoSite) -> dict[str, int]:
    return dict(place._app.traps.names.sprung)


@pytest.mark.parametrize(("trap", "told"), [
    ("token_always_repeated", [2, 2, 2, 2]), ("tokens_refused", [2, "refused"]),
    ("empty_for_ever", [2, 0, 0, 0]),
])  # fmt: skip
def test_pages_that_never_end(place: DemoSite, trap: str, told: list[Any]) -> None:
    caller = on_course(place, trap, issues=2)
    body: dict[str, Any] = {"jql": MONTH, "fields": ["id"]}
    rows: list[Any] = []
    for _ in range(4):
        answer = caller.post("/search/jql", **body)
        rows.append(len(answer.json()["issues"]) if answer.status_code == 200 else "refused")
        if answer.status_code != 200:
            break
        assert answer.json()["nextPageToken"]
        body["nextPageToken"] = answer.json()["nextPageToken"]
    assert rows == told and sprung(place)[trap]


def test_a_minute_of_429_ends(place: DemoSite) -> None:
    caller, clock = on_course(place, "rate_limit_minute"), [0.0]
    place._app.traps.clock = lambda: clock[0]
    for at, status in ((0.0, 429), (59.0, 429), (60.0, 200)):
        clock[0] = at
        assert caller.post("/search/jql", jql=MONTH).status_code == status
        assert caller.get("/myself").status_code == 200


def _feed(caller: Caller) -> dict[str, Any]:
    page: dict[str, Any] = caller.get("/worklog/updated", since=1).json()
    return page


def test_feeds_of_work_logs(place: DemoSite) -> None:
    second = {v["updatedTime"] // 1000 for v in _feed(on_course(place, "crowded_second"))["values"]}
    at = {v["updatedTime"] for v in _feed(on_course(place, "crowded_instant"))["values"]}
    stuck = _feed(on_course(place, "stuck_feed", worklogs=3))
    assert len(second) == len(at) == 1 and stuck["until"] == 1 and not stuck["lastPage"]
    assert "until" not in _feed(on_course(place, "feed_without_until"))


def _histories(caller: Caller) -> list[Any]:
    page = caller.post("/changelog/bulkfetch", issueIdsOrKeys=["10004"], maxResults=900).json()
    found: list[Any] = page["issueChangeLogs"][0]["changeHistories"]
    return found


def test_instants_are_written_in_every_way(place: DemoSite) -> None:
    true = [h["created"] for h in _histories(on_course(place))]
    seconds = [h["created"] for h in _histories(on_course(place, "epoch_seconds"))]
    texts = [h["created"] for h in _histories(on_course(place, "epoch_text"))]
    assert seconds == [at // 1000 for at in true] and texts == [str(at) for at in true]
    iso = [h["created"] for h in on_course(place).get("/issue/10004/changelog").json()["values"]]
    caller = on_course(place, "mixed_offsets")
    mixed = [h["created"] for h in caller.get("/issue/10004/changelog").json()["values"]]
    assert {text[23:] for text in mixed} == {"+0530", "-03:30", "+1245", "Z"}
    assert [*map(datetime.fromisoformat, mixed)] == [*map(datetime.fromisoformat, iso)]
    caller = on_course(place, "epoch_everywhere")
    assert caller.get("/serverInfo").json()["serverTime"] == NOON.timestamp() * 1000


def test_keys_and_words(place: DemoSite) -> None:
    page = on_course(place, "keys_missing").get("/project/search").json()
    assert not {"total", "isLast", "self"} & page.keys() and page["values"]
    page = on_course(place, "keys_null").get("/project/search").json()
    assert page["total"] is page["isLast"] is None
    assert "xNewThing" in on_course(place, "unknown_keys").get("/myself").json()
    assert type(_histories(on_course(place, "number_ids"))[0]["id"]) is int
    items = [i for h in _histories(on_course(place, "localized_fields")) for i in h["items"]]
    assert all(i["field"].startswith("Feld") == ("fieldId" in i) for i in items)
    users = on_course(place, "unknown_words").get("/users/search").json()
    assert "hologram" in {user["accountType"] for user in users}
    roles = on_course(place, "counts_missing").get("/applicationrole").json()
    assert [role.get("userCount", "gone") for role in roles[:2]] == [None, "gone"]
    roles = on_course(place, "names_only").get("/applicationrole").json()
    assert roles[0]["groups"] and "groupDetails" not in roles[0]


def test_what_issues_carry(place: DemoSite) -> None:
    def fields(*traps: str) -> Any:
        return on_course(place, *traps).get("/issue/10001").json()["fields"]

    assert fields("embeds_none")["comment"] == fields()["comment"] | {"comments": []}
    assert "comment" not in fields("comments_skipped")
    newest = fields("newest_comments")["comment"]["comments"]
    assert newest[0]["created"] > newest[-1]["created"] and len(newest) == 20
    assert len(str(fields("huge_bodies")["description"])) > 1_000_000
    deep = on_course(place, "deep_bodies").get("/issue/10004/comment", maxResults=1).text
    assert deep.count('"bulletList"') == 235, "nearly too deep for a parser"


def test_totals_and_last_pages(place: DemoSite) -> None:
    def page(*traps: str, start: int = 0) -> tuple[int, bool]:
        caller = on_course(place, *traps, groups=2)
        told = caller.get("/group/bulk", startAt=start).json()
        return told["total"], told["isLast"]

    assert page() == (8, False) and page(start=6) == (8, True)
    assert page("last_too_early") == (8, True) and page("last_too_late", start=6) == (8, False)
    assert page("growing_total") == (3, False) and page("growing_total", start=6) == (8, True)
    assert page("total_too_high") == (11, False) and page("total_too_low") == (7, False)


def test_what_is_left_out(place: DemoSite) -> None:
    ids = ["10003", "10004", "10005"]

    def issues(caller: Caller) -> list[str]:
        page = caller.post("/issue/bulkfetch", issueIdsOrKeys=ids, fields=["created"]).json()
        return [issue["id"] for issue in page["issues"]]

    caller = on_course(place, "bulk_leaves_out")
    assert [issues(caller), issues(caller)] == [["10003", "10005"], ids]
    caller = on_course(place, "bulk_always_leaves_out")
    assert [issues(caller), issues(caller)] == [["10003", "10004"]] * 2
    told = on_course(place).get("/issue/10001/comment").json()["comments"]
    body = {"ids": [int(comment["id"]) for comment in told]}
    cut = on_course(place, "comment_list_cut").post("/comment/list", **body).json()
    assert cut["total"] == len(told) > 20 and not cut["isLast"]
    assert len(cut["values"]) == len(told) // 2
    lost = len(_histories(on_course(place))) - len(_histories(on_course(place, "histories_lost")))
    assert lost > 5
    caller = on_course(place, "overlapping_pages", users=4)
    pages = [caller.get("/users/search", startAt=at).json() for at in (0, 3)]
    assert pages[0][-1] == pages[1][0] and len(pages[1]) == 4


def test_only_what_is_set_is_sprung(place: DemoSite) -> None:
    _feed(on_course(place, "crowded_second", "stuck_feed", "tokens_refused"))
    assert sprung(place) == {"crowded_second": 1, "stuck_feed": 0}
