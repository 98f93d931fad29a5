"""How may a good answer be odd? Each twist changes documents in place, on the paths it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson

from jira_usage.demo.times import to_ms

Memory = set[Any]
Turn = Callable[[Any, Memory], bool]


@dataclass(frozen=True)
class Twist:
    """A sentence, and what it does: turn(document, memory) says whether it found anything.

    Paths are those behind /rest/api/3; none means all. Memory is kept from answer to answer.
    """

    sentence: str
    turn: Turn
    paths: frozenset[str] = frozenset()


_SEARCH, _BULK, _HISTORIES = "/search/jql", "/issue/bulkfetch", "/changelog/bulkfetch"
_ISSUES = frozenset({_SEARCH, _BULK, "/issue/{issueIdOrKey}"})
_BODIES = _ISSUES | {"/issue/{issueIdOrKey}/comment", "/comment/list", "/worklog/list"}
_KNOWN = frozenset({"/comment/list"})
_FEEDS = frozenset({"/worklog/updated", "/worklog/deleted"})
_ROLES = frozenset({"/applicationrole"})


def objects(document: Any) -> Iterator[dict[str, Any]]:
    """All objects of a document, itself included; those inside a Fragment are not seen."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


# -- instants

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")
_MINUTES_AHEAD = (330, -210, 765, 0)


def _instants(document: Any, write: Callable[[datetime], Any]) -> bool:
    found = False
    for node in objects(document):
        for key, value in node.items():
            if isinstance(value, str) and _INSTANT.fullmatch(value):
                node[key] = write(datetime.fromisoformat(value))
                found = True
    return found


def _mixed_offset(at: datetime) -> str:
    minutes = _MINUTES_AHEAD[(at.hour + at.minute) % len(_MINUTES_AHEAD)]
    if minutes == 0:
        told = at.astimezone(UTC).isoformat(timespec="milliseconds")
        return told.replace("+00:00", "Z")
    zone = timezone(timedelta(minutes=minutes))
    told = at.astimezone(zone).isoformat(timespec="milliseconds")
    return told if minutes < 0 else told[:-3] + told[-2:]


def _created(write: Callable[[int], Any]) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        found = False
        for node in objects(document):
            if isinstance(node.get("created"), int):
                node["created"] = write(node["created"])
                found = True
        return found

    return turn


# -- names of keys, types of values

_NEEDLESS = (
    "self", "expand", "avatarUrls", "timeZone", "locale", "appType", "groups", "defaultGroups",
    "selectedByDefault", "defined", "userCountDescription", "platform", "isLast", "maxResults",
    "startAt", "total", "nextPage", "lastPage", "style", "isPrivate", "simplified", "properties",
    "jsdPublic", "visibility", "description", "fieldtype", "fromString", "toString", "started",
    "timeSpent", "issueErrors",
)  # fmt: skip


def _needless(act: Callable[[dict[str, Any], str], object]) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        found = False
        for node in objects(document):
            # A feed of work logs has no other sign of its end, a custom field no other of itself.
            spared = {"lastPage"} if "until" in node else set()
            spared |= {"fieldtype"} if node.get("fieldtype") == "custom" else set()
            for key in [k for k in _NEEDLESS if k in node and k not in spared]:
                act(node, key)
                found = True
        return found

    return turn


def _unknown_keys(document: Any, memory: Memory) -> bool:
    nodes = list(objects(document))
    for node in nodes:
        node["xNewThing"] = {"id": None, "author": [1, "?"], "created": False}
    return bool(nodes)


def _number_ids(document: Any, memory: Memory) -> bool:
    found = False
    for node in objects(document):
        for key in ("id", "issueId"):
            if isinstance(node.get(key), str) and node[key].isdecimal():
                node[key] = int(node[key])
                found = True
    return found


def _localized(document: Any, memory: Memory) -> bool:
    found = False
    for node in objects(document):
        if "fieldId" in node and isinstance(node.get("field"), str):
            node["field"] = f"Feld „{node['field']}“"
            found = True
    return found


