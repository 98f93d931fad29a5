"""JSON of any depth: what is nested deeper than anything that is read here is left out."""

from __future__ import annotations

import re

DEEPEST = 100
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def pruned(content: bytes) -> bytes:
    """The text with null in place of what opens deeper than DEEPEST and is closed again.

    People quote quotes in quotes: one comment may be nested more deeply than parsers
    allow, and must not stop the reading of all others.
    """
    kept: list[bytes] = []
    depth, start = 0, 0
    for token in _TOKEN.finditer(content):
        if token[0] in b"[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept.append(content[start : token.start()])
        elif token[0] in b"]}":
            if depth == DEEPEST + 1:
                kept.append(b"null")
                start = token.end()
            depth -= 1
    # What was never closed is no JSON: its rest says so.
    return b"".join([*kept, content[start:]]) if depth == 0 else content
