"""Everything that makes real sites hard is in the small site."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from jira_usage.demo.acts import NAMELESS, NOBODY, ON_BEHALF, Kind
from jira_usage.demo.workdays import DAY, FAR

from .caller import Caller


@pytest.fixture(scope="module")
def world(small: Caller) -> Any:
    return small.site._desk.world


@pytest.fixture(scope="module")
def recent(world: Any) -> Any:
    """A mask: histories of readable issues in the last 30 days."""
    h = world.histories
    return (h.at <= world.now) & (h.at > world.now - 30 * DAY) & world.readable[h.issue]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_history_happened_lately(world: Any, recent: Any, kind: Kind) -> None:
    assert np.any(recent & (world.histories.kind == kind))


def test_histories_are_odd_as_real_ones_are(world: Any, recent: Any) -> None:
    h = world.histories
    assert np.any(recent & (h.author == NOBODY))
    assert np.any(recent & (h.author == NAMELESS))
    assert np.any(recent & ((h.flags & ON_BEHALF) > 0))
    rows = np.flatnonzero(recent)
    same = (h.issue[rows][1:] == h.issue[rows][:-1]) & (h.at[rows][1:] == h.at[rows][:-1])
    assert np.any(same)


def test_about_half_of_the_items_carry_no_field_id(small: Caller) -> None:
    ids = small.search("updated >= -30d ORDER BY key", maxResults=1000)[:1000]
    page = small.post("/changelog/bulkfetch", issueIdsOrKeys=ids, maxResults=10_000).json()
    items = [
        item for log in page["issueChangeLogs"] for h in log["changeHistories"]
        for item in h["items"]
    ]  # fmt: skip
    share = sum("fieldId" not in item for item in items) / len(items)
    assert 0.35 < share < 0.6
    assert max(len(item["toString"] or "") for item in items) > 20_000


def test_rank_does_not_touch_the_issue(world: Any) -> None:
    h = world.histories
    late = (h.kind == Kind.RANK) & (h.at <= world.now) & (h.at > world.updated[h.issue])
    stale = late & (h.at - world.updated[h.issue] > 40 * DAY)
    assert np.any(late & ~stale) and np.any(stale)
    gap = (h.at - world.updated[h.issue])[late]
    assert not np.any((gap > DAY) & (gap < 40 * DAY))


def test_other_acts_touch_the_issue(world: Any) -> None:
    h, c = world.histories, world.comments
    loud = (h.kind != Kind.RANK) & (h.at <= world.now)
    assert np.all(h.at[loud] <= world.updated[h.issue[loud]])
    said = c.at <= world.now
    assert np.all(c.at[said] <= world.updated[c.issue[said]])


def test_comments(world: Any) -> None:
    c = world.comments
    shown = world.comment_shown(np.arange(len(c))) & world.readable[c.issue]
    counts = Counter(c.issue[shown].tolist())
    assert max(counts.values()) > 100
    assert 0.002 < sum(n > 20 for n in counts.values()) / len(counts) < 0.08
    lately = (c.edit1 <= world.now) & (c.edit1 > world.now - 30 * DAY) & shown
    assert np.any(lately & (c.edit1 - c.at > 365 * DAY))  # somebody tidies up years later
    assert np.any(lately & (c.edit1_by != c.author))
    assert np.any((c.edit2 <= world.now) & shown)
    assert np.any(c.author == NOBODY)


def test_work_logs(world: Any, small: Caller) -> None:
    w = world.worklogs
    rows = np.arange(len(w))
    shown = world.worklog_shown(rows) & world.exists[w.issue]
    latest = np.where(w.edit1 <= world.now, w.edit1, w.at)
    month = shown & (latest > world.now - 30 * DAY)
    unseen = ~world.readable[w.issue]
    assert np.any(month & unseen)  # archived or hidden issues: only the feed tells
    stale = world.updated[w.issue] < world.now - 31 * DAY
    assert np.any(month & stale & ~unseen)
    assert max(Counter(w.issue[shown].tolist()).values()) > 20
    seconds = Counter((latest[shown] // 1000).tolist())
    assert max(seconds.values()) > 1


def test_some_issues_died(world: Any) -> None:
    died = (world.issues.deleted <= world.now) & (world.issues.deleted < FAR)
    assert np.any(died & (world.issues.deleted > world.now - 30 * DAY))


def test_every_day_has_a_plausible_shape(small: Caller) -> None:
    daily = small.site.truth()["daily"]
    weekend = [d["active_users"] for d in daily if d["date"] in ("2026-11-14", "2026-11-15")]
    working = [d["active_users"] for d in daily if d["date"] in ("2026-11-17", "2026-11-18")]
    assert max(weekend) * 3 < min(working)
    assert 60 < min(working) < 250


def test_kinds_of_people(small: Caller) -> None:
    truth = small.site.truth()
    users = truth["users"]
    people = [u for u in users if u["account_type"] == "atlassian"]
    readers = [u for u in people if u["licenses"] and u["active"] and not u["actions"]]
    leavers = [u for u in people if not u["active"] and u["groups"]]
    robots = [u for u in users if u["account_type"] == "app" and u["actions"]]
    assert len(readers) > 30 and leavers and len(robots) > 4
    assert any(u["account_type"] == "customer" and u["actions"] for u in users)
    assert any(u["account_type"] == "unknown" and u["actions"] for u in users)
    assert any(u["included_licenses"] for u in users)
    assert any(u["licenses"] == ["jira-core"] for u in users)
    assert any(not r["account_id"] for r in truth["activity"])
