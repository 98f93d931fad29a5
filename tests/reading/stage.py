"""A site of commented issues that is synced, and a day later again, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from jira_usage.demo import DemoSite
from jira_usage.demo.server import App, Reply, json_reply
from jira_usage.demo.times import from_ms
from jira_usage.generation import Generation
from jira_usage.store import SiteStore, Store
from jira_usage.sync import Progress, Summary, requests_left, sync
from tests.test_sync import HASTY, connect
from tests.test_worlds import differences, incomplete, snapshot
from tests.worlds.chance import ADMINS, HOUR
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


def asked(summary: Summary) -> tuple[int, int]:
    """How often known comments were asked for, and pages of comments."""
    sent = summary.requests_by_operation
    return sent.get(LISTED, 0), sent.get(PAGED, 0)


def assert_right(stage: Stage, summary: Summary) -> None:
    assert incomplete(summary) == [] and stage.wrong == []
    done, total = stage.last.done, stage.last.total
    assert sum(requests_left(done, total).values()) == 0, "all that was to be read was read"


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
