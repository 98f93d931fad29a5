"""Who does what when? The whole life of all issues that were created on one day."""

from __future__ import annotations

import numpy as np

from jira_usage.demo.acts import (
    NAMELESS,
    NO_FIELD_ID,
    NOBODY,
    ON_BEHALF,
    WORK_KINDS,
    Histories,
    Issues,
    Kind,
    Life,
    empty_life,
)
from jira_usage.demo.chance import Column
from jira_usage.demo.company import Company
from jira_usage.demo.founding import EPOCH_DAY
from jira_usage.demo.scene import Cohort, Ids, Scene
from jira_usage.demo.staffing import Staffing
from jira_usage.demo.talk import write_comments
from jira_usage.demo.timesheets import log_work
from jira_usage.demo.workdays import DAY, FAR, HOUR, Workdays, instants

_KINDS = np.array([
    Kind.STATUS, Kind.ASSIGNEE, Kind.SUMMARY, Kind.DESCRIPTION, Kind.LABELS, Kind.DUEDATE,
    Kind.SPRINT, Kind.LINK, Kind.REMOTE_LINK, Kind.PARENT, Kind.ATTACH_ADD, Kind.ATTACH_REMOVE,
    Kind.MOVE, Kind.PRIORITY, Kind.FIX_VERSION, Kind.STORY_POINTS, Kind.WORKFLOW, Kind.TRIAGE,
    Kind.ESTIMATE, Kind.CUSTOM, Kind.SUMMARY_AND_POINTS,
])  # fmt: skip
_CHANCES = np.array([
    27, 11, 2.5, 4, 4, 3,
    8, 4, 9, 4, 3, 0.8,
    0.7, 2.5, 3, 3, 6, 2,
    1, 1.5, 1,
])  # fmt: skip
_EDGES = np.cumsum(_CHANCES) / _CHANCES.sum()
_ROBOT_KINDS = np.array([
    Kind.STATUS, Kind.LABELS, Kind.REMOTE_LINK, Kind.REMOTE_LINK, Kind.FIX_VERSION, Kind.SPRINT,
    Kind.WORKFLOW, Kind.CUSTOM,
])  # fmt: skip


def live(
    company: Company, staffing: Staffing, workdays: Workdays, cohort: Cohort,
    rng: np.random.Generator, ids: Ids,
) -> Life:  # fmt: skip
    """Let a cohort live; ids are made of its day and the place in it."""
    n = cohort.count
    if n == 0:
        return empty_life()
    share = staffing.weights_on(cohort.day)
    weights = np.cumsum(np.where(staffing.project_phase < 0, share, 0.0) if cohort.old else share)
    project = np.searchsorted(weights / weights[-1], rng.random(n), side="right").astype(np.int32)
    project = np.minimum(project, len(weights) - 1)

    keepers = staffing.pick(project, rng.random(n))
    makers = np.where(rng.random(n) < 0.4, keepers, staffing.pick(project, rng.random(n)))
    days = np.full(n, cohort.day)
    if cohort.old:
        days = cohort.day + np.sort(rng.integers(0, 200, n))
    created = instants(days, staffing.office[makers], rng)
    order = np.argsort(created, kind="stable")
    project, keepers, makers, created = (x[order] for x in (project, keepers, makers, created))
    span = np.minimum(rng.exponential(cohort.life_days, n) + 0.3, cohort.longest)
    span = np.where(staffing.project_phase[project] >= 0, np.minimum(span, 20.0), span)
    if cohort.old:
        span = np.full(n, cohort.longest)

    scene = Scene(company, staffing, workdays, rng, cohort, created, project, span, keepers, ids)
    creator = company.occupants(makers, created)
    asked = staffing.project_desk[project] & (rng.random(n) < 0.55)
    customers = staffing.customer_slots[
        (rng.random(n) * len(staffing.customer_slots)).astype(np.int64)
    ]
    creator = np.where(asked, company.occupants(customers, created), creator)
    by_robot = rng.random(n) < 0.03
    creator = np.where(by_robot, company.occupants(scene.robots(n), created), creator)
    creator = np.where(rng.random(n) < 0.002, NOBODY, creator).astype(np.int32)

    number = _numbers(company, cohort, project)
    hidden = rng.random(n) < staffing.project_hidden[project]
    deleted = np.where(
        rng.random(n) < 0.011, created + (span * rng.random(n) * DAY).astype(np.int64), FAR
    )
    attached = np.where(rng.random(n) < 0.05, ids.issue + np.arange(n), 0)
    issues = Issues(
        id=(ids.issue + np.arange(n)).astype(np.int32),
        day=np.full(n, 1 << 30 if cohort.old else cohort.day, np.int32),
        created=created,
        creator=creator,
        assignee=np.where(rng.random(n) < 0.6, company.occupants(keepers, created), NOBODY).astype(
            np.int32
        ),
        project=project,
        number=number,
        type=rng.integers(0, 4, n).astype(np.uint8),
        hidden=hidden,
        deleted=deleted,
        attached=attached.astype(np.int32),
        moved=np.full(n, FAR),
        project_after=project.copy(),
        number_after=number.copy(),
    )
    comments, removals = write_comments(scene)
    worklogs, timesheet = log_work(scene)
    histories = _histories(scene, issues, [removals, timesheet])
    keep = created <= cohort.until
    if not keep.all():
        first = int(np.count_nonzero(keep))  # created is sorted
        issues = issues.take(slice(0, first))  # type: ignore[arg-type]  # a slice takes as an index does
        histories = histories.take(histories.issue < first)
        comments = comments.take(comments.issue < first)
        worklogs = worklogs.take(worklogs.issue < first)
    return Life(issues, histories, comments, worklogs)


