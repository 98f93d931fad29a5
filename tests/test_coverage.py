"""What is said of a dataset that could not be read whole: why, the next step, what follows."""

from __future__ import annotations

import pytest

from jira_usage.coverage import CONSEQUENCES, DATASETS, CoverageNotes, accounts_words
from jira_usage.errors import PermissionMissing
from jira_usage.metrics.standing import SOURCES
from jira_usage.schema import Coverage


def told(dataset: str, state: Coverage) -> str:
    notes = CoverageNotes()
    notes.note(dataset, state, "Why.")
    return next(str(row["consequence"]) for row in notes.rows(0) if row["dataset"] == dataset)


@pytest.mark.parametrize("state", ["not_permitted", "never"])
@pytest.mark.parametrize("dataset", DATASETS)
def test_where_all_is_missing_it_is_not_called_some(dataset: str, state: Coverage) -> None:
    assert "Some " not in told(dataset, state) and told(dataset, state)
    assert told(dataset, "partial") == CONSEQUENCES[dataset] and not told(dataset, "complete")


@pytest.mark.parametrize("dataset", SOURCES)
def test_where_work_is_unknown_nobody_is_said_to_look_idle(dataset: str) -> None:
    assert "nobody can be said not to work" in told(dataset, "not_permitted")
    assert "may look idle" in told(dataset, "partial")


def test_who_is_in_a_group_is_known_though_people_can_not_be_listed() -> None:
    assert "groups that could be read" in told("users", "not_permitted")


def test_a_refusal_keeps_the_next_step() -> None:
    notes = CoverageNotes()
    notes.refused("licenses", PermissionMissing("Not allowed.", "Ask for it."))
    assert notes.reasons["licenses"] == ["Not allowed. Ask for it."]


def test_accounts_are_listed_where_jira_listed_them() -> None:
    assert accounts_words(1, "complete") == "1 account listed by Jira"
    assert (
        accounts_words(1_200, "not_permitted") == "1,200 accounts that Jira listed, now or before"
    )
