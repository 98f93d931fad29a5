"""A server syncs by itself: when, how often after a failure, and never twice at once."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from jira_usage import nightly, settings
from jira_usage.demo import DemoSite
from jira_usage.errors import AuthenticationFailed, InvalidInput, SiteUnreachable, SyncRunning
from jira_usage.jobs import Job
from jira_usage.nightly import Nightly, notebook, watched
from jira_usage.period import epoch_ms
from jira_usage.schedule import Runs, Schedule, due, runs_of, take_turn
from jira_usage.store import SiteStore, Store
from jira_usage.sync import Progress

ROOT = Path(__file__).parents[1]
MINUTE, HOUR = 60_000, 3_600_000


def at(text: str) -> int:
    return epoch_ms(datetime.fromisoformat(text))


def schedule(daily_at: str = "02:30", timezone: str = "Europe/Berlin") -> Schedule:
    made = Schedule.parse({"schedule": {"daily_at": daily_at, "timezone": timezone}})
    assert made
    return made


NIGHT = at("2026-11-24T02:30+01:00")


def test_it_is_off_unless_an_hour_is_set() -> None:
    assert Schedule.parse({}) is None
    assert Schedule.parse({"schedule": {"daily_at": ""}}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"daily_at": "25:00"},
        {"daily_at": "2am"},
        {"daily_at": 230},
        {"daily_at": "02:30", "timezone": "Mars/Phobos"},
        {"daily_at": "02:30", "days": 0},
        {"hour": "02:30"},
    ],
)
def test_a_mistake_is_told(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Schedule.parse({"schedule": wrong})


def test_the_hour_is_that_of_the_zone() -> None:
    berlin, kolkata = schedule(), schedule(timezone="Asia/Kolkata")
    noon = at("2026-11-24T12:00+00:00")
    assert berlin.slot(noon) == NIGHT
    assert kolkata.slot(noon) == at("2026-11-24T02:30+05:30")
    assert berlin.slot(NIGHT) == NIGHT
    assert berlin.slot(NIGHT - 1) == at("2026-11-23T02:30+01:00")


def test_every_day_has_one_even_where_clocks_change() -> None:
    """02:30 does not exist on 2027-03-28 in Berlin, and exists twice on 2026-10-25."""
    berlin = schedule()
    for start, hours in (("2027-03-26T12:00+01:00", 96), ("2026-10-23T12:00+02:00", 96)):
        first = at(start)
        slots = {berlin.slot(first + n * MINUTE * 10) for n in range(hours * 6)}
        assert len(slots) == 5
        assert all(22 * HOUR < b - a < 26 * HOUR for a, b in pairs(sorted(slots)))


def pairs(some: list[int]) -> Iterator[tuple[int, int]]:
    return itertools.pairwise(some)


def test_it_is_due_once_a_day_and_made_up_for_when_the_server_was_off() -> None:
    never = Runs()
    assert not due(schedule(), never, NIGHT - HOUR, NIGHT - 1)
    assert due(schedule(), never, NIGHT - HOUR, NIGHT)
    assert due(schedule(), never, NIGHT - HOUR, NIGHT + 9 * HOUR)
    assert not due(schedule(), never, NIGHT + 1, NIGHT + 9 * HOUR)


def test_somebody_else_s_sync_counts() -> None:
    """By hand, or by cron."""
    runs = Runs().failed("The site can't be reached", NIGHT)
    assert not due(schedule(), runs, NIGHT + MINUTE, NIGHT + HOUR)
    assert runs.since(NIGHT + MINUTE).failures == 0


def test_a_failed_night_is_tried_again_ever_more_slowly() -> None:
    runs, tries = Runs(), []
    for minute in range(8 * 60):
        now = NIGHT + minute * MINUTE
        if due(schedule(), runs, NIGHT - HOUR, now):
            runs = runs.tried(now).failed("The site can't be reached", now)
            tries.append(minute)
    assert tries == [0, 10, 40, 100, 160, 220, 280, 340, 400, 460]
    assert runs.failing_since == NIGHT and runs.failures == len(tries)
    assert schedule().next_at(runs, NIGHT + 461 * MINUTE) == NIGHT + 520 * MINUTE


REFUSED = AuthenticationFailed.title


def test_a_refused_token_is_tried_again_only_the_next_day() -> None:
    """Jira locks a login after repeated failures."""
    runs, tries = Runs(), []
    for minute in range(3 * 24 * 60):
        now = NIGHT + minute * MINUTE
        if due(schedule(), runs, NIGHT - HOUR, now, NIGHT - HOUR):
            runs = runs.tried(now).failed(REFUSED, now)
            tries.append(minute)
    assert tries == [0, 24 * 60, 48 * 60]
    assert schedule().next_at(runs.failed(REFUSED, NIGHT), NIGHT + HOUR) == NIGHT + 24 * HOUR


def test_a_refused_token_is_tried_again_once_when_the_settings_have_changed() -> None:
    runs, written = Runs(NIGHT).failed(REFUSED, NIGHT), NIGHT + HOUR
    assert not due(schedule(), runs, 0, written - 1, settings_at=written), "not in the future"
    assert due(schedule(), runs, 0, written, settings_at=written)
    again = runs.tried(written + MINUTE).failed(REFUSED, written + MINUTE)
    assert not due(schedule(), again, 0, written + 9 * HOUR, settings_at=written)


def test_a_sync_that_never_told_its_end_is_tried_again() -> None:
    runs = Runs().tried(NIGHT)
    assert not due(schedule(), runs, 0, NIGHT + 9 * MINUTE)
    assert due(schedule(), runs, 0, NIGHT + 10 * MINUTE)


def test_of_many_that_ask_at_once_one_has_its_turn(tmp_path: Path) -> None:
    book, taken = SiteStore(tmp_path / "book"), []
    askers = [
        threading.Thread(target=lambda: taken.append(take_turn(book, schedule(), 0, NIGHT)))
        for _ in range(12)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sorted(taken) == [False] * 11 + [True]


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"tried_at": "x"}', b'{"tried_at": null}'])
def test_a_note_that_can_t_be_read_is_as_none(note: bytes) -> None:
    assert Runs.from_json(note) == Runs()


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="tiny", seed=5) as running:
        yield running


@pytest.fixture
def environment(site: DemoSite, tmp_path: Path) -> dict[str, str]:
    """A server with a connection of its own, and a schedule."""
    path = tmp_path / "secrets.toml"
    path.touch(mode=0o600)
    path.write_text(
        f'[jira]\nsite = "{site.url}"\nemail = "{site.email}"\napi_token = "{site.token}"\n'
        '[schedule]\ndaily_at = "02:30"\ntimezone = "Europe/Berlin"\n'
    )
    return {
        "JIRA_USAGE_SETTINGS": str(path),
        "JIRA_USAGE_HOME": str(tmp_path / "home"),
        "JIRA_USAGE_ALLOWED_HOSTS": site.host,
    }


def ended(job: Job | None) -> Job:
    assert job is not None
    until = time.monotonic() + 60
    while job.running:
        assert time.monotonic() < until
        time.sleep(0.01)
    return job


def own(environment: dict[str, str]) -> tuple[Store, SiteStore, SiteStore]:
    """The store, the notebook, and what the server's connection has synced."""
    connection = nightly.own_connection(environment)
    assert connection
    store = Store.open(environment)
    kept = store.admitted(connection.site.url, connection.email, connection.api_token)
    assert kept
    return store, notebook(store, connection), kept


