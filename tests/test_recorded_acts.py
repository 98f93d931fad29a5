"""What real Jira sites have answered of acts comes through without loss: counted by hand."""

from collections import Counter
from datetime import datetime, timedelta

import orjson
import pandas as pd

from jira_usage.activity import Acts
from jira_usage.directory import issue_row
from jira_usage.documents import changelog_page
from jira_usage.period import to_epoch_ms
from tests.builders import all_events
from tests.recorded import (
    USER_1,
    USER_7,
    USER_8,
    USER_15,
    Document,
    Documents,
    by_issue,
    issues,
    load,
    read_issues,
    worklogs,
)


def kinds(events: pd.DataFrame) -> dict[str, int]:
    return {str(kind): n for kind, n in events["kind"].value_counts().items() if n}


def fields(events: pd.DataFrame) -> Counter[str]:
    """How many changes name each field."""
    changes = events.loc[events["kind"] == "issue_changed", "fields"]
    return Counter(name for names in changes for name in str(names).split("\x1f"))


# --- devlake_changelog_v3.json: the histories of three issues, 279 in all


def read(histories: dict[str, Documents]) -> Acts:
    acts = Acts(0)
    for issue_id, some in histories.items():
        acts.add_histories(issue_id, some)
    return acts


def test_each_of_279_histories_is_one_change_of_what_it_names() -> None:
    acts = read(by_issue())
    events = all_events([acts])
    assert acts.unreadable == 0
    assert kinds(events) == {"issue_changed": 279}
    assert set(events["source_id"]) == {h["id"] for some in by_issue().values() for h in some}
    assert events["issue_id"].value_counts().to_dict() == {"13383": 100, "13954": 100, "13491": 79}
    assert fields(events) == {
        "RemoteIssueLink": 243,
        "customfield_10020": 12,
        "status": 10,
        "Workflow": 6,
        "Link": 5,
        "description": 2,
        "resolution": 2,
        "timeestimate": 1,
        "timeoriginalestimate": 1,
        "customfield_10019": 1,
        "priority": 1,
    }
    assert events["account_id"].value_counts().to_dict() == {
        USER_1: 255,
        "5ad52c40518bfc3e214d9af6": 8,
        "ddfc0af76558e88633b87dac": 7,
        "7d43389ca1795173891741e7": 6,
        "7274f4e1e52625647f9b46b4": 2,
        "": 1,
    }
    first = events.iloc[0]
    assert (first["source_id"], first["account_id"], first["fields"]) == (
        "57278",
        "",
        "description",
    )
    assert first["at"] == to_epoch_ms("2021-01-25T03:09:27.985Z")


def as_bulk(histories: dict[str, Documents]) -> Document:
    """The same as POST /changelog/bulkfetch gives it, where instants are numbers."""
    return {
        "issueChangeLogs": [
            {
                "issueId": issue_id,
                "changeHistories": [
                    {**history, "created": to_epoch_ms(history["created"])} for history in some
                ],
            }
            for issue_id, some in histories.items()
        ],
        "nextPageToken": None,
    }


def test_the_bulk_call_says_the_same_as_the_calls_of_each_issue() -> None:
    page = changelog_page(orjson.dumps(as_bulk(by_issue())))
    bulk = Acts(0)
    for entry in page.entries:
        bulk.add_histories(str(entry.issue_id), entry.histories or [])
    assert page.unreadable == bulk.unreadable == 0
    pd.testing.assert_frame_equal(all_events([bulk]), all_events([read(by_issue())]))


# --- devlake_issues_expand_changelog.json: 36 issues, three of them twice
# --- devlake_worklogs.json: 30 work logs, six of them on those issues, one edited


def test_36_issues_of_which_three_came_twice_are_33_with_522_histories() -> None:
    acts = read_issues(issues())
    acts.add_worklogs(worklogs())
    events = all_events([acts])
    assert acts.unreadable == 0
    assert kinds(events) == {
        "issue_changed": 521,  # history 11443 keeps the books of work log 10008, and no more
        "issue_created": 33,
        "worklog_created": 30,
        "comment_created": 8,
        "worklog_edited": 1,
    }
    told = {h["id"] for issue in issues() for h in issue["changelog"]["histories"]}
    changed = events.loc[events["kind"] == "issue_changed"]
    assert told - set(changed["source_id"]) == {"11443"}


def test_of_719_items_each_field_is_named_in_as_many_changes_as_have_it() -> None:
    assert fields(all_events([read_issues(issues())])) == changed_fields(issues())


def changed_fields(documents: Documents) -> Counter[str]:
    """The same, counted from the items as they stand."""
    histories = {h["id"]: h for issue in documents for h in issue["changelog"]["histories"]}
    named: Counter[str] = Counter()
    for history in histories.values():
        names = {item.get("fieldId") or item["field"] for item in history["items"]}
        books = {"WorklogId", "timespent"} | ({"timeestimate"} if "WorklogId" in names else set())
        named.update(names - books)
    assert named["Workflow"] == 221 and named["RemoteIssueLink"] == 35
    assert named["timeestimate"] == 14 and named["timeoriginalestimate"] == 16
    return named


