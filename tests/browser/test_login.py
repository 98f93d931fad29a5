"""People log in to a team's server: the whole way, in a browser, through an identity provider."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from jira_usage.demo import DemoSite
from tests.browser.driving import ROOT, SETTLED, free_port, wait_until_healthy
from tests.browser.identity_provider import CLIENT_ID, IdentityProvider, a_secret

pytestmark = pytest.mark.browser
LISTS = '[access]\nadministrators = ["ann@acme.example"]\nviewers = ["@team.example"]\n'
Open = Callable[..., Page]


@dataclass
class Team:
    """A team's server with a login, its settings, and whoever vouches for people."""

    url: str
    settings: Path
    head: str
    provider: IdentityProvider
    log: Path

    def write(self, lists: str) -> None:
        self.settings.touch(mode=0o600)
        self.settings.write_text(self.head + lists)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Synced from the command line, by the very settings that the app reads."""
    folder, port = tmp_path_factory.mktemp("team"), free_port()
    with IdentityProvider() as provider, DemoSite(size="tiny", seed=5) as site:
        settings, log = folder / "secrets.toml", folder / "log"
        head = (
            f'[jira]\nsite = "{site.url}"\nemail = "{site.email}"\napi_token = "{site.token}"\n'
            f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\n'
            f'cookie_secret = "{a_secret()}"\nclient_id = "{CLIENT_ID}"\n'
            f'client_secret = "{provider.client_secret}"\n'
            f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
        )
        team = Team(f"http://localhost:{port}", settings, head, provider, log)
        team.write(LISTS)
        own = {
            "JIRA_USAGE_HOME": str(folder / "home"),
            "JIRA_USAGE_SETTINGS": str(settings),
            "JIRA_USAGE_ALLOWED_HOSTS": site.host,
            "STREAMLIT_SECRETS_FILES": str(settings),
        }
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JIRA_")} | own
        sync = [sys.executable, "-m", "jira_usage", "sync"]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True, capture_output=True)
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        with log.open("wb") as written:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=written, stderr=written
            )
        try:
            wait_until_healthy(port, process)
            yield team
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def page(team: Team, browser: Browser) -> Iterator[Page]:
    team.write(LISTS)
    context = browser.new_context()
    yield context.new_page()
    context.close()


def log_in(team: Team, page: Page, email: str, *, verified: bool = True, path: str = "/") -> None:
    team.provider.person = {"email": email, "email_verified": verified}
    page.goto(team.url + path)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for(timeout=60_000)
    page.wait_for_selector(SETTLED)


def words(page: Page) -> str:
    assert page.get_by_test_id("stException").count() == 0
    return page.get_by_test_id("stApp").inner_text()


def test_a_cold_deep_link_shows_the_door_and_nothing_else(team: Team, page: Page) -> None:
    """Must be the first of the module: it needs a server that nobody has opened."""
    page.goto(f"{team.url}/users")
    page.get_by_role("button", name="Log in").wait_for()
    page.wait_for_selector(SETTLED)
    assert "Data as of" not in words(page)
    assert page.get_by_test_id("stDataFrame").count() == 0
    assert page.get_by_test_id("stSidebarNavLink").count() == 0


def test_a_viewer_sees_the_data_at_once_and_is_out_when_taken_off_the_list(
    team: Team, page: Page
) -> None:
    log_in(team, page, "ben@team.example")
    page.get_by_text("Data as of").first.wait_for()
    assert "ben@team.example, viewer" in words(page)
    assert page.get_by_role("button", name="Refresh").count() == 0
    assert page.get_by_test_id("stSidebarNavLink").filter(has_text="Connect").count() == 0
    page.reload()
    page.get_by_text("Data as of").first.wait_for()
    team.write(LISTS.replace("@team.example", "@other.example"))
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Users").click()
    page.get_by_text("not on this app's list").wait_for()
    page.wait_for_selector(SETTLED)
    assert "Data as of" not in words(page)


def test_an_administrator_syncs(team: Team, page: Page) -> None:
    log_in(team, page, "ann@acme.example")
    page.get_by_role("button", name="Refresh").click()
    page.get_by_text("Up to date").wait_for(timeout=90_000)
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in").wait_for(timeout=60_000)
    assert "Data as of" not in words(page)


@pytest.mark.parametrize(
    ("email", "verified", "why"),
    [("ann@acme.example", False, "is verified"), ("ben@evil.example", True, "not on this app")],
)
def test_who_is_not_let_in_is_told_why(
    team: Team, page: Page, email: str, verified: bool, why: str
) -> None:
    log_in(team, page, email, verified=verified)
    assert why in words(page) and "Data as of" not in words(page)


def test_no_secret_of_the_settings_is_in_the_server_s_log(team: Team) -> None:
    log = team.log.read_text()
    secrets = [line.split('"')[1] for line in team.head.splitlines() if "secret =" in line]
    secrets += [line.split('"')[1] for line in team.head.splitlines() if "api_token" in line]
    assert len(secrets) == 3 and not any(secret in log for secret in secrets)
