"""Where a site does not answer for known comments as it should, pages are read as ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from jira_usage.demo.server import Reply, json_reply
from jira_usage.errors import AuthenticationFailed
from tests.reading.stage import (
    BORN,
    SINCE,
    Answering,
    Stage,
    asked,
    assert_right,
    comment,
    issue,
    listen,
    status,
)
from tests.worlds.chance import MINUTE


def changed(change: Callable[[Any], Any]) -> Answering:
    return lambda reply: replace(reply, body=orjson.dumps(change(orjson.loads(reply.body))))


def entries(change: Callable[[list[Any]], Any]) -> Answering:
    return changed(lambda page: page | {"values": change(page["values"])})


STRANGE: dict[str, Answering] = {
    **{str(number): status(number) for number in (400, 403, 404, 405, 410, 500)},
    "no page": changed(lambda _: {}),
    "a list": changed(lambda page: page["values"]),
    "null": changed(lambda _: None),
    "values are null": entries(lambda _: None),
    "no values": entries(lambda _: []),
    "half of them": changed(lambda page: page | {"values": page["values"][::2], "isLast": False}),
    "other entries": entries(lambda values: [1, "x", None, {}, {"id": None}, [], *values[:5]]),
    "odd ids": entries(lambda values: [one | {"id": [one["id"]]} for one in values]),
    "odd instants": entries(lambda values: [one | {"updated": {}} for one in values]),
    "no instants": entries(lambda values: [{"id": one["id"]} for one in values]),
    "not JSON": lambda reply: replace(reply, body=b'{"values": ['),
    "a web page": lambda reply: replace(reply, body=b"<html>", kind="text/html"),
}


@pytest.mark.parametrize("answering", STRANGE.values(), ids=STRANGE)
def test_where_known_comments_do_not_come_pages_are_read_as_ever(
    answering: Answering, stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = comment(BORN.after(MINUTE), edited=SINCE)
    there = stage(*(issue(edited, changes=(), many=n) for n in (25, 130)))
    there.first()
    listen(monkeypatch, answering)
    later = there.later()
    assert asked(later)[0] >= 1 and asked(later)[1] == 3
    assert there.known == {"10001": 26, "10002": 131}
    assert_right(there, later)


def test_a_token_that_ends_while_known_comments_are_asked_for_is_noticed(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site answers 200 to nobody, too, and then names nobody."""
    there = stage(issue())
    first = there.first()

    def nobody(reply: Reply) -> Reply:
        there.site.revoke_token()
        empty = {"maxResults": 1_048_576, "startAt": 0, "total": 0, "isLast": True, "values": []}
        return json_reply(200, empty, reply.template)

    listen(monkeypatch, nobody)
    with pytest.raises(AuthenticationFailed):
        there.later()
    assert there.generation.id == first.snapshot_id


def test_a_failed_login_in_an_answer_is_noticed(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = stage(issue())
    there.first()
    failed = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
    listen(monkeypatch, lambda reply: replace(reply, headers=reply.headers | failed))
    with pytest.raises(AuthenticationFailed):
        there.later()


def test_pages_that_are_missing_once_are_read_by_the_next_sync(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = stage(issue(many=40))
    with monkeypatch.context() as patch:
        listen(patch, status(404), path="/comment")
        first = there.first()
    assert first.coverage["comments"] == "partial"
    assert_right(there, there.later())


def test_pages_that_lack_what_the_issue_brought_are_read_again(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a site may answer nobody, where it does not name whom it answers."""
    there = stage(issue(many=40))
    emptied = changed(lambda page: page | {"comments": [], "total": 0})
    with monkeypatch.context() as patch:
        listen(patch, emptied, path="/comment")
        assert there.first().coverage["comments"] == "partial"
    assert_right(there, there.later())


def test_comments_that_an_issue_counts_and_does_not_show_are_told(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = stage(issue(many=40))
    cut = changed(lambda page: page | {"comments": page["comments"][:20], "total": 20})
    listen(monkeypatch, cut, path="/comment")
    there.first()
    rows = there.kept.load_table(there.generation.tables["coverage"][""]).to_pylist()
    [reason] = [row["reason"] for row in rows if row["dataset"] == "comments"]
    assert "says that it has 40 comments, and shows 20" in reason
