"""A site that gives real answers and headers, as others recorded them, is read whole."""

from collections import Counter
from pathlib import Path
from typing import cast

import pytest

from jira_usage.connection import Connection, Hosts
from jira_usage.datasets import dataset
from jira_usage.period import to_epoch_ms
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Summary, run, sync
from tests.recorded import Document, Documents
from tests.recorded_site.answering import HASTY, NOW, SITE, RecordedSite


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def synced(store: Store) -> Summary:
    connection = Connection.parse("acme", "ann@example.com", "token", hosts=Hosts(), gateway="")
    return run(sync(connection, store, days=366, patience=HASTY))


def exported(site: RecordedSite, store: Store, name: str) -> Documents:
    snapshot = Snapshot.load(store.site(SITE, site.me["accountId"]))
    frame = dataset(snapshot, name, snapshot.period(366, "UTC"))
    return cast(Documents, frame.to_dict("records"))


@pytest.mark.usefixtures("network")
def test_a_site_of_recorded_answers_is_read_whole(site: RecordedSite, store: Store) -> None:
    summary = synced(store)
    assert set(summary.coverage.values()) == {"complete"}, summary.coverage
    assert (summary.users, summary.issues, summary.worklogs) == (51, 30, 30)
    activity = exported(site, store, "activity")
    assert Counter(row["kind"] for row in activity) == {
        "issue_changed": 506,  # of 507 until now: 11443 keeps the books of a work log, and no more
        "issue_created": 30,
        "worklog_created": 30,
        "comment_created": 8,
        "worklog_edited": 1,
    }
    unseen = {row["issue_id"] for row in activity if not row["issue_key"]}
    assert unseen == {w["issueId"] for w in site.worklogs} - site.issues.keys()


@pytest.mark.usefixtures("network")
def test_of_three_in_the_license_group_only_the_person_is_licensed(
    site: RecordedSite, store: Store
) -> None:
    synced(store)
    access = {row["product_key"]: row for row in exported(site, store, "access")}
    assert {row["account_id"] for row in access.values()} == {site.me["accountId"]}
    assert {row["state"] for row in access.values()} == {"licensed"}
    assert sorted(access["jira-software"]["groups"]) == [
        "administrators",
        "integration-test-group",
        "jira-administrators",
        "jira-admins-airbyteio",
        "jira-servicemanagement-users-airbyteio",
        "jira-software-users",
        "site-admins",
    ]
    licenses = {row["product_key"]: row for row in exported(site, store, "licenses")}
    assert (licenses["jira-software"]["seats"], licenses["jira-software"]["seats_used"]) == (10, 5)
    assert licenses["jira-software"]["licensed_users"] == 1
    people = Counter(row["account_type"] for row in exported(site, store, "users"))
    assert people == {"atlassian": 32, "app": 18, "customer": 1}


@pytest.mark.usefixtures("network")
def test_what_is_not_understood_is_counted_and_told_and_the_rest_is_kept(
    site: RecordedSite, store: Store
) -> None:
    first, second, third, fourth = list(site.issues)[:4]
    lost = [*site.histories[first][:2], *site.histories[third]]
    missing = {("issue_changed", h["id"]) for h in lost if h["created"] <= to_epoch_ms(NOW)}
    site.histories[first][:2] = [without(lost[0], "id"), without(lost[1], "created")]
    site.histories[second].append("a text")  # type: ignore[arg-type]  # no history
    site.histories[third] = "no list"  # type: ignore[assignment]  # no list
    one, two = site.issues[second]["fields"]["comment"]["comments"]
    missing |= {("comment_created", one["id"]), ("comment_created", two["id"])}
    del one["id"]
    two["created"] = two["updated"] = "yesterday"
    missing.add(("issue_created", fourth))
    del site.issues[fourth]["fields"]["created"]
    site.feed.append({"updatedTime": to_epoch_ms(NOW)})
    site.feed.append({"worklogId": "seven", "updatedTime": to_epoch_ms(NOW)})
    site.worklogs[0] |= {"created": None, "updated": None}  # a history tells of it all the same
    summary = synced(store)
    assert {name: word for name, word in summary.coverage.items() if word != "complete"} == {
        "histories": "partial"
    }
    coverage = Snapshot.load(store.site(SITE, site.me["accountId"])).coverage
    (reason,) = coverage.loc[coverage["dataset"] == "histories", "reason"]
    assert reason == "10 entries could not be understood."
    kept = {(row["kind"], row["source_id"]) for row in exported(site, store, "activity")}
    assert not missing & kept and len(missing) + len(kept) == 575


def without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}
