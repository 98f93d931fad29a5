"""Two clients that others wrote read the simulated site as if it were Jira, and find its truth.

Neither is patched. What they are told is counted by a few lines of its own, written from the
definition of the datasets, so that the app, the site and these clients must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

import jira
import pytest
from atlassian import Jira
from atlassian.jira import JiraCloud

from jira_usage.demo import DemoSite
from jira_usage.schema import KINDS
from tests.test_sync import NOW

# A day before the 30 dates, as whoever wants all of them has to ask.
RECENT = "updated >= -31d ORDER BY created ASC, key ASC"
FIELDS = ["project", "created", "creator", "updated", "comment", "worklog"]
BOOK_KEEPING = {"comment", "worklogid", "worklogtimespent", "timespent", "timeestimate"}
TWO_SECONDS = 2000

Document = dict[str, Any]
Event = tuple[str, str, str, int, tuple[str, ...]]  # kind, source_id, account_id, at, fields


@dataclass
class Told:
    """What a client was told about one issue, in Jira's words."""

    issue: Document
    histories: list[Document] = field(default_factory=list)
    comments: list[Document] = field(default_factory=list)
    worklogs: list[Document] = field(default_factory=list)


# --- the definition of what counts, once more


def ms(value: Any) -> int:
    """Epoch milliseconds of an instant, which the bulk of histories gives as a number."""
    return value if isinstance(value, int) else to_ms(datetime.fromisoformat(value))


def to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def whose(person: Document | None) -> str:
    return (person or {}).get("accountId") or ""


def name(item: Document) -> str:
    return item.get("fieldId") or item["field"]


def keeps_books(item: Document) -> bool:
    return item["fieldtype"] != "custom" and name(item).lower() in BOOK_KEEPING


def made(what: str, document: Document) -> Iterator[Event]:
    """A comment or work log: its creation and its last edit."""
    created, updated = ms(document["created"]), ms(document["updated"])
    yield f"{what}_created", document["id"], whose(document.get("author")), created, ()
    if updated != created:
        yield f"{what}_edited", document["id"], whose(document.get("updateAuthor")), updated, ()


def changes(history: Document) -> Iterator[Event]:
    """What a history tells beside work logs."""
    author, at = whose(history.get("author")), ms(history["created"])
    books = {name(item).lower() for item in history["items"] if keeps_books(item)}
    if "comment" in books:
        yield "comment_deleted", history["id"], author, at, ()
    changed = [
        name(item)
        for item in history["items"]
        if not keeps_books(item)
        or (name(item).lower() == "timeestimate" and "worklogid" not in books)
    ]
    if changed:
        yield "issue_changed", history["id"], author, at, tuple(dict.fromkeys(changed))


def work(told: Iterable[Told], gone: set[str]) -> Iterator[Event]:
    """Work logs, of which the logs themselves and the histories of their issues tell."""
    read: dict[str, Document] = {}
    added: dict[str, Event] = {}
    touched: dict[str, list[tuple[Event, bool]]] = {}
    edits: list[tuple[str, str, Event]] = []  # issue, work log or nothing, event
    for one in told:
        read |= {worklog["id"]: worklog for worklog in one.worklogs}
        for history in one.histories:
            author, at = whose(history.get("author")), ms(history["created"])
            books = {name(item).lower(): item for item in history["items"] if keeps_books(item)}
            item = books.get("worklogid")
            if item is None:
                if "timespent" in books:
                    event: Event = ("worklog_edited", history["id"], author, at, ())
                    edits.append((one.issue["id"], "", event))
            elif item["from"] is None:
                added.setdefault(item["to"], ("worklog_created", item["to"], author, at, ()))
            else:
                event = ("worklog_edited", item["from"], author, at, ())
                with_time = "worklogtimespent" in books
                touched.setdefault(item["from"], []).append((event, with_time))
                if not with_time:
                    edits.append((one.issue["id"], item["from"], event))
    yield from (event for worklog_id, event in added.items() if worklog_id not in read)
    for worklog_id, events in touched.items():
        removed = [event for event, with_time in events if with_time]
        if not removed and worklog_id in gone:
            removed = [max((event for event, _ in events), key=lambda event: event[3])]
        yield from (("worklog_deleted", *event[1:]) for event in removed)
        edits = [edit for edit in edits if edit[2] not in removed]
    of_logs = [event for worklog in read.values() for event in made("worklog", worklog)]
    yield from of_logs
    known = [e for e in of_logs if e[0] == "worklog_edited" or e[1] not in added]
    for issue_id, worklog_id, event in sorted(edits, key=lambda edit: edit[2][3]):
        same = [
            other
            for other in known
            if other[2] == event[2]
            and abs(other[3] - event[3]) <= TWO_SECONDS
            and (
                worklog_id == other[1] or (not worklog_id and read[other[1]]["issueId"] == issue_id)
            )
        ]
        if same:
            known.remove(min(same, key=lambda other: abs(other[3] - event[3])))
        else:
            yield event


def derived(told: list[Told], gone: set[str], since: int, until: int) -> list[Event]:
    """All events of the window, in an order of their own."""
    events: list[Event] = list(work(told, gone))
    for one in told:
        fields = one.issue.get("fields")
        if fields:
            creator, created = whose(fields.get("creator")), ms(fields["created"])
            events.append(("issue_created", one.issue["id"], creator, created, ()))
        events += [event for comment in one.comments for event in made("comment", comment)]
        events += [event for history in one.histories for event in changes(history)]
    return sorted(event for event in events if since <= event[3] <= until)


# --- the site and its truth


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with pytest.MonkeyPatch.context() as patch, DemoSite("small", seed=5, now=NOW) as site:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield site


@pytest.fixture(scope="module")
def truth(site: DemoSite) -> dict[str, list[Document]]:
    told = site.truth(days=30, timezone="UTC")
    assert {row["kind"] for row in told["activity"]} == set(KINDS)
    return told


def window() -> tuple[int, int]:
    first = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) - timedelta(days=29)
    return to_ms(first), to_ms(NOW)


def true_events(rows: Iterable[Document]) -> list[Event]:
    return sorted(
        (row["kind"], row["source_id"], row["account_id"], ms(row["at"]), tuple(row["fields"]))
        for row in rows
    )


def active_members(truth: dict[str, list[Document]]) -> dict[str, set[str]]:
    """Who is in the groups that give access or administration."""
    members: dict[str, set[str]] = {}
    for user in truth["users"]:
        for group in user["groups"] if user["active"] else ():
            members.setdefault(group, set()).add(user["account_id"])
    return members


def custom_fields(truth: dict[str, list[Document]]) -> set[str]:
    named = {name for row in truth["activity"] for name in row["fields"]}
    return {name for name in named if name.startswith("customfield_")}


# --- pycontribs/jira


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


# --- atlassian-python-api


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
