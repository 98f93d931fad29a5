"""The Changes page: what is different since the last sync, or since a chosen date."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import decisions
from jira_usage.decisions import KEEP, RELEASE, Decision
from jira_usage.period import DAY_MS
from jira_usage.terms import Price, ProductTerms, change_terms
from tests.builders import act, days_ago, user
from tests.pages.kept_site import a_site
from tests.pages.reading import HOSTILE, address, click_cell, metrics, open_page, run, words

JIRA = "jira-software"
HOUR_MS = 3_600_000
COMING = "Joined, left, got a product, lost a product, enabled again, deactivated"


def now_ms() -> int:
    return int(time.time() * 1000) - 60_000


def changed(account_id: str, change: str, days: float = 0, product: str = "") -> dict[str, Any]:
    """A change that a sync some days ago found; the one before it was a day earlier."""
    at = days_ago(days, now=now_ms())
    return {
        "at": at,
        "since": at - DAY_MS,
        "account_id": account_id,
        "change": change,
        "product_key": product,
    }


TOLD = [
    changed("ann", "got", product=JIRA),
    changed("ann", "got", product="jira-core"),
    changed("cyn", "joined"),
    changed("dee", "disabled"),
    changed("zoe", "left"),
    changed("zoe", "lost", product=JIRA),
    changed("bot", "joined"),
    changed("ben", "got", 5, product="jira-core"),
]


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


def on(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def test_nothing_synced(tmp_path: Path) -> None:
    assert not run("changes", tmp_path, data=False).metric


def test_the_first_sync_says_that_changes_are_told_from_the_next_one_on(tmp_path: Path) -> None:
    app = run("changes", tmp_path)
    assert "changes are told from the next one on" in words(app)
    assert not app.metric and not app.dataframe


def test_the_first_sync_and_a_date_tell_of_work_only(tmp_path: Path) -> None:
    acts = [act("ann", at=days_ago(35, now=now_ms()))]
    app = run("changes", tmp_path, acts=acts, covered_days=100, address={"since": on(10)})
    told = metrics(app)
    assert "Joined" not in told and f"**{COMING}: unknown**" in words(app)
    assert (told["Stopped working"], told["Came back"]) == ("1", "0")


def test_before_the_first_sync_all_is_unknown_though_another_followed(tmp_path: Path) -> None:
    first = days_ago(0.1, now=now_ms())
    later = {"watched_from": first, "previous_as_of": first}
    app = run("changes", tmp_path, meta=later, address={"since": on(10)})
    assert "Joined" not in metrics(app) and f"**{COMING}: unknown**" in words(app)
    why = [one.value for one in app.caption if "the first sync" in one.value]
    assert len(why) == 1 and why[0].startswith("Unknown before "), "one reason is told once"


def test_what_is_known_of_one_kind_stands_alone_though_others_are_unknown(tmp_path: Path) -> None:
    """The last sync was refused the list of users; an earlier one found that somebody joined."""
    old = [changed("ben", "joined", 5)]
    app = run("changes", tmp_path, changes=old, refused={"users": "No."}, address={"since": on(6)})
    assert metrics(app)["Joined"] == "1"
    rest = "Left, got a product, lost a product, enabled again, deactivated"
    assert f"**{rest}: unknown**" in words(app)


def test_a_column_that_is_empty_is_not_shown_and_the_last_act_is_called_so(tmp_path: Path) -> None:
    acts = [act("ann", at=days_ago(35, now=now_ms())), act("ben", at=days_ago(1, now=now_ms()))]
    what = {"acts": acts, "covered_days": 100, "address": {"since": on(10)}}
    app = run("changes", tmp_path, **what)
    assert heads(app) == ["name", "what", "when", "last_act"]
    shown = app.dataframe[0].value.set_index("account_id")
    assert shown["when"].isna()["ann"] and shown["last_act"].isna()["ben"]
    assert shown["last_act"].notna()["ann"] and shown["when"].notna()["ben"]
    assert heads(press(app, "changes_open_stopped")) == ["name", "what", "last_act"]
    assert heads(run("changes", tmp_path, changes=TOLD)) == ["name", "what", "product", "when"]


def heads(app: AppTest) -> list[str]:
    return list(app.dataframe[0].proto.column_order)


def test_everything_since_the_last_sync(tmp_path: Path) -> None:
    app = run("changes", tmp_path, changes=TOLD)
    assert metrics(app) == {
        "Joined": "1",
        "Left": "1",
        "Got a product": "1",
        "Lost a product": "1",
        "Enabled again": "0",
        "Deactivated": "1",
        "Stopped working": "0",
        "Came back": "0",
        "First seen working": "0",
    }
    assert "6 changes of 4 people" in words(app) and "the last sync" in words(app)
    assert "evil.example" not in words(app)
    names = app.dataframe[0].value["name"].tolist()
    assert HOSTILE in names and "(nothing is kept)" in names


def test_a_chosen_date_stays_in_the_address(tmp_path: Path) -> None:
    app = run("changes", tmp_path, changes=TOLD, address={"since": on(8)})
    assert metrics(app)["Got a product"] == "2"
    assert app.date_input(key="since").value.isoformat() == on(8)
    assert address(app)["since"] == [on(8)]
    app.date_input(key="since").set_value(datetime.now(UTC).date() - timedelta(days=9)).run()
    assert address(app)["since"] == [on(9)] and not app.exception


@pytest.mark.parametrize("since", ["1999-01-01", "2999-01-01", "soon", "%00", ""])
def test_a_date_that_is_none_or_is_not_known_is_dropped(tmp_path: Path, since: str) -> None:
    app = run("changes", tmp_path, changes=TOLD, address={"since": since})
    assert "since" not in address(app) and metrics(app)["Got a product"] == "1"


def test_every_number_opens_as_many_people_as_it_says(tmp_path: Path) -> None:
    app = run("changes", tmp_path, changes=TOLD)
    for change, number in (("joined", 1), ("got", 1), ("lost", 1), ("left", 1), ("disabled", 1)):
        press(app, f"changes_open_{change}")
        assert address(app)["show"] == [change]
        assert app.dataframe[0].value["account_id"].nunique() == number
    assert len(press(app, "changes_open_got").dataframe[0].value) == 2


def test_a_name_opens_the_person(tmp_path: Path) -> None:
    app = run("changes", tmp_path, changes=TOLD, address={"show": "joined"})
    click_cell(app, "name", 0)
    assert address(app)["person"] == ["cyn"]
    back = app.get("page_link")[0]
    assert (back.label, back.proto.query_string) == ("Back to Changes", "show=joined")


def test_ticking_a_row_opens_the_person_too(tmp_path: Path) -> None:
    app = run("changes", tmp_path, changes=TOLD, address={"show": "joined"})
    app.session_state[app.dataframe[0].key] = {
        "selection": {"rows": [0], "columns": [], "cells": []}
    }
    app.run()
    assert not app.exception and address(app)["person"] == ["cyn"]


def test_who_stopped_working_who_came_back_and_who_began(tmp_path: Path) -> None:
    now = now_ms()
    acts = [
        act("ann", at=days_ago(35, now=now)),
        act("cyn", at=days_ago(60, now=now)),
        act("cyn", at=days_ago(2, now=now)),
        act("ben", at=days_ago(1, now=now)),
    ]
    what = {"acts": acts, "changes": TOLD, "covered_days": 100}
    app = run("changes", tmp_path, address={"since": on(10)}, **what)
    told = [metrics(app)[name] for name in ("Stopped working", "Came back", "First seen working")]
    assert told == ["1", "1", "1"]
    assert press(app, "changes_open_stopped").dataframe[0].value["account_id"].tolist() == ["ann"]
    assert press(app, "changes_open_began").dataframe[0].value["account_id"].tolist() == ["ben"]
    assert press(app, "changes_open_back").dataframe[0].value["account_id"].tolist() == ["cyn"]


def test_nothing_is_different(tmp_path: Path) -> None:
    app = run("changes", tmp_path, changes=TOLD, address={"since": on(0), "show": "enabled"})
    assert "Nothing is different" in [one.proto.title for one in app.info]


def test_nothing_is_called_the_same_where_it_could_not_be_looked_at(tmp_path: Path) -> None:
    """The card says unknown, and so does what stands where its people would."""
    refused = {"licenses": "Administer Jira is missing."}
    for show, same in (("got", False), ("enabled", True)):
        address = {"since": on(0), "show": show}
        app = run("changes", tmp_path / show, changes=TOLD, refused=refused, address=address)
        assert ("Nothing is different" in [one.proto.title for one in app.info]) is same


def test_what_the_last_sync_could_not_read_is_unknown(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    old = [changed("ben", "joined", 5)]
    app = run("changes", tmp_path, changes=old, refused=refused)
    told = metrics(app)
    assert told["Joined"] == "1" and "**Got a product, lost a product: unknown**" in words(app)
    assert "could not read all of: licenses" in words(app).replace("\\", "")


def test_what_became_of_decisions_and_what_it_saves(tmp_path: Path) -> None:
    kept = a_site(tmp_path)
    at = days_ago(3, now=now_ms())
    decisions.decide(
        kept,
        [
            Decision("zoe", JIRA, RELEASE, at=at),
            Decision("cyn", JIRA, RELEASE, at=at),
            Decision("ann", JIRA, KEEP, at=at),
        ],
    )
    price = ProductTerms(10, Price.flat(Decimal("7.91")))
    change_terms(kept, lambda terms: terms.having(JIRA, price))
    app = run("changes", tmp_path, changes=TOLD)
    told = metrics(app)
    assert (told["Gone"], told["Still there"]) == ("1", "1")
    assert told["Saved a month"] == "7.91 USD"
    assert app.dataframe[1].value["account_id"].tolist() == ["cyn", "zoe"]


def test_an_empty_site(tmp_path: Path) -> None:
    app = run("changes", tmp_path, empty=True, users=[user("ann")], changes=[TOLD[1]])
    assert metrics(app)["Got a product"] == "1"


def test_it_opens_cold(tmp_path: Path) -> None:
    app = open_page("changes", tmp_path, changes=TOLD, address={"show": "nothing", "zone": "Mars"})
    assert not app.run().exception
