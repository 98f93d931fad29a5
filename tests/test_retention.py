"""What is older than agreed goes with the next sync, and so do people who left."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jira_usage import decisions, links, slim
from jira_usage.decisions import Decision
from jira_usage.demo import DemoSite
from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.generation import Generation
from jira_usage.period import DAY_MS, from_epoch_ms
from jira_usage.retention import (
    LEFT,
    LEFT_OUT,
    NOTE,
    Retention,
    changed,
    retention,
    retention_words,
    set_retention,
    since,
    without_left,
)
from jira_usage.schema import BY_DATE
from jira_usage.scope import PEOPLE, People, Scope
from jira_usage.seen import LastSeen, load_last_seen, save_last_seen
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore, Store
from tests.builders import NOW, Row, act, company, days_ago, publish, user
from tests.exports import exported
from tests.robustness.place import COMPARED, MORNING, kept_of, synced

DAYS = Retention(400, 90)


# -- acts


def test_acts_older_than_agreed_go_and_the_figures_of_the_window_stay(tmp_path: Path) -> None:
    stores = [Store.open({"JIRA_USAGE_HOME": str(tmp_path / name)}) for name in ("all", "some")]
    with DemoSite(size="small", seed=3, now=MORNING) as site:
        for store in stores:
            synced(site, store, days=90)
        whole, kept = (kept_of(site, store) for store in stores)
        assert len(dates(current(kept))) > 60, "there is something to delete"
        set_retention(kept, Retention(acts=30))
        for days in (1, 2):
            site.advance(timedelta(days=1))
            for store in stores:
                assert synced(site, store, days=90).mode == "later", days
            assert figures(kept) == figures(whole)
    after = current(kept)
    oldest_ms = Retention(acts=30).acts_from_ms(int(after.meta["as_of"]))
    assert min(dates(after)) >= from_epoch_ms(oldest_ms).date().isoformat()
    assert after.meta["covered_from"] == oldest_ms
    blobs = [key for name in BY_DATE for key in after.tables[name].values()]
    acted = {one for table in kept.load_tables(blobs) for one in table["issue_id"].to_pylist()}
    issues = kept.load_table(after.tables["issues"][""]).to_pylist()
    assert {row["issue_id"] for row in issues if row["updated_at"] < oldest_ms} <= acted


def test_the_oldest_date_that_is_kept_is_exact() -> None:
    """30 dates, today, and one more for zones west of UTC."""
    midnight = NOW // DAY_MS * DAY_MS
    for now in (midnight, NOW, midnight + DAY_MS - 1):
        assert Retention(acts=30).acts_from_ms(now) == midnight - 31 * DAY_MS
    oldest = from_epoch_ms(midnight - 31 * DAY_MS).date()
    dated = [str(oldest + timedelta(days=days)) for days in (-1, 0, 1)]
    parts = {day: f"blob of {day}" for day in dated}
    assert list(since(parts, midnight - 31 * DAY_MS)) == dated[1:]


def figures(kept: SiteStore) -> list[list[Row]]:
    """What the last 30 days look like; of the users, without what they did before."""
    told = [exported(Snapshot.load(kept), name) for name in COMPARED]
    return [[row | {"last_active_at": None} for row in rows] for rows in told]


def dates(generation: Generation) -> set[str]:
    return {day for name in BY_DATE for day in generation.tables[name]}


def current(kept: SiteStore) -> Generation:
    found = kept.current()
    assert found
    return found


# -- people who left


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    site = Store.open({"JIRA_USAGE_HOME": str(tmp_path)}).site("https://acme.example", "ann")
    publish(site, **people())
    set_retention(site, DAYS)
    return site


def people(**natures: Any) -> dict[str, Any]:
    """Ann works, Ben's account is as told, and he acted 100 days before NOW."""
    rows = company()
    rows["users"] = [
        *(one for one in rows["users"] if one["account_id"] != "ben"),
        *([user("ben", name="Ben Okri", **natures)] if natures else []),
    ]
    rows["acts"] = [act("ann", at=days_ago(1)), act("ben", at=days_ago(100))]
    return rows


AWAY = {"active": False, "listed": True}
UNLISTED = {"active": False, "listed": False}


def at(kept: SiteStore, days: float, rows: dict[str, list[Row]], **how: object) -> Snapshot:
    """What is there once a sync so many days after NOW has found `rows`."""
    publish(kept, now=NOW + round(days * DAY_MS), covered_days=500, **rows, **how)  # type: ignore[arg-type]  # rows of any table by name
    kept.publish(without_left(kept, current(kept)))
    return Snapshot.load(kept)


def ids(snapshot: Snapshot) -> set[str]:
    return set(snapshot.users["account_id"])