def _numbers(company: Company, cohort: Cohort, project: Column) -> Column:
    """Issue numbers, in order of creation; every day has a range of its own per project."""
    stride = np.array([p.stride for p in company.projects])
    order = np.argsort(project, kind="stable")
    sorted_project = project[order]
    first = np.searchsorted(sorted_project, sorted_project, side="left")
    place = np.empty(len(project), dtype=np.int64)
    place[order] = np.arange(len(project)) - first
    if cohort.old:
        return (1 + place).astype(np.int32)
    base = 500 + np.maximum(cohort.day - EPOCH_DAY, 0) * stride[project]
    numbers: Column = (base + place).astype(np.int32)
    return numbers


def _histories(scene: Scene, issues: Issues, given: list[Histories]) -> Histories:
    """All histories of the cohort, sorted; statuses, assignees and sums follow each other."""
    rng, n = scene.rng, len(issues)
    counts = scene.counts(scene.cohort.histories, n)
    if scene.cohort.old:
        counts[0] += 320
    issue = np.repeat(np.arange(n, dtype=np.int32), counts)
    m = len(issue)
    robot = rng.random(m) < 0.13
    slots = np.where(robot, scene.robots(m), scene.actors(issue))
    at = scene.moments(issue, slots)
    author = scene.company.occupants(slots, at)
    kind = _KINDS[np.minimum(np.searchsorted(_EDGES, rng.random(m)), len(_KINDS) - 1)]
    kind = np.where(robot, _ROBOT_KINDS[rng.integers(0, len(_ROBOT_KINDS), m)], kind)
    flags = np.where(robot & (rng.random(m) < 0.35), ON_BEHALF, 0)
    zero = np.zeros(m, dtype=np.int32)
    rows = Histories(
        issue=issue,
        at=at,
        id=zero,
        kind=kind.astype(np.uint8),
        author=author,
        a=rng.integers(0, 1 << 30, m, dtype=np.int32),
        b=zero.copy(),
        c=zero.copy(),
        flags=flags.astype(np.uint8),
    )
    parts = [rows, _mirror_links(scene, rows, issues), _ranks(scene, rows), *given]
    rows = Histories.concat(parts)
    # Two histories in one millisecond happen: bulk changes, automation, two people at once.
    twin = rng.random(len(rows)) < 0.006
    rows = rows.take(np.lexsort((rows.at, rows.issue)))
    twin[0:1] = False
    twin[1:] &= (rows.issue[1:] == rows.issue[:-1]) & ~np.isin(rows.kind[1:], WORK_KINDS)
    twin[1:] &= rows.at[1:] - rows.at[:-1] < 10 * HOUR
    rows.at[twin] = rows.at[np.flatnonzero(twin) - 1]
    place = np.empty(len(rows), dtype=np.int64)
    place[np.argsort(rows.at, kind="stable")] = np.arange(len(rows))
    rows.id = (scene.ids.history + place).astype(np.int32)
    _spare_moves(scene, rows, issues)
    _continue_states(rows, issues)
    u = rng.random(len(rows))
    work = np.isin(rows.kind, WORK_KINDS)
    rows.author = np.where((u < 0.006) & ~work, NOBODY, rows.author)
    rows.author = np.where((u > 0.997) & ~work, NAMELESS, rows.author).astype(np.int32)
    rows.flags = rows.flags | np.where(rng.random(len(rows)) < 0.24, NO_FIELD_ID, 0).astype(
        np.uint8
    )
    return rows.take(rows.at <= scene.cohort.until)


