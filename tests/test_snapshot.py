"""A snapshot is one finished sync: it never mixes with another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from jira_usage.errors import SnapshotReplaced, StoreDamaged
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from tests.builders import publish, user


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    return SiteStore(tmp_path / "site")


def sync_of(kept: SiteStore, *names: str) -> None:
    publish(kept, users=[user(name) for name in names])


def test_the_one_before_the_last_is_still_read(kept: SiteStore) -> None:
    sync_of(kept, "ann")
    before = Snapshot.load(kept)
    sync_of(kept, "ann", "ben")
    assert before.users["account_id"].tolist() == ["ann"]


def test_whoever_reads_on_after_two_more_syncs_is_told_of_newer_data(kept: SiteStore) -> None:
    sync_of(kept, "ann")
    old = Snapshot.load(kept)
    sync_of(kept, "ann", "ben")
    sync_of(kept, "ann", "ben", "cyn")
    with pytest.raises(SnapshotReplaced, match="Newer syncs"):
        len(old.users)


def test_what_is_missing_from_the_latest_is_damage(kept: SiteStore) -> None:
    sync_of(kept, "ann")
    latest = Snapshot.load(kept)
    kept.forget()
    with pytest.raises(StoreDamaged) as told:
        len(latest.users)
    assert not isinstance(told.value, SnapshotReplaced)
