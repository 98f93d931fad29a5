"""Who is let in: the two lists, a verified address, a login of today, and nobody else."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from jira_usage import settings
from jira_usage.errors import InvalidInput
from jira_usage.roles import Access, Standing

NOW = 1_800_000_000.0
ACCESS = Access.parse(
    {
        "access": {
            "administrators": ["Ada@acme.example"],
            "viewers": ["ben@other.example", "@acme.example"],
            "purpose": "To plan\nlicenses.",
        }
    }
)


def claims(email: Any = "ada@acme.example", **changes: Any) -> dict[str, Any]:
    told = {"is_logged_in": True, "email": email, "email_verified": True, "iat": NOW - 60}
    return {**told, **changes}


def standing(email: Any = "ada@acme.example", **changes: Any) -> Standing:
    return ACCESS.standing(claims(email, **changes), NOW)


def test_the_lists_say_who_is_what() -> None:
    assert standing("ada@acme.example") is Standing.ADMINISTRATOR
    assert standing("ADA@Acme.Example") is Standing.ADMINISTRATOR
    assert standing("ben@other.example") is Standing.VIEWER
    assert standing("cyn@acme.example") is Standing.VIEWER


@pytest.mark.parametrize(
    "email",
    [
        "ada@evil.example",
        "cyn@sub.acme.example",
        "cyn@acme.example.evil.example",
        "cyn@notacme.example",
        "ada@acme.example@evil.example",
        '"ada@acme.example"@evil.example',
        "evil@evil.example\n@acme.example",
        "evil <ada@acme.example>",
        " ada@acme.example",
        "ada@acme.example.",
        "@acme.example",
        "acme.example",
        "",
        None,
        ["ada@acme.example"],
        "ada@a\u0441me.example",  # a Cyrillic es
        "ben@other.e\u212aample",
    ],
)
def test_whoever_only_looks_like_somebody_is_denied(email: Any) -> None:
    assert standing(email) is Standing.NOT_LISTED


def test_letters_that_become_others_in_lower_case_are_denied() -> None:
    access = Access.parse({"access": {"administrators": ["kim@acme.example"]}})
    assert "\u212aim@acme.example".lower() == "kim@acme.example"  # the Kelvin sign
    found = access.standing(claims("\u212aim@acme.example"), NOW)
    assert found is Standing.NOT_LISTED


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_only_a_verified_address_counts(verified: Any) -> None:
    assert standing(email_verified=verified) is Standing.UNVERIFIED


@pytest.mark.parametrize("logged_in", [False, None, "true", 1])
def test_without_a_login_nobody_is_anybody(logged_in: Any) -> None:
    assert standing(is_logged_in=logged_in) is Standing.LOGGED_OUT
    assert ACCESS.standing({}, NOW) is Standing.LOGGED_OUT


@pytest.mark.parametrize("issued", [NOW - 12 * 3600 - 1, NOW + 301, None, "soon", True, 0])
def test_a_login_counts_for_its_hours_only(issued: Any) -> None:
    assert standing(iat=issued) is Standing.TOO_OLD
    assert standing(iat=NOW - 12 * 3600 + 1) is Standing.ADMINISTRATOR


def test_without_lists_nobody_is_let_in() -> None:
    nothing: list[dict[str, Any]] = [{}, {"access": {}}, {"access": {"viewers": []}}]
    for told in nothing:
        assert Access.parse(told).standing(claims(), NOW) is Standing.NOT_LISTED


@pytest.mark.parametrize(
    "wrong",
    [
        {"viewer": ["a@b.example"]},
        {"viewers": "@acme.example"},
        {"viewers": ["acme.example"]},
        {"viewers": ["*@acme.example"]},
        {"viewers": ["*"]},
        {"viewers": [""]},
        {"viewers": ["@"]},
        {"viewers": [7]},
        {"administrators": ["ada@acme.example,ben@acme.example"]},
        {"hours": 0},
        {"hours": True},
        {"hours": 9_999},
        {"hours": float("nan")},
        {"purpose": ["x"]},
    ],
)
def test_a_mistake_in_the_lists_is_no_open_door(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Access.parse({"access": wrong})


def test_the_purpose_is_one_line() -> None:
    assert ACCESS.purpose == "To plan licenses."


def test_the_example_lets_nobody_in() -> None:
    path = settings.USUAL_PLACE.with_name("secrets.toml.example")
    told = tomllib.loads(path.read_text())
    assert Access.parse(told).standing(claims(), NOW) is Standing.NOT_LISTED
