"""The report of a whole site has the renewal's numbers, and no other report has any of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from jira_usage.metrics import renewal
from jira_usage.reports import (
    Making,
    Section,
    Subject,
    build_report,
    build_sheets,
    freeze,
    narrowed,
    thaw,
    to_html,
    to_xlsx,
)
from jira_usage.scope import People, Scope
from jira_usage.terms import Buffer, Price, ProductTerms, Step, Terms
from jira_usage.writers import written
from tests.builders import NOW
from tests.reports.test_narrowed import KEY, OPS, PARTS, everything_told, two_halves

D = Decimal
JIRA, DESK = "jira-software", "jira-servicedesk"
RENEWS = date(2027, 2, 27)
TOLD = Terms(
    {
        JIRA: ProductTerms(80, Price.flat(D("7.91")), "annual", RENEWS),
        DESK: ProductTerms(57, Price("bands", (Step(50, D(20)), Step(None, D(10))))),
    },
    buffer=Buffer(10),
)
Taking = Callable[..., Subject]


@pytest.fixture(scope="module")
def whole(subject: Taking) -> Subject:
    """Eight people hold Jira, of whom seven worked; seven hold Service, of whom four did."""
    return replace(subject(**two_halves(), covered_days=100), said=TOLD)


def section(basis: Subject, scope: Scope | None = None) -> Section | None:
    scope = scope or Scope()
    report = build_report(narrowed(basis, scope, KEY), Making("Ann", NOW, people=scope.people))
    return {one.key: one for one in report.sections}.get("renewal")


def test_each_product_has_its_seats_prices_costs_and_date(whole: Subject) -> None:
    told = section(whole)
    assert told and told.table
    rows = {row[0]: dict(zip(told.table.heads, row, strict=True)) for row in told.table.rows}
    jira, desk = rows["Jira"], rows["Service"]
    # 7 keep theirs, and 10 percent is 1 seat: 80 × 7.91 now, 8 × 7.91 then.
    assert (jira["Bought"], jira["Needed"], jira["In reserve"]) == (80, 8, 1)
    assert jira["Price"] == "7.91 USD"
    assert (jira["Now, a month"], jira["After, a month"]) == ("632.80 USD", "63.28 USD")
    assert (jira["Saves a month"], jira["Saves a year"]) == ("569.52 USD", "6,834 USD")
    assert jira["Renews on"] == "Feb 27, 2027" and desk["Renews on"] == "Monthly"
    # 4 keep theirs, and 1 in reserve: 50 × 20 and 7 × 10 now, 5 × 20 then.
    assert (desk["Bought"], desk["Needed"]) == (57, 5)
    assert desk["Price"] == "20.00 USD up to 50, then 10.00 USD"
    assert (desk["Now, a month"], desk["Saves a month"]) == ("1,070 USD", "970.00 USD")
    assert told.title.endswith("would save 1,540 USD a month, 18,474 USD a year")
    assert "1,703 USD now, 163.28 USD after, over 2 products." in told.more
    assert "10 percent are held in reserve." in told.more and "entered by hand" in told.note


@pytest.mark.parametrize("people", ["names", "pseudonyms", "none"])
def test_it_is_in_every_form_of_a_report_of_the_whole_site(whole: Subject, people: People) -> None:
    scope = Scope(people=people)
    part, making = narrowed(whole, scope, KEY), Making("Ann", NOW, people=people)
    report = build_report(part, making)
    assert section(whole, scope) == section(whole), "people change nothing in it"
    page = to_html(thaw(freeze(report))).decode()
    assert "569.52 USD" in page and "18,474 USD a year" in page
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(report, build_sheets(part, making))))
    head, *rows = book["Renewal"].iter_rows(values_only=True)
    jira = next(row for row in (dict(zip(head, one, strict=True)) for one in rows)
                if row["product_key"] == JIRA)  # fmt: skip
    assert (jira["bought"], jira["needed"], jira["in_reserve"]) == (80, 8, 1)
    assert (jira["cost_now_monthly"], jira["saved_monthly"]) == (632.8, 569.52)
    assert (jira["saved_yearly"], jira["renews_on"]) == (6834.24, "2027-02-27")
    summary = {row[0]: row[1:] for row in book["Summary"].iter_rows(values_only=True)}
    assert "1,540 USD a month" in str(summary["Renewal"][0])
    assert "entered by hand" in str(summary["Renewal"][1])


@pytest.mark.parametrize("people", ["names", "pseudonyms"])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_site_tells_nothing_of_it(whole: Subject, part: str, people: Any) -> None:
    scope = replace(PARTS[part][0], people=people)
    assert section(whole, scope) is None
    told = everything_told(narrowed(whole, scope, KEY), scope)
    for trace in (
        "Renew",
        "632.80",
        "632.8",
        "6,834 USD",
        "6834.24",
        "Feb 27, 2027",
        "2027-02-27",
        "in reserve",
    ):
        assert trace not in told


def test_where_nothing_was_told_nothing_is_said(whole: Subject) -> None:
    for said in (Terms(), Terms({JIRA: ProductTerms(plan="annual", renews_on=RENEWS)})):
        basis = replace(whole, said=said)
        assert section(basis) is None and "renewal" not in build_sheets(basis, Making("", 0))


def test_what_was_not_told_is_unknown_and_no_money(whole: Subject) -> None:
    told = section(replace(whole, said=Terms({JIRA: ProductTerms(80)})))
    assert told and told.table
    assert told.title == "For how many seats to renew"
    assert "Of 2 products no price or no seats were told." in told.more
    assert ("Jira", 80, 7, 0, *[None] * 5, "Monthly") in told.table.rows
    assert "No seats are held in reserve." in told.more


def test_more_people_than_seats_is_said(whole: Subject) -> None:
    few = Terms({JIRA: ProductTerms(5, Price.flat(D(8)))})
    told = section(replace(whole, said=few))
    assert told and "Jira: 8 people hold a license, more than the 5 seats entered." in told.note
    assert told.title.endswith("would cost 16.00 USD a month more, 192.00 USD a year")


def test_products_of_too_few_people_are_merged_without_names(subject: Taking) -> None:
    rows = two_halves()
    rows["members"] = [one for one in rows["members"] if one["account_id"] not in OPS[2:]]
    basis = replace(subject(**rows, covered_days=100), said=TOLD)
    scope = Scope(people="pseudonyms")
    told = section(basis, scope)
    assert told and told.table
    assert [row[0] for row in told.table.rows] == ["Jira", "1 other product"]
    assert told.title.endswith("would save 569.52 USD a month, 6,834 USD a year")
    everything = everything_told(narrowed(basis, scope, KEY), scope)
    for name in ("Service", DESK, "1,070 USD", "20.00 USD"):
        assert name not in everything


def test_a_label_that_is_a_formula_stays_a_text_in_csv(whole: Subject) -> None:
    basis = replace(whole, said=replace(TOLD, currency="=1+1"))
    frame, schema = build_sheets(basis, Making("", 0))["renewal"]
    assert schema == renewal.SCHEMA and list(frame) == schema.names
    text = written("csv", [frame], schema).decode()
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
