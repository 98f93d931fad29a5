"""How is a life written by hand, row by row?"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from jira_usage.demo.acts import (
    NOBODY,
    PUBLIC,
    Comments,
    Histories,
    Issues,
    Life,
    Worklogs,
    dtype_of,
)
from jira_usage.demo.workdays import FAR

_T = TypeVar("_T", Issues, Histories, Comments, Worklogs)
_FOREVER = 1 << 30

_ISSUE: dict[str, Any] = {
    "day": _FOREVER, "assignee": NOBODY, "project": 0, "number": 1, "type": 2, "hidden": False,
    "deleted": FAR, "attached": 0, "moved": FAR, "project_after": 0, "number_after": 0,
}  # fmt: skip
_HISTORY: dict[str, Any] = {"a": 0, "b": 0, "c": 0, "flags": 0}
_COMMENT: dict[str, Any] = {
    "edit1": FAR, "edit1_by": NOBODY, "edit2": FAR, "edit2_by": NOBODY, "deleted": FAR,
    "flags": PUBLIC,
}  # fmt: skip
_WORKLOG: dict[str, Any] = {
    "seconds": 3600, "edit1": FAR, "edit1_by": NOBODY, "edit1_seconds": 5400, "edit1_how": 0,
    "edit2": FAR, "edit2_by": NOBODY, "edit2_seconds": 7200, "edit2_how": 0, "deleted": FAR,
    "flags": 0,
}  # fmt: skip


class Pen:
    """Takes rows in any order; columns that are not told are as they mostly are.

    Issues must come in the order of their ids. Instants are epoch milliseconds.
    """

    def __init__(self) -> None:
        self._issues: list[dict[str, Any]] = []
        self._histories: list[dict[str, Any]] = []
        self._comments: list[dict[str, Any]] = []
        self._worklogs: list[dict[str, Any]] = []

    def issue(self, **told: Any) -> int:
        """Writes an issue and returns its row."""
        row = len(self._issues)
        self._issues.append(_ISSUE | {"id": 10_001 + row} | told)
        return row

    def history(self, **told: Any) -> int:
        """Writes a history and returns its id."""
        return _write(self._histories, _HISTORY | {"id": 20_001 + len(self._histories)} | told)

    def comment(self, **told: Any) -> int:
        """Writes a comment and returns its id; the history of its deletion is another row."""
        return _write(self._comments, _COMMENT | {"id": 30_001 + len(self._comments)} | told)

    def worklog(self, **told: Any) -> int:
        """Writes a work log and returns its id; its histories are other rows."""
        return _write(self._worklogs, _WORKLOG | {"id": 40_001 + len(self._worklogs)} | told)

    def life(self) -> Life:
        """Everything that was written."""
        return Life(
            _table(Issues, self._issues),
            _table(Histories, _by_issue(self._histories)),
            _table(Comments, _by_issue(self._comments)),
            _table(Worklogs, _by_issue(self._worklogs)),
        )


def _write(rows: list[dict[str, Any]], row: dict[str, Any]) -> int:
    rows.append(row)
    return int(row["id"])


def _by_issue(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["issue"], row["at"], row["id"]))


def _table(table: type[_T], rows: list[dict[str, Any]]) -> _T:
    columns: dict[str, Any] = {
        f.name: np.array([row[f.name] for row in rows], dtype_of(f.name)) for f in fields(table)
    }
    return table(**columns)
