"""Users, groups, products and roles."""

from __future__ import annotations

from collections import Counter

from jira_usage.demo import DemoSite

from .caller import Caller


def test_users_come_in_bare_arrays(small: Caller) -> None:
    assert 45 <= len(small.get("/users/search").json()) <= 50  # the default; pages may be short
    everybody = small.get("/users/search", maxResults=5000).json()
    assert isinstance(everybody, list) and len(everybody) > 300
    assert small.get("/users/search", startAt=5000).json() == []
    kinds = Counter(user["accountType"] for user in everybody)
    assert set(kinds) == {"atlassian", "app", "customer", "unknown"}
    assert any(user["accountId"].startswith("qm:") for user in everybody)
    assert any(user["displayName"] == "Former user" for user in everybody)
    assert any(not user["active"] for user in everybody)
    mails = Counter(
        "absent" if "emailAddress" not in u else "null" if u["emailAddress"] is None
        else "empty" if u["emailAddress"] == "" else "shown"
        for u in everybody
    )  # fmt: skip
    assert set(mails) == {"absent", "null", "empty", "shown"}
    names = " ".join(user["displayName"] for user in everybody)
    for odd in ("=1+1", "![x](http://evil.example/x.png)", "<img src=x onerror=alert(1)>", "'"):
        assert odd in names
    assert "timeZone" not in everybody[0]


def test_members_come_in_pages_of_50(small: Caller) -> None:
    role = small.get("/applicationrole").json()[0]
    group = role["groupDetails"][0]["groupId"]
    page = small.get("/group/member", groupId=group, maxResults=1000).json()
    assert page["maxResults"] == 50 == len(page["values"]) < page["total"]
    assert f"groupId={group}" in page["nextPage"]
    assert all(user["active"] for user in page["values"])
    whole = small.get("/group/member", groupId=group, includeInactiveUsers="true").json()
    assert whole["total"] > page["total"]
    behind = small.get("/group/member", groupId=group, startAt=9999).json()
    assert behind["values"] == [] and behind["isLast"]
    assert small.get("/group/member", groupId=group, maxResults=0).json()["maxResults"] == 1
    both = small.get("/group/member", groupId=group, groupname="x")
    assert both.status_code == 400 and "mutually exclusive" in both.text
    missing = small.get("/group/member", groupId="nope")
    assert missing.status_code == 404 and "'nope' does not exist" in missing.text


def test_products(small: Caller, small_site: DemoSite) -> None:
    roles = {role["key"]: role for role in small.get("/applicationrole").json()}
    assert set(roles) == {
        "jira-software",
        "jira-servicedesk",
        "jira-product-discovery",
        "jira-core",
    }
    core = roles["jira-core"]
    assert core["hasUnlimitedSeats"] and core["numberOfSeats"] == -1 and core["platform"]
    software = roles["jira-software"]
    assert software["remainingSeats"] != software["numberOfSeats"] - software["userCount"]
    shared = [set(r["groups"]) for r in roles.values()]
    assert shared[0] & shared[3]  # one group serves two products
    counts = {(row["state"], row["product_key"]): 0 for row in small_site.truth()["access"]}
    assert ("included", "jira-core") in counts and ("licensed", "jira-core") in counts
    twice = [r for r in small_site.truth()["access"] if len(r["groups"]) > 1]
    assert any(r["product_key"] == "jira-software" for r in twice)
    stale = small.get("/license/approximateLicenseCount").json()
    assert stale["key"] == "license.totalApproximateUserCount"
    assert isinstance(stale["value"], str)


def test_apps_are_members_but_not_counted(small: Caller, small_site: DemoSite) -> None:
    role = small.get("/applicationrole/jira-software").json()
    addons = next(g for g in role["groupDetails"] if g["name"] == "atlassian-addons-admin")
    members = small.get("/group/member", groupId=addons["groupId"]).json()["values"]
    assert {user["accountType"] for user in members} == {"app"}
    software = next(
        row for row in small_site.truth()["licenses"] if row["product_key"] == "jira-software"
    )
    assert abs(role["userCount"] - software["licensed_users"]) <= 3


def test_groups(small: Caller) -> None:
    page = small.get("/group/bulk", accessType="site-admin").json()
    assert [group["name"] for group in page["values"]] == ["site-admins"]
    desk = small.get("/group/bulk", applicationKey="jira-servicedesk", accessType="user").json()
    assert [group["name"] for group in desk["values"]] == ["jira-servicemanagement-users-nordlicht"]
    assert small.get("/group/bulk", accessType="king").status_code == 400
    assert small.get("/group/bulk", maxResults=500).json()["maxResults"] == 50
    picked = small.get("/groups/picker", query="site").json()
    assert picked["groups"] == []  # the picker leaves admin groups out


def test_project_roles(small: Caller, small_site: DemoSite) -> None:
    roles = small.get("/project/PAY/role").json()
    address = roles["Developers"]
    role = small.get(f"/project/PAY/role/{address.rsplit('/', 1)[1]}").json()
    kinds = {actor["type"] for actor in role["actors"]}
    assert kinds == {"atlassian-user-role-actor", "atlassian-group-role-actor"}
    held = [r for user in small_site.truth()["users"] for r in user["roles"]]
    assert "Developers@PAY" in held and "atlassian-addons-project-access@PAY" in held
    without = small_site.truth(project_roles=False)["users"]
    assert not any("@" in role for user in without for role in user["roles"])
    assert small.get("/project/NOPE/role").status_code == 404


def test_myself_and_permissions(small: Caller) -> None:
    me = small.get("/myself", expand="groups,applicationRoles").json()
    assert {g["name"] for g in me["groups"]["items"]} >= {"site-admins"}
    assert {r["key"] for r in me["applicationRoles"]["items"]} >= {"jira-software"}
    assert small.get("/mypermissions").status_code == 400
    assert small.get("/mypermissions", permissions="FLY").status_code == 400


def test_one_user(small: Caller) -> None:
    account_id = small.get("/users/search").json()[7]["accountId"]
    user = small.get("/user", accountId=account_id, expand="groups").json()
    groups = small.get("/user/groups", accountId=account_id).json()
    assert user["groups"]["items"] == groups
    assert small.get("/user", accountId="nobody").status_code == 404
    bulk = small.get("/user/bulk", accountId=[account_id, "nobody"]).json()
    assert [u["accountId"] for u in bulk["values"]] == [account_id]
