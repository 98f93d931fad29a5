"""Reads 30 days of a site with the library `jira`; runs in that library's own environment."""

import json
import os
import sys
from typing import Any

from jira import JIRA

Document = dict[str, Any]
FIELDS = "project,created,creator,updated,comment,worklog"


def tell(what: str, issue_id: str, documents: list[Document]) -> None:
    sys.stdout.write(json.dumps([what, issue_id, documents]) + "\n")


def read_issue(client: JIRA, issue: Any) -> None:
    raw, fields = issue.raw, issue.raw["fields"]
    changelog, comments, worklogs = raw["changelog"], fields["comment"], fields["worklog"]
    if len(changelog["histories"]) < changelog["total"]:
        # One more call gives the newest hundred; the library has none for the rest.
        changelog = client.issue(issue.id, fields="updated", expand="changelog").raw["changelog"]
    tell("histories", issue.id, changelog["histories"])
    if len(comments["comments"]) < comments["total"]:
        for start in range(0, comments["total"], 100):
            page = client.comments(issue.id, start_at=start, max_results=100)
            tell("comments", issue.id, [comment.raw for comment in page])
    else:
        tell("comments", issue.id, comments["comments"])
    if len(worklogs["worklogs"]) < worklogs["total"]:
        tell("worklogs", issue.id, [worklog.raw for worklog in client.worklogs(issue.id)])
    else:
        tell("worklogs", issue.id, worklogs["worklogs"])


def main() -> None:
    client = JIRA(
        os.environ["BENCH_URL"],
        basic_auth=(os.environ["BENCH_EMAIL"], os.environ["BENCH_TOKEN"]),
        options={"rest_api_version": "3"},
    )
    token = None
    while True:
        page = client.enhanced_search_issues(
            "updated >= -31d ORDER BY created ASC",
            nextPageToken=token,
            maxResults=100,
            fields=FIELDS,
            expand="changelog",
        )
        for issue in page:
            read_issue(client, issue)
        token = page.nextPageToken
        if not token:
            break
    for group in json.loads(os.environ["BENCH_GROUPS"]):
        tell("people", "", list(client.group_members(group).values()))


main()
