"""How much of what happened does a client tell of?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from .site_process import Truth
from .told import Event

FEEDS = {
    "comments": ("comment_created", "comment_edited"),
    "histories": ("issue_changed", "comment_deleted"),
    "work logs": ("worklog_created", "worklog_edited", "worklog_deleted"),
}
ACCESS = "access"
COLUMNS = (*FEEDS, ACCESS)


class Told(Protocol):
    """What a client tells: events, and the people with access."""

    people: set[str]

    def tells(self, event: Event) -> bool: ...


@dataclass(frozen=True)
class Verdict:
    """Shares of the truth between 0 and 1 by column, and what is missing by kind.

    The creation of issues is left out: not every peer was made to tell it.
    """

    shares: Mapping[str, float]
    missing: Mapping[str, int]


def judge(truth: Truth, told: Told) -> Verdict:
    """Holds what was told against the truth."""
    there: Counter[str] = Counter()
    found: Counter[str] = Counter()
    column_of = {kind: column for column, kinds in FEEDS.items() for kind in kinds}
    missing: Counter[str] = Counter()
    for event in truth.events:
        column = column_of.get(event[0])
        if column is None:
            continue
        there[column] += 1
        if told.tells(event):
            found[column] += 1
        else:
            missing[event[0]] += 1
    there[ACCESS] = len(truth.people)
    found[ACCESS] = len(truth.people & told.people)
    if unseen := there[ACCESS] - found[ACCESS]:
        missing["people with access"] = unseen
    shares = {c: found[c] / there[c] if there[c] else 1.0 for c in COLUMNS}
    return Verdict(shares, dict(missing))
