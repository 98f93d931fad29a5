"""Every number on every page opens exactly as many people as it says."""

from __future__ import annotations

import base64
import json
import re
import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from jira_usage.metrics.headline import TO_GIVE_BACK
from jira_usage.period import DAY_MS
from jira_usage.terms import Price, ProductTerms, change_terms
from tests.builders import act, company, days_ago, issue, members, project, publish, user
from tests.pages.kept_site import a_session, a_site, enter
from tests.pages.reading import APP, run

JIRA = "jira-software"
NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*)(?![\w.%])")
LINKS = {"overview": 6, "licenses": 6, "activity": 2, "renewal": 4}
FOCI: list[dict[str, Any]] = [
    {"group": ["jira-users"]},
    {"project": ["OPS"]},
    {"product": [JIRA], "project": ["OPS"]},
    {"product": ["jira-core"], "group": ["jira-users", "work-users"], "project": ["OPS", "WEB"]},
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A company in which every count is another one, with robots, leavers and hidden emails."""
    now = int(time.time() * 1000) - 60_000
    rows = company(now=now)
    kinds = {"app": 3, "customer": 4}
    others = [user(f"{k}{n}", account_type=k) for k, many in kinds.items() for n in range(many)]
    more = [user(f"p{n:02d}", email=f"p{n}@acme.example") for n in range(25)]
    gone = [user(f"gone{n}", active=False) for n in range(2)]
    ids = [row["account_id"] for row in (*more, *gone)]
    rows["users"] += [*more, *gone, *others, user("fresh", first_seen_at=days_ago(3, now=now))]
    rows["members"] += [
        *members("g-jira", *ids[:18], "gone0", "app0", "fresh"),
        *members("g-work", *ids[10:25]),
    ]
    # p00 to p06 work, p07 and p08 cool, p09 to p11 are quiet, of p12 there was work long ago.
    last = {0: range(7), 45: range(7, 9), 75: range(9, 12), 99: (12,)}
    rows["acts"] += [
        act(f"p{n:02d}", at=days_ago(days + 0.5 * (n + 1) / 30, now=now), issue_id=issue_id)
        for days, some in last.items()
        for n in some
        for issue_id in ("1" if n % 3 else "2",)
    ]
    # Whose other acts are in another project.
    rows["acts"].append(act("p01", at=days_ago(0.6, now=now), issue_id="2"))
    rows["projects"].append(project("OPS", name="Operations"))
    rows["issues"].append(issue(issue_id="2", project="OPS"))
    rows["acts"] += [act("app0", at=now - 9), act("customer0", at=now - 9)]
    rows["acts"].append(act("p13", at=now - 9, act="issue_created"))
    changes = [("p00", "joined"), ("p01", "joined"), ("gone0", "disabled"), ("app0", "joined")]
    found = {"at": now, "since": now - DAY_MS}
    rows["changes"] = [{**found, "account_id": a, "change": c} for a, c in changes]
    rows["changes"] += [
        {**found, "account_id": "p02", "change": "got", "product_key": key}
        for key in (JIRA, "jira-core")
    ]
    rows["changes"] = [{"product_key": "", **row} for row in rows["changes"]]
    publish(a_site(tmp_path), now=now, covered_days=120, **rows)
    price = ProductTerms(40, Price.flat(Decimal("7.91")))
    change_terms(a_site(tmp_path), lambda terms: terms.having(JIRA, price))
    return tmp_path


def opened(page: str, home: Path, query: dict[str, Any]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    enter(app, a_session(home))
    app.switch_page(f"pages/{page}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> int:
    """How many accounts the Users page says it shows; none is said in another way."""
    told = [re.match(r"\*\*([\d,]+) accounts?\*\*", one.value) for one in app.markdown]
    [number] = [int(one[1].replace(",", "")) for one in told if one]
    return number


def the_number(label: str) -> int:
    """The one number of people in a link's words, such as “No work found in 90 days: 1 person”."""
    numbers = NUMBER.findall(label.rpartition(":")[2])
    assert len(numbers) == 1, label
    return int(numbers[0].replace(",", ""))


@pytest.mark.parametrize("created", ["", "true"])
@pytest.mark.parametrize(("page", "least"), LINKS.items())
def test_every_link_with_a_number_opens_as_many(
    site: Path, page: str, least: int, created: str
) -> None:
    view = {"created": created} if created else {}
    app = opened(page, site, view)
    links = {
        (link.proto.page, link.label, link.proto.query_string)
        for link in app.get("page_link")
        if link.proto.query_string and NUMBER.search(link.label)
    }
    assert len(links) >= least
    wrong = []
    for to, label, query in sorted(links):
        list_ = opened(to, site, {**view, **parse_qs(query)})
        found = len(list_.dataframe[0].value) if to == "reclaim" else shown(list_)
        if found != the_number(label):
            wrong.append((label, query, found))
    assert wrong == []


@pytest.mark.parametrize("focus", FOCI)
def test_every_link_of_a_part_of_the_site_opens_as_many_of_that_part(
    site: Path, focus: dict[str, Any]
) -> None:
    app = opened("activity", site, focus)
    links = [(x.label, x.proto.query_string) for x in app.get("page_link") if x.proto.query_string]
    assert len(links) == 2
    for label, query in links:
        there = parse_qs(query)
        assert focus.items() <= there.items()
        assert shown(opened("users", site, there)) == the_number(label) > 0


@pytest.mark.parametrize("page", ["overview", "activity"])
def test_a_card_says_the_same_number_as_its_link(site: Path, page: str) -> None:
    app = opened(page, site, {})
    metrics = {one.value for one in app.metric}
    links = [
        x.label for x in app.get("page_link") if re.fullmatch(r"[\d,]+ (person|people)", x.label)
    ]
    assert links and {label.split()[0] for label in links} <= metrics


def test_every_card_of_reclaim_opens_as_many_people(site: Path) -> None:
    app = opened("reclaim", site, {})
    cards = [one for one in app.button if (one.key or "").startswith("reclaim_open_")]
    assert len(cards) >= 2
    for key, label in [(str(one.key), one.label) for one in cards]:
        licenses, people = (int(number) for number in NUMBER.findall(label))
        app.button(key=key).click().run()
        assert not app.exception
        table = app.dataframe[0].value
        assert (len(table), table["name"].nunique()) == (licenses, people), label


def test_every_card_of_changes_opens_as_many_people(site: Path) -> None:
    app = opened("changes", site, {})
    cards = [one for one in app.button if (one.key or "").startswith("changes_open_")]
    assert {one.key: the_number(one.label) for one in cards} == {
        "changes_open_joined": 2,
        "changes_open_got": 1,
        "changes_open_disabled": 1,
        "changes_open_began": 7,
    }
    for key, label in [(str(one.key), one.label) for one in cards]:
        app.button(key=key).click().run()
        assert not app.exception
        assert app.dataframe[0].value["account_id"].nunique() == the_number(label)


TABLES = {"groups": "active", "projects": "project_key", "kinds": "kind", "days_worked": "first",
          "day_table": "active_users"}  # fmt: skip


@pytest.mark.parametrize("focus", [{}, *FOCI])
@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_activity_opens_as_many_people(
    site: Path, table: str, focus: dict[str, Any]
) -> None:
    app = opened("activity", site, focus)
    people = "active_users" if table == "day_table" else "people"
    frames = [one.value for one in app.dataframe]
    frame = next(f for f in frames if TABLES[table] in f.columns and people in f.columns)
    numbers = [int(number) for number in frame[people]]
    rows = [numbers.index(number) for number in sorted(set(numbers) - {0})][:3]
    assert rows
    for row in rows:
        picked = {"rows": [row], "columns": [], "cells": []}
        app = clicked("activity", site, table, picked, focus)
        assert shown(app) == numbers[row]


def clicked(
    page: str,
    home: Path,
    key: str,
    selection: dict[str, Any],
    focus: dict[str, Any] | None = None,
) -> AppTest:
    """The Users page that a click on a table or a chart leads to."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    enter(app, a_session(home))
    app.switch_page(f"pages/{page}.py")
    for name, value in (focus or {}).items():
        app.query_params[name] = value
    app.session_state[key] = {"selection": selection}
    app.run()
    assert not app.exception and app.title[0].value == "Users"
    return app


def figures(app: AppTest) -> dict[str, dict[str, Any]]:
    """The charts of a page, by key."""
    return {
        one.proto.id.rpartition("-")[2]: json.loads(one.proto.spec)
        for one in app.get("plotly_chart")
    }


@pytest.mark.parametrize("focus", [{}, *FOCI])
def test_a_click_on_a_chart_opens_the_people_of_that_very_part(
    site: Path, focus: dict[str, Any]
) -> None:
    charts = figures(opened("activity", site, focus))
    bars = [trace for trace in charts["chart_trend"]["data"] if trace["type"] == "bar"]
    days = [day for trace in bars for day in zip(values(trace["y"]), trace["x"], strict=True)]
    most, day = max(days)
    found = clicked("activity", site, "chart_trend", {"points": [{"x": day}]}, focus)
    assert shown(found) == most > 0
    bars = charts["chart_projects"]["data"][0]
    point = {"x": 1, "y": bars["y"][0], "customdata": bars["customdata"][0]}
    found = clicked("activity", site, "chart_projects", {"points": [point]}, focus)
    assert shown(found) == values(bars["x"])[0] > 0
    product = charts["chart_products"]["data"][0]
    most, place = max((n, place) for place, n in enumerate(values(product["y"])))
    point = {"x": product["x"][place], "customdata": product["customdata"][place]}
    found = clicked("activity", site, "chart_products", {"points": [point]}, focus)
    assert shown(found) == most > 0


def test_a_click_on_any_kind_of_a_day_opens_who_did_that_kind(site: Path) -> None:
    found = {}
    for part in figures(opened("activity", site, {}))["chart_kinds"]["data"]:
        most, day = max(zip(values(part["y"]), part["x"], strict=True))
        point = {"x": day, "customdata": part["customdata"][0]}
        app = clicked("activity", site, "chart_kinds", {"points": [point]})
        found[app.query_params["kind"]] = 0 < shown(app) <= most
    assert found == {"issue_changed": True, "comments": True, "work_logs": True}


def test_a_click_on_the_bar_of_verdicts_opens_its_people(site: Path) -> None:
    parts = figures(opened("overview", site, {}))["chart_who_works"]["data"]
    for part in parts[:3]:
        point = {"x": values(part["x"])[0], "customdata": part["customdata"][0]}
        found = clicked("overview", site, "chart_who_works", {"points": [point]})
        assert shown(found) == values(part["x"])[0]


def values(column: Any) -> list[float]:
    """The numbers of a trace: plotly writes some of them as base64."""
    if isinstance(column, dict):
        return list(np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"]).tolist())
    return list(column)


def test_the_site_of_this_test_has_nothing_twice(site: Path) -> None:
    """Were all counts alike, a link to the wrong list would look right."""
    app = opened("overview", site, {})
    labels = [x.label for x in app.get("page_link") if NUMBER.search(x.label)]
    assert len({the_number(label) for label in labels}) >= 6


def test_an_empty_site_offers_no_number(tmp_path: Path) -> None:
    for page in LINKS:
        links = [one.label for one in run(page, tmp_path, empty=True).get("page_link")]
        assert not [label for label in links if NUMBER.search(label)]


def test_what_could_be_given_back_is_one_number_on_every_page(site: Path) -> None:
    """Licenses, by how sure that is; nobody holds one of a product Renewal does not show."""
    label = "Could be given back"
    overview, reclaim = (opened(page, site, {}) for page in ("overview", "reclaim"))
    numbers = {one.label: one.value for one in reclaim.metric}
    levels = {level: numbers[f"{level} confidence"] for level in ("High", "Medium", "Low")}
    told = {one.label: one.value for one in overview.metric}
    assert told[TO_GIVE_BACK] == numbers[label] == str(sum(map(int, levels.values()))) != "0"
    sure = ", ".join(f"{level.lower()} {n}" for level, n in levels.items() if n != "0")
    assert any(f"Confidence: {sure}" in one.value.replace("\\", "") for one in overview.caption)
    glance = opened("renewal", site, {"days": "7"}).dataframe[0].value
    assert str(glance["back"].sum()) == numbers[label]
