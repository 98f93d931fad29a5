"""A report says what the pages say, of what it was made, and leaves out whom it should."""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import plotly
import pytest

from jira_usage.datasets import DATASETS, dataset
from jira_usage.metrics import answers
from jira_usage.metrics.headline import headlines
from jira_usage.reports import Making, Report, Subject, build_sheets, to_html, to_xlsx
from jira_usage.reports.content import Sheets
from jira_usage.reports.page import _plotly
from jira_usage.reports.sections import READERS_UNKNOWN
from jira_usage.scope import People
from jira_usage.writers import written
from tests.builders import NOW
from tests.reports.hostile import FORMULA, IMAGE, SCRIPT, hostile_company

Reporting = Callable[..., Report]
Taking = Callable[..., Subject]


def rows_of(subject: Subject, people: People = "names") -> Sheets:
    return build_sheets(subject, Making("Ann Ames", NOW, people=people))


def sheets_of(book: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """The values of each sheet, row by row, as a spreadsheet reads them."""
    read = openpyxl.load_workbook(io.BytesIO(book))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in read}


def unpacked(told: Any) -> list[int]:
    """Numbers as plotly's documents hold them: as they are, or packed."""
    if isinstance(told, list):
        return told
    return np.frombuffer(base64.b64decode(told["bdata"]), np.dtype(told["dtype"])).tolist()


def test_it_says_who_made_it_when_of_what_by_which_definition_and_how_complete(
    report: Reporting,
) -> None:
    told = report(refused={"comments": "Jira says: no."})
    assert told.about["Made by"] == "Ann Ames" and told.about["Made at"] == "2026-11-20 12:00 UTC"
    assert told.about["Site"] == "https://acme.atlassian.net"
    assert told.about["Scope"] == "The whole site"
    assert "commented, changed an issue or logged work" in told.about["Active means"]
    assert told.about["Coverage: comments"].startswith("not_permitted. Jira says: no.")
    page = to_html(told).decode()
    for words in (*told.about.values(), "1 of 11 datasets are not complete"):
        assert words in page or words.startswith(("complete", "not_permitted"))


def test_its_numbers_are_those_of_the_pages_and_exports(report: Reporting, subject: Taking) -> None:
    told, basis = report(), subject()
    roster = answers.judged_roster(*basis.key, basis.noted)
    assert [(one.label, one.value, one.note) for one in told.headlines] == [
        (one.label, one.value, one.note) for one in headlines(roster, 30)
    ]
    assert told.answer == "2 of 3 licensed people worked in the last 30 days"
    sections = {section.key: section for section in told.sections}
    daily = dataset(basis.snapshot, "daily", basis.period)
    table = sections["trend"].table
    assert table and [row[1:] for row in table.rows] == [
        (int(people), int(actions))
        for people, actions in zip(daily["active_users"], daily["actions"], strict=True)
    ]
    traces = sections["trend"].figure["data"][:3]
    drawn = sum(number for trace in traces for number in unpacked(trace["y"]))
    assert drawn == daily["active_users"].sum() == 3
    seats = sections["licenses"].table
    assert seats and ("Jira", 2, 1, 1, "50%", "10", 3, 0) in seats.rows
    people = sections["people"].table
    users = dataset(basis.snapshot, "users", basis.period)
    acts = dict(zip(users["display_name"], users["actions"], strict=True))
    assert people and {row[0]: row[4] for row in people.rows} == {
        name: acts[name] for name in ("Ann Ames", "Ben Okri", "Cyn Vale", "Dee Gone")
    }


def test_the_file_is_small_whole_and_asks_nobody(report: Reporting) -> None:
    page = to_html(report()).decode()
    assert len(page.encode()) < 2_000_000
    head = page.partition("<style>")[0]
    assert "default-src" in head and "script-src &#39;sha256-" in head
    assert not re.findall(r'(?:src|href)="', page.replace(_plotly(), ""))


def test_the_part_of_plotly_in_it_is_of_the_version_that_makes_the_figures() -> None:
    version = re.compile(r"plotly\.js (?:\(cartesian - minified\) )?v([\d.]+)")
    own = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with own.open(encoding="utf-8") as text:
        theirs = version.search(text.read(300))
    ours = version.search(_plotly()[:300])
    assert theirs and ours and ours.group(1) == theirs.group(1)
    assert "</script" not in _plotly().lower()


def test_hostile_names_are_only_text_in_html(report: Reporting) -> None:
    page = to_html(report(**hostile_company(NOW))).decode().replace(_plotly(), "")
    assert SCRIPT not in page and "<img" not in page
    assert page.count("<script") == 3 == page.count("</script>")
    assert "&lt;/script&gt;" in page and FORMULA in page and IMAGE in page


