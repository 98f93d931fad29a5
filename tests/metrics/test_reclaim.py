"""Whose license could be given back: each reason for and against, and how sure that makes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jira_usage.decisions import PROTECT, RELEASE, Decision, Noted
from jira_usage.metrics import answers
from jira_usage.metrics.reclaim import GIVEABLE, GIVES_BACK, Beside, Reclaim, count_words
from jira_usage.schema import ENABLED, GOT
from tests.builders import Row, act, at, grants, group, members, product, project, snapshot, user
from tests.builders import window as window_of
from tests.metrics.reclaiming import JIRA, NOBODY_DECIDED, listed, why_not


def confidences(told: Reclaim) -> dict[str, str]:
    return dict(zip(told.rows["account_id"], told.rows["confidence"], strict=True))


def why(told: Reclaim, account_id: str = "p") -> list[str]:
    frame = told.explained(told.select({}).rows).set_index("account_id")
    return list(frame["reasons_for"][account_id])


def change(account_id: str, what: str, *, product_key: str = "", when: str) -> Row:
    told = {"account_id": account_id, "change": what, "product_key": product_key}
    return {"at": at(when), "since": 0, **told}


def test_nothing_against_gives_high_confidence(tmp_path: Path) -> None:
    told = listed(tmp_path)
    assert confidences(told) == {"p": "high", "q": "high"}
    assert why_not(told) == []
    assert why(told) == [
        "No work found since Aug 13, when what is known begins.",
        "Holds it through jira-users alone: leaving that group frees the license.",
    ]


def names(told: Reclaim, search: str = "", sort: str = "sure") -> list[str]:
    return list(told.rows["display_name"].iloc[told.select({}, search, sort).rows])


def test_a_search_finds_names_emails_and_ids_without_case_and_accents(tmp_path: Path) -> None:
    people = [user("p", name="Zoë Pia"), user("q", name="Quinn", email="q@acme.example")]
    told = listed(tmp_path, users=people)
    assert names(told, "zoe PIA") == ["Zoë Pia"]
    assert names(told, "acme quinn") == ["Quinn"] and names(told, "nobody") == []
    assert names(told, "  ") == ["Quinn", "Zoë Pia"]
    assert told.select({}, "quinn").counts["product"] == {JIRA: 1}


def test_the_orders_and_money_only_where_a_price_is_known(tmp_path: Path) -> None:
    what: dict[str, Any] = {
        "products": [product(), product("jsm", name="Assets")],
        "product_groups": [grants(JIRA, "g"), grants("jsm", "h")],
        "groups": [group("g", name="a"), group("h", name="b")],
        "members": [*members("g", "p"), *members("h", "q")],
    }
    assert "money" not in listed(tmp_path / "a", **what).sorts
    beside = Beside(((JIRA, Decimal(8)), ("jsm", Decimal(20))))
    told = listed(tmp_path / "b", beside=beside, **what)
    assert names(told, sort="name") == ["Pia", "Quinn"]
    assert names(told, sort="product") == ["Quinn", "Pia"]
    assert "money" in told.sorts and names(told, sort="money") == ["Quinn", "Pia"]
    for sort in told.sorts:
        empty = answers.reclaim_list(
            snapshot(tmp_path / sort), window_of(30), False, NOBODY_DECIDED, Beside()
        )
        assert names(empty, "x", sort) == []


def test_an_empty_site_has_an_empty_list(tmp_path: Path) -> None:
    told = answers.reclaim_list(snapshot(tmp_path), window_of(30), False, NOBODY_DECIDED, Beside())
    assert told.size == 0 and told.untold == 0 and not told.priced
    assert told.exported(told.select({}).rows).empty
    assert count_words(told, told.select({}).rows) == "0 licenses of 0 people"


@pytest.mark.parametrize(
    ("last", "level"),
    [
        ("2026-11-01T00:00Z", None),  # working
        ("2026-10-01T00:00Z", None),  # cooling
        ("2026-09-01T00:00Z", "medium"),  # quiet
        ("2026-08-20T00:00Z", "high"),  # no work in 90 days
    ],
)
def test_who_works_or_cools_is_not_offered(tmp_path: Path, last: str, level: str | None) -> None:
    told = listed(tmp_path, acts=[act("p", at=at(last))])
    assert confidences(told).get("p") == level


@pytest.mark.parametrize(
    ("covered", "level"), [(90, "high"), (89, "medium"), (60, "medium"), (59, "low"), (31, "low")]
)
def test_confidence_is_limited_by_what_is_known(tmp_path: Path, covered: int, level: str) -> None:
    told = listed(tmp_path, covered_days=covered)
    assert confidences(told)["p"] == level
    limited = [one for one in why_not(told) if one.startswith(f"Only {covered} days are known")]
    assert len(limited) == (covered < 90)


@pytest.mark.parametrize(
    ("seen", "level"), [(10, "high"), (9, "high"), (8, "medium"), (5, "medium")]
)
def test_a_token_that_sees_a_part_of_the_projects(tmp_path: Path, seen: int, level: str) -> None:
    projects = [project(f"P{n}", browsable=n < seen) for n in range(10)]
    told = listed(tmp_path, projects=projects)
    assert confidences(told)["p"] == level
    assert any(f"sees {seen} of 10 projects" in one for one in why_not(told)) == (seen < 10)


def test_what_was_not_read_whole_is_never_high(tmp_path: Path) -> None:
    told = listed(tmp_path, refused={"work logs": "no"})
    assert confidences(told)["p"] == "medium"
    assert why_not(told) == ["Not everything could be read: work logs."]


def test_without_the_groups_nobody_is_known_to_hold_what_could_be_given_back(
    tmp_path: Path,
) -> None:
    assert listed(tmp_path, refused={"groups": "no"}).size == 0


def test_thin_coverage_offers_nobody(tmp_path: Path) -> None:
    told = listed(tmp_path, refused={"comments": "no"})
    assert told.size == 0 and told.untold == 2
    assert told.untold_why == "Comments could not be read."


def test_a_project_lead_is_never_high(tmp_path: Path) -> None:
    told = listed(tmp_path, projects=[project("WEB", lead="p"), project("OPS", lead="p")])
    assert confidences(told) == {"p": "medium", "q": "high"}
    assert why_not(told) == ["Leads the projects OPS and WEB."]


def actors(*accounts: str, role: str = "Administrators", group_id: str = "") -> list[Row]:
    told = [{"project_key": "WEB", "role": role, "account_id": a, "group_id": ""} for a in accounts]
    if group_id:
        told.append({"project_key": "WEB", "role": role, "account_id": "", "group_id": group_id})
    return told


def test_the_only_administrator_of_a_project_is_low(tmp_path: Path) -> None:
    told = listed(tmp_path, role_actors=actors("p"))
    assert confidences(told) == {"p": "low", "q": "high"}
    assert why_not(told) == ["The only one in the administrators role of the project WEB."]


@pytest.mark.parametrize(
    "others", [actors("p", "q"), actors("p", group_id="g"), actors("p", role="Developers")]
)
def test_who_shares_a_role_or_has_another_is_no_lone_administrator(
    tmp_path: Path, others: list[Row]
) -> None:
    assert why_not(listed(tmp_path, role_actors=others)) == []


def test_an_administrator_who_left_does_not_count(tmp_path: Path) -> None:
    users = [user("p"), user("q"), user("gone", active=False)]
    told = listed(tmp_path, users=users, role_actors=actors("p", "gone"))
    assert confidences(told)["p"] == "low"


def test_site_administrators_are_low(tmp_path: Path) -> None:
    groups = [group("g", name="jira-users"), group("a", access_types=["site-admin"])]
    told = listed(tmp_path, groups=groups, members=[*members("g", "p", "q"), *members("a", "p")])
    assert confidences(told) == {"p": "low", "q": "high"}
    assert why_not(told) == ["Site administrator."]


def test_who_was_first_seen_lately_is_known_for_less_time(tmp_path: Path) -> None:
    users = [
        user("p", first_seen_at=at("2026-10-10T00:00Z")),
        user("q", first_seen_at=at("2026-09-10T00:00Z")),
    ]
    told = listed(tmp_path, users=users)
    assert confidences(told) == {"p": "low", "q": "medium"}
    assert why_not(told) == ["First seen on Oct 10."]


def test_who_returned_or_got_the_license_lately_is_low(tmp_path: Path) -> None:
    changes = [
        change("p", ENABLED, when="2026-11-02T00:00Z"),
        change("q", GOT, product_key=JIRA, when="2026-11-03T00:00Z"),
    ]
    told = listed(tmp_path, changes=changes)
    assert confidences(told) == {"p": "low", "q": "low"}
    assert why_not(told) == ["Enabled again: found on Nov 2."]
    assert why_not(told, "q") == ["Got this license lately: found on Nov 3."]
    old = [change("p", ENABLED, when="2026-10-02T00:00Z")]
    assert confidences(listed(tmp_path, changes=old))["p"] == "high"


def test_a_reader_is_not_idle_and_keeps_the_license(tmp_path: Path) -> None:
    seen = (("p", date(2026, 8, 23)), ("q", date(2026, 8, 22)))
    told = listed(tmp_path, beside=Beside(last_seen=seen))
    assert confidences(told) == {"p": "", "q": "high"}
    assert told.rows["account_id"].iloc[told.select(GIVES_BACK).rows].tolist() == ["q"]
    assert why_not(told) == [
        "Was in Jira on Aug 23, says the administrators' export: a reader, not idle."
    ]
    assert "Last in Jira on Aug 22, says the administrators' export." in why(told, "q")
    never = listed(tmp_path, beside=Beside(last_seen=(("p", None),)))
    assert "The administrators' export knows of no visit to Jira." in why(never)


def test_two_groups_for_one_product_are_both_named(tmp_path: Path) -> None:
    told = listed(
        tmp_path,
        groups=[group("g", name="jira-users"), group("h", name="all-staff")],
        members=[*members("g", "p", "q"), *members("h", "p")],
        product_groups=[grants(JIRA, "g"), grants(JIRA, "h")],
    )
    assert why_not(told) == [
        "Holds it through 2 groups, all-staff and jira-users: leaving one changes nothing."
    ]
    assert not any("alone" in one for one in why(told))


def test_a_group_that_gives_several_products(tmp_path: Path) -> None:
    desk = product("jira-servicedesk", name="Jira Service Management")
    told = listed(
        tmp_path,
        products=[product(), desk],
        product_groups=[grants(JIRA, "g"), grants("jira-servicedesk", "g")],
    )
    frame = told.explained(told.select({"product": [JIRA]}).rows)
    assert (
        frame["reasons_against"].tolist()
        == [["Leaving jira-users also takes Jira Service Management."]] * 2
    )
    assert told.size == 4 and count_words(told, told.select({}).rows) == "4 licenses of 2 people"


def test_an_included_product_that_would_then_take_a_license(tmp_path: Path) -> None:
    told = listed(
        tmp_path,
        groups=[group("g"), group("w")],
        members=[*members("g", "p"), *members("w", "p")],
        products=[product(), product("jira-core", name="Work Management")],
        product_groups=[grants(JIRA, "g"), grants("jira-core", "w")],
    )
    assert told.rows["product_key"].tolist() == [JIRA]
    assert why_not(told) == ["Work Management, now included, then takes a license of its own."]


def test_the_surest_come_first_then_by_name(tmp_path: Path) -> None:
    users = [user("1", name="zoe"), user("2", name="Adam"), user("3", name="Bea")]
    told = listed(
        tmp_path,
        users=users,
        members=members("g", "1", "2", "3"),
        projects=[project("WEB", lead="2")],
    )
    assert told.rows["account_id"].tolist() == ["3", "1", "2"]


def test_decisions_stand_beside_the_evidence(tmp_path: Path) -> None:
    noted = Noted(
        (
            Decision("p", JIRA, PROTECT, "on leave", date(2026, 12, 1), "Lea", 5),
            Decision("q", JIRA, PROTECT, "trial", date(2026, 11, 20)),
        )
    )
    told = listed(tmp_path, noted)
    rows = told.rows.set_index("account_id")
    assert rows.loc["p", ["verdict", "confidence", "state"]].tolist() == [
        "protected",
        "",
        "protect",
    ]
    assert rows.loc["q", ["verdict", "confidence", "state"]].tolist() == [
        "never",
        "high",
        "expired",
    ]
    giveable = told.select({"confidence": ["high"], "decision": list(GIVEABLE)}).rows
    assert told.rows["account_id"].iloc[giveable].tolist() == ["q"]


def test_who_works_again_stays_on_the_list_while_a_decision_stands(tmp_path: Path) -> None:
    told = listed(tmp_path, Noted((Decision("p", JIRA, RELEASE),)), acts=[act("p")])
    row = told.rows.set_index("account_id").loc["p"]
    assert (row["verdict"], row["confidence"], row["state"]) == ("working", "", "release")


def test_a_protection_hides_of_nobody_that_they_work(tmp_path: Path) -> None:
    lasting = Decision("p", JIRA, PROTECT, "on leave", date(2026, 12, 1))
    told = listed(tmp_path, Noted((lasting,)), acts=[act("p")])
    row = told.rows.set_index("account_id").loc["p"]
    assert (row["verdict"], row["state"]) == ("working", "protect")


def test_money_is_shown_only_where_a_price_is_known(tmp_path: Path) -> None:
    everyone = listed(tmp_path)
    assert "monthly" not in everyone.schema.names
    assert everyone.monthly(everyone.select({}).rows) is None
    told = listed(tmp_path, beside=Beside(prices=((JIRA, Decimal("7.91")),)))
    assert told.monthly(told.select({}).rows) == pytest.approx(15.82)
    assert told.rows["yearly"].tolist() == pytest.approx([94.92, 94.92])


def test_licenses_are_found_by_the_group_that_gives_them(tmp_path: Path) -> None:
    told = listed(
        tmp_path,
        groups=[group("g", name="jira-users"), group("h", name="all-staff")],
        members=[*members("g", "p", "q"), *members("h", "p")],
        product_groups=[grants(JIRA, "g"), grants(JIRA, "h")],
    )
    facet = next(one for one in told.facets if one.key == "group")
    assert set(facet.options) == {"jira-users", "all-staff"}
    for name, people in (("jira-users", ["p", "q"]), ("all-staff", ["p"])):
        rows = told.select({"group": [name]}).rows
        assert told.rows["account_id"].iloc[rows].tolist() == people
