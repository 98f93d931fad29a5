"""A link opens what it was made for until it ends, and nothing tells its secret again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from jira_usage import links
from jira_usage.demo import DemoSite
from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.scope import Scope
from jira_usage.store import SiteStore, Store
from tests.builders import NOW, company, publish
from tests.robustness.place import MORNING, kept_of, synced

DAY = links.DAY_MS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path)})


@pytest.fixture
def kept(store: Store) -> SiteStore:
    site = store.site("https://acme.atlassian.net", "ann")
    publish(site, **company())
    return site


def make(kept: SiteStore, *, shown: bytes | None = None, **changes: Any) -> tuple[links.Link, str]:
    told: dict[str, Any] = {
        "label": "Web team",
        "scope": Scope("projects", ("WEB",), "pseudonyms"),
        "days": 30,
        "timezone": "UTC",
        "count_created": False,
        "frozen": shown is not None,
        "made_by": "Ann",
        "now_ms": NOW,
        "lasts_days": 7,
    }
    link, secret = links.new_link(**told | changes)
    links.keep(kept, link, shown)
    return link, secret


def opened(store: Store, secret: str, now: int = NOW) -> links.Link | None:
    found = links.find(store, secret, now)
    return found[1] if found else None


def test_its_secret_opens_it_without_a_connection_and_is_unguessable(
    store: Store, kept: SiteStore
) -> None:
    link, secret = make(kept)
    assert opened(store, secret) == link and link.scope == Scope("projects", ("WEB",), "pseudonyms")
    assert len(secret) >= 43 and make(kept)[1] != secret


def test_any_other_text_opens_nothing(store: Store, kept: SiteStore) -> None:
    link, secret = make(kept)
    altered = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    others = ("", "x", secret[:-1], secret + "A", secret.swapcase(), altered)
    for other in (*others, link.id, link.secret_hash, "\udcff", "../../etc"):
        assert opened(store, other) is None


def test_it_ends_by_its_date_to_the_millisecond(store: Store, kept: SiteStore) -> None:
    link, secret = make(kept)
    assert link.expires_at == NOW + 7 * DAY
    assert opened(store, secret, link.expires_at - 1) and not opened(store, secret, link.expires_at)


def test_revoking_ends_it_at_once_and_forgets_what_it_showed(store: Store, kept: SiteStore) -> None:
    gone, secret = make(kept, shown=b"what was frozen")
    stays, other = make(kept)
    assert links.shown_by(kept, gone) == b"what was frozen"
    links.revoke(kept, {gone.id})
    assert opened(store, secret) is None and opened(store, other) == stays
    assert links.shown_by(kept, gone) is None and links.links_of(kept) == (stays,)


def test_what_has_ended_goes_with_the_next_link_and_makes_room(kept: SiteStore) -> None:
    ended, _ = make(kept, shown=b"what was frozen")
    open_still, _ = make(kept, lasts_days=8)
    for _ in range(links.MOST_LINKS - 2):
        make(kept)
    with pytest.raises(InvalidInput, match="200 links"):
        make(kept, now_ms=ended.expires_at - 1)
    assert links.shown_by(kept, ended) == b"what was frozen"
    newest, _ = make(kept, now_ms=ended.expires_at)
    assert links.links_of(kept) == (newest, open_still)
    assert links.shown_by(kept, ended) is None


def test_what_has_ended_goes_with_the_next_sync(store: Store) -> None:
    with DemoSite(size="small", seed=3, now=MORNING) as site:
        synced(site, store, days=30)
        kept, now = kept_of(site, store), time.time_ns() // 1_000_000
        ended, _ = make(kept, shown=b"what was frozen", now_ms=now - 7 * DAY)
        open_still, _ = make(kept, shown=b"what stays", now_ms=now)
        synced(site, store, days=30)
        assert links.links_of(kept) == (open_still,)
        assert links.shown_by(kept, ended) is None
        assert links.shown_by(kept, open_still) == b"what stays"
        kept.change_note(links.NOTE, lambda _: b"no links")
        synced(site, store, days=30)
    assert kept.note(links.NOTE) == b"no links"


def test_only_a_hash_of_the_secret_is_on_disk(store: Store, kept: SiteStore) -> None:
    _, secret = make(kept)
    for path in store.home.rglob("*"):
        assert path.is_dir() or secret.encode() not in path.read_bytes()


def test_the_list_says_who_made_it_and_when_it_was_opened(store: Store, kept: SiteStore) -> None:
    link, _ = make(kept)
    links.note_opened(kept, link, NOW + 5)
    links.note_opened(kept, link, NOW + 9)
    [told] = links.links_of(kept)
    assert (told.made_by, told.made_at, told.opened_at, told.opened) == ("Ann", NOW, NOW + 9, 2)


def test_a_sync_keeps_links_and_forgetting_the_site_ends_them(
    store: Store, kept: SiteStore
) -> None:
    link, secret = make(kept, shown=b"frozen")
    publish(kept, **company())
    publish(kept, **company())
    assert opened(store, secret) == link and links.shown_by(kept, link) == b"frozen"
    kept.forget()
    assert opened(store, secret) is None


def test_noting_an_opening_of_a_link_that_is_gone_brings_nothing_back(kept: SiteStore) -> None:
    link, _ = make(kept)
    links.revoke(kept, {link.id})
    links.note_opened(kept, link, NOW)
    assert links.links_of(kept) == ()


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b'[{"id": "x"}]'])
def test_links_that_can_not_be_read_open_nothing_and_are_left_alone(
    store: Store, kept: SiteStore, damage: bytes
) -> None:
    _, secret = make(kept)
    kept.change_note(links.NOTE, lambda _: damage)
    assert opened(store, secret) is None
    with pytest.raises(StoreDamaged):
        make(kept)
    assert kept.note(links.NOTE) == damage


def test_a_site_that_can_not_be_opened_closes_no_link_of_another(
    store: Store, kept: SiteStore
) -> None:
    link, secret = make(kept)
    for beside in ("0", "zzz"):
        (store.home / beside / "cache.db").mkdir(parents=True)
    assert opened(store, secret) == link


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_link_lasts_a_day_to_a_year(kept: SiteStore, days: int) -> None:
    with pytest.raises(InvalidInput):
        make(kept, lasts_days=days)
