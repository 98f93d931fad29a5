"""Who comments on what, edits it later, even years later, or deletes it?"""

from __future__ import annotations

import numpy as np

from jira_usage.demo.acts import (
    NOBODY,
    PUBLIC,
    RESTRICTED,
    RESTRICTED_SEEN,
    Comments,
    Histories,
    Kind,
)
from jira_usage.demo.chance import Column
from jira_usage.demo.scene import Scene
from jira_usage.demo.workdays import DAY, FAR, HOUR


def write_comments(scene: Scene) -> tuple[Comments, Histories]:
    """The comments of a cohort, and the histories of their deletions."""
    rng, n, cohort = scene.rng, len(scene.created), scene.cohort
    counts = scene.counts(cohort.comments, n)
    hot = rng.random(n) < (0.4 if cohort.old else 0.011)
    counts = counts + np.where(hot, (14 + rng.exponential(22, n)).astype(np.int64), 0)
    if cohort.old:
        counts[0] += 280
    issue = np.repeat(np.arange(n, dtype=np.int32), counts)
    m = len(issue)
    slots = scene.actors(issue)
    outside = scene.staffing.project_desk[scene.project[issue]] & (rng.random(m) < 0.35)
    customers = scene.staffing.customer_slots
    slots = np.where(outside, customers[(rng.random(m) * len(customers)).astype(np.int64)], slots)
    robot = rng.random(m) < 0.04
    slots = np.where(robot, scene.robots(m), slots)
    at = scene.moments(issue, slots)
    author = scene.company.occupants(slots, at)

    edit1 = at + (10_000 + rng.exponential(3 * HOUR, m)).astype(np.int64)
    late = rng.random(m) < (0.8 if cohort.old else 0.12)
    edit1 = np.where(late, at + (rng.random(m) * _latest(scene)[issue]).astype(np.int64), edit1)
    edit1 = np.maximum(edit1, at + 1)
    edited = rng.random(m) < (0.4 if cohort.old else 0.10)
    edit1 = np.where(edited, edit1, FAR)
    other = scene.company.occupants(scene.actors(issue), np.where(edited, edit1, at))
    edit1_by = np.where((rng.random(m) < 0.10) | late, other, author)
    again = edited & (rng.random(m) < 0.15)
    edit2 = np.where(again, edit1 + (60_000 + rng.exponential(DAY, m)).astype(np.int64), FAR)
    deleted = np.where(
        rng.random(m) < 0.025, at + (30_000 + rng.exponential(2 * DAY, m)).astype(np.int64), FAR
    )
    edit1 = np.where(edit1 < deleted, edit1, FAR)
    edit2 = np.where((edit2 < deleted) & (edit1 < FAR), edit2, FAR)
    u = rng.random(m)
    flags = np.where(u < 0.02, RESTRICTED_SEEN, np.where(u < 0.032, RESTRICTED, 0))
    flags = flags | np.where(rng.random(m) < 0.9, PUBLIC, 0)
    author = np.where(rng.random(m) < 0.0015, NOBODY, author).astype(np.int32)

    order = np.lexsort((at, issue))
    comments = Comments(
        issue=issue,
        id=np.zeros(m, np.int32),
        at=at,
        author=author,
        edit1=edit1,
        edit1_by=edit1_by.astype(np.int32),
        edit2=edit2,
        edit2_by=author.copy(),
        deleted=deleted,
        flags=flags.astype(np.uint8),
    ).take(order)
    place = np.empty(m, dtype=np.int64)
    place[np.argsort(comments.at, kind="stable")] = np.arange(m)
    comments.id = (scene.ids.comment + place).astype(np.int32)

    gone = np.flatnonzero(comments.deleted < FAR)
    by = np.where(
        rng.random(len(gone)) < 0.75,
        comments.author[gone],
        scene.company.occupants(scene.actors(comments.issue[gone]), comments.deleted[gone]),
    ).astype(np.int32)
    k = len(gone)
    removals = Histories(
        issue=comments.issue[gone],
        at=comments.deleted[gone],
        id=np.zeros(k, np.int32),
        kind=np.full(k, Kind.COMMENT_DELETED, np.uint8),
        author=by,
        a=comments.id[gone],
        b=((comments.flags[gone] & (RESTRICTED | RESTRICTED_SEEN)) > 0).astype(np.int32),
        c=np.zeros(k, np.int32),
        flags=np.zeros(k, np.uint8),
    )
    comments = comments.take(comments.at <= cohort.until)
    return comments, removals


def _latest(scene: Scene) -> Column:
    """How long after a comment it may still be edited, in milliseconds."""
    longest = 4 * 365.0 if scene.cohort.old else 60.0
    return np.full(len(scene.created), longest * DAY)
