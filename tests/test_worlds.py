"""Whatever happened at a site, the exports tell it: small worlds by chance, over real HTTP.

Each world is synced, then some time passes and it is synced again, then in full. JIRA_USAGE_WORLDS
is how many worlds are tried; without it as many as a minute allows, always the same ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import diskcache
import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from jira_usage.datasets import DATASETS, frames
from jira_usage.demo import DemoSite
from jira_usage.demo.times import from_ms
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Summary, run, sync
from jira_usage.writers import written
from tests.test_sync import COMPARED, HASTY, connect
from tests.worlds.chance import worlds
from tests.worlds.ledger import Ledger, ledger
from tests.worlds.staging import habits, source
from tests.worlds.story import World
from tests.worlds.truth import Row, Sync, Truth

ASKED = int(os.environ.get("JIRA_USAGE_WORLDS", "0"))
PARTS = 6
WORLDS = -(-(ASKED or 18) // PARTS)
"""How many worlds a part tries; parts can run side by side."""
BESIDE: dict[str, Any] = {"LEAST_BYTES": 0, "WORTH_A_START": 0, "STARTING_SECONDS": 60}
# This machine's clock is not the site's, and stands still with it: so the edges are exact.
CLOCK = SimpleNamespace(
    time_ns=lambda: 1_700_000_000_123_000_000,
    time=lambda: 1_700_000_000.123,
    monotonic_ns=lambda: 0,
)


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="empty") as site:
        yield site


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(300 + 5 * WORLDS)
@settings(
    max_examples=WORLDS,
    derandomize=not ASKED,
    database=None,
    deadline=None,
    # Each example is synced three times, over a site that all of them share.
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(world=worlds())
def test_what_is_told_is_what_happened(
    part: int, site: DemoSite, request: pytest.FixtureRequest, world: World
) -> None:
    count(part, request.node.user_properties)
    # Some are read by the process beside, as big sites are.
    with patch.multiple("jira_usage.worker", **BESIDE) if part % 3 == 0 else nullcontext():
        assert wrong(site, world) == []


def count(part: int, properties: list[tuple[str, object]]) -> None:
    """One more world: how many there were is said at the end of the run."""
    tried = int(str(dict(properties).get("worlds", 0))) + 1
    line = f"worlds, part {part + 1} of {PARTS}: {tried:,} tried, each synced three times"
    properties[:] = [("worlds", tried), ("summary_line", line)]


def wrong(site: DemoSite, world: World) -> list[str]:
    """What the exports tell wrongly after a first sync, a later one, and a full one."""
    told = ledger(world)
    site.become(source(told), from_ms(world.now), world.traps, habits(told))
    with standing_still() as store:
        summary = synced(site, store, world, world.days)
        first = Sync(world.now, world.days, snapshot(site, store).covered_from_ms)
        found = [*incomplete(summary), *differences(site, store, told, [first], world)]
        found += demo_differences(site, told, world.now, world.days, world.zone)
        site.advance(from_ms(world.then) - from_ms(world.now))
        for full in (False, True):
            summary = synced(site, store, world, world.days_then, full=full)
            later = Sync(world.then, world.days_then, snapshot(site, store).covered_from_ms)
            found += [*incomplete(summary), *differences(site, store, told, [first, later], world)]
        found += demo_differences(site, told, world.then, world.days_then, world.zone)
    return found


@contextmanager
def standing_still() -> Iterator[Store]:
    """A store, on a machine on which no time passes."""
    with (
        TemporaryDirectory() as home,
        patch("jira_usage.preflight.time", CLOCK),
        # What takes time and tells nothing: a slow hash, a disk that is waited for, and opening
        # the same file again.
        patch("jira_usage.sync.proof", lambda *_: ""),
        patch("os.fsync"),
        patch("diskcache.Cache", cache(diskcache.Cache)),
    ):
        yield Store.open({"JIRA_USAGE_HOME": home})


def synced(site: DemoSite, store: Store, world: World, days: int, *, full: bool = False) -> Summary:
    steps = sync(connect(site), store, days=days, full=full, timezone=world.zone, patience=HASTY)
    return run(steps)


def snapshot(site: DemoSite, store: Store) -> Snapshot:
    return Snapshot.load(store.site(site.url, site.account_id))


def incomplete(summary: Summary) -> list[str]:
    """The caller may see everything, so everything must be complete."""
    return [f"{name} is {word}" for name, word in summary.coverage.items() if word != "complete"]


def differences(
    site: DemoSite, store: Store, told: Ledger, syncs: Sequence[Sync], world: World
) -> list[str]:
    """What the exports of the last sync say that is not true, and what they do not say."""
    truth = Truth(told, syncs, world.zone, syncs[-1].days)
    latest = snapshot(site, store)
    assert latest.as_of_ms == truth.now
    period = latest.period(truth.days, world.zone)
    given = {
        name: orjson.loads(written("json", frames(latest, name, period), DATASETS[name]))
        for name in COMPARED
    }
    stage = f"sync {len(syncs)} {latest.meta['mode']}"
    return [f"{stage}: {text}" for text in compared(truth, given)]


def demo_differences(site: DemoSite, told: Ledger, now: int, days: int, zone: str) -> list[str]:
    """Where the demo's own truth of a first sync is another one than ours."""
    truth = Truth(told, [Sync(now, days, 0)], zone, days)
    return [f"demo's truth: {text}" for text in compared(truth, site.truth(days, zone))]


def compared(truth: Truth, given: dict[str, list[Row]]) -> list[str]:
    activity = given["activity"]
    if found := truth.wrong_activity(activity):
        return [f"activity {text}" for text in found]
    due = {
        "daily": truth.daily(activity),
        "users": truth.users(activity),
        "licenses": truth.licenses(activity),
        "access": truth.access(),
    }
    return [
        f"{name} {side}: {row}"
        for name, rows in due.items()
        for side, one, other in (
            ("missing", rows, given[name]),
            ("made up", given[name], rows),
        )
        for row in one
        if one.count(row) != other.count(row)
    ]