def _unknown_words(document: Any, memory: Memory) -> bool:
    found = False
    for node in objects(document):
        for key in ("accountType", "projectTypeKey"):
            if node.get(key) in ("unknown", "business"):
                node[key] = "hologram"
                found = True
    return found


def _counts_missing(document: Any, memory: Memory) -> bool:
    for place, role in enumerate(document):
        for key in ("numberOfSeats", "remainingSeats", "userCount"):
            role[key] = None
            if place % 2:
                del role[key]
    return bool(document)


def _names_only(document: Any, memory: Memory) -> bool:
    for role in document:
        del role["groupDetails"], role["defaultGroupsDetails"]
    return bool(document)


# -- what an issue carries


def _embedded(document: Any) -> Iterator[dict[str, Any]]:
    """Comments and work logs that issues carry inside themselves."""
    for node in objects(document):
        for key, values in (("comment", "comments"), ("worklog", "worklogs")):
            if isinstance(node.get(key), dict) and values in node[key]:
                yield node[key]


def _embeds_none(document: Any, memory: Memory) -> bool:
    found = False
    for inside in _embedded(document):
        found |= inside.get("total", 0) > 0
        inside["comments" if "comments" in inside else "worklogs"] = []
    return found


def _is_cut(document: Any, memory: Memory) -> bool:
    """Changes nothing; which comments are embedded is settled where they are."""
    return any(0 < len(i.get("comments", [])) < i.get("total", 0) for i in _embedded(document))


def _comments_skipped(document: Any, memory: Memory) -> bool:
    return sum(node.pop("comment", None) is not None for node in list(objects(document))) > 0


def _bodies(text: Callable[[], bytes]) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        body = orjson.Fragment(b'{"version":1,"type":"doc","content":[%b]}' % text())
        found = False
        for node in list(objects(document)):
            for key in ("body", "description"):
                if isinstance(node.get(key), dict):
                    node[key] = body
                    found = True
        return found

    return turn


_WORDS = b'{"type":"paragraph","content":[{"type":"text","text":"%b"}]}'
_DEPTH = 235  # JSON is four times as deep; parsers give up at a thousand
_LIST = b'{"type":"bulletList","content":[{"type":"listItem","content":['


def _huge() -> bytes:
    return _WORDS % (b"Lorem ipsum \\u00e9\\ud83d\\ude80 " * 100_000)


def _deep() -> bytes:
    return _LIST * _DEPTH + _WORDS % b"deep" + b"]}]}" * _DEPTH


# -- pages


def _says_last(last: bool) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        if not isinstance(document, dict) or document.get("isLast") is not (not last):
            return False
        document["isLast"] = last
        return True

    return turn


def _total(more: Callable[[dict[str, Any], int], int]) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        total = document.get("total") if isinstance(document, dict) else None
        if not isinstance(total, int):
            return False
        lists = (document[key] for key in ("values", "comments", "worklogs") if key in document)
        document["total"] = more(document, document.get("startAt", 0) + len(next(lists, [])))
        return bool(document["total"] != total)

    return turn


def _growing(document: dict[str, Any], shown: int) -> int:
    return min(int(document["total"]), shown + 1)


def _too_low(document: dict[str, Any], shown: int) -> int:
    """Only where something else tells of the end."""
    return max(int(document["total"]) - 1, 0) if "isLast" in document else int(document["total"])


def _without(gone: Callable[[str, Memory], bool]) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        issues = document["issues"]
        document["issues"] = [i for i in issues if not gone(str(i["id"]), memory)]
        return len(document["issues"]) < len(issues)

    return turn


def _first_time(issue_id: str, memory: Memory) -> bool:
    new = int(issue_id) % 2 == 0 and issue_id not in memory
    memory.add(issue_id)
    return new


