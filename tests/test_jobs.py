"""Syncs in the background: one at a time for each site, safe words, and a quick stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jira_usage import jobs
from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite
from jira_usage.errors import AuthenticationFailed, SyncCancelled, SyncIncomplete
from jira_usage.jobs import Job, Jobs
from jira_usage.store import Store
from jira_usage.sync import Progress


def ended(job: Job) -> Job:
    until = time.monotonic() + 20
    while job.running and time.monotonic() < until:
        time.sleep(0.01)
    assert not job.running
    return job


def waiting(cancel: threading.Event) -> Iterator[Progress]:
    yield Progress("Reading issues: 7 so far", {"users": 5, "issues": 7}, {}, 3)
    if cancel.wait(20):
        raise SyncCancelled("The sync was cancelled.")


def test_one_job_for_each_key() -> None:
    some = Jobs()
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
    some, started = Jobs(), []
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
    job = Jobs().start("a", waiting)
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

    assert ended(Jobs().start("a", steps)).share > 0.8


def test_a_known_error_is_kept_with_its_remedy() -> None:
    def steps(cancel: threading.Event) -> Iterator[Progress]:
        raise AuthenticationFailed("No.", "Create a new token.")
        yield

    job = ended(Jobs().start("a", steps))
    assert job.state == "failed" and job.error is not None
    assert job.error.remedy == "Create a new token."


def test_a_foreign_error_leaves_only_its_class(caplog: pytest.LogCaptureFixture) -> None:
    told = "se" + "cret"

    def steps(cancel: threading.Event) -> Iterator[Progress]:
        yield Progress("Reading")
        raise KeyError(f"https://acme.atlassian.net/?token={told}")

    job = ended(Jobs().start("a", steps))
    assert isinstance(job.error, SyncIncomplete)
    assert "KeyError" in job.error.message
    assert "secret" not in str(job.error) + caplog.text


def test_dropping_forgets_only_what_has_ended() -> None:
    some = Jobs()
    job = some.start("a", waiting)
    some.drop("a")
    assert some.latest("a") is job
    some.cancel("a")
    ended(job)
    some.drop("a")
    assert some.latest("a") is None


def test_a_sync_of_the_demo_site_ends_with_a_summary_and_can_be_cancelled(tmp_path: Path) -> None:
    with DemoSite(size="tiny", seed=5) as site:
        hosts = Hosts().plus(site.host)
        connection = Connection.parse(site.url, site.email, site.token, hosts=hosts)
        job = ended(jobs.start_sync("tiny", connection, Store(tmp_path)))
        assert job.state == "done" and job.summary is not None and job.share == 1.0
        assert site.token not in repr(job)
    with DemoSite(size="tiny", seed=5, latency=0.3) as slow:
        hosts = Hosts().plus(slow.host)
        connection = Connection.parse(slow.url, slow.email, slow.token, hosts=hosts)
        job = jobs.start_sync("slow", connection, Store(tmp_path))
        time.sleep(0.5)
        asked = time.monotonic()
        jobs.cancel("slow")
        assert ended(job).state == "cancelled"
        assert time.monotonic() - asked < 2
