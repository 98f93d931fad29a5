"""Which simulated site does everybody read, and what did serving it cost?

The site runs in a process of its own, so that its processor time is told apart from the
client's. Its clock stands still: everybody reads the same site, to the very event, and
what it was asked before it answers by heart.
"""

from __future__ import annotations

import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .by_heart import ByHeart
from .certificate import Certificate, make_certificate
from .child import CommandFailed, peak_mb
from .gate import Call, Gate

NOW = datetime(2026, 11, 18, 15, 20, 31, 417000, tzinfo=UTC)
SEED = 1
LONGEST_START = 900


@dataclass(frozen=True)
class Address:
    """Where a site is and who may log in; `tls_url` is the same site behind https."""

    url: str
    email: str
    token: str
    tls_url: str = ""
    certificate: Path | None = None

    @property
    def host(self) -> str:
        return self.url.split("/")[2]


@dataclass(frozen=True)
class Served:
    """What a site did since it was last reset; `cpu_s` of its process, `peak_mb` of all time."""

    calls: list[Call]
    most_at_once: int
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class Truth:
    """What there was to find: events as (kind, source_id, account_id, issue_id, at in ms)."""

    events: list[tuple[str, str, str, str, int]]
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass
class Site:
    """A simulated site in a process of its own. Use as a context manager.

    `rate`: the burst limit per method and endpoint, in requests a second. `tls`: a folder
    for a certificate; then the site is also reached by https.
    """

    size: str
    latency: float = 0.0
    rate: float | None = None
    tls: Path | None = None
    address: Address = field(init=False)

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        certificate = make_certificate(self.tls) if self.tls else None
        how = (theirs, self.size, self.latency, self.rate, certificate)
        self._process = context.Process(target=_serve, args=how, daemon=True)
        self._process.start()
        theirs.close()
        try:
            if not self._pipe.poll(LONGEST_START):
                raise EOFError
            self.address = self._pipe.recv()
        except EOFError:
            raise CommandFailed("the simulated site did not start") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.join(30)
        if self._process.is_alive():
            self._process.kill()

    def _ask(self, what: str, *how: Any) -> Any:
        self._pipe.send((what, how))
        return self._pipe.recv()

    def reset(self) -> None:
        """Forgets what was served."""
        self._ask("reset")

    def served(self) -> Served:
        served: Served = self._ask("served")
        return served

    def truth(self) -> Truth:
        truth: Truth = self._ask("truth")
        return truth

    def advance(self, days: float) -> None:
        """Moves the site's clock on."""
        self._ask("advance", days)

    def answer_at_once(self) -> None:
        """From now on without latency."""
        self._ask("answer_after", 0.0)

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Meanwhile answers come without latency; whatever is asked is known by heart then."""
        self.answer_at_once()
        yield
        self._ask("answer_after", self.latency)


@dataclass
class _Host:
    """The far end: carries out what the pipe asks for."""

    site: Any
    gate: Gate
    began_cpu: float = 0.0

    def reset(self) -> None:
        self.gate.reset()
        self.began_cpu = time.process_time()

    def served(self) -> Served:
        cpu = time.process_time() - self.began_cpu
        peak = peak_mb(resource.getrusage(resource.RUSAGE_SELF))
        return Served(list(self.gate.calls), self.gate.most_at_once, cpu, peak)

    def truth(self) -> Truth:
        told = self.site.truth(days=30, timezone="UTC", project_roles=False)
        events = [
            (e["kind"], e["source_id"], e["account_id"], e["issue_id"], _ms(e["at"]))
            for e in told["activity"]
        ]
        people = frozenset(row["account_id"] for row in told["access"])
        groups = frozenset(name for row in told["access"] for name in row["groups"])
        return Truth(events, people, groups)

    def advance(self, days: float) -> None:
        self.site.advance(timedelta(days=days))
        self.gate.app.forget()

    def answer_after(self, latency: float) -> None:
        self.gate.app.latency = latency


def _ms(text: str) -> int:
    at = datetime.fromisoformat(text)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _serve(
    pipe: Pipe, size: str, latency: float, rate: float | None, certificate: Certificate | None
) -> None:
    """The process of the site: serves until the other end of the pipe is closed."""
    from jira_usage.demo import DemoSite

    site = DemoSite(size=size, seed=SEED, now=NOW, latency=latency)
    gate = Gate(ByHeart(site._app), rate)
    site._app = gate  # type: ignore[assignment]  # any ASGI app will do
    with site:
        tls_url, path = ("", None)
        if certificate is not None:
            tls_url, path = _serve_tls(gate, certificate), certificate.public
        host = _Host(site, gate)
        pipe.send(Address(site.url, site.email, site.token, tls_url, path))
        while True:
            try:
                what, how = pipe.recv()
            except EOFError:
                return
            act: Callable[..., Any] = getattr(host, what)
            pipe.send(act(*how))


def _serve_tls(gate: Gate, certificate: Certificate) -> str:
    """The same application behind https, in a thread of its own; returns its address."""
    import socket

    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        gate, log_level="critical", access_log=False, lifespan="off", ws="none", http="h11",
        ssl_certfile=certificate.public, ssl_keyfile=certificate.private,
    )  # fmt: skip
    server = uvicorn.Server(config)
    threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True).start()
    while not server.started:
        time.sleep(0.005)
    return f"https://127.0.0.1:{listening.getsockname()[1]}"
