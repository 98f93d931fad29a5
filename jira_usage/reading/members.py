"""Reads who is in which group: whole, or taken over where nothing speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jira_usage import directory
from jira_usage.crew import once
from jira_usage.errors import AuthenticationFailed, JiraUsageError, SyncCancelled
from jira_usage.paging import Page, Pages
from jira_usage.reading.desk import LISTS, MEMBERS, Desk
from jira_usage.reading.listing import Listing
from jira_usage.reading.sweep import GroupRead, changed_in, date_of, predicted
from jira_usage.shapes import Documents

CUSTOMER = "customer"
# What an account is: its type, whether it is enabled, and its name. Whose account is deleted
# leaves every group, and all that the list of users tells of it is another name.
Nature = tuple[object, object, object]
NATURE = ("account_type", "active", "display_name")


class MembersReading:
    """The members of groups, each group once. `groups_read` says when each was read whole.

    The first page of a group tells how many members it has. Where the sweep allows it, they
    are those of the last sync, but for the accounts that joined or left the site, were
    enabled, disabled or renamed, or are named in the audit log: those are asked for their groups.
    Where the sum is not the one that Jira tells, the group is read whole.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.members: dict[str, Documents] = {}
        self.groups_read: dict[str, GroupRead] = {}
        self.taken_over: set[str] = set()
        self.asked_accounts: set[str] | None = None
        self._accounts: dict[str, dict[str, Any]] = {}
        self._names: dict[str, set[str]] = {}
        self._without_id: set[str] = set()
        self._first: dict[str, Page] = {}
        self._records: Documents | None = []
        self._groups_of: dict[str, set[str]] = {}

    def one_each(self, page: Documents) -> Documents:
        """The accounts of a page, each held once however many lists it is in."""
        return [self._accounts.setdefault(str(user.get("accountId")), user) for user in page]

    def start(self) -> None:
        """Asks the audit log what was changed, where that is of use."""
        sweep = self.desk.scope.sweep
        if sweep.knows_any:
            self.desk.crew.read(
                partial(self.desk.cloud.audit_records, sweep.since_ms),
                self._take_records,
                self._audit_failed,
                kind=LISTS,
            )

    def want(self, group: directory.Document) -> None:
        """Asks for the members of a group, if nobody has."""
        group_id = directory.group_id(group)
        if not group_id or group_id in self.members:
            return
        self.members[group_id] = []
        self._names[group_id] = {group_id, str(group.get("name") or group_id)}
        if not group.get("groupId"):
            self._without_id.add(group_id)
        self.desk.totals["groups"] += 1
        if self.desk.scope.sweep.known(group_id):
            self.desk.crew.read(
                once(partial(self._pages(group_id).at, 0)),
                partial(self._first.__setitem__, group_id),
                self.desk.needed("groups"),
                kind=MEMBERS,
            )
        else:
            self._whole(group_id).start()

    def go_on(self, listed: Mapping[str, directory.Row]) -> None:
        """Once all first pages are there, finds out whose groups changed, and takes over.

        `listed` are the rows of all users.
        """
        if not self._first:
            return
        if self.asked_accounts is not None:
            return self._take_over()
        changed = self._changed(listed)
        self.asked_accounts = changed or set()
        if changed is None:
            return self._read_all_on()
        for account_id in sorted(changed):
            self.desk.crew.read(
                once(partial(self.desk.cloud.user_groups, account_id)),
                partial(self._take_groups_of, account_id),
                self._groups_failed,
                kind=MEMBERS,
            )
        if not changed:
            self._take_over()

    def _pages(self, group_id: str) -> Pages:
        return self.desk.cloud.group_members(group_id, by_name=group_id in self._without_id)

    def _whole(self, group_id: str) -> Listing:
        self.members[group_id] = []
        return Listing(
            self.desk.crew,
            self._pages(group_id),
            partial(self._take_members, group_id),
            self.desk.needed("groups"),
            partial(self._read_whole, group_id),
            kind=MEMBERS,
        )

    def _read_on(self, group_id: str) -> None:
        self._whole(group_id).go_on(self._first.pop(group_id))

    def _read_all_on(self) -> None:
        for group_id in list(self._first):
            self._read_on(group_id)

    def _take_members(self, group_id: str, page: Documents) -> None:
        self.members[group_id] += self.one_each(page)

    def _read_whole(self, group_id: str) -> None:
        number = len({str(user.get("accountId")) for user in self.members[group_id]})
        self.groups_read[group_id] = GroupRead(self.desk.scope.now_ms, number)
        self._done()

    def _done(self) -> None:
        self.desk.counts["groups"] += 1
        self.desk.coverage.read("groups")

    def _take_records(self, page: Documents) -> None:
        if self._records is not None:
            self._records += page

    def _audit_failed(self, error: JiraUsageError) -> None:
        """Without the log nothing is taken over."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        self._records = None

    def _changed(self, listed: Mapping[str, directory.Row]) -> set[str] | None:
        """The accounts whose groups may have changed, None where that can't be told.

        A log without any record is off, or kept elsewhere. Customers are never in groups.
        """
        if not self._records or self.desk.coverage.states["users"] != "complete":
            return None
        before = _natures(self.desk.scope.sweep.users())
        now = {account_id: _nature(row) for account_id, row in listed.items()}
        since_ms = self.desk.scope.sweep.since_ms
        log = changed_in(self._records, since_ms, before.keys() | now.keys())
        changed = {one for one in before.keys() | now.keys() if before.get(one) != now.get(one)}
        changed = {one for one in changed | log.accounts if not _customer(one, before, now)}
        if log.unclear or len(changed) > self.desk.scope.sweep.most_asked_accounts:
            return None
        for group_id in list(self._first):
            if self._names[group_id] & log.groups:
                self._read_on(group_id)
        return changed

    def _take_groups_of(self, account_id: str, groups: Documents) -> None:
        texts = [group.get(key) for group in groups for key in ("groupId", "name")]
        self._groups_of[account_id] = {text for text in texts if isinstance(text, str)}

    def _groups_failed(self, error: JiraUsageError) -> None:
        """Where somebody's groups are unknown, every group is read whole."""
        if isinstance(error, AuthenticationFailed | SyncCancelled):
            raise error
        self._read_all_on()

    def _take_over(self) -> None:
        before = self.desk.scope.sweep.members()
        taken: dict[str, set[str]] = {}
        for group_id, first in list(self._first.items()):
            mine = before.filter(pc.equal(before["group_id"], group_id))["account_id"]
            told = predicted(mine.to_pylist(), self._groups_of, self._names[group_id])
            seen = {str(user.get("accountId")) for user in self.one_each(first.entries)}
            if len(told) == first.total and seen <= told:
                taken[group_id] = told
                del self._first[group_id]
            else:
                self._read_on(group_id)
        self._describe(set().union(*taken.values()) - self._accounts.keys())
        for group_id, told in taken.items():
            read_at = self.desk.scope.sweep.groups[group_id].at
            self.taken_over.add(group_id)
            self.groups_read[group_id] = GroupRead(read_at, len(told))
            self.members[group_id] = [self._accounts[one] for one in sorted(told)]
            self._done()
        if taken:
            oldest = min(self.groups_read[group_id].at for group_id in taken)
            self.desk.coverage.remark(
                "groups",
                f"{len(taken)} large groups were read whole on {date_of(oldest)}; since then "
                "only accounts that joined, left, changed or are named in Jira's audit log were "
                "looked at.",
            )

    def _describe(self, account_ids: set[str]) -> None:
        """Adds the accounts that are in a group but not listed, as they were described before."""
        rows = self.desk.scope.sweep.users()
        wanted = rows.filter(
            pc.is_in(rows["account_id"], pa.array(sorted(account_ids), pa.string()))
        )
        for row in wanted.to_pylist():
            self._accounts[row["account_id"]] = directory.user_document(row)
        for account_id in account_ids - self._accounts.keys():
            self._accounts[account_id] = {"accountId": account_id}


def _natures(users: pa.Table) -> dict[str, Nature]:
    """What each account was that the last sync found listed."""
    listed = users.filter(users["listed"])
    natures = zip(*(listed[name].to_pylist() for name in NATURE), strict=True)
    return dict(zip(listed["account_id"].to_pylist(), natures, strict=True))


def _nature(row: Mapping[str, object]) -> Nature:
    kind, active, name = (row[column] for column in NATURE)
    return kind, active, name


def _customer(one: str, before: Mapping[str, Nature], now: Mapping[str, Nature]) -> bool:
    kinds = {natures[one][0] for natures in (before, now) if one in natures}
    return kinds == {CUSTOMER}
