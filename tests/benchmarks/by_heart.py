"""Answers that were given before, without working them out again.

A simulated site shares its processor with whoever reads it. A sync that reads a site which
knows its answers by heart is measured against the wire, and not against the simulation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Key = tuple[str, str, bytes, tuple[tuple[bytes, bytes], ...], bytes]


class ByHeart:
    """Stands before the ASGI application of a site whose clock stands still.

    What is not known is asked of the site, and known from then on. `latency`: seconds
    before each answer, known or not.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.latency: float = app.latency
        app.latency = 0.0
        self._known: dict[Key, list[Message]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def forget(self) -> None:
        """After the site has changed."""
        self._known.clear()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        await asyncio.sleep(self.latency)
        headers = tuple((name, value) for name, value in scope["headers"])
        key = (scope["method"], scope["path"], scope["query_string"], headers, body)
        for message in self._known.get(key) or await self._learn(key, scope):
            await send(dict(message))

    async def _learn(self, key: Key, scope: Message) -> list[Message]:
        said: list[Message] = []

        async def heard() -> Message:
            return {"type": "http.request", "body": key[-1]}

        async def kept(message: Message) -> None:
            said.append(message)

        await self.app(scope, heard, kept)
        self._known[key] = said
        return said
