"""Tables by keyboard and by mouse: focus opens nothing, Shift+Space ticks, a click opens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Position, expect

from tests.browser.driving import Visit, Visitor

pytestmark = pytest.mark.browser
A_NAME: Position = {"x": 70, "y": 55}
"""Within the name of the first row, right of its tick box: the grid is a canvas."""


def the_table(visitor: Visitor) -> Locator:
    table = visitor.page.get_by_test_id("stDataFrame").first
    table.wait_for()
    table.scroll_into_view_if_needed()
    return table


def enter_by_keyboard(visitor: Visitor, table: Locator) -> None:
    """Tabs into a table, and goes through its cells with the arrow keys."""
    table.locator("canvas").first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Enter", "ArrowLeft", "ArrowLeft"):
        visitor.page.keyboard.press(key)
        visitor.page.wait_for_timeout(100)
    visitor.settle()


def test_reclaim_by_keyboard_and_by_mouse(explorer: Visitor) -> None:
    explorer.go("Reclaim")
    page, table = explorer.page, the_table(explorer)
    search = page.get_by_label("Search", exact=True)
    search.fill("a")
    page.wait_for_url("**q=a*")
    explorer.settle()
    enter_by_keyboard(explorer, table)
    assert "/reclaim" in page.url

    before = table.bounding_box()
    page.keyboard.press("Shift+Space")
    save = page.get_by_role("button", name="Save", exact=True)
    save.wait_for()
    explorer.settle()
    expect(save).to_be_in_viewport()
    assert table.bounding_box() == before, "the table moved under whoever ticks it"
    page.get_by_role("button", name="Open person").click()
    back = page.get_by_role("link", name="Back to the list")
    back.wait_for()
    explorer.settle()
    assert "person=" in page.url and "from=reclaim" in page.url
    back.click()
    page.get_by_role("heading", name="Reclaim", level=1).wait_for()
    explorer.settle()
    assert re.search(r"[?&]q=a(&|$)", page.url) and "from=" not in page.url

    the_table(explorer).click(position=A_NAME)
    back.wait_for()
    explorer.settle()
    assert "from=reclaim" in page.url and re.search(r"[?&]q=a(&|$)", page.url)


def test_deciding_leaves_most_of_the_window_to_the_table(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    visitor.explore()
    visitor.go("Reclaim")
    page = visitor.page
    the_table(visitor).click(position={"x": 15, "y": 55})
    page.get_by_role("button", name="Save", exact=True).wait_for()
    for width, height, most in ((1440, 900, 0.2), (390, 844, 0.31)):
        page.set_viewport_size({"width": width, "height": height})
        visitor.settle()
        for choice in ("Release", "Protect until"):
            panel = page.get_by_test_id("stBottom")
            panel.get_by_role("combobox").first.click()
            page.get_by_role("option", name=choice).click()
            visitor.settle()
            box = panel.bounding_box()
            assert box and box["height"] <= most * height, f"{choice} at {width} pixels"
            assert page.evaluate("document.documentElement.scrollWidth") == width


def test_users_open_by_a_click_on_a_name_and_by_a_tick(explorer: Visitor) -> None:
    page = explorer.page
    back = page.get_by_role("link", name="Back to the list")
    explorer.go("Users")
    table = the_table(explorer)
    enter_by_keyboard(explorer, table)
    assert "/users" in page.url
    page.keyboard.press("Shift+Space")
    back.wait_for()
    explorer.settle()
    by_keyboard = page.get_by_role("heading", level=1).inner_text()
    back.click()
    page.get_by_role("heading", name="Users", level=1).wait_for()
    explorer.settle()
    the_table(explorer).click(position=A_NAME)
    back.wait_for()
    explorer.settle()
    assert page.get_by_role("heading", level=1).inner_text() not in ("", "Person", "Users")
    assert by_keyboard not in ("", "Person", "Users")


def test_the_products_open_by_a_click_and_not_by_focus(explorer: Visitor) -> None:
    explorer.go("Licenses")
    page, table = explorer.page, the_table(explorer)
    enter_by_keyboard(explorer, table)
    assert "/licenses" in page.url
    box = table.bounding_box()
    assert box
    for across in range(int(box["width"]) - 20, 200, -12):  # a number stands right in its cell
        table.click(position={"x": across, "y": 55})
        page.wait_for_timeout(150)
        if "/users" in page.url:
            break
    page.get_by_role("heading", name="Users", level=1).wait_for()
    explorer.settle()
    assert "product=" in page.url
