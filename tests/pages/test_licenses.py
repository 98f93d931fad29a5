"""The licenses page: seats, people, and who of them works."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

from jira_usage.terms import Price, ProductTerms, change_terms
from tests.builders import company, product
from tests.pages.kept_site import a_site
from tests.pages.reading import HOSTILE, click_cell, metrics, run, words


def test_empty_site(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, empty=True)
    assert "Jira names no product" in words(app) and not app.metric


def test_tiles(tmp_path: Path) -> None:
    app = run("licenses", tmp_path)
    assert [one.value for one in app.header][:2] == ["Jira", "Jira Work Management"]
    assert metrics(app)["Seats by Jira"] == "unlimited"
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert links["1 no work found"] == "product=jira-software&work=none"
    assert links["1 included"] == "product=included%3Ajira-core"
    table = app.dataframe[0].value.set_index("product_key")
    assert table.loc["jira-software", ["licensed_users", "active_users"]].tolist() == ["2", "1"]
    assert table.loc["jira-core", "left_words"] == "unlimited"
    assert "included for 1 person" in words(app).lower()
    assert [one.label for one in app.expander] == ["Jira: 1 no work found"]
    assert len(app.dataframe[1].value) == 1


def test_every_number_of_people_is_a_button_and_nothing_is_selected(tmp_path: Path) -> None:
    app = run("licenses", tmp_path)
    shown = app.dataframe[0].proto
    assert set(shown.button_click_widgets) == {
        "licensed_users", "active_users", "inactive_users", "included_users"
    }  # fmt: skip
    assert not shown.selection_mode  # a selection would follow the keyboard's focus
    for row, column in ((0, "licensed_users"), (1, "included_users")):
        app = run("licenses", tmp_path, data=False)
        number = app.dataframe[0].value[column].iloc[row]
        click_cell(app, column, row)
        assert app.title[0].value == "Users" and len(app.dataframe[0].value) == int(number)


def test_a_name_without_work_opens_the_person_and_leads_back(tmp_path: Path) -> None:
    now = int(time.time() * 1000) - 60_000
    for how in ("click", "tick"):
        app = run("licenses", tmp_path, **company(now=now, name_of_cyn="Cyn"))
        if how == "click":
            click_cell(app, "name", 0, table=1)
        else:
            app.session_state["names_jira-software"] = {"selection": {"rows": [0]}}
            app.run()
        assert not app.exception and app.title[0].value == "Cyn"
        assert app.get("page_link")[0].label == "Back to Licenses"


def test_a_number_that_is_nobody_or_unknown_opens_nothing(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, refused={"issues": "No project can be browsed."}, acts=[])
    assert app.dataframe[0].value["inactive_users"].iloc[0] == "unknown"
    click_cell(app, "inactive_users", 0)
    assert app.title[0].value == "Licenses"
    assert app.dataframe[0].value["active_users"].iloc[0] == "0"
    assert click_cell(app, "active_users", 0).title[0].value == "Licenses"


def test_seats_unknown(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, products=[product(seats=None, used=None, left=None)])
    assert [one.value for one in app.metric][:3] == ["unknown"] * 3


def test_hostile_product_names(tmp_path: Path) -> None:
    app = run("licenses", tmp_path, products=[product(name=HOSTILE)])
    assert HOSTILE not in words(app) and app.dataframe[0].value["product_name"].tolist() == [
        HOSTILE
    ]


def test_not_permitted(tmp_path: Path) -> None:
    refused = {"licenses": "Administer Jira is missing."}
    app = run("licenses", tmp_path, refused=refused, products=[product(has_role=False)])
    assert "Administer Jira is missing" in words(app).replace("\\", "")
    assert metrics(app)["With a license"] == "unknown"


def test_bought_seats_and_their_cost_stand_on_the_product_once_they_were_told(
    tmp_path: Path,
) -> None:
    assert "Bought" not in words(run("licenses", tmp_path))
    told = ProductTerms(bought=80, price=Price.flat(Decimal("7.91")))
    change_terms(a_site(tmp_path), lambda terms: terms.having("jira-software", told))
    app = run("licenses", tmp_path)
    shown, numbers = words(app).replace("\\", ""), metrics(app)
    assert (numbers["Bought"], numbers["Nobody holds"]) == ("80", "78")
    for page in ("licenses", "overview"):
        shown_there = run(page, tmp_path)
        [seats] = [one for one in shown_there.dataframe if "seats_words" in one.value]
        assert list(seats.proto.column_order)[1:3] == ["bought", "spare"]
        rows = seats.value.set_index("product_key")
        assert rows.loc["jira-software", ["bought", "spare"]].tolist() == ["80", "78"]
        assert rows.loc["jira-core", ["bought", "spare"]].tolist() == ["—", "—"]
    assert "Bought, as told on Renewal: 80 seats, 632.80 USD a month." in shown
