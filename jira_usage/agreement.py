"""Two tellings of the same issues, held against each other: Jira's of now, and the snapshot's.

Both sides are allowed what they can't help. Jira forgets: of a deleted comment only the
deletion stays, and of several edits only the last. The snapshot is not told of the last
minutes before its sync. Whatever else differs is a difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from jira_usage import schema as a
from jira_usage.events import SAME_ACT_MS, settled_worklogs

# The clocks of Jira and of whoever syncs it are known to agree to within this.
CLOCKS_MS = 60_000
_NEVER, _ALWAYS = -1, 1 << 62
_COMMENTED = (a.COMMENT_CREATED, a.COMMENT_EDITED)
_LOGGED = (a.WORKLOG_CREATED, a.WORKLOG_EDITED)

Instants = Mapping[tuple[str, str], int]  # by issue id, and the id of a comment or work log


class Event(NamedTuple):
    """An event as a snapshot has it. `at` is epoch ms."""

    issue_id: str
    kind: str
    source_id: str
    account_id: str
    at: int


@dataclass(frozen=True)
class Span:
    """What a snapshot answers for, in epoch ms: everything from `since` on, all of it up
    to `sure` and some of it up to `until`. `watched` is when its first sync began: what
    Jira has forgotten before then, the snapshot can't know."""

    since: int
    sure: int
    until: int
    watched: int = 0

    def holds(self, event: Event) -> bool:
        # At its very edge one source of an act may lie inside and the other one outside.
        return self.since + SAME_ACT_MS <= event.at <= self.until


@dataclass(frozen=True)
class Agreement:
    """What became of the events of both sides. `forgotten`: Jira told them once. `newer`: it
    tells them now, and they are too close to the sync to be held against it."""

    agreeing: int
    forgotten: tuple[Event, ...]
    newer: tuple[Event, ...]
    missing: tuple[Event, ...]
    unexplained: tuple[Event, ...]


@dataclass(frozen=True)
class Telling:
    """What Jira tells now of some issues: acts by schema.ACTS and schema.WORKLOG_ACTS, each
    once, and the (issue id, id) of the comments and work logs that can be read. `mute` are
    the issues whose work logs can't be."""

    acts: pd.DataFrame
    worklog_acts: pd.DataFrame
    comments: frozenset[tuple[str, str]] = frozenset()
    worklogs: frozenset[tuple[str, str]] = frozenset()
    mute: frozenset[str] = frozenset()

    def events(self, worklog_acts: pd.DataFrame) -> Iterator[Event]:
        yield from events_of(self.acts.rename(columns={"act": "kind"}))
        yield from events_of(settled_worklogs(worklog_acts))

    @cached_property
    def comment_deletions(self) -> dict[str, list[int]]:
        """When comments of an issue were deleted, by `at`; which ones, Jira does not say."""
        deleted = self.acts[self.acts["act"] == a.COMMENT_DELETED].sort_values("at")
        found = defaultdict(list)
        for issue_id, at in zip(deleted["issue_id"], deleted["at"].tolist(), strict=True):
            found[issue_id].append(at)
        return found

    @cached_property
    def comment_edits(self) -> Instants:
        """When a comment that is there was last edited."""
        return _latest(self.acts[self.acts["act"] == a.COMMENT_EDITED], "source_id")

    @cached_property
    def worklog_edits(self) -> Instants:
        """When a work log that is there was last edited."""
        acts = self.worklog_acts
        return _latest(acts[acts["act"] == a.WORKLOG_EDITED], "worklog_id")

    @cached_property
    def worklog_touches(self) -> Instants:
        """When a history last told of a work log that was edited or deleted."""
        acts = self.worklog_acts
        touched = acts["act"].isin((a.WORKLOG_TOUCHED, a.WORKLOG_REMOVED))
        return _latest(acts[touched], "worklog_id")

    @cached_property
    def worklogs_added(self) -> frozenset[tuple[str, str]]:
        """The work logs whose creation a history tells of."""
        added = self.worklog_acts[self.worklog_acts["act"] == a.WORKLOG_ADDED]
        return frozenset(zip(added["issue_id"], added["worklog_id"], strict=True))


def compare(told: Telling, ours: Iterable[Event], span: Span) -> Agreement:
    """Holds the events of a snapshot against what Jira tells of the same issues.

    Work logs are told of twice, and which telling makes the event depends on what the
    other one still says. So what only one side can know is first taken from, or given
    to, what Jira tells; then the same rule must make the same events of it.
    """
    kept = Counter(event for event in ours if span.holds(event))
    alone, _ = _apart(kept, Counter(filter(span.holds, told.events(told.worklog_acts))))
    forgotten = [*_forgotten_comments(told, alone, kept, span), *_forgotten_logs(told, alone, span)]
    worklog_acts = _as_the_snapshot_was_told(told.worklog_acts, kept, forgotten, span)
    theirs = Counter(filter(span.holds, told.events(worklog_acts)))
    theirs.update(event for event in forgotten if event.kind in _COMMENTED)
    unexplained, missing = _apart(kept, theirs)
    return Agreement(
        agreeing=kept.total() - len(forgotten) - len(unexplained),
        forgotten=tuple(forgotten),
        newer=tuple(event for event in missing if event.at > span.sure),
        missing=tuple(event for event in missing if event.at <= span.sure),
        unexplained=tuple(unexplained),
    )


