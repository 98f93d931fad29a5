"""Which projects are worked in."""

from __future__ import annotations

from jira_usage.metrics.projects import UNREADABLE, project_activity, worked_in
from jira_usage.period import DAY_MS
from tests.builders import NOW, event, events, project, table, user, window

USERS = table("users", [user("ann"), user("ben"), user("bot", account_type="app")])
PROJECTS = table("projects", [project("WEB", lead="ann"), project("OLD"), project("DEAD")])


def test_empty() -> None:
    frame = project_activity(events(), USERS.head(0), table("projects"), window())
    assert list(frame.columns) == [
        "project_key",
        "name",
        "lead",
        "people",
        "actions",
        "robot_actions",
        "last_act_at",
        "days",
    ]
    assert frame.empty


def test_small() -> None:
    told = events(
        event("ann"),
        event("ben"),
        event("ben", at=NOW - 2 * DAY_MS),
        event("bot"),
        event("ann", kind="issue_created"),
        event("ann", project="OLD", at=NOW - 30 * DAY_MS),
        event("ann", project=""),
        event("ann", project="GONE"),
    )
    frame = project_activity(told, USERS, PROJECTS, window())
    assert frame["project_key"].tolist() == ["WEB", "", "GONE", "DEAD", "OLD"]
    by_key = frame.set_index("project_key")
    assert by_key.loc["WEB", ["people", "actions", "robot_actions"]].tolist() == [2, 3, 1]
    assert by_key.loc["WEB", "days"] == [0, 0, 0, 0, 1, 0, 2]
    assert by_key.loc["WEB", "lead"] == "Ann"
    assert by_key.loc["OLD", "people"] == 0
    assert by_key.loc["OLD", "last_act_at"] == NOW - 30 * DAY_MS
    assert by_key["last_act_at"].isna().to_dict()["DEAD"]
    assert by_key.loc["", "name"] == UNREADABLE
    created = project_activity(told, USERS, PROJECTS, window(), count_created=True)
    assert created.set_index("project_key").loc["WEB", "actions"] == 4


def test_a_project_told_twice_is_one_project() -> None:
    twice = table("projects", [project("WEB", lead="ann"), project("WEB", lead="ben")])
    frame = project_activity(events(event("ann")), USERS, twice, window())
    assert frame[["project_key", "people", "actions"]].values.tolist() == [["WEB", 1, 1]]


def test_who_worked_in_which_project() -> None:
    told = events(
        event("ann"),
        event("ann"),
        event("ben", project="OLD"),
        event("ann", project=""),
        event("stranger"),
    )
    frame = worked_in(told, USERS["account_id"], PROJECTS)
    assert frame.to_numpy().tolist() == [[0, "WEB", "Web"], [1, "OLD", "Old"]]
    empty = worked_in(events(), USERS["account_id"], PROJECTS)
    assert list(empty.columns) == ["row", "project_key", "name"] and empty.empty
