"""Charts by mouse: a click on any part, also under a line, opens exactly whom the part counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driving import Visitor

pytestmark = pytest.mark.browser
PART = """(chart, [name, from_end]) => {
    const bars = chart._fullData.filter(trace => trace.type === "bar");
    const place = bars.findIndex(trace => trace.name === name || trace.customdata[0][0] === name);
    const drawn = chart.querySelectorAll(".barlayer .trace")[place].querySelectorAll(".point");
    const at = drawn.length - from_end, box = drawn[at].getBoundingClientRect();
    return {day: String(bars[place].x[at]).slice(0, 10), number: bars[place].y[at],
            x: box.x + box.width / 2, y: box.y + box.height / 2};
}"""


@dataclass
class Part:
    """One bar of a chart, and where the middle of it is on the screen."""

    day: str
    number: int
    x: float
    y: float


def part(visitor: Visitor, key: str, name: str, from_end: int = 1) -> Part:
    """The last bar, or one before, of the trace of a name, or of the first customdata."""
    chart = chart_of(visitor, key)
    chart.locator(".barlayer .point").first.wait_for(state="attached")
    chart.scroll_into_view_if_needed()
    visitor.settle()
    return Part(**chart.evaluate(PART, [name, from_end]))


def chart_of(visitor: Visitor, key: str) -> Locator:
    return visitor.page.locator(f".st-key-{key} .js-plotly-plot")


def click(visitor: Visitor, some: Part) -> None:
    """Clicks a part and arrives at the list of its people."""
    visitor.page.mouse.click(some.x, some.y)
    visitor.page.get_by_role("heading", name="Users", level=1, exact=True).wait_for()
    visitor.settle()


def back(visitor: Visitor, title: str) -> None:
    visitor.page.go_back()
    visitor.page.get_by_role("heading", name=title, level=1, exact=True).wait_for()
    visitor.settle()


@pytest.fixture
def activity(explorer: Visitor) -> Visitor:
    explorer.go("Activity")
    return explorer


def test_a_click_on_a_day_under_the_line_of_means_opens_its_people(activity: Visitor) -> None:
    for title in ("Activity", "Overview"):
        activity.go(title)
        for name, from_end in (("Working day", 1), ("Working day", 8), ("Weekend", 1)):
            bar = part(activity, "chart_trend", name, from_end)
            activity.page.mouse.move(bar.x, bar.y)
            told = chart_of(activity, "chart_trend").locator(".hoverlayer .legend")
            expect(told).to_contain_text(
                re.compile(rf"{name}: {bar.number:,} active, [\d,]+ acts?")
            )
            expect(told).to_contain_text(re.compile(r"7-day mean: \d+\.\d"))
            click(activity, bar)
            assert f"on={bar.day}" in activity.page.url
            expect(accounts(activity, bar.number)).to_be_visible()
            back(activity, title)


def test_a_click_on_a_kind_of_a_day_opens_who_did_that_kind(activity: Visitor) -> None:
    kinds = {"changes": "issue_changed", "comments": "comments", "work_logs": "work_logs"}
    for group, asked in kinds.items():
        bar = part(activity, "chart_kinds", group, 4)
        activity.page.mouse.move(bar.x, bar.y)
        told = chart_of(activity, "chart_kinds").locator(".hoverlayer .hovertext")
        expect(told).to_contain_text(f": {bar.number:,}")
        click(activity, bar)
        assert f"on={bar.day}" in activity.page.url and f"kind={asked}" in activity.page.url
        back(activity, "Activity")


def test_a_click_on_a_day_of_any_product_opens_its_people(activity: Visitor) -> None:
    for product in ("jira-software", "jira-servicedesk"):
        bar = part(activity, "chart_products", product, 4)
        click(activity, bar)
        assert f"on={bar.day}" in activity.page.url and f"product={product}" in activity.page.url
        expect(accounts(activity, bar.number)).to_be_visible()
        back(activity, "Activity")


def test_a_click_on_any_verdict_opens_its_people(activity: Visitor) -> None:
    activity.go("Overview")
    chart = chart_of(activity, "chart_who_works")
    chart.locator(".barlayer .point").first.wait_for(state="attached")
    told = chart.evaluate("it => it._fullData.map(trace => [trace.name, trace.customdata[0]])")
    assert len(told) > 1
    for label, verdict in (told[0], told[-1]):
        click(activity, part(activity, "chart_who_works", label))
        assert f"verdict={verdict}" in activity.page.url
        back(activity, "Overview")


def accounts(visitor: Visitor, number: int) -> Locator:
    """What the Users page says of how many it lists."""
    return visitor.page.get_by_text(re.compile(rf"^{number:,} accounts? of"))
