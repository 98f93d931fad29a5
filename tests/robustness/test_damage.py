"""Stores that were damaged, planted with rows, or written by another version."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jira_usage import decisions
from jira_usage.demo import DemoSite
from jira_usage.errors import StoreDamaged, StoreUnusable
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore

from .damage import DECIDED, STATEMENTS, Bench, damage
from .place import a_site, broken_parts, evening, kept_of, morning, store_in, synced, untrue

TIMES, SEED = 9, 5


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with a_site() as site:
        yield site


@pytest.fixture(scope="module")
def bench(site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(site, tmp_path_factory.mktemp("bench"))


def test_whatever_is_damaged_is_told_and_mended(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = damage(TIMES, SEED, tmp_path)
    assert tally.wrong == [] and tally.times == TIMES
    assert len(tally.outcomes) >= 2, "the damage is of several kinds"
    record_property("summary_line", f"damaged stores: {TIMES} read in words, mended, notes kept")


@pytest.mark.parametrize("planted", STATEMENTS)
def test_what_is_planted_in_the_database_does_nothing(planted: str, bench: Bench) -> None:
    kept = bench.copy()
    with sqlite3.connect(kept.folder / "cache.db") as database:
        database.execute(planted)
    bench.read(kept)
    assert list(bench.judge(kept, with_a_sync=False)) == []
    assert decisions.noted(kept).decisions == (DECIDED,)


def test_a_lost_day_costs_that_day_and_no_more(bench: Bench) -> None:
    kept = bench.copy()
    current = kept.current()
    assert current is not None
    day, key = sorted(current.tables["acts"].items())[0]
    file = file_of(kept, key)
    file.write_bytes(b"")
    last = kept.newest_intact()
    assert last is not None and day not in last.tables["acts"]
    assert last.tables["acts"].items() == current.tables["acts"].items() - {(day, key)}
    assert last.meta["read_until"] is None, "the next sync reads the whole window"
    assert last.meta["covered_from"] > current.meta["covered_from"], "what is lost is said"


@pytest.mark.parametrize("table", ["users", "members", "product_groups"])
def test_a_lost_table_that_comes_again_is_no_news(
    table: str, site: DemoSite, tmp_path: Path
) -> None:
    store = store_in(tmp_path / "home")
    morning(site)
    synced(site, store)
    kept = kept_of(site, store)
    current = kept.current()
    assert current is not None
    with sqlite3.connect(kept.folder / "cache.db") as database:
        damaged = (b"damaged", current.tables[table][""])
        database.execute("UPDATE Cache SET value = ?, filename = NULL WHERE key = ?", damaged)
    evening(site)
    synced(site, store)
    told = Snapshot.load(kept)
    assert told.changes.empty and told.users["first_seen_at"].isna().all()


def file_of(kept: SiteStore, key: str) -> Path:
    with sqlite3.connect(kept.folder / "cache.db") as database:
        [name] = database.execute("SELECT filename FROM Cache WHERE key = ?", (key,)).fetchone()
    return kept.folder / str(name)


def test_the_same_table_is_written_again_where_its_file_is_damaged(bench: Bench) -> None:
    """The same content has the same key: what is there under it may be damaged."""
    kept = bench.copy()
    current = kept.current()
    assert current is not None
    key = current.tables["projects"][""]
    table = kept.load_table(key)
    file_of(kept, key).write_bytes(b"damaged")
    assert kept.save_table(table) == key
    assert kept.load_table(key).equals(table)


def test_a_store_of_an_older_version_is_read_and_built_upon(site: DemoSite, tmp_path: Path) -> None:
    """Before there were changes and first sightings; that version had the same format."""
    store = store_in(tmp_path / "home")
    morning(site)
    synced(site, store)
    kept = kept_of(site, store)
    current = kept.current()
    assert current is not None
    tables = {name: dict(parts) for name, parts in current.tables.items() if name != "changes"}
    users = kept.load_table(tables["users"][""]).drop_columns(["first_seen_at"])
    tables["users"] = {"": kept.save_table(users)}
    meta = {k: v for k, v in current.meta.items() if k not in ("watched_from", "previous_as_of")}
    kept.publish(type(current)(current.id, tables, meta))
    assert Snapshot.load(kept).users["first_seen_at"].isna().all()
    evening(site)
    assert synced(site, store).mode == "later"
    assert untrue(site, store) == []


def test_what_a_newer_version_has_written_stops_the_sync_and_stays(
    site: DemoSite, bench: Bench
) -> None:
    kept = bench.copy()
    file_of(kept, "current").write_bytes(b'{"format":99,"id":"b","tables":{},"meta":{}}')
    evening(site)
    with pytest.raises(StoreUnusable, match="newer version"):
        synced(site, store_in(kept.folder.parent))
    with pytest.raises(StoreUnusable, match="Nothing was changed"):
        kept.current()


def test_a_digit_that_flips_in_the_manifest_is_found(bench: Bench) -> None:
    kept = bench.copy()
    manifest = file_of(kept, "current")
    told = manifest.read_bytes()
    assert b'"days":30' in told
    manifest.write_bytes(told.replace(b'"days":30', b'"days":31'))
    with pytest.raises(StoreDamaged):
        kept.current()


def test_a_file_that_a_planted_row_names_is_never_deleted(bench: Bench, tmp_path: Path) -> None:
    kept = bench.copy()
    (tmp_path / "theirs").write_text("theirs")
    with sqlite3.connect(kept.folder / "cache.db") as database:
        database.execute(
            "INSERT INTO Cache(key, raw, mode, filename) VALUES ('planted', 1, 2, ?)",
            (str(tmp_path / "theirs"),),
        )
    current = kept.current()
    assert current is not None
    kept.publish(current)
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_people_s_notes_outlive_the_database(bench: Bench) -> None:
    kept = bench.copy()
    for path in kept.folder.glob("cache.db*"):
        path.unlink()
    assert decisions.noted(kept).decisions == (DECIDED,)
    kept.newest_intact()
    assert decisions.noted(kept).decisions == (DECIDED,)


def test_one_account_s_damaged_store_keeps_nobody_else_out(site: DemoSite, bench: Bench) -> None:
    kept = bench.copy()
    other = kept.folder.parent / "0"
    other.mkdir()
    (other / "cache.db").write_bytes(b"garbage" * 1000)
    store = store_in(kept.folder.parent)
    assert store.admitted(site.url, site.email, site.token) is not None
    assert broken_parts(kept) == []
