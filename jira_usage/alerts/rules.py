"""What is worth an alert: seats almost gone, new licenses unused, a token, a sync that fails.

An alert names products and counts, never a person, a token or an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import pandas as pd

from jira_usage.datasets import access_of
from jira_usage.decisions import Noted
from jira_usage.errors import InvalidInput
from jira_usage.metrics import answers
from jira_usage.metrics.access import LICENSED
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import plural
from jira_usage.period import DAY_MS, from_epoch_ms
from jira_usage.schedule import Runs
from jira_usage.schema import GOT
from jira_usage.settings import section
from jira_usage.snapshot import Snapshot

LONGEST_NAME = 80
# A sync of each night fails for two days a little before the third night's has failed.
SLACK_MS: Final = DAY_MS // 24
KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "seats_left": int,
    "unused_days": int,
    "token_expires_on": date,
    "token_days": int,
    "failing_days": int,
}


@dataclass(frozen=True)
class Alert:
    """Something to tell. It is news where one of its `keys` was not told before."""

    keys: tuple[str, ...]
    title: str
    text: str


@dataclass(frozen=True)
class Rules:
    """When to tell. Zero, and no date, mean never."""

    seats_left: int = 5
    unused_days: int = 30
    token_expires_on: date | None = None
    token_days: int = 14
    failing_days: int = 2

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Rules:
        """The rules among what [alerts] says."""
        found = section({"alerts": told}, "alerts", KINDS)
        if any(value < 0 for value in found.values() if isinstance(value, int)):
            raise InvalidInput("The numbers in [alerts] are zero or more.")
        until = found.get("token_expires_on")
        if isinstance(until, datetime):  # which is a date to Python, and can't be compared with one
            found = {**found, "token_expires_on": until.date()}
        return cls(**found)


def of_snapshot(snapshot: Snapshot, rules: Rules) -> list[Alert]:
    """What a finished sync has found."""
    return [*_seats(snapshot, rules), *_unused(snapshot, rules)]


def of_runs(runs: Runs, rules: Rules, now_ms: int) -> list[Alert]:
    """What the server's own syncs, and the date of its token, give to tell."""
    alerts = []
    if runs.refused:
        alerts.append(
            Alert(
                ("token:refused",),
                "Jira does not accept the token",
                "The server's API token was refused, so nothing new is read. It may have expired "
                "or been revoked. Create a new one and put it into the server's settings.",
            )
        )
    failing_ms = now_ms - runs.failing_since + SLACK_MS
    if rules.failing_days and runs.failures and failing_ms >= rules.failing_days * DAY_MS:
        alerts.append(
            Alert(
                ("sync:failing",),
                f"No sync for {plural(rules.failing_days, 'day')}",
                f"Every sync since {from_epoch_ms(runs.failing_since):%Y-%m-%d %H:%M} UTC has "
                f"failed: {runs.trouble}. What is shown is the last good one.",
            )
        )
    until = rules.token_expires_on
    if until and rules.token_days:
        left = (until - from_epoch_ms(now_ms).date()).days
        if left <= rules.token_days:
            when = f"expires in {plural(left, 'day')}" if left > 0 else "has expired"
            alerts.append(
                Alert(
                    (f"token:{until}",),
                    f"The API token {when}",
                    f"By the server's settings it expires on {until}. Create a new one, and "
                    "change token_expires_on as well.",
                )
            )
    return alerts


def _seats(snapshot: Snapshot, rules: Rules) -> list[Alert]:
    alerts = []
    for row in each(snapshot.products):
        if not rules.seats_left or row.unlimited or pd.isna(row.seats_remaining):
            continue
        left, name = int(row.seats_remaining), _one_line(row.product_name or row.product_key)
        if left <= rules.seats_left:
            alerts.append(
                Alert(
                    (f"seats:{row.product_key}",),
                    f"{plural(max(left, 0), 'seat')} left for {name}",
                    f"By Jira's own count {name} has {plural(max(left, 0), 'seat')} left. "
                    "The page Reclaim lists licenses that could be given back.",
                )
            )
    return alerts


def _unused(snapshot: Snapshot, rules: Rules) -> list[Alert]:
    """Licenses that a later sync found new, by now long enough ago, and no act since."""
    if not rules.unused_days or not snapshot.knows_holders or not len(snapshot.changes):
        return []
    period = snapshot.period(rules.unused_days, str(snapshot.meta["timezone"]))
    if answers.blind(snapshot, period):
        return []
    got = snapshot.changes[snapshot.changes["change"] == GOT]
    got = got[got["at"] <= snapshot.as_of_ms - rules.unused_days * DAY_MS]
    held = access_of(snapshot)
    held = held[held["state"] == LICENSED]
    pairs = set(zip(held["account_id"], held["product_key"], strict=True))
    people = answers.judged(snapshot, period, True, Noted()).people
    acted = dict(zip(people["account_id"], people["last_act_at"].fillna(-1), strict=True))
    unused = {
        (row.account_id, row.product_key)
        for row in each(got)
        if (row.account_id, row.product_key) in pairs
        and int(acted.get(row.account_id, row.since)) < int(row.since)
    }
    if not unused:
        return []
    number = len(unused)
    return [
        Alert(
            tuple(f"unused:{_digest(*pair)}" for pair in sorted(unused)),
            f"{plural(number, 'new license')} without work",
            f"{plural(number, 'license')} were given out {rules.unused_days} days ago or longer, "
            "and no work was found since. Reading leaves no trace: the page Reclaim tells more.",
        )
    ]


def _one_line(name: str) -> str:
    """Jira's text in a subject line: short, and nothing that could begin another line."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())[
        :LONGEST_NAME
    ]


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:24]