def _mirror_links(scene: Scene, rows: Histories, issues: Issues) -> Histories:
    """A link is a history on both issues, in the same instant."""
    rng, n = scene.rng, len(issues)
    mine = np.flatnonzero(rows.kind == Kind.LINK)
    other = (rows.issue[mine] + 1 + rng.integers(0, max(n - 1, 1), len(mine))) % n
    fits = (other != rows.issue[mine]) & (rows.at[mine] > issues.created[other] + 1000)
    rows.kind[mine[~fits]] = Kind.LABELS
    mine, other = mine[fits], other[fits]
    removed = (rng.random(len(mine)) < 0.12).astype(np.int32)
    rows.a[mine], rows.b[mine], rows.c[mine] = issues.id[other], 0, removed
    far = rows.take(mine)
    far.a, far.b = issues.id[far.issue].copy(), np.ones(len(mine), np.int32)
    far.issue = other.astype(np.int32)
    return far


def _ranks(scene: Scene, rows: Histories) -> Histories:
    """Rank changes: soon after another act, or on issues that nobody has touched for months."""
    rng, n = scene.rng, len(scene.created)
    after = rows.take(np.flatnonzero(rng.random(len(rows)) < 0.06))
    after.at = after.at + rng.integers(60_000, 9 * HOUR, len(after))
    after.author = scene.company.occupants(scene.actors(after.issue), after.at)
    late = np.flatnonzero((rng.random(n) < 0.01) & (scene.span < 200)).astype(np.int32)
    slots = scene.actors(late)
    at = scene.created[late] + ((scene.span[late] + 150) * DAY).astype(np.int64)
    stale = Histories(
        issue=late,
        at=at,
        id=np.zeros(len(late), np.int32),
        kind=np.full(len(late), Kind.RANK, np.uint8),
        author=scene.company.occupants(slots, at),
        a=late,
        b=late,
        c=late,
        flags=np.zeros(len(late), np.uint8),
    )
    both = Histories.concat([after, stale])
    both.kind = np.full(len(both), Kind.RANK, np.uint8)
    both.flags = np.zeros(len(both), np.uint8)
    return both


def _spare_moves(scene: Scene, rows: Histories, issues: Issues) -> None:
    """An issue moves once at most, to a free number of its new project."""
    projects = scene.company.projects
    used: dict[int, int] = {}
    seen: set[int] = set()
    for row in np.flatnonzero(rows.kind == Kind.MOVE).tolist():
        i = int(rows.issue[row])
        old = int(issues.project[i])
        new = (old + 1 + int(rows.a[row]) % max(len(projects) - 1, 1)) % len(projects)
        spare = used.get(new, 0)
        closed = projects[new].archived or scene.staffing.project_phase[new] >= 0
        if i in seen or new == old or closed or spare >= 4 or scene.cohort.old:
            rows.kind[row] = Kind.PRIORITY
            continue
        seen.add(i)
        used[new] = spare + 1
        day = max(scene.cohort.day - EPOCH_DAY, 0)
        number = 500 + (day + 1) * projects[new].stride - 1 - spare
        rows.a[row], rows.b[row], rows.c[row] = old, new, issues.number[i]
        issues.moved[i] = rows.at[row]
        issues.project_after[i], issues.number_after[i] = new, number


def _place_within(issue: Column, mask: Column) -> Column:
    """For rows of a mask: the how-manieth of the mask within its issue it is, from 0."""
    running = np.cumsum(mask)
    first = np.concatenate([[True], issue[1:] != issue[:-1]])
    before = np.where(first, running - mask, 0)
    return running - 1 - np.maximum.accumulate(before)


def _continue_states(rows: Histories, issues: Issues) -> None:
    """What a change changes from is what the one before it changed to."""
    if not len(rows):
        return
    status = rows.kind == Kind.STATUS
    k = _place_within(rows.issue, status)[status]
    rows.a[status] = np.where(k < 3, k, np.array([3, 1, 2])[(k - 3) % 3])
    rows.b[status] = np.array([1, 2, 3, 1])[rows.a[status]]
    work = np.isin(rows.kind, WORK_KINDS)

    given = (rows.kind == Kind.ASSIGNEE) | (rows.kind == Kind.TRIAGE)
    at = np.flatnonzero(given)
    if len(at):
        to = np.where(rows.a[at] % 9 == 0, NOBODY, rows.author[at])
        before = np.concatenate([[NOBODY], to[:-1]])
        first = np.concatenate([[True], rows.issue[at][1:] != rows.issue[at][:-1]])
        rows.a[at] = np.where(first, issues.assignee[rows.issue[at]], before)
        rows.b[at] = to

    change = np.where(work, rows.c, 0).astype(np.int64)
    total = np.cumsum(change)
    begins = np.concatenate([[True], rows.issue[1:] != rows.issue[:-1]])
    start = np.where(begins, total - change, 0)
    start_index = np.maximum.accumulate(np.where(begins, np.arange(len(rows)), 0))
    spent = total - start[start_index]
    rows.b = np.where(work, np.maximum(spent, 0), rows.b).astype(np.int32)