def command(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What cron runs."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("JIRA_")} | environment
    line = [sys.executable, "-m", "jira_usage", "sync"]
    return subprocess.run(line, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120)


def test_the_schedule_and_cron_do_not_sync_at_once_nor_twice(
    environment: dict[str, str], site: DemoSite, tmp_path: Path
) -> None:
    """A second process while the schedule's sync runs, and the schedule after the process's."""
    assert command(environment).returncode == 0
    _, book, kept = own(environment)
    first = kept.current()
    assert first
    tomorrow = int(first.meta["as_of"]) + 25 * HOUR
    looker = Nightly(environment, clock=lambda: tomorrow)

    with kept.writing():  # as cron's process does while it reads the site
        left = ended(looker.look())
        assert isinstance(left.error, SyncRunning)
        refused = command(environment)
        assert refused.returncode == 6 and "Another sync of this site is running" in refused.stderr
    assert runs_of(book).failures == 0, "who leaves it to another has not failed"
    assert kept.current() == first
    assert looker.look() is None, "and waits before it looks again"

    later = Nightly(environment, clock=lambda: tomorrow + 10 * MINUTE)
    job = ended(later.look())
    assert job.state == "done" and later.look() is None
    second = kept.current()
    assert second and second.id != first.id

    # The clocks of the story are ahead of the site's: to it, the data is of today.
    today = Nightly(environment, clock=lambda: schedule().slot(int(second.meta["as_of"])) + 1)
    assert today.look() is None, "somebody has synced since: nothing is due"


def test_the_sync_of_a_schedule_is_seen_by_every_session(
    environment: dict[str, str], site: DemoSite
) -> None:
    """It runs as the site's job, so a click on Refresh joins it."""
    job = ended(Nightly(environment).look())
    assert job.state == "done"
    _, _, kept = own(environment)
    again = Nightly(environment, clock=lambda: nightly.now_ms() + 25 * HOUR).look()
    assert ended(again).key == str(kept.folder)


def test_a_token_that_is_refused_is_noted_without_it(
    environment: dict[str, str], site: DemoSite
) -> None:
    path = Path(environment["JIRA_USAGE_SETTINGS"])
    path.write_text(path.read_text().replace(site.token, "another-token"))
    looker = Nightly(environment)
    job = ended(looker.look())
    assert job.state == "failed"
    assert looker.look() is None
    connection = nightly.own_connection(environment)
    assert connection
    runs = runs_of(notebook(Store.open(environment), connection))
    assert runs.failures == 1 and runs.trouble == "Jira did not accept the token"
    home = Path(environment["JIRA_USAGE_HOME"])
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files and not any(b"another-token" in path.read_bytes() for path in files)
    path.write_text(path.read_text().replace("another-token", site.token))
    assert ended(looker.look()).state == "done", "once the settings have changed"


def test_a_good_sync_ends_the_trouble(environment: dict[str, str]) -> None:
    connection = nightly.own_connection(environment)
    assert connection
    store = Store.open(environment)
    told = settings.sections(environment)

    def failing() -> Iterator[Progress]:
        yield Progress("Connecting")
        raise SiteUnreachable("Nobody answers.")

    def good() -> Iterator[Progress]:
        yield Progress("Done")

    for _ in range(2):
        with pytest.raises(SiteUnreachable):
            list(watched(failing(), connection, store, told, lambda: NIGHT))
    book = notebook(store, connection)
    assert runs_of(book).failures == 2
    list(watched(good(), connection, store, told, lambda: NIGHT + HOUR))
    assert runs_of(book) == Runs(NIGHT)


def test_without_a_connection_of_its_own_a_server_never_syncs_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.touch(mode=0o600)
    path.write_text('[schedule]\ndaily_at = "02:30"\n')
    told = {"JIRA_USAGE_SETTINGS": str(path), "JIRA_USAGE_HOME": str(tmp_path / "home")}
    assert Nightly(told).look() is None
    assert nightly.standing(told) is None
    assert not (tmp_path / "home").exists()
