"""Reclaim's file says what the list says, and is read back: whole, or not at all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from jira_usage.decisions import KEEP, RELEASE, Decision, Noted
from jira_usage.metrics.filled_in import read_filled_in
from jira_usage.metrics.workbook import workbook
from jira_usage.writers import written
from tests.metrics.reclaiming import JIRA, listed


def test_the_file_says_what_the_list_says_and_is_read_back(tmp_path: Path) -> None:
    noted = Noted((Decision("q", JIRA, KEEP, "=HYPERLINK(1)", None, "Lea", 5),))
    told = listed(tmp_path, noted)
    frame = told.exported(told.select({}).rows)
    text = written("csv", [frame], told.schema).decode()
    assert "'=HYPERLINK(1)" in text and "Never seen working" in text
    table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    table.loc[table["account_id"] == "p", ["decision", "note"]] = ["Release", "'+agreed"]
    filled = table.to_csv(index=False, sep=";").encode("utf-8-sig")
    pairs = [("p", JIRA), ("q", JIRA)]
    read = read_filled_in(filled, pairs, noted.by_pair, by="Max", at_ms=7)
    assert read.problems == () and read.unchanged == 1
    assert read.decisions == (Decision("p", JIRA, RELEASE, "+agreed", None, "Max", 7),)


def test_the_workbook_holds_the_same_rows(tmp_path: Path) -> None:
    told = listed(tmp_path)
    frame = told.exported(told.select({}).rows)
    made = workbook({"Site": "x"}, "Reclaim", frame, told.schema)
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        assert book.read("xl/worksheets/sheet2.xml").count(b"<row ") == 3
        assert b'name="Reclaim"' in book.read("xl/workbook.xml")


HEAD = "account_id,product_key,decision,expires_on,note\n"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("p,jira-software,maybe,,\n", "Line 2: “maybe” is no decision"),
        ("zzz,jira-software,keep,,\n", "Line 2: there is no license jira-software of zzz"),
        ("p,jira-software,protect,,why\n", "Line 2: A protection needs a reason and a date"),
        ("p,jira-software,protect,soon,why\n", "Line 2: “soon” is no date"),
        ("p,jira-software,keep,,\np,jira-software,release,,\n", "Line 3: p and jira-software"),
    ],
)
def test_a_file_with_a_problem_applies_nothing(body: str, problem: str) -> None:
    good = "q,jira-software,keep,,\n"
    pairs = [("p", JIRA), ("q", JIRA)]
    read = read_filled_in((HEAD + body + good).encode(), pairs, {})
    assert read.decisions == () and len(read.problems) == 1
    assert read.problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("blob", "problem"),
    [
        (b"", "no column account_id"),
        (b"account_id,decision\n", "no column product_key"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b"x" * 20_000_001, "too large"),
    ],
)
def test_a_file_that_is_no_list_is_refused(blob: bytes, problem: str) -> None:
    read = read_filled_in(blob, [], {})
    assert read.decisions == () and problem in read.problems[0]


def test_a_row_without_a_decision_is_no_problem_when_its_license_has_gone_since() -> None:
    read = read_filled_in(
        b"account_id,product_key,decision,note\nann,jira,keep,\ngone,jira,,\n",
        [("ann", "jira")],
        {},
    )
    assert read.problems == () and read.undecided == 1
    assert [one.pair for one in read.decisions] == [("ann", "jira")]


def test_rows_without_a_decision_decide_nothing() -> None:
    read = read_filled_in((HEAD + "p,jira-software,,,\n\n").encode(), [("p", JIRA)], {})
    assert read.decisions == () and read.problems == () and read.undecided == 1
