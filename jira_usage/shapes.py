"""What is taken of an answer, or of a part of it, that need not be what Jira documents."""

from __future__ import annotations

from typing import Any

from jira_usage.errors import PagingBroken

Documents = list[dict[str, Any]]


def document(value: object) -> dict[str, Any]:
    """An object; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def documents(value: object) -> Documents:
    """The objects of a list, without what else is in it; none where there is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def listed(value: object) -> Documents:
    """The objects of a list that must be there: its absence is no empty list."""
    if not isinstance(value, list):
        raise PagingBroken("An answer has not the shape that Jira documents.")
    return documents(value)
