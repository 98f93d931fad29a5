"""The report opened from disk in a real browser without a network: its plots are painted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from jira_usage.reports import Making, build_report, subject_of, to_html
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from tests.builders import NOW, publish
from tests.reports.hostile import hostile_company

CHARTS = ("who_works", "trend", "products", "kinds", "hours", "projects")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    kept = SiteStore(folder / "kept")
    publish(kept, **hostile_company(NOW))
    snapshot = Snapshot.load(kept)
    subject = subject_of(kept, snapshot, snapshot.period(30, "UTC"))
    made = folder / "report.html"
    made.write_bytes(to_html(build_report(subject, Making("Ann", NOW))))
    return made


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_it_opens_from_disk_without_a_network_and_its_plots_are_painted(
    file: Path, browser: Browser, width: int, dark: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        offline=True,
    )
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn=yes]")
    assert asked == [file.as_uri()] and said == []
    assert page.title() == "Who works in acme.atlassian.net"
    for key in CHARTS:
        shot = page.locator(f"[data-chart={key}]").screenshot()
        colors = Image.open(io.BytesIO(shot)).convert("RGB").getcolors(1 << 20)
        assert colors and len(colors) > 10, f"{key} is not painted"
    assert page.locator("[data-chart=trend] .bars .point").count() == 30
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


@pytest.mark.browser
def test_it_prints_on_a4_and_letter(file: Path, browser: Browser) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn=yes]")
    for paper in ("A4", "Letter"):
        made = page.pdf(format=paper, print_background=True)
        assert made.startswith(b"%PDF") and 2 <= made.count(b"/Type /Page\n") <= 8
    page.emulate_media(media="print")
    assert page.locator("#people").is_hidden(), "what is folded is not printed empty"
    context.close()
