import os
import pickle
import shutil
import sqlite3
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from jira_usage.errors import InvalidInput, StoreDamaged, StoreUnusable, SyncIncomplete, SyncRunning
from jira_usage.generation import Generation, encoded
from jira_usage.proof import proof, proves
from jira_usage.store import SiteStore, Store

SITE = "https://acme.atlassian.net"


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")}).site(SITE, "me")


def table(*values: int) -> pa.Table:
    return pa.table({"n": list(values)})


def publish(kept: SiteStore, id: str, *values: int, **meta: object) -> str:
    key = kept.save_table(table(*values))
    kept.publish(Generation(id, {"numbers": {"": key}}, {"site_url": SITE, **meta}))
    return key


def test_nothing_is_there_before_the_first_generation(kept: SiteStore) -> None:
    assert kept.current() is None


@pytest.mark.parametrize("made", ["", "CREATE TABLE Settings (key TEXT)"])
def test_a_database_that_its_first_writer_has_not_finished_holds_nothing(
    kept: SiteStore, made: str
) -> None:
    kept.folder.mkdir(parents=True)
    with sqlite3.connect(kept.folder / "cache.db") as database:
        database.execute(made)
    assert kept.exists and kept.current() is None and kept.newest_intact() is None
    publish(kept, "a", 1)
    current = kept.current()
    assert current is not None and current.id == "a"


def test_a_database_without_its_table_is_damaged_where_its_files_are_there(
    kept: SiteStore,
) -> None:
    publish(kept, "a", *range(100_000))
    for path in kept.folder.glob("cache.db*"):
        path.write_bytes(b"")
    with pytest.raises(StoreDamaged):
        kept.current()


def test_a_published_generation_is_read_back(kept: SiteStore) -> None:
    key = publish(kept, "a", 1, 2)
    current = kept.current()
    assert current is not None and current.id == "a"
    assert kept.load_table(key).equals(table(1, 2))


