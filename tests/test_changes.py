"""What is different from one sync to the next, told only by what both could read."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jira_usage.changes import changes
from jira_usage.demo import DemoSite
from jira_usage.schema import TABLES
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from tests.builders import grants, members, user
from tests.test_sync import NOW, synced

T0, T1 = 1_000, 2_000
GRANTED = (grants("jira-software", "g"),)


def tables(*users: Any, held: Any = (), granted: Any = GRANTED) -> Any:
    rows = {"users": users, "members": held, "product_groups": granted}
    return {name: pa.Table.from_pylist(list(some), TABLES[name]) for name, some in rows.items()}


def told(before: Any, now: Any) -> list[tuple[str, str, str]]:
    found = changes(before, now, T0, T1).to_pylist()
    assert {(row["since"], row["at"]) for row in found} <= {(T0, T1)}
    return [(row["account_id"], row["change"], row["product_key"]) for row in found]


def test_nothing_changed_is_no_row() -> None:
    same = tables(user("ann"), held=members("g", "ann"))
    assert told(same, same) == []


def test_people_join_leave_and_are_switched_off_and_on() -> None:
    before = tables(user("ann"), user("ben"), user("cyn", active=False))
    now = tables(user("ben", active=False), user("cyn"), user("dee"))
    assert told(before, now) == [
        ("ben", "disabled", ""),
        ("cyn", "enabled", ""),
        ("dee", "joined", ""),
        ("ann", "left", ""),
    ]


def test_an_account_that_jira_no_longer_lists_has_left() -> None:
    assert told(tables(user("ann")), tables(user("ann", listed=False))) == [("ann", "left", "")]


def test_a_product_is_got_through_the_first_group_and_lost_with_the_last() -> None:
    two = (grants("jira-software", "g"), grants("jira-software", "h"))
    none = tables(user("ann"), granted=two)
    one = tables(user("ann"), held=members("g", "ann"), granted=two)
    both = tables(user("ann"), held=members("g", "ann") + members("h", "ann"), granted=two)
    assert told(none, one) == [("ann", "got", "jira-software")]
    assert told(one, both) == told(both, one) == []
    assert told(both, none) == [("ann", "lost", "jira-software")]


def test_robots_hold_no_product() -> None:
    bot = user("bot", account_type="app")
    assert told(tables(bot), tables(bot, held=members("g", "bot"))) == []


def test_what_was_not_read_whole_tells_nothing() -> None:
    before, now = tables(user("ann")), tables(user("ben"), held=members("g", "ben"))
    people = {"users": now["users"]}
    assert told({"users": before["users"]}, people) == [("ben", "joined", ""), ("ann", "left", "")]
    assert told({}, now) == told(before, {}) == []


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def test_later_syncs_remember_whom_they_met_first_and_what_changed(store: Store) -> None:
    with DemoSite(size="small", seed=3, now=NOW) as site:
        synced(site, store)
        first = Snapshot.load(store.site(site.url, site.account_id))
        assert first.users["first_seen_at"].isna().all() and first.changes.empty
        site.advance(timedelta(days=5))
        synced(site, store)
        second = Snapshot.load(store.site(site.url, site.account_id))
        site.advance(timedelta(days=1))
        synced(site, store)
        third = Snapshot.load(store.site(site.url, site.account_id))
    listed = [set(s.users.loc[s.users["listed"], "account_id"]) for s in (first, second)]
    seen = second.users[second.users["listed"] & second.users["first_seen_at"].notna()]
    assert set(seen["account_id"]) == listed[1] - listed[0] != set()
    joined = second.changes[second.changes["change"] == "joined"]
    assert set(joined["account_id"]) == set(seen["account_id"])
    kept = third.users.set_index("account_id")["first_seen_at"].reindex(seen["account_id"])
    assert (kept == second.as_of_ms).all(), "the instant of the first meeting stays"
    assert third.changes.head(len(second.changes)).equals(second.changes)


def test_notes_of_people_survive_syncs_and_go_with_the_site(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        kept = store.site(site.url, site.account_id)
        assert kept.note("decisions") is None
        kept.change_note("decisions", lambda before: (before or b"") + b"one ")
        synced(site, store)
        synced(site, store, full=True)
        kept.change_note("decisions", lambda before: (before or b"") + b"two")
        assert kept.note("decisions") == b"one two"
        kept.forget()
        assert kept.note("decisions") is None
