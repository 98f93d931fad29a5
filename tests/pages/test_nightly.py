"""The Data page tells when the server syncs by itself, and when that fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import nightly
from jira_usage.alerts.telling import TROUBLE
from jira_usage.schedule import note_failure
from jira_usage.store import SiteStore, Store
from tests.pages import kept_site
from tests.pages.kept_site import Open

TITLE = "Jira did not accept the token"


@pytest.fixture
def book(home: Path, monkeypatch: pytest.MonkeyPatch) -> SiteStore:
    """A server with a connection, a schedule, and a snapshot of an hour ago."""
    place = kept_site.NOWHERE.split("//")[1]
    monkeypatch.setenv("JIRA_USAGE_ALLOWED_HOSTS", place)
    monkeypatch.setattr(nightly, "ensure", lambda: None)
    home.with_suffix(".toml").write_text(
        f'[jira]\nsite = "{kept_site.NOWHERE}"\nemail = "{kept_site.EMAIL}"\n'
        f'api_token = "{kept_site.TOKEN}"\n'
        '[schedule]\ndaily_at = "02:30"\ntimezone = "Europe/Berlin"\n'
    )
    kept_site.keep_snapshot(
        kept_site.a_site(home), site_url=kept_site.NOWHERE, age_ms=60 * nightly.LOOK_EVERY_S * 1000
    )
    store = Store.open({"JIRA_USAGE_HOME": str(home)})
    return nightly.notebook(store, kept_site.a_connection(kept_site.NOWHERE))


def told(app: AppTest) -> str:
    assert not app.exception
    shown = [*app.caption, *app.warning]
    return "\n".join(str(one.value) for one in shown).replace("\\", "")


def test_a_good_night_is_one_line(open_page: Open, book: SiteStore) -> None:
    app = open_page("data")
    assert "Syncs by itself every day at 02:30 (Europe/Berlin). Next: " in told(app)
    assert not app.warning


def test_a_failed_night_is_shown_until_a_sync_succeeds(
    open_page: Open, book: SiteStore, home: Path
) -> None:
    for _ in range(2):
        note_failure(book, TITLE, 0, kept_site.now_ms() - 60_000)
    shown = told(open_page("data"))
    assert f"{TITLE}. Tried 2 times since" in shown
    assert "It is tried again once the settings file has changed" in shown
    kept_site.keep_snapshot(kept_site.a_site(home), site_url=kept_site.NOWHERE, age_ms=0)
    assert TITLE not in told(open_page("data"))


def test_a_site_that_was_not_reached_is_tried_again(open_page: Open, book: SiteStore) -> None:
    note_failure(book, "The site can't be reached", 0, kept_site.now_ms() - 60_000)
    shown = told(open_page("data"))
    assert "It is tried again." in shown and "settings file" not in shown


def test_an_alert_that_could_not_be_sent_is_shown(open_page: Open, book: SiteStore) -> None:
    book.change_note(TROUBLE, lambda _: b"The mail server could not be used.")
    assert "The mail server could not be used." in told(open_page("data"))


def test_another_site_than_the_server_s_tells_nothing_of_it(
    open_page: Open, book: SiteStore, home: Path
) -> None:
    note_failure(book, TITLE, 0, kept_site.now_ms())
    app = open_page("data", kept_site.a_session(home))
    assert TITLE not in told(app) and "Syncs by itself" not in told(app)
