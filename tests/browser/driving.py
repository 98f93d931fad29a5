"""The real server and a real Chromium, with nothing but this machine to reach."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine has a name: whatever would go outside fails, and is noted.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# The script has ended, and the code of every kind of element has come: until then a
# skeleton stands in its place.
SETTLED = (
    "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
    ":not(:has([data-testid=stSkeleton]))"
)
# Below a page's address Streamlit asks for its health first there, then at the root.
SLOWEST_SYNC_MS = 180_000
EXPECTED_404 = ("_stcore/health", "_stcore/host-config")


@dataclass
class Server:
    """The app as `streamlit run app.py` starts it, with a home of its own."""

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)


@dataclass
class Visitor:
    """One browser session, and everything it was sent, asked for and complained about."""

    page: Page
    url: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Waits until the page is whole; first wait for the change itself."""
        self.page.wait_for_timeout(200)
        self.page.wait_for_selector(SETTLED, timeout=60_000)

    def explore(self) -> None:
        """From the welcome to the demo with data: Refresh is back when the sync has ended."""
        self.page.get_by_role("button", name="Explore the demo site").click()
        refresh = self.page.get_by_test_id("stSidebar").get_by_text("Refresh", exact=True).first
        refresh.wait_for(state="attached", timeout=SLOWEST_SYNC_MS)
        self.settle()

    def refresh(self) -> None:
        """One click; afterwards the page says what is new, once no earlier toast is left."""
        toast = self.page.get_by_text("Up to date")
        toast.wait_for(state="detached", timeout=30_000)
        sidebar = self.page.get_by_test_id("stSidebar")
        sidebar.get_by_role("button", name="Refresh").click()
        toast.wait_for(timeout=SLOWEST_SYNC_MS)
        self.settle()

    def go(self, title: str) -> None:
        """Clicks a page in the navigation."""
        self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title).click()
        self.page.get_by_role("heading", name=title, level=1, exact=True).wait_for()
        self.settle()

    @property
    def words(self) -> str:
        return self.page.get_by_test_id("stApp").inner_text()

    def assert_clean(self) -> None:
        """No exception on the page, nothing in the console, no request to anywhere else."""
        assert self.page.get_by_test_id("stException").count() == 0, self.words
        assert not self.outside
        assert not self.complaints

    def got(self, text: str) -> bool:
        """Whether the text was in anything that the browser was sent, or is in its page."""
        sent = any(text.encode() in frame for frame in self.received)
        return sent or text in self.page.content() or text in self.page.url


Visit = Callable[..., Visitor]
"""Opens a new session, in a window of the size and theme that are asked for."""


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def inherited() -> dict[str, str]:
    """The environment of this process, without what it says of Jira."""
    return {k: v for k, v in os.environ.items() if not k.startswith("JIRA_")}


@contextmanager
def running_server(folder: Path, port: int = 0, /, **environment: str) -> Iterator[Server]:
    """A fresh server: nobody has opened a page of it yet. What is kept lies in `folder`."""
    home, log, port = folder / "home", folder / "log", port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    command += ["--server.headless", "true"]
    with log.open("ab") as written:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**inherited(), "JIRA_USAGE_HOME": str(home), **environment},
            stdout=written,
            stderr=written,
        )
    try:
        wait_until_healthy(port, process)
        yield Server(f"http://127.0.0.1:{port}", home, log, process)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Debian's Chromium. Where it is missing this fails: a skipped test would prove nothing."""
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def open_first_person(visitor: Visitor) -> None:
    """Ticks the first row of the Users page."""
    visitor.page.get_by_test_id("stDataFrame").wait_for()
    # The grid is a canvas: the first row's tick box lies below the header's.
    visitor.page.get_by_test_id("stDataFrame").click(position={"x": 15, "y": 55})
    visitor.page.get_by_role("link", name="Back to the list").wait_for()
    visitor.settle()


def new_visitor(
    browser: Browser, url: str, *, width: int = 1440, height: int = 900, dark: bool = False
) -> Visitor:
    """A new session of the app, watched from its first request."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        timezone_id="Europe/Berlin",
        locale="en-US",
    )
    visitor = Visitor(context.new_page(), url)
    _watch(visitor)
    return visitor


def wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server did not start"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not become healthy")


def _watch(visitor: Visitor) -> None:
    def asked(request: Request) -> None:
        if not request.url.startswith((visitor.url, "data:", "blob:")):
            visitor.outside.append(request.url)

    def said(message: object) -> None:
        place = str(getattr(message, "location", {}).get("url", ""))
        if getattr(message, "type", "") == "error" and not place.endswith(EXPECTED_404):
            visitor.complaints.append(f"{getattr(message, 'text', '')} {place}")

    def opened(socket_: object) -> None:
        on = getattr(socket_, "on", None)
        if on:
            on("framereceived", lambda payload: visitor.received.append(_bytes(payload)))

    visitor.page.on("request", asked)
    visitor.page.on("console", said)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("websocket", opened)


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload
