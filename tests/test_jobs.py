"""Syncs and checks in the background: one of each for a site, safe words, and a quick stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jira_usage import jobs
from jira_usage.connection import Connection, Hosts
from jira_usage.crew import IN_FLIGHT, Crew
from jira_usage.demo import DemoSite
from jira_usage.errors import (
    AuthenticationFailed,
    SiteUnreachable,
    SyncCancelled,
    SyncIncomplete,
)
from jira_usage.jobs import Check, Job, Jobs, a_check, a_sync
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Progress, run, sync
from jira_usage.verify import Verdict


def ended(task: Any) -> Any:
    until = time.monotonic() + 60
    while task.running and time.monotonic() < until:
        time.sleep(0.01)
    assert not task.running
    return task


def connect(site: DemoSite) -> Connection:
    hosts = Hosts().plus(site.host)
    return Connection.parse(site.url, site.email, site.token, hosts=hosts)


def some_jobs() -> Jobs[Job, Progress]:
    return Jobs(a_sync)


def waiting(cancel: threading.Event) -> Iterator[Progress]:
    yield Progress("Reading issues: 7 so far", {"users": 5, "issues": 7}, {}, 3)
    if cancel.wait(20):
        raise SyncCancelled("The sync was cancelled.")


def test_one_job_for_each_key() -> None:
    some = some_jobs()
    first = some.start("a", waiting)
    assert some.start("a", waiting) is first and some.latest("a") is first
    other = some.start("b", waiting)
    assert other is not first
    first.cancel.set()
    ended(first)
    assert other.running
    again = some.start("a", waiting)
    assert again.id > other.id > first.id
    some.cancel("a")
    some.cancel("b")
    assert ended(again).state == ended(other).state == "cancelled"


def test_many_askers_start_one_job() -> None:
    some, started = some_jobs(), []
    askers = [
        threading.Thread(target=lambda: started.append(some.start("a", waiting))) for _ in range(20)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    some.cancel("a")
    assert len({job.id for job in started}) == 1


def test_a_job_tells_how_far_it_is() -> None:
    job = some_jobs().start("a", waiting)
    while not job.progress.requests:
        time.sleep(0.01)
    assert job.running and job.progress.done["issues"] == 7
    assert 0 < job.share < 0.2 and job.seconds_left is None
    job.cancel.set()
    ended(job)
    assert job.ended_at is not None and job.seconds >= 0


def test_the_share_never_falls() -> None:
    def steps(cancel: threading.Event) -> Iterator[Progress]:
        yield Progress("Reading histories", {"histories": 90}, {"histories": 100})
        yield Progress("Reading histories", {"histories": 90}, {"histories": 900})

    assert ended(some_jobs().start("a", steps)).share > 0.8


def test_the_share_counts_every_part_that_is_known() -> None:
    """Histories are few requests: when they are read, most of a sync may still be ahead."""

    def steps(cancel: threading.Event) -> Iterator[Progress]:
        done, total = {"histories": 2_000, "groups": 8}, {"histories": 2_000, "groups": 88}
        yield Progress("Reading groups: 8 of 88", done, total)

    assert 0.3 < ended(some_jobs().start("a", steps)).share < 0.5


def test_how_long_it_takes_is_told_by_the_part_that_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0
    monkeypatch.setattr("jira_usage.jobs.time.time", lambda: now)
    job = a_sync(1, "a", None)
    total = {"histories": 2_000, "groups": 40}
    job.take(Progress("Reading", {"histories": 2_000, "groups": 0}, total))
    assert job.seconds_left is None, "nothing was read since that was known"
    now += 5
    job.take(Progress("Reading", {"histories": 2_000, "groups": 10}, total))
    assert job.seconds_left == pytest.approx(15)
    job.take(Progress("Reading", {"histories": 2_000, "groups": 10}, total | {"rankings": 50_000}))
    assert job.seconds_left is None, "more came up"
    now += 5
    job.take(Progress("Storing what was read", total, total))
    assert job.seconds_left is None, "of storing nothing is told"


def test_a_known_error_is_kept_with_its_remedy() -> None:
    def steps(cancel: threading.Event) -> Iterator[Progress]:
        yield from ()
        raise AuthenticationFailed("No.", "Create a new token.")

    job = ended(some_jobs().start("a", steps))
    assert job.state == "failed" and job.error is not None
    assert job.error.remedy == "Create a new token."


def test_a_foreign_error_leaves_only_its_class(caplog: pytest.LogCaptureFixture) -> None:
    told = "se" + "cret"

    def steps(cancel: threading.Event) -> Iterator[Progress]:
        yield Progress("Reading")
        raise KeyError(f"https://acme.atlassian.net/?token={told}")

    job = ended(some_jobs().start("a", steps))
    assert isinstance(job.error, SyncIncomplete)
    assert "KeyError" in job.error.message
    assert "secret" not in str(job.error) + caplog.text


def test_dropping_forgets_only_what_has_ended() -> None:
    some = some_jobs()
    job = some.start("a", waiting)
    some.drop("a")
    assert some.latest("a") is job
    some.cancel("a")
    ended(job)
    some.drop("a")
    assert some.latest("a") is None


def test_a_sync_of_the_demo_site_ends_with_a_summary_and_can_be_cancelled(tmp_path: Path) -> None:
    with DemoSite(size="tiny", seed=5) as site:
        job = ended(jobs.start_sync("tiny", connect(site), Store(tmp_path)))
        assert job.state == "done" and job.summary is not None and job.share == 1.0
        assert site.token not in repr(job)
    with DemoSite(size="tiny", seed=5, latency=0.3) as slow:
        job = jobs.start_sync("slow", connect(slow), Store(tmp_path))
        time.sleep(0.5)
        jobs.cancel("slow")
        sent = len(slow.requests)
        assert ended(job).state == "cancelled"
        assert len(slow.requests) <= sent + IN_FLIGHT, "what was on its way, and no more"


# --- checks


def some_checks() -> Jobs[Check, Verdict]:
    return Jobs(a_check)


def whole(cancel: threading.Event) -> Iterator[Verdict]:
    yield Verdict("one", sample=2, issues=1)
    yield Verdict("one", sample=2, issues=2, agreeing=7, checked_at=1)


def refused(cancel: threading.Event) -> Iterator[Verdict]:
    yield from ()
    raise AuthenticationFailed("No.", "Create a new token.")


def never_ending(cancel: threading.Event) -> Iterator[Verdict]:
    """Like a request that Jira does not answer: it does not even see that it is cancelled."""
    yield Verdict("two", sample=50, issues=12)
    RELEASE.wait(60)
    yield Verdict("two", checked_at=2)


RELEASE = threading.Event()


@pytest.fixture(autouse=True)
def release() -> Iterator[None]:
    RELEASE.clear()
    yield
    RELEASE.set()


def test_a_verdict_stays_until_the_next_whole_one() -> None:
    some = some_checks()
    first = ended(some.start("a", whole))
    assert first.state == "done" and first.verdict.agreeing == 7
    failed = ended(some.start("a", refused))
    assert failed.state == "failed" and failed.error.remedy == "Create a new token."
    assert failed.verdict is first.verdict
    running = some.start("a", never_ending)
    assert running.verdict is first.verdict
    running.cancel.set()


def test_a_cancelled_check_is_over_at_once_and_another_can_start() -> None:
    some = some_checks()
    check = some.start("a", never_ending)
    while not check.progress.issues:
        time.sleep(0.01)
    was_running = check.running
    assert was_running and some.start("a", whole) is check
    some.cancel("a")
    assert not check.running
    again = ended(some.start("a", whole))
    assert again is not check and again.state == "done"
    RELEASE.set()
    while check.state == "running":
        time.sleep(0.01)
    assert check.verdict is None, "what comes after the cancel is no result"
    assert some.latest("a") is again


def test_a_check_that_fails_stops_what_it_waits_for_and_nobody_has_cancelled_it() -> None:
    stops: list[threading.Event] = []

    def failing(cancel: threading.Event) -> Iterator[Verdict]:
        stops.append(cancel)
        with Crew(cancel):
            yield from refused(cancel)

    check = ended(some_checks().start("a", failing))
    assert check.state == "failed" and check.error.remedy == "Create a new token."
    assert stops[0].is_set() and not check.cancel.is_set()


def test_a_foreign_error_in_a_check_leaves_only_its_class(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = "se" + "cret"

    def steps(cancel: threading.Event) -> Iterator[Verdict]:
        yield Verdict("one")
        raise KeyError(f"https://acme.atlassian.net/?token={told}")

    check = ended(some_checks().start("a", steps))
    assert "KeyError" in check.error.message and "check" in check.error.message
    assert "secret" not in str(check.error) + caplog.text


def test_a_sync_and_a_check_of_one_site_do_not_wait_for_each_other() -> None:
    a_job = jobs.start("both", waiting)
    check = jobs.begin_check("both", never_ending)
    assert a_job.running and check.running
    assert jobs.latest("both") is a_job and jobs.latest_check("both") is check
    jobs.cancel("both")
    assert ended(a_job).state == "cancelled" and not check.running


def test_dropping_forgets_a_check_that_still_runs() -> None:
    """Its data is deleted: what it finds must not come back."""
    check = jobs.begin_check("dropped", never_ending)
    jobs.drop("dropped")
    assert jobs.latest_check("dropped") is None
    assert check.cancel.is_set()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(size="tiny", seed=5) as site:
        yield site


@pytest.fixture
def snapshot(site: DemoSite, tmp_path: Path) -> Snapshot:
    store = Store(tmp_path)
    run(sync(connect(site), store))
    return Snapshot.load(store.site(site.url, site.account_id))


def test_a_check_of_the_demo_site_proves_it(site: DemoSite, snapshot: Snapshot) -> None:
    check = ended(jobs.start_check("proof", connect(site), snapshot, sample=200))
    assert check.state == "done" and check.error is None
    told = check.verdict
    assert told.differences == () and told.agreeing > 0
    assert (told.snapshot_id, told.as_of) == (snapshot.id, snapshot.as_of_ms)
    assert told.issues == told.sample and told.checked_at > 0
    assert site.token not in repr(check)


def test_a_check_with_another_account_s_token_is_refused(
    site: DemoSite, snapshot: Snapshot
) -> None:
    generation = snapshot._generation
    meta = {**generation.meta, "account_id": "somebody-else"}
    theirs = Snapshot(replace(generation, meta=meta), snapshot._kept)
    check = ended(jobs.start_check("other", connect(site), theirs))
    assert isinstance(check.error, AuthenticationFailed) and check.verdict is None
    assert "another account" in check.error.message


def test_a_check_with_a_revoked_token_or_without_a_network_says_why(
    site: DemoSite, snapshot: Snapshot
) -> None:
    connection = connect(site)
    site.revoke_token()
    check = ended(jobs.start_check("revoked", connection, snapshot))
    assert isinstance(check.error, AuthenticationFailed) and check.error.remedy
    site.stop()
    check = ended(jobs.start_check("offline", connection, snapshot))
    assert isinstance(check.error, SiteUnreachable) and check.error.remedy
