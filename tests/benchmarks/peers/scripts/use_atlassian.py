"""Reads 30 days of a site with `atlassian-python-api`; runs in that library's own environment."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from atlassian.jira import JiraCloud

Document = dict[str, Any]
JQL = "updated >= -31d ORDER BY created ASC"
FIELDS = ["project", "created", "creator", "updated", "comment", "worklog"]


def tell(what: str, issue_id: str, documents: list[Document]) -> None:
    sys.stdout.write(json.dumps([what, issue_id, documents]) + "\n")


def issues(client: JiraCloud, **options: Any) -> Iterator[Document]:
    token = None
    while True:
        page = client.enhanced_jql(JQL, nextPageToken=token, limit=100, **options)
        yield from page["issues"]
        token = page.get("nextPageToken")
        if not token:
            return


def pages(ask: Callable[..., Document], name: str) -> Iterator[list[Document]]:
    """All of a list that is told by startAt and total."""
    start = 0
    while True:
        page = ask(start_at=start, max_results=100)
        yield page[name]
        start += len(page[name])
        if start >= page["total"] or not page[name]:
            return


def tell_comments(client: JiraCloud, issue: Document) -> None:
    comments = issue["fields"]["comment"]
    if len(comments["comments"]) == comments["total"]:
        return tell("comments", issue["id"], comments["comments"])
    for page in pages(partial(client.get_comments, issue["id"]), "comments"):
        tell("comments", issue["id"], page)


def read_by_issue(client: JiraCloud) -> None:
    for issue in issues(client, fields=FIELDS, expand="changelog"):
        tell_comments(client, issue)
        changelog, worklogs = issue["changelog"], issue["fields"]["worklog"]
        if len(changelog["histories"]) == changelog["total"]:
            tell("histories", issue["id"], changelog["histories"])
        else:
            for page in pages(partial(client.get_change_logs, issue["id"]), "values"):
                tell("histories", issue["id"], page)
        if len(worklogs["worklogs"]) == worklogs["total"]:
            tell("worklogs", issue["id"], worklogs["worklogs"])
        else:
            tell("worklogs", issue["id"], client.get_issue_worklog(issue["id"])["worklogs"])


def read_in_bulk(client: JiraCloud) -> None:
    found = []
    for issue in issues(client, fields=FIELDS[:-1]):
        tell_comments(client, issue)
        found.append(issue["id"])
    for start in range(0, len(found), 1000):
        ask = {"issueIdsOrKeys": found[start : start + 1000], "maxResults": 10_000}
        while True:
            page = client.get_bulk_changelogs(data=ask)
            for entry in page["issueChangeLogs"]:
                tell("histories", entry["issueId"], entry["changeHistories"])
            if not page.get("nextPageToken"):
                break
            ask = {**ask, "nextPageToken": page["nextPageToken"]}
    since = int(os.environ["BENCH_SINCE_MS"])
    while True:
        feed = client.get_ids_of_worklogs_modified_since(since=since)
        if ids := [entry["worklogId"] for entry in feed["values"]]:
            tell("worklogs", "", client.get_worklogs_for_ids(data={"ids": ids}))
        if feed["lastPage"]:
            return
        since = feed["until"]


def read_people(client: JiraCloud) -> None:
    groups = {
        group["groupId"]
        for role in client.get_all_application_roles()
        for group in role["groupDetails"]
    }
    for group_id in groups:
        start = 0
        while True:
            page = client.get_users_from_group(group_id=group_id, start_at=start, max_results=50)
            tell("people", "", page["values"])
            if page["isLast"]:
                break
            start += len(page["values"])


def main() -> None:
    client = JiraCloud(
        os.environ["BENCH_URL"],
        username=os.environ["BENCH_EMAIL"],
        password=os.environ["BENCH_TOKEN"],
    )
    (read_in_bulk if "bulk" in sys.argv else read_by_issue)(client)
    read_people(client)


main()
