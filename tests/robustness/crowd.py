"""Many sessions at the pages while syncs run: python -m tests.robustness.crowd --sessions 50

A real server, whose connection all sessions share, and a command line that syncs the site
over and over beside it, as cron would. Every session opens page after page. None may meet an
exception or an error, every page must end, and afterwards all must see the same figures.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from jira_usage.connection import Connection
from jira_usage.demo import DemoSite
from jira_usage.store import Store
from jira_usage.sync import run, sync
from tests.browser.driving import Server, inherited, running_server
from tests.sessions import PageSession, Told

from .place import MORNING

PAGES = ("", "users", "licenses", "reclaim", "renewal", "changes", "activity", "data", "share")


@dataclass
class Crowd:
    """What came of it. Seconds of each run of a page; what the sessions saw in the end."""

    sessions: int
    seconds: list[float] = field(default_factory=list)
    syncs: int = 0
    wrong: list[str] = field(default_factory=list)
    threads: int = 0
    memory_mb: int = 0

    def line(self) -> str:
        times = sorted(self.seconds)
        half, most = times[len(times) // 2], times[int(len(times) * 0.95)]
        return (
            f"{self.sessions} sessions at once, {len(times)} pages during {self.syncs} syncs: half "
            f"within {half:.2f} s, 95 % within {most:.2f} s, server {self.memory_mb} MB; "
            f"{len(self.wrong)} wrong"
        )


def crowd(sessions: int, rounds: int, size: str, folder: Path, seed: int = 7) -> Crowd:
    """Lets so many sessions open so many pages each, while one sync follows the other."""
    told = Crowd(sessions)
    with DemoSite(size=size, seed=3, now=MORNING) as site:
        environment = {
            "JIRA_SITE": site.url,
            "JIRA_EMAIL": site.email,
            "JIRA_API_TOKEN": site.token,
            "JIRA_USAGE_ALLOWED_HOSTS": site.host,
        }
        home = {"JIRA_USAGE_HOME": str(folder / "home")}
        run(sync(Connection.from_environment(environment), Store.open(home)))
        with running_server(folder, **environment) as server:
            stop = threading.Event()
            syncing = threading.Thread(
                target=_sync_on, args=(told, site, {**inherited(), **environment, **home}, stop)
            )
            syncing.start()
            try:
                with ThreadPoolExecutor(sessions) as pool:
                    list(pool.map(lambda n: _visit(told, server, rounds, seed, n), range(sessions)))
            finally:
                stop.set()
                syncing.join()
            _agree(told, server)
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            fields = dict(line.split(":", 1) for line in status.splitlines())
            told.memory_mb = int(fields["VmHWM"].split()[0]) // 1024
            told.threads = int(fields["Threads"])
            told.wrong += [line for line in server.log.read_text().splitlines() if "rror" in line]
    return told


def _sync_on(
    told: Crowd, site: DemoSite, environment: Mapping[str, str], stop: threading.Event
) -> None:
    while not stop.is_set():
        site.advance(timedelta(hours=1))
        done = subprocess.run(
            [sys.executable, "-m", "jira_usage", "sync"],
            env=dict(environment),
            capture_output=True,
            text=True,
        )
        told.syncs += 1
        if done.returncode:
            told.wrong.append(f"the sync beside it: {done.stderr.strip()[-300:]}")


def _visit(told: Crowd, server: Server, rounds: int, seed: int, number: int) -> None:
    dice = random.Random(f"{seed} {number}")
    try:
        with PageSession(server.url) as session:
            for page in ("", *dice.choices(PAGES, k=rounds)):
                _look(told, session.run(page), page)
                time.sleep(dice.uniform(0, 0.5))
    except Exception as error:
        told.wrong.append(f"session {number}: {type(error).__name__}: {error}")


def _look(told: Crowd, seen: Told, page: str) -> None:
    told.seconds.append(seen.seconds)
    told.wrong += [f"{page or 'overview'}: {text}" for text in seen.exceptions + seen.errors]
    if not seen.title:
        told.wrong.append(f"{page or 'overview'} has no title")


def _agree(told: Crowd, server: Server) -> None:
    """After the last sync, all sessions see the same."""
    views = set()
    for _ in range(3):
        with PageSession(server.url) as session:
            views.add(str(session.run("").metrics))
    if len(views) != 1:
        told.wrong.append(f"sessions see different figures: {sorted(views)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--size", default="small", choices=("tiny", "small", "medium"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = crowd(asked.sessions, asked.rounds, asked.size, Path(folder))
    print("\n".join(f"WRONG {line}" for line in told.wrong[:20]))
    print(f"{told.line()}, {told.threads} threads")
    sys.exit(bool(told.wrong))


if __name__ == "__main__":
    main()
