"""Whatever becomes of comments, a later sync tells what a full one does: issues by chance."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jira_usage.demo import DemoSite
from tests.reading.stage import BORN, NOW, SINCE, THEN, TOUCHED, world
from tests.test_worlds import ASKED, wrong
from tests.worlds.chance import HOUR, MINUTE
from tests.worlds.story import Act, Comment, Issue, Paging, World

BEFORE = (BORN.after(MINUTE), NOW.after(-13 * HOUR), NOW.after(-HOUR), NOW)
AFTER = (NOW.after(1), SINCE, THEN.after(-HOUR), THEN)
WRITTEN, TIMES = (st.sampled_from((*BEFORE * most, *AFTER)) for most in (4, 1))


@st.composite
def chatty(draw: st.DrawFn) -> Issue:
    """An issue with comments that are added, edited and deleted before and between two syncs."""
    comments = []
    for _ in range(draw(st.integers(0, 9))):
        when = draw(WRITTEN)
        later = sorted(max(when, one) for one in draw(st.lists(TIMES, max_size=3)))
        gone = later.pop() if draw(st.integers(0, 2)) == 2 and later else None
        edits = tuple(Act(edit, draw(st.sampled_from(("ada", "bo", "")))) for edit in later[:2])
        deleted = Act(gone, "bo") if gone else None
        hidden = draw(st.integers(0, 9)) == 9
        comments.append(Comment(when, "ada", edits, deleted, hidden))
    return Issue(BORN, "ada", comments=tuple(comments), changes=TOUCHED)


@st.composite
def chatty_worlds(draw: st.DrawFn) -> World:
    traps = ("newest_comments", "embeds_none", "comment_list_cut", "number_ids")
    return world(
        *draw(st.lists(chatty(), min_size=1, max_size=4)),
        traps=tuple(sorted(draw(st.frozensets(st.sampled_from(traps), max_size=1)))),
        paging=Paging(
            comments=draw(st.integers(1, 9)), embedded=draw(st.integers(1, 6)),
            order=draw(st.none() | st.integers(0, 9)),
        ),
    )  # fmt: skip


# Each example is synced twice: slow, and the site is shared, and shows another world each time.
@settings(max_examples=ASKED or 16, suppress_health_check=list(HealthCheck))
@given(shown=chatty_worlds())
def test_whatever_becomes_of_comments_a_later_sync_tells_what_a_full_one_does(
    site: DemoSite, shown: World
) -> None:
    """And of what happened before, what only the first one could tell."""
    assert wrong(site, shown) == []
