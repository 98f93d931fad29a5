"""Forgetting leaves no trace in the folder: every file is searched, byte by byte."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from jira_usage import decisions, forgetting, links
from jira_usage.decisions import Decision, Noted
from jira_usage.errors import InvalidInput
from jira_usage.generation import Generation
from jira_usage.metrics import answers
from jira_usage.scope import Scope
from jira_usage.seen import LastSeen, load_last_seen, save_last_seen
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore, Store
from tests.builders import NOW, act, company, days_ago, publish, user, window

TRACES = ("ben", "Ben Okri", "ben.okri@acme.example", "A note about Ben")


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    """A site whose Ben is in every table and every note, in two generations."""
    site = Store.open({"JIRA_USAGE_HOME": str(tmp_path)}).site("https://acme.example", "ann")
    for _ in range(2):
        publish(site, **with_ben())
    released = Decision("ben", "jira-core", "release", reason="A note about Ben", by="Ann")
    decisions.decide(site, [released, Decision("ann", "jira-software", "keep")])
    days = {one: {"jira-core": date(2026, 11, 1)} for one in ("ben", "ann")}
    save_last_seen(site, LastSeen(NOW, {"ben": date(2026, 11, 1), "ann": None}, days))
    for people in ("names", "pseudonyms", "none"):
        link, _ = links.new_link(
            label="",
            scope=Scope(people=people),
            days=30,
            timezone="UTC",
            count_created=False,
            frozen=True,
            made_by="Ann",
            now_ms=NOW,
            lasts_days=9,
        )
        links.keep(site, link, b"Ben Okri" if people == "names" else people.encode())
    return site


def with_ben() -> dict[str, Any]:
    rows = company()
    rows["users"] = [
        {**one, "email": "ben.okri@acme.example"} if one["account_id"] == "ben" else one
        for one in rows["users"]
    ]
    rows["projects"][0]["lead_account_id"] = "ben"
    rows["acts"] += [
        act("ben", at=days_ago(1)),
        act("bot", at=days_ago(2), act="issue_changed", on_behalf_of="ben"),
        act("bot", at=days_ago(3), act="issue_changed", on_behalf_of="Ben Okri"),
        act("bot", at=days_ago(3), act="issue_changed", on_behalf_of="Ann Ames"),
        act("ben", at=days_ago(4), act="worklog_created", worklog_id="w"),
    ]
    rows["role_actors"] = [
        {"project_key": "WEB", "role": "Administrators", "account_id": "ben", "group_id": ""}
    ]
    rows["changes"] = [
        {"at": NOW, "since": NOW - 1, "account_id": "ben", "change": "joined", "product_key": ""}
    ]
    return rows


def whom_jira_lists_no_more() -> dict[str, Any]:
    """What a sync reads of a Ben who has left: he leads, holds a role, and apps name him."""
    rows = with_ben()
    for name in ("users", "members", "acts", "changes"):
        rows[name] = [one for one in rows[name] if one["account_id"] != "ben"]
    return rows


def contents(folder: Path) -> Iterator[bytes]:
    """Every file as it is, and every stored value unpacked."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()
            yield unpacked(path.read_bytes())
    with sqlite3.connect(next(folder.rglob("cache.db"))) as database:
        for key, value in database.execute("SELECT key, value FROM Cache"):
            yield str(key).encode()
            yield unpacked(value) if isinstance(value, bytes) else str(value).encode()


def unpacked(value: bytes) -> bytes:
    if value.startswith(b"PAR1"):
        return repr(pq.read_table(io.BytesIO(value)).to_pylist()).encode()
    return value


def traces(folder: Path) -> set[str]:
    told = list(contents(folder))
    quoted = [f"'{TRACES[0]}'", f'"{TRACES[0]}"', *TRACES[1:]]
    return {one for one in quoted if any(one.encode() in some for some in told)}


def stored_of_ben(folder: Path) -> list[bytes]:
    """Each stored value that holds Ben, packed as the disk holds it, where it lies in one piece."""
    with sqlite3.connect(next(folder.rglob("cache.db"))) as database:
        values = [v for [v] in database.execute("SELECT value FROM Cache") if isinstance(v, bytes)]
    packed = [v for v in values if v.startswith(b"PAR1") and b"'ben'" in unpacked(v)]
    raw = everything(folder)
    return [value for value in packed if value in raw]


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_after_forgetting_a_person_the_folder_holds_no_trace(kept: SiteStore) -> None:
    home = kept.folder.parent
    pieces = stored_of_ben(home)
    assert traces(home) >= {"'ben'", *TRACES[1:]} and len(pieces) >= 3, "there was something"
    forgetting.forget_person(kept, "ben")
    assert traces(home) == set()
    after = everything(home)
    assert not [piece for piece in pieces if piece in after], "nor in pages that are free now"
    assert stored_of_ben(home) == [] and kept.step_back() is None


