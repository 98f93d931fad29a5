"""A part of a site tells only of that part, and with the same numbers as the whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from jira_usage.datasets import access_of, dataset
from jira_usage.errors import InvalidInput
from jira_usage.metrics import answers
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.reports import (
    Making,
    Subject,
    build_report,
    build_sheets,
    narrowed,
    to_html,
    to_xlsx,
)
from jira_usage.scope import Scope
from tests.builders import (
    NOW,
    act,
    days_ago,
    grants,
    group,
    issue,
    members,
    product,
    project,
    user,
)

Taking = Callable[..., Subject]
KEY = Pseudonyms(b"k" * 32)
WEB = [f"web{n}" for n in range(7)]
OPS = [f"ops{n}" for n in range(6)]
BOTH = "webops"


def two_halves() -> dict[str, Any]:
    """Seven people of Web and six of Ops with a product each, and one who is in both."""
    return {
        "users": [
            user(one, name=f"Name Of {one}", email=f"{one}@acme.example")
            for one in (*WEB, *OPS, BOTH)
        ],
        "groups": [group("g-web", name="Web people"), group("g-ops", name="Ops people")],
        "members": [*members("g-web", *WEB, BOTH), *members("g-ops", *OPS, BOTH)],
        "products": [product(), product("jira-servicedesk", name="Service", seats=50, used=7)],
        "product_groups": [
            grants("jira-software", "g-web"),
            grants("jira-servicedesk", "g-ops"),
        ],
        "projects": [
            project("WEB", name="Website", lead="web0"),
            project("OPS", name="Operations", lead="ops0"),
            project("TINY", name="Tiny thing"),
        ],
        "issues": [
            issue(issue_id="1", project="WEB"),
            issue(issue_id="2", project="OPS"),
            issue(issue_id="3", project="TINY"),
        ],
        "role_actors": [
            {"project_key": "WEB", "role": "Lead", "account_id": "web6", "group_id": ""}
        ],
        "acts": [
            *(act(one, at=days_ago(n + 1), issue_id="1") for n, one in enumerate(WEB[:6])),
            *(act(one, at=days_ago(n + 1), issue_id="2") for n, one in enumerate(OPS[:3])),
            act(BOTH, at=days_ago(2), issue_id="2"),
            act("web0", at=days_ago(3), issue_id="3"),
        ],
    }


@pytest.fixture(scope="module")
def whole(subject: Taking) -> Subject:
    return subject(**two_halves())


def everything_told(part: Subject, scope: Scope) -> str:
    """All that a report of a part holds, in every form."""
    making = Making("Ann", NOW, people=scope.people)
    report = build_report(part, making)
    book = to_xlsx(report, build_sheets(part, making))
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        sheets = "".join(packed.read(name).decode() for name in packed.namelist())
    return to_html(report).decode() + sheets


PARTS = {
    "products": (Scope("products", ("jira-software",)), [*WEB, BOTH], OPS),
    "projects": (Scope("projects", ("WEB",)), WEB, [*OPS, BOTH]),
    "groups": (Scope("groups", ("g-web",)), [*WEB, BOTH], OPS),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_holds_its_people_and_nobody_else(whole: Subject, part: str) -> None:
    scope, there, away = PARTS[part]
    some = narrowed(whole, scope, KEY)
    assert sorted(some.snapshot.users["account_id"]) == sorted(there)
    told = everything_told(some, scope)
    assert all(f"Name Of {one}" in told for one in there)
    assert not [one for one in away if one in told]
    assert "Ops people" not in told
    assert ("jira-servicedesk" in told) == (part == "groups"), "its people hold that too"
    assert set(some.snapshot.tally["account_id"].unique()) <= {*there, ""}


@pytest.mark.parametrize("part", ["products", "groups"])
def test_the_numbers_of_a_part_are_those_of_the_whole(whole: Subject, part: str) -> None:
    scope, there, _ = PARTS[part]
    some = narrowed(whole, scope, KEY)
    for name in ("users", "access"):
        full = dataset(whole.snapshot, name, whole.period)
        full = full[full["account_id"].isin(there)]
        if name == "access" and part == "products":
            full = full[full["product_key"] == "jira-software"]
        mine = dataset(some.snapshot, name, some.period)
        columns = [one for one in mine.columns if one in ("account_id", "actions", "product_key")]
        assert mine[columns].to_numpy().tolist() == full[columns].to_numpy().tolist()
    seats, own = (answers.seat_table(*one.key).set_index("product_key") for one in (whole, some))
    for column in ("licensed_users", "active_users", "inactive_users"):
        assert own.loc["jira-software", column] == seats.loc["jira-software", column]
    judged = answers.judged(*whole.key, whole.noted).people.set_index("account_id")["verdict"]
    told = answers.judged(*some.key, some.noted).people.set_index("account_id")["verdict"]
    assert told.to_dict() == judged[judged.index.isin(there)].to_dict()


def test_seats_of_the_whole_site_are_no_part_of_a_group(whole: Subject) -> None:
    some = narrowed(whole, Scope("groups", ("g-web",)), KEY)
    seats = answers.seat_table(*some.key)
    assert set(seats["seats_words"]) == {"unknown"} and seats["seats_used"].isna().all()


def test_a_project_tells_of_its_acts_and_not_of_licenses(whole: Subject) -> None:
    some = narrowed(whole, Scope("projects", ("WEB",)), KEY)
    report = build_report(some, Making("Ann", NOW))
    assert report.answer == "6 of 7 people worked in the last 30 days"
    assert [section.key for section in report.sections if "licenses" in section.key] == []
    assert [tile.label for tile in report.headlines] == ["Active people, 30 days", "People"]
    assert int(dataset(some.snapshot, "daily", some.period)["actions"].sum()) == 6


@pytest.mark.parametrize("scope", [
    Scope("site", (), "pseudonyms"), Scope("products", ("jira-software",), "pseudonyms"),
    Scope("groups", ("g-web",), "none"), Scope("projects", ("WEB",), "pseudonyms"),
])  # fmt: skip
def test_without_names_nothing_tells_who_it_is(whole: Subject, scope: Scope) -> None:
    told = everything_told(narrowed(whole, scope, KEY), scope)
    for one in (*WEB, *OPS, BOTH):
        assert f"Name Of {one}" not in told and f"{one}@" not in told
        assert f">{one}<" not in told and f'"{one}"' not in told
    assert (KEY.name("web1") in told) == (scope.people == "pseudonyms")
    assert "Tiny thing" not in told, "a project of one person is merged"


def test_pseudonyms_stay_and_numbers_do_not_change(whole: Subject) -> None:
    some = narrowed(whole, Scope(people="pseudonyms"), KEY)
    full = dataset(whole.snapshot, "users", whole.period).set_index("account_id")
    mine = dataset(some.snapshot, "users", some.period).set_index("account_id")
    assert {one: int(n) for one, n in mine["actions"].items()} == {
        KEY.account_id(str(one)): int(n) for one, n in full["actions"].items()
    }
    assert len(access_of(some.snapshot)) == len(access_of(whole.snapshot))
    assert Pseudonyms(b"k" * 32).name("web1") == KEY.name("web1") != KEY.name("web2")
    assert Pseudonyms(b"l" * 32).name("web1") != KEY.name("web1"), "each site has its own"


def test_too_few_people_are_not_shown_without_names(subject: Taking) -> None:
    small = subject()  # four people
    for people in ("pseudonyms", "none"):
        with pytest.raises(InvalidInput, match="Fewer than 5"):
            narrowed(small, Scope(people=people), KEY)
    with pytest.raises(InvalidInput, match="nobody"):
        narrowed(small, Scope("projects", ("NOPE",)), KEY)


@pytest.mark.parametrize("told", [("site", ("x",)), ("products", ()), ("moon", ("x",))])
def test_a_scope_that_makes_no_sense_is_refused(told: Any) -> None:
    with pytest.raises(InvalidInput):
        Scope(*told)


def test_products_of_fewer_than_five_are_merged_without_names(subject: Taking) -> None:
    rows = two_halves()
    rows["members"] = [one for one in rows["members"] if one["account_id"] not in OPS[2:]]
    scope = Scope(people="pseudonyms")
    told = everything_told(narrowed(subject(**rows), scope, KEY), scope)
    assert "Service" not in told and "jira-servicedesk" not in told
    assert "1 other product" in told and "under 5 each" in told
