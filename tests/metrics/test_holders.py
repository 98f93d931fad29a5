"""What a renewal would give back is what Reclaim lists: license by license, product by product."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jira_usage.decisions import KEEP, PROTECT, RELEASE, Decision, Noted, Thresholds
from jira_usage.metrics import answers
from jira_usage.metrics.holders import READER, Holders, holders, readers
from jira_usage.metrics.reclaim import GIVES_BACK, Beside, Reclaim
from jira_usage.metrics.what_if import Question, what_if
from jira_usage.metrics.words import COOLING, HIGH, LOW, NEW, PROTECTED, UNCLEAR, WORKING
from jira_usage.terms import Buffer, ProductTerms
from tests.builders import act, days_ago, grants, group, members, product, snapshot, user
from tests.builders import window as window_of

JIRA, DESK = "jira-software", "jira-servicedesk"
NOTHING_NOTED, NOTHING_BESIDE = Noted(), Beside()


def listed(
    folder: Path,
    noted: Noted = NOTHING_NOTED,
    beside: Beside = NOTHING_BESIDE,
    *,
    days: int = 30,
    **what: Any,
) -> Reclaim:
    """Of Jira's people work works, cool cools, new is new, p, q and r never did a thing; q and
    r hold Service Management too."""
    ids = ["work", "cool", "new", "p", "q", "r"]
    rows: dict[str, Any] = {
        "users": [user(i, first_seen_at=days_ago(9) if i == "new" else None) for i in ids],
        "groups": [group("g"), group("d")],
        "members": [*members("g", *ids), *members("d", "q", "r")],
        "products": [product(), product(DESK)],
        "product_groups": [grants(JIRA, "g"), grants(DESK, "d")],
        "acts": [act("work", at=days_ago(20)), act("cool", at=days_ago(40))],
        "covered_days": 100,
    }
    kept = snapshot(folder, **(rows | what))
    return answers.reclaim_list(kept, window_of(days), False, noted, beside)


def stands(told: Reclaim) -> dict[str, dict[str, int]]:
    return {key: dict(held.stands) for key, held in holders(told).items()}


USUAL = {JIRA: {WORKING: 1, COOLING: 1, NEW: 1, HIGH: 3}, DESK: {HIGH: 2}}


def test_nobody_holds_anything(tmp_path: Path) -> None:
    told = answers.reclaim_list(snapshot(tmp_path), window_of(), False, Noted(), Beside())
    assert holders(told) == {} and readers(told) == []
    assert (Holders().people, Holders().keep, Holders().could) == (0, 0, 0)


def test_every_license_stands_in_one_way(tmp_path: Path) -> None:
    told = listed(tmp_path)
    assert stands(told) == USUAL
    jira = holders(told)[JIRA]
    assert (jira.people, jira.keep, jira.could) == (6, 3, 3)


@pytest.mark.parametrize("days", [1, 7, 90])
def test_the_window_of_the_sidebar_makes_no_savings(tmp_path: Path, days: int) -> None:
    assert stands(listed(tmp_path, days=days)) == USUAL


def test_the_thresholds_do(tmp_path: Path) -> None:
    told = listed(tmp_path, Noted((), Thresholds(7, 14, 30, 30)))
    # work acted 20 days ago and is quiet now, cool acted 40 days ago.
    assert stands(told)[JIRA] == {NEW: 1, "medium": 1, HIGH: 4}


def test_who_is_kept_or_protected_by_hand_keeps_that_license_and_no_other(tmp_path: Path) -> None:
    noted = Noted(
        (
            Decision("p", JIRA, KEEP, "seasonal"),
            Decision("q", JIRA, PROTECT, "on leave", date(2026, 12, 1)),
            Decision("r", JIRA, PROTECT, "trial", date(2026, 11, 20)),
            Decision("r", DESK, RELEASE),
        )
    )
    # The protection of r ends on NOW's date; released ones could be given back.
    assert stands(listed(tmp_path, noted)) == {
        JIRA: {WORKING: 1, COOLING: 1, NEW: 1, PROTECTED: 2, HIGH: 1},
        DESK: {HIGH: 2},
    }


def test_a_decision_changes_nothing_of_who_works(tmp_path: Path) -> None:
    noted = Noted((Decision("work", JIRA, RELEASE), Decision("cool", JIRA, KEEP)))
    assert stands(listed(tmp_path, noted)) == USUAL


def test_readers_keep_all_their_licenses(tmp_path: Path) -> None:
    seen = (("p", None), ("q", date(2026, 11, 13)), ("r", date(2026, 8, 1)))
    told = listed(tmp_path, beside=Beside(last_seen=seen))
    assert stands(told) == {
        JIRA: {WORKING: 1, COOLING: 1, NEW: 1, READER: 1, HIGH: 2},
        DESK: {READER: 1, HIGH: 1},
    }
    assert readers(told) == ["q"]


def test_of_whom_it_can_t_be_told_keeps_the_license(tmp_path: Path) -> None:
    told = holders(listed(tmp_path, refused={"comments": "no"}))
    assert told[JIRA].of(UNCLEAR) == 4 and told[JIRA].could == told[DESK].could == 0


def test_little_history_is_low_confidence(tmp_path: Path) -> None:
    told = holders(listed(tmp_path, covered_days=31))
    assert told[JIRA].by_confidence == {LOW: 3}


def test_what_a_renewal_would_give_back_is_what_reclaim_lists(tmp_path: Path) -> None:
    noted = Noted((Decision("p", JIRA, KEEP),))
    beside = Beside(last_seen=(("q", date(2026, 11, 13)),))
    told = listed(tmp_path, noted, beside)
    for key, held in holders(told).items():
        rows = told.select({**GIVES_BACK, "product": [key]}).rows
        assert held.could == len(rows) == 1
        answer = what_if(held, ProductTerms(), Question(date(2026, 11, 20), Buffer()))
        assert answer.give_back == len(rows)
