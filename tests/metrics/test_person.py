"""One account's days, acts, projects and licenses."""

from __future__ import annotations

import pandas as pd

from jira_usage.metrics.access import access
from jira_usage.metrics.person import (
    access_path,
    events_of,
    last_acts,
    person_calendar,
    person_kinds,
    person_projects,
)
from jira_usage.period import DAY_MS
from jira_usage.schema import FIELD_SEPARATOR
from tests.builders import NOW, company, event, events, project, table, user, window

TOLD = events(
    event("ann", at=NOW),
    event("ann", at=NOW - DAY_MS, kind="issue_changed", fields=f"status{FIELD_SEPARATOR}rank"),
    event("ann", at=NOW - DAY_MS, kind="issue_changed", project="APP"),
    event("ann", at=NOW - DAY_MS, kind="issue_created"),
    event("ann", at=NOW - 20 * DAY_MS, project=""),
    event("ben", at=NOW),
)
USERS = table("users", [user("ann", name="Ann Ames")])
PROJECTS = table("projects", [project("WEB", name="Website")])


def test_empty() -> None:
    own = events_of(events(), "ann")
    calendar = person_calendar(own, window())
    assert calendar["actions"].tolist() == [0] * 7
    assert list(calendar.columns) == ["date", "actions", "kinds", "weekend", "incomplete"]
    columns = ["kind", "group", "label", "actions", "counted"]
    assert list(person_kinds(own, window()).columns) == columns
    assert list(last_acts(own, USERS, "https://x").columns)[-1] == "link"
    columns = ["project_key", "name", "actions", "days", "last_act_at"]
    assert list(person_projects(own, PROJECTS, window()).columns) == columns


def test_calendar() -> None:
    calendar = person_calendar(events_of(TOLD, "ann"), window(3), covered_from_ms=NOW - 40 * DAY_MS)
    assert calendar["actions"].tolist() == [0, 2, 1]
    assert calendar["kinds"].tolist() == ["", "changed an issue ×2", "wrote a comment ×1"]
    created = person_calendar(events_of(TOLD, "ann"), window(3), count_created=True)
    assert created["actions"].tolist() == [0, 3, 1]
    unread = person_calendar(events_of(TOLD, "ann"), window(3), covered_from_ms=NOW)
    assert unread["actions"].isna().all()


def test_kinds_and_projects() -> None:
    own = events_of(TOLD, "ann")
    kinds = person_kinds(own, window(3))
    assert kinds[["kind", "actions"]].to_numpy().tolist() == [
        ["issue_changed", 2],
        ["comment_created", 1],
        ["issue_created", 1],
    ]
    projects = person_projects(own, PROJECTS, window(3))
    assert projects[["project_key", "name", "actions", "days"]].to_numpy().tolist() == [
        ["WEB", "Website", 2, 2],
        ["APP", "", 1, 1],
    ]


def test_the_counted_kinds_are_as_many_acts_as_the_calendar_has() -> None:
    own, period = events_of(TOLD, "ann"), window(3)
    for count_created, counted in ((False, 3), (True, 4)):
        kinds = person_kinds(own, period, count_created=count_created)
        days = person_calendar(own, period, count_created=count_created)
        assert kinds.loc[kinds["counted"], "actions"].sum() == days["actions"].sum() == counted


def test_last_acts_link_to_the_issue() -> None:
    latest = events_of(TOLD, "ann").iloc[::-1]
    acts = last_acts(latest, USERS, "https://acme.atlassian.net")
    assert acts["at"].is_monotonic_decreasing and len(acts) == 5
    first, last = acts.iloc[0], acts.iloc[-1]
    assert first["link"] == f"https://acme.atlassian.net/browse/{first['issue_key']}"
    assert last["link"] == "" and last["issue_key"] == ""
    assert "status, rank" in acts["fields"].tolist()


def test_an_app_names_the_one_it_acted_for() -> None:
    told = events(
        event("bot", on_behalf_of="ann"), event("bot", on_behalf_of="Somebody"), event("bot")
    )
    acts = last_acts(told, USERS, "https://x")
    assert sorted(acts["on_behalf_of"]) == ["", "Ann Ames", "Somebody"]


def path_of(account_id: str) -> pd.DataFrame:
    tables = {name: table(name, company()[name]) for name in company() if name != "acts"}
    held = access(tables["users"], tables["groups"], tables["members"], tables["product_groups"])
    rest = [tables[name] for name in ("products", "groups", "members", "product_groups")]
    return access_path(account_id, held, *rest)


def test_access_path() -> None:
    path = path_of("ann").set_index("product_key")
    assert path.loc["jira-software", "groups"] == ["jira-users"]
    assert path.loc["jira-software", "default_group"]
    assert "leaving it ends" in path.loc["jira-software", "note"]
    assert "no license of its own" in path.loc["jira-core", "note"]
    assert not path.loc["jira-core", "default_group"]
    assert path_of("dee").empty
    assert list(path_of("dee").columns) == [
        "product_key",
        "product_name",
        "state",
        "groups",
        "default_group",
        "note",
    ]


def test_two_groups_say_that_leaving_one_changes_nothing() -> None:
    held = pd.DataFrame(
        [{"account_id": "ann", "product_key": "p", "state": "licensed", "groups": ["a", "b"]}]
    )
    empty = [table(name) for name in ("products", "groups", "members", "product_groups")]
    assert "leaving one changes nothing" in access_path("ann", held, *empty)["note"].iloc[0]
