"""What real Jira sites have answered, as others recorded it, comes through without loss.

For every file it is written here what is in it, and which rows come out, counted by hand.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import orjson
import pandas as pd

from jira_usage.activity import Acts
from jira_usage.directory import (
    group_rows,
    issue_row,
    listed_rows,
    product_group_rows,
    product_rows,
    user_rows,
)
from jira_usage.documents import changelog_page
from jira_usage.period import to_epoch_ms
from tests.builders import all_events
from tests.recorded import load

USER_1, USER_7, USER_8 = (
    "26f3c859da462cd5767b3c5a",
    "19b92fc24b28c88d3e25a5f5",
    "a886d60da9b998decf6e92be",
)
USER_15 = "dee262d9bfffad016f26dc97"
BIG_PICTURE = "557058:46121f43-e58d-4ff4-83fd-a79fb4b71b45"

Document = dict[str, Any]
Documents = list[Document]


def issues() -> Documents:
    found: Documents = load("devlake_issues_expand_changelog")["issues"]
    return found


def worklogs() -> Documents:
    found: Documents = load("devlake_worklogs")["worklogs"]
    return found


def by_issue() -> dict[str, Documents]:
    found: dict[str, Documents] = load("devlake_changelog_v3")["byIssue"]
    return found


def response(name: str) -> Documents:
    found: Documents = load(name)["response"]
    return found


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


def read_issues(documents: Documents) -> Acts:
    acts = Acts(0)
    for issue in documents:
        acts.add_issue_creation(issue["id"], issue["fields"])
        acts.add_comments(issue["id"], issue["fields"]["comment"]["comments"])
        acts.add_histories(issue["id"], issue["changelog"]["histories"])
    return acts


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


# --- devlake_users.json: 30 users, users_search_app_accounts_2025.json: 17 apps, one of them
# --- among those users, users_edge_shapes.json: 4 odd ones


def all_users() -> Documents:
    users: Documents = load("devlake_users")["users"]
    return [*users, *response("users_search_app_accounts_2025"), *response("users_edge_shapes")]


def test_51_users_are_50_accounts_of_three_types() -> None:
    rows = user_rows(listed_rows(all_users()), [])
    assert len(all_users()) == 51
    assert [r["account_id"] for r in rows] == list({u["accountId"]: 0 for u in all_users()})
    assert Counter((r["account_type"], r["active"]) for r in rows) == {
        ("atlassian", True): 21,
        ("atlassian", False): 10,
        ("app", True): 18,
        ("customer", True): 1,
    }
    assert {r["account_id"]: r["email"] for r in rows if r["email"]} == {
        USER_15: "user15@example.com",
        "ddfc0af76558e88633b87dac": "user12@example.com",
        "557058:2ceed135-0000-4000-8000-000000000000": "left@example.com",
    }
    assert all(r["listed"] and r["display_name"] for r in rows)


def test_an_agent_with_a_persons_prefix_is_an_app_and_a_hidden_email_is_a_person() -> None:
    rows = {row["account_id"]: row for row in user_rows(listed_rows(all_users()), [])}
    agents = {i for i, row in rows.items() if i.startswith("712020:")}
    assert len(agents) == 9
    (person,) = [i for i in agents if rows[i]["account_type"] == "atlassian"]
    assert person == "712020:11553112-0000-4000-8000-000000000000"
    hidden = rows[person]
    assert (hidden["display_name"], hidden["email"], hidden["active"]) == ("Hidden Email", "", True)
    former = rows["5be37f8aa430e70fb00dfdaa"]
    assert (former["display_name"], former["active"]) == ("Former user", False)


def test_who_acts_and_is_not_listed_is_known_as_the_documents_name_them() -> None:
    acts = read_issues(issues())
    actors = [
        {
            "accountId": actor.account_id,
            "displayName": actor.display_name,
            "accountType": actor.account_type,
            "active": actor.active,
        }
        for actor in acts.actors.values()
    ]
    rows = {row["account_id"]: row for row in user_rows({}, actors)}
    assert Counter(row["account_type"] for row in rows.values()) == {"atlassian": 9, "app": 1}
    assert rows[BIG_PICTURE]["display_name"] == "BigPicture - for ppm, project management"
    assert not any(row["listed"] for row in rows.values())


# --- applicationrole_airbyteio_2023.json: two products of 12 and 13 groups,
# --- applicationrole_small_site_2024.json: one of 3, without links to them


def test_three_application_roles_are_three_products() -> None:
    roles = response("applicationrole_airbyteio_2023")
    known = {"plan": "", "approximate_users": None, "unlimited": False, "has_role": True}
    assert product_rows(roles, [], {}) == [
        known
        | {
            "product_key": "jira-servicedesk",
            "product_name": "Jira Service Desk",
            "seats": 35_000,
            "seats_used": 5,
            "seats_remaining": 34_995,
        },
        known
        | {
            "product_key": "jira-software",
            "product_name": "Jira Software",
            "seats": 10,
            "seats_used": 5,
            "seats_remaining": 5,
        },
    ]
    assert product_rows(response("applicationrole_small_site_2024"), [], {}) == [
        known
        | {
            "product_key": "jira-software",
            "product_name": "Jira Software",
            "seats": 35_000,
            "seats_used": 2,
            "seats_remaining": 34_998,
        }
    ]


def test_their_groups_give_access_by_id_and_have_their_names() -> None:
    roles = response("applicationrole_airbyteio_2023")
    rows = product_group_rows(roles)
    assert Counter(row["product_key"] for row in rows) == {
        "jira-servicedesk": 12,
        "jira-software": 13,
    }
    names = {row["group_id"]: row["name"] for row in group_rows(roles, {}, [])}
    assert len(names) == 13
    of = {p: {names[r["group_id"]] for r in rows if r["product_key"] == p} for p in
          ("jira-software", "jira-servicedesk")}  # fmt: skip
    assert of["jira-software"] - of["jira-servicedesk"] == {"system-administrators"}
    assert {(r["product_key"], names[r["group_id"]]) for r in rows if r["default"]} == {
        ("jira-servicedesk", "jira-servicemanagement-users-airbyteio"),
        ("jira-software", "jira-software-users"),
    }
    small = product_group_rows(response("applicationrole_small_site_2024"))
    assert [(row["group_id"], row["default"]) for row in small] == [
        ("73c9dc3e-e647-46a6-a10b-2ed26fd527da", False),
        ("e5248ad2-8cc6-4982-87cb-8987149bf3ab", True),
        ("641a88ad-809c-4706-a663-895191ae7d29", False),
    ]


# --- user_expand_groups_applicationRoles_airbyteio.json: a person and two apps with their groups


def test_a_person_and_two_apps_are_told_apart_though_all_hold_the_license_group() -> None:
    told = load("user_expand_groups_applicationRoles_airbyteio")["responses"]
    rows = [
        (r["display_name"], r["account_type"], r["email"]) for r in user_rows(listed_rows(told), [])
    ]
    assert rows == [
        ("integration test", "atlassian", "integration-test@example.com"),
        ("Automation for Jira", "app", ""),
        ("Jira Outlook", "app", ""),
    ]
    giving = {
        row["group_id"]
        for row in product_group_rows(response("applicationrole_airbyteio_2023"))
        if row["product_key"] == "jira-software"
    }
    held = [len({g["groupId"] for g in user["groups"]["items"]} & giving) for user in told]
    assert held == [7, 2, 1]
