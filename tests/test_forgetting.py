"""Forgetting leaves no trace in the folder: every file is searched, byte by byte."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

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
from tests.builders import NOW, act, company, days_ago, publish, window

TRACES = ("ben", "Ben Okri", "ben.okri@acme.example", "A note about Ben")


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    """A site whose Ben is in every table and every note, in two generations."""
    site = Store.open({"JIRA_USAGE_HOME": str(tmp_path)}).site("https://acme.example", "ann")
    for _ in range(2):
        publish(site, **with_ben())
    released = Decision("ben", "jira-core", "release", reason="A note about Ben", by="Ann")
    decisions.decide(site, [released, Decision("ann", "jira-software", "keep")])
    save_last_seen(site, LastSeen(NOW, {"ben": date(2026, 11, 1), "ann": None}))
    for people in ("names", "none"):
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
        links.keep(site, link, b"Ben Okri" if people == "names" else b"numbers")
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
        act("ben", at=days_ago(4), act="worklog_created", worklog_id="w"),
    ]
    rows["changes"] = [
        {"at": NOW, "since": NOW - 1, "account_id": "ben", "change": "joined", "product_key": ""}
    ]
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
    assert seen and set(seen.seen) == {"ann"}
    assert [link.scope.people for link in links.links_of(kept)] == ["none"]


def test_a_later_sync_leaves_them_out_again(kept: SiteStore) -> None:
    forgetting.forget_person(kept, "ben")
    publish(kept, **with_ben())  # as if Jira had told of Ben anew
    read = kept.current()
    assert isinstance(read, Generation)
    kept.publish(forgetting.without_forgotten(kept, read))
    kept.publish(forgetting.without_forgotten(kept, read))
    forgetting.settled(kept)
    assert traces(kept.folder.parent) == set()


def test_whose_token_reads_the_site_and_who_is_unknown_are_refused(kept: SiteStore) -> None:
    for account_id in ("ann", "nobody", ""):
        with pytest.raises(InvalidInput):
            forgetting.forget_person(kept, account_id)
    assert traces(kept.folder.parent)


def test_after_forgetting_the_site_the_folder_is_gone(kept: SiteStore) -> None:
    kept.forget()
    assert [path for path in kept.folder.parent.rglob("*") if path.is_file()] == []
