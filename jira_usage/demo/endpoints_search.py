"""Which issues are there, and what is in them? Search, counts and single issues."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import numpy as np
import orjson

from jira_usage.demo.chance import Column
from jira_usage.demo.desk import CALLER_ZONE, Ask, Desk, Refusal, endpoint
from jira_usage.demo.jql import JqlError, Query, Scope, parse

MOST_IDS = 5000
MOST_ISSUES = 100
_BAD_TOKEN = "The provided next page token is invalid or expired."
_SLIM = {"id", "key"}


def _scope(desk: Desk, ask: Ask) -> Scope:
    known = desk.search_updated()
    desk.traps.springs("index_lag", bool((known != desk.world.updated).any()))
    return Scope(desk.world, desk.indexed(ask), known, CALLER_ZONE)


def _query(text: Any) -> Query:
    if not isinstance(text, str):
        raise Refusal(400, "Invalid request payload. Refer to the REST API documentation.")
    try:
        return parse(text)
    except JqlError as error:
        raise Refusal(400, str(error)) from None


def _hits(desk: Desk, ask: Ask, text: str) -> tuple[Column, list[Column]]:
    """Rows of the issues that match, in order, and the columns they are ordered by."""

    def make() -> tuple[Column, list[Column]]:
        query = _query(text)
        scope = _scope(desk, ask)
        try:
            rows = np.flatnonzero(query.matches(scope))
        except JqlError as error:
            raise Refusal(400, str(error)) from None
        columns = query.sort_columns(scope)
        order = np.lexsort([column[rows] for column in reversed(columns)])
        return rows[order], columns

    hits: tuple[Column, list[Column]] = desk.kept(
        ("hits", text, ask.anonymous, desk.world.now // 60_000), make, few=True
    )
    return hits


def _fields(names: list[Any]) -> tuple[bool, set[str] | None]:
    """Whether only id or key are wanted, and the fields wanted (None: all)."""
    wanted = [str(n) for n in names] or ["id"]
    if set(wanted) <= _SLIM:
        return True, set(wanted)
    if "*all" in wanted:
        return False, None
    if "*navigable" in wanted:
        return False, {
            "project", "created", "updated", "creator", "reporter", "summary", "issuetype",
            "priority", "labels", "duedate", "status", "resolution", "assignee", *wanted,
        }  # fmt: skip
    if all(n.startswith("-") for n in wanted):
        return False, None
    return False, set(wanted)


def _token(digest: str, hits: Column, columns: list[Column], place: int) -> str:
    row = int(hits[place - 1])
    after = [int(column[row]) for column in columns]
    return base64.urlsafe_b64encode(
        orjson.dumps({"q": digest, "p": place, "r": row, "a": after})
    ).decode()


def _resume(token: Any, digest: str, hits: Column, columns: list[Column]) -> int:
    """Where the next page begins: after the last issue seen, wherever that is by now."""
    try:
        seen = orjson.loads(base64.urlsafe_b64decode(token))
        place, row, after = int(seen["p"]), int(seen["r"]), list(seen["a"])
    except (ValueError, TypeError, KeyError):
        raise Refusal(400, _BAD_TOKEN) from None
    if seen["q"] != digest or len(after) != len(columns):
        raise Refusal(400, _BAD_TOKEN)
    same = place <= len(hits) and hits[place - 1] == row
    if same and all(int(c[row]) == v for c, v in zip(columns, after, strict=True)):
        return place
    later = np.zeros(len(hits), dtype=bool)
    level = np.ones(len(hits), dtype=bool)
    for column, value in zip(columns, after, strict=True):
        found = column[hits]
        later |= level & (found > value)
        level &= found == value
    return int(len(hits) - np.count_nonzero(later))


@endpoint("GET", "/search/jql", anonymous=True)
def search_get(desk: Desk, ask: Ask) -> Any:
    reconcile = [int(x) for x in ask.many("reconcileIssues") if x.isdigit()]
    if "startAt" in ask.query:
        raise Refusal(400, "The parameter 'startAt' is not supported by this endpoint.")
    return _search(
        desk, ask, ask.text("jql"), ask.text("nextPageToken") or None,
        ask.number("maxResults", 50), list(ask.many("fields")), ask.text("expand"), reconcile,
    )  # fmt: skip


@endpoint("POST", "/search/jql", anonymous=True)
def search_post(desk: Desk, ask: Ask) -> Any:
    known = {
        "jql", "nextPageToken", "maxResults", "fields", "expand", "properties", "fieldsByKeys",
        "reconcileIssues", "failFast", "includeArchivedProjects",
    }  # fmt: skip
    if set(ask.body) - known:
        raise Refusal(400, "Invalid request payload. Refer to the REST API documentation.")
    expand = ask.body.get("expand") or ""
    if not isinstance(expand, str):
        raise Refusal(400, "Invalid request payload. Refer to the REST API documentation.")
    reconcile = [int(x) for x in ask.body_list("reconcileIssues")]
    return _search(
        desk, ask, ask.body.get("jql") or "", ask.body.get("nextPageToken"),
        ask.body_number("maxResults", 50), ask.body_list("fields"), expand, reconcile,
    )  # fmt: skip


def _search(
    desk: Desk, ask: Ask, jql: str, token: Any, most: int, names: list[Any], expand: str,
    reconcile: list[int],
) -> Any:  # fmt: skip
    if len(reconcile) > 50:
        raise Refusal(400, "reconcileIssues must not hold more than 50 issue ids.")
    slim, fields = _fields(names)
    expands = {e for e in expand.split(",") if e}
    most = min(most if most > 0 else 50, MOST_IDS if slim and not expands else MOST_ISSUES)
    most = min(most, desk.habits.issues)
    if desk.traps.springs("short_pages", most > 3):
        most = max(most - most // 4, 1)
    if ask.anonymous and not reconcile:
        _refuse_unknown_projects(_query(jql))
    hits, columns = _hits(desk, ask, jql)
    ident = repr((jql, sorted(map(str, names)), expand, ask.anonymous, reconcile))
    digest = hashlib.sha256(ident.encode()).hexdigest()[:16]
    start = _resume(token, digest, hits, columns) if token is not None else 0
    page = hits[start : start + most].tolist()
    if token is None:
        page += _reconciled(desk, ask, reconcile, page)
    end = start + most
    changelog = 40 if "changelog" in expands else 0
    if slim and not expands:
        issues = [_slim(desk, row, fields or {"id"}) for row in page]
    else:
        issues = [desk.answers.issue(row, fields, changelog=changelog) for row in page]
    document: dict[str, Any] = {"issues": issues}
    if end < len(hits):
        document["nextPageToken"] = _token(digest, hits, columns, end)
    document["isLast"] = end >= len(hits)
    if "names" in expands:
        document["names"] = {name: name.capitalize() for name in fields or _SLIM}
    return document


def _refuse_unknown_projects(query: Query) -> None:
    if query.clause is None:
        raise Refusal(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search "
            "restriction to your query.",
        )


def _slim(desk: Desk, row: int, fields: set[str]) -> dict[str, Any]:
    if fields == {"id"}:
        return {"id": str(int(desk.world.issues.id[row]))}
    return desk.answers.issue(row, fields, bare=True)


def _reconciled(desk: Desk, ask: Ask, ids: list[int], page: list[int]) -> list[int]:
    """Issues that the caller wants to be seen as they are now, not as the index has them."""
    rows = []
    for ident in ids:
        row = desk.world.row_of_id(ident)
        if row is not None and desk.readable(ask)[row] and row not in page:
            lagging = desk.search_updated()[row] != desk.world.updated[row]
            if lagging or not desk.indexed(ask)[row]:
                rows.append(row)
    return rows


@endpoint("POST", "/search/approximate-count", anonymous=True)
def approximate_count(desk: Desk, ask: Ask) -> Any:
    hits, _ = _hits(desk, ask, ask.body.get("jql") or "")
    return {"count": len(hits)}


@endpoint("GET", "/issue/{issueIdOrKey}", anonymous=True)
def issue(desk: Desk, ask: Ask) -> Any:
    row = desk.issue_or_404(ask)
    names = ask.many("fields")
    _, fields = _fields(names) if names else (False, None)
    return desk.answers.issue(
        row, fields, changelog=100 if "changelog" in ask.many("expand") else 0
    )


@endpoint("POST", "/issue/bulkfetch", anonymous=True)
def bulk_fetch(desk: Desk, ask: Ask) -> Any:
    wanted = [str(i) for i in ask.body_list("issueIdsOrKeys")]
    names = ask.body_list("fields")
    expands = set(ask.body_list("expand"))
    heavy = {
        "changelog", "editmeta", "operations", "renderedFields", "transitions",
        "versionedRepresentations",
    }  # fmt: skip
    named = bool(names) and not any(str(n).startswith(("*", "-")) for n in names)
    limit = 1000 if named and not expands & heavy else 100
    if not wanted:
        raise Refusal(400, "At least one issue id or key is required.")
    if len(wanted) > limit:
        raise Refusal(400, f"The number of issue ids or keys must not exceed {limit}.")
    _, fields = _fields(names or ["*navigable"])
    # Of issues that are gone or can't be seen nothing is told: `issueErrors` is for others.
    rows = {row for text in wanted if (row := desk.issue_row(ask, text)) is not None}
    changelog = 40 if "changelog" in expands else 0
    issues = [desk.answers.issue(row, fields, changelog=changelog) for row in sorted(rows)]
    return {"issues": issues, "issueErrors": []}
