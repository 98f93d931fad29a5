"""What does version 2 of the API say in place of version 3? Older clients ask for it, or for the
`latest`, which is 2 on Jira Cloud. Both versions stand side by side.

Links name the version, and comments, descriptions and the notes of work logs are plain text
instead of documents.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

_OLDER = re.compile(r"^/rest/api/(?:2|latest)(?=/)")
V2, V3 = "/rest/api/2/", "/rest/api/3/"


def as_version_3(path: str) -> str:
    """The path of version 3 that serves a path of any version."""
    return _OLDER.sub("/rest/api/3", path)


def as_version_2(body: bytes, base: str) -> bytes:
    """An answer of version 3 in the words of version 2; base is what links begin with."""
    try:
        document = _plain(orjson.loads(body))
    except ValueError:  # a page, or an answer that a trap has cut
        return body
    told = orjson.dumps(document)
    return told.replace(f"{base}{V3}".encode(), f"{base}{V2}".encode())


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "doc":
        return _text(value)
    return {name: _plain(one) for name, one in value.items()}


def _text(node: dict[str, Any]) -> str:
    """The text of a document's node and all that is in it."""
    return str(node.get("text", "")) + "".join(_text(one) for one in node.get("content", ()))
