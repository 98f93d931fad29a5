"""How far back a sync reads is the person's choice, and the windows follow what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jira_usage import jobs
from jira_usage.period import DAY_MS
from jira_usage.ui.sync_panel import DAYS_TO_SYNC, SYNC_DAYS
from tests.pages import kept_site
from tests.pages.kept_site import Open
from tests.pages.reading import run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The days that syncs were asked for; none is really started."""
    told: list[int] = []

    def start(key: str, *_: Any, days: int, **__: Any) -> jobs.Job:
        told.append(days)
        return jobs.Job(1, key, state="done")

    monkeypatch.setattr(jobs, "start_sync", start)
    return told


def test_the_first_sync_reads_thirty_days_unless_more_are_chosen(
    open_page: Open, home: Path, asked: list[int]
) -> None:
    app = open_page("overview", kept_site.a_session(home))
    assert app.selectbox(key=SYNC_DAYS).options == [f"Last {n} days" for n in DAYS_TO_SYNC]
    app.button(key="first_sync").click().run()
    app.selectbox(key=SYNC_DAYS).set_value(90).run()
    app.button(key="first_sync").click().run()
    assert not app.exception and asked == [30, 90]


def test_beside_refresh_it_says_how_long_is_known_and_what_more_costs(
    open_page: Open, home: Path, asked: list[int]
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("overview", signed)
    told = [one.value for one in app.sidebar.caption]
    assert any("Work is known for 31 days, since" in one for one in told)
    assert not any("again, once" in one for one in told)
    app.selectbox(key=SYNC_DAYS).set_value(60).run()
    assert any("all the chosen days again, once" in one.value for one in app.sidebar.caption)
    app.button(key="sync_start").click().run()
    assert asked == [60]


@pytest.mark.parametrize(
    ("known", "windows"),
    [(3, ["7"]), (31, ["7", "14", "30"]), (181, ["7", "14", "30", "60", "90", "180"])],
)
def test_the_windows_to_choose_from_are_those_that_are_known(
    tmp_path: Path, known: int, windows: list[str]
) -> None:
    app = run("overview", tmp_path, covered_days=known)
    assert app.segmented_control(key="days").options == windows


def test_what_was_synced_deeper_stays_the_usual_depth(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    as_of = kept_site.now_ms() - 60_000
    kept_site.keep_snapshot(signed.kept, days=90, covered_from=as_of - 91 * DAY_MS)
    app = open_page("overview", signed)
    assert app.selectbox(key=SYNC_DAYS).value == 90
