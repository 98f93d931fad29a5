"""Verification finds what was planted, all of it, and nothing on an honest snapshot."""

from __future__ import annotations

import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jira_usage.api import JiraCloud
from jira_usage.demo import DemoSite
from jira_usage.errors import JiraUsageError, PagingBroken, RequestRefused, SyncCancelled
from jira_usage.period import to_epoch_ms
from jira_usage.preflight import sign_in
from jira_usage.schema import KINDS
from jira_usage.shapes import Documents
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.verify import LATE_MS, Difference, FiguresDiffer, Verdict, verify
from tests.test_sync import HASTY, NOW, connect, synced

SAMPLE, SEED = 80, 1
# What goes wrong and comes right again, on a site that goes on while it is asked.
FAILING = (
    "rate_limit_no_header",
    "server_error",
    "reset",
    "truncated_json",
    "duplicate_histories",
    "short_pages",
    "newest_comments",
    "drift",
)
Row = dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def snapshot_of(site: DemoSite, store: Store) -> Snapshot:
    return Snapshot.load(store.site(site.url, site.account_id))


def result(cloud: JiraCloud, snapshot: Snapshot, sample: int = SAMPLE) -> Verdict:
    *_, last = verify(cloud, snapshot, sample=sample, seed=SEED)
    return last


def verdict(site: DemoSite, store: Store, sample: int = SAMPLE) -> Verdict:
    return result(sign_in(connect(site)).cloud, snapshot_of(site, store), sample)


# --- an honest snapshot


def test_an_honest_snapshot_agrees_whole(store: Store) -> None:
    with DemoSite(size="small", seed=1, now=NOW) as site:
        synced(site, store)
        told = verdict(site, store)
    assert told.differences == () and told.per_cent == 100.0
    assert told.issues == told.sample == SAMPLE and told.agreeing > 250
    assert told.explained == 0, "nothing can have been forgotten since the first sync"


def test_a_site_that_goes_on_is_no_difference(store: Store) -> None:
    """Edits replace edits, comments, work logs and issues go, before and after later syncs."""
    with DemoSite(size="small", seed=11, now=NOW) as site:
        synced(site, store)
        site.advance(timedelta(days=3))
        synced(site, store)
        site.advance(timedelta(days=6))
        assert verdict(site, store).differences == ()
        synced(site, store)
        assert verdict(site, store).differences == ()


def test_a_site_that_fails_and_changes_while_it_is_read_is_no_difference(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW, traps=FAILING) as site:
        for _ in range(2):
            synced(site, store)
            told = verdict(site, store)
            assert told.differences == () and told.compared > 0
            site.advance(timedelta(days=2))


def test_a_hostile_site_gets_a_sentence_or_the_truth(
    store: Store, tiny: tuple[DemoSite, Store]
) -> None:
    """Redirects and anonymous answers end a check, as they end a sync."""
    quiet, kept = tiny
    with DemoSite(size="tiny", seed=1, now=NOW, traps=("hostile",)) as site:
        try:
            cloud = sign_in(connect(site), patience=HASTY).cloud
            assert result(cloud, snapshot_of(quiet, kept)).differences == ()
        except JiraUsageError as error:
            assert error.message


def test_issues_that_no_sync_could_see_are_not_held_against_it(store: Store) -> None:
    """Of them only work logs are known. Here their project becomes visible afterwards."""
    with DemoSite(size="small", seed=7, now=NOW) as site:
        hidden = sorted({row["project_key"] for row in site.truth()["activity"]} - {""})[0]
        site.deny(f"PROJECT:{hidden}")
        synced(site, store)
        site.allow(f"PROJECT:{hidden}")
        assert verdict(site, store, sample=150).differences == ()


def test_issues_that_went_are_counted_and_not_held_against_it(store: Store) -> None:
    with DemoSite(size="small", seed=7, now=NOW) as site:
        synced(site, store)
        hidden = sorted({row["project_key"] for row in site.truth()["activity"]} - {""})[0]
        site.deny(f"PROJECT:{hidden}")
        told = verdict(site, store, sample=150)
    assert told.differences == () and 0 < told.gone_issues < 150


class Faulty(JiraCloud):
    """A site that answers one kind of question about issues with an error."""

    def __init__(self, site: DemoSite, question: str, error: JiraUsageError) -> None:
        super().__init__(sign_in(connect(site)).cloud.transport)

        def refuse(issue_id: str) -> Iterator[Documents]:
            raise error

        setattr(self, question, refuse)


@pytest.fixture(scope="module")
def tiny() -> Iterator[tuple[DemoSite, Store]]:
    store = Store.open({"JIRA_USAGE_HOME": tempfile.mkdtemp()})
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        synced(site, store)
        yield site, store


