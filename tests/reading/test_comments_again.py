"""Later syncs ask again for comments they know, over real HTTP: less, and nothing is missed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.reading.stage import BORN, NOW, SINCE, Stage, asked, assert_right, comment, issue
from tests.test_worlds import incomplete, snapshot
from tests.worlds.chance import MINUTE
from tests.worlds.story import At, Paging


def test_a_first_sync_reads_pages_and_remembers_the_comments_of_long_issues(
    stage: Callable[..., Stage],
) -> None:
    there = stage(issue(many=25), issue(many=130), issue(many=20), issue(many=0))
    first = there.first()
    assert asked(first) == (0, 3), "which the issues need, and no more"
    assert there.known == {"10001": 25, "10002": 130}
    assert_right(there, first)


def test_a_later_sync_takes_a_request_for_a_thousand_known_comments_and_none_per_issue(
    stage: Callable[..., Stage],
) -> None:
    there = stage(*(issue(many=25) for _ in range(90)))
    assert asked(there.first()) == (0, 90)
    later = there.later()
    assert later.mode == "later" and asked(later) == (3, 0)
    assert there.last.total["known comments"] == 90 * 25
    assert "comments of long issues" not in there.last.total
    assert_right(there, later)
    assert there.known == {str(10_001 + place): 25 for place in range(90)}


@pytest.mark.parametrize(("traps", "more"), [((), 0), (("no_comment_list",), 1)], ids=str)
def test_the_least_possible_is_what_it_takes_and_what_is_refused_comes_on_top(
    traps: tuple[str, ...], more: int, stage: Callable[..., Stage]
) -> None:
    there = stage(*(issue(many=25) for _ in range(90)), traps=traps)
    there.first()
    later, full = there.later(), there.sync(full=True)
    assert asked(later) == ((1, 90) if traps else (3, 0)) and asked(full) == (0, 90)
    assert (later.requests, full.requests) == (later.least_requests + more, full.least_requests)


def test_an_issue_of_more_than_a_thousand_comments_takes_a_request_for_each_thousand(
    stage: Callable[..., Stage],
) -> None:
    there = stage(issue(many=2100), issue(many=60))
    assert asked(there.first()) == (0, 22)
    later = there.later()
    assert asked(later) == (3, 0)
    assert_right(there, later)


def test_issues_that_did_not_change_are_not_asked_for(stage: Callable[..., Stage]) -> None:
    there = stage(issue(changes=()), issue())
    there.first()
    later = there.later()
    assert asked(later) == (1, 0) and there.last.total["known comments"] == 25
    assert there.known == {"10001": 25, "10002": 25}
    assert_right(there, later)


@pytest.mark.parametrize("traps", [(), ("newest_comments",), ("embeds_none",)], ids=str)
@pytest.mark.parametrize("when", [BORN.after(MINUTE), NOW.after(-MINUTE)], ids=["old", "young"])
def test_edits_of_comments_that_an_issue_does_not_bring_are_found(
    traps: tuple[str, ...], when: At, stage: Callable[..., Stage]
) -> None:
    there = stage(issue(comment(when, edited=SINCE), changes=()), traps=traps)
    there.first()
    later = there.later()
    assert asked(later) == (1, 0) and later.new_acts == 1
    assert_right(there, later)


@pytest.mark.parametrize("traps", [(), ("newest_comments",), ("embeds_none",)], ids=str)
def test_deleted_comments_stay_written_and_are_no_longer_known(
    traps: tuple[str, ...], stage: Callable[..., Stage]
) -> None:
    old, young = (comment(when, deleted=SINCE) for when in (BORN.after(MINUTE), NOW.after(-MINUTE)))
    there = stage(issue(old, young), traps=traps)
    there.first()
    assert there.known == {"10001": 27}
    later = there.later()
    assert asked(later) == (1, 0) and there.known == {"10001": 25}
    assert_right(there, later)


def test_an_issue_that_is_short_by_now_is_forgotten(stage: Callable[..., Stage]) -> None:
    there = stage(issue(*(comment(BORN, deleted=SINCE) for _ in range(10)), many=15))
    there.first()
    assert there.known == {"10001": 25}
    later = there.later()
    assert asked(later) == (0, 0) and there.known == {}
    assert_right(there, later)


@pytest.mark.parametrize(
    ("traps", "new", "told"),
    [
        (("newest_comments",), 1, (1, 0)),
        (("newest_comments",), 20, (1, 0)),
        (("newest_comments",), 21, (0, 1)),
        ((), 1, (0, 1)),
        (("embeds_none",), 1, (0, 1)),
    ],
)
def test_new_comments_take_pages_only_where_the_issue_does_not_bring_them(
    traps: tuple[str, ...], new: int, told: tuple[int, int], stage: Callable[..., Stage]
) -> None:
    there = stage(issue(*(comment(SINCE.after(n)) for n in range(new))), traps=traps)
    there.first()
    later = there.later()
    assert asked(later) == told and there.known == {"10001": 25 + new}
    assert_right(there, later)


def test_as_many_deleted_as_new_comments_are_noticed(stage: Callable[..., Stage]) -> None:
    there = stage(issue(comment(NOW.after(-MINUTE), deleted=SINCE), comment(SINCE)))
    there.first()
    later = there.later()
    assert asked(later) == (1, 1) and there.known == {"10001": 26}
    assert_right(there, later)


@pytest.mark.parametrize("new", [0, 1])
def test_a_comment_that_is_hidden_by_now_was_written_all_the_same(
    new: int, stage: Callable[..., Stage]
) -> None:
    """Where a new one takes its place in the number, pages tell."""
    shown = comment(NOW.after(-MINUTE))
    rest = [comment(SINCE) for _ in range(new)]
    there = stage(issue(shown, *rest))
    there.first()
    hidden = replace(shown, restricted=True)
    there.show(replace(there.shown, issues=(issue(hidden, *rest),)), NOW)
    later = there.later()
    assert asked(later) == (1, new) and incomplete(later) == []
    assert there.known == {"10001": 25 + new}
    kinds = [kind for day in snapshot(there.site, there.store).events() for kind in day["kind"]]
    assert kinds.count("comment_created") == 26 + new


def test_small_pages_and_any_order_change_nothing(stage: Callable[..., Stage]) -> None:
    edited = [comment(BORN.after(n * MINUTE), edited=SINCE.after(n)) for n in range(9)]
    paging = Paging(issues=2, comments=4, embedded=3, order=7)
    there = stage(*(issue(*edited, many=0) for _ in range(5)), paging=paging)
    there.first()
    later = there.later()
    assert asked(later) == (1, 0)
    assert_right(there, later)