def test_hostile_names_are_only_text_in_excel_and_csv(report: Reporting, subject: Taking) -> None:
    told, rows = report(**hostile_company(NOW)), rows_of(subject(**hostile_company(NOW)))
    book = to_xlsx(told, rows)
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        inside = {name: packed.read(name).decode() for name in packed.namelist()}
    assert not any("<f>" in text or "hyperlink" in text for text in inside.values())
    assert any(FORMULA in text for text in inside.values())
    for frame, schema in rows.values():
        text = written("csv", [frame], schema).decode()
        for row in csv.reader(io.StringIO(text)):
            assert not any(cell.startswith(("=", "+", "@")) for cell in row)


def test_excel_has_a_summary_first_then_the_rows_with_types_filters_and_fixed_headers(
    report: Reporting, subject: Taking
) -> None:
    told, data = report(), rows_of(subject())
    made = to_xlsx(told, data)
    sheets = sheets_of(made)
    assert list(sheets) == ["Summary", "Users", "Licenses", "Access", "Daily", "Reclaim list"]
    assert ("Who works in acme.atlassian.net", told.answer, None) in sheets["Summary"]
    assert ("People", 4, "1 of them deactivated") in sheets["Summary"]
    for name in ("users", "licenses", "access", "daily"):
        frame, schema = data[name]
        head, *rows = sheets[name.capitalize()]
        assert [one.removesuffix(" (UTC)") for one in head] == schema.names
        assert len(rows) == len(frame) and schema.equals(DATASETS[name])
    for sheet in openpyxl.load_workbook(io.BytesIO(made)).worksheets[1:]:
        assert sheet.freeze_panes in ("B2", "C2") and sheet.auto_filter.ref
    daily = [dict(zip(sheets["Daily"][0], row, strict=True)) for row in sheets["Daily"][1:]]
    assert sum(day["actions"] for day in daily) == 9
    assert {type(day["date"]) for day in daily} == {datetime}
    users = [dict(zip(sheets["Users"][0], row, strict=True)) for row in sheets["Users"][1:]]
    assert {user["active"] for user in users} == {True, False}
    assert users[0]["last_active_at (UTC)"] == datetime(2026, 11, 19, 12)


def test_people_are_left_out_where_they_are_not_wanted(report: Reporting, subject: Taking) -> None:
    told, data = report("none"), rows_of(subject(), "none")
    page, book = to_html(told).decode(), to_xlsx(told, data)
    assert list(data) == ["licenses", "daily"]
    for name in ("Ben Okri", "Cyn Vale", "Dee Gone", "cyn@acme.example"):
        assert name not in page
        with zipfile.ZipFile(io.BytesIO(book)) as packed:
            assert not any(name in packed.read(one).decode() for one in packed.namelist())


@pytest.mark.parametrize("refused", [{}, {"licenses": "no"}, {"issues": "no", "histories": "no"}])
def test_an_empty_site_and_one_that_tells_little_have_a_report(
    report: Reporting, subject: Taking, refused: dict[str, str]
) -> None:
    names = ("users", "groups", "members", "products", "product_groups", "projects", "acts")
    empty: dict[str, Any] = {name: [] for name in (*names, "role_actors", "issues")}
    told = report(refused=refused, **empty)
    assert b"There are no" in to_html(told)
    assert to_xlsx(told, rows_of(subject(refused=refused, **empty))).startswith(b"PK")


def test_the_report_tells_free_licenses_apart_and_that_readers_are_not_known(
    report: Reporting,
) -> None:
    acts = {"acts": [], "covered_days": 100}
    offered = {one.key: one for one in report(**acts).sections}["offered"]
    assert offered.title == "3 licenses of 3 people could be given back"
    assert offered.more.startswith("2 paid, 1 free: what is free saves nothing.")
    assert offered.note == READERS_UNKNOWN
    assert "the page" not in offered.note, "whoever is sent a report can't open pages"
    hidden = {one.key: one for one in report("pseudonyms", **acts).sections}["offered"]
    assert "free" not in hidden.more  # of a product of too few people


@pytest.mark.parametrize(
    ("refused", "remarks", "title"),
    [
        ({}, {}, "Everything could be read"),
        ({}, {"issues": "1 went.", "projects": "3 are hidden."}, "Everything read, with 2 remarks"),
        ({"comments": "No."}, {"issues": "1 went."}, "1 of 11 datasets are not complete"),
    ],
)
def test_the_report_says_whether_everything_was_read(
    report: Reporting, refused: dict[str, str], remarks: dict[str, str], title: str
) -> None:
    told = report(refused=refused, remarks=remarks)
    assert told.sections[-1].title == title
