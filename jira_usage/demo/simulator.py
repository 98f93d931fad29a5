"""A whole simulated Jira Cloud site: start it, look into it, move its clock, take things away."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self

import uvicorn

from jira_usage.demo import traps as trap_registry
from jira_usage.demo import truth as truth_rules
from jira_usage.demo.catalog import group_id
from jira_usage.demo.chance import one
from jira_usage.demo.company import Company
from jira_usage.demo.desk import SKEW_MS, Desk, as_ms, start_ms
from jira_usage.demo.habits import Habits
from jira_usage.demo.server import Accounts, App
from jira_usage.demo.sizes import NAMES
from jira_usage.demo.times import from_ms
from jira_usage.demo.traps import Traps
from jira_usage.demo.world import Source, World, build

Row = dict[str, Any]


class DemoSite:
    """A Jira Cloud site on this machine, whose truth is known act by act.

    size: "empty", "tiny", "small", "medium" or "large". now: None follows the real clock; an
    aware datetime starts a clock that stands still until advance(). traps: names of
    traps_available(). latency: seconds before every answer. become() shows another site.
    """

    def __init__(
        self,
        size: str = "small",
        seed: int = 1,
        now: datetime | None = None,
        port: int = 0,
        traps: str | Iterable[str] = (),
        latency: float = 0.0,
    ) -> None:
        if size not in NAMES:
            raise ValueError(f"size must be one of {', '.join(NAMES)}")
        self._port = port
        self._socket: socket.socket | None = None
        self._stopped = False
        self.cloud_id = group_id(seed, 1_000_003)
        self.token = f"ATATT3xFfGF0{one(seed, 81, 1):016x}{one(seed, 81, 2):016x}=DEMO"
        self.scoped_token = f"ATATT3xFfGF0{one(seed, 82, 1):016x}{one(seed, 82, 2):016x}=SCOPED"
        self._desk = self._opened(partial(build, size, seed), now, traps, Habits())
        self._app = App(self._desk, self._accounts(), Traps(self._desk.traps), latency)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @staticmethod
    def traps_available() -> dict[str, str]:
        """Names of traps and of groups of them, each with a sentence."""
        return trap_registry.available()

    # -- running

    @property
    def host(self) -> str:
        """The address without its scheme; the port is taken when it is first asked for."""
        return self.url.removeprefix("http://")

    @property
    def url(self) -> str:
        if not self._desk.base:
            self._bind()
        return self._desk.base

    def _bind(self) -> socket.socket:
        if self._stopped:
            raise RuntimeError("a stopped site cannot be started again")
        if self._socket is None:
            # The protocol is named because asyncio turns Nagle's algorithm off only then:
            # without it every kept-alive request costs 40 ms.
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                made.bind(("127.0.0.1", self._port))
            except OSError:
                made.close()
                raise
            self._socket = made
            self._desk.be_at(f"http://127.0.0.1:{made.getsockname()[1]}")
        return self._socket

    def start(self) -> Self:
        """Serve from a thread of its own; returns once requests are answered."""
        if self._thread is not None:
            return self
        sockets = [self._bind()]
        self._server = _server(self._app)
        server = self._server
        self._thread = threading.Thread(
            target=lambda: server.run(sockets=sockets), name="demo-site", daemon=True
        )
        self._thread.start()
        until = time.monotonic() + 20
        while not server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the demo site did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """End the server and free the port."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(10)
            self._server = self._thread = None
        self._stopped = True
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- looking on

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        """What was served: (method, path template, status)."""
        return list(self._app.requests)

    def reset_requests(self) -> None:
        self._app.requests.clear()

    @property
    def now(self) -> datetime:
        """The site's own clock."""
        return from_ms(self._desk.clock())

    def truth(
        self, days: int = 30, timezone: str = "UTC", project_roles: bool = True
    ) -> dict[str, list[Row]]:
        """The datasets users, licenses, access, activity and daily, as of the site's clock."""
        with self._app.lock:
            self._desk.tick()
            return truth_rules.datasets(self._desk, days, timezone, project_roles)

    # -- changing things

    def become(
        self,
        source: Source,
        now: datetime,
        traps: str | Iterable[str] = (),
        habits: Habits | None = None,
    ) -> None:
        """Show another site at the same address, to the same token; its clock stands at now."""
        with self._app.lock:
            self._desk = self._opened(source, now, traps, habits or Habits())
            self._app.desk, self._app.accounts = self._desk, self._accounts()
            self._app.traps = Traps(self._desk.traps)
            self._app.requests.clear()

    def _opened(
        self,
        source: Source,
        now: datetime | None,
        traps: str | Iterable[str],
        habits: Habits,
    ) -> Desk:
        names = trap_registry.chosen(traps)
        fixed = start_ms(now)
        begin = fixed if fixed is not None else int(time.time() * 1000)
        begin += SKEW_MS if "skewed_clock" in names else 0
        world = World(source, begin)
        company: Company = world.company
        self.email = company.email(company.admin, begin) or ""
        self.account_id = company.account_id(company.admin)
        base = f"http://127.0.0.1:{self._socket.getsockname()[1]}" if self._socket else ""
        return Desk(world, base, self.cloud_id, names, fixed, habits)

    def _accounts(self) -> Accounts:
        return Accounts(self.email, self.token, self.scoped_token)

    def advance(self, step: timedelta) -> None:
        """Move the clock on: what was bound to happen until then has happened."""
        if step < timedelta(0):
            raise ValueError("time does not run backwards")
        with self._app.lock:
            self._desk.moved_ms += as_ms(step)
            self._desk.tick()

    def deny(self, permission: str) -> None:
        """Take "BROWSE_USERS", "ADMINISTER" or "PROJECT:KEY" away from the caller."""
        known = permission in ("BROWSE_USERS", "ADMINISTER")
        if not known and not permission.startswith("PROJECT:"):
            raise ValueError(f"unknown permission: {permission}")
        with self._app.lock:
            self._desk.denied.add(permission)

    def allow(self, permission: str) -> None:
        """Give back what was denied."""
        with self._app.lock:
            self._desk.denied.discard(permission)

    def revoke_token(self) -> None:
        """From now on every token is wrong."""
        with self._app.lock:
            self._desk.revoked = True


def _server(app: App) -> uvicorn.Server:
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", ws="none", http="h11",
        date_header=False, server_header=False, timeout_graceful_shutdown=1,
        timeout_keep_alive=75, h11_max_incomplete_event_size=1 << 20,
    )  # fmt: skip
    return uvicorn.Server(config)


def serve(
    size: str = "small",
    seed: int = 1,
    port: int = 0,
    traps: str | Iterable[str] = (),
    latency: float = 0.0,
    ready: Callable[[DemoSite], object] | None = None,
) -> None:
    """Serve a site until interrupted; ready(site) is called once it answers."""
    with DemoSite(size=size, seed=seed, port=port, traps=traps, latency=latency) as site:
        if ready is not None:
            ready(site)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return
