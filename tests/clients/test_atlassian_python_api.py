"""atlassian-python-api, unpatched, reads the simulated site like Jira, and finds its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import pytest
from atlassian import Jira
from atlassian.jira import JiraCloud

from jira_usage.demo import DemoSite
from tests.clients.definition import (
    FIELDS,
    RECENT,
    Document,
    Told,
    active_members,
    custom_fields,
    derived,
    true_events,
    window,
)


@pytest.fixture(scope="module")
def cloud(site: DemoSite) -> Iterator[JiraCloud]:
    with JiraCloud(url=site.url, username=site.email, password=site.token) as client:
        yield client


def pages_of(ask: Any, key: str, most: int, **what: Any) -> list[Document]:
    """All entries of a list that goes by offset and tells its total."""
    listed: list[Document] = []
    while True:
        page = ask(**what, start_at=len(listed), max_results=most)
        listed += page[key]
        if len(listed) >= page["total"]:
            return listed


def feed_of(ask: Any, since: int) -> list[str]:
    """The ids that a feed of work logs names, page by page."""
    ids: list[str] = []
    while True:
        page = ask(since=since)
        ids += [str(entry["worklogId"]) for entry in page["values"]]
        if page["lastPage"]:
            return list(dict.fromkeys(ids))
        since = page["until"]


def test_atlassian_python_api_logs_in_as_the_account_of_the_token(
    cloud: JiraCloud, site: DemoSite
) -> None:
    assert cloud.get_current_user()["accountId"] == site.account_id
    assert cloud.get_server_info()["deploymentType"] == "Cloud"


def test_atlassian_python_api_lists_projects_page_by_page_and_at_once(
    cloud: JiraCloud, truth: dict[str, list[Document]]
) -> None:
    projects = pages_of(cloud.search_projects, "values", 7)
    assert len(projects) > 7
    keys = {project["key"] for project in projects}
    assert keys == {project["key"] for project in cloud.get_all_projects()}
    assert {row["project_key"] for row in truth["activity"]} - {""} <= keys
    assert custom_fields(truth) <= {field["id"] for field in cloud.get_fields()}


def test_atlassian_python_api_lists_every_user_as_the_truth_has_them(
    cloud: JiraCloud, truth: dict[str, list[Document]]
) -> None:
    listed: dict[str, Document] = {}
    start = 0
    while page := cloud.get_all_users(start_at=start, max_results=100):
        listed |= {user["accountId"]: user for user in page}
        start += 100
    known = {user["account_id"]: user for user in truth["users"]}
    for user in listed.values():
        row = known.pop(user["accountId"])
        assert row["display_name"] == user["displayName"]
        assert row["email"] == (user.get("emailAddress") or "")
        assert (row["account_type"], row["active"]) == (user["accountType"], user["active"])
    assert {row["account_type"] for row in known.values()} == {"unknown"}, "known by their acts"


def test_atlassian_python_api_finds_the_members_of_every_group(
    cloud: JiraCloud, truth: dict[str, list[Document]]
) -> None:
    people = active_members(truth)
    groups = {g["name"]: g["groupId"] for g in pages_of(cloud.bulk_get_groups, "values", 5)}
    assert people.keys() <= groups.keys()
    for group in people:
        listed = pages_of(cloud.get_users_from_group, "values", 50, group_id=groups[group])
        assert {user["accountId"] for user in listed} == people[group]


def test_atlassian_python_api_sees_the_seats_of_each_product(
    cloud: JiraCloud, truth: dict[str, list[Document]]
) -> None:
    roles = {role["key"]: role for role in cloud.get_all_application_roles()}
    assert {key: role["userCount"] for key, role in roles.items()} == {
        row["product_key"]: row["seats_used"] for row in truth["licenses"]
    }


def test_atlassian_python_api_derives_the_whole_truth_from_bulk_calls_and_feeds(
    cloud: JiraCloud,
    truth: dict[str, list[Document]],
    record_property: Callable[[str, object], None],
) -> None:
    since, until = window()
    told = issues_and_work(cloud, since)
    for issue_id, one in told.items():
        embedded = one.issue.get("fields", {}).get("comment", {"comments": [], "total": 0})
        one.comments = embedded["comments"]
        if embedded["total"] > len(one.comments):
            one.comments = pages_of(cloud.get_comments, "comments", 100, issue_id_or_key=issue_id)
    for log in changelogs(cloud, list(told)):
        told[log["issueId"]].histories += log["changeHistories"]
    gone = set(feed_of(cloud.get_ids_of_worklogs_deleted_since, since))
    events = derived(list(told.values()), gone, since, until)
    assert events == true_events(truth["activity"])
    agreed = f"clients: atlassian-python-api {version('atlassian-python-api')} derives the truth"
    record_property("summary_line", f"{agreed}, {len(events):,} events")


def issues_and_work(cloud: JiraCloud, since: int) -> dict[str, Told]:
    """The issues that were updated or worked on lately, the latter also where they are hidden."""
    issues = cloud.enhanced_jql_get_list_of_tickets(RECENT, fields=FIELDS[:-1])
    told = {issue["id"]: Told(issue) for issue in issues}
    assert len(told) == len(issues) == cloud.count_issues(data={"jql": RECENT})["count"]
    for ids in batched(feed_of(cloud.get_ids_of_worklogs_modified_since, since)):
        for worklog in cloud.get_worklogs_for_ids(data={"ids": ids}):
            told.setdefault(worklog["issueId"], Told({"id": worklog["issueId"]}))
            told[worklog["issueId"]].worklogs.append(worklog)
    unmarked = [issue_id for issue_id, one in told.items() if "fields" not in one.issue]
    asked = cloud.bulk_fetch_issues(data={"issueIdsOrKeys": unmarked, "fields": FIELDS[:-1]})
    for issue in asked["issues"]:
        told[issue["id"]].issue = issue
    return told


def changelogs(cloud: JiraCloud, ids: list[str]) -> Iterator[Document]:
    """The histories of many issues, in pages of 5000."""
    for some in batched(ids):
        body = {"issueIdsOrKeys": some, "maxResults": 5000}
        while True:
            page = cloud.get_bulk_changelogs(data=body)
            yield from page["issueChangeLogs"]
            if not page.get("nextPageToken"):
                break
            body["nextPageToken"] = page["nextPageToken"]


def batched(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), 1000):
        yield ids[start : start + 1000]


def test_the_older_class_of_atlassian_python_api_reads_version_2(
    site: DemoSite, truth: dict[str, list[Document]]
) -> None:
    with Jira(url=site.url, username=site.email, password=site.token, cloud=True) as older:
        assert older.myself()["accountId"] == site.account_id
        worked = next(row for row in truth["activity"] if row["kind"] == "comment_created")
        comments = older.issue_get_comments(worked["issue_id"])["comments"]
        assert worked["source_id"] in {comment["id"] for comment in comments}
        assert all(isinstance(comment["body"], str) for comment in comments)
