"""Permissions, tokens and outages: what can't be read is told, and what was read is kept."""

from datetime import timedelta

import pytest

from jira_usage.demo import DemoSite
from jira_usage.errors import AuthenticationFailed, PermissionMissing, SyncIncomplete
from jira_usage.store import Store
from jira_usage.sync import sync
from tests.test_sync import HASTY, NOW, connect, synced
from tests.traps.place import exported, kept, show, untrue


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
