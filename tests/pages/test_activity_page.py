"""The activity page: how much, of what kind, where, and when."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import act, days_ago, project
from tests.pages.reading import HOSTILE, metrics, open_page, run, walk, words
from tests.pages.reading import address as address_of


def test_empty_site(tmp_path: Path) -> None:
    app = run("activity", tmp_path, empty=True)
    assert metrics(app)["Active, 30 days"] == "0"
    assert "Nobody worked in Jira on these days" in words(app)


def test_with_data(tmp_path: Path) -> None:
    app = run("activity", tmp_path)
    told = metrics(app)
    assert told["Active, 30 days"] == "2" and told["Active, 7 days"] == "2"
    _, projects, _, kinds, hours, _, groups, robots = (frame.value for frame in app.dataframe)
    assert groups[["name", "people", "active"]].to_numpy().tolist() == [
        ["jira-users", 2, 1],
        ["work-users", 2, 2],
        ["site-admins", 1, 1],
    ]
    assert projects["life"].tolist() == ["alive", "dead"]
    assert projects[["members", "share"]].iloc[0].tolist() == [1, 1.0]
    assert kinds.set_index("kind").loc["comment_created", "actions"] == 2
    assert projects[["project_key", "people"]].to_numpy().tolist() == [["WEB", 2], ["OLD", 0]]
    assert hours["actions"].sum() == 4 and set(hours["time"].str.len()) == {14}
    assert robots[["type", "actions"]].to_numpy().tolist() == [["App or robot", 5]]
    assert len(app.get("plotly_chart")) == 5
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))


def test_a_day_far_above_the_usual_is_noted_with_its_kind(tmp_path: Path) -> None:
    now = int(time.time() * 1000) - 60_000
    acts = [act("ann", at=days_ago(2, now=now), act="issue_changed") for _ in range(40)]
    app = run("activity", tmp_path, acts=acts)
    [note] = [one for one in app.info if "far more acts" in one.proto.title]
    assert "40 acts, usually 0; 100% of them changes to issues" in note.value


def test_a_person_acting_round_the_clock_is_flagged(tmp_path: Path) -> None:
    now = int(time.time() * 1000) - 60_000
    acts = [act("ann", at=days_ago(n / 24, now=now)) for n in range(24 * 8)]
    app = run("activity", tmp_path, acts=acts)
    assert "1 person acting round the clock" in words(app)
    app.session_state["round_the_clock"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert app.run().title[0].value == "Ann Ames"
    assert app.get("page_link")[0].label == "Back to Activity"


def test_ticking_a_group_opens_its_people(tmp_path: Path) -> None:
    app = open_page("activity", tmp_path)
    app.session_state["groups"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception and app.title[0].value == "Users"
    assert sorted(app.dataframe[0].value["account_id"]) == ["ann", "cyn"]


def test_ticking_an_hour_opens_who_acted_then(tmp_path: Path) -> None:
    app = open_page("activity", tmp_path)
    app.session_state["hours"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception and app.title[0].value == "Users"
    assert re.fullmatch("[A-Z][a-z]{2}-[0-2][0-9]", address_of(app)["hour"][0])
    assert set(app.dataframe[0].value["account_id"]) <= {"ann", "ben"}


def test_the_zone_is_stated(tmp_path: Path) -> None:
    app = run("activity", tmp_path, address={"zone": "Asia/Kolkata"})
    assert "Asia/Kolkata" in words(app).replace("\\", "")


def test_ticking_a_project_opens_its_people(tmp_path: Path) -> None:
    app = open_page("activity", tmp_path)
    app.session_state["projects"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception and app.title[0].value == "Users"
    assert sorted(app.dataframe[0].value["account_id"]) == ["ann", "ben"]


def test_projects_are_listed_by_their_life_and_the_address_keeps_it(tmp_path: Path) -> None:
    app = run("activity", tmp_path)
    assert app.radio(key="life").options == ["All", "Alive: 1 project", "Nobody active: 1 project"]
    app.radio(key="life").set_value("dead").run()
    assert address_of(app)["life"] == ["dead"]
    assert listed_projects(app) == ["OLD"]
    assert listed_projects(run("activity", tmp_path, data=False, address={"life": "dead"})) == [
        "OLD"
    ]
    bad = run("activity", tmp_path, data=False, address={"life": "undead"})
    assert listed_projects(bad) == ["WEB", "OLD"] and "life" not in address_of(bad)


def listed_projects(app: AppTest) -> list[str]:
    frames = [frame.value for frame in app.dataframe]
    return next(f for f in frames if "project_key" in f.columns)["project_key"].tolist()


def test_ticking_a_robot_opens_its_acts(tmp_path: Path) -> None:
    app = open_page("activity", tmp_path)
    app.session_state["robots"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception and app.title[0].value == "Automation for Jira"


def test_hostile_project_names(tmp_path: Path) -> None:
    app = run("activity", tmp_path, projects=[project("WEB", name=HOSTILE)])
    assert "evil.example" not in words(app)


def test_licenses_not_permitted(tmp_path: Path) -> None:
    app = run("activity", tmp_path, refused={"licenses": "Administer Jira is missing."})
    assert "Administer Jira is missing" in words(app).replace("\\", "")
    assert len(app.get("plotly_chart")) == 4


def of_the_groups_people(app: AppTest) -> bool:
    return "Everything below is about people of jira-users only." in words(app).replace("\\", "")


def test_a_part_of_the_site_is_chosen_on_the_page_and_told(tmp_path: Path) -> None:
    app = run("activity", tmp_path)
    assert "only." not in words(app)
    app.multiselect(key="group").set_value(["jira-users"]).run()
    assert address_of(app) == {"group": ["jira-users"]} and of_the_groups_people(app)
    assert metrics(app)["Active, 30 days"] == "1"
    app.button(key="focus_clear").click().run()
    assert address_of(app) == {} and metrics(app)["Active, 30 days"] == "2"


def test_only_products_can_be_looked_at_alone(tmp_path: Path) -> None:
    app = run("activity", tmp_path, address={"product": ["none", "jira-core"]})
    assert address_of(app) == {"product": ["jira-core"]}
    assert len(app.multiselect(key="product").options) == 2


def test_a_part_where_nobody_worked_is_empty_and_never_the_whole_site(tmp_path: Path) -> None:
    """Nobody worked in Old: it stays chosen whatever the window, and offers no number."""
    for part in ({"project": "OLD"}, {"product": "jira-core", "group": "site-admins"}):
        app = run("activity", tmp_path, address=part | {"days": "7"})
        assert address_of(app).keys() == {*part, "days"}
        assert metrics(app)["Active, 7 days"] == "0"
        assert "Nobody worked in Jira on these days" in words(app)
        assert not [link for link in app.get("page_link") if link.proto.query_string]


def test_a_part_that_is_not_there_is_told_for_then_more_is_counted(tmp_path: Path) -> None:
    app = run("activity", tmp_path, address={"group": "*staff*", "project": ["WEB", "GONE"]})
    assert address_of(app) == {"project": ["WEB"]}
    [told] = app.warning
    assert told.value.replace("\\", "").startswith("*staff*, GONE: not known here")
    app = run("activity", tmp_path, address={"product": "none", "project": "WEB"})
    assert not app.warning and address_of(app) == {"project": ["WEB"]}


def test_where_nothing_is_known_of_licenses_projects_can_still_be_chosen(tmp_path: Path) -> None:
    refused = {"licenses": "Jira says: no.", "groups": "Jira says: no.", "administrators": "no"}
    app = run("activity", tmp_path, refused=refused, address={"project": "WEB", "group": "g"})
    assert address_of(app) == {"project": ["WEB"]}
    assert app.multiselect(key="group").disabled and app.multiselect(key="product").disabled


def test_what_is_chosen_goes_along_to_the_lists_and_back(tmp_path: Path) -> None:
    app = run("activity", tmp_path)
    app.multiselect(key="group").set_value(["jira-users"]).run()
    walk(app, "overview")
    assert address_of(app) == {}
    walk(app, "users")
    assert address_of(app) == {"group": ["jira-users"]}
    app.multiselect(key="group").set_value(["work-users"]).run()
    walk(app, "activity")
    assert address_of(app) == {"group": ["work-users"]}
    app.button(key="focus_clear").click().run()
    walk(app, "users")
    assert address_of(app) == {}


def test_a_link_to_a_part_goes_along_but_a_click_on_a_number_does_not(tmp_path: Path) -> None:
    app = run("activity", tmp_path, address={"group": "jira-users"})
    walk(app, "users")
    assert address_of(app) == {"group": ["jira-users"]}
    app = run("licenses", tmp_path)
    app.query_params["product"] = "jira-core"  # as the link of a tile does
    app.switch_page("pages/users.py").run()
    walk(app, "activity")
    assert address_of(app) == {}


def test_a_choice_that_a_page_does_not_know_stays_with_its_own(tmp_path: Path) -> None:
    app = run("users", tmp_path)
    app.multiselect(key="product").set_value(["none"]).run()
    walk(app, "activity")
    assert address_of(app) == {}
    walk(app, "users")
    assert address_of(app) == {"product": ["none"]}


@pytest.mark.parametrize("before", [{}, {"group": ["jira-users"]}])
def test_back_from_the_people_of_a_project_brings_the_page_as_it_was(
    tmp_path: Path, before: dict[str, list[str]]
) -> None:
    app = run("activity", tmp_path)
    app.multiselect(key="group").set_value(before.get("group", [])).run()
    app.session_state["projects"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    opened = address_of(app)
    assert app.title[0].value == "Users" and opened["project"] == ["WEB"]
    back(app, "activity", opened)
    assert address_of(app) == before
    assert metrics(app)["Active, 30 days"] == ("1" if before else "2")


def test_what_is_chosen_among_the_people_of_a_project_goes_along_on_the_way_back(
    tmp_path: Path,
) -> None:
    app = run("activity", tmp_path)
    app.session_state["projects"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    opened = address_of(app)
    app.switch_page("pages/users.py").run()  # AppTest has not followed
    app.multiselect(key="group").set_value(["work-users"]).run()
    back(app, "activity", opened)
    assert address_of(app) == {"group": ["work-users"]}


def back(app: AppTest, page: str, opened: Mapping[str, list[str]]) -> None:
    """The browser's Back: the history has the filters of the page that was opened under this."""
    app.query_params.clear()
    for key, values in opened.items():
        app.query_params[key] = values
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