@pytest.mark.parametrize("natures", [AWAY, UNLISTED])
def test_who_left_goes_after_the_agreed_days_and_not_before(
    kept: SiteStore, natures: dict[str, bool]
) -> None:
    assert "ben" in ids(at(kept, 0, people(**natures)))
    assert "ben" in ids(at(kept, 90, people(**natures)))
    left = at(kept, 90.1, people(**natures))
    assert "ben" not in ids(left) and left.meta["left_out"] >= 1
    assert "ben" not in set(left.tally["account_id"]) and len(left.tally) == 1
    assert "ben" not in ids(at(kept, 91, people(**natures))), "and stays away"
    assert b"ben" not in (kept.note(LEFT) or b"")


def test_who_was_deleted_does_not_come_back_with_a_full_sync(kept: SiteStore) -> None:
    at(kept, 0, people(**UNLISTED))
    at(kept, 91, people(**UNLISTED))
    at(kept, 92, people())
    assert "ben" not in ids(at(kept, 93, people(**UNLISTED)))


def test_who_comes_back_is_shown_and_counted_anew(kept: SiteStore) -> None:
    at(kept, 0, people(**AWAY))
    at(kept, 91, people(**AWAY))
    assert "ben" in ids(at(kept, 92, people(active=True, listed=True)))
    assert "ben" in ids(at(kept, 93, people(**AWAY)))
    assert "ben" in ids(at(kept, 180, people(**AWAY)))
    assert "ben" not in ids(at(kept, 184, people(**AWAY)))


def test_who_still_acts_has_not_left_whatever_the_list_says(kept: SiteStore) -> None:
    at(kept, 0, people(**UNLISTED))
    rows = people(**UNLISTED)
    rows["acts"].append(act("ben", at=NOW + 50 * DAY_MS))
    assert "ben" in ids(at(kept, 91, rows))


def test_a_list_that_could_not_be_read_makes_nobody_leave(kept: SiteStore) -> None:
    at(kept, 0, people(**UNLISTED), refused={"users": "no"})
    assert "ben" in ids(at(kept, 91, people(**UNLISTED), refused={"users": "no"}))
    assert "ben" in ids(at(kept, 92, people(**UNLISTED))), "now it is found for the first time"


def test_apps_are_nobody_who_leaves(kept: SiteStore) -> None:
    rows = people(**AWAY)
    rows["users"].append(user("app", account_type="app", active=False))
    at(kept, 0, rows)
    assert "app" in ids(at(kept, 91, rows))


def test_what_was_noted_of_them_goes_too(kept: SiteStore) -> None:
    decisions.decide(
        kept, [Decision("ben", "jira-core", "release"), Decision("ann", "jira-core", "keep")]
    )
    save_last_seen(kept, LastSeen(NOW, {"ben": date(2026, 11, 1), "ann": None}))
    at(kept, 0, people(**AWAY))
    at(kept, 91, people(**AWAY))
    assert [one.account_id for one in decisions.noted(kept).decisions] == ["ann"]
    seen = load_last_seen(kept)
    assert seen and set(seen.seen) == {"ann"}


def test_who_left_without_a_kept_act_goes_as_late_and_as_whole(kept: SiteStore) -> None:
    """Jira names them no more: only what has changed, or was noted, still tells of each."""
    day = date(2026, 11, 1)
    decisions.decide(kept, [Decision(one, "jira-core", "keep") for one in ("ann", "dan")])
    save_last_seen(kept, LastSeen(NOW, {"ann": day, "eve": None}, {"eli": {"jira-core": day}}))
    rows = people()
    for name in ("members", "role_actors"):
        rows[name] = [one for one in rows[name] if one["account_id"] != "ben"]
    rows["acts"] = [
        act("ann", at=days_ago(1)),
        act("bot", at=days_ago(100), act="issue_changed", on_behalf_of="ben"),
    ]
    rows["changes"] = [left("ben"), left("cyn", days=80)]

    def named() -> list[set[str]]:
        told, seen = Snapshot.load(kept), load_last_seen(kept)
        assert seen
        return [
            set(told.changes["account_id"]),
            {one for events in told.events() for one in events["on_behalf_of"] if one},
            {one.account_id for one in decisions.noted(kept).decisions},
            {*seen.seen, *seen.apps},
        ]

    for days in (0, 90):
        at(kept, days, rows)
        assert named() == [{"ben", "cyn"}, {"ben"}, {"ann", "dan"}, {"ann", "eve", "eli"}]
    at(kept, 90.1, rows)
    assert named() == [{"cyn"}, set(), {"ann"}, {"ann"}]
    digests = b"".join(kept.note(name) or b"" for name in (LEFT, LEFT_OUT))
    assert digests and not [one for one in (b"ben", b"dan", b"eve", b"eli") if one in digests]


