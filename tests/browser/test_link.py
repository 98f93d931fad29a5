"""A link in a real browser that has nothing else: no token, no connection, no other page."""

from __future__ import annotations

import time
from typing import Any

import pytest

from jira_usage import links
from jira_usage.scope import Scope
from jira_usage.store import SiteStore, Store
from tests.browser.driving import Server, Visit
from tests.builders import NOW, publish
from tests.reports.test_narrowed import BOTH, OPS, two_halves

pytestmark = pytest.mark.browser
NOTHING = "This link opens nothing. Ask whoever sent it for a new one."


@pytest.fixture(scope="module")
def kept(server: Server) -> SiteStore:
    """Seven people of Web and six of Ops, who acted in these days."""
    site = Store.open({"JIRA_USAGE_HOME": str(server.home)}).site("https://acme.example", "ann")
    now = int(time.time() * 1000)
    rows: dict[str, Any] = two_halves()
    rows["acts"] = [{**one, "at": one["at"] + now - NOW} for one in rows["acts"]]
    publish(site, now=now, **rows)
    return site


def make_link(kept: SiteStore) -> tuple[links.Link, str]:
    link, secret = links.new_link(
        label="Finance",
        scope=Scope("groups", ("g-web",), "pseudonyms"),
        days=30,
        timezone="UTC",
        count_created=False,
        frozen=False,
        made_by="Ada",
        now_ms=int(time.time() * 1000),
        lasts_days=1,
    )
    links.keep(kept, link)
    return link, f"/shared?link={secret}"


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_link_opens_cold_with_its_part_and_no_way_further(
    visit: Visit, kept: SiteStore, width: int, dark: bool
) -> None:
    _, path = make_link(kept)
    guest = visit(width=width, dark=dark)
    guest.open(path)
    guest.page.get_by_role("heading", name="About this view").wait_for()
    guest.settle()
    assert "7 of 8 licensed people worked in the last 30 days" in guest.words
    guest.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert guest.got("Person ")
    assert not [one for one in (*OPS, BOTH, "web1", "Name Of", "Ops people") if guest.got(one)]
    for test_id in ("stSidebarNavLink", "stTopNavLink", "stFileUploader", "stTextInput"):
        assert guest.page.get_by_test_id(test_id).count() == 0
    assert guest.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("wrong", ["guessed", "altered", "revoked", "none"])
def test_what_opens_nothing_says_one_neutral_sentence(
    visit: Visit, kept: SiteStore, wrong: str
) -> None:
    link, path = make_link(kept)
    if wrong == "revoked":
        links.revoke(kept, {link.id})
    others = {"guessed": "/shared?link=" + "A" * 43, "altered": path[:-2] + "--", "none": "/shared"}
    guest = visit()
    guest.open(others.get(wrong, path))
    guest.page.get_by_text(NOTHING).wait_for()
    words = guest.page.get_by_test_id("stMain").inner_text().split("\n")
    assert [line for line in words if " " in line] == [NOTHING]
    assert guest.page.get_by_test_id("stSidebarNavLink").count() == 0


def test_how_long_a_link_will_last_is_whole_at_every_width(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    visitor.explore()
    visitor.go("Share")
    shown = visitor.page.get_by_role("combobox", name="Ends after")
    for width in (1440, 820, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.settle()
        assert shown.input_value() == "30 days"
        assert shown.evaluate("one => one.scrollWidth <= one.clientWidth"), width
