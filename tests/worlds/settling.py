"""Which events do facts amount to? The contract's rules, in the slowest and plainest way.

Mostly there is one answer. Where the contract leaves a choice, every answer that it allows is
kept, and what an export tells must be one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from .telling import Fact

SAME_ACT = 2000
_AS_THEY_STAND = (
    "issue_created",
    "issue_changed",
    "comment_created",
    "comment_edited",
    "comment_deleted",
)


class Event(NamedTuple):
    kind: str
    at: int
    by: str
    issue: int
    source_id: int
    fields: tuple[str, ...] = ()


@dataclass
class Settled:
    """The events that must be told; and groups of answers, one of each of which must be."""

    events: list[Event] = field(default_factory=list)
    choices: list[set[tuple[Event, ...]]] = field(default_factory=list)


def settled(facts: Iterable[Fact]) -> Settled:
    """The events that some facts amount to."""
    facts = list(facts)
    told = Settled()
    for fact in facts:
        if fact.source in _AS_THEY_STAND:
            event = Event(fact.source, fact.at, fact.by, fact.issue, fact.id, fact.fields)
            told.events.append(event)
    told.events += _created(facts)
    deletions = _deletions(facts)
    for fact in deletions:
        told.events.append(Event("worklog_deleted", fact.at, fact.by, fact.issue, fact.worklog))
    _edits(facts, deletions, told)
    return told


def _of(facts: Iterable[Fact], *sources: str) -> list[Fact]:
    return [fact for fact in facts if fact.source in sources]


def _created(facts: list[Fact]) -> Iterator[Event]:
    """Once per work log: by the feed, else by the history that added it."""
    by_feed = {fact.worklog: fact for fact in _of(facts, "log created")}
    by_history: dict[int, Fact] = {}
    for fact in sorted(_of(facts, "added"), key=lambda f: (f.at, f.id)):
        by_history.setdefault(fact.worklog, fact)
    for worklog, fact in (by_history | by_feed).items():
        yield Event("worklog_created", fact.at, fact.by, fact.issue, worklog)


def _deletions(facts: list[Fact]) -> list[Fact]:
    """Histories that delete a work log: with WorklogTimeSpent, or the latest, if a feed says so.

    An edit that a feed tells of is none, unless the deletion is of its minute.
    """
    removed = _of(facts, "removed")
    surely = {fact.worklog for fact in removed}
    gone = {fact.worklog: fact.at for fact in _of(facts, "log gone") if fact.worklog not in surely}
    edits = _of(facts, "log edited")
    latest: dict[int, Fact] = {}
    for fact in sorted(_of(facts, "touched"), key=lambda f: (f.at, f.id)):
        if fact.worklog in gone:
            latest[fact.worklog] = fact
    return [
        *removed,
        *(
            fact
            for fact in latest.values()
            if abs(fact.at - gone[fact.worklog]) <= 60_000
            or not any(_same_act(fact, edit) for edit in edits)
        ),
    ]


def _edits(facts: list[Fact], deletions: list[Fact], told: Settled) -> None:
    """Edits by the feed, and by each history of which the feed does not know.

    The feed of a work log that no history has added may mean its creation by a bare `timespent`.
    Where several pairings are possible (two edits of one person on one issue within seconds),
    the contract does not say which: any that pairs what can be paired is right.
    """
    feed = _of(facts, "log edited")
    added = {fact.worklog for fact in _of(facts, "added")}
    unsaid = [fact for fact in _of(facts, "log created") if fact.worklog not in added]
    histories = [fact for fact in _of(facts, "touched", "timed") if fact not in deletions]
    for fact in feed:
        told.events.append(Event("worklog_edited", fact.at, fact.by, fact.issue, fact.worklog))
    pairs = [
        (history, entry)
        for history in histories
        for entry in (*feed, *unsaid)
        if _same_act(history, entry)
    ]
    for group in _connected(pairs):
        mine = {history for history, _ in group}
        told.choices.append(
            {
                tuple(sorted(_by_history(h) for h in mine - paired))
                for paired in _pairings(frozenset(group))
            }
        )
    in_pairs = {history for history, _ in pairs}
    told.events += [_by_history(fact) for fact in histories if fact not in in_pairs]


def _by_history(fact: Fact) -> Event:
    return Event("worklog_edited", fact.at, fact.by, fact.issue, fact.worklog or fact.id)


def _same_act(history: Fact, entry: Fact) -> bool:
    if history.by != entry.by or abs(history.at - entry.at) > SAME_ACT:
        return False
    if history.source == "touched":
        return entry.source == "log edited" and history.worklog == entry.worklog
    return history.issue == entry.issue


Pair = tuple[Fact, Fact]


def _connected(pairs: list[Pair]) -> list[list[Pair]]:
    """Pairs that have a fact in common, directly or through others."""
    groups: list[list[Pair]] = []
    for pair in pairs:
        near = [group for group in groups if any(set(pair) & set(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([pair, *(other for group in near for other in group)])
    return groups


@cache
def _pairings(pairs: frozenset[Pair]) -> frozenset[frozenset[Fact]]:
    """The histories that are paired, in each pairing one to one to which no pair can be added."""
    if not pairs:
        return frozenset({frozenset()})
    found: set[frozenset[Fact]] = set()
    for history, entry in pairs:
        rest = frozenset((h, e) for h, e in pairs if h != history and e != entry)
        found |= {paired | {history} for paired in _pairings(rest)}
    return frozenset(found)
