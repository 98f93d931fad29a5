"""Verification finds what was planted, and nothing on an honest snapshot."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from test_sync import NOW, connect, synced

from jira_usage.demo import DemoSite
from jira_usage.merging import worklog_events
from jira_usage.preflight import sign_in
from jira_usage.schema import BY_DATE, TABLES
from jira_usage.snapshot import Snapshot
from jira_usage.store import Generation, Store
from jira_usage.verify import Verdict, verify


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="small", seed=11, now=NOW) as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def verdict(site: DemoSite, store: Store, sample: int = 40) -> Verdict:
    snapshot = Snapshot.load(store.site(site.url, site.account_id))
    *_, last = verify(sign_in(connect(site)).cloud, snapshot, sample=sample, seed=1)
    return last


def tamper(site: DemoSite, store: Store, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Publishes the snapshot again with other acts, on issues and on work logs."""
    kept = store.site(site.url, site.account_id)
    current = kept.current()
    assert current is not None
    tables = dict(current.tables)
    for name in BY_DATE:
        tables[name] = {
            day: kept.save_table(
                pa.Table.from_pandas(
                    change(kept.load_table(key).to_pandas()), TABLES[name], preserve_index=False
                )
            )
            for day, key in current.tables[name].items()
        }
    settled = worklog_events(kept, tables["worklog_acts"])
    tables["worklog_events"] = {"": kept.save_table(settled)}
    kept.publish(Generation("tampered", tables, current.meta))


def test_an_honest_snapshot_agrees_whole(site: DemoSite, store: Store) -> None:
    synced(site, store)
    told = verdict(site, store, sample=150)
    assert told.differences == [] and told.per_cent == 100.0
    assert told.agreeing > 200


def test_events_that_were_taken_away_are_missed(site: DemoSite, store: Store) -> None:
    synced(site, store)
    tamper(site, store, lambda acts: acts.iloc[::2])
    told = verdict(site, store)
    assert {d.side for d in told.differences} == {"missing"} and told.per_cent < 75


@pytest.mark.parametrize("act", ["issue_changed", "comment_created", "comment_deleted"])
def test_events_that_were_made_up_are_found(site: DemoSite, store: Store, act: str) -> None:
    synced(site, store)

    def forged(acts: pd.DataFrame) -> pd.DataFrame:
        more = acts[acts["act"] == "issue_changed"].assign(
            act=act, source_id=lambda frame: "9" + frame["source_id"]
        )
        return pd.concat([acts, more])

    tamper(site, store, forged)
    assert "unexplained" in {d.side for d in verdict(site, store).differences}


def test_events_of_another_person_are_found(site: DemoSite, store: Store) -> None:
    synced(site, store)
    tamper(site, store, lambda acts: acts.assign(account_id="somebody-else"))
    assert verdict(site, store).per_cent == 0


def test_what_jira_has_forgotten_since_is_no_difference(store: Store) -> None:
    with DemoSite(size="small", seed=12, now=NOW) as site:
        synced(site, store)
        site.advance(timedelta(days=2))
        synced(site, store)
        site.advance(timedelta(days=2))
        told = verdict(site, store, sample=150)
        assert told.differences == []
