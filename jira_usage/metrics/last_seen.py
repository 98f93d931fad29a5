"""The admin's “last seen” laid beside the people Jira names: who matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from jira_usage.metrics.admin_export import Export, Seen
from jira_usage.seen import LastSeen

COLUMNS = ["account_id", "last_seen_on", "never"]


@dataclass(frozen=True)
class Match:
    """A file beside the site's people.

    seen: account_id, last_seen_on (date or None), never (bool), and a column per product key
    that the file tells of (date or None). strangers: name, email, account_id of the file
    that the site does not know. absent: the account_ids of enabled people that the file does
    not name. by_email: how many matched by their address alone.
    """

    seen: pd.DataFrame
    strangers: pd.DataFrame
    absent: list[str]
    by_email: int

    @property
    def never(self) -> int:
        return int(self.seen["never"].sum())

    @property
    def dated(self) -> int:
        return int(self.seen["last_seen_on"].notna().sum())


def match(export: Export, users: pd.DataFrame) -> Match:
    """Matches people by account ID, else by email address whatever its case.

    Takes the table users. An address that two accounts have matches none of them.
    """
    ids = set(users["account_id"])
    by_email = _by_email(users)
    found: dict[str, Seen] = {}
    strangers, emailed = [], 0
    for one in export.people:
        account_id = one.account_id if one.account_id in ids else by_email.get(one.email, "")
        if not account_id:
            strangers.append((one.name, one.email, one.account_id))
            continue
        emailed += account_id != one.account_id
        _merge(found.setdefault(account_id, Seen(account_id, "", "")), one)
    people = users[users["active"] & (users["account_type"] == "atlassian")]
    return Match(
        _frame(found),
        pd.DataFrame(strangers, columns=["name", "email", "account_id"]),
        sorted(set(people["account_id"]) - set(found)),
        emailed,
    )


def kept_match(matched: Match, export: Export, uploaded_at: int) -> LastSeen:
    """What is worth keeping of a file: account ids and dates."""
    frame = matched.seen
    products = [str(name) for name in frame.columns if name not in COLUMNS]
    ids = frame["account_id"].tolist()
    told = zip(ids, frame["last_seen_on"].tolist(), frame["never"].tolist(), strict=True)
    apps: dict[str, dict[str, date]] = {}
    for product_key in products:
        for account_id, day in zip(ids, frame[product_key].tolist(), strict=True):
            if day is not None:
                apps.setdefault(account_id, {})[product_key] = day
    return LastSeen(
        uploaded_at,
        {account_id: day for account_id, day, never in told if never or day is not None},
        apps,
        export.columns,
        export.anywhere,
    )


def _by_email(users: pd.DataFrame) -> dict[str, str]:
    """Addresses in lower case → the one account that has it."""
    visible = users[users["email"] != ""]
    emails = visible["email"].str.strip().str.lower()
    alone = ~emails.duplicated(keep=False)
    return dict(zip(emails[alone], visible.loc[alone, "account_id"], strict=True))


def _merge(into: Seen, one: Seen) -> None:
    into.add("", one.last, one.never)
    for product_key, day in one.apps.items():
        into.add(product_key, day, never=False)


def _frame(found: Mapping[str, Seen]) -> pd.DataFrame:
    products = sorted({key for one in found.values() for key in one.apps})
    rows = [
        (one.account_id, one.last, one.never, *(one.apps.get(key) for key in products))
        for one in sorted(found.values(), key=lambda one: one.account_id)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *products]).astype(
        {"account_id": "str", "never": bool, **dict.fromkeys(["last_seen_on", *products], object)}
    )
