"""Later syncs ask again for comments they know, over real HTTP: less, and nothing is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jira_usage.demo import DemoSite
from jira_usage.demo.server import App, Reply, json_reply
from jira_usage.demo.times import from_ms
from jira_usage.errors import AuthenticationFailed
from jira_usage.generation import Generation
from jira_usage.store import SiteStore, Store
from jira_usage.sync import Progress, Summary, requests_left, sync
from tests.test_sync import HASTY, connect
from tests.test_worlds import differences, incomplete, snapshot, standing_still, wrong
from tests.worlds.chance import ADMINS, HOUR, MINUTE
from tests.worlds.ledger import Ledger, ledger
from tests.worlds.staging import habits, source
from tests.worlds.story import (
    DAY_MS,
    Act,
    At,
    Change,
    Comment,
    Crowd,
    Directory,
    Issue,
    Paging,
    Person,
    World,
    at,
)
from tests.worlds.truth import Sync

NOW = at("2026-11-18T15:20:31.417Z")
THEN = NOW.after(DAY_MS)
BORN, SINCE = NOW.after(-5 * DAY_MS), NOW.after(HOUR)
LISTED, PAGED = "POST /rest/api/3/comment/list", "GET /rest/api/3/issue/{issue_id}/comment"
TOUCHED = (Change(SINCE, "bo", "labels"),)


def world(*issues: Issue, **more: Any) -> World:
    """Issues of one project, as they are at a first sync and a day later."""
    directory = Directory((ADMINS,))
    people = (Person("ada"), Person("bo"))
    return World(
        NOW, THEN, "UTC", 30, 30, people, directory, directory, ("APP",), issues, **more
    )  # fmt: skip


def issue(
    *comments: Comment, many: int = 25, changes: tuple[Change, ...] = TOUCHED, **more: Any
) -> Issue:
    """An issue with some comments, and many of Ada's before the first sync."""
    chatter = Crowd(BORN.after(HOUR), "ada", many) if many else None
    return Issue(BORN, "ada", comments=comments, chatter=chatter, changes=changes, **more)


def comment(
    when: At = SINCE, *, edited: At | None = None, deleted: At | None = None, **more: Any
) -> Comment:
    """A comment of Ada's, edited and deleted by Bo."""
    edits = (Act(edited, "bo"),) if edited else ()
    return Comment(when, "ada", edits, Act(deleted, "bo") if deleted else None, **more)


@dataclass
class Stage:
    """A site that is synced, and what its syncs told so far."""

    site: DemoSite
    store: Store
    shown: World
    syncs: list[Sync] = field(default_factory=list)
    last: Progress = field(default_factory=lambda: Progress(""))

    @property
    def told(self) -> Ledger:
        return ledger(self.shown)

    @property
    def kept(self) -> SiteStore:
        return self.store.site(self.site.url, self.site.account_id)

    @property
    def generation(self) -> Generation:
        current = self.kept.current()
        assert current is not None
        return current

    @property
    def known(self) -> dict[str, int]:
        """How many comments are remembered of each issue."""
        table = self.kept.load_table(self.generation.tables["known_comments"][""])
        ids = table["issue_id"].to_pylist()
        return {issue_id: ids.count(issue_id) for issue_id in ids}

    def show(self, shown: World, now: At) -> None:
        self.shown = shown
        self.site.become(source(self.told), from_ms(now), shown.traps, habits(self.told))

    def sync(self, **options: Any) -> Summary:
        steps = sync(connect(self.site), self.store, timezone="UTC", patience=HASTY, **options)
        for self.last in steps:
            pass
        summary = self.last.summary
        assert summary is not None
        covered = snapshot(self.site, self.store).covered_from_ms
        self.syncs.append(Sync(summary.started_at, 30, covered))
        return summary

    def first(self) -> Summary:
        self.show(self.shown, self.shown.now)
        return self.sync()

    def later(self, **options: Any) -> Summary:
        self.site.advance(from_ms(THEN) - self.site.now)
        return self.sync(**options)

    @property
    def wrong(self) -> list[str]:
        """What the exports tell that is not so, and what they do not tell."""
        return differences(self.site, self.store, self.told, self.syncs, self.shown)


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="empty") as site:
        yield site


@pytest.fixture
def stage(site: DemoSite) -> Iterator[Callable[..., Stage]]:
    """Shows a world of some issues."""
    with standing_still() as store:
        yield lambda *issues, **more: Stage(site, store, world(*issues, **more))


def asked(summary: Summary) -> tuple[int, int]:
    """How often known comments were asked for, and pages of comments."""
    sent = summary.requests_by_operation
    return sent.get(LISTED, 0), sent.get(PAGED, 0)


def assert_right(stage: Stage, summary: Summary) -> None:
    assert incomplete(summary) == [] and stage.wrong == []
    done, total = stage.last.done, stage.last.total
    assert sum(requests_left(done, total).values()) == 0, "all that was to be read was read"


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


# --- what else comment/list may answer


Answering = Callable[[Reply], Reply]


def listen(patch: pytest.MonkeyPatch, answering: Answering, path: str = "/comment/list") -> None:
    """Makes a site answer something else at one path."""
    answer = App.answer

    def answered(self: App, method: str, where: str, *what: Any) -> Reply:
        reply = answer(self, method, where, *what)
        return answering(reply) if where.endswith(path) else reply

    patch.setattr(App, "answer", answered)


def status(number: int) -> Answering:
    return lambda _: json_reply(number, {"errorMessages": ["No."], "errors": {}})


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


# --- what is remembered


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


# --- by chance


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
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(shown=chatty_worlds())
def test_whatever_becomes_of_comments_a_later_sync_tells_what_a_full_one_does(
    site: DemoSite, shown: World
) -> None:
    """And of what happened before, what only the first one could tell."""
    assert wrong(site, shown) == []
