from typing import Any

import pytest

from jira_usage.activity import Acts
from jira_usage.schema import KINDS
from tests.builders import all_events

T0 = 1_790_000_000_000


def item(field: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "fieldtype": "jira", "from": None, "to": None, **more}


def history(*items: dict[str, Any], id: str = "900", at: Any = T0, by: Any = "ann") -> Any:
    author = {"accountId": by, "displayName": by, "accountType": "atlassian"} if by else None
    return {"id": id, "created": at, "author": author, "items": list(items)}


def made(id: str, at: Any = T0, by: str = "ann", **more: Any) -> dict[str, Any]:
    """A comment or a work log."""
    person = {"accountId": by}
    return {
        "id": id,
        "issueId": "1",
        "author": person,
        "updateAuthor": person,
        "created": at,
        "updated": at,
        **more,
    }


TIME = item("timespent", fieldId="timespent", to="3600")
ESTIMATE = item("timeestimate", fieldId="timeestimate", to="0")
STATUS = item("status", fieldId="status", to="3")


def added(id: str) -> dict[str, Any]:
    return item("WorklogId", to=id)


def touched(id: str) -> dict[str, Any]:
    return item("WorklogId", **{"from": id})


REMOVED_TIME = item("WorklogTimeSpent", **{"from": "3600"})


def events(
    *histories: Any, comments: Any = (), worklogs: Any = (), gone: Any = (), since: int = 0
) -> list[tuple[str, str, str, int]]:
    """(kind, source_id, account_id, milliseconds after T0) of what the documents amount to."""
    acts = Acts(since)
    acts.add_histories("1", histories)
    acts.add_comments("1", comments)
    acts.add_worklogs(worklogs)
    acts.add_deleted_worklogs([{"worklogId": id, "updatedTime": T0} for id in gone])
    told = all_events([acts])
    return [
        (str(e["kind"]), str(e["source_id"]), str(e["account_id"]), int(e["at"]) - T0)
        for e in told.to_dict("records")
    ]


def kinds(*histories: Any, **documents: Any) -> list[str]:
    return [kind for kind, *_ in events(*histories, **documents)]


def test_nothing_has_the_columns_of_something() -> None:
    empty = all_events([Acts(0)])
    assert list(empty.columns) == [
        "at", "kind", "source_id", "account_id", "issue_id", "fields", "on_behalf_of",
    ]  # fmt: skip
    assert empty.empty and list(empty["kind"].cat.categories) == list(KINDS)


def test_a_history_is_one_change_with_its_fields() -> None:
    acts = Acts(0)
    acts.add_histories(
        "1",
        [history(STATUS, item("Link", to="B-1"), item("Link", to="B-2"), item("Sprint",
         fieldId="customfield_1", fieldtype="custom"))],
    )  # fmt: skip
    told = all_events([acts])
    assert told["fields"].tolist() == ["status\x1fLink\x1fcustomfield_1"]


def test_a_comment_is_created_and_edited_by_whom_it_says() -> None:
    edited = made("7", updateAuthor={"accountId": "bob"}, updated=T0 + 5)
    assert events(comments=[edited]) == [
        ("comment_created", "7", "ann", 0),
        ("comment_edited", "7", "bob", 5),
    ]


def test_an_edit_in_the_window_of_a_comment_years_old_counts_alone() -> None:
    old = made("7", at="2019-01-01T00:00:00.000+0000", updated=T0)
    assert kinds(comments=[old], since=T0 - 10) == ["comment_edited"]


def test_the_same_instant_in_two_zones_is_no_edit() -> None:
    same = made("7", at="2026-09-27T10:03:11.123+0200", updated="2026-09-27T08:03:11.123Z")
    assert kinds(comments=[same]) == ["comment_created"]


def test_a_deleted_comment_is_the_deleters_act_and_no_change() -> None:
    gone = item("Comment", fieldId="comment", fromString="text")
    assert events(history(gone)) == [("comment_deleted", "900", "ann", 0)]


def test_a_custom_field_called_comment_is_a_change() -> None:
    own = item("Comment", fieldId="customfield_7", fieldtype="custom")
    assert kinds(history(own), history(item("timespent", fieldtype="custom"), id="901")) == [
        "issue_changed",
        "issue_changed",
    ]


def test_a_work_log_of_feed_and_history_is_one_creation_at_the_feeds_instant() -> None:
    log = history(added("5"), TIME, ESTIMATE, at=T0 + 40)
    assert events(log, worklogs=[made("5")]) == [("worklog_created", "5", "ann", 0)]


def test_a_work_log_that_can_not_be_read_is_known_by_its_history() -> None:
    assert events(history(added("5"), TIME, ESTIMATE)) == [("worklog_created", "5", "ann", 0)]


def test_a_status_change_beside_a_work_log_counts_as_well() -> None:
    log = history(STATUS, added("5"), TIME, ESTIMATE)
    assert kinds(log, worklogs=[made("5")]) == ["issue_changed", "worklog_created"]


def test_an_estimate_alone_is_a_change() -> None:
    assert kinds(history(ESTIMATE)) == ["issue_changed"]


def test_an_edit_that_feed_and_history_know_is_one() -> None:
    log = made("5", updated=T0 + 60_000)
    edit = history(touched("5"), TIME, at=T0 + 61_900)
    assert events(edit, worklogs=[log]) == [
        ("worklog_created", "5", "ann", 0),
        ("worklog_edited", "5", "ann", 60_000),
    ]


def test_two_seconds_are_the_limit_of_one_act() -> None:
    log = made("5", updated=T0 + 60_000)
    at_limit = history(touched("5"), TIME, at=T0 + 62_000)
    beyond = history(touched("5"), TIME, at=T0 + 62_001)
    assert kinds(at_limit, worklogs=[log]).count("worklog_edited") == 1
    assert kinds(beyond, worklogs=[log]).count("worklog_edited") == 2


