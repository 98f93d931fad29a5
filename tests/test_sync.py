"""The whole way, over real HTTP: what the demo site knows to be true is what is exported."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import requests

from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite
from jira_usage.pace import Patience
from jira_usage.period import zone_names
from jira_usage.schema import TABLES
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Summary, run, sync
from tests.exports import differences, exported, kept

NOW = datetime(2026, 11, 18, 15, 20, 31, 417000, tzinfo=UTC)
ZONES = ("UTC", "America/Los_Angeles", "Asia/Kolkata")
HASTY = Patience(first_backoff=0.01)
HOUR = timedelta(hours=1)
COMPARED = ("users", "licenses", "access", "activity", "daily")


def connect(site: DemoSite) -> Connection:
    hosts = Hosts().plus(site.host)
    return Connection.parse(site.url, site.email, site.token, hosts=hosts)


def synced(site: DemoSite, store: Store, **options: Any) -> Summary:
    return run(sync(connect(site), store, patience=HASTY, **options))


def assert_true(site: DemoSite, store: Store, zone: str) -> None:
    truth = site.truth(days=30, timezone=zone)
    snapshot = kept(site, store)
    for name in COMPARED:
        told = exported(snapshot, name, zone)
        assert differences(told, truth[name]) == [], f"{name} in {zone}"
        assert len(told) == len(truth[name]), f"{name} has rows twice"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


@pytest.fixture(params=[1, 3])
def small_site(request: pytest.FixtureRequest) -> Iterator[DemoSite]:
    with DemoSite(size="small", seed=request.param, now=NOW) as site:
        yield site


def test_every_row_equals_the_truth_in_every_zone(small_site: DemoSite, store: Store) -> None:
    summary = synced(small_site, store)
    assert set(summary.coverage.values()) <= {"complete"}, summary.coverage
    for zone in ZONES:
        assert_true(small_site, store, zone)


def test_whoever_leads_a_project_is_known(small_site: DemoSite, store: Store) -> None:
    synced(small_site, store)
    projects = Snapshot.load(store.site(small_site.url, small_site.account_id)).projects
    asked = requests.Session()
    asked.auth = (small_site.email, small_site.token)
    for key, lead in zip(projects["project_key"], projects["lead_account_id"], strict=True):
        told = asked.get(f"{small_site.url}/rest/api/3/project/{key}", timeout=10).json()
        assert lead == told.get("lead", {}).get("accountId", ""), key
    assert (projects["lead_account_id"] != "").sum() > 10


ONE_VALUE = {
    "products has_role",
    "projects browsable",
    *(f"coverage {column}" for column in ("state", "consequence", "at")),
    *(f"changes {column}" for column in ("at", "since")),
}
"""Columns that say the same in each row where all could be read, and one sync came after one."""


def test_what_is_kept_of_a_busy_site_leaves_no_other_column_empty(store: Store) -> None:
    with DemoSite(size="small", seed=1, now=NOW) as site:
        synced(site, store)
        site.advance(timedelta(days=2))
        synced(site, store)
        kept = store.site(site.url, site.account_id)
    last = kept.newest_intact()
    assert last
    same = {
        f"{name} {column}"
        for name, parts in last.tables.items()
        for column, values in zip(
            TABLES[name].names,
            pa.concat_tables([kept.load_table(key) for key in parts.values()]).columns,
            strict=True,
        )
        if len({str(value) for value in values.to_pylist()}) < 2
    }
    assert same == ONE_VALUE


def told_of(site: DemoSite, store: Store, dataset: str) -> str:
    """What is remarked of a dataset."""
    coverage = Snapshot.load(store.site(site.url, site.account_id)).coverage
    return str(coverage.set_index("dataset").loc[dataset, "reason"])


def test_issues_that_nobody_can_see_are_told_of_by_later_syncs_too(store: Store) -> None:
    """A refresh reads the work logs of a few hours; those of before are kept, and count."""
    with DemoSite(size="small", seed=1, now=NOW) as site:
        synced(site, store)
        first = told_of(site, store, "projects")
        assert re.match(r"\d+ issues with logged work can't be seen", first)
        synced(site, store)
        assert told_of(site, store, "projects") == first
        synced(site, store, full=True)
        assert told_of(site, store, "projects") == first


@pytest.mark.parametrize("size", ["empty", "tiny"])
def test_small_worlds_are_right_too(size: str, store: Store) -> None:
    with DemoSite(size=size, seed=1, now=NOW) as site:
        synced(site, store)
        for zone in ZONES:
            assert_true(site, store, zone)


def test_after_a_day_only_what_changed_is_read_and_the_result_is_the_truth(
    small_site: DemoSite, store: Store
) -> None:
    first = synced(small_site, store)
    seen = exported(kept(small_site, store), "activity")
    small_site.advance(timedelta(days=1))
    later = synced(small_site, store)
    assert later.mode == "later" and later.histories < first.histories / 3
    truth = small_site.truth(days=30, timezone="UTC")["activity"]
    told = exported(kept(small_site, store), "activity")
    assert unmatched(truth, told) == []
    assert unmatched(told, [*truth, *seen]) == [], "more is only what was seen and then deleted"


@pytest.mark.parametrize(("back", "mode"), [(timedelta(seconds=5), "later"), (HOUR, "full")])
def test_a_clock_that_is_told_a_little_behind_is_no_reason_to_read_all_again(
    back: timedelta, mode: str, store: Store
) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        synced(site, store)
        port = int(site.host.rpartition(":")[2])
    with DemoSite(size="tiny", seed=1, now=NOW - back, port=port) as site:
        assert synced(site, store).mode == mode


def test_a_window_that_is_longer_by_a_day_is_whole_in_every_zone(store: Store) -> None:
    """Also where clocks were set back, and the first of its dates begins an hour earlier."""
    back = datetime(2026, 4, 5, 3, 0, 0, 1000, tzinfo=UTC)  # midnight comes twice in Santiago
    with DemoSite(size="empty", seed=1, now=back) as site:
        for days, mode in ((30, "full"), (30, "later"), (31, "full"), (31, "later"), (30, "later")):
            assert synced(site, store, days=days).mode == mode
            site.advance(timedelta(minutes=1))
        told = Snapshot.load(store.site(site.url, site.account_id))
        for zone in zone_names():
            assert told.period(31, zone).start_ms >= told.covered_from_ms, zone


def unmatched(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[str]:
    """The rows without the same act among others.

    Of a work log that was deleted since, a first sync knows the history's instant
    where an earlier one has kept the feed's: within two seconds it is one act.
    """
    known = {json.dumps(act(row)) for row in others}
    work: dict[str, list[float]] = {}
    for row in others:
        work.setdefault(work_act(row), []).append(seconds(row))
    return [
        json.dumps(row)
        for row in rows
        if json.dumps(act(row)) not in known
        and not (
            row["kind"].startswith("worklog")
            and any(abs(at - seconds(row)) <= 2 for at in work.get(work_act(row), []))
        )
    ]


def act(row: dict[str, Any]) -> list[str]:
    return [row["kind"], row["source_id"], row["account_id"], row["at"]]


def work_act(row: dict[str, Any]) -> str:
    return f"{row['kind']} {row['account_id']} {row['issue_id']}"


def seconds(row: dict[str, Any]) -> float:
    return datetime.fromisoformat(row["at"]).timestamp()
