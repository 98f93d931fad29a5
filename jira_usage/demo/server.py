"""How is the site reached over HTTP? Routing, login, faults, headers and compression."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import threading
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from jira_usage.demo import (
    endpoints_acts,
    endpoints_people,
    endpoints_projects,
    endpoints_search,
    endpoints_site,
)
from jira_usage.demo.desk import DRIFT_MS, ROUTES, Ask, Desk, Refusal, Route
from jira_usage.demo.faults import Fault
from jira_usage.demo.traps import Traps, empty_pages_left
from jira_usage.demo.version2 import as_version_2, as_version_3

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ENDPOINTS = (
    endpoints_acts,
    endpoints_people,
    endpoints_projects,
    endpoints_search,
    endpoints_site,
)
_GATEWAY = re.compile(r"^/ex/jira/([^/]+)(/.*)$")
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full "
    "migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_JSON_TYPE = "application/json;charset=UTF-8"
_HTML_TYPE = "text/html;charset=UTF-8"
_WORTH_GZIP = 1400


@dataclass
class Reply:
    """An answer before it goes out."""

    status: int
    body: bytes
    kind: str = _JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    template: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Accounts:
    """Who may log in, and where."""

    email: str
    token: str
    scoped_token: str


def _compile(route: Route) -> tuple[re.Pattern[str], Route]:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.template)
    return re.compile(f"^{pattern}/?$"), route


def json_reply(status: int, document: Any, template: str = "") -> Reply:
    return Reply(status, orjson.dumps(document), template=template)


class App:
    """The ASGI application of one site."""

    def __init__(self, desk: Desk, accounts: Accounts, traps: Traps, latency: float) -> None:
        self.desk, self.accounts, self.traps, self.latency = desk, accounts, traps, latency
        self.lock = threading.RLock()
        self.requests: list[tuple[str, str, int]] = []
        exact: dict[str, list[Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], Route]] = []
        for route in ROUTES:
            if "{" in route.template:
                self._patterns.append(_compile(route))
            else:
                exact.setdefault(route.template, []).append(route)
        self._exact = exact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if self.latency:
            await asyncio.sleep(self.latency)
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        with self.lock:
            reply = self.answer(
                scope["method"], scope["path"], scope["query_string"].decode(), headers, body
            )
            self.requests.append((scope["method"], reply.template, reply.status))
            date = formatdate(self.desk.clock() / 1000, usegmt=True)
        await _send(reply, headers, date, send)

    def answer(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        """The answer to a request; knows nothing of sockets."""
        if path == "/_edge/tenant_info":
            return json_reply(200, {"cloudId": self.desk.cloud_id}, path)
        gateway = _GATEWAY.match(path)
        if gateway:
            if gateway[1] != self.desk.cloud_id:
                return Reply(404, b'{"code":404,"message":"Not Found"}', template=path)
            path = gateway[2]
        if not path.startswith("/rest/"):
            return _page(path)
        asked, path = path, as_version_3(path)
        login = self._login(headers.get("authorization"), bool(gateway))
        if isinstance(login, Reply):
            login.template = self._template(method, path)
            return login
        reply = self._rest(method, path, query, body, anonymous=login != "in")
        if asked != path:
            reply.body = as_version_2(reply.body, self.desk.base)
        if login == "in":
            reply.headers.setdefault(
                "X-AAccountId", self.desk.world.company.account_id(self.desk.world.company.admin)
            )
        elif login == "failed":
            reply.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
        reply.headers.setdefault("X-RateLimit-Limit", "350")
        reply.headers.setdefault("X-RateLimit-Remaining", "340")
        return reply

    def _template(self, method: str, path: str) -> str:
        route, _ = self._find(method, path)
        return route.template if route else path

    def _login(self, header: str | None, gateway: bool) -> str | Reply:
        """ "in", "failed" or "out"; a Reply where the door itself answers."""
        known = self._who(header)
        good = not self.desk.revoked
        if gateway:
            if good and known in ("token", "scoped"):
                return "in"
            return json_reply(401, {"code": 401, "message": "Unauthorized"})
        if known == "scoped":
            return json_reply(401, {"code": 401, "message": "Unauthorized"})
        if known == "token" and good:
            return "in"
        return "out" if header is None else "failed"

    def _who(self, header: str | None) -> str:
        if not header or not header.lower().startswith("basic "):
            return ""
        try:
            email, _, token = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        if email.lower() != self.accounts.email.lower():
            return ""
        return {self.accounts.token: "token", self.accounts.scoped_token: "scoped"}.get(token, "")

    def _find(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        path = path.rstrip("/")
        for route in self._exact.get(path, []):
            if route.method == method:
                return route, {}
        for pattern, route in self._patterns:
            if route.method == method and path not in self._exact:
                match = pattern.match(path)
                if match:
                    return route, {k: unquote(v) for k, v in match.groupdict().items()}
        return None, {}

    def _rest(self, method: str, path: str, query: str, body: bytes, *, anonymous: bool) -> Reply:
        if re.match(r"^/rest/api/3/search/?$", path):
            refused = Refusal(410, _REMOVED)
            return json_reply(410, refused.document, path)
        route, found = self._find(method, path)
        if route is None:
            text = f"null for uri: {path}"
            return json_reply(404, {"errorMessages": [text], "errors": {}}, path)
        if "drift" in self.traps.names:
            self.desk.moved_ms += DRIFT_MS
        name = f"{method} {route.template}"
        fault = self.traps.fault(
            name, route.template, self.desk.clock(), anonymous_capable=route.anonymous
        )
        if fault is not None and fault.headers:
            return _faulty(fault, route.template)
        if anonymous and not route.anonymous:
            text = "Client must be authenticated to access this resource."
            return json_reply(401, {"errorMessages": [text], "errors": {}}, route.template)
        stranger = fault is not None and fault.name == "anonymous_200"
        reply = self._serve(route, name, found, query, body, anonymous=anonymous or stranger)
        if stranger:
            reply.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
            reply.headers["X-AAccountId"] = ""  # left out when sent
        return _spoilt(reply, fault)

    def _serve(
        self, route: Route, name: str, found: dict[str, str], query: str, body: bytes,
        *, anonymous: bool,
    ) -> Reply:  # fmt: skip
        try:
            ask = Ask(
                route.method, route.template, found, parse_qs(query, keep_blank_values=True),
                _payload(body) if route.method == "POST" else {}, anonymous,
            )  # fmt: skip
            self.desk.tick()
            given = ask.body if route.method == "POST" else ask.query
            token = given.get("nextPageToken")
            token = token[0] if isinstance(token, list) and token else token
            if self.traps.refuses_token(name, token):
                raise Refusal(400, "The provided next page token is invalid or expired.")
            if empty_pages_left(token) >= 0:
                del given["nextPageToken"]
            document = self.traps.page(name, token, route.handler(self.desk, ask))
            document = self.traps.twisted(route.template, document)
        except Refusal as refusal:
            return json_reply(refusal.status, refusal.document, route.template)
        return json_reply(200, document, route.template)


def _faulty(fault: Fault, template: str) -> Reply:
    headers = {k: v for k, v in fault.headers.items() if k != "content-type"}
    return Reply(fault.status, fault.body, fault.headers["content-type"], headers, template)


def _payload(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refusal(400, "Invalid request payload. Refer to the REST API documentation.")
    return document


def _page(path: str) -> Reply:
    if path == "/":
        html = b"<!DOCTYPE html><html><head><title>Jira - demo site</title></head></html>"
        return Reply(200, html, _HTML_TYPE, template=path)
    html = b"<!DOCTYPE html><html><head><title>Page not found</title></head></html>"
    return Reply(404, html, _HTML_TYPE, template=path)


def _spoilt(reply: Reply, fault: Fault | None) -> Reply:
    """Third hook of the traps: the bytes on the wire."""
    if fault is not None and fault.name == "reset":
        reply.cut = True
    if fault is not None and fault.name == "truncated_json":
        reply.body = reply.body[: max(len(reply.body) * 2 // 3, 1)]
    return reply


async def _send(reply: Reply, asked: dict[str, str], date: str, send: Send) -> None:
    body = reply.body
    headers = {
        "Content-Type": reply.kind,
        "Server": "AtlassianEdge",
        "Date": date,
        "Cache-Control": "no-cache, no-store, no-transform",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    } | reply.headers
    if "gzip" in asked.get("accept-encoding", "") and len(body) > _WORTH_GZIP:
        press = zlib.compressobj(1, zlib.DEFLATED, 31)
        body = press.compress(body) + press.flush()
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items() if v],
        }
    )
    if reply.cut:  # leaving without the rest makes the server close the connection
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        return
    await send({"type": "http.response.body", "body": body})
