"""What can no feed tell of, and when is it read again?

Who is in which group, and the ranking of otherwise quiet issues: Jira has no feed of
either. They are read whole with every sync as long as that is cheap, else from time to
time. In between, members are taken over from the last sync, but only where everything
that can be seen speaks for it; a coverage remark tells since when.

Jira's audit log is asked for accounts and groups that were changed, and is not trusted to
name them all: the description of `GET /auditing/record` speaks of "User added to group",
while Atlassian's table of what its logs hold has changes of "a group's membership" in the
organization's log, not in Jira's
(https://support.atlassian.com/security-and-access-policies/docs/track-organization-activities-from-the-audit-log/).
So members are never taken over for longer than a day and a half, which lets a daily sync
do so every other time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from jira_usage.api import CHANGELOG_ISSUES, MEMBERS_PAGE
from jira_usage.period import DAY_MS, from_epoch_ms, to_epoch_ms
from jira_usage.schema import TABLES

CHEAP_REQUESTS = 200
OLDEST_MEMBERS_MS = DAY_MS * 3 // 2
OLDEST_RANKS_MS = 7 * DAY_MS

Document = Mapping[str, Any]


@dataclass(frozen=True)
class GroupRead:
    """When a group was read whole, and how many members Jira counts in it."""

    at: int
    total: int


@dataclass(frozen=True)
class Sweep:
    """What the last sync knew of groups and ranks. Instants are epoch ms.

    `members` and `users` are its tables, loaded only when they are needed.
    """

    now_ms: int
    groups: Mapping[str, GroupRead] = field(default_factory=dict)
    ranks_read_at: int | None = None
    ranked_issues: int = 0
    members: Callable[[], pa.Table] = TABLES["members"].empty_table
    users: Callable[[], pa.Table] = TABLES["users"].empty_table

    @property
    def pages(self) -> int:
        """How many pages the members of all groups are."""
        return sum(-(-group.total // MEMBERS_PAGE) for group in self.groups.values())

    @property
    def cheap(self) -> bool:
        return self.pages - (-self.ranked_issues // CHANGELOG_ISSUES) <= CHEAP_REQUESTS

    @property
    def most_asked_accounts(self) -> int:
        """Up to how many accounts are asked for their groups rather than groups for members."""
        return self.pages // 2

    @property
    def ranks_due(self) -> bool:
        """Whether the ranking of quiet issues is to be asked for."""
        if self.cheap or self.ranks_read_at is None:
            return True
        return self.now_ms - self.ranks_read_at >= OLDEST_RANKS_MS

    def known(self, group_id: str) -> GroupRead | None:
        """When a group was read whole, where its members may be taken over.

        A group of one page is read with the very request that would tell its size.
        """
        group = self.groups.get(group_id)
        if group is None or self.cheap or group.total <= MEMBERS_PAGE:
            return None
        return group if self.now_ms - group.at < OLDEST_MEMBERS_MS else None

    @property
    def knows_any(self) -> bool:
        return any(self.known(group_id) for group_id in self.groups)

    @property
    def since_ms(self) -> int:
        """The earliest instant at which a group was read whole that may be taken over."""
        return min(group.at for group_id, group in self.groups.items() if self.known(group_id))


NOTHING_BEFORE = Sweep(0)


@dataclass
class Changed:
    """What an audit log names: accounts, groups by id or name, and whether somebody unknown."""

    accounts: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    unclear: bool = False


def changed_in(records: Iterable[Document], since_ms: int, accounts: Collection[str]) -> Changed:
    """What the records of an audit log say was changed since, of accounts that are known.

    A record that names a group but nobody who is known says too little of the group; one
    that names only somebody who is not known says too little of all groups.
    """
    found = Changed()
    for record in records:
        if (to_epoch_ms(record.get("created")) or since_ms) < since_ms:
            continue
        items = [record.get("objectItem"), *_list(record.get("associatedItems"))]
        named = [item for item in items if isinstance(item, dict)]
        values = [value for value in _list(record.get("changedValues")) if isinstance(value, dict)]
        texts = {str(item.get(key)) for item in named for key in ("id", "name")}
        texts |= {str(value.get(key)) for value in values for key in ("changedFrom", "changedTo")}
        people = {text for text in texts if text in accounts}
        kinds = {str(item.get("typeName")).upper() for item in named}
        found.accounts |= people
        if "GROUP" in kinds and not people:
            found.groups |= texts
        elif "USER" in kinds and not people:
            found.unclear = True
    return found


def predicted(
    before: Collection[str], asked: Mapping[str, Collection[str]], group_ids: Collection[str]
) -> set[str]:
    """The members a group should have: those before, but for the accounts that were asked.

    `asked` are the groups of those accounts, by id or name; `group_ids` are the group's.
    """
    stayed = {account_id for account_id in before if account_id not in asked}
    named = set(group_ids)
    return stayed | {account_id for account_id, groups in asked.items() if named & set(groups)}


def date_of(ms: int) -> str:
    return from_epoch_ms(ms).date().isoformat()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
