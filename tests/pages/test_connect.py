"""The connect page: the demo, the form, and what it says when something is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from jira_usage import jobs
from jira_usage.demo import DemoSite
from jira_usage.errors import AuthenticationFailed
from jira_usage.store import Store
from jira_usage.sync import Progress
from jira_usage.ui import demo_site, session, welcome
from tests.pages import kept_site
from tests.pages.kept_site import Open


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(size="tiny", seed=3) as running:
        yield running


@pytest.fixture(autouse=True)
def allowed(site: DemoSite, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_USAGE_ALLOWED_HOSTS", site.host)


def fill(app: AppTest, site: str, email: str, token: str) -> AppTest:
    app.text_input(key="connect_site").set_value(site)
    app.text_input(key="connect_email").set_value(email)
    token_field = next(field for field in app.text_input if field.label == "API token")
    token_field.set_value(token)
    return next(b for b in app.button if b.label == "Test and connect").click().run()


def test_a_good_token_connects_and_leaves_the_form(open_page: Open, site: DemoSite) -> None:
    app = fill(open_page("connect"), f"  {site.url}/jira/your-work ", site.email, site.token)
    assert not app.exception and not app.error
    assert app.title[0].value == "Overview"
    assert "Sync now" in {button.label for button in app.button}
    assert any("checks passed" in expander.label for expander in app.expander)
    assert site.token not in str(app.session_state)


def test_connecting_on_a_page_opens_that_page(open_page: Open, site: DemoSite) -> None:
    app = fill(open_page("users"), site.url, site.email, site.token)
    assert not app.exception
    assert app.title[0].value == "Users"


def test_a_wrong_token_is_told_and_taken_out_of_the_field(open_page: Open, site: DemoSite) -> None:
    app = fill(open_page("connect"), site.url, site.email, "wrong-token")
    assert not app.exception
    assert app.error and "token" in app.error[0].value
    assert "wrong-token" not in str(app.session_state)
    assert app.text_input(key="connect_email").value == site.email


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "missing"),
        ("https://jira.example.com", "may not contact"),
        ("ftp://acme.atlassian.net", "not a web address"),
    ],
)
def test_an_unusable_address_says_what_to_do(open_page: Open, typed: str, said: str) -> None:
    app = fill(open_page("connect"), typed, "ada@acme.example", "some-token")
    assert not app.exception
    assert said in app.error[0].value
    assert "**Next:**" in app.error[0].value


def revoked(cancel: threading.Event) -> Iterator[Progress]:
    yield Progress("Connecting to the site")
    raise AuthenticationFailed("Jira did not accept the token.", "Create a new one.")


def test_a_revoked_token_is_asked_for_again_and_nothing_else(
    open_page: Open, home: Path, site: DemoSite
) -> None:
    kept = Store.open({"JIRA_USAGE_HOME": str(home)}).site(site.url, site.account_id)
    signed = session.Session(session.parse(site.url, site.email, "an-old-token"), kept, "form")
    job = jobs.start(signed.job_key, revoked)
    while job.running:
        time.sleep(0.01)
    app = open_page("connect", signed)
    assert not app.exception
    assert "did not accept the token" in app.error[0].value.replace("\\", "")
    assert [header.value for header in app.header] == ["Connect again"]
    assert "Open the overview" not in {button.label for button in app.button}
    assert app.text_input(key="connect_site").value == site.url
    assert app.text_input(key="connect_email").value == site.email
    assert not next(one for one in app.text_input if one.label == "API token").value
    assert "an-old-token" not in str(app.session_state)
    fill(app, site.url, site.email, site.token)
    assert not app.error and app.title[0].value == "Overview"
    app.switch_page("pages/connect.py").run()
    assert [header.value for header in app.header][1:] == ["Connect another site"]
    assert not app.error and not app.warning


def test_missing_permissions_are_told_with_their_cost(open_page: Open) -> None:
    with DemoSite(size="tiny", seed=4) as poor:
        poor.deny("ADMINISTER")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JIRA_USAGE_ALLOWED_HOSTS", poor.host)
            app = fill(open_page("connect"), poor.url, poor.email, poor.token)
    assert not app.exception
    assert any("not passed" in expander.label for expander in app.expander)
    assert any("What this costs" in caption.value for caption in app.caption)


def test_the_token_that_made_the_data_opens_it_when_the_site_is_gone(
    open_page: Open, home: Path
) -> None:
    kept_site.keep_snapshot(kept_site.a_site(home), site_url=kept_site.NOWHERE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIRA_USAGE_ALLOWED_HOSTS", kept_site.NOWHERE.split("//")[1])
        app = open_page("data")
        fill(app, kept_site.NOWHERE, kept_site.EMAIL, kept_site.TOKEN)
        assert not app.exception and app.metric
        other = fill(open_page("data"), kept_site.NOWHERE, kept_site.EMAIL, "another-token")
    assert other.error and not other.metric


def test_the_welcome_calls_no_license_unused_and_nobody_idle() -> None:
    told = f"{welcome.PROMISE} {welcome.ANSWERS}"
    assert "show no work" in told
    assert not [word for word in ("nobody uses", "for nothing", "unused", "idle") if word in told]


def test_the_demo_is_one_click_away_and_syncs_at_once(
    open_page: Open, site: DemoSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        demo_site, "connection", lambda: session.parse(site.url, site.email, site.token)
    )
    app = open_page("overview")
    app.button(key="demo").click().run()
    for _ in range(200):
        if app.metric and not any("First sync" in header.value for header in app.header):
            break
        app.run()
    assert not app.exception
    assert app.title[0].value == "Overview" and app.metric
    assert site.token not in str(app.session_state)
    app.switch_page("pages/renewal.py").run()
    assert not app.exception
    assert any("a year" in metric.label for metric in app.metric), "the demo has prices"
    assert list(app.segmented_control(key="days").options)[-1] == "90", "verdicts look back 90 days"
