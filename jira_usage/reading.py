"""What one sync asks Jira, in which order, and what it makes of the answers.

The order follows the fewest requests: issues that were updated since, with their
first comments; histories in bulk; all comments only where the embedded ones are
cut; work logs by their feeds; then the issues that only a work log touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jira_usage import directory
from jira_usage.activity import Acts
from jira_usage.api import (
    CHANGELOG_ISSUES,
    ISSUES_PAGE,
    SEARCH_PAGE,
    WORKLOGS_PAGE,
    Documents,
    JiraCloud,
    chunks,
)
from jira_usage.coverage import CoverageNotes
from jira_usage.crew import Crew
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    PagingBroken,
    PermissionMissing,
    RequestRefused,
    SiteError,
    SyncCancelled,
    SyncIncomplete,
)
from jira_usage.period import to_epoch_ms

ISSUE_FIELDS = ("project", "created", "creator", "updated", "comment")
MOST_ISSUES_GIVEN_UP = 20
MOST_ROLE_REQUESTS = 200


@dataclass(frozen=True)
class Scope:
    """What to read: changes since `since_ms`; acts not before `keep_from_ms` are kept.

    `known_issues` maps the ids of issues that were read before to their `updated`
    then: an issue that has not changed since is not read again.
    """

    since_ms: int
    keep_from_ms: int
    now_ms: int
    known_issues: Mapping[str, int | None] = field(default_factory=dict)
    project_roles: bool = True

    def searches(self) -> list[str]:
        """JQL, the best first, for issues updated since: relative, so no zone is involved.

        There is no upper bound: an issue touched while it is read would leave the result.
        """
        minutes = -(-(self.now_ms - self.since_ms) // 60_000) + 1
        days = -(-minutes // 1440)
        spans = [f"-{days}d"] if minutes % 1440 < 2 else [f"-{minutes}m", f"-{days}d"]
        return [f"updated >= {span} ORDER BY key ASC" for span in spans]


class Reading:
    """The answers of one sync, gathered by the thread that runs the crew."""

    def __init__(self, cloud: JiraCloud, crew: Crew, scope: Scope) -> None:
        self.cloud = cloud
        self.crew = crew
        self.scope = scope
        self.coverage = CoverageNotes()
        self.counts: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self.acts = Acts(scope.keep_from_ms)
        self.users: Documents = []
        self.roles: Documents | None = None
        self.licenses: Documents = []
        self.approximate: dict[str, int | None] = {}
        self.access_groups: dict[str, Documents] = {}
        self.members: dict[str, Documents] = {}
        self.projects: Documents = []
        self.browsable: int | None = None
        self.role_names: dict[str, str] | None = None
        self.role_actors: list[tuple[str, str, Documents]] = []
        self.issues: dict[str, dict[str, Any]] = {}
        self._given_up = 0
        self._to_trace: list[str] = []
        self._traced: set[str] = set()
        self._asked_groups: set[str] = set()
        self._asked_worklogs: set[str] = set()
        self._worklog_issues: set[str] = set()
        self._projects_read = False

    def start(self) -> None:
        """Puts the first jobs to the crew; their answers put the rest."""
        read, cloud = self.crew.read, self.cloud
        read(self._searched, self._take_issues, self._core("issues"), self._searched_all)
        read(
            partial(cloud.updated_worklogs, self.scope.since_ms),
            self._take_worklog_entries,
            self._core("work logs"),
            partial(self.coverage.read, "work logs"),
        )
        read(
            partial(cloud.deleted_worklogs, self.scope.since_ms),
            self.acts.add_deleted_worklogs,
            self._core("work logs"),
        )
        read(cloud.users, self._take_users, self._core("users"), self._users_read)
        read(_once(cloud.application_roles), self._take_roles, self._core("licenses"))
        for access_type in directory.ACCESS_TYPES:
            self.access_groups[access_type] = []
            read(
                partial(cloud.groups_with_access, access_type),
                partial(self._take_access_groups, access_type),
                self._core("administrators"),
                partial(self.coverage.read, "administrators"),
            )
        read(_once(cloud.instance_license), self._take_licenses, self._core("plans"))
        read(cloud.projects, self.projects.extend, self._core("projects"), self._projects_done)
        read(_once(cloud.browsable_projects), self._take_browsable, self._core("projects"))
        if self.scope.project_roles:
            read(_once(cloud.project_roles), self._take_role_names, self._core("project roles"))

    def follow_up(self) -> bool:
        """Puts jobs for issues that only a work log told of; False where there are none."""
        untraced = self._worklog_issues - self._traced
        self._worklog_issues.clear()
        self._to_trace += sorted(untraced & self.issues.keys())
        for ids in chunks(sorted(untraced - self.issues.keys()), ISSUES_PAGE):
            self.crew.read(
                partial(self._issues_by_id, ids),
                partial(self._take_issues, told_by_worklog=True),
                self._core("issues"),
                self._trace,
            )
        self._trace()
        return bool(untraced)

    # --- failures

    def _core(self, dataset: str) -> Callable[[JiraUsageError], None]:
        return partial(self._failed, dataset)

    def _failed(self, dataset: str, error: JiraUsageError) -> None:
        """A refusal or broken paging thins a dataset; an outage ends the sync."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        if isinstance(error, SiteError):
            raise SyncIncomplete(
                f"The sync stopped while reading {dataset}: {error.message}",
                f"{error.remedy} The last complete snapshot is kept.",
            ) from None
        self.coverage.refused(dataset, error)

    def _given_up_on(self, dataset: str, issue_id: str, error: JiraUsageError) -> None:
        """One issue that can't be read is said; many are an outage."""
        if isinstance(error, SiteError):
            self._given_up += 1
            if self._given_up > MOST_ISSUES_GIVEN_UP:
                self._failed(dataset, error)
        elif isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        elif isinstance(error, RequestRefused) and error.status == 404:
            return self.coverage.remark(dataset, f"Issue {issue_id} went away while it was read.")
        self.coverage.note(dataset, "partial", f"Issue {issue_id} could not be read whole.")

    # --- people and access

    def _take_users(self, page: Documents) -> None:
        self.users += page
        self.counts["users"] += len(page)

    def _users_read(self) -> None:
        if self.users:
            self.coverage.read("users")
        else:
            self.coverage.note("users", "not_permitted", "Jira lists nobody to this account.")

    def _take_roles(self, roles: Documents) -> None:
        self.roles = roles
        self.coverage.read("licenses")
        for row in directory.product_group_rows(roles):
            self._want_members(row["group_id"])

    def _take_access_groups(self, access_type: str, groups: Documents) -> None:
        self.access_groups[access_type] += groups
        for group in groups:
            self._want_members(directory.group_id(group))

    def _want_members(self, group_id: str) -> None:
        if not group_id or group_id in self._asked_groups:
            return
        self._asked_groups.add(group_id)
        self.members[group_id] = []
        self.totals["groups"] += 1
        self.crew.read(
            partial(self.cloud.group_members, group_id),
            self.members[group_id].extend,
            self._core("groups"),
            self._members_read,
        )

    def _members_read(self) -> None:
        self.counts["groups"] += 1
        self.coverage.read("groups")

    def _take_licenses(self, licenses: Documents) -> None:
        self.licenses = licenses
        self.coverage.read("plans")
        keys = [str(license_["id"]) for license_ in licenses if license_.get("id")]
        for key in ["", *keys]:
            self.crew.read(
                _once(partial(self.cloud.approximate_user_count, key)),
                partial(self.approximate.__setitem__, key),
                self._approximate_failed,
            )

    def _approximate_failed(self, error: JiraUsageError) -> None:
        """Jira's week-old estimate is shown beside the figures; nothing rests on it."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error

    def _take_browsable(self, total: int | None) -> None:
        self.browsable = total

    def _projects_done(self) -> None:
        self._projects_read = True
        self._read_project_roles()

    def _take_role_names(self, roles: Documents) -> None:
        self.role_names = {str(r["id"]): str(r.get("name") or r["id"]) for r in roles if "id" in r}
        self._read_project_roles()

    def _read_project_roles(self) -> None:
        """One request per role and project: only where that is not most of the sync."""
        if not self._projects_read or self.role_names is None:
            return
        requests = len(self.projects) * len(self.role_names)
        if requests > MOST_ROLE_REQUESTS:
            return self.coverage.note(
                "project roles",
                "never",
                f"Reading them would take {requests:,} more requests and was left out.",
            )
        self.coverage.read("project roles")
        for project in self.projects:
            key = str(project.get("key") or "")
            for role_id, role_name in self.role_names.items():
                self.crew.read(
                    _once(partial(self.cloud.project_role_actors, key, role_id)),
                    partial(self._take_role_actors, key, role_name),
                    self._core("project roles"),
                )

    def _take_role_actors(self, project_key: str, role_name: str, actors: Documents) -> None:
        self.role_actors.append((project_key, role_name, actors))
        for row in directory.role_actor_rows(project_key, role_name, actors):
            self._want_members(row["group_id"])

    # --- issues and acts

    def _searched(self) -> Iterator[Documents]:
        """The pages of the search; one that breaks is begun again, with other page sizes.

        A token may expire, or come twice when issues change between pages
        (JRACLOUD-95368); issues that come again are the same issues.
        """
        forms = iter(self.scope.searches())
        jql, broken = next(forms), None
        for page_size in (SEARCH_PAGE, SEARCH_PAGE, SEARCH_PAGE // 2):
            pages = 0
            try:
                for page in self.cloud.search_issues(jql, ISSUE_FIELDS, page_size):
                    yield page
                    pages += 1
                return
            except PagingBroken as error:
                broken = error
            except RequestRefused as error:
                if error.status != 400:
                    raise
                broken = PagingBroken("Jira refused to go on with its own page token.")
                if not pages:
                    jql = next(forms, jql)
        raise broken or PagingBroken("The search does not end.")

    def _issues_by_id(self, ids: Iterable[str]) -> Iterator[Documents]:
        """Issues by id, in bulk where the site can, one by one where it can't."""
        ids = list(ids)
        try:
            yield self.cloud.issues_by_id(ids, ISSUE_FIELDS)
        except RequestRefused:
            found = (self.cloud.issue(issue_id, ISSUE_FIELDS) for issue_id in ids)
            yield [issue for issue in found if issue]

    def _take_issues(self, page: Documents, told_by_worklog: bool = False) -> None:
        for issue in page:
            issue_id = str(issue.get("id") or "")
            fields = issue.get("fields")
            if not issue_id or not isinstance(fields, dict):
                self.acts.unreadable += 1
                continue
            row = directory.issue_row(issue, to_epoch_ms(fields.get("updated")))
            before = self.issues.get(issue_id)
            self.issues[issue_id] = row
            if before and before["updated_at"] == row["updated_at"]:
                continue
            self.acts.add_issue_creation(issue_id, fields)
            embedded = fields.get("comment")
            embedded = embedded if isinstance(embedded, dict) else {}
            comments = embedded.get("comments")
            comments = comments if isinstance(comments, list) else []
            self.acts.add_comments(issue_id, comments)
            self.counts["comments"] += len(comments)
            if _unchanged(self.scope.known_issues, row) and not told_by_worklog:
                continue
            if embedded.get("total") != len(comments):
                self._read_comments(issue_id)
            self._to_trace.append(issue_id)
        self.counts["issues"] = len(self.issues)
        if len(self._to_trace) >= CHANGELOG_ISSUES:
            self._trace()

    def _read_comments(self, issue_id: str) -> None:
        """All comments of an issue: which 20 are embedded is not said, and old ones get edited."""
        self.totals["comments of long issues"] += 1
        self.crew.read(
            partial(self._whole_comments, issue_id),
            partial(self._take_comments, issue_id),
            partial(self._given_up_on, "comments", issue_id),
            partial(self._count, "comments of long issues", 1),
        )

    def _whole_comments(self, issue_id: str) -> Iterator[Documents]:
        """An issue's comments, read again where one was deleted between two pages.

        A deletion moves the later ones forward, past the page's edge.
        """
        for _ in range(3):
            seen: set[object] = set()
            first_total = None
            for page, total in self.cloud.comments(issue_id):
                first_total = total if first_total is None else first_total
                seen.update(comment.get("id") for comment in page)
                yield page
            if first_total is None or len(seen) >= first_total:
                return
        raise PagingBroken("Comments went away while they were read.")

    def _take_comments(self, issue_id: str, page: Documents) -> None:
        self.acts.add_comments(issue_id, page)
        self.counts["comments"] += len(page)

    def _searched_all(self) -> None:
        self.coverage.read("issues")
        self.coverage.read("comments")
        self.coverage.read("histories")
        self._trace()

    def _trace(self) -> None:
        """Reads the histories of the issues gathered so far, a thousand issues at once."""
        gathered, self._to_trace = self._to_trace, []
        self._traced.update(gathered)
        self.totals["histories"] += len(gathered)
        for ids in chunks(gathered, CHANGELOG_ISSUES):
            self.crew.read(
                partial(self.cloud.changelogs, ids),
                self._take_changelogs,
                partial(self._trace_one_by_one, ids),
                partial(self._count, "histories", len(ids)),
            )

    def _take_changelogs(self, page: Documents) -> None:
        for entry in page:
            histories = entry.get("changeHistories")
            if not isinstance(histories, list):
                self.acts.unreadable += 1
                continue
            self.acts.add_histories(str(entry.get("issueId") or ""), histories)
            self.counts["changes"] += len(histories)

    def _trace_one_by_one(self, ids: Sequence[str], error: JiraUsageError) -> None:
        """Where a bulk read fails, each issue is asked for its own histories."""
        if isinstance(error, AuthenticationFailed | SyncCancelled | PermissionMissing):
            return self._failed("histories", error)
        for issue_id in ids:
            self.crew.read(
                partial(self.cloud.changelog, issue_id),
                partial(self._take_changelog, issue_id),
                partial(self._given_up_on, "histories", issue_id),
                partial(self._count, "histories", 1),
            )

    def _take_changelog(self, issue_id: str, histories: Documents) -> None:
        self.acts.add_histories(issue_id, histories)
        self.counts["changes"] += len(histories)

    def _take_worklog_entries(self, page: Documents) -> None:
        ids = {str(entry.get("worklogId")) for entry in page}
        self.acts.unreadable += sum(1 for worklog_id in ids if not worklog_id.isdecimal())
        ids = {worklog_id for worklog_id in ids if worklog_id.isdecimal()}
        new = sorted(ids - self._asked_worklogs)
        self._asked_worklogs |= ids
        self.totals["work logs"] += len(new)
        for some in chunks(new, WORKLOGS_PAGE):
            self.crew.read(
                _once(partial(self.cloud.worklogs, some)),
                partial(self._take_worklogs, len(some)),
                self._core("work logs"),
            )

    def _take_worklogs(self, asked: int, worklogs: Documents) -> None:
        self.acts.add_worklogs(worklogs)
        self.counts["work logs"] += asked
        self._worklog_issues |= {str(w["issueId"]) for w in worklogs if w.get("issueId")}

    def _count(self, what: str, number: int) -> None:
        self.counts[what] += number


def _unchanged(known: Mapping[str, int | None], issue: Mapping[str, Any]) -> bool:
    before = known.get(issue["issue_id"])
    return before is not None and before == issue["updated_at"]


def _once(ask: Callable[[], Any]) -> Callable[[], Iterable[Any]]:
    """A job of one page."""

    def pages() -> Iterator[Any]:
        yield ask()

    return pages