def test_what_is_saved_but_not_published_changes_nothing(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    kept.save_table(table(9, 9, 9))
    current = kept.current()
    assert current is not None and current.id == "a"


def test_the_last_generation_stays_readable_and_older_ones_go(kept: SiteStore) -> None:
    first, second, third = publish(kept, "a", 1), publish(kept, "b", 2), publish(kept, "c", 3)
    assert kept.load_table(second).equals(table(2)) and kept.load_table(third).equals(table(3))
    with pytest.raises(StoreDamaged):
        kept.load_table(first)
    previous = kept.step_back()
    assert previous is not None and previous.id == "b"


def test_a_generation_of_another_version_is_no_loss_of_peoples_notes(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    kept.change_note("decisions", lambda _: b"theirs")
    with sqlite3.connect(kept.folder / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ? WHERE key = 'current'", (b'{"format":0}',))
    assert kept.newest_intact() is None
    assert kept.note("decisions") == b"theirs"
    publish(kept, "b", 2)
    assert kept.note("decisions") == b"theirs"


def test_the_same_table_is_written_once(kept: SiteStore) -> None:
    assert kept.save_table(table(*range(100_000))) == kept.save_table(table(*range(100_000)))
    assert len(list(kept.folder.rglob("*.val"))) == 1


def test_a_large_table_is_never_evicted(kept: SiteStore) -> None:
    keys = [kept.save_table(pa.table({"b": [os.urandom(3_000_000)]})) for _ in range(12)]
    assert all(kept.load_table(key).num_rows == 1 for key in keys)


def test_folder_and_files_are_private(kept: SiteStore) -> None:
    publish(kept, "a", *range(100_000))
    paths = [kept.folder.parent, kept.folder, *kept.folder.rglob("*")]
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return (os.putenv, ("EXPLODED", "yes"))


def test_a_planted_pickle_is_refused_and_never_run(kept: SiteStore) -> None:
    key = publish(kept, "a", 1)
    with sqlite3.connect(kept.folder / "cache.db") as database:
        database.execute(
            "UPDATE Cache SET mode = 4, value = ? WHERE key = ?", (pickle.dumps(Bomb()), key)
        )
    with pytest.raises(StoreDamaged):
        kept.load_table(key)
    assert "EXPLODED" not in os.environ


def test_a_planted_path_is_refused(kept: SiteStore, tmp_path: Path) -> None:
    key = publish(kept, "a", *range(100_000))
    (tmp_path / "secret").write_text("secret")
    for path in (str(tmp_path / "secret"), "../../secret"):
        with sqlite3.connect(kept.folder / "cache.db") as database:
            database.execute("UPDATE Cache SET filename = ? WHERE key = ?", (path, key))
        with pytest.raises(StoreDamaged):
            kept.load_table(key)


def test_a_damaged_blob_is_told(kept: SiteStore) -> None:
    key = publish(kept, "a", *range(100_000))
    blob = next(kept.folder.rglob("*.val"))
    blob.write_bytes(blob.read_bytes()[:-10] + b"0123456789")
    with pytest.raises(StoreDamaged):
        kept.load_table(key)


def test_a_table_that_is_whole_but_another_one_is_refused(kept: SiteStore) -> None:
    key = publish(kept, "a", *range(100_000))
    other = encoded(table(*range(7, 100_007)))
    next(kept.folder.rglob("*.val")).write_bytes(other)
    with pytest.raises(StoreDamaged):
        kept.load_table(key)


def test_what_a_newer_version_has_written_is_told_and_left_alone(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    newer = b'{"format":99,"id":"b","tables":{},"meta":{}}'
    with sqlite3.connect(kept.folder / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ? WHERE key = 'current'", (newer,))
    for read in (kept.current, kept.newest_intact):
        with pytest.raises(StoreUnusable, match="newer version"):
            read()


def test_a_database_that_is_garbage_is_told(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    for path in kept.folder.glob("cache.db*"):
        path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreDamaged):
        kept.current()


def test_two_syncs_of_a_site_do_not_run_at_once(kept: SiteStore) -> None:
    with kept.writing(), pytest.raises(SyncIncomplete), SiteStore(kept.folder).writing():
        pass
    with kept.writing():
        pass


def test_forgetting_leaves_nothing(kept: SiteStore) -> None:
    publish(kept, "a", *range(100_000))
    kept.forget()
    assert list(kept.folder.parent.iterdir()) == []
    assert kept.current() is None


def test_nothing_is_deleted_while_a_sync_runs_nor_does_a_second_one_begin(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    with kept.writing():
        with pytest.raises(SyncRunning, match="nothing was deleted"):
            SiteStore(kept.folder).forget()
        with pytest.raises(SyncRunning):
            SiteStore(kept.folder).writing().__enter__()
        publish(kept, "b", 2)
    kept.forget()
    assert not kept.folder.exists()
    with kept.writing():
        pass


def test_a_sync_that_waited_for_the_deletion_is_alone_too(
    kept: SiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock goes last: whoever comes while the rest is deleted is refused."""
    publish(kept, "a", *range(100_000))
    delete, refused = shutil.rmtree, []

    def slowly(path: Path, *, ignore_errors: bool) -> None:
        with pytest.raises(SyncRunning), SiteStore(kept.folder).writing():
            pass
        refused.append(path)
        delete(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", slowly)
    kept.forget()
    assert refused and list(kept.folder.parent.iterdir()) == []


def test_what_can_not_be_deleted_is_told(kept: SiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(kept, "a", *range(100_000))
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **how: None)
    with pytest.raises(StoreDamaged, match="could not be deleted"):
        kept.forget()
    with kept.writing():
        pass


def test_only_the_same_email_and_token_are_known_again(tmp_path: Path) -> None:
    store = Store.open({"JIRA_USAGE_HOME": str(tmp_path)})
    publish(store.site(SITE, "me"), "a", 1, admits=proof("Ann@example.com", "token"))
    assert store.admitted(SITE, "ann@example.com", "token") is not None
    assert store.admitted(SITE, "ann@example.com", "other") is None
    assert store.admitted(SITE, "bob@example.com", "token") is None
    assert store.admitted("https://other.atlassian.net", "ann@example.com", "token") is None
    assert not proves("", "a", "b") and not proves("zz:zz", "a", "b")


def test_a_store_that_can_not_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="can't be used"):
        Store.open({"JIRA_USAGE_HOME": str(tmp_path / "file" / "home")})


def test_whoever_writes_goes_on_from_the_newest_intact_generation(kept: SiteStore) -> None:
    publish(kept, "a", *range(100_000))
    publish(kept, "b", *range(200_000))
    assert identity(kept.newest_intact()) == "b"
    newest = max(kept.folder.rglob("*.val"), key=lambda path: path.stat().st_size)
    newest.write_bytes(b"")
    assert identity(kept.newest_intact()) == "a"


def test_a_database_that_is_garbage_is_begun_anew(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    for path in kept.folder.glob("cache.db*"):
        path.write_bytes(b"garbage" * 1000)
    assert kept.newest_intact() is None
    publish(kept, "b", 2)
    assert identity(kept.current()) == "b"


def identity(generation: Generation | None) -> str:
    return generation.id if generation else ""


def planted(kept: SiteStore, *statements: str) -> None:
    with sqlite3.connect(kept.folder / "cache.db") as database:
        for statement in statements:
            database.execute(statement)


def keys(kept: SiteStore) -> set[str]:
    with sqlite3.connect(kept.folder / "cache.db") as database:
        return {key for [key] in database.execute("SELECT key FROM Cache")}


FOREIGN = "INSERT INTO Cache(key, raw, mode, value) VALUES ({}, 0, 1, x'00')"


def test_a_database_made_anew_holds_what_is_whole_and_nothing_else(kept: SiteStore) -> None:
    first, second = publish(kept, "a", 1), publish(kept, "b", 2)
    kept.change_note("decisions", lambda _: b"theirs")
    (kept.folder / "notes").rename(kept.folder / "gone")
    planted(kept, FOREIGN.format("'planted'"))
    assert identity(kept.newest_intact()) == "b"
    assert keys(kept) >= {"current", "previous", "note:decisions", first, second}
    assert "planted" not in keys(kept) and kept.note("decisions") == b"theirs"


def test_what_lies_on_either_side_of_the_damage_is_saved(kept: SiteStore) -> None:
    key = publish(kept, "a", 1)
    behind = "UPDATE Cache SET rowid = 1000 WHERE key = 'current'"
    planted(kept, FOREIGN.format("CAST(x'ff' AS TEXT)"), behind)
    assert identity(kept.newest_intact()) == "a"
    assert kept.load_table(key).equals(table(1))


def test_a_table_whose_bytes_are_others_is_not_saved(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    key = publish(kept, "b", 2)
    other = encoded(table(3)).hex()
    planted(kept, f"UPDATE Cache SET raw = 0, value = x'{other}' WHERE key = '{key}'")
    assert identity(kept.newest_intact()) == "a" and key not in keys(kept)


def test_a_whole_table_that_is_another_one_makes_its_generation_broken(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    key = publish(kept, "b", 2)
    planted(kept, f"UPDATE Cache SET value = x'{encoded(table(3)).hex()}' WHERE key = '{key}'")
    assert identity(kept.newest_intact()) == "a"


def test_a_damaged_second_copy_of_a_note_is_not_told_nor_saved(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    kept.change_note("decisions", lambda _: b"theirs")
    [copy] = (kept.folder / "notes").iterdir()
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")
    assert kept.note("decisions") == b"theirs"
    planted(kept, FOREIGN.format("'planted'"))
    kept.newest_intact()
    assert kept.note("decisions") == b"theirs"


def test_the_second_copy_of_another_note_is_not_told(kept: SiteStore) -> None:
    kept.change_note("decisions", lambda _: b"decisions")
    kept.change_note("thresholds", lambda _: b"thresholds")
    one, other = sorted((kept.folder / "notes").iterdir())
    one.write_bytes(other.read_bytes())
    assert {kept.note(name) for name in ("decisions", "thresholds")} == {
        b"decisions",
        b"thresholds",
    }


def test_a_database_made_anew_holds_the_second_copies_of_all_notes(kept: SiteStore) -> None:
    publish(kept, "a", 1)
    for name in ("decisions", "thresholds"):
        kept.change_note(name, lambda _: b"theirs")
    for path in kept.folder.glob("cache.db*"):
        path.write_bytes(b"garbage" * 1000)
    kept.newest_intact()
    shutil.rmtree(kept.folder / "notes")
    assert kept.note("decisions") == kept.note("thresholds") == b"theirs"


def test_a_note_that_is_dropped_leaves_no_second_copy(kept: SiteStore) -> None:
    kept.change_note("decisions", lambda _: b"theirs")
    kept.drop_note("decisions")
    assert kept.note("decisions") is None and list((kept.folder / "notes").iterdir()) == []
