"""What people do, by kind."""

from __future__ import annotations

from jira_usage.metrics.activity import daily
from jira_usage.metrics.kinds import acts_by_day, acts_by_kind
from jira_usage.period import DAY_MS
from jira_usage.schema import KINDS
from tests.builders import NOW, event, events, table, user, window

USERS = table("users", [user("ann"), user("ben"), user("bot", account_type="app")])


def test_empty() -> None:
    frame = acts_by_kind(events(), USERS, window())
    assert list(frame.columns) == [
        "kind",
        "group",
        "label",
        "people",
        "actions",
        "robot_actions",
        "counted",
    ]
    assert frame["kind"].tolist() == list(KINDS)
    assert frame[["people", "actions", "robot_actions"]].to_numpy().sum() == 0


def test_small() -> None:
    told = events(
        event("ann"),
        event("ann"),
        event("ben"),
        event("bot"),
        event("", kind="issue_changed"),
        event("ann", kind="issue_created"),
        event("ann", at=NOW - 30 * DAY_MS),
    )
    frame = acts_by_kind(told, USERS, window()).set_index("kind")
    assert frame.loc["comment_created", ["people", "actions", "robot_actions"]].tolist() == [
        2,
        3,
        1,
    ]
    assert frame.loc["issue_changed", "robot_actions"] == 1
    assert frame.loc["issue_created", "actions"] == 1
    assert not frame.loc["issue_created", "counted"]
    assert acts_by_kind(told, USERS, window(), count_created=True)["counted"].all()


def test_by_day_adds_up_to_the_days_acts() -> None:
    told = events(
        event("ann"), event("bot", kind="worklog_edited"), event("ann", kind="issue_created")
    )
    frame = daily(told, USERS, window(), covered_from_ms=NOW - 3 * DAY_MS)
    by_day = acts_by_day(frame)
    assert set(by_day["group"]) == {"changes", "comments", "work_logs"}
    today = by_day[by_day["date"] == window().last_on].set_index("group")["actions"]
    assert today.to_dict() == {"changes": 0, "comments": 1, "work_logs": 1}
    assert by_day[by_day["date"] == window().first_on]["actions"].isna().all()
    assert "created" in set(acts_by_day(frame, count_created=True)["group"])
