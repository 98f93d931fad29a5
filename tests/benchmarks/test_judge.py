"""The judge is fair: whoever tells of an event is believed, and nobody else."""

from __future__ import annotations

import pytest

from .judge import judge
from .site_process import Truth
from .told import Event, Records, Rows

AT = 1_795_000_000_000
LATER = AT + 60_000
ISO = "2026-11-18T11:06:40.000+0000"


def event(kind: str, source_id: str = "7", *, issue_id: str = "1", at: int = AT) -> Event:
    return kind, source_id, "ann", issue_id, at


def history(ident: str, *, created: str | int = AT, **worklog: str) -> dict[str, object]:
    items = [{"field": "WorklogId", **worklog}] if worklog else [{"field": "status"}]
    return {"id": ident, "created": created, "items": items}


def told(*, comments: object = (), worklogs: object = (), histories: object = ()) -> Records:
    records = Records()
    records.add_comments(comments)  # type: ignore[arg-type]  # what a site may send
    records.add_worklogs(worklogs)  # type: ignore[arg-type]  # what a site may send
    records.add_histories("1", histories)  # type: ignore[arg-type]  # what a site may send
    return records


def test_a_comment_tells_of_its_creation_and_of_its_last_edit_alone() -> None:
    records = told(comments=[{"id": "7", "updated": LATER}])
    assert records.tells(event("comment_created"))
    assert records.tells(event("comment_edited", at=LATER))
    assert not records.tells(event("comment_edited", at=AT))
    assert not records.tells(event("comment_created", "8"))


def test_instants_as_text_and_as_numbers_are_the_same_instants() -> None:
    records = told(comments=[{"id": "7", "updated": ISO}])
    assert records.tells(event("comment_edited", at=AT))


@pytest.mark.parametrize("kind", ["issue_changed", "comment_deleted"])
def test_a_history_tells_of_what_has_its_id(kind: str) -> None:
    records = told(histories=[history("7")])
    assert records.tells(event(kind))
    assert not records.tells(event(kind, "8"))


def test_a_work_log_is_told_by_itself_or_by_a_history_that_names_it() -> None:
    assert told(worklogs=[{"id": "7", "updated": AT}]).tells(event("worklog_created"))
    assert told(histories=[history("1", to="7")]).tells(event("worklog_created"))
    assert not told(histories=[history("1", to="8")]).tells(event("worklog_created"))


def test_the_deletion_of_a_work_log_is_told_by_a_history_that_takes_it_away() -> None:
    assert told(histories=[history("1", **{"from": "7"})]).tells(event("worklog_deleted"))
    assert not told(histories=[history("1", to="7")]).tells(event("worklog_deleted"))


def test_an_edited_work_log_is_told_by_a_history_of_its_issue_within_two_seconds() -> None:
    records = told(histories=[history("1", created=AT + 2000)])
    assert records.tells(event("worklog_edited"))
    assert not records.tells(event("worklog_edited", at=AT - 1))
    assert not records.tells(event("worklog_edited", issue_id="2"))


def test_finished_rows_are_told_only_where_every_part_is_equal() -> None:
    rows = Rows({event("issue_changed")}, set())
    assert rows.tells(event("issue_changed"))
    assert not rows.tells(event("issue_changed", at=AT + 1))


def test_shares_are_of_the_truth_and_what_is_missing_is_named() -> None:
    truth = Truth(
        [event("comment_created", "1"), event("comment_created", "2"), event("issue_created")],
        people=frozenset({"ann", "bob"}),
    )
    records = told(comments=[{"id": "1", "updated": AT}])
    records.people.add("ann")
    verdict = judge(truth, records)
    assert verdict.shares == {"comments": 0.5, "histories": 1.0, "work logs": 1.0, "access": 0.5}
    assert verdict.missing == {"comment_created": 1, "people with access": 1}
