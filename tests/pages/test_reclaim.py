"""The Reclaim page: whose license could be given back, and what people decide about it."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import decisions
from jira_usage.decisions import KEEP, PROTECT, RELEASE, Decision, Thresholds
from jira_usage.metrics.filled_in import LARGEST_FILE
from jira_usage.ui import login
from jira_usage.ui.reclaim_table import table_key
from tests.builders import act, days_ago, members, project, user
from tests.pages.kept_site import a_site
from tests.pages.reading import HOSTILE, address, click_cell, metrics, run, words

CYN = ("cyn", "jira-software")
FILTERED = {"product": "jira-software", "verdict": "never", "q": "cyn", "order": "name"}
TO_CYN = {"from": "reclaim", "person": "cyn"}


def tick(app: AppTest, rows: list[int], *pairs: tuple[str, str]) -> AppTest:
    app.session_state[table_key(pairs)] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


def press_label(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception, app.exception


def noted(home: Path) -> tuple[Decision, ...]:
    return decisions.noted(a_site(home)).decisions


def test_nothing_synced(tmp_path: Path) -> None:
    assert not run("reclaim", tmp_path, data=False).metric


def test_empty_site(tmp_path: Path) -> None:
    app = run("reclaim", tmp_path, empty=True)
    assert "No license to give back was found" in [one.proto.title for one in app.info]
    assert set(metrics(app).values()) == {"0"} and not app.dataframe


def test_licenses_not_permitted(tmp_path: Path) -> None:
    app = run("reclaim", tmp_path, refused={"licenses": "Administer Jira is missing."})
    assert "Administer Jira is missing" in words(app).replace("\\", "") and not app.metric


def test_the_list_and_its_numbers(tmp_path: Path) -> None:
    app = run("reclaim", tmp_path)
    assert metrics(app) == {
        "Could be given back": "1",
        "High confidence": "0",
        "Medium confidence": "0",
        "Low confidence": "1",
    }
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["name"], row["sure"]) == (HOSTILE, "Low")
    assert row["verdict"].startswith("Never seen working since ")
    assert row["reasons"][-2].startswith("For: No work found since ")
    assert any(one.startswith("Against: Only 40 days are known") for one in row["reasons"])
    assert row["groups"] == ["jira-users"]
    assert words(app).count("tells them apart") == words(app).count("Who only reads") > 0
    assert "“How far back” to “Last 90 days”" in app.warning[0].value
    assert HOSTILE not in words(app) and "evil.example" not in words(app)


def test_every_number_opens_as_many_as_it_says(tmp_path: Path) -> None:
    people = [user(f"p{n}") for n in range(5)]
    what = {"users": people, "members": members("g-jira", *(f"p{n}" for n in range(5)))}
    what["projects"] = [project("WEB", lead="p1")]
    app = run("reclaim", tmp_path, acts=[act("p0")], covered_days=100, **what)
    told = {m.label: m.value for m in app.metric}
    assert list(told.values()) == ["4", "3", "1", "0"]
    for key, number in (("high_3", 4), ("high_1", 3), ("medium_1", 1)):
        press(app, f"reclaim_open_{key}")
        assert len(app.dataframe[0].value) == number
    assert address(app)["confidence"] == ["medium"]
    assert address(app)["decision"] == ["open", "release", "expired"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"confidence": "low"}, 1),
        ({"confidence": "high"}, 0),
        ({"product": "jira-software"}, 1),
        ({"decision": "keep"}, 0),
        ({"verdict": "never"}, 1),
        ({"confidence": "%00", "product": "zz", "page": "-4", "size": "x"}, 1),
    ],
)
def test_the_address_filters(tmp_path: Path, where: dict[str, str], found: int) -> None:
    app = run("reclaim", tmp_path, address=where)
    assert (len(app.dataframe[0].value) if app.dataframe else 0) == found


def test_a_name_opens_the_person(tmp_path: Path) -> None:
    app = click_cell(run("reclaim", tmp_path, address=FILTERED), "name", 0)
    assert address(app) == {key: [value] for key, value in (FILTERED | TO_CYN).items()}


def test_the_way_back_from_a_person_is_the_list_as_it_was(tmp_path: Path) -> None:
    app = run("person", tmp_path, address=FILTERED | TO_CYN)
    back = app.get("page_link")[0]
    assert back.proto.page == "reclaim" and parse_qs(back.proto.query_string) == {
        key: [value] for key, value in FILTERED.items()
    }


def test_a_ticked_row_offers_its_person(tmp_path: Path) -> None:
    app = tick(run("reclaim", tmp_path), [0], CYN)
    press(app, "open_person")
    assert address(app) == {key: [value] for key, value in TO_CYN.items()}


def test_who_may_only_look_gets_the_person_and_no_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "is_administrator", lambda: False)
    app = tick(run("reclaim", tmp_path), [0], CYN)
    keys = {one.key for one in app.button}
    assert "open_person" in keys and "decide_save" not in keys


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({}, ["Cat", "Ada", "Bob"]),
        ({"order": "name"}, ["Ada", "Bob", "Cat"]),
        ({"order": "idle"}, ["Bob", "Ada", "Cat"]),
        ({"order": "money"}, ["Cat", "Ada", "Bob"]),  # without prices there is no such order
        ({"q": "ADA@ac"}, ["Ada"]),
        ({"q": "u3"}, ["Cat"]),
        ({"q": "nobody"}, []),
    ],
)
def test_search_and_order_are_in_the_address_and_reach_all_pages(
    tmp_path: Path, where: dict[str, str], names: list[str]
) -> None:
    people = [user("u1", name="Ada", email="ada@acme.example"), user("u2", name="Bob"),
              user("u3", name="Cat")]  # fmt: skip
    now = int(time.time() * 1000) - 60_000
    acts = [act("u3", at=days_ago(100, now=now)), act("u1", at=days_ago(110, now=now))]
    what = {"users": people, "members": members("g-jira", "u1", "u2", "u3")}
    what["projects"] = [project("WEB", lead="u2"), project("APP", lead="u1")]
    app = run("reclaim", tmp_path, acts=acts, covered_days=150, address=where, **what)
    assert (app.dataframe[0].value["name"].tolist() if app.dataframe else []) == names
    assert app.text_input(key="q").value == where.get("q", "")
    assert "money" not in app.selectbox(key="order").options


def test_searching_and_ordering_write_the_address(tmp_path: Path) -> None:
    app = run("reclaim", tmp_path)
    app.selectbox(key="order").set_value("name").run()
    app.text_input(key="q").set_value("cyn").run()
    assert address(app)["order"] == ["name"] and address(app)["q"] == ["cyn"]
    press_label(app, "Clear all filters")
    app.selectbox(key="order").set_value("sure").run()
    assert "order" not in address(app) and "q" not in address(app)


def test_keeping_a_license_takes_it_out_of_what_could_be_given_back(tmp_path: Path) -> None:
    app = tick(run("reclaim", tmp_path), [0], CYN)
    app.text_input(key="decide_reason").set_value("seasonal").run()
    app.text_input(key="decide_by").set_value("Lea").run()
    press(app, "decide_save")
    [made] = noted(tmp_path)
    assert (made.pair, made.choice, made.reason, made.by) == (CYN, KEEP, "seasonal", "Lea")
    assert made.at > 0 and metrics(app)["Could be given back"] == "0"
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["decision"], row["note"], row["by"]) == ("Keep", "seasonal", "Lea")


def test_a_protection_needs_a_reason(tmp_path: Path) -> None:
    app = tick(run("reclaim", tmp_path), [0], CYN)
    app.selectbox(key="decide_choice").set_value(PROTECT).run()
    press(app, "decide_save")
    assert noted(tmp_path) == () and "needs a reason" in app.warning[-1].value
    app.text_input(key="decide_reason").set_value("on leave").run()
    until = date.today() + timedelta(days=365)
    app.date_input(key="decide_expires").set_value(until).run()
    press(app, "decide_save")
    [made] = noted(tmp_path)
    assert (made.choice, made.expires_on) == (PROTECT, until)
    assert app.dataframe[0].value["verdict"].tolist() == ["Protected"]


def test_a_decision_can_be_taken_back(tmp_path: Path) -> None:
    decisions.decide(a_site(tmp_path), [Decision(*CYN, RELEASE)])
    app = tick(run("reclaim", tmp_path), [0], CYN)
    app.selectbox(key="decide_choice").set_value("undo").run()
    press(app, "decide_save")
    assert noted(tmp_path) == ()


def test_undoing_a_decision_does_not_read_like_taking_a_license(tmp_path: Path) -> None:
    app = tick(run("reclaim", tmp_path), [0], CYN)
    assert app.selectbox(key="decide_choice").options == [
        *("Keep", "Release", "Protect until", "Undo decision"),
    ]


def test_damaged_decisions_are_told_and_can_not_be_written_over(tmp_path: Path) -> None:
    a_site(tmp_path).change_note("decisions", lambda _: b"broken")
    app = tick(run("reclaim", tmp_path), [0], CYN)
    assert "left as they are" in app.error[0].value
    assert "decide_save" not in {button.key for button in app.button}
    assert a_site(tmp_path).note("decisions") == b"broken"


def test_moving_a_threshold_says_how_many_people_it_changes(tmp_path: Path) -> None:
    app = run("reclaim", tmp_path)
    app.number_input(key="threshold_working").set_value(2).run()
    assert "Saving this changes **1 person**" in words(app)
    assert "Working → Cooling: 1 person" in words(app)
    press(app, "threshold_save")
    assert decisions.noted(a_site(tmp_path)).thresholds == Thresholds(2, 60, 90, 30)
    app.number_input(key="threshold_working").set_value(60).run()
    assert "must reach further back" in app.warning[-1].value
    app.number_input(key="threshold_working").set_value(3).run()
    press(app, "threshold_usual")
    assert decisions.noted(a_site(tmp_path)).thresholds == Thresholds()


def test_a_filled_in_list_is_applied_whole_or_not_at_all(tmp_path: Path) -> None:
    head = "account_id,product_key,decision,expires_on,note\n"
    app = run("reclaim", tmp_path)
    bad = head + "cyn,jira-software,keep,,\nzoe,jira-software,keep,,\n"
    app.file_uploader(key="filled_in_0").set_value(("list.csv", bad.encode(), "text/csv")).run()
    assert "Line 3" in app.error[0].value and "filled_apply" not in {b.key for b in app.button}
    good = head + "cyn,jira-software,protect,2999-01-01,on leave\nann,jira-software,,,\n"
    app.file_uploader(key="filled_in_0").set_value(("list.csv", good.encode(), "text/csv")).run()
    assert noted(tmp_path) == ()
    press(app, "filled_apply")
    assert [d.choice for d in noted(tmp_path)] == [PROTECT]
    assert app.success[0].value == "1 decision applied."


def test_paging_is_on_the_server_and_ticks_stay_with_their_rows(tmp_path: Path) -> None:
    ids = [f"u{n:04d}" for n in range(120)]
    what = {"users": [user(one) for one in ids], "members": members("g-jira", *ids)}
    app = run("reclaim", tmp_path, acts=[], address={"page": "3"}, **what)
    assert app.dataframe[0].value["name"].tolist() == [one.title() for one in ids[100:]]
    pairs = [(one, "jira-software") for one in ids[100:]]
    tick(app, [1, 3], *pairs)
    press(app, "decide_save")
    assert [d.account_id for d in noted(tmp_path)] == ["u0101", "u0103"]


def test_the_uploader_takes_no_more_than_is_read(tmp_path: Path) -> None:
    [uploader] = run("reclaim", tmp_path).get("file_uploader")
    assert uploader.proto.max_upload_size_mb == LARGEST_FILE // 1_000_000


def test_what_is_not_known_of_anybody_is_said_once_above_the_list(tmp_path: Path) -> None:
    unknown = "Whether they administer the site or a product is not known."
    app = run("reclaim", tmp_path, refused={"administrators": "no"})
    assert sum(unknown in one.value.replace("\\", "") for one in app.caption) == 1
    [row] = app.dataframe[0].value.to_dict("records")
    assert not any(unknown in one for one in row["reasons"]) and len(row["reasons"])
    refused = {"administrators": "no"}
    app = run("person", tmp_path / "b", address={"person": "cyn"}, refused=refused)
    assert unknown in words(app).replace("\\", "")
