"""What is there at an instant? Columns, indexes and the state of every issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from jira_usage.demo import acts, tiny
from jira_usage.demo.acts import Kind, Life
from jira_usage.demo.chance import Column, generator
from jira_usage.demo.company import Company, Project
from jira_usage.demo.founding import EPOCH_DAY, found
from jira_usage.demo.life import live
from jira_usage.demo.scene import Cohort, Ids
from jira_usage.demo.sizes import AHEAD_DAYS, KEEP_DAYS, LONGEST_LIFE, SIZES
from jira_usage.demo.workdays import DAY, FAR, Workdays, day_of

_OLD_DAY = day_of(date(2021, 2, 1))


@dataclass
class Built:
    """A company and its life, worked out up to an instant."""

    company: Company
    life: Life
    until: int


Source = Callable[[int], Built]
"""Works out a site as of an instant; asked again a day before what it has worked out ends."""


def build(size: str, seed: int, now: int) -> Built:
    """Work out everything from the seed and the date, the same way every time."""
    day = now // DAY
    return _build(size, seed, day) if size == "large" else _remembered(size, seed, day)


@lru_cache(maxsize=6)
def _remembered(size: str, seed: int, today: int) -> Built:
    return _build(size, seed, today)


def _build(size: str, seed: int, today: int) -> Built:
    if size in ("tiny", "empty"):
        company, life = tiny.build(size, seed, today)
        return Built(company, life, FAR)
    plan = SIZES[size]
    first, last = today - KEEP_DAYS - 1, today + AHEAD_DAYS
    company, staffing = found(plan, seed, first, last)
    workdays = Workdays(_OLD_DAY - 10, last + 400)
    until = (last + 1) * DAY - 1
    old = Cohort(_OLD_DAY, plan.old_issues, 90.0, 40.0, 8.0, 4300.0, 4300.0, until, old=True)
    parts = [live(company, staffing, workdays, old, generator(seed, 8, _OLD_DAY), Ids.of_old())]
    for day in range(max(first, EPOCH_DAY), last + 1):
        rng = generator(seed, 7, day)
        count = int(rng.poisson(plan.issues_per_day * workdays.weight(day)))
        cohort = Cohort(
            day, count, plan.histories, plan.comments, plan.worklogs, plan.life_days,
            LONGEST_LIFE, until,
        )  # fmt: skip
        parts.append(live(company, staffing, workdays, cohort, rng, Ids.of_day(plan, day)))
    return Built(company, Life.join(parts), until)


class World:
    """A site's data as of its clock; move() brings it to a later instant."""

    def __init__(self, source: Source, now: int) -> None:
        self._source = source
        self.version = 0
        self._rebuild(now)

    def _rebuild(self, now: int) -> None:
        built = self._source(now)
        self.company, self.life, self.until = built.company, built.life, built.until
        self.issues, self.histories = built.life.issues, built.life.histories
        self.comments, self.worklogs = built.life.comments, built.life.worklogs
        n = len(self.issues)
        self.history_start = _offsets(self.histories.issue, n)
        self.comment_start = _offsets(self.comments.issue, n)
        self.worklog_start = _offsets(self.worklogs.issue, n)
        self._comment_order = np.argsort(self.comments.id, kind="stable")
        self._worklog_order = np.argsort(self.worklogs.id, kind="stable")
        self._alias: tuple[Column, Column] | None = None
        self._bump_at, self._bump_issue = self._bumps()
        self.now = now
        self._done = int(np.searchsorted(self._bump_at, now, side="right"))
        self.updated = self.issues.created.copy()
        np.maximum.at(self.updated, self._bump_issue[: self._done], self._bump_at[: self._done])
        self._settle()

    def move(self, now: int) -> None:
        """Bring everything to a later instant."""
        if now <= self.now:
            return
        if now > self.until - DAY:
            self._rebuild(now)
            return
        past = self.now
        self.now = now
        done = int(np.searchsorted(self._bump_at, now, side="right"))
        if done > self._done:
            rows = slice(self._done, done)
            np.maximum.at(self.updated, self._bump_issue[rows], self._bump_at[rows])
            self._done = done
            self._settle()
        elif now // DAY != past // DAY:
            self._settle()  # the oldest issues are cleaned away

    def _settle(self) -> None:
        """Derive what depends on the clock but not on the viewer."""
        self.version += 1
        issues, now = self.issues, self.now
        gone = issues.moved <= now
        self.project = np.where(gone, issues.project_after, issues.project)
        self.number = np.where(gone, issues.number_after, issues.number)
        archived = np.array([p.archived for p in self.company.projects], dtype=bool)
        kept = issues.day >= now // DAY - KEEP_DAYS
        alive = (issues.created <= now) & (issues.deleted > now) & kept
        self.exists = alive
        closed = archived[self.project] if len(archived) else np.zeros(len(issues), bool)
        self.readable = alive & ~issues.hidden & ~closed

    def _bumps(self) -> tuple[Column, Column]:
        """Every act that touches issue.updated, in order of time; births and deaths too."""
        h, c, w = self.histories, self.comments, self.worklogs
        loud = h.kind != Kind.RANK
        heard = (w.flags & acts.NO_BUMP) == 0
        rows, died = np.arange(len(self.issues), dtype=np.int32), self.issues.deleted < FAR
        parts = [
            (self.issues.created, rows),
            (self.issues.deleted[died], rows[died]),
            (h.at[loud], h.issue[loud]),
            (c.at, c.issue),
            (c.edit1[c.edit1 < FAR], c.issue[c.edit1 < FAR]),
            (c.edit2[c.edit2 < FAR], c.issue[c.edit2 < FAR]),
            (w.at[heard], w.issue[heard]),
            (w.edit1[w.edit1 < FAR], w.issue[w.edit1 < FAR]),
            (w.edit2[w.edit2 < FAR], w.issue[w.edit2 < FAR]),
        ]
        at = np.concatenate([p[0] for p in parts])
        issue = np.concatenate([p[1] for p in parts])
        order = np.argsort(at, kind="stable")
        return at[order], issue[order]

    # -- finding rows

    def row_of_id(self, issue_id: int) -> int | None:
        """The row of an issue id, readable or not."""
        return _find(self.issues.id, None, issue_id)

    def row_of_key(self, key: str) -> int | None:
        """The row of an issue key; an old key of a moved issue still leads to it."""
        head, _, tail = key.upper().rpartition("-")
        project = self.project_by_key(head)
        if project is None or not tail.isdigit():
            return None
        if self._alias is None:
            i = self.issues
            moved = np.flatnonzero(i.moved < FAR)
            codes = np.concatenate(
                [
                    i.project.astype(np.int64) << 32 | i.number,
                    i.project_after[moved].astype(np.int64) << 32 | i.number_after[moved],
                ]
            )
            rows = np.concatenate([np.arange(len(i)), moved])
            order = np.argsort(codes, kind="stable")
            self._alias = codes[order], rows[order]
        codes, rows = self._alias
        wanted = (project << 32) | int(tail)
        at = int(np.searchsorted(codes, wanted))
        if at >= len(codes) or codes[at] != wanted:
            return None
        row = int(rows[at])
        early = self.issues.moved[row] > self.now and self.issues.project[row] != project
        return None if early else row

    def project_by_key(self, key: str) -> int | None:
        """The index of a project by key or id."""
        for index, project in enumerate(self.company.projects):
            if project.key == key.upper() or str(project.id) == key:
                return index
        return None

    def project_of(self, row: int) -> Project:
        return self.company.projects[int(self.project[row])]

    def key(self, row: int) -> str:
        return f"{self.project_of(row).key}-{int(self.number[row])}"

    def key_of_id(self, issue_id: int) -> str:
        """The key of any issue that ever was; links keep naming those that are gone."""
        row = self.row_of_id(issue_id)
        return self.key(row) if row is not None else f"GONE-{issue_id}"

    def history_rows(self, row: int) -> Column:
        """Rows of an issue's visible histories, oldest first."""
        rows = np.arange(self.history_start[row], self.history_start[row + 1])
        return rows[self.histories.at[rows] <= self.now]

    def comment_rows(self, row: int) -> Column:
        rows = np.arange(self.comment_start[row], self.comment_start[row + 1])
        return rows[self.comment_shown(rows)]

    def comment_shown(self, rows: Column) -> Column:
        c = self.comments
        there = (c.at[rows] <= self.now) & (c.deleted[rows] > self.now)
        shown: Column = there & ((c.flags[rows] & acts.RESTRICTED) == 0)
        return shown

    def worklog_rows(self, row: int) -> Column:
        rows = np.arange(self.worklog_start[row], self.worklog_start[row + 1])
        return rows[self.worklog_shown(rows)]

    def worklog_shown(self, rows: Column) -> Column:
        w = self.worklogs
        there = (w.at[rows] <= self.now) & (w.deleted[rows] > self.now)
        shown: Column = there & ((w.flags[rows] & acts.RESTRICTED) == 0)
        return shown

    def comment_by_id(self, comment_id: int) -> int | None:
        return _find(self.comments.id, self._comment_order, comment_id)

    def worklog_by_id(self, worklog_id: int) -> int | None:
        return _find(self.worklogs.id, self._worklog_order, worklog_id)

    def comment_edit(self, row: int) -> tuple[int, int]:
        """The last edit so far: instant and person; the creation where there was none."""
        c = self.comments
        if c.edit2[row] <= self.now:
            return int(c.edit2[row]), int(c.edit2_by[row])
        if c.edit1[row] <= self.now:
            return int(c.edit1[row]), int(c.edit1_by[row])
        return int(c.at[row]), int(c.author[row])

    def worklog_edit(self, row: int) -> tuple[int, int, int]:
        """The last edit so far: instant, person and seconds; the creation where there was none."""
        w = self.worklogs
        if w.edit2[row] <= self.now:
            return int(w.edit2[row]), int(w.edit2_by[row]), int(w.edit2_seconds[row])
        if w.edit1[row] <= self.now:
            return int(w.edit1[row]), int(w.edit1_by[row]), int(w.edit1_seconds[row])
        return int(w.at[row]), int(w.author[row]), int(w.seconds[row])

    def updated_as_of(self, instant: int) -> Column:
        """issue.updated as an index that lags behind still has it."""
        updated = self.updated.copy()
        first = int(np.searchsorted(self._bump_at, instant, side="right"))
        for row in np.unique(self._bump_issue[first : self._done]).tolist():
            mine = self._bump_at[:first][self._bump_issue[:first] == row]
            updated[row] = mine[-1] if len(mine) else self.issues.created[row]
        return updated


def _offsets(issue: Column, n: int) -> Column:
    return np.searchsorted(issue, np.arange(n + 1))


def _find(ids: Column, order: Column | None, wanted: int) -> int | None:
    """The row of an id; the number takes the column's type, or numpy would copy the column."""
    if not 0 <= wanted < 1 << 31:
        return None
    at = int(np.searchsorted(ids, ids.dtype.type(wanted), sorter=order))
    if at >= len(ids):
        return None
    row = at if order is None else int(order[at])
    return row if ids[row] == wanted else None