def left(account_id: str, days: float = 0) -> Row:
    when = NOW + round(days * DAY_MS)
    return {
        "at": when,
        "since": when - DAY_MS,
        "account_id": account_id,
        "change": "left",
        "product_key": "",
    }


def test_who_left_on_a_real_site_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, gone, listed = Store.open({"JIRA_USAGE_HOME": str(tmp_path)}), set(), slim.users_page
    monkeypatch.setattr(
        "jira_usage.api.users_page",
        lambda content: [one for one in listed(content) if one.get("accountId") not in gone],
    )
    with DemoSite(size="small", seed=3, now=MORNING) as site:
        synced(site, store, days=30)
        kept = kept_of(site, store)
        set_retention(kept, Retention(400, 30))
        who = somebody_idle(Snapshot.load(kept))
        decisions.decide(kept, [Decision(who, "jira-software", "release", reason="gone")])
        gone.add(who)
        for days in (1, 1, 28):
            site.advance(timedelta(days=days))
            synced(site, store, days=30)
            told = Snapshot.load(kept)
            assert who not in ids(told) and who in set(told.changes["account_id"])
        site.advance(timedelta(days=2))
        synced(site, store, days=30)
    assert who not in set(Snapshot.load(kept).changes["account_id"])
    assert decisions.noted(kept).decisions == ()


def somebody_idle(told: Snapshot) -> str:
    """Somebody whom nothing but Jira's list names."""
    named = {*told.tally["account_id"], *told.members["account_id"]}
    return str(next(one for one in told.users["account_id"] if one not in named))


def test_frozen_links_that_may_show_who_left_are_revoked_and_later_ones_stay(
    kept: SiteStore,
) -> None:
    def frozen(people: People) -> links.Link:
        link, _ = links.new_link(
            label="",
            scope=Scope(people=people),
            days=30,
            timezone="UTC",
            count_created=False,
            frozen=True,
            made_by="Ann",
            now_ms=NOW,
            lasts_days=300,
        )
        links.keep(kept, link, b"a report")
        return link

    earlier = [frozen(people) for people in PEOPLE]
    at(kept, 0, people(**AWAY))
    assert len(links.links_of(kept)) == 3
    at(kept, 91, people(**AWAY))
    assert [one.scope.people for one in links.links_of(kept)] == ["none"]
    assert [one.scope.people for one in earlier if links.shown_by(kept, one)] == ["none"]
    later = frozen("names")
    at(kept, 92, people(**AWAY))
    assert later in links.links_of(kept), "made without them"
    at(kept, 93, people(active=True, listed=True))
    at(kept, 94, people(**AWAY))
    at(kept, 184, people(**AWAY))
    assert later in links.links_of(kept)
    at(kept, 185, people(**AWAY))
    assert later not in links.links_of(kept), "they were back when it might have been made"


def test_links_that_can_not_be_read_keep_nobody_from_going(kept: SiteStore) -> None:
    kept.change_note(links.NOTE, lambda _: b"no links")
    at(kept, 0, people(**AWAY))
    assert "ben" not in ids(at(kept, 91, people(**AWAY)))
    assert kept.note(LEFT_OUT) is None, "the next sync tries again"


def test_without_an_agreement_nobody_goes(kept: SiteStore) -> None:
    set_retention(kept, Retention())
    at(kept, 0, people(**AWAY))
    assert "ben" in ids(at(kept, 300, people(**AWAY)))
    assert kept.note(LEFT) is None


# -- what is agreed


def test_the_usual_is_400_days_and_each_part_can_be_changed(kept: SiteStore) -> None:
    assert Retention() == Retention(400, None)
    assert retention(kept) == DAYS
    assert changed(kept, 120, None) == Retention(120, 90)
    assert changed(kept, None, 60) == Retention(400, 60)
    assert changed(kept, None, 0) == Retention(400, None)
    assert "for 400 days, people who left for 90 days" in retention_words(DAYS)


@pytest.mark.parametrize("days", [(29, None), (3_661, None), (400, 29), (60, 61)])
def test_days_that_make_no_sense_are_refused(days: tuple[int, int | None]) -> None:
    with pytest.raises(InvalidInput):
        Retention(*days)


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"acts": 1}', b'{"acts": "x"}'])
def test_an_agreement_that_can_not_be_read_stops_a_sync_until_it_is_set_anew(
    kept: SiteStore, note: bytes
) -> None:
    kept.change_note(NOTE, lambda _: note)
    with pytest.raises(StoreDamaged):
        without_left(kept, current(kept))
    with pytest.raises(StoreDamaged):
        changed(kept, None, 60)
    set_retention(kept, changed(kept, 90, None))
    assert retention(kept) == Retention(90)