@pytest.mark.parametrize("error", [RequestRefused("No.", status=404), PagingBroken("No end.")])
def test_an_issue_that_goes_while_it_is_read_is_not_compared(
    tiny: tuple[DemoSite, Store], error: JiraUsageError
) -> None:
    told = result(Faulty(tiny[0], "changelog", error), snapshot_of(*tiny))
    assert told.gone_issues == told.issues > 0
    assert told.compared == 0 and told.differences == ()


def test_any_other_refusal_is_no_verdict(tiny: tuple[DemoSite, Store]) -> None:
    cloud = Faulty(tiny[0], "changelog", RequestRefused("No.", status=410))
    with pytest.raises(RequestRefused):
        result(cloud, snapshot_of(*tiny))


def test_where_time_tracking_is_off_work_logs_are_no_difference(
    tiny: tuple[DemoSite, Store],
) -> None:
    cloud = Faulty(tiny[0], "issue_worklogs", RequestRefused("No.", status=404))
    told = result(cloud, snapshot_of(*tiny))
    assert told.differences == () and told.compared > 0


def test_it_tells_how_far_it_is_and_stops_when_asked(tiny: tuple[DemoSite, Store]) -> None:
    cancel = threading.Event()
    steps = verify(sign_in(connect(tiny[0])).cloud, snapshot_of(*tiny), cancel=cancel)
    assert next(steps).issues == 0
    told = next(step for step in steps if step.issues)
    assert 0 < told.issues <= told.sample and not told.checked_at
    cancel.set()
    with pytest.raises(SyncCancelled):
        list(steps)


def test_figures_that_count_other_acts_than_those_kept_are_refused(
    tiny: tuple[DemoSite, Store],
) -> None:
    snapshot = snapshot_of(*tiny)
    snapshot.__dict__["tally"] = snapshot.tally.iloc[1:]
    with pytest.raises(FiguresDiffer) as refused:
        result(sign_in(connect(tiny[0])).cloud, snapshot)
    assert refused.value.remedy


def test_a_hundred_per_cent_means_all() -> None:
    differences = (Difference("missing", "WEB-1", "comment_created", "1", "a", "now"),)
    assert Verdict(agreeing=10).per_cent == 100
    assert Verdict(agreeing=999_999, differences=differences).per_cent == 99.99
    assert Verdict(agreeing=1, differences=differences).per_cent == 50


# --- a planted one


class Remembering(JiraCloud):
    """A site that is asked once for everything, and then stands still."""

    def __init__(self, cloud: JiraCloud) -> None:
        super().__init__(cloud.transport)
        self.issue = cache(cloud.issue)  # type: ignore[method-assign]  # asked once for each issue
        self._once = cache(lambda name, issue_id: list(getattr(cloud, name)(issue_id)))

    def changelog(self, issue_id: str) -> Iterator[Documents]:
        yield from self._once("changelog", issue_id)

    def comments(self, issue_id: str) -> Iterator[tuple[Documents, int | None]]:
        yield from self._once("comments", issue_id)

    def issue_worklogs(self, issue_id: str) -> Iterator[Documents]:
        yield from self._once("issue_worklogs", issue_id)


class Planted(Snapshot):
    """A snapshot of some issues with other events; its tally is of the same ones."""

    def __init__(self, honest: Snapshot, issues: pd.DataFrame, rows: Sequence[Row]) -> None:
        super().__init__(honest._generation, honest._kept)
        frame = pd.DataFrame(rows).sort_values("at", kind="stable", ignore_index=True)
        frame["kind"] = pd.Categorical(frame["kind"], categories=list(KINDS))
        self._planted, self._some = frame, issues

    @property
    def issues(self) -> pd.DataFrame:
        return self._some

    def events(self, start_ms: int = 0, end_ms: int = 1 << 62) -> Iterator[pd.DataFrame]:
        yield self._planted[self._planted["at"].between(start_ms, end_ms - 1)]

    @property
    def tally(self) -> pd.DataFrame:
        return self._planted[["at", "kind", "account_id", "project_key"]]


class Bed:
    """Some issues of a site, read once, and those of their events that can be tampered with."""

    def __init__(self, site: DemoSite, store: Store, kinds: Sequence[str] = KINDS) -> None:
        self.cloud = Remembering(sign_in(connect(site)).cloud)
        self.honest = snapshot_of(site, store)
        recent = self.honest.issues["updated_at"] >= self.honest.covered_from_ms
        self.issues = self.honest.issues[recent].sample(SAMPLE, random_state=SEED)
        told = pd.concat(self.honest.events())
        told = told[told["issue_id"].isin(self.issues["issue_id"])]
        self.rows = cast(list[Row], told.astype({"kind": "str"}).to_dict("records"))
        there = {i for i in self.issues["issue_id"] if self.cloud.issue(i, ("created", "creator"))}
        first = self.honest.covered_from_ms + 3_700_000
        last = int(self.honest.meta["started_at"]) - LATE_MS - 3_700_000
        self.kinds = kinds
        self.sound = [
            place
            for place, row in enumerate(self.rows)
            if row["issue_id"] in there and row["kind"] in kinds and first <= row["at"] <= last
        ]
        self.accounts = sorted({row["account_id"] for row in self.rows})

    def found(self, rows: Sequence[Row]) -> Counter[tuple[str, ...]]:
        told = result(self.cloud, Planted(self.honest, self.issues, rows))
        return Counter(map(_as_found, told.differences))


