"""Every page in one session of the synced demo: three widths, both themes, axe, charts, address."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import expect

from jira_usage.metrics.words import WEEKDAYS
from tests.browser.accessibility import COLORS, serious_findings
from tests.browser.driving import Visit, Visitor, open_first_person
from tests.test_charts import contrast

pytestmark = pytest.mark.browser
PAGES = (
    *("Overview", "Users", "Licenses", "Reclaim", "Renewal", "Changes", "Activity", "Share"),
    *("Data", "Connect"),
)
WIDTHS = (1024, 390)


def wider_than_the_screen(visitor: Visitor) -> bool:
    script = "document.documentElement.scrollWidth > window.innerWidth"
    return bool(visitor.page.evaluate(script))


def look(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with the page that is open: at 1440 in light, down to 390 in dark."""
    page = visitor.page
    page.mouse.move(0, 0)  # what was under the pointer is in mid-change
    wrong = [f"{name}, light: {found}" for found in serious_findings(page)]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(250)
        if wider_than_the_screen(visitor):
            wrong.append(f"{name} is wider than {width} pixels")
    page.emulate_media(color_scheme="dark")
    visitor.settle()
    wrong += [f"{name}, dark: {found}" for found in serious_findings(page, COLORS)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    visitor.settle()
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => +h.tagName[1])")
    if levels[:1] != [1] or any(b - a > 1 for a, b in pairwise(levels)):
        wrong.append(f"{name}: headings out of order, {levels}")
    return wrong


def test_the_welcome_fits_and_reads(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    visitor.page.get_by_role("button", name="Explore the demo site").wait_for()
    assert not look(visitor, "Welcome")


@pytest.mark.parametrize("title", PAGES)
def test_every_page_fits_and_reads(explorer: Visitor, title: str) -> None:
    explorer.go(title)
    assert not look(explorer, title)


def test_a_person_s_page_fits_and_reads(explorer: Visitor) -> None:
    explorer.go("Users")
    open_first_person(explorer)
    assert not look(explorer, "Person")


GROUNDS: tuple[tuple[Literal["light", "dark"], str], ...]
GROUNDS = (("dark", "#161A1D"), ("light", "#FFFFFF"))
INKS = """all => all.flatMap(chart => [...chart.querySelectorAll("svg text")].filter(
    text => text.textContent.trim()).map(
    text => [text.textContent, getComputedStyle(text).fill]))"""
BUSIEST_HOUR = """chart => {
    const points = chart._fullData[1], {xaxis, yaxis} = chart._fullLayout;
    const acts = points.customdata.map(told => told[2]), at = acts.indexOf(Math.max(...acts));
    const box = chart.getBoundingClientRect(), [weekday, hour] = points.customdata[at];
    return {x: box.x + xaxis._offset + xaxis.d2p(points.x[at]), weekday, hour,
            y: box.y + yaxis._offset + yaxis.d2p(points.y[at])};
}"""


def test_charts_can_be_read_and_an_hour_opens_exactly_who_acted_then(explorer: Visitor) -> None:
    visitor, page = explorer, explorer.page
    for scheme, ground in GROUNDS:
        page.emulate_media(color_scheme=scheme)
        visitor.go("Users")
        visitor.go("Activity")
        for _ in range(20):  # plotly draws a while after the page has come
            page.wait_for_timeout(250)
            told = page.locator(".js-plotly-plot").evaluate_all(INKS)
            pale = [text for text in told if contrast(as_hex(text[1]), ground) < 4.5]
            if told and not pale:
                break
        assert len(told) > 40 and not pale, f"{scheme}: {pale}"

    chart = page.locator(".js-plotly-plot").filter(has=page.locator(".heatmaplayer image"))
    chart.scroll_into_view_if_needed()
    visitor.settle()
    cell = chart.evaluate(BUSIEST_HOUR)
    page.mouse.move(cell["x"] + 11, cell["y"] + 7)  # anywhere in the cell will do
    when = f"{WEEKDAYS[cell['weekday']]}, {cell['hour']:02d}:00 to {cell['hour']:02d}:59"
    expect(chart.locator(".hovertext")).to_contain_text(re.compile(rf"{when}: [\d,]+ acts?"))
    page.mouse.click(cell["x"] + 11, cell["y"] + 7)
    page.get_by_role("heading", name="Users", level=1).wait_for()
    visitor.settle()
    assert f"hour={when[:3]}-{cell['hour']:02d}" in page.url and "type=atlassian" in page.url
    expect(page.get_by_role("button", name=when)).to_be_visible()


def as_hex(color: str) -> str:
    """“rgb(16, 18, 20)” as “#101214”."""
    return "#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", color)[:3])


def test_a_click_on_a_day_opens_exactly_its_people_and_back_leads_back(
    explorer: Visitor,
) -> None:
    visitor, page = explorer, explorer.page
    visitor.go("Overview")
    chart = page.locator(".js-plotly-plot").nth(1)
    chart.scroll_into_view_if_needed()
    number = f"{chart.evaluate('it => it._fullData[0].y[0]'):,}"
    box = chart.locator(".barlayer .trace").nth(0).locator(".point").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("heading", name="Users", level=1).wait_for()
    visitor.settle()
    assert re.search(r"[?&]on=\d{4}-\d\d-\d\d", page.url) and "type=atlassian" in page.url
    expect(page.get_by_text(re.compile(rf"^{number} accounts? of"))).to_be_visible()
    page.go_back()
    page.get_by_role("heading", name="Overview", level=1).wait_for()
    visitor.settle()


CUT_LABELS = """chart => {
    const {left, right} = chart.getBoundingClientRect();
    return [...chart.querySelectorAll(".yaxislayer-above text, .bars text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < left || box.right > right;
    }).map(text => text.textContent);
}"""


def test_the_kinds_of_a_person_s_acts_are_told_whole_on_any_screen(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/users?type=atlassian&kind=issue_created")
    visitor.explore()
    open_first_person(visitor)
    chart = visitor.page.locator(".st-key-chart_kinds .js-plotly-plot")
    for width in (1440, 1100, 820, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.settle()
        visitor.page.wait_for_timeout(700)  # plotly draws itself anew
        assert "Created an issue (not counted)" in chart.inner_text()
        assert not chart.evaluate(CUT_LABELS), f"at {width} pixels"
