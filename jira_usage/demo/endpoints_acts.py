"""What has been done? Changelogs, comments and work logs."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import numpy as np
import orjson

from jira_usage.demo.chance import Column
from jira_usage.demo.desk import Ask, Desk, Refusal, endpoint
from jira_usage.demo.workdays import FAR

_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
FEED_PAGE = 1000
MINUTE = 60_000


@endpoint("POST", "/changelog/bulkfetch")
def changelog_bulk(desk: Desk, ask: Ask) -> Any:
    wanted = [str(i) for i in ask.body_list("issueIdsOrKeys")]
    if not 1 <= len(wanted) <= 1000:
        raise Refusal(400, "The number of issue ids or keys must be between 1 and 1000.")
    fields = [str(f) for f in ask.body_list("fieldIds")]
    if len(fields) > 10:
        raise Refusal(400, "The number of field ids must not exceed 10.")
    most = ask.body_number("maxResults", 1000)
    cap = 1000 if desk.traps.springs("bulkfetch_cap_1000", most > 1000) else 10_000
    if not 1 <= most <= cap:
        raise Refusal(400, f"maxResults must be between 1 and {cap}.")
    most = min(most, desk.habits.histories)
    rows = desk.kept(
        ("changelog", tuple(wanted), desk.world.now),
        lambda: _batch(desk, ask, wanted),
        few=True,
    )
    digest = hashlib.sha256(repr((wanted, fields)).encode()).hexdigest()[:16]
    start = _offset(ask.body.get("nextPageToken"), digest)
    twice = desk.traps.springs("duplicate_histories", len(rows) > 0)
    page = rows[max(start - twice, 0) : start + most]
    world = desk.world
    iso = desk.traps.springs("iso_bulkfetch", len(page) > 0)
    histories = desk.answers.history_texts(page, epoch=not iso)
    if fields:
        chosen = [_only(text, fields) for text in histories]
        page = page[[text is not None for text in chosen]]
        histories = [text for text in chosen if text is not None]
    logs: dict[int, list[bytes]] = {}
    ids = world.issues.id[world.histories.issue[page]].tolist()
    for issue_id, history in zip(ids, histories, strict=True):
        logs.setdefault(issue_id, []).append(history)
    document: dict[str, Any] = {
        "issueChangeLogs": [
            orjson.Fragment(
                b'{"issueId":"%d","changeHistories":[%b]}' % (issue_id, b",".join(found))
            )
            for issue_id, found in desk.habits.in_any_order(list(logs.items()))
        ]
    }
    if twice:
        document["issueChangeLogs"] += document["issueChangeLogs"][:1]
    if start + most < len(rows):
        document["nextPageToken"] = base64.urlsafe_b64encode(
            orjson.dumps([digest, start + most])
        ).decode()
    elif len(rows) % 2:
        document["nextPageToken"] = None  # absent or null: clients must take both
    return document


def _batch(desk: Desk, ask: Ask, wanted: list[str]) -> Column:
    """Rows of all histories of those issues, by instant, then issue."""
    world = desk.world
    if all(text.isdigit() for text in wanted):
        ids = np.unique(np.array(wanted, dtype=np.int64))
        places = np.minimum(np.searchsorted(world.issues.id, ids), max(len(world.issues) - 1, 0))
        found = places[world.issues.id[places] == ids] if len(world.issues) else places[:0]
        issues = found[desk.readable(ask)[found]].tolist()
    else:
        issues = sorted({r for text in wanted if (r := desk.issue_row(ask, text)) is not None})
    parts = [np.arange(world.history_start[i], world.history_start[i + 1]) for i in issues]
    rows = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    h = world.histories
    rows = rows[h.at[rows] <= world.now]
    ordered: Column = rows[np.lexsort((h.id[rows], h.issue[rows], h.at[rows]))]
    return ordered


def _offset(token: Any, digest: str) -> int:
    if token in (None, ""):
        return 0
    try:
        found, place = orjson.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):
        raise Refusal(400, "The provided next page token is invalid.") from None
    if found != digest:
        raise Refusal(400, "The provided next page token is invalid.")
    return int(place)


def _only(text: bytes, fields: list[str]) -> bytes | None:
    """A history with the items of those fields; items without a fieldId are lost."""
    history = orjson.loads(text)
    history["items"] = [item for item in history["items"] if item.get("fieldId") in fields]
    return orjson.dumps(history) if history["items"] else None


@endpoint("GET", "/issue/{issueIdOrKey}/changelog", anonymous=True)
def changelog(desk: Desk, ask: Ask) -> Any:
    row = desk.issue_or_404(ask)
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 100), 1), 100, desk.habits.histories)
    rows = desk.world.history_rows(row)
    page = rows[start : start + most]
    here = f"{desk.base}/rest/api/3/issue/{ask.path['issueIdOrKey']}/changelog"
    document: dict[str, Any] = {
        "self": f"{here}?maxResults={most}&startAt={start}",
        "maxResults": most,
        "startAt": start,
        "total": len(rows),
        "isLast": start + most >= len(rows),
        "values": desk.answers.histories(page, epoch=False),
    }
    if not document["isLast"]:
        document["nextPage"] = f"{here}?maxResults={most}&startAt={start + most}"
    return document


@endpoint("POST", "/issue/{issueIdOrKey}/changelog/list", anonymous=True)
def changelog_list(desk: Desk, ask: Ask) -> Any:
    row = desk.issue_or_404(ask)
    wanted = ask.body_list("changelogIds")
    if not wanted:
        raise Refusal(400, _PAYLOAD)
    rows = desk.world.history_rows(row)
    page = rows[np.isin(desk.world.histories.id[rows], [int(i) for i in wanted])]
    return {
        "startAt": 0,
        "maxResults": len(page),
        "total": len(page),
        "histories": desk.answers.histories(page, epoch=False),
    }


@endpoint("GET", "/issue/{issueIdOrKey}/comment", anonymous=True)
def comments(desk: Desk, ask: Ask) -> Any:
    row = desk.issue_or_404(ask)
    order = ask.text("orderBy", "created")
    if order.lstrip("+- ") != "created":
        raise Refusal(400, f"Cannot order by '{order}'.")
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 100), 0), 100, desk.habits.comments)
    rows = desk.world.comment_rows(row)
    if order.startswith("-"):
        rows = rows[::-1]
    return {
        "startAt": start,
        "maxResults": most,
        "total": len(rows),
        "comments": [desk.answers.comment(r) for r in rows[start : start + most].tolist()],
    }


def _ids(ask: Ask) -> list[int]:
    ids = ask.body_list("ids")
    if not 1 <= len(ids) <= 1000:
        raise Refusal(400, "The number of ids must be between 1 and 1000.")
    # Clients that read real sites send them as texts, too.
    numbers = [int(i) if type(i) is str and i.isascii() and i.isdecimal() else i for i in ids]
    if not all(type(number) is int and -(2**63) <= number < 2**63 for number in numbers):
        raise Refusal(400, _PAYLOAD)
    return numbers


@endpoint("POST", "/comment/list", anonymous=True)
def comment_list(desk: Desk, ask: Ask) -> Any:
    world, readable = desk.world, desk.readable(ask)
    found = []
    for ident in sorted(set(_ids(ask))):
        row = world.comment_by_id(ident)
        if row is None or not readable[world.comments.issue[row]]:
            continue
        if world.comment_shown(np.array([row]))[0]:
            found.append(desk.answers.comment(row))
    return {
        "maxResults": 1_048_576,
        "startAt": 0,
        "total": len(found),
        "isLast": True,
        "values": desk.habits.in_any_order(found),
    }


@endpoint("GET", "/issue/{issueIdOrKey}/worklog", anonymous=True)
def worklogs(desk: Desk, ask: Ask) -> Any:
    row = desk.issue_or_404(ask)
    start = max(ask.number("startAt", 0), 0)
    most = min(max(ask.number("maxResults", 5000), 1), 5000)
    rows = desk.world.worklog_rows(row)
    return {
        "startAt": start,
        "maxResults": most,
        "total": len(rows),
        "worklogs": [desk.answers.worklog(r) for r in rows[start : start + most].tolist()],
    }


@endpoint("GET", "/worklog/updated")
def worklogs_updated(desk: Desk, ask: Ask) -> Any:
    def make() -> tuple[Column, Column]:
        w, now = desk.world.worklogs, desk.world.now
        at = np.where(w.edit2 <= now, w.edit2, np.where(w.edit1 <= now, w.edit1, w.at))
        rows = np.flatnonzero((w.at <= now) & (w.deleted > now) & desk.world.exists[w.issue])
        return at[rows], w.id[rows]

    return _feed(desk, ask, "updated", make)


@endpoint("GET", "/worklog/deleted")
def worklogs_deleted(desk: Desk, ask: Ask) -> Any:
    def make() -> tuple[Column, Column]:
        w, now = desk.world.worklogs, desk.world.now
        # Work logs die with their issue, and nothing says so but this feed.
        at = np.minimum(w.deleted, desk.world.issues.deleted[w.issue])
        rows = np.flatnonzero((w.at <= now) & (at <= now) & (at < FAR) & (w.at < at))
        return at[rows], w.id[rows]

    return _feed(desk, ask, "deleted", make)


def _feed(desk: Desk, ask: Ask, name: str, make: Any) -> Any:
    """A page of changed work logs, oldest first, up to a minute ago."""

    def sorted_feed() -> tuple[Column, Column]:
        at, ids = make()
        order = np.lexsort((ids, at))
        return at[order], ids[order]

    at, ids = desk.kept(("feed", name, desk.world.now), sorted_feed, few=True)
    since = ask.number("since", 0)
    horizon = desk.world.now - MINUTE
    at = _crowded(desk, at, horizon)
    first = int(np.searchsorted(at, since, side="left"))
    stop = int(np.searchsorted(at, horizon, side="right"))
    end = min(first + min(FEED_PAGE, desk.habits.worklogs), max(stop, first))
    last_page = end >= stop
    until = int(at[end - 1]) if end > first else since
    if last_page and horizon > until:
        until = horizon
    if desk.traps.springs("stuck_feed", not last_page):
        until = since
    wrong = f"{desk.base.replace('127.0.0.1', 'your-domain.invalid')}/api/~ver~/worklog/{name}"
    document: dict[str, Any] = {
        "values": [
            {"worklogId": i, "updatedTime": t, "properties": []}
            for i, t in zip(ids[first:end].tolist(), at[first:end].tolist(), strict=True)
        ],
        "since": since,
        "until": until,
        "self": f"{wrong}?since={since}",
        "lastPage": last_page,
    }
    if not last_page:
        document["nextPage"] = f"{wrong}?since={until}"
    return document


def _crowded(desk: Desk, at: Column, horizon: int) -> Column:
    """Instants of a feed, the past ones moved together where a trap says so."""
    past = at <= horizon
    if not past.any():
        return at
    if desk.traps.springs("crowded_instant"):
        return np.where(past, at[past][-1], at)
    if desk.traps.springs("crowded_second"):
        return np.where(past, at[past][-1] // 1000 * 1000 + np.arange(len(at)) % 1000, at)
    return at


@endpoint("POST", "/worklog/list")
def worklog_list(desk: Desk, ask: Ask) -> Any:
    world = desk.world
    found = []
    for ident in sorted(set(_ids(ask))):
        row = world.worklog_by_id(ident)
        if row is None or not world.exists[world.worklogs.issue[row]]:
            continue
        if world.worklog_shown(np.array([row]))[0]:
            found.append(desk.answers.worklog(row))
    return desk.habits.in_any_order(found)
