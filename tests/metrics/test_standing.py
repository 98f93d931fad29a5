"""Who worked, and when that can't be told."""

from __future__ import annotations

import pandas as pd

from jira_usage.coverage import CoverageNotes
from jira_usage.metrics.standing import blind_spot, standings
from tests.builders import at, window


def coverage(**states: str) -> pd.DataFrame:
    notes = CoverageNotes()
    for name in notes.states:
        notes.read(name)
    for name, state in states.items():
        notes.note(name, state, "why")  # type: ignore[arg-type]  # a state as text
    return pd.DataFrame(notes.rows(0))


def test_complete_coverage_leaves_no_blind_spot() -> None:
    assert blind_spot(coverage(), 0, window(7)) == ""
    assert blind_spot(coverage(comments="partial", projects="partial"), 0, window(7)) == ""


def test_unread_sources_blind() -> None:
    told = blind_spot(coverage(issues="not_permitted", comments="not_permitted"), 0, window(7))
    assert told == "Issues and comments could not be read."


def test_no_project_to_browse_blinds_unless_there_is_none() -> None:
    told = blind_spot(coverage(), 0, window(7), browsable_projects=0, projects=3)
    assert "can't browse any project" in told
    assert blind_spot(coverage(), 0, window(7), browsable_projects=0, projects=0) == ""
    assert blind_spot(coverage(), 0, window(7), browsable_projects=None, projects=3) == ""


def test_a_window_that_begins_before_what_was_read_blinds() -> None:
    first = window(7).start_ms
    assert blind_spot(coverage(), first, window(7)) == ""
    told = blind_spot(coverage(), first + 1, window(7))
    assert told == "Work before Nov 14, 2026 was not read."
    assert at("2026-11-14T00:00Z") == first


def test_standings() -> None:
    actions = pd.Series([2, 0, pd.NA], dtype="Int64")
    assert standings(actions, "").tolist() == ["worked", "none", "none"]
    assert standings(actions, "why").tolist() == ["worked", "unknown", "unknown"]
    assert standings(actions.head(0), "").tolist() == []
