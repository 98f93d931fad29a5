"""Each method of the API reads all of what was recorded, in pages as a site gives them."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from jira_usage.api import JiraCloud
from jira_usage.documents import changelog_page
from jira_usage.errors import PagingBroken
from jira_usage.transport import Transport
from tests.recorded import load
from tests.recorded_site.answering import HASTY, SITE, V3, Answer, RecordedSite, ids


def test_54_users_come_in_pages_of_twenty(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.users())
    assert [len(page) for page in pages] == [20, 20, 14, 0]
    assert ids(pages, "accountId") == [user["accountId"] for user in site.users]


def test_a_group_of_three_comes_in_pages_of_two(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.group_members("4452b254-035d-469a-a422-1f4666dce50e"))
    assert [len(page) for page in pages] == [2, 1]
    assert ids(pages, "accountId") == [user["accountId"] for user in site.expanded]


def test_30_issues_come_by_tokens_each_once(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.search_issues("updated >= -9d", ["comment"]))
    assert [len(page) for page in pages] == [12, 12, 6]
    assert ids(pages, "id") == list(site.issues)


def test_the_histories_of_30_issues_come_by_tokens(cloud: JiraCloud, site: RecordedSite) -> None:
    pages = list(cloud.changelogs(changelog_page, list(site.issues)))
    told = {e.issue_id: len(e.histories or ()) for page in pages for e in page.entries}
    assert len(pages) == 5 and sum(told.values()) == 517
    assert told == {issue_id: len(some) for issue_id, some in site.histories.items()}


def test_the_histories_of_one_issue_come_by_offset() -> None:
    """As Jira serves them: a hundred at once, whatever is asked for."""
    told = load("devlake_changelog_v3")["byIssue"]
    whole = [*told["13383"], *told["13491"]]
    with responses.RequestsMock() as mock:

        def page(request: requests.PreparedRequest) -> Answer:
            start = int(dict(parse_qsl(urlsplit(str(request.url)).query))["startAt"])
            document = {
                "values": whole[start : start + 100],
                "startAt": start,
                "maxResults": 100,
                "total": len(whole),
                "isLast": start + 100 >= len(whole),
            }
            return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

        mock.add_callback(responses.GET, f"{SITE}{V3}issue/13383/changelog", callback=page)
        pages = list(JiraCloud(Transport(SITE, None, patience=HASTY)).changelog("13383"))
    assert [len(page) for page in pages] == [100, 79]
    assert ids(pages, "id") == [history["id"] for history in whole]


def test_30_work_logs_are_named_by_their_feed_and_read_by_id(
    cloud: JiraCloud, site: RecordedSite
) -> None:
    (entries,) = cloud.updated_worklogs(0)
    read = cloud.worklogs([entry["worklogId"] for entry in entries])
    assert ids([read], "id") == [worklog["id"] for worklog in site.worklogs]


def test_two_products_and_no_other_list_in_their_place(
    cloud: JiraCloud, site: RecordedSite
) -> None:
    assert ids([cloud.application_roles()], "key") == ["jira-servicedesk", "jira-software"]
    site.roles = {"errorMessages": ["?"]}  # type: ignore[assignment]  # no list
    with pytest.raises(PagingBroken):
        cloud.application_roles()
