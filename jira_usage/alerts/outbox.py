"""Each alert arrives once: what was told over which channel, remembered in the store's notes.

An alert that no longer holds is forgotten, so that it is told anew when it comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from jira_usage.alerts.rules import Alert
from jira_usage.errors import JiraUsageError
from jira_usage.store import SiteStore

NOTE: Final = "alerts"
# A claim that was never confirmed is void then: whoever made it has stopped.
CLAIM_MS: Final = 15 * 60_000


class Channel(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str: ...

    def send(self, title: str, text: str) -> None:
        """Sends one alert; JiraUsageError where that did not work."""


@dataclass(frozen=True)
class Sent:
    """What became of some alerts."""

    told: int = 0
    trouble: str = ""


def deliver(
    alerts: Iterable[Alert], kept: SiteStore, channels: Sequence[Channel], now_ms: int
) -> Sent:
    """Sends what is news over every channel; what fails is sent at the next opportunity.

    `alerts` are all that hold now of those that this store remembers.
    """
    every = [
        (channel, alert, {f"{channel.name}:{key}" for key in alert.keys})
        for alert in alerts
        for channel in channels
    ]
    told, trouble = 0, ""
    news = _claim(kept, {key for _, _, keys in every for key in keys}, now_ms)
    for channel, alert, keys in every:
        if not keys & news:
            continue
        try:
            channel.send(alert.title, alert.text)
        except JiraUsageError as error:
            _settle(kept, keys, now_ms, sent=False)
            trouble = error.message
        else:
            _settle(kept, keys, now_ms, sent=True)
            told += 1
    return Sent(told, trouble)


def _claim(kept: SiteStore, holding: set[str], now_ms: int) -> set[str]:
    """What of it is news, and nobody else is telling at this moment; forgets all the rest."""
    news: set[str] = set()

    def change(note: bytes | None) -> bytes:
        nonlocal news
        memory = {key: entry for key, entry in _memory(note).items() if key in holding}
        news = {key for key in holding if not _is_told(memory.get(key), now_ms)}
        return orjson.dumps(memory | {key: {"at": now_ms, "sent": False} for key in news})

    if holding or kept.exists:
        kept.change_note(NOTE, change)
    return news


def _is_told(entry: object, now_ms: int) -> bool:
    if not isinstance(entry, Mapping):
        return False
    at = entry.get("at")
    young = isinstance(at, int) and now_ms - at < CLAIM_MS
    return entry.get("sent") is True or young


def _settle(kept: SiteStore, keys: Iterable[str], now_ms: int, *, sent: bool) -> None:
    wanted = set(keys)

    def change(note: bytes | None) -> bytes:
        memory = _memory(note)
        if sent:
            return orjson.dumps(memory | {key: {"at": now_ms, "sent": True} for key in wanted})
        told = {k: v for k, v in memory.items() if k not in wanted or v.get("sent") is True}
        return orjson.dumps(told)

    kept.change_note(NOTE, change)


def _memory(note: bytes | None) -> dict[str, Any]:
    """What was told; nothing where that can't be read: better told twice than never."""
    try:
        told = orjson.loads(note or b"{}")
    except ValueError:
        return {}
    return {k: v for k, v in told.items() if isinstance(v, dict)} if isinstance(told, dict) else {}