def _as_found(d: Difference) -> tuple[str, ...]:
    return d.side, d.issue_key, d.kind, d.source_id, d.account_id, str(to_epoch_ms(d.at))


def _as_planted(side: str, row: Row) -> tuple[str, ...]:
    return (
        side,
        row["issue_key"],
        row["kind"],
        row["source_id"],
        row["account_id"],
        str(row["at"]),
    )


@pytest.fixture(scope="module")
def bed() -> Iterator[Bed]:
    store = Store.open({"JIRA_USAGE_HOME": tempfile.mkdtemp()})
    with DemoSite(size="small", seed=3, now=NOW) as site:
        synced(site, store)
        bed = Bed(site, store)
        assert bed.found(bed.rows) == Counter()
        yield bed


@pytest.fixture(scope="module")
def old_bed() -> Iterator[Bed]:
    """On a site that has gone on, with kinds of act that Jira never forgets."""
    store = Store.open({"JIRA_USAGE_HOME": tempfile.mkdtemp()})
    with DemoSite(size="small", seed=4, now=NOW) as site:
        synced(site, store)
        site.advance(timedelta(days=2))
        synced(site, store)
        site.advance(timedelta(days=4))
        kinds = ("issue_changed", "issue_created", "comment_deleted", "worklog_deleted")
        bed = Bed(site, store, kinds)
        assert bed.found(bed.rows) == Counter()
        yield bed


WAYS = (
    "taken away",
    "twice",
    "made up",
    "another person",
    "another kind",
    "another time",
    "swapped",
)


def plant(bed: Bed, chance: random.Random, ways: Sequence[str]) -> tuple[list[Row], Counter[Any]]:
    """The rows with differences of some kinds planted, and what must be found of it."""
    rows: list[Row | None] = [dict(row) for row in bed.rows]
    expected: Counter[Any] = Counter()
    places = chance.sample(bed.sound, 2 * len(ways))
    for way in ways:
        place, other = places.pop(), places.pop()
        row = bed.rows[place]
        changed = [(place, dict(row))]
        if way == "taken away":
            rows[place] = None
            expected[_as_planted("missing", row)] += 1
            continue
        if way in ("twice", "made up"):
            new = dict(row)
            if way == "made up":
                new |= {"source_id": f"9{row['source_id']}", "kind": chance.choice(bed.kinds)}
            rows.append(new)
            expected[_as_planted("unexplained", new)] += 1
            continue
        if way == "another person":
            changed[0][1]["account_id"] = chance.choice([*bed.accounts, "somebody-else"])
        elif way == "another kind":
            changed[0][1]["kind"] = chance.choice(bed.kinds)
        elif way == "another time":
            apart = chance.choice((2001, 5000, 3_600_000)) * chance.choice((-1, 1))
            changed[0][1]["at"] += apart
        else:
            changed.append((other, dict(bed.rows[other])))
            for where in ("issue_id", "issue_key", "project_key"):
                changed[0][1][where] = bed.rows[other][where]
                changed[1][1][where] = row[where]
        for number, new in changed:
            if new != bed.rows[number]:
                rows[number] = new
                expected[_as_planted("missing", bed.rows[number])] += 1
                expected[_as_planted("unexplained", new)] += 1
    return [row for row in rows if row is not None], expected


planting = given(
    chance=st.randoms(use_true_random=False),
    ways=st.lists(st.sampled_from(WAYS), max_size=12),
)
# Each example reads a site: it takes a while, which is no fault.
slow: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@planting
@settings(max_examples=20, **slow)
def test_every_planted_difference_is_found_and_no_other(
    bed: Bed, chance: random.Random, ways: list[str]
) -> None:
    rows, expected = plant(bed, chance, ways)
    assert bed.found(rows) == expected


@planting
@settings(max_examples=8, **slow)
def test_so_it_is_on_a_site_that_has_gone_on(
    old_bed: Bed, chance: random.Random, ways: list[str]
) -> None:
    rows, expected = plant(old_bed, chance, ways)
    assert old_bed.found(rows) == expected
