"""When the admin's own export last saw people: account ids and dates, kept as a note of the site.

The uploaded file is not kept, nor any name or address of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from jira_usage.errors import StoreDamaged
from jira_usage.store import SiteStore

NOTE = "last_seen"
FORMAT = 1


@dataclass(frozen=True)
class LastSeen:
    """What one upload told of this site's accounts.

    seen: account_id → the last day (UTC) it was seen, None where the file says never.
    apps: account_id → product_key → that day in one product. columns: those that were
    taken. anywhere: the file tells of any Atlassian product, not of Jira.
    """

    uploaded_at: int  # epoch ms
    seen: Mapping[str, date | None]
    apps: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    anywhere: bool = False

    @property
    def dates(self) -> dict[str, date]:
        """Whoever was seen, and when."""
        return {account_id: day for account_id, day in self.seen.items() if day is not None}

    def to_json(self) -> bytes:
        return orjson.dumps(
            {
                "format": FORMAT,
                "uploaded_at": self.uploaded_at,
                "columns": self.columns,
                "anywhere": self.anywhere,
                "seen": self.seen,
                "apps": self.apps,
            }
        )

    @classmethod
    def from_json(cls, text: bytes) -> LastSeen:
        """StoreDamaged for anything but what to_json writes."""
        try:
            told = orjson.loads(text)
            if told["format"] != FORMAT or type(told["uploaded_at"]) is not int:
                raise ValueError("another format")
            return cls(
                told["uploaded_at"],
                {str(one): _date(day) for one, day in told["seen"].items()},
                {str(one): _dates(days) for one, days in told["apps"].items()},
                tuple(str(name) for name in told["columns"]),
                bool(told["anywhere"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreDamaged(
                "What was kept of the admin's export can't be read.",
                "Upload the export again on the page Renewal.",
            ) from None


def load_last_seen(kept: SiteStore) -> LastSeen | None:
    """What the last upload told, None where there was none; StoreDamaged where unreadable."""
    text = kept.note(NOTE)
    return LastSeen.from_json(text) if text else None


def save_last_seen(kept: SiteStore, told: LastSeen) -> None:
    """Puts an upload in the place of the last one."""
    kept.change_note(NOTE, lambda _: told.to_json())


def forget_last_seen(kept: SiteStore) -> None:
    """Keeps nothing of any upload."""
    kept.change_note(NOTE, lambda _: b"")


def _date(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _dates(told: Mapping[str, Any]) -> dict[str, date]:
    return {str(key): date.fromisoformat(day) for key, day in told.items()}
