"""pycontribs/jira, unpatched, reads the simulated site like Jira, and finds its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jira
import pytest

from jira_usage.demo import DemoSite
from tests.clients.definition import (
    FIELDS,
    RECENT,
    Document,
    Event,
    Told,
    active_members,
    custom_fields,
    derived,
    true_events,
    window,
)


@pytest.fixture(scope="module", params=["3", "2"])
def pycontribs(site: DemoSite, request: pytest.FixtureRequest) -> Iterator[jira.JIRA]:
    """The client with version 3, and with version 2, which is its default."""
    options = {"server": site.url, "rest_api_version": request.param}
    client = jira.JIRA(options=options, basic_auth=(site.email, site.token))
    yield client
    client.close()


def whole_issue(client: jira.JIRA, found: jira.Issue) -> Told:
    """An issue of a search: what is embedded, and where that is cut, all by calls of its own."""
    fields, log = found.raw["fields"], found.raw["changelog"]
    told = Told(found.raw, log["histories"], fields["comment"]["comments"])
    told.worklogs = fields["worklog"]["worklogs"]
    if fields["comment"]["total"] > len(told.comments):
        told.comments = []
        while page := client.comments(found.id, start_at=len(told.comments), max_results=100):
            told.comments += [comment.raw for comment in page]
    if fields["worklog"]["total"] > len(told.worklogs):
        told.worklogs = [worklog.raw for worklog in client.worklogs(found.id)]
    if log["total"] > len(told.histories):
        told.histories = []
        while len(told.histories) < log["total"]:
            where = "issue/{0}/changelog?startAt={1}"
            told.histories += client.find(where, (found.id, str(len(told.histories)))).raw["values"]
    return told


def without_feeds(events: Iterable[Event]) -> list[Event]:
    """Whoever can't read the feeds of work logs can't always tell a deletion from an edit."""
    either = {"worklog_edited": "worklog_touched", "worklog_deleted": "worklog_touched"}
    return sorted((either.get(kind, kind), *rest) for kind, *rest in events)  # type: ignore[misc]  # the first of a tuple replaced


def test_pycontribs_logs_in_as_the_account_of_the_token(
    pycontribs: jira.JIRA, site: DemoSite
) -> None:
    assert pycontribs.myself()["accountId"] == site.account_id
    assert pycontribs.server_info()["deploymentType"] == "Cloud"
    held: Any = pycontribs.my_permissions(permissions="ADMINISTER")["permissions"]
    assert held["ADMINISTER"]["havePermission"] is True


def test_pycontribs_lists_the_projects_and_fields_in_which_people_work(
    pycontribs: jira.JIRA, truth: dict[str, list[Document]]
) -> None:
    keys = {project.key for project in pycontribs.projects()}
    assert {row["project_key"] for row in truth["activity"]} - {""} <= keys
    assert custom_fields(truth) <= {field["id"] for field in pycontribs.fields()}


def test_pycontribs_finds_users_and_the_members_of_their_groups(
    pycontribs: jira.JIRA, truth: dict[str, list[Document]]
) -> None:
    for group, people in active_members(truth).items():
        listed = pycontribs.group_members(group).values()
        assert {user["accountId"] for user in listed if user["active"]} == people
    for user in [u for u in truth["users"] if u["active"] and u["email"]][::25]:
        (found,) = pycontribs.search_users(query=user["email"])
        groups = pycontribs.user(found.accountId, expand="groups").groups.items
        assert found.displayName == user["display_name"]
        assert set(user["groups"]) <= {group.name for group in groups}


@pytest.fixture(scope="module")
def found(pycontribs: jira.JIRA, site: DemoSite) -> list[jira.Issue]:
    """All issues that were updated lately, over several pages."""
    site.reset_requests()
    issues = pycontribs.enhanced_search_issues(
        RECENT, maxResults=0, fields=FIELDS, expand="changelog"
    )
    assert len(site.requests) > len(issues) / 100 > 1
    return list(issues)


def test_pycontribs_finds_each_issue_once(pycontribs: jira.JIRA, found: list[jira.Issue]) -> None:
    assert len({issue.id for issue in found}) == len(found)
    assert pycontribs.approximate_issue_count("updated >= -31d") == len(found)


def test_pycontribs_derives_the_truth_from_issues_comments_histories_and_work_logs(
    pycontribs: jira.JIRA,
    found: list[jira.Issue],
    truth: dict[str, list[Document]],
    record_property: Callable[[str, object], None],
) -> None:
    visible = [row for row in truth["activity"] if row["issue_key"]]
    # Logging work late does not always mark an issue as updated: the feeds name it, a search not.
    unmarked = {row["issue_id"] for row in visible} - {issue.id for issue in found}
    on_those = {row["kind"] for row in visible if row["issue_id"] in unmarked}
    assert on_those <= {"worklog_created", "worklog_edited"}
    asked = [
        pycontribs.issue(issue_id, fields=",".join(FIELDS), expand="changelog")
        for issue_id in sorted(unmarked)
    ]
    told = [whole_issue(pycontribs, issue) for issue in [*found, *asked]]
    assert without_feeds(derived(told, set(), *window())) == without_feeds(true_events(visible))
    agreed = f"clients: jira {jira.__version__} derives the truth, {len(visible):,} events"
    record_property("summary_line", agreed)


def test_version_2_has_plain_texts_where_version_3_has_documents(
    pycontribs: jira.JIRA, found: list[jira.Issue]
) -> None:
    issue = next(issue for issue in found if issue.raw["fields"]["comment"]["total"])
    comment = pycontribs.comments(issue.id)[0].raw
    number = pycontribs._options["rest_api_version"]
    assert f"/rest/api/{number}/" in issue.self and f"/rest/api/{number}/" in comment["self"]
    assert isinstance(comment["body"], str if number == "2" else dict)
