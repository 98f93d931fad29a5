"""The main path in a real browser: the demo, a sync, every page, a refresh, nobody else's data."""

from __future__ import annotations

import pytest

from jira_usage.demo import DemoSite
from tests.browser.driving import Server, Visit

pytestmark = pytest.mark.browser
PAGES = (*("Overview", "Users", "Licenses", "Reclaim", "Renewal", "Changes", "Activity", "Data"),)
PATHS = (
    *("/users", "/licenses", "/reclaim", "/renewal", "/activity", "/data", "/person", "/connect"),
    "/",
)


@pytest.fixture(scope="module")
def token() -> str:
    """The demo site's token; it depends on its seed alone."""
    site = DemoSite(size="tiny", seed=1)
    site.stop()
    return site.token


def test_the_main_path(visit: Visit, server: Server, token: str) -> None:
    visitor = visit()
    visitor.open()
    visitor.explore()
    assert visitor.page.get_by_test_id("stMetric").count() > 2
    for title in PAGES:
        visitor.go(title)
        assert "Data as of" in visitor.words and "Refresh" in visitor.words
        visitor.assert_clean()
    visitor.refresh()
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Data"

    visitor.page.reload()
    visitor.settle()
    visitor.page.get_by_role("button", name="Explore the demo site").wait_for()
    assert "Refresh" not in visitor.words

    assert visitor.received, "the frames of the websocket were not seen"
    assert not visitor.got(token)
    kept = [path for path in server.home.rglob("*") if path.is_file()]
    assert kept and not any(token.encode() in path.read_bytes() for path in kept)
    assert token.encode() not in server.log.read_bytes()


def test_a_new_session_sees_no_data_on_any_page(visit: Visit) -> None:
    visitor = visit()
    for path in PATHS:  # each address typed anew is a new session
        visitor.open(path)
        visitor.page.get_by_role("button", name="Explore the demo site").wait_for()
        assert "Data as of" not in visitor.words
        assert visitor.page.get_by_test_id("stMetric").count() == 0
        assert visitor.page.get_by_test_id("stDataFrame").count() == 0


def test_the_address_bar_is_the_state(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/activity?days=7&zone=Asia/Kolkata")
    visitor.explore()
    assert "days=7" in visitor.page.url and "zone=Asia" in visitor.page.url
    visitor.go("Data")
    assert "days=7" in visitor.page.url and "zone=Asia" in visitor.page.url
    visitor.page.get_by_test_id("stSidebar").get_by_text("14", exact=True).click()
    visitor.page.wait_for_url("**days=14**")
    visitor.go("Licenses")
    assert "days=14" in visitor.page.url
    visitor.page.reload()
    visitor.settle()
    visitor.explore()
    assert "days=14" in visitor.page.url and "zone=Asia" in visitor.page.url


def test_filters_come_back_with_their_page_and_stay_off_the_others(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/users?work=none&color=red")
    visitor.explore()
    assert "work=none" in visitor.page.url and "color" not in visitor.page.url
    visitor.go("Licenses")
    assert "work=" not in visitor.page.url
    visitor.go("Users")
    assert "work=none" in visitor.page.url
    visitor.page.get_by_role("button", name="Clear all filters").click()
    visitor.page.wait_for_function("!location.search.includes('work')")
    visitor.settle()
    visitor.go("Licenses")
    visitor.go("Users")
    assert "work=" not in visitor.page.url


def test_back_from_a_project_s_people_brings_activity_as_it_was(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/activity")
    visitor.explore()
    page = visitor.page
    page.get_by_text("Click a bar or tick a row").wait_for()
    plots = page.locator("[data-testid=stPlotlyChart]").filter(has=page.locator(".bars"))
    bar = plots.nth(1).locator(".bars .point path").first
    bar.scroll_into_view_if_needed()
    bar.click(force=True)
    page.get_by_role("heading", name="Users", level=1, exact=True).wait_for()
    visitor.settle()
    assert "project=" in page.url
    page.go_back()
    page.get_by_role("heading", name="Activity", level=1, exact=True).wait_for()
    visitor.settle()
    page.wait_for_function("location.search === ''")
    assert "Everything below is about" not in visitor.words


def test_a_token_that_is_typed_never_comes_back(visit: Visit) -> None:
    """Wrong site, wrong token, right token: the server never sends it to the browser."""
    with DemoSite(size="tiny", seed=7) as site:
        visitor = visit()
        visitor.open("/connect")
        visitor.page.get_by_role("textbox", name="Site URL").fill(site.url)
        visitor.page.get_by_role("textbox", name="Email").fill(site.email)
        visitor.page.get_by_role("textbox", name="API token").fill(site.token)
        visitor.page.get_by_role("button", name="Test and connect").click()
        visitor.page.get_by_text("may not contact").wait_for()
        visitor.settle()
        assert not any(site.token.encode() in frame for frame in visitor.received)
        assert site.token not in visitor.page.url


def test_a_second_session_sees_what_the_first_one_synced(visit: Visit) -> None:
    first, second = visit(), visit()
    for visitor in (first, second):
        visitor.open("/data")
        visitor.explore()
    shown = second.page.get_by_test_id("stMetric").all_inner_texts()
    first.refresh()
    second.go("Overview")
    second.go("Data")
    assert second.page.get_by_test_id("stMetric").all_inner_texts() != shown
