"""The frame: who sees a page, what every page carries, and what the address bar keeps."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import decisions, jobs
from jira_usage.blobs import opened
from jira_usage.errors import AuthenticationFailed
from jira_usage.period import DAY_MS
from jira_usage.sync import Progress
from jira_usage.ui import session
from jira_usage.ui.text import age
from tests.pages import kept_site
from tests.pages.kept_site import Open

PAGES = ("overview", "users", "licenses", "activity", "data", "connect", "person", "renewal")
WITH_DATA = tuple(page for page in PAGES if page != "connect")


def words(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    return "\n".join(str(one.value) for kind in kinds for one in getattr(app, kind))


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_data_and_everybody_finds_the_way_in(
    open_page: Open, home: Path, page: str
) -> None:
    kept_site.keep_snapshot(kept_site.a_site(home))
    app = open_page(page)
    assert not app.exception
    assert "Explore the demo site" in labels(app)
    assert "Ada" not in words(app) and "acme" not in words(app)
    assert not app.dataframe and not app.metric


@pytest.mark.parametrize("page", WITH_DATA)
def test_connected_without_data_offers_the_first_sync(
    open_page: Open, home: Path, page: str
) -> None:
    app = open_page(page, kept_site.a_session(home))
    assert not app.exception
    assert "Sync now" in labels(app)
    assert app.header[0].value == "Connected. Now read the site"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_age_and_one_refresh(open_page: Open, home: Path, page: str) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, age_ms=5 * 60_000)
    app = open_page(page, signed)
    assert not app.exception
    side = "\n".join(caption.value for caption in app.sidebar.caption)
    assert "Data as of" in side and "(5 min ago)" in side
    assert [b.label for b in app.sidebar.button].count("Refresh") == 1
    assert kept_site.TOKEN not in words(app) + str(app.session_state)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (7_200, "2 h ago"),
        (86_400, "1 day ago"),
        (3 * 86_400, "3 days ago"),
    ],
)
def test_an_age_has_one_wording(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_old_data_is_said_to_be_old(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, age_ms=3 * DAY_MS)
    app = open_page("data", signed)
    assert any("Older than a day" in one.value for one in app.sidebar.markdown)
    [warning] = app.warning
    assert "3 days ago" in warning.proto.title and "true then" in warning.value
    assert "Refresh now" in labels(app)


def test_fresh_data_is_not_said_to_be_old(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    assert not app.warning and "Refresh now" not in labels(app)


def test_what_could_not_be_read_is_said_under_every_title(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, refused=("comments",))
    told = [one.value for one in open_page("overview", signed).caption]
    assert "not complete: comments" in told[0] or "not complete: comments" in told[1]


def test_after_a_refresh_one_click_shows_what_changed(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    snapshot_id = kept_site.keep_snapshot(signed.kept)
    app = open_page("overview", signed)
    assert "See what changed" not in [link.label for link in app.sidebar.get("page_link")]
    app.session_state["sync_refreshed"] = snapshot_id
    app.run()
    assert "See what changed" in [link.label for link in app.sidebar.get("page_link")]


def test_a_session_that_ended_is_told_how_to_go_on(open_page: Open) -> None:
    app = open_page("users", work="none")
    assert "ends a session" in app.caption[0].value and not app.dataframe
    assert app.query_params["work"] in ("none", ["none"])


def test_the_address_bar_sets_the_view_and_follows_to_the_next_page(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed, days="7", zone="Asia/Kolkata", created="true")
    assert app.segmented_control(key="days").value == 7
    assert app.selectbox(key="zone").value == "Asia/Kolkata"
    assert app.toggle(key="created").value is True
    app.switch_page("pages/activity.py").run()
    assert app.segmented_control(key="days").value == 7
    assert app.query_params["zone"] == "Asia/Kolkata"


def test_bad_values_in_the_address_bar_are_dropped(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed, days="abc", zone="Mars/Phobos", created="perhaps")
    assert not app.exception
    assert app.segmented_control(key="days").value == 30
    assert app.selectbox(key="zone").value == "Europe/Berlin"
    assert app.toggle(key="created").value is False


def test_only_windows_that_were_synced_are_offered(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, covered_from=kept_site.now_ms() - 10 * DAY_MS)
    app = open_page("data", signed)
    assert app.segmented_control(key="days").options == ["7"]


LAST_ANSWER = threading.Event()
"""What a cancelled sync still waits for."""


def reading(cancel: threading.Event) -> Iterator[Progress]:
    done, total = {"users": 40, "issues": 12, "histories": 3}, {"histories": 12}
    yield Progress("Reading histories: 3 of 12 issues", done, total, 9)
    cancel.wait(20)
    LAST_ANSWER.wait(20)


def test_a_running_sync_is_shown_to_every_session_and_can_be_cancelled(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    job = jobs.start(signed.job_key, reading)
    wait_until(lambda: job.progress.requests > 0)
    first = open_page("users", signed)
    assert first.header[0].value == f"First sync of {kept_site.SAFE_HOST}"
    kept_site.keep_snapshot(signed.kept)
    second = open_page("users", signed)
    assert not first.exception and not second.exception
    assert "Refresh" not in labels(second)
    assert any("9 requests" in caption.value for caption in second.sidebar.caption)
    second.button(key="sync_cancel").click().run()
    assert job.cancel.is_set()
    assert second.button(key="sync_cancel").label == "Stopping…"
    assert [bar.proto.text for bar in second.sidebar.get("progress")] == ["Stopping…"]
    LAST_ANSWER.set()


def failing(cancel: threading.Event) -> Iterator[Progress]:
    yield Progress("Connecting to the site")
    raise AuthenticationFailed("Jira did not accept the token.", "Create a new one.")


def test_a_failed_sync_says_why_and_leaves_the_data(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    job = jobs.start(signed.job_key, failing)
    wait_until(lambda: not job.running)
    app = open_page("data", signed)
    assert not app.exception and app.metric
    assert "Create a new one" in app.warning[0].value.replace("\\", "")
    assert "Connect again" in labels(app)
    app.button(key="sync_dismiss").click().run()
    assert not app.warning


def test_the_end_of_a_watched_sync_is_told_once(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    job = jobs.start(signed.job_key, failing)
    wait_until(lambda: not job.running)
    app = open_page("data", signed)
    assert not app.toast
    app.session_state["sync_watched"] = job.id
    app.run()
    assert len(app.toast) == 1
    app.run()
    assert not app.toast


def test_damaged_data_has_a_screen_of_its_own(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    with opened(signed.kept.folder) as cache:
        cache.set("current", b"{}")
    app = open_page("users", signed)
    assert not app.exception
    assert {"Sync again", "Forget this site's data"} <= labels(app)


def test_a_damaged_table_is_told_without_a_traceback(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    users = signed.kept.current().tables["users"][""]
    with opened(signed.kept.folder) as cache:
        cache.set(users, b"no parquet")
    app = open_page("users", signed)
    assert not app.exception
    assert any("damaged" in error.value for error in app.error)


def test_the_server_s_connection_opens_what_its_token_made(
    open_page: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site can't be reached here: only the very token of the last sync is admitted."""
    kept_site.keep_snapshot(kept_site.a_site(home), site_url=kept_site.NOWHERE)
    monkeypatch.setenv("JIRA_SITE", kept_site.NOWHERE)
    monkeypatch.setenv("JIRA_USAGE_ALLOWED_HOSTS", kept_site.NOWHERE.split("//")[1])
    monkeypatch.setenv("JIRA_EMAIL", kept_site.EMAIL)
    monkeypatch.setenv("JIRA_API_TOKEN", kept_site.TOKEN)
    app = open_page("data")
    assert not app.exception and app.metric
    assert "everybody who can open this address" in words(app)
    monkeypatch.setenv("JIRA_API_TOKEN", "another-token")
    other = open_page("data")
    assert not other.exception and not other.metric
    assert "Try the server's connection again" in labels(other)


def test_disconnecting_forgets_the_token_and_shows_the_welcome(open_page: Open, home: Path) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    app.button(key="sidebar_disconnect").click().run()
    assert "Explore the demo site" in labels(app)
    assert signed not in session._sessions.values()


@pytest.mark.parametrize(
    ("page", "told"),
    [
        *((one, "last 7 days") for one in ("overview", "users", "licenses", "activity", "share")),
        *((one, "verdicts by 20, 60 and 90 days") for one in ("reclaim", "renewal")),
        *((one, "") for one in ("changes", "data")),
    ],
)
def test_under_a_title_stands_which_days_the_figures_rest_on(
    open_page: Open, home: Path, page: str, told: str
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    decisions.set_thresholds(signed.kept, decisions.Thresholds(working=20))
    line = next(
        one.value for one in open_page(page, signed, days="7").main.caption if "synced" in one.value
    )
    assert re.findall("last \\d+ days|verdicts by [^·]* days", line) == ([told] if told else [])
