"""Who logs work, changes what was logged, or takes it back, and what of that shows where?"""

from __future__ import annotations

import numpy as np

from jira_usage.demo.acts import (
    EDIT_TEXT,
    EDIT_TIME,
    EDIT_TIME_ALONE,
    EDIT_WITH_ID,
    NO_BUMP,
    NO_HISTORY,
    RESTRICTED,
    RESTRICTED_SEEN,
    Histories,
    Kind,
    Worklogs,
)
from jira_usage.demo.chance import Column
from jira_usage.demo.scene import Scene
from jira_usage.demo.workdays import DAY, FAR, HOUR

_EDIT_KINDS = np.array([
    0, Kind.WORKLOG_EDITED, Kind.WORKLOG_RETIMED, Kind.WORKLOG_RETIMED_ALONE, 0,
])  # fmt: skip


def log_work(scene: Scene) -> tuple[Worklogs, Histories]:
    """The work logs of a cohort, and what of them is in the histories."""
    rng, n, cohort = scene.rng, len(scene.created), scene.cohort
    timed = scene.staffing.project_timed[scene.project]
    counts = scene.counts(np.where(timed, cohort.worklogs * 2.2, 0.05), n)
    heavy = timed & (rng.random(n) < (0.2 if cohort.old else 0.006))
    counts = counts + np.where(heavy, (15 + rng.exponential(12, n)).astype(np.int64), 0)
    issue = np.repeat(np.arange(n, dtype=np.int32), counts)
    m = len(issue)
    slots = scene.actors(issue)
    at = scene.moments(issue, slots)
    # An import writes many within one second.
    batch = rng.random(m) < 0.03
    at = np.where(batch, np.maximum(at // DAY * DAY + 17 * HOUR, scene.created[issue] + 1000), at)

    flags = np.where(rng.random(m) < 0.02, RESTRICTED, 0)
    flags |= np.where((flags == 0) & (rng.random(m) < 0.01), RESTRICTED_SEEN, 0)
    at_creation = rng.random(m) < 0.02
    at = np.where(at_creation, scene.created[issue] + 7, at)
    flags |= np.where(at_creation, NO_HISTORY, 0)
    silent = (rng.random(m) < 0.008) & ~at_creation & (scene.span[issue] < 200)
    at = np.where(
        silent, scene.created[issue] + ((scene.span[issue] + 75) * DAY).astype(np.int64), at
    )
    flags |= np.where(silent, NO_HISTORY | NO_BUMP, 0)
    author = scene.company.occupants(slots, at)
    seconds = (60 * rng.integers(1, 32, m) * np.where(rng.random(m) < 0.8, 15, 1)).astype(np.int32)

    plain = ~silent
    edited = plain & (rng.random(m) < 0.12)
    edit1 = np.where(edited, at + (600_000 + rng.exponential(DAY, m)).astype(np.int64), FAR)
    edit2 = np.where(
        edited & (rng.random(m) < 0.2),
        edit1 + (600_000 + rng.exponential(2 * DAY, m)).astype(np.int64),
        FAR,
    )
    last = np.where(edit2 < FAR, edit2, np.where(edit1 < FAR, edit1, at))
    deleted = np.where(
        plain & (rng.random(m) < 0.04),
        last + (600_000 + rng.exponential(2 * DAY, m)).astype(np.int64),
        FAR,
    )

    def editor(when: Column) -> Column:
        else_ = scene.company.occupants(scene.actors(issue), np.where(when < FAR, when, at))
        return np.where(rng.random(m) < 0.8, author, else_).astype(np.int32)

    def how() -> Column:
        ways = [EDIT_WITH_ID, EDIT_TIME, EDIT_TIME_ALONE, EDIT_TEXT]
        return rng.choice(ways, m, p=[0.3, 0.3, 0.15, 0.25]).astype(np.uint8)

    how1, how2 = how(), how()
    seconds1 = np.where(how1 == EDIT_TEXT, seconds, seconds + 60 * rng.integers(1, 90, m))
    seconds2 = np.where(how2 == EDIT_TEXT, seconds1, seconds1 + 60 * rng.integers(1, 90, m))
    worklogs = Worklogs(
        issue=issue,
        id=np.zeros(m, np.int32),
        at=at,
        author=author,
        seconds=seconds,
        edit1=edit1,
        edit1_by=editor(edit1),
        edit1_seconds=seconds1.astype(np.int32),
        edit1_how=how1,
        edit2=edit2,
        edit2_by=editor(edit2),
        edit2_seconds=seconds2.astype(np.int32),
        edit2_how=how2,
        deleted=deleted,
        flags=flags.astype(np.uint8),
    ).take(np.lexsort((at, issue)))
    place = np.empty(m, dtype=np.int64)
    place[np.argsort(worklogs.at, kind="stable")] = np.arange(m)
    worklogs.id = (scene.ids.worklog + place).astype(np.int32)
    histories = _in_histories(scene, worklogs)
    return worklogs.take(worklogs.at <= cohort.until), histories


def _in_histories(scene: Scene, w: Worklogs) -> Histories:
    """Histories a moment after the work log itself, never in the same millisecond."""
    rng = scene.rng
    m = len(w)
    added_kind = np.where(rng.random(m) < 0.06, Kind.RESOLVED_WITH_WORK, Kind.WORKLOG_ADDED)
    added = _rows(scene, w, (w.flags & NO_HISTORY) == 0, w.at, w.author, added_kind, w.seconds)
    first = _rows(
        scene,
        w,
        (w.edit1 < FAR) & (w.edit1_how != EDIT_TEXT),
        w.edit1,
        w.edit1_by,
        _EDIT_KINDS[w.edit1_how],
        w.edit1_seconds - w.seconds,
    )
    second = _rows(
        scene,
        w,
        (w.edit2 < FAR) & (w.edit2_how != EDIT_TEXT),
        w.edit2,
        w.edit2_by,
        _EDIT_KINDS[w.edit2_how],
        w.edit2_seconds - w.edit1_seconds,
    )
    left = np.where(
        w.edit2 < FAR, w.edit2_seconds, np.where(w.edit1 < FAR, w.edit1_seconds, w.seconds)
    )
    whole = np.where((w.flags & RESTRICTED) > 0, Kind.WORKLOG_DELETED_HIDDEN, Kind.WORKLOG_DELETED)
    gone_kind = np.where(rng.random(m) < 0.35, Kind.WORKLOG_GONE, whole)
    deleter = np.where(
        rng.random(m) < 0.85,
        w.author,
        scene.company.occupants(scene.actors(w.issue), np.where(w.deleted < FAR, w.deleted, w.at)),
    )
    gone = _rows(scene, w, w.deleted < FAR, w.deleted, deleter, gone_kind, -left)
    return Histories.concat([added, first, second, gone])


def _rows(
    scene: Scene, w: Worklogs, mask: Column, at: Column, by: Column, kind: Column, change: Column
) -> Histories:
    rows = np.flatnonzero(mask)
    k = len(rows)
    return Histories(
        issue=w.issue[rows],
        at=at[rows] + scene.rng.integers(2, 900, k),
        id=np.zeros(k, np.int32),
        kind=kind[rows].astype(np.uint8),
        author=by[rows].astype(np.int32),
        a=w.id[rows],
        b=np.zeros(k, np.int32),
        c=change[rows].astype(np.int32),
        flags=np.zeros(k, np.uint8),
    )