def _cut(document: Any, memory: Memory) -> bool:
    values = document["values"]
    document |= {"values": values[: len(values) // 2], "isLast": False}
    return bool(values)


def _lost(document: Any, memory: Memory) -> bool:
    found = False
    for entry in document["issueChangeLogs"]:
        histories = entry["changeHistories"]
        entry["changeHistories"] = [h for h in histories if int(h["id"]) % 3]
        found |= len(entry["changeHistories"]) < len(histories)
    return found


def _drop(key: str) -> Turn:
    def turn(document: Any, memory: Memory) -> bool:
        return document.pop(key, None) is not None

    return turn


TWISTS = {
    "epoch_text": Twist(
        "changelog/bulkfetch sends created as milliseconds in a text.",
        _created(str), frozenset({_HISTORIES}),
    ),
    "epoch_seconds": Twist(
        "changelog/bulkfetch sends created as whole epoch seconds.",
        _created(lambda ms: ms // 1000), frozenset({_HISTORIES}),
    ),
    "epoch_everywhere": Twist(
        "All timestamps are epoch milliseconds.",
        lambda document, memory: _instants(document, to_ms),
    ),
    "mixed_offsets": Twist(
        "Timestamps change their offset: +0530, -03:30, +1245 and Z.",
        lambda document, memory: _instants(document, _mixed_offset),
    ),
    "number_ids": Twist("Ids are numbers instead of texts.", _number_ids),
    "localized_fields": Twist(
        "Fields have translated names; their ids stay.", _localized,
        frozenset({_HISTORIES, "/issue/{issueIdOrKey}/changelog"}),
    ),
    "unknown_words": Twist(
        "Types of accounts and projects are words that are not documented.", _unknown_words
    ),
    "counts_missing": Twist(
        "applicationrole tells neither seats nor users: keys are null or missing.",
        _counts_missing, _ROLES,
    ),
    "names_only": Twist(
        "applicationrole names groups without their ids.", _names_only, _ROLES
    ),
    "embeds_none": Twist(
        "Issues carry none of their comments and work logs, only their number.",
        _embeds_none, _ISSUES,
    ),
    "newest_comments": Twist(
        "Issues embed their newest 20 comments, not their oldest.", _is_cut, _ISSUES
    ),
    "comments_skipped": Twist(
        "Issues come without their comment field, silently.", _comments_skipped, _ISSUES
    ),
    "huge_bodies": Twist(
        "Every comment and description is three megabytes long.", _bodies(_huge), _BODIES
    ),
    "deep_bodies": Twist(
        "Every comment and description is a list in a list, 235 times.", _bodies(_deep), _BODIES
    ),
    "last_too_early": Twist("isLast is true on every page.", _says_last(True)),
    "last_too_late": Twist("isLast is false on every page.", _says_last(False)),
    "growing_total": Twist("Totals grow: each says one more than was shown.", _total(_growing)),
    "total_too_high": Twist(
        "Totals count three rows that are not there.", _total(lambda page, _: page["total"] + 3)
    ),
    "total_too_low": Twist("Totals count a row too few; isLast is right.", _total(_too_low)),
    "histories_lost": Twist(
        "changelog/bulkfetch leaves out every third history, silently.",
        _lost, frozenset({_HISTORIES}),
    ),
    "bulk_leaves_out": Twist(
        "issue/bulkfetch leaves out every other issue when first asked for it.",
        _without(_first_time), frozenset({_BULK}),
    ),
    "bulk_always_leaves_out": Twist(
        "issue/bulkfetch leaves out every third issue, however often it is asked.",
        _without(lambda issue_id, memory: int(issue_id) % 3 == 0), frozenset({_BULK}),
    ),
    "comment_list_cut": Twist(
        "comment/list gives half of what it found, and no way to the rest.", _cut, _KNOWN
    ),
    "feed_without_until": Twist(
        "Feeds of work logs do not tell until when they go.", _drop("until"), _FEEDS
    ),
    # After the others, which look at keys.
    "keys_missing": Twist(
        "Keys that nobody needs are missing: totals, isLast, links, sizes of pages, pictures.",
        _needless(lambda node, key: node.pop(key)),
    ),
    "keys_null": Twist(
        "Keys that nobody needs are null.",
        _needless(lambda node, key: node.__setitem__(key, None)),
    ),
    "unknown_keys": Twist("Every object has a key that nobody has heard of.", _unknown_keys),
}  # fmt: skip


def plain(document: Any) -> Any:
    """The same document in Python's own types throughout."""
    return orjson.loads(orjson.dumps(document))
