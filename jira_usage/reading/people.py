"""Reads people and what they may use: users, roles, groups, licenses, projects."""

from __future__ import annotations

from functools import cached_property, partial

from jira_usage import directory
from jira_usage.api import USERS_PAGE
from jira_usage.crew import once
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    PermissionMissing,
    SyncCancelled,
)
from jira_usage.preflight import BROWSE_USERS
from jira_usage.reading.desk import LISTS, ROLES, USERS, Desk
from jira_usage.reading.listing import UntoldListing
from jira_usage.reading.members import MembersReading
from jira_usage.reading.sweep import GroupRead
from jira_usage.shapes import Documents

MOST_ROLE_REQUESTS = 200
# Shorter lists are read as fast one page after the other, with a request less.
LONG_LIST = 5 * USERS_PAGE


class PeopleReading:
    """The raw documents about people and access. Each group is asked for its members once."""

    def __init__(self, desk: Desk) -> None:
        desk = desk.share(self._go_on)
        self.desk = desk
        self.users: Documents = []
        self.roles: Documents | None = None
        self.licenses: Documents = []
        self.approximate: dict[str, int | None] = {}
        self.access_groups: dict[str, Documents] = {}
        self.groups = MembersReading(desk)
        self.projects: Documents = []
        self.fields: Documents | None = None
        self.project_roles: Documents | None = None
        self.role_actors: list[tuple[str, str, Documents]] = []
        self._projects_read = False

    @property
    def members(self) -> dict[str, Documents]:
        """The members of each group that could be read."""
        return self.groups.members

    @property
    def groups_read(self) -> dict[str, GroupRead]:
        """When each group was read whole, and how many members it has."""
        return self.groups.groups_read

    def start(self) -> None:
        """Puts the first jobs to the crew; their answers put the rest."""
        self.groups.start()
        read, cloud = self.desk.crew.read, self.desk.cloud
        needed, unread = self.desk.needed, self.desk.unread
        self._read_users()
        read(
            once(cloud.application_roles),
            self._take_roles,
            unread("licenses"),
            kind=LISTS,
        )
        for access_type in directory.ACCESS_TYPES:
            self.access_groups[access_type] = []
            read(
                partial(cloud.groups_with_access, access_type),
                partial(self._take_access_groups, access_type),
                needed("administrators"),
                partial(self.desk.coverage.read, "administrators"),
                LISTS,
            )
        read(once(cloud.instance_license), self._take_licenses, unread("plans"), kind=LISTS)
        self.desk.list(
            cloud.projects(), self.projects.extend, needed("projects"), self._projects_done
        )
        if self.desk.scope.known_projects is None:
            read(once(cloud.fields), self._take_fields, self._aside_failed)
        if self.desk.scope.project_roles:
            names = once(cloud.project_roles)
            read(names, self._take_role_names, needed("project roles"), kind=LISTS)

    def _go_on(self) -> None:
        """Puts what is left when all that was put has been read."""
        self.groups.go_on(self.listed)

    @cached_property
    def listed(self) -> dict[str, directory.Row]:
        """The rows of all users, once they are read."""
        return directory.listed_rows(self.users)

    def _read_users(self) -> None:
        """Nothing tells how many accounts there are, except the last sync."""
        cloud, failed = self.desk.cloud, self.desk.needed("users")
        expected = self.desk.scope.expected_users
        if expected < LONG_LIST:
            self.desk.crew.read(cloud.users, self._take_users, failed, self._users_read, USERS)
        else:
            UntoldListing(
                self.desk.crew,
                cloud.user_pages(),
                self._take_users,
                failed,
                self._users_read,
                kind=USERS,
                expected=expected,
            ).start()

    def _take_users(self, page: Documents) -> None:
        self.users += self.groups.one_each(page)
        self.desk.counts["users"] += len(page)

    def _users_read(self) -> None:
        if self.users:
            self.desk.coverage.read("users")
        else:
            nobody = PermissionMissing("Jira lists nobody to this account.", BROWSE_USERS)
            self.desk.coverage.refused("users", nobody)

    def _take_roles(self, roles: Documents) -> None:
        self.roles = roles
        self.desk.coverage.read("licenses")
        granting = [group for role in roles for group in directory.role_groups(role)]
        if not granting:
            self.desk.coverage.read("groups")
        for group in granting:
            self.groups.want(group)

    def _take_access_groups(self, access_type: str, groups: Documents) -> None:
        self.access_groups[access_type] += groups
        for group in groups:
            self.groups.want(group)

    def _take_licenses(self, licenses: Documents) -> None:
        self.licenses = licenses
        self.desk.coverage.read("plans")
        keys = [str(license_["id"]) for license_ in licenses if license_.get("id")]
        for key in ["", *keys]:
            self.desk.crew.read(
                once(partial(self.desk.cloud.approximate_user_count, key)),
                partial(self.approximate.__setitem__, key),
                self._aside_failed,
            )

    def _take_fields(self, fields: Documents) -> None:
        self.fields = fields

    def _aside_failed(self, error: JiraUsageError) -> None:
        """Names of fields and week-old estimates are shown beside figures that do not need them."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error

    def _projects_done(self) -> None:
        self._projects_read = True
        self._read_project_roles()

    def _take_role_names(self, roles: Documents) -> None:
        self.project_roles = roles
        self._read_project_roles()

    def _read_project_roles(self) -> None:
        """One request per role and project: only where that is not most of the sync."""
        if not self._projects_read or self.project_roles is None:
            return
        asked = directory.roles_of_projects(self.projects, self.project_roles)
        if len(asked) > MOST_ROLE_REQUESTS:
            reason = f"Reading them would take {len(asked):,} more requests and was left out."
            return self.desk.coverage.note("project roles", "never", reason)
        self.desk.coverage.read("project roles")
        self.desk.totals["project roles"] += len(asked)
        for project_key, role_id, role_name in asked:
            self.desk.crew.read(
                once(partial(self.desk.cloud.project_role_actors, project_key, role_id)),
                partial(self._take_role_actors, project_key, role_name),
                self.desk.needed("project roles"),
                kind=ROLES,
            )

    def _take_role_actors(self, project_key: str, role_name: str, actors: Documents) -> None:
        self.desk.counts["project roles"] += 1
        self.role_actors.append((project_key, role_name, actors))
        for row in directory.role_actor_rows(project_key, role_name, actors):
            self.groups.want({"groupId": row["group_id"]})
