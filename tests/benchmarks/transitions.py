"""What does a search answer that is asked for transitions? Jira adds them; the demo does not.

A client that expands them breaks without them. Nothing here counts them, so none is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import orjson

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def asked_for(query: str) -> bool:
    """Whether a query string expands transitions."""
    return any("transitions" in text for text in parse_qs(query).get("expand", []))


async def with_transitions(app: Any, scope: Message, receive: Receive, send: Send) -> None:
    """Passes a request on to a site and gives each issue of its answer no transitions."""
    start: Message = {}
    pieces: list[bytes] = []

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            pieces.append(message.get("body", b""))

    # Without gzip the answer can be read here.
    headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"accept-encoding"]
    await app({**scope, "headers": headers}, receive, kept)
    body = b"".join(pieces)
    if start["status"] == 200:
        document = orjson.loads(body)
        for issue in document.get("issues", []):
            issue["transitions"] = []
        body = orjson.dumps(document)
    told = [(k, v) for k, v in start["headers"] if k != b"content-length"]
    told.append((b"content-length", str(len(body)).encode()))
    await send({**start, "headers": told})
    await send({"type": "http.response.body", "body": body})
