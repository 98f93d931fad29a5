"""The users page: every filter is in the address, and counts what it shows."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from jira_usage.datasets import DATASETS
from jira_usage.decisions import Noted
from jira_usage.metrics import answers
from jira_usage.period import DAY_MS
from jira_usage.ui import address
from jira_usage.ui.downloads import COLUMNS, table
from jira_usage.writers import written
from tests.builders import act, company, snapshot, user, window
from tests.pages.kept_site import now_ms
from tests.pages.reading import HOSTILE, click_cell, open_page, run, walk, words
from tests.pages.reading import address as address_of


def shown(app: AppTest) -> list[str]:
    return sorted(app.dataframe[0].value["account_id"]) if app.dataframe else []


def test_nothing_synced(tmp_path: Path) -> None:
    assert not run("users", tmp_path, data=False).dataframe


def test_empty_site(tmp_path: Path) -> None:
    app = run("users", tmp_path, empty=True)
    assert not app.dataframe and "0 accounts" in words(app)


def test_everybody(tmp_path: Path) -> None:
    app = run("users", tmp_path)
    assert shown(app) == ["ann", "ben", "bot", "cyn", "dee"]
    row = app.dataframe[0].value.set_index("account_id").loc["ann"]
    assert row["name"] == "Ann Ames" and row["licenses"] == ["Jira"]
    assert sum(row["days"]) == row["actions"] == 3 and row["active_days"] == 2


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ({"work": "none"}, ["cyn", "dee"]),
        ({"work": "none", "product": "any"}, ["cyn"]),
        ({"type": ["atlassian", "app"], "work": "worked"}, ["ann", "ben", "bot"]),
        ({"email": "hidden", "type": "atlassian"}, ["ben", "dee"]),
        ({"role": "site-admin"}, ["ann"]),
        ({"project": "WEB", "type": "app"}, ["bot"]),
        ({"q": "ACME"}, ["ann", "cyn"]),
        ({"q": "nobody at all"}, []),
        ({"work": "unknown"}, []),
        ({"kind": "comments", "type": "atlassian"}, ["ann"]),
        ({"last": "2", "type": "atlassian"}, ["ann"]),
    ],
)
def test_the_address_filters(
    tmp_path: Path, address: dict[str, str | list[str]], found: list[str]
) -> None:
    assert shown(run("users", tmp_path, address=address)) == found


@pytest.mark.parametrize(
    "address",
    [
        {"type": "martian", "work": "%00", "product": "zz"},
        {"page": "abc", "size": "7", "sort": "; drop"},
        {"page": "-3"},
        {"page": "999999999999999999999"},
        {"page": "²"},
        {"q": "   "},
        {"on": "2020-01-01", "hour": "Tue-24", "last": "31", "worked": "5-3"},
        {"on": "tomorrow", "hour": "Tue", "last": "²", "worked": "-", "kind": "sleeping"},
    ],
)
def test_bad_values_in_the_address_are_dropped(tmp_path: Path, address: dict[str, str]) -> None:
    assert len(shown(run("users", tmp_path, address=address))) == 5


def test_choosing_writes_the_address_and_keeps_the_search(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"q": "acme", "page": "1"})
    app.multiselect(key="work").set_value(["none"]).run()
    assert not app.exception
    assert shown(app) == ["cyn"]
    assert address_of(app)["work"] == ["none"] and address_of(app)["q"] == ["acme"]
    app.multiselect(key="work").set_value([]).run()
    assert "work" not in address_of(app) and shown(app) == ["ann", "cyn"]
    app.text_input(key="q").set_value("").run()
    assert "q" not in address_of(app) and len(shown(app)) == 5


def test_counts_beside_the_options_are_what_they_show(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"product": "any"})
    assert app.multiselect(key="work").options == ["Worked (2)", "No work found (1)"]
    assert "Any license (3)" in app.multiselect(key="product").options


def test_clear_removes_every_filter(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"work": "none", "q": "acme", "days": "7"})
    next(b for b in app.button if b.label == "Clear all filters").click().run()
    assert len(shown(app)) == 5 and "work" not in address_of(app)
    assert address_of(app)["days"] == ["7"]


def test_filters_are_there_again_when_one_comes_back_by_the_sidebar(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"q": "acme", "sort": "name"})
    app.multiselect(key="work").set_value(["none"]).run()
    walk(app, "licenses")
    assert address_of(app) == {}
    walk(app, "users")
    assert address_of(app) == {"q": ["acme"], "sort": ["name"], "work": ["none"]}
    assert shown(app) == ["cyn"] and app.multiselect(key="work").value == ["none"]


def test_a_link_s_own_filters_win_over_those_of_before(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"work": "none"})
    walk(app, "licenses")
    app.query_params["type"] = "app"
    app.switch_page("pages/users.py").run()
    assert address_of(app) == {"type": ["app"]} and shown(app) == ["bot"]


def test_what_was_cleared_does_not_come_back(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"work": "none", "q": "acme"})
    next(b for b in app.button if b.label == "Clear all filters").click().run()
    walk(app, "licenses", "users")
    assert address_of(app) == {} and len(shown(app)) == 5


def test_each_list_has_filters_of_its_own(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"verdict": "working"})
    walk(app, "reclaim")
    assert "verdict" not in address_of(app)
    app.multiselect(key="confidence").set_value(["low"]).run()
    walk(app, "users")
    assert address_of(app) == {"verdict": ["working"]}
    walk(app, "reclaim")
    assert address_of(app) == {"confidence": ["low"]}


def test_what_a_page_does_not_know_is_dropped_from_the_address(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"work": "none", "page": "-3", "color": "red"})
    assert address_of(app) == {"work": ["none"]}
    app = run("data", tmp_path, data=False, address={"work": "none", "days": "7"})
    assert address_of(app) == {"days": ["7"]}


def test_the_address_knows_every_filter_of_the_lists(tmp_path: Path) -> None:
    for page in ("users", "reclaim"):
        app = run(page, tmp_path)
        assert {one.key for one in app.multiselect} <= set(address.OF_PAGE[page.capitalize()])


def test_paging_is_on_the_server(tmp_path: Path) -> None:
    many = [user(f"u{number:04d}", name=f"P {number:04d}") for number in range(120)]
    app = run("users", tmp_path, users=many, address={"sort": "name", "page": "3"})
    assert shown(app) == [f"u{number:04d}" for number in range(100, 120)]
    app = run("users", tmp_path, users=many, address={"sort": "name", "size": "100", "page": "9"})
    assert len(shown(app)) == 20


def test_ticking_a_row_opens_the_person_and_keeps_the_way_back(tmp_path: Path) -> None:
    app = open_page("users", tmp_path, address={"work": "none", "product": "any"})
    app.session_state["people"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert address_of(app)["person"] == ["cyn"] and address_of(app)["work"] == ["none"]
    assert app.get("page_link")[0].label == "Back to the list"


def test_a_click_on_a_name_opens_the_person(tmp_path: Path) -> None:
    app = run("users", tmp_path, address={"sort": "name", "status": "enabled"})
    row = app.dataframe[0].value["account_id"].tolist().index("ben")
    click_cell(app, "name", row)
    assert address_of(app)["person"] == ["ben"] and address_of(app)["status"] == ["enabled"]
    assert "from" not in address_of(app)


@pytest.mark.parametrize("name", [":material/delete: Bo", '["Bo", "Al"]', " [Bo]"])
def test_a_name_is_drawn_as_typed_neither_icon_nor_menu(tmp_path: Path, name: str) -> None:
    app = run("users", tmp_path, users=[user("bo", name=name)])
    assert app.dataframe[0].value["name"].tolist() == ["\u2060" + name]
    assert address_of(click_cell(app, "name", 0))["person"] == ["bo"]


def test_whoever_worked_before_the_window_was_last_active_then(tmp_path: Path) -> None:
    told = company(now=now_ms())
    told["acts"].append(act("cyn", at=now_ms() - 40 * DAY_MS))
    told |= {"covered_from": now_ms() - 95 * DAY_MS}
    app = run("users", tmp_path, address={"q": "cyn"}, **told)
    row = app.dataframe[0].value.iloc[0]
    assert row["verdict"] == "Cooling" and row["work"] == "No work found"
    assert abs((pd.Timestamp(now_ms(), unit="ms", tz="UTC") - row["last_active"]).days - 40) <= 1


def test_the_files_have_the_verdict_and_the_last_act_beside_the_dataset(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, **company())
    roster = answers.judged_roster(kept, window(), False, Noted())
    text = written("csv", [table(roster, roster.place("ann"))], COLUMNS).decode()
    [row] = csv.DictReader(text.splitlines())
    assert list(row)[:-2] == DATASETS["users"].names
    assert row["verdict"] == "Working" and row["last_act_at"] == row["last_active_at"]


def test_who_first_then_how_they_stand(tmp_path: Path) -> None:
    app = run("users", tmp_path)
    order = list(app.dataframe[0].proto.column_order)
    assert order[:7] == [
        "name", "verdict", "licenses", "days", "actions", "active_days", "last_active"
    ]  # fmt: skip
    verdicts = app.dataframe[0].value.set_index("account_id")["verdict"]
    assert verdicts["ann"] == "Working"
    assert verdicts["cyn"].startswith("Never seen working since ")
    assert pd.isna(verdicts["bot"])


def test_the_reach_of_the_tables_own_tools_is_told_where_it_matters(tmp_path: Path) -> None:
    many = [user(f"u{number:04d}") for number in range(120)]
    assert "reach this page only" in words(run("users", tmp_path, users=many))
    assert "reach this page only" not in words(run("users", tmp_path))


def test_hostile_names_are_only_in_the_table(tmp_path: Path) -> None:
    app = run("users", tmp_path)
    assert HOSTILE in app.dataframe[0].value["name"].tolist()
    assert "evil.example" not in words(app)


def test_licenses_not_permitted_say_so(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    app = run("users", tmp_path, refused=refused, products=[])
    assert app.multiselect(key="product").disabled
    assert app.dataframe[0].value["licenses"].tolist() == [["unknown"]] * 5
    assert len(company()["users"]) == 5


def test_accounts_that_jira_does_not_list_are_told_beside_those_it_lists(tmp_path: Path) -> None:
    now = now_ms() - 60_000
    people = company(now=now)
    people["users"] += [user("zed", name="Zed", listed=False), user("yan", listed=False)]
    people["acts"].append(act("zed", at=now - 1))  # of Yan, nothing was seen in the window
    told = words(run("users", tmp_path / "a", **people))
    assert "5 accounts listed by Jira, and 1 that it does not list" in told
    assert "listed by Jira" not in words(run("users", tmp_path / "b"))
    told = words(run("users", tmp_path / "c", refused={"users": "no"}, **people))
    assert "5 accounts that Jira listed, now or before, and 1 that it does not list" in told
