"""Bad weather between the app and the site: an HTTP server that spoils answers by a dice.

It serves the simulated site's answers over sockets of its own, so that it can cut, drip,
garble and delay them. It notes each request that came again before Retry-After had passed.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from jira_usage.demo import DemoSite

SPEED = 25.0
"""Weather passes this much faster than it says: a Retry-After of 1 is over in 0.04 s."""
TOO_LATE = 0.7
_HTML = b"<html><head><title>Bad gateway</title></head><body>nginx</body></html>"

FAULTS = (
    "429", "429 with Retry-After", "429 with a date", "503 as HTML", "502 as HTML",
    "503 with Retry-After", "reset before an answer", "reset in an answer", "truncated JSON",
    "garbled JSON", "deep JSON", "a slow drip", "no answer in time", "another host",
)  # fmt: skip
PASSING = tuple(fault for fault in FAULTS if fault != "another host")
ODD_VALUE = "an odd value"
"""Not one of FAULTS: a value that is plausible and false can't be told from a true one."""
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 2**31, 2**63, 2**70, -(2**70), 1.5, 1e300, "", "0", "x", "\x00",
    "=1+1", "\u202e", "2026-11-18T10:00:00.000+0000", "9999-99-99", "a" * 5000, [], [None], [[]],
    [{}], ["x", 1], {}, {"id": None}, {"accountId": ["x"]}, {"a": {"b": []}},
)  # fmt: skip


class Sky:
    """The weather over one site. `storm` is how likely an answer is spoilt, and by what.

    `events` happen once, when so many requests have come: (number, what to do).
    """

    def __init__(self, site: DemoSite) -> None:
        self.site = site
        self.dice = random.Random(0)
        self.faults: tuple[str, ...] = ()
        self.chance = 0.0
        self.events: list[tuple[int, Callable[[], object]]] = []
        self.met: Counter[str] = Counter()
        self.hasty: list[str] = []
        self.requests = 0
        self.methods: set[tuple[str, str]] = set()
        self._not_before: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def set(self, seed: int, faults: tuple[str, ...] = (), chance: float = 0.0) -> None:
        """Other weather from now on; what was noted is forgotten."""
        with self._lock:
            self.dice, self.faults, self.chance = random.Random(seed), faults, chance
            self.events, self.requests = [], 0
            self.met.clear()
            self.hasty.clear()
            self._not_before.clear()

    def next_fault(self, key: tuple[str, ...]) -> str:
        with self._lock:
            self.requests += 1
            self.methods.add((key[0], key[1]))
            due = [what for number, what in self.events if number == self.requests]
            if time.monotonic() < self._not_before.pop(key, 0.0):
                self.hasty.append(f"{key[0]} {key[1]} came again too soon")
            chosen = self.faults and self.dice.random() < self.chance
            fault = self.dice.choice(self.faults) if chosen else ""
            self.met[fault] += bool(fault)
        for what in due:
            self.met["event"] += 1
            what()
        return fault

    def hold(self, key: tuple[str, ...], seconds: float) -> None:
        with self._lock:
            self._not_before[key] = time.monotonic() + seconds / SPEED


def with_odd_value(body: bytes, dice: random.Random) -> bytes:
    """The same answer with something in it replaced, left out or said twice."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    whole = {"": document}
    inside: Any = whole
    key: Any = ""
    while isinstance(inside[key], dict | list) and inside[key]:
        if inside is not whole and dice.random() < 0.25:
            break
        inside = inside[key]
        key = dice.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
    match dice.randrange(8):
        case 0:
            del inside[key]
        case 1 if isinstance(inside, list):
            inside.insert(0, inside[key])
        case _:
            inside[key] = dice.choice(ODD)
    return json.dumps(whole.get("")).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that is cut is what this server is for."""


def _handler(sky: Sky) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer()

        do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET  # noqa: N815 - http.server's

        def log_message(self, format: str, *told: Any) -> None:
            """Silent."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            key = (self.command, path, query, body.decode("latin-1"))
            fault = sky.next_fault(key)
            if fault == "no answer in time":
                time.sleep(TOO_LATE)
                return self._cut()
            if fault == "reset before an answer":
                return self._cut()
            app = sky.site._app
            with app.lock:
                reply = app.answer(self.command, path, query, headers, body)
                now = app.desk.clock() / 1000
            told = {"Content-Type": reply.kind, "Date": formatdate(now, usegmt=True)}
            told |= {name: value for name, value in reply.headers.items() if value}
            self._spoil(fault, reply.status, reply.body, told, key, now)

        def _spoil(
            self, fault: str, status: int, body: bytes, headers: dict[str, str],
            key: tuple[str, ...], now: float,
        ) -> None:  # fmt: skip
            wait = sky.dice.randint(1, 3)
            html = {"Content-Type": "text/html", "Date": headers["Date"]}
            match fault:
                case "429":
                    self._send(429, b"{}", headers)
                case "429 with Retry-After":
                    sky.hold(key, wait)
                    self._send(429, b"{}", headers | {"Retry-After": str(wait)})
                case "429 with a date":
                    sky.hold(key, wait)
                    until = formatdate(int(now) + wait, usegmt=True)
                    date = formatdate(int(now), usegmt=True)
                    self._send(429, _HTML, html | {"Retry-After": until, "Date": date})
                case "503 as HTML":
                    self._send(503, _HTML, html)
                case "502 as HTML":
                    self._send(502, _HTML, html)
                case "503 with Retry-After":
                    sky.hold(key, wait)
                    self._send(503, b"{}", headers | {"Retry-After": str(wait)})
                case "reset in an answer":
                    self._send(status, body, headers, stop_at=len(body) // 2)
                    self._cut()
                case "truncated JSON":
                    self._send(status, body[: max(1, len(body) - 3)], headers)
                case "garbled JSON":
                    spoilt = bytearray(body)
                    place = sky.dice.randrange(len(spoilt))
                    spoilt[place : place + 8] = b"\x00\xff{]\xfe,::"
                    self._send(status, bytes(spoilt), headers)
                case "an odd value":
                    self._send(status, with_odd_value(body, sky.dice), headers)
                case "deep JSON":
                    self._send(status, b"[" * 3000 + b"]" * 3000, headers)
                case "a slow drip":
                    self._send(status, body, headers, stop_at=len(body) // 2)
                    time.sleep(0.1)
                    self.wfile.write(body[len(body) // 2 :])
                case "another host":
                    self._send(302, b"", html | {"Location": "https://evil.example/login"})
                case _:
                    self._send(status, body, headers)

        def _send(
            self, status: int, body: bytes, headers: dict[str, str], stop_at: int | None = None
        ) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if stop_at is None else body[:stop_at])

        def _cut(self) -> None:
            """Ends the connection with a reset, as a machine on the way would."""
            reset = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            self.close_connection = True
            self.connection.close()

    return Handler
