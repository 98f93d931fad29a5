"""The overview: the answer first."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from streamlit.testing.v1 import AppTest

from jira_usage import decisions, terms
from jira_usage.decisions import PROTECT, Decision, Thresholds
from jira_usage.terms import Price, ProductTerms
from tests.builders import act, company, days_ago, user
from tests.pages.kept_site import a_site, now_ms
from tests.pages.reading import APP, click_cell, metrics, run, words


def test_nobody_connected_sees_no_data() -> None:
    cold = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not cold.exception and not cold.metric


def test_nothing_synced(tmp_path: Path) -> None:
    app = run("overview", tmp_path, data=False)
    assert not app.metric and "synced" in words(app)


def test_empty_site(tmp_path: Path) -> None:
    app = run("overview", tmp_path, empty=True)
    assert set(metrics(app).values()) == {"0"}
    assert "There are no licensed people" in words(app)


def test_the_answer_first(tmp_path: Path) -> None:
    app = run("overview", tmp_path)
    assert metrics(app) == {
        "People": "4",
        "People with a license": "3",
        "Active people, 30 days": "2",
        "People, no act found": "1",
        "Licenses to give back": "1",
    }
    told = words(app)
    assert "2 of 3 licensed people worked in the last 30 days" in told
    assert "On most working days nobody is active" in told
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert links["4 people"] == "type=atlassian"
    assert links["1 person"] == "product=any&work=none"
    assert links["Working: 2 people"] == "verdict=working"
    [never] = [label for label, query in links.items() if query == "verdict=never"]
    assert re.fullmatch(r"Never seen working since [\w ,]+: 1 person", never)
    assert len(app.get("plotly_chart")) == 2
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))


def test_what_could_be_given_back_says_what_it_costs_once_prices_are_known(tmp_path: Path) -> None:
    price = ProductTerms(bought=10, price=Price.flat(Decimal("7.91")))
    terms.change_terms(a_site(tmp_path), lambda told: told.having("jira-software", price))
    told = words(run("overview", tmp_path)).replace("\\", "")
    assert "1 license of 1 person, 7.91 USD a month. Confidence: low 1" in told


def test_when_money_is_saved_is_a_sentence_that_leads_to_renewal(tmp_path: Path) -> None:
    price = ProductTerms(bought=10, price=Price.flat(Decimal("7.91")))
    terms.change_terms(a_site(tmp_path), lambda told: told.having("jira-software", price))
    for page in ("overview", "reclaim"):
        app = run(page, tmp_path)
        assert (
            "Giving these licenses back saves 7.91 USD a month from the next bill on. "
            "With bought seats that nobody holds: 71.19 USD."
        ) in words(app).replace("\\", "")
        assert "Open Renewal" in [link.label for link in app.get("page_link")]


def test_how_sure_it_is_stands_beside_what_could_be_given_back(tmp_path: Path) -> None:
    app = run("overview", tmp_path)
    told = words(app).replace("\\", "")
    assert "1 license of 1 person. Confidence: low 1" in told
    assert "See the list" in [link.label for link in app.get("page_link")]


def test_a_click_on_a_number_of_a_product_opens_its_people(tmp_path: Path) -> None:
    app = run("overview", tmp_path)
    [seats] = [n for n, one in enumerate(app.dataframe) if "inactive_users" in one.value]
    click_cell(app, "inactive_users", 0, seats)
    assert app.title[0].value == "Users"
    assert app.dataframe[0].value["account_id"].tolist() == ["cyn"]


def test_the_bar_opens_as_many_people_as_it_says(tmp_path: Path) -> None:
    app = run("overview", tmp_path)
    for link in app.get("page_link"):
        name, _, number = link.label.partition(": ")
        if link.proto.query_string.startswith("verdict="):
            verdict = link.proto.query_string.removeprefix("verdict=")
            users = run("users", tmp_path, data=False, address={"verdict": verdict})
            assert f"{len(users.dataframe[0].value)} p" in number, name


def test_the_bar_knows_protections_and_thresholds(tmp_path: Path) -> None:
    kept = a_site(tmp_path)
    protection = Decision("cyn", "jira-software", PROTECT, "on leave", date(2999, 1, 1))
    decisions.decide(kept, [protection])
    decisions.set_thresholds(kept, Thresholds(2, 4, 90, 5))
    app = run("overview", tmp_path)
    links = {link.label for link in app.get("page_link")}
    assert {"Working: 1 person", "Cooling: 1 person", "Protected: 1 person"} <= links
    assert "1 of 3 licensed people worked in the last 2 days" in words(app)


def test_damaged_decisions_are_told_and_stop_nothing(tmp_path: Path) -> None:
    a_site(tmp_path).change_note("decisions", lambda _: b"broken")
    app = run("overview", tmp_path)
    assert "left as they are" in app.error[0].value and app.metric


def test_active_people_are_those_with_a_license_those_without_and_those_gone(
    tmp_path: Path,
) -> None:
    people = company(now=now_ms() - 60_000)
    people["users"].append(user("eve", name="Eve"))
    people["acts"] += [act(one, at=days_ago(1, now=now_ms())) for one in ("dee", "eve")]
    told = words(run("overview", tmp_path, **people)).replace("\\", "")
    assert "2 with a license, 1 without, 1 deactivated by now" in told
    assert "deactivated by now" not in words(run("overview", tmp_path))


def test_the_window_is_in_the_address(tmp_path: Path) -> None:
    app = run("overview", tmp_path, address={"days": "7"})
    assert "Active people, 7 days" in metrics(app)


def test_bad_values_in_the_address_are_dropped(tmp_path: Path) -> None:
    app = run("overview", tmp_path, address={"days": "-1", "zone": "Nowhere/Land", "created": "x"})
    assert "Active people, 30 days" in metrics(app)


def test_licenses_not_permitted_are_unknown(tmp_path: Path) -> None:
    app = run(
        "overview", tmp_path, refused={"licenses": "Administer Jira is missing."}, products=[]
    )
    told = metrics(app)
    assert told["People with a license"] == told["People, no act found"] == "unknown"
    assert told["Active people, 30 days"] == "2"
    assert "Administer Jira is missing" in words(app).replace("\\", "")
    assert "Licenses to give back" not in told
    assert [frame.value.columns[0] for frame in app.dataframe] == ["date"]


def test_work_not_permitted_calls_nobody_idle(tmp_path: Path) -> None:
    app = run("overview", tmp_path, refused={"issues": "No project can be browsed."}, acts=[])
    assert metrics(app)["People, no act found"] == "unknown"
    assert "it can't be told" in words(app).replace("\\", "")