def test_no_trace_waits_in_the_journal_of_a_store_that_somebody_else_has_open(
    kept: SiteStore,
) -> None:
    """SQLite keeps what was written until the last connection closes, or it is told not to."""
    other = sqlite3.connect(kept.folder / "cache.db")
    try:
        other.execute("SELECT count(*) FROM Cache").fetchone()
        publish(kept, **with_ben())
        pieces = stored_of_ben(kept.folder)
        assert len(pieces) >= 3
        forgetting.forget_person(kept, "ben")
        after = everything(kept.folder)
    finally:
        other.close()
    assert not [piece for piece in pieces if piece in after]


def test_everybody_else_is_as_they_were(kept: SiteStore) -> None:
    def told() -> dict[str, tuple[int, str]]:
        snapshot = Snapshot.load(kept)
        people = answers.roster(snapshot, window(30), False).people
        judged = answers.judged(snapshot, window(30), False, Noted()).people
        verdict = dict(zip(judged["account_id"], judged["verdict"], strict=True))
        return {
            who: (int(actions), verdict.get(who, ""))
            for who, actions in zip(people["account_id"], people["actions"], strict=True)
        }

    before = told()
    forgetting.forget_person(kept, "ben")
    assert told() == {one: row for one, row in before.items() if one != "ben"}
    assert [one.account_id for one in decisions.noted(kept).decisions] == ["ann"]
    seen = load_last_seen(kept)
    assert seen and set(seen.seen) == {"ann"} and set(seen.apps) == {"ann"}
    assert [link.scope.people for link in links.links_of(kept)] == ["none"]


@pytest.mark.parametrize("read", [with_ben, whom_jira_lists_no_more])
def test_a_later_sync_leaves_them_out_again(
    kept: SiteStore, read: Callable[[], dict[str, Any]]
) -> None:
    forgetting.forget_person(kept, "ben")
    publish(kept, **read())  # as if Jira had told of Ben anew
    told = kept.current()
    assert isinstance(told, Generation)
    kept.publish(forgetting.without_forgotten(kept, told))
    kept.publish(forgetting.without_forgotten(kept, told))
    forgetting.settled(kept)
    assert traces(kept.folder.parent) == set()
    events = pd.concat(Snapshot.load(kept).events())
    assert [one for one in events["on_behalf_of"] if one] == ["Ann Ames"]
    robot = [one for one in read()["acts"] if one["account_id"] == "bot"]
    assert (events["account_id"] == "bot").sum() == len(robot), "what it did stays"


def test_who_is_in_no_list_any_more_can_still_be_forgotten(kept: SiteStore) -> None:
    rows = whom_jira_lists_no_more()
    rows["projects"][1]["lead_account_id"] = "eve"
    for _ in range(2):
        publish(kept, **rows)
    for account_id in ("ben", "eve"):
        forgetting.forget_person(kept, account_id)
    assert b"'eve'" not in b"".join(contents(kept.folder))
    assert traces(kept.folder.parent) <= {"Ben Okri"}, "no table tells the name of that id"


def test_whose_name_is_the_id_of_somebody_else_is_not_mistaken_for_them(kept: SiteStore) -> None:
    rows = company()
    rows["users"].append(user("eve", name="cyn"))
    publish(kept, **rows)
    forgetting.forget_person(kept, "eve")
    publish(kept, **rows)
    told = kept.current()
    assert isinstance(told, Generation)
    kept.publish(forgetting.without_forgotten(kept, told))
    listed = set(Snapshot.load(kept).users["account_id"])
    assert "cyn" in listed and "eve" not in listed


def test_whose_token_reads_the_site_and_who_is_unknown_are_refused(kept: SiteStore) -> None:
    for account_id in ("ann", "nobody", ""):
        with pytest.raises(InvalidInput):
            forgetting.forget_person(kept, account_id)
    assert traces(kept.folder.parent)


def test_after_forgetting_the_site_the_folder_is_gone(kept: SiteStore) -> None:
    kept.forget()
    assert [path for path in kept.folder.parent.rglob("*") if path.is_file()] == []
