"""What is not known of anybody: it never makes surer, and stands against each license alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jira_usage.metrics.known import CARE
from tests.builders import group, members
from tests.metrics.reclaiming import listed, why_not

ADMINISTERS = CARE["administrators"]
ALONE = CARE["project roles"]


def levels(folder: Path, **what: Any) -> list[str]:
    return listed(folder, **what).rows["confidence"].tolist()


@pytest.mark.parametrize(
    ("refused", "words"), [("administrators", ADMINISTERS), ("project roles", ALONE)]
)
def test_who_administers_is_asked_for_and_refused_so_nobody_is_surely_unneeded(
    tmp_path: Path, refused: str, words: str
) -> None:
    told = listed(tmp_path, refused={refused: "no"})
    assert told.rows["confidence"].tolist() == ["medium", "medium"]
    assert why_not(told) == [words]
    assert all(words in why for why in told.exported(told.select({}).rows)["reasons_against"])


def test_roles_of_projects_that_are_left_out_are_a_reason_and_no_cap(tmp_path: Path) -> None:
    told = listed(tmp_path, left_out=["project roles"])
    assert told.rows["confidence"].tolist() == ["high", "high"] and why_not(told) == [ALONE]


def test_administrators_who_were_never_asked_for_are_not_known(tmp_path: Path) -> None:
    assert levels(tmp_path, left_out=["administrators"]) == ["medium", "medium"]


def test_what_is_known_of_somebody_is_not_called_unknown(tmp_path: Path) -> None:
    groups = [group("g", name="jira-users"), group("a", access_types=["site-admin"])]
    alone = {"project_key": "WEB", "role": "Administrators", "account_id": "q", "group_id": ""}
    told = listed(
        tmp_path,
        groups=groups,
        members=[*members("g", "p", "q"), *members("a", "p")],
        role_actors=[alone],
        refused={"administrators": "no", "project roles": "no"},
    )
    assert why_not(told, "p") == ["Site administrator.", ALONE]
    assert why_not(told, "q") == [
        "The only one in the administrators role of the project WEB.",
        ADMINISTERS,
    ]


def test_what_stands_against_each_alike_is_told_once(tmp_path: Path) -> None:
    told = listed(tmp_path, refused={"administrators": "no", "work logs": "no"})
    assert told.against_each == ["Not everything could be read: work logs.", ADMINISTERS]
    assert listed(tmp_path / "whole").against_each == []
