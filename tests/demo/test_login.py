"""Who is let in, where, and what a wrong token gets."""

from __future__ import annotations

import pytest
import requests

from jira_usage.demo import DemoSite

from .caller import NOON, Caller

CLOSED = [
    "/myself", "/worklog/updated", "/worklog/deleted", "/applicationrole", "/group/member",
    "/group/bulk", "/instance/license", "/license/approximateLicenseCount", "/role",
    "/auditing/record",
]  # fmt: skip


@pytest.fixture(scope="module")
def stranger(small_site: DemoSite) -> Caller:
    return Caller(small_site, token="wrong")


def test_a_good_token_is_named_in_every_answer(small: Caller, small_site: DemoSite) -> None:
    for path in ("/myself", "/serverInfo", "/field"):
        answer = small.get(path)
        assert answer.headers["X-AAccountId"] == small_site.account_id
        assert "X-Seraph-LoginReason" not in answer.headers
        assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"


@pytest.mark.parametrize("path", CLOSED)
def test_a_wrong_token_is_refused_where_login_is_needed(stranger: Caller, path: str) -> None:
    assert stranger.get(path).status_code == 401


def test_the_canary(stranger: Caller) -> None:
    assert stranger.post("/changelog/bulkfetch", issueIdsOrKeys=["10001"]).status_code == 401
    assert stranger.post("/worklog/list", ids=[1]).status_code == 401


def test_elsewhere_a_wrong_token_gets_200_and_nothing(stranger: Caller) -> None:
    answers = [
        stranger.post("/search/jql", jql="updated >= -30d"),
        stranger.post("/search/approximate-count", jql="updated >= -30d"),
        stranger.get("/users/search"),
        stranger.get("/project/search"),
        stranger.get("/groups/picker"),
        stranger.get("/user/search", query="a"),
        stranger.post("/comment/list", ids=[1, 2]),
        stranger.get("/serverInfo"),
        stranger.get("/mypermissions", permissions="ADMINISTER"),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.url
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
        assert "X-AAccountId" not in answer.headers
    assert answers[0].json() == {"issues": [], "isLast": True}
    assert answers[1].json() == {"count": 0}
    assert answers[2].json() == []
    assert answers[3].json()["total"] == 0
    assert not answers[8].json()["permissions"]["ADMINISTER"]["havePermission"]
    assert stranger.get("/issue/10000").status_code == 404


def test_a_revoked_token() -> None:
    with DemoSite("tiny", now=NOON) as site:
        caller = Caller(site)
        assert caller.get("/myself").status_code == 200
        site.revoke_token()
        assert caller.get("/myself").status_code == 401
        answer = caller.post("/search/jql", jql="updated >= -30d")
        assert answer.json()["issues"] == []
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


def test_the_gateway(small_site: DemoSite) -> None:
    info = requests.get(small_site.url + "/_edge/tenant_info", timeout=10).json()
    assert info == {"cloudId": small_site.cloud_id}
    gateway = f"{small_site.url}/ex/jira/{small_site.cloud_id}"
    for token in (small_site.scoped_token, small_site.token):
        answer = Caller(small_site, token=token, base=gateway).get("/myself")
        assert answer.json()["accountId"] == small_site.account_id
    assert Caller(small_site, token=small_site.scoped_token).get("/myself").status_code == 401
    wrong = Caller(small_site, token="wrong", base=gateway).post("/search/jql", jql="updated>=-1d")
    assert wrong.status_code == 401
    nowhere = f"{small_site.url}/ex/jira/00000000-0000-0000-0000-000000000000"
    assert Caller(small_site, base=nowhere).get("/myself").status_code == 404


def test_unknown_paths(small: Caller, small_site: DemoSite) -> None:
    answer = small.get("/nothing/here")
    assert answer.status_code == 404 and answer.json()["errorMessages"]
    page = requests.get(small_site.url + "/", timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")


def test_permissions_taken_away() -> None:
    with DemoSite("small", now=NOON) as site:
        caller = Caller(site)
        group = caller.get("/applicationrole").json()[0]["groupDetails"][0]["groupId"]
        site.deny("ADMINISTER")
        for path in (
            "/applicationrole",
            "/license/approximateLicenseCount",
            "/role",
            "/auditing/record",
        ):
            assert caller.get(path).status_code == 403, path
        assert caller.get("/group/member", groupId=group).status_code == 200
        site.deny("BROWSE_USERS")
        assert caller.get("/users/search").status_code == 403
        assert caller.get("/group/member", groupId=group).status_code == 403
        assert caller.get("/groups/picker").json()["groups"] == []
        assert caller.get("/user/search", query="a").json() == []
        held = caller.get("/mypermissions", permissions="ADMINISTER,USER_PICKER").json()
        assert [p["havePermission"] for p in held["permissions"].values()] == [False, False]
        site.allow("BROWSE_USERS")
        site.allow("ADMINISTER")
        assert caller.get("/users/search").status_code == 200

        before = caller.search("updated >= -30d", maxResults=5000)
        site.deny("PROJECT:PAY")
        after = caller.search("updated >= -30d", maxResults=5000)
        assert 0 < len(after) < len(before)
        assert caller.search("project = PAY") == []
        browsable = caller.get("/project/search", action="browse", maxResults=100).json()
        viewable = caller.get("/project/search", action="view", maxResults=100).json()
        assert "PAY" not in [p["key"] for p in browsable["values"]]
        assert "PAY" in [p["key"] for p in viewable["values"]]
