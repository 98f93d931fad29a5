"""The smallest sites, counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from jira_usage.demo import DemoSite

from .caller import NOON, Caller

ADA = "5b10ac8d82e05b22cc7d4ef5"
BRUNO = "557058:2ceed135-0000-4000-8000-000000000001"
CHIYO = "712020:11553112-0000-4000-8000-000000000002"
ROBOT = "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"


def test_empty_site_is_a_valid_site() -> None:
    with DemoSite("empty", now=NOON) as site:
        caller = Caller(site)
        assert caller.get("/myself").json()["accountId"] == site.account_id
        assert caller.search("updated >= -30d") == []
        assert caller.get("/project/search").json()["values"] == []
        answer = caller.post("/search/jql", jql="project = APP")
        assert answer.status_code == 400
        truth = site.truth()
    assert truth["activity"] == []
    assert len(truth["daily"]) == 30
    assert [row["account_id"] for row in truth["users"]] == sorted([ADA, ROBOT])


def test_acts_counted_by_hand(tiny_site: DemoSite) -> None:
    activity = tiny_site.truth()["activity"]
    assert Counter(row["kind"] for row in activity) == {
        "comment_created": 2,  # on APP-4, and today's on APP-5
        "comment_edited": 2,  # of a comment 400 days old, and by Ada
        "comment_deleted": 1,
        "issue_changed": 10,
        "worklog_created": 7,  # two of them gone, one restricted, one never in a history
        "worklog_edited": 3,  # with WorklogId, without, text only
        "worklog_deleted": 2,  # with WorklogTimeSpent, and known from the feed only
        "issue_created": 3,
    }


def test_each_fact_of_an_act(tiny_site: DemoSite) -> None:
    by_source = {(r["kind"], r["source_id"]): r for r in tiny_site.truth()["activity"]}

    def fact(kind: str, source_id: str) -> tuple[Any, ...]:
        row = by_source[kind, source_id]
        return row["account_id"], row["at"], row["issue_key"], row["fields"]

    assert fact("comment_edited", "30001") == (CHIYO, "2026-11-10T09:00:00.000Z", "APP-1", [])
    assert fact("comment_edited", "30003") == (ADA, "2026-11-02T11:00:00.000Z", "APP-4", [])
    assert fact("worklog_created", "40001") == (CHIYO, "2026-11-15T16:00:00.000Z", "APP-2", [])
    assert fact("worklog_edited", "40002") == (CHIYO, "2026-11-05T12:00:00.000Z", "APP-4", [])
    # Gone and restricted work logs are known from histories, a moment later.
    assert fact("worklog_created", "40003") == (BRUNO, "2026-11-14T14:00:00.004Z", "APP-5", [])
    assert fact("worklog_deleted", "40003") == (BRUNO, "2026-11-15T14:00:00.009Z", "APP-5", [])
    assert fact("worklog_deleted", "40004") == (BRUNO, "2026-11-16T15:00:00.009Z", "APP-5", [])
    assert fact("worklog_edited", "40005") == (CHIYO, "2026-11-17T09:00:00.000Z", "APP-5", [])
    assert fact("worklog_edited", "40006") == (ADA, "2026-11-17T10:00:00.000Z", "APP-5", [])
    assert fact("worklog_created", "40007") == (BRUNO, "2026-11-15T12:00:00.004Z", "APP-5", [])
    moved = [r for r in by_source.values() if "Key" in r["fields"]]
    assert [(r["issue_key"], r["project_key"], r["fields"]) for r in moved] == [
        ("OPS-1", "OPS", ["Key", "project", "issuetype", "status", "Workflow"])
    ]


def test_people_counted_by_hand(tiny_site: DemoSite) -> None:
    users = {row["account_id"]: row for row in tiny_site.truth()["users"]}
    assert {a: (u["actions"], u["active_days"]) for a, u in users.items()} == {
        ADA: (10, 7), BRUNO: (8, 6), CHIYO: (7, 7), ROBOT: (1, 1),
    }  # fmt: skip
    assert users[CHIYO]["email"] == "" and not users[CHIYO]["email_visible"]
    assert users[CHIYO]["roles"] == ["Developers@APP", "user"]
    assert users[ADA]["roles"] == ["Administrators@APP", "site-admin", "user"]
    assert users[ADA]["groups"] == ["jira-software-users", "jira-users-atelier", "site-admins"]
    assert users[ROBOT]["account_type"] == "app" and users[ROBOT]["licenses"] == []
    assert users[BRUNO]["licenses"] == ["jira-software"]
    assert users[BRUNO]["included_licenses"] == ["jira-core"]


def test_licenses_counted_by_hand(tiny_site: DemoSite) -> None:
    core, software = tiny_site.truth()["licenses"]
    assert software == {
        "product_key": "jira-software", "product_name": "Jira", "plan": "PAID", "seats": 10,
        "seats_used": 3, "seats_remaining": 7, "unlimited": False, "licensed_users": 3,
        "active_users": 3, "inactive_users": 0,
    }  # fmt: skip
    assert (core["seats"], core["seats_remaining"], core["licensed_users"]) == (None, None, 0)


def test_the_zone_moves_acts_to_another_day(tiny_site: DemoSite) -> None:
    berlin = tiny_site.truth(timezone="Europe/Berlin")["daily"][-1]
    chicago = {r["date"]: r for r in tiny_site.truth(timezone="America/Chicago")["daily"]}
    assert (berlin["date"], berlin["comment_created"]) == ("2026-11-20", 1)
    assert chicago["2026-11-19"]["comment_created"] == 1  # 00:05 UTC is still yesterday there
    assert chicago["2026-11-20"]["comment_created"] == 0


def test_tomorrow_brings_new_acts() -> None:
    with DemoSite("tiny", now=NOON) as site:
        before = site.truth()["activity"]
        site.advance(timedelta(days=1))
        after = site.truth()["activity"]
    new = [row for row in after if row not in before]
    assert [(r["kind"], r["at"], r["issue_key"]) for r in new] == [
        ("comment_created", "2026-11-21T10:00:00.000Z", "APP-4"),
        ("issue_changed", "2026-11-21T11:00:00.000Z", "APP-5"),
    ]
