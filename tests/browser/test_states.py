"""What pages show besides whole, fresh figures: nothing, a sync, old, a part, a failure, nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from jira_usage.demo import DemoSite
from tests.browser.driving import Visitor, new_visitor, running_server
from tests.browser.test_every_page import look

pytestmark = pytest.mark.browser


@contextmanager
def connected(site: DemoSite, browser: Browser, folder: Path) -> Iterator[Visitor]:
    """A visitor of a server whose own connection is a site, nothing synced yet."""
    own = {
        "JIRA_SITE": site.url,
        "JIRA_EMAIL": site.email,
        "JIRA_API_TOKEN": site.token,
        "JIRA_USAGE_ALLOWED_HOSTS": site.host,
    }
    with running_server(folder, **own) as server:
        visitor = new_visitor(browser, server.url)
        visitor.open()
        yield visitor
        visitor.assert_clean()
        visitor.page.context.close()


def test_every_state_is_readable_and_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    with (
        DemoSite(size="tiny", seed=3, now=long_ago, latency=0.3) as site,
        connected(site, browser, tmp_path) as visitor,
    ):
        page = visitor.page
        page.get_by_role("heading", name="Connected. Now read the site").wait_for()
        wrong = look(visitor, "not synced")
        page.get_by_test_id("stMain").get_by_role("button", name="Sync now").click()
        page.get_by_role("heading", name="First sync of").wait_for()
        expect(page.get_by_role("progressbar").first).to_be_visible()
        page.get_by_role("button", name="Refresh now").wait_for(timeout=120_000)
        visitor.settle()
        assert "3 days ago" in visitor.words and "What is shown was true then." in visitor.words
        wrong += look(visitor, "stale")

        site.deny("ADMINISTER")
        visitor.refresh()
        assert "not complete: licenses" in visitor.words
        wrong += look(visitor, "partial")
        visitor.go("Licenses")
        assert "unknown" in visitor.words

        site.stop()
        page.get_by_test_id("stSidebar").get_by_role("button", name="Refresh").click()
        page.get_by_role("button", name="Try again").wait_for(timeout=120_000)
        visitor.settle()
        assert "Earlier data is kept." in visitor.words
        wrong += look(visitor, "failed")
        assert wrong == []


def test_a_site_where_nobody_is_has_pages_without_figures(browser: Browser, tmp_path: Path) -> None:
    with (
        DemoSite(size="empty") as site,
        connected(site, browser, tmp_path) as visitor,
    ):
        page = visitor.page
        page.get_by_test_id("stMain").get_by_role("button", name="Sync now").click()
        page.get_by_text("Up to date").wait_for(timeout=60_000)
        page.get_by_test_id("stSidebar").get_by_role("button", name="Refresh").wait_for()
        visitor.settle()
        wrong = look(visitor, "empty")
        for title in ("Users", "Activity"):
            visitor.go(title)
        assert wrong == []
