"""Permissions, tokens and outages: what can't be read is told, and what was read is kept."""

from dataclasses import replace
from datetime import date, timedelta

import orjson
import pytest

from jira_usage.decisions import Noted
from jira_usage.demo import DemoSite
from jira_usage.demo.server import Reply
from jira_usage.errors import AuthenticationFailed, PermissionMissing, SyncIncomplete
from jira_usage.metrics import answers
from jira_usage.metrics.reclaim import Beside
from jira_usage.metrics.whats_new import NEEDED
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import sync
from tests.exports import exported, kept
from tests.reading.stage import listen, status
from tests.test_sync import HASTY, NOW, connect, synced
from tests.traps.place import show, untrue


def test_permissions_that_are_missing_are_told_and_nothing_is_called_zero(
    site: DemoSite, store: Store
) -> None:
    show(site)
    site.deny("ADMINISTER")
    coverage = synced(site, store).coverage
    assert coverage["licenses"] == "not_permitted" and coverage["users"] == "complete"
    site.allow("ADMINISTER")
    site.deny("BROWSE_USERS")
    coverage = synced(site, store).coverage
    assert coverage["users"] == "not_permitted"
    site.allow("BROWSE_USERS")
    assert set(synced(site, store).coverage.values()) == {"complete"}
    assert untrue(site, kept(site, store)) == []


def test_people_who_can_be_listed_at_last_are_not_new(site: DemoSite, store: Store) -> None:
    show(site)
    site.deny("ADMINISTER")
    site.deny("BROWSE_USERS")
    synced(site, store)
    site.allow("BROWSE_USERS")
    site.allow("ADMINISTER")
    synced(site, store)
    assert kept(site, store).users["first_seen_at"].isna().all()


def test_people_stay_listed_while_they_can_not_be_listed(site: DemoSite, store: Store) -> None:
    show(site)
    synced(site, store)
    listed = kept(site, store).users.set_index("account_id")["listed"]
    site.deny("BROWSE_USERS")
    synced(site, store)
    now = kept(site, store).users.set_index("account_id")["listed"]
    assert listed.any() and now[listed.index].equals(listed)


def test_whoever_is_never_listed_is_as_before_after_a_later_sync(
    site: DemoSite, store: Store
) -> None:
    show(site)
    synced(site, store)
    before = kept(site, store).users
    site.advance(timedelta(hours=5))
    synced(site, store)
    unlisted = before[~before["listed"]].reset_index(drop=True)
    now = kept(site, store).users
    assert len(unlisted) and now[~now["listed"]].reset_index(drop=True).equals(unlisted)


@pytest.mark.parametrize("path", ["/applicationrole", "/group/member"])
@pytest.mark.parametrize("number", [400, 404, 410])
def test_licenses_that_can_not_be_read_are_unknown_and_not_none(
    path: str, number: int, site: DemoSite, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(site)
    listen(monkeypatch, status(number), path=path)
    synced(site, store)
    told = kept(site, store)
    assert not told.knows_holders
    assert all(row["licensed_users"] is None for row in exported(told, "licenses", "UTC"))


def test_groups_that_roles_name_without_id_are_asked_by_name(
    site: DemoSite, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(site)

    def nameless(reply: Reply) -> Reply:
        roles = orjson.loads(reply.body)
        kept = [{k: v for k, v in role.items() if "Details" not in k} for role in roles]
        return replace(reply, body=orjson.dumps(kept))

    listen(monkeypatch, nameless, path="/applicationrole")
    assert synced(site, store).coverage["groups"] == "complete"
    users = {
        row["account_id"]: row["licenses"] for row in exported(kept(site, store), "users", "UTC")
    }
    assert users == {row["account_id"]: row["licenses"] for row in site.truth()["users"]}


def test_a_search_that_is_always_refused_publishes_nothing(
    site: DemoSite, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(site)
    listen(monkeypatch, status(400), path="/search/jql")
    with pytest.raises(SyncIncomplete):
        synced(site, store)


@pytest.mark.parametrize(("denied", "blind"), [("BROWSE_USERS", "users"), ("ADMINISTER", "groups")])
def test_what_changes_beside_a_sync_that_can_not_look_is_unknown(
    denied: str, blind: str, store: Store
) -> None:
    with DemoSite(size="tiny", seed=3, now=NOW) as site:
        synced(site, store)
        assert kept(site, store).meta["compared_from"] == {}
        site.deny(denied)
        synced(site, store)
        site.advance(timedelta(days=5))
        site.allow(denied)
        synced(site, store)
        seeing = kept(site, store)
        assert changes_told(seeing)["got"].startswith("Unknown before")
        assert ("joined" in changes_told(seeing)) == (blind == "users")
        site.advance(timedelta(days=1))
        synced(site, store)
        assert changes_told(kept(site, store)) == {}, "compared with a sync that could look"
        assert "got" in changes_told(kept(site, store), date(2026, 11, 19))


def changes_told(snapshot: Snapshot, since_on: date | None = None) -> dict[str, str]:
    """Which changes of people can't be told, and why."""
    period = snapshot.period(30, "UTC")
    new = answers.changed_since(snapshot, period, False, Noted(), Beside(), since_on)
    assert new is not None
    return {change: why for change, why in new.untold.items() if change in NEEDED}


def test_a_project_that_becomes_visible_is_read_back(site: DemoSite, store: Store) -> None:
    show(site)
    site.deny("PROJECT:APP")
    assert synced(site, store).coverage["projects"] == "partial"
    told = exported(kept(site, store), "activity", "UTC")
    assert "APP" not in {row["project_key"] for row in told}
    site.allow("PROJECT:APP")
    assert synced(site, store).mode == "later"
    assert untrue(site, kept(site, store)) == []


def test_a_token_without_any_use_is_refused(site: DemoSite, store: Store) -> None:
    show(site)
    keys = {row["project_key"] for row in site.truth()["activity"]} - {""}
    for what in ("BROWSE_USERS", "ADMINISTER", *(f"PROJECT:{key}" for key in keys)):
        site.deny(what)
    with pytest.raises(PermissionMissing):
        synced(site, store)


def test_a_token_that_is_revoked_keeps_what_was_read(site: DemoSite, store: Store) -> None:
    show(site)
    first = synced(site, store)
    site.revoke_token()
    with pytest.raises(AuthenticationFailed):
        synced(site, store)
    assert kept(site, store).id == first.snapshot_id


def test_a_site_that_goes_away_in_the_middle_keeps_what_was_read(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        first = synced(site, store)
        site.advance(timedelta(days=2))
        steps = sync(connect(site), store, full=True, patience=HASTY)
        next(steps)
        next(steps)
        site.stop()
        with pytest.raises(SyncIncomplete):
            list(steps)
        assert kept(site, store).id == first.snapshot_id
