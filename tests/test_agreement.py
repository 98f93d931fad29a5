"""What Jira may forget without a difference, and what it may not: one issue, act by act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from jira_usage.agreement import Agreement, Event, Span, Telling, compare
from jira_usage.schema import TABLES

MINUTE = 60_000
SINCE, WATCHED, UNTIL = 1_000_000_000_000, 1_000_500_000_000, 1_000_900_000_000
SPAN = Span(since=SINCE, sure=UNTIL - 15 * MINUTE, until=UNTIL, watched=WATCHED)
EARLY, LATER = SINCE + 50 * MINUTE, WATCHED + 50 * MINUTE  # before and after the first sync
ADA, BEN = "acc-ada", "acc-ben"


def act(kind: str, source_id: str, at: int, account_id: str = ADA, issue_id: str = "1") -> Any:
    return {
        "act": kind,
        "source_id": source_id,
        "at": at,
        "account_id": account_id,
        "issue_id": issue_id,
        "worklog_id": source_id if kind in ("worklog_created", "worklog_edited") else "",
        "fields": "",
        "on_behalf_of": "",
    }


def on_worklog(kind: str, worklog_id: str, source_id: str, at: int, account_id: str = ADA) -> Any:
    return {**act(kind, source_id, at, account_id), "worklog_id": worklog_id}


def event(kind: str, source_id: str, at: int, account_id: str = ADA, issue_id: str = "1") -> Event:
    return Event(issue_id, kind, source_id, account_id, at)


def against(
    ours: Sequence[Event],
    *acts: dict[str, Any],
    comments: Sequence[str] = (),
    worklogs: Sequence[str] = (),
    mute: bool = False,
) -> Agreement:
    """Our events of one issue against the acts, comments and work logs that Jira has there."""
    of_worklogs = ("worklog_", "time_")
    split: dict[str, list[dict[str, Any]]] = {"acts": [], "worklog_acts": []}
    for one in acts:
        split["worklog_acts" if one["act"].startswith(of_worklogs) else "acts"].append(one)
    frames = {
        name: pd.DataFrame(rows, columns=TABLES[name].names).astype({"at": "int64"})
        for name, rows in split.items()
    }
    told = Telling(
        **frames,
        comments=frozenset(("1", one) for one in comments),
        worklogs=frozenset(("1", one) for one in worklogs),
        mute=frozenset(["1"] if mute else []),
    )
    return compare(told, ours, SPAN)


def test_the_same_events_agree() -> None:
    found = against([event("issue_changed", "h1", EARLY)], act("issue_changed", "h1", EARLY))
    assert found == Agreement(1, (), (), (), ())


def test_two_seconds_apart_is_the_same_act_and_more_is_not() -> None:
    ours = [event("issue_changed", "h1", EARLY)]
    assert against(ours, act("issue_changed", "h1", EARLY + 2000)).agreeing == 1
    found = against(ours, act("issue_changed", "h1", EARLY + 2001))
    assert len(found.missing) == len(found.unexplained) == 1


def test_an_event_that_is_here_twice_is_a_difference() -> None:
    twice = [event("issue_changed", "h1", EARLY)] * 2
    assert len(against(twice, act("issue_changed", "h1", EARLY)).unexplained) == 1


def test_what_is_outside_of_the_window_is_not_compared() -> None:
    ours = [event("issue_changed", "h1", SINCE - 1), event("issue_changed", "h2", UNTIL + 1)]
    assert against(ours, act("issue_changed", "h3", UNTIL + 1)) == Agreement(0, (), (), (), ())


def test_what_happened_right_before_the_sync_is_newer_and_not_missing() -> None:
    found = against([], act("comment_created", "c1", UNTIL - MINUTE), comments=["c1"])
    assert len(found.newer) == 1 and not found.missing
    ours = [event("comment_created", "c1", UNTIL - MINUTE)]
    assert len(against(ours).unexplained) == 1, "what is here must be there, however new"


# --- comments


def test_an_edit_is_forgotten_at_the_next_one() -> None:
    ours = [event("comment_edited", "c1", EARLY)]
    found = against(ours, act("comment_edited", "c1", LATER, BEN), comments=["c1"])
    assert found.forgotten == tuple(ours) and len(found.missing) == 1


def test_an_edit_before_the_last_one_that_no_sync_can_have_seen_is_a_difference() -> None:
    ours = [event("comment_edited", "c1", EARLY), event("comment_edited", "c1", EARLY + MINUTE)]
    found = against(ours, act("comment_edited", "c1", EARLY + MINUTE), comments=["c1"])
    assert found.unexplained == (ours[0],) and found.agreeing == 1


def test_a_deleted_comment_takes_all_its_events_with_it() -> None:
    ours = [
        event("comment_created", "c1", EARLY),
        event("comment_edited", "c1", EARLY + MINUTE, BEN),
        event("comment_deleted", "h1", LATER),
    ]
    found = against(ours, act("comment_deleted", "h1", LATER))
    assert found.agreeing == 1 and len(found.forgotten) == 2
    assert not found.missing and not found.unexplained


def test_one_deletion_explains_one_comment() -> None:
    ours = [event("comment_created", name, EARLY) for name in ("c1", "c2")]
    found = against(ours, act("comment_deleted", "h1", UNTIL + MINUTE))
    assert len(found.forgotten) == len(found.unexplained) == 1


def test_a_deletion_before_the_comment_or_before_the_first_sync_explains_nothing() -> None:
    late = [event("comment_created", "c1", LATER + MINUTE)]
    assert against(late, act("comment_deleted", "h1", LATER)).unexplained == tuple(late)
    early = [event("comment_created", "c1", EARLY)]
    assert against(early, act("comment_deleted", "h1", EARLY + MINUTE)).unexplained == tuple(early)


def test_each_comment_that_went_gets_a_deletion_that_fits() -> None:
    ours = [
        event("comment_created", "c1", LATER + 30 * MINUTE),
        event("comment_created", "c2", EARLY),
    ]
    found = against(
        ours,
        act("comment_deleted", "h1", LATER + 10 * MINUTE),
        act("comment_deleted", "h2", LATER + 40 * MINUTE),
    )
    assert len(found.forgotten) == 2


def test_the_comment_of_another_issue_is_a_difference_on_both() -> None:
    ours = [event("comment_created", "c2", EARLY)]
    found = against(ours, act("comment_created", "c1", EARLY), comments=["c1"])
    assert found.unexplained == tuple(ours) and len(found.missing) == 1


# --- work logs


def test_a_bare_change_of_time_goes_with_the_edit_that_jira_has_forgotten() -> None:
    """The edit came from the work log itself; edited again, only a history tells of it."""
    ours = [event("worklog_edited", "w1", EARLY)]
    again = act("worklog_edited", "w1", UNTIL + MINUTE, BEN)
    history = on_worklog("time_changed", "", "h1", EARLY + 700)
    found = against(ours, again, history, worklogs=["w1"])
    assert found.forgotten == tuple(ours)
    assert not found.missing and not found.unexplained


def test_a_work_log_that_the_feed_had_not_told_yet_is_the_history_s() -> None:
    """Edited a moment before the sync: the feed runs a minute late, the history does not."""
    at = UNTIL - MINUTE // 2
    ours = [event("worklog_edited", "h1", at + 700)]
    found = against(
        ours,
        act("worklog_edited", "w1", at),
        on_worklog("time_changed", "", "h1", at + 700),
        worklogs=["w1"],
    )
    assert found == Agreement(1, (), (), (), ())


def test_a_deleted_work_log_takes_what_only_it_has_told() -> None:
    ours = [
        event("worklog_created", "w1", EARLY),
        event("worklog_edited", "w1", EARLY + MINUTE),
        event("worklog_deleted", "w1", LATER),
    ]
    found = against(ours, on_worklog("worklog_removed", "w1", "h1", LATER))
    assert found.agreeing == 1 and len(found.forgotten) == 2
    assert not found.missing and not found.unexplained


def test_what_a_history_tells_of_a_deleted_work_log_must_agree() -> None:
    ours = [event("worklog_created", "w1", EARLY, BEN), event("worklog_deleted", "w1", LATER)]
    found = against(
        ours,
        on_worklog("worklog_added", "w1", "h1", EARLY + 500, ADA),
        on_worklog("worklog_removed", "w1", "h2", LATER),
    )
    assert found.unexplained == (ours[0],) and len(found.missing) == 1


def test_a_work_log_that_is_there_is_not_forgotten() -> None:
    ours = [event("worklog_created", "w1", EARLY, BEN), event("worklog_edited", "w1", LATER)]
    found = against(ours, act("worklog_created", "w1", EARLY), worklogs=["w1"])
    assert set(found.unexplained) == set(ours) and len(found.missing) == 1


def test_a_work_log_of_another_issue_is_a_difference() -> None:
    ours = [event("worklog_created", "w9", EARLY), event("worklog_edited", "w9", LATER)]
    assert set(against(ours).unexplained) == set(ours)


def test_edits_of_a_work_log_that_was_hidden_since_can_not_be_told() -> None:
    ours = [event("worklog_created", "w1", EARLY), event("worklog_edited", "w1", LATER)]
    found = against(ours, on_worklog("worklog_added", "w1", "h1", EARLY + 500))
    assert found.agreeing == 1 and found.forgotten == (ours[1],)


def test_where_work_logs_can_not_be_read_nothing_is_held_against_them() -> None:
    ours = [event("worklog_created", "w1", EARLY), event("worklog_edited", "w1", LATER)]
    assert set(against(ours, mute=True).forgotten) == set(ours)


def test_a_deletion_that_is_called_an_edit_is_a_difference() -> None:
    ours = [event("worklog_edited", "w1", LATER)]
    found = against(ours, on_worklog("worklog_removed", "w1", "h1", LATER))
    assert found.unexplained == tuple(ours) and len(found.missing) == 1
