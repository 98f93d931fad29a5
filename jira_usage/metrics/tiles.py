"""What a product's tile says: its seats, its people, and who of them works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from jira_usage.metrics.access import INCLUDED
from jira_usage.metrics.renewal_words import Bought
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import NO_WORK, WORKED, people_count, window_words

UNKNOWN = "unknown"
PLAN_WORDS = {"PAID": "Paid plan", "FREE": "Free plan", "UNLICENSED": "Not licensed"}


@dataclass(frozen=True)
class Link:
    """Words that open the Users page with filters."""

    label: str
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Tile:
    """One product. `numbers` are (name, value, meaning); names may come from Jira."""

    name: str
    plan: str
    numbers: list[tuple[str, str, str]]
    utilization: float | None
    sentence: str
    notes: list[str]
    links: list[Link]

    @property
    def without_work(self) -> Link | None:
        """The way to its people whose work was not found, where there are any."""
        return next((link for link in self.links if link.filters.get("work") == NO_WORK), None)


def tiles(table: pd.DataFrame, blind: str, days: int, bought: Sequence[Bought] = ()) -> list[Tile]:
    """A tile for each row of seat_table, in its order."""
    told = {one.product_key: one for one in bought}
    return [_tile(row, blind, days, told.get(str(row.product_key))) for row in each(table)]


def _tile(row: Any, blind: str, days: int, bought: Bought | None) -> Tile:
    known = not pd.isna(row.licensed_users)
    licensed = int(row.licensed_users) if known else 0
    key = str(row.product_key)
    links = []
    if known and licensed:
        links.append(Link(people_count(licensed), {"product": key}))
        if int(row.active_users):
            links.append(
                Link(f"{int(row.active_users):,} worked", {"product": key, "work": WORKED})
            )
        if not pd.isna(row.inactive_users) and int(row.inactive_users):
            number = int(row.inactive_users)
            links.append(Link(f"{number:,} no work found", {"product": key, "work": NO_WORK}))
    if known and int(row.included_users):
        number = int(row.included_users)
        links.append(Link(f"{number:,} included", {"product": f"{INCLUDED}:{key}"}))
    return Tile(
        name=str(row.product_name) or key,
        plan=PLAN_WORDS.get(str(row.plan), str(row.plan).capitalize() or "Plan unknown"),
        numbers=_bought_numbers(row, bought) if bought else _numbers(row),
        utilization=float(row.utilization) if known and licensed else None,
        sentence=_sentence(row, known, licensed, days),
        notes=[note for note in (*_bought_notes(row, bought), *_notes(row, known, blind)) if note],
        links=links,
    )


HELD = "Enabled people in one of the product's groups, counted by this app."


def _numbers(row: Any) -> list[tuple[str, str, str]]:
    seats = "What Jira says the plan holds. On some plans it is a ceiling, not what was bought."
    used = "Jira's own count of users of this product."
    left = "Jira's own count of the seats that are left. It may keep some back."
    told = [("Seats by Jira", str(row.seats_words), seats), ("Used", _number(row.seats_used), used)]
    if not row.unlimited:
        told.append(("Left", str(row.left_words), left))
    return [*told, ("With a license", _number(row.licensed_users), HELD)]


def _bought_numbers(row: Any, bought: Bought) -> list[tuple[str, str, str]]:
    """Where it is known what was bought, that and not the ceiling of the plan."""
    held = row.licensed_users
    spare = UNKNOWN if pd.isna(held) else f"{bought.spare(int(held)):,}"
    return [
        ("Bought", f"{bought.seats:,}", "As told on Renewal, from the last bill or quote."),
        ("Nobody holds", spare, "Bought seats, less the people with a license."),
        ("With a license", _number(held), HELD),
    ]


def _bought_notes(row: Any, bought: Bought | None) -> list[str]:
    """What was bought in words, and what Jira says instead."""
    if bought is None:
        return []
    left = "" if row.unlimited else f", {row.left_words} left"
    by_jira = f"Seats by Jira: {row.seats_words}, {_number(row.seats_used)} used{left}."
    return [bought.words, f"{by_jira} It may be the plan's ceiling, not what was bought."]


def _sentence(row: Any, known: bool, licensed: int, days: int) -> str:
    if not known:
        return "Whose license it is can't be told."
    if not licensed:
        return "Nobody holds a license of its own."
    active = int(row.active_users)
    share = f"{active / licensed:.0%}"
    return f"{active:,} of {people_count(licensed)} worked {window_words(days)} ({share})"


def _notes(row: Any, known: bool, blind: str) -> list[str]:
    included = int(row.included_users) if known else 0
    differs = (
        known
        and not pd.isna(row.seats_used)
        and int(row.seats_used) != int(row.licensed_users) + included
    )
    return [
        f"Included for {people_count(included)} with another Jira product: no license of its own."
        if included
        else "",
        f"Jira counts {_number(row.seats_used)} users, the groups hold "
        f"{people_count(int(row.licensed_users) + included)}. Jira's count may be older, "
        "or hold accounts that groups do not show."
        if differs
        else "",
        _kept_back(row),
        f"For the others it can't be told. {blind}" if blind and known else "",
    ]


def _kept_back(row: Any) -> str:
    """That Jira's own numbers do not add up, where they do not; why, it does not say."""
    told = (row.seats, row.seats_used, row.seats_remaining)
    if row.unlimited or any(pd.isna(one) for one in told):
        return ""
    seats, used, left = (int(one) for one in told)
    if used + left == seats:
        return ""
    return (
        f"Used and left make {used + left:,} of {seats:,} seats by Jira's own count: it does not "
        "say why. It may keep seats back, such as for open invitations."
    )


def _number(value: Any) -> str:
    return UNKNOWN if pd.isna(value) else f"{int(value):,}"
