"""The proof in a real browser: a check, its end, and that it outlives the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.driving import Visit, Visitor

pytestmark = pytest.mark.browser


def number(visitor: Visitor, label: str) -> str:
    tile = visitor.page.get_by_test_id("stMetric").filter(has_text=label)
    return tile.get_by_test_id("stMetricValue").inner_text()


def test_a_sample_of_the_demo_site_is_proved_and_stays_proved(visit: Visit) -> None:
    visitor = visit(width=390, dark=True)
    visitor.open("/data")
    visitor.explore()
    page = visitor.page
    page.get_by_test_id("stRadio").get_by_text("20", exact=True).click()
    visitor.settle()
    page.get_by_role("button", name="Check a sample").click()
    page.get_by_text("No difference found").wait_for(timeout=120_000)
    visitor.settle()
    assert number(visitor, "Agreement") == "100%" and number(visitor, "Differences") == "0"
    assert int(number(visitor, "Acts that agree").replace(",", "")) > 0
    assert "20 issues read again on" in visitor.words
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    expect(page.get_by_text("Of an older snapshot")).to_have_count(0)

    visitor.open("/data")
    visitor.explore()
    assert "20 issues read again on" in visitor.words
    page.get_by_text("Of an older snapshot").filter(visible=True).wait_for()
