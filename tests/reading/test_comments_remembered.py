"""Which comments are remembered: those of issues that were read whole, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.reading.stage import Stage, asked, assert_right, comment, issue, listen, status


def test_an_issue_that_is_given_up_is_not_remembered(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = stage(issue(comment()), issue(comment()))
    there.first()
    with monkeypatch.context() as patch:
        listen(patch, status(500), "/issue/10001/comment")
        assert there.later().coverage["comments"] == "partial"
    assert there.known == {"10002": 26}
    again = there.later()
    assert again.mode == "later" and asked(again) == (1, 1)
    assert there.known == {"10001": 26, "10002": 26}
    assert_right(there, again)


def test_a_store_of_before_comments_were_remembered_is_whole_and_pages_are_read(
    stage: Callable[..., Stage],
) -> None:
    there = stage(issue())
    there.first()
    current = there.generation
    tables = {name: parts for name, parts in current.tables.items() if name != "known_comments"}
    there.kept.replace_all(replace(current, tables=tables))
    assert there.wrong == [], "readers miss nothing"
    later = there.later()
    assert later.mode == "later" and asked(later) == (0, 1)
    assert there.known == {"10001": 25}
    assert_right(there, later)
