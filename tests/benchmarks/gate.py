"""What was asked of the simulated site, when, and was it within the burst limit?"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from .endpoints import endpoint_finder
from .token_bucket import TokenBucket
from .transitions import asked_for, with_transitions

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_REFUSED = b'{"errorMessages":["Rate limit exceeded."],"errors":{}}'


@dataclass
class Call:
    """One request as the site saw it. Times in seconds of one clock; `wait` as Retry-After."""

    method: str
    path: str
    query: str
    body: bytes
    endpoint: str
    came_at: float
    left_at: float = 0.0
    status: int = 0
    wait: int = 0

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


class Gate:
    """Stands before the ASGI application of a site; what it does not know is the site's own.

    `rate`: requests a second that each method and endpoint answers; None is no limit.
    """

    def __init__(self, app: Any, rate: float | None = None) -> None:
        self.app = app
        self.calls: list[Call] = []
        self.most_at_once = 0
        self._rate = rate
        self._endpoint = endpoint_finder()
        self._at_once = 0
        self._buckets: dict[str, TokenBucket] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def reset(self) -> None:
        """Forgets what was asked so far."""
        self.calls, self.most_at_once = [], 0
        self._buckets.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        query = scope["query_string"].decode()
        method, path = scope["method"], scope["path"]
        call = Call(method, path, query, b"", self._endpoint(method, path), time.monotonic())
        self.calls.append(call)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)

        async def heard() -> Message:
            message = await receive()
            call.body += message.get("body", b"")
            return message

        async def said(message: Message) -> None:
            call.status = message.get("status", call.status)
            await send(message)
            call.left_at = time.monotonic()

        try:
            if wait := self._wait(call):
                await self._refuse(call, wait, heard, said)
            elif asked_for(query):
                await with_transitions(self.app, scope, heard, said)
            else:
                await self.app(scope, heard, said)
        finally:
            self._at_once -= 1

    def _wait(self, call: Call) -> float:
        if self._rate is None:
            return 0.0
        bucket = self._buckets.setdefault(call.endpoint, TokenBucket(self._rate))
        return bucket.wait(call.came_at)

    async def _refuse(self, call: Call, wait: float, receive: Receive, send: Send) -> None:
        """What a burst limit answers: whole seconds, and one at the least."""
        while (await receive()).get("more_body"):
            pass
        call.wait = max(1, math.ceil(wait))
        await asyncio.sleep(self.app.latency)
        headers = {
            b"content-type": b"application/json;charset=UTF-8",
            b"content-length": str(len(_REFUSED)).encode(),
            b"retry-after": str(call.wait).encode(),
            b"x-ratelimit-remaining": b"0",
            b"ratelimit-reason": b"jira-burst-based",
        }
        await send({"type": "http.response.start", "status": 429, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": _REFUSED})


def by_endpoint(calls: list[Call]) -> dict[str, list[Call]]:
    """The calls of each method and endpoint, in the order in which they came."""
    found: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        found[call.endpoint].append(call)
    return found
