"""Tables in words, and the Excel file made of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from jira_usage.datasets import DATASETS
from jira_usage.metrics import answers
from jira_usage.metrics.robots import robots
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.tables import about, filters_in_words, people_table, roles_in_words
from jira_usage.metrics.workbook import workbook
from jira_usage.snapshot import Snapshot
from tests.builders import company, snapshot, table, window

HOSTILE = '=HYPERLINK("https://evil.example","x")'


def kept_and_roster(folder: Path, **what: Any) -> tuple[Snapshot, Roster]:
    kept = snapshot(folder, **(company() | what))
    return kept, answers.roster(kept, window(), False)


def test_people_in_words(tmp_path: Path) -> None:
    kept, roster = kept_and_roster(tmp_path)
    frame = people_table(roster.rows(roster.select({}, sort="name").rows), kept.products)
    by_id = frame.set_index("account_id")
    assert by_id.loc["ben", "email"] == "hidden"
    assert by_id.loc["ann", "licenses"] == ["Jira"]
    assert by_id.loc["ann", "included"] == ["Jira Work Management"]
    assert by_id.loc["bot", "type"] == "App or robot"
    assert by_id.loc["dee", "status"] == "Deactivated"
    assert by_id.loc["cyn", "work"] == "No work found" and pd.isna(by_id["last_active"]["cyn"])
    assert str(by_id["last_active"].dtype).endswith("UTC]")
    assert people_table(roster.rows(roster.place("")), table("products")).empty


def test_what_is_unknown_says_so(tmp_path: Path) -> None:
    kept, roster = kept_and_roster(
        tmp_path, refused={"licenses": "no", "groups": "no", "administrators": "no"}
    )
    frame = people_table(roster.rows(roster.place("ann")), kept.products)
    assert frame[["licenses", "roles", "groups"]].iloc[0].tolist() == [["unknown"]] * 3


def test_roles_in_words() -> None:
    assert roles_in_words(["admin", "Developers@APP", "Developers@WEB", "user"]) == [
        "Product administrator",
        "Product user",
        "Developers in APP, WEB",
    ]
    assert roles_in_words([]) == []


def test_robots_apart(tmp_path: Path) -> None:
    _, roster = kept_and_roster(tmp_path)
    assert robots(roster.people)[["account_id", "actions"]].to_numpy().tolist() == [["bot", 5]]
    assert next(iter(robots(roster.people.head(0)).columns)) == "account_id"


def test_the_file_says_what_it_is_and_holds_no_formula(tmp_path: Path) -> None:
    users = [{**one, "display_name": HOSTILE} for one in company()["users"]]
    kept, roster = kept_and_roster(tmp_path, users=users)
    words = filters_in_words(roster.facets, {"work": ["none"], "type": []}, "x")
    assert words == {"Search": "x", "Work in the window": "No work found"}
    told = about(kept, window(), count_created=False, rows=5, filters=words)
    assert told["Filters"] == "Search: x; Work in the window: No work found"
    assert told["Coverage: comments"].startswith("complete")
    made = workbook(told, "Users", roster.people, DATASETS["users"])
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        sheets = [name for name in book.namelist() if "worksheets/sheet" in name]
        texts = {name: book.read(name).decode() for name in book.namelist()}
    assert len(sheets) == 2
    assert not any("<f>" in texts[name] or "hyperlink" in texts[name] for name in sheets)
    assert any("HYPERLINK" in text for text in texts.values())


def test_an_empty_table_is_a_file_too(tmp_path: Path) -> None:
    _, roster = kept_and_roster(tmp_path)
    assert workbook({}, "Users", roster.people.head(0), DATASETS["users"])[:2] == b"PK"
