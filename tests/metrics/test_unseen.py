"""Whoever may have worked before the known days is told apart, before a seat is taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jira_usage.decisions import KEEP, Decision, Noted, Thresholds
from jira_usage.metrics.unseen import unseen_people, unseen_words
from tests.builders import act, days_ago, user
from tests.metrics.reclaiming import JIRA, listed


@pytest.mark.parametrize(("known", "people"), [(30, 2), (89, 2), (90, 0), (20, 0)])
def test_who_was_never_seen_is_in_doubt_as_long_as_verdicts_look_further_back(
    tmp_path: Path, known: int, people: int
) -> None:
    some = listed(tmp_path, covered_days=known - 0.5)
    assert unseen_people(some) == unseen_people(some, JIRA) == people
    assert unseen_people(some, "another") == 0


def test_who_was_seen_working_is_kept_or_came_later_is_not_in_doubt(tmp_path: Path) -> None:
    few: dict[str, Any] = {"covered_days": 69.5}
    assert unseen_people(listed(tmp_path / "a", acts=[act("p")], **few)) == 1
    assert unseen_people(listed(tmp_path / "b", acts=[act("p", at=days_ago(65))], **few)) == 1
    quiet = [act(one, at=days_ago(62)) for one in "pq"]
    assert unseen_people(listed(tmp_path / "q", acts=quiet, **few)) == 0
    kept = Noted((Decision("p", JIRA, KEEP, "seasonal"),))
    assert unseen_people(listed(tmp_path / "c", kept, **few)) == 1
    came = [user("p", first_seen_at=days_ago(40)), user("q")]
    assert unseen_people(listed(tmp_path / "d", users=came, **few)) == 1
    nearer = Noted(thresholds=Thresholds(20, 40, 60))
    assert unseen_people(listed(tmp_path / "e", nearer, **few)) == 0


def test_it_is_said_of_how_many_and_of_which_days(tmp_path: Path) -> None:
    some = listed(tmp_path, covered_days=69.5)
    assert unseen_words(some, 1).startswith("1 person was not seen working in the 70 days")
    assert unseen_words(some, 2).startswith("2 people were not seen")