def test_the_comments_have_their_authors_and_instants() -> None:
    events = all_events([read_issues(issues())])
    comments = events[events["kind"] == "comment_created"]
    told = zip(
        comments["source_id"], comments["account_id"], comments["issue_id"], comments["at"],
        strict=True,
    )  # fmt: skip
    assert {(source, by, issue): at for source, by, issue, at in told} == {
        ("10001", USER_1, "10086"): to_epoch_ms("2020-06-12T07:17:28.700Z"),
        ("10010", USER_1, "10064"): to_epoch_ms("2020-06-15T08:41:19.512Z"),
        ("10012", USER_1, "10064"): to_epoch_ms("2020-06-15T08:51:58.212Z"),
        ("10018", USER_1, "10065"): to_epoch_ms("2020-06-15T11:01:04.509Z"),
        ("10020", USER_1, "10066"): to_epoch_ms("2020-06-15T13:44:05.042Z"),
        ("10036", USER_1, "10063"): to_epoch_ms("2020-06-17T05:04:03.848Z"),
        ("10077", USER_8, "10081"): to_epoch_ms("2020-06-18T00:51:38.596Z"),
        ("11860", USER_7, "10079"): to_epoch_ms("2020-07-22T07:25:29.121Z"),
    }


def test_work_logs_that_logs_and_histories_tell_of_are_told_once_at_the_logs_instant() -> None:
    both = read_issues(issues())
    both.add_worklogs(worklogs())
    alone = Acts(0)
    alone.add_worklogs(worklogs())
    events = all_events([both])
    of_logs = events[events["kind"].str.startswith("worklog")].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_logs, all_events([alone]))
    assert of_logs["account_id"].value_counts().to_dict() == {USER_15: 24, USER_7: 6, USER_1: 1}
    (edit,) = of_logs[of_logs["kind"] == "worklog_edited"].itertuples()
    assert (edit.source_id, edit.account_id, edit.issue_id) == ("10738", USER_15, "12760")
    assert edit.at == to_epoch_ms("2021-01-15T01:17:13.517Z")


def test_without_the_logs_their_histories_tell_of_six() -> None:
    events = all_events([read_issues(issues())])
    added = events[events["kind"] == "worklog_created"]
    assert set(zip(added["source_id"], added["issue_id"], strict=True)) == {
        ("10006", "10076"),
        ("10007", "10077"),
        ("10008", "10077"),
        ("10009", "10078"),
        ("10010", "10085"),
        ("10218", "10079"),
    }


def test_a_new_workflow_is_the_only_change_that_leaves_an_issues_update_alone() -> None:
    """So a search for what was updated since does not find it: it is seen beside other work."""
    later = [
        {item["field"] for item in history["items"]}
        for issue in issues()
        for history in issue["changelog"]["histories"]
        if instant(history["created"]) > instant(issue["fields"]["updated"]) + timedelta(seconds=1)
    ]
    assert len(later) == 38 and all(names == {"Workflow"} for names in later)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_issue_is_known_by_its_id_key_project_and_last_update() -> None:
    first = issues()[0]
    assert issue_row(first, to_epoch_ms(first["fields"]["updated"])) == (
        "10063",
        "EE-1",
        "EE",
        to_epoch_ms("2021-03-28T08:06:08.713Z"),
    )
    rows = [issue_row(issue, to_epoch_ms(issue["fields"]["updated"])) for issue in issues()]
    assert Counter(row.project_key for row in rows) == {"EE": 30, "K5": 6}
    assert None not in {row.updated_at for row in rows}


# --- changelog_edge_items.json: seven items


def test_each_edge_item_is_the_act_that_it_says() -> None:
    items = [entry["item"] for entry in load("changelog_edge_items")["items"]]
    acts = Acts(0)
    author = {"accountId": "ann", "accountType": "atlassian"}
    histories = [
        {"id": str(n), "created": 1_790_000_000_000 + n, "author": author, "items": [item]}
        for n, item in enumerate(items)
    ]
    acts.add_histories("1", histories)
    assert acts.unreadable == 0
    told = pd.concat(
        [t.to_pandas() for name in ("acts", "worklog_acts") for t in acts.tables(name)]
    ).sort_values("at")
    assert told["act"].tolist() == [
        "worklog_touched",  # a deletion, if the feed of deleted work logs names it
        "worklog_added",
        "time_changed",
        "issue_changed",
        "issue_changed",
        "issue_changed",
        "comment_deleted",
    ]
    assert told["worklog_id"].tolist()[:2] == ["30777", "48028"]
    assert told["fields"].tolist()[3:6] == [
        "IssueParentAssociation",
        "RemoteIssueLink",
        "Attachment",
    ]
    acts.add_deleted_worklogs([{"worklogId": 30777, "updatedTime": 1_790_000_000_000}])
    assert kinds(all_events([acts])) == {
        "issue_changed": 3,
        "worklog_created": 1,
        "worklog_deleted": 1,
        "worklog_edited": 1,
        "comment_deleted": 1,
    }
