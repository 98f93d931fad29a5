"""How fast do pages answer where 100,000 people work, and what do they send?

A real server shows a snapshot of that size. Sessions without a browser measure what the
server takes, wire and all; Chromium, where there is one, measures when a page can be read.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.browser.driving import CHROMIUM, Server, new_visitor, running_browser, running_server
from tests.sessions import PageSession

from .. import child
from ..goal import Goal
from ..site_process import Site
from ..syncs import FirstAndLater, environment, sync_once
from .many_people import EVENTS, PEOPLE

PAGES = ("", "users", "licenses", "reclaim", "renewal", "changes", "activity", "data")
TITLES = ("Users", "Licenses", "Reclaim", "Renewal", "Changes", "Activity", "Data", "Overview")
AT_ONCE, AGAIN = 8, 5
PART = "group=everybody"
SIZE = f"{PEOPLE:,} people"


def goals(syncs: Sequence[FirstAndLater]) -> list[Goal]:
    """The goals of pages: reruns, page switches, several people at once, bytes, memory."""
    with tempfile.TemporaryDirectory() as name, Site("small") as site:
        folder = Path(name)
        told = environment(site.address, folder / "home")
        sync_once(site, folder / "home")
        enlarge = [sys.executable, "-m", f"{__package__}.many_people"]
        child.run(enlarge, environment=told).or_raise()
        with running_server(folder, **told) as server:
            found = list(_without_browser(server))
            if Path(CHROMIUM).exists():
                found += _in_chromium(server)
            peak = _peak_mb(server)
            part = _part_of_the_site(server)
    note = f"{EVENTS / 1e6:.0f} M events, {AT_ONCE} sessions and more"
    memory = Goal(
        "pages: memory of the server", SIZE, peak, at_most=600, form="{:.0f} MB", note=note
    )
    return [*found, memory, part]


def _part_of_the_site(server: Server) -> Goal:
    """Activity of more than half of the people: what only that costs, memory and all."""
    with PageSession(server.url) as session:
        first = session.run("activity", PART)
        if first.exceptions:
            raise child.CommandFailed(f"{PART}: {first.exceptions}")
        again = statistics.median(session.run("activity", PART).seconds for _ in range(AGAIN))
    return Goal(
        "pages: rerun of Activity for a part of the site", SIZE, again * 1000, at_most=100,
        form="{:.0f} ms",
        note=f"{PART}; the first time {first.seconds:.1f} s; server then {_peak_mb(server):.0f} MB",
    )  # fmt: skip


def _without_browser(server: Server) -> Iterator[Goal]:
    reruns: dict[str, float] = {}
    sizes: dict[str, int] = {}
    with PageSession(server.url) as session:
        cold = session.run("").seconds
        for page in PAGES:
            first = session.run(page)
            if first.exceptions or not first.title:
                raise child.CommandFailed(f"{page or 'overview'}: {first.exceptions}")
            sizes[page] = first.size
            reruns[page] = statistics.median(session.run(page).seconds for _ in range(AGAIN))
    yield Goal("pages: the very first after a start", SIZE, cold, form="{:.1f} s")
    slowest = max(reruns, key=reruns.__getitem__)
    yield Goal(
        "pages: slowest rerun", SIZE, reruns[slowest] * 1000, at_most=100, form="{:.0f} ms",
        note=f"{slowest or 'overview'}; {_by_page(reruns)}",
    )  # fmt: skip
    largest = max(sizes, key=sizes.__getitem__)
    yield Goal(
        "pages: most that one sends", SIZE, sizes[largest] / 1e6, at_most=1, form="{:.2f} MB",
        note=largest or "overview",
    )  # fmt: skip
    yield _at_once(server)


def _by_page(reruns: dict[str, float]) -> str:
    return ", ".join(f"{page or 'overview'} {took * 1000:.0f}" for page, took in reruns.items())


def _at_once(server: Server) -> Goal:
    """Eight people who rerun a page each in the same moment."""
    sessions = [PageSession(server.url) for _ in range(AT_ONCE)]
    try:
        pages = [PAGES[number % len(PAGES)] for number in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for session in sessions:
                session.run("")
            list(pool.map(PageSession.run, sessions, pages))
            slowest = []
            for _ in range(AGAIN):
                slowest.append(max(t.seconds for t in pool.map(PageSession.run, sessions, pages)))
    finally:
        for session in sessions:
            session.close()
    return Goal(
        f"pages: {AT_ONCE} people at once", SIZE, statistics.median(slowest) * 1000, at_most=500,
        form="{:.0f} ms", note="the slowest of them, a page each",
    )  # fmt: skip


def _in_chromium(server: Server) -> list[Goal]:
    """From the click in the navigation to the page's heading, once each page was seen."""
    with running_browser() as browser:
        visitor = new_visitor(browser, server.url)
        visitor.open()
        switches: dict[str, list[float]] = {title: [] for title in TITLES}
        for _ in range(1 + AGAIN):
            for title, each in switches.items():
                each.append(visitor.page.evaluate(CLICK, title))
                visitor.settle()
    took = {title: statistics.median(each[1:]) for title, each in switches.items()}
    note = ", ".join(f"{title} {ms:.0f}" for title, ms in took.items())
    return [
        Goal("pages: first paint after a switch", SIZE, max(took.values()), at_most=300,
             form="{:.0f} ms", note=note)
    ]  # fmt: skip


# Milliseconds by the browser's own clock: a driver's click takes as long as some pages. The
# click comes once the page before is at rest. What a frame's callback sees is painted with
# that frame, and a message it posts comes after it.
CLICK = """title => new Promise(done => {
    const all = name => [...document.querySelectorAll(name)];
    const link = all('[data-testid=stSidebarNavLink]').find(a => a.innerText.includes(title));
    let began = 0;
    const painted = new MessageChannel();
    painted.port1.onmessage = () => done(performance.now() - began);
    const look = () => all('h1').some(h => h.innerText.trim() === title)
        ? painted.port2.postMessage(null)
        : requestAnimationFrame(look);
    requestIdleCallback(() => {
        began = performance.now();
        link.click();
        look();
    });
})"""


def _peak_mb(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return int(fields["VmHWM"].split()[0]) / 1024
