"""Every page of the synced demo as pictures: python -m tests.gallery --output FOLDER

Each page is taken at three widths and in both themes, from top to bottom.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser.driving import (
    Visitor,
    new_visitor,
    open_first_person,
    running_browser,
    running_server,
)

PAGES = ("Overview", "Users", "Licenses", "Reclaim", "Renewal", "Changes", "Activity", "Share",
         "Data", "Connect")  # fmt: skip
WIDTHS = (1440, 1024, 390)
HIGHEST = 6000
HEIGHT = "document.querySelector('[data-testid=stMain]').scrollHeight"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--output", type=Path, required=True)
    titles = [*PAGES, "Person", "Welcome"]
    asked.add_argument("--pages", nargs="*", choices=titles, default=titles)
    asked.add_argument("--widths", nargs="*", type=int, default=WIDTHS)
    asked.add_argument("--themes", nargs="*", default=("light", "dark"))
    told = asked.parse_args()
    told.output.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        running_browser() as browser,
    ):
        for theme in told.themes:
            visitor = new_visitor(browser, server.url, dark=theme == "dark")
            for title in opened(visitor, told.pages):
                for width in told.widths:
                    path = told.output / f"{title.lower()}-{width}-{theme}.png"
                    take(visitor, width, path)
                    print(path.name, flush=True)
            visitor.assert_clean()
            visitor.page.context.close()


def opened(visitor: Visitor, titles: list[str]) -> Iterator[str]:
    """Opens one page after the other, in one session of the synced demo."""
    visitor.open()
    visitor.page.get_by_role("button", name="Explore the demo site").wait_for()
    if "Welcome" in titles:
        yield "Welcome"
    visitor.explore()
    visitor.page.get_by_text("Up to date").wait_for(state="detached", timeout=30_000)
    for title in PAGES:
        if title in titles:
            visitor.go(title)
            yield title
    if "Person" in titles:
        visitor.go("Users")
        open_first_person(visitor)
        yield "Person"


def take(visitor: Visitor, width: int, path: Path) -> None:
    """The whole page at a width: the window is made as high as the page."""
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 900})
    visitor.settle()
    page.wait_for_timeout(700)  # charts draw themselves anew
    page.set_viewport_size({"width": width, "height": min(page.evaluate(HEIGHT), HIGHEST)})
    visitor.settle()
    page.wait_for_timeout(700)
    page.screenshot(path=str(path))
    page.set_viewport_size({"width": 1440, "height": 900})
    visitor.settle()


if __name__ == "__main__":
    main()
