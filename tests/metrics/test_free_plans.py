"""What is on a free plan is listed and counted apart: giving it back saves nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jira_usage.metrics.headline import give_back_headline
from jira_usage.metrics.reclaim import GIVES_BACK, Beside, free_words
from tests.builders import grants, group, members, product
from tests.metrics.reclaiming import JIRA, listed, why_not

FREE_TOO: dict[str, Any] = {
    "products": [product(), product("jira-core", name="Work", plan="FREE")],
    "groups": [group("g", name="a"), group("h", name="b")],
    "product_groups": [grants(JIRA, "g"), grants("jira-core", "h")],
    "members": [*members("g", "p"), *members("h", "q")],
}


def test_what_is_free_is_counted_apart_and_saves_nothing(tmp_path: Path) -> None:
    told = listed(tmp_path, beside=Beside(prices=((JIRA, Decimal("7.91")),)), **FREE_TOO)
    rows = told.select(GIVES_BACK).rows
    assert (len(rows), told.free(rows), free_words(told, rows)) == (2, 1, "1 paid, 1 free")
    assert told.monthly(rows) == pytest.approx(7.91)
    file = told.exported(rows).set_index("account_id")
    assert file.loc["q", ["free", "monthly"]].tolist() == [True, 0]
    note = give_back_headline(told, "USD").note
    assert note.startswith("2 licenses of 2 people (1 paid, 1 free), 7.91 USD a month.")


def test_all_is_paid_where_jira_calls_nothing_free_or_a_price_was_told(tmp_path: Path) -> None:
    told = listed(tmp_path / "a")
    assert free_words(told, told.select({}).rows) == ""
    said = listed(tmp_path / "b", beside=Beside(paid=("jira-core",)), **FREE_TOO)
    assert said.free(said.select({}).rows) == 0


def test_a_site_on_free_plans_alone_has_no_money_to_show(tmp_path: Path) -> None:
    told = listed(tmp_path, products=[product(plan="FREE")])
    assert not told.priced and free_words(told, told.select({}).rows) == "0 paid, 2 free"


def test_losing_what_is_included_and_free_is_no_objection(tmp_path: Path) -> None:
    both = {**FREE_TOO, "product_groups": [grants(JIRA, "g"), grants("jira-core", "g")]}
    assert why_not(listed(tmp_path, **both)) == []