def events_of(frame: pd.DataFrame) -> Iterator[Event]:
    """The rows of a frame with the fields of Event."""
    columns = [frame[name].astype("str").tolist() for name in Event._fields[:-1]]
    yield from map(Event, *columns, frame["at"].tolist())


def _apart(ours: Counter[Event], theirs: Counter[Event]) -> tuple[list[Event], list[Event]]:
    """The events that only one side has, by `at`; the same act may be told two seconds apart."""
    alone, missing = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
    waiting: dict[tuple[str, ...], list[Event]] = defaultdict(list)
    for event in missing:
        waiting[event[:-1]].append(event)
    unmatched = []
    for event in alone:
        near = [e for e in waiting[event[:-1]] if abs(e.at - event.at) <= SAME_ACT_MS]
        if near:
            waiting[event[:-1]].remove(near[0])
        else:
            unmatched.append(event)
    rest = [event for some in waiting.values() for event in some]
    return sorted(unmatched, key=_when), sorted(rest, key=_when)


def _when(event: Event) -> tuple[int, Event]:
    return event.at, event


def _forgotten_comments(
    told: Telling, alone: Iterable[Event], kept: Iterable[Event], span: Span
) -> Iterator[Event]:
    """Edits that a later edit has replaced, and all of comments that were deleted since.

    A deletion does not name its comment: there must be one for each comment that went,
    later than all that is known of it.
    """
    vanished: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in alone:
        comment = event.issue_id, event.source_id
        if event.kind in _COMMENTED and comment not in told.comments:
            vanished[comment].append(event)
        elif event.kind == a.COMMENT_EDITED and _forgets(
            told.comment_edits.get(comment, _NEVER), event.at, span
        ):
            yield event
    heard = dict.fromkeys(vanished, _NEVER)
    for event in kept:
        comment = event.issue_id, event.source_id
        if event.kind in _COMMENTED and comment in heard:
            heard[comment] = max(heard[comment], event.at)
    deletions = {issue_id: list(instants) for issue_id, instants in told.comment_deletions.items()}
    # The comment that was heard of last has the fewest deletions to choose from.
    for comment in sorted(vanished, key=heard.__getitem__, reverse=True):
        left = deletions.get(comment[0])
        if left and _forgets(left[-1], heard[comment], span):
            left.pop()
            yield from vanished[comment]


def _forgotten_logs(told: Telling, alone: Iterable[Event], span: Span) -> Iterator[Event]:
    """What only a work log itself told, before it was edited again, deleted or hidden."""
    for event in alone:
        worklog = event.issue_id, event.source_id
        if event.kind not in _LOGGED:
            continue
        there, added = worklog in told.worklogs, worklog in told.worklogs_added
        if event.kind == a.WORKLOG_CREATED and (there or added):
            continue  # Jira tells of its creation, and differently
        if there:
            until = told.worklog_edits.get(worklog, _NEVER)
        else:
            hidden = added or event.issue_id in told.mute
            until = told.worklog_touches.get(worklog, _ALWAYS if hidden else _NEVER)
        if _forgets(until, event.at, span):
            yield event


def _forgets(act_ms: int, event_ms: int, span: Span) -> bool:
    """Whether an act can have made Jira forget an event that the snapshot has seen."""
    return act_ms > event_ms and act_ms >= span.watched - CLOCKS_MS


def _as_the_snapshot_was_told(
    acts: pd.DataFrame, kept: Counter[Event], forgotten: Iterable[Event], span: Span
) -> pd.DataFrame:
    """Acts on work logs with those that Jira has forgotten, without those it told too late."""
    late = acts[acts["act"].isin(_LOGGED) & (acts["at"] > span.sure)]
    heard = [event in kept for event in events_of(late.rename(columns={"act": "kind"}))]
    rest = acts.drop(index=late.index[[not one for one in heard]])
    once = [
        {**event._asdict(), "act": event.kind, "worklog_id": event.source_id}
        for event in forgotten
        if event.kind in _LOGGED
    ]
    if not once:
        return rest
    return pd.concat([rest, pd.DataFrame(once)[list(acts.columns)]], ignore_index=True)


def _latest(acts: pd.DataFrame, source: str) -> Instants:
    latest = acts.groupby(["issue_id", source])["at"].max()
    return dict(zip(latest.index, latest.tolist(), strict=True))
