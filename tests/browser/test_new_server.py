"""A server that nobody has opened yet, and one that was restarted under an open page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.driving import free_port, new_visitor, running_server

pytestmark = pytest.mark.browser
PAGES = ["Overview", "Users", "Licenses", "Reclaim", "Renewal", "Changes", "Activity", "Share",
         "Data"]  # fmt: skip

ADDRESSES = ["/", "/users", "/licenses", "/reclaim", "/renewal", "/changes", "/activity", "/share",
             "/data", "/connect", "/person", "/shared"]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_may_be_the_first_that_anybody_opens(
    browser: Browser, tmp_path: Path, address: str
) -> None:
    with running_server(tmp_path) as server:
        visitor = new_visitor(browser, server.url)
        visitor.open(address)
        welcome = "This link opens nothing" if address == "/shared" else "Explore the demo site"
        visitor.page.get_by_text(welcome).first.wait_for()
        assert visitor.page.get_by_role("dialog").count() == 0, visitor.words
        visitor.assert_clean()
        visitor.page.context.close()


def test_a_cold_deep_link_and_a_restart_in_mid_work(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with running_server(tmp_path, port) as server:
        visitor = new_visitor(browser, server.url)
        page = visitor.page
        visitor.open("/users?days=7&type=atlassian&work=none")
        page.get_by_role("button", name="Explore the demo site").wait_for()
        links = page.get_by_test_id("stSidebarNavLink").all_inner_texts()
        assert [re.sub(r"^\S+\n+", "", link) for link in links] == [*PAGES, "Connect"]
        visitor.explore()
        page.get_by_text(re.compile(r"^[\d,]+ accounts? of")).wait_for()
        assert "days=7" in page.url and "work=none" in page.url
        visitor.assert_clean()
    with running_server(tmp_path, port):
        visitor.settle()
        page.get_by_test_id("stSidebarNavLink").filter(has_text="Data").click()
        page.get_by_text("ends a session").wait_for(timeout=30_000)
        assert page.get_by_test_id("stDataFrame").count() == 0
        assert page.get_by_test_id("stException").count() == 0 and not visitor.outside
    page.context.close()