def test_another_persons_edit_at_the_same_time_is_another_act() -> None:
    log = made("5", updated=T0 + 60_000)
    edit = history(touched("5"), TIME, at=T0 + 60_000, by="bob")
    assert kinds(edit, worklogs=[log]).count("worklog_edited") == 2


def test_earlier_edits_of_a_work_log_are_known_by_their_histories() -> None:
    log = made("5", updated=T0 + 90_000)
    first = history(touched("5"), TIME, id="901", at=T0 + 30_000)
    last = history(touched("5"), TIME, id="902", at=T0 + 90_500)
    assert [e for e in events(first, last, worklogs=[log]) if e[0] == "worklog_edited"] == [
        ("worklog_edited", "5", "ann", 30_000),
        ("worklog_edited", "5", "ann", 90_000),
    ]


def test_of_two_edits_within_two_seconds_none_is_lost() -> None:
    log = made("5", updated=T0 + 61_500)
    first = history(touched("5"), TIME, id="901", at=T0 + 60_000)
    last = history(touched("5"), TIME, id="902", at=T0 + 61_500)
    assert kinds(first, last, worklogs=[log]).count("worklog_edited") == 2


def test_time_that_changed_without_a_work_log_id_is_an_edit_of_the_issues() -> None:
    assert events(history(TIME)) == [("worklog_edited", "900", "ann", 0)]
    log = made("5", at=T0 - 9_000_000, updated=T0 + 100)
    assert [e for e in events(history(TIME), worklogs=[log]) if e[0] == "worklog_edited"] == [
        ("worklog_edited", "5", "ann", 100)
    ]


def test_a_deleted_work_log_keeps_its_creation_and_edits() -> None:
    told = events(
        history(added("5"), TIME, id="901"),
        history(touched("5"), TIME, id="902", at=T0 + 10_000),
        history(touched("5"), REMOVED_TIME, TIME, id="903", at=T0 + 20_000, by="bob"),
        gone=["5"],
    )
    assert told == [
        ("worklog_created", "5", "ann", 0),
        ("worklog_edited", "5", "ann", 10_000),
        ("worklog_deleted", "5", "bob", 20_000),
    ]


def test_without_its_time_the_latest_history_is_the_deletion_if_the_feed_says_so() -> None:
    first = history(touched("5"), TIME, id="9", at=T0)
    latest = history(touched("5"), TIME, id="10", at=T0)
    assert kinds(first, latest) == ["worklog_edited", "worklog_edited"]
    assert sorted(kinds(first, latest, gone=["5"])) == ["worklog_deleted", "worklog_edited"]


def test_an_edit_stays_one_when_its_work_log_goes_much_later_with_the_issue() -> None:
    log = made("5", at=T0 - 900_000, updated=T0 - 600_000)
    edit = history(touched("5"), TIME, at=T0 - 599_500)
    assert kinds(edit, worklogs=[log], gone=["5"]) == ["worklog_created", "worklog_edited"]
    deletion = history(touched("5"), TIME, id="901", at=T0 - 500)
    told = kinds(edit, deletion, worklogs=[log], gone=["5"])
    assert told == ["worklog_created", "worklog_edited", "worklog_deleted"]


def test_the_feed_of_deletions_adds_no_event() -> None:
    assert kinds(gone=["5"]) == []


def test_a_history_without_author_is_an_event_of_nobody() -> None:
    assert events(history(STATUS, by=None)) == [("issue_changed", "900", "", 0)]
    assert events(history(STATUS, by="")) == [("issue_changed", "900", "", 0)]


def test_a_history_that_comes_twice_counts_once() -> None:
    assert kinds(history(STATUS), history(STATUS, at="2026-09-21T14:13:20.000Z")) == [
        "issue_changed"
    ]


def test_two_histories_of_one_millisecond_are_two() -> None:
    assert len(events(history(STATUS, id="1"), history(STATUS, id="2"))) == 2


def test_what_is_before_the_window_is_not_kept() -> None:
    assert kinds(history(STATUS), comments=[made("7")], since=T0 + 1) == []


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, {"id": "1"}, {"id": "1", "created": "?"}])
def test_what_is_not_understood_is_counted_not_dropped(junk: Any) -> None:
    acts = Acts(0)
    acts.add_histories("1", [junk])
    acts.add_comments("1", [junk])
    acts.add_worklogs([junk])
    acts.add_deleted_worklogs([junk])
    assert acts.unreadable == 4
    assert acts.tables("acts") == [] and acts.tables("worklog_acts") == []


def test_whom_an_app_acted_for_is_kept_as_a_hint_and_the_act_stays_the_apps() -> None:
    for actor, hint in (
        ({"id": "ann"}, "ann"),
        ({"displayName": "Ann"}, "Ann"),
        (7, ""),
        (None, ""),
    ):
        told = {**history(STATUS, by="bot"), "historyMetadata": {"actor": actor}}
        acts = Acts(0)
        acts.add_histories("1", [told])
        [event] = all_events([acts]).itertuples()
        assert (event.account_id, event.on_behalf_of) == ("bot", hint)


@pytest.mark.parametrize("at", [2**63, 2**70, -(2**70), 1e300, "2026-11-18", [], None])
def test_a_history_whose_instant_is_none_is_unreadable_and_costs_no_other(at: Any) -> None:
    acts = Acts(0)
    acts.add_histories("1", [history(STATUS, id="900", at=at), history(STATUS, id="901")])
    assert acts.unreadable == 1
    assert all_events([acts])["source_id"].tolist() == ["901"]
