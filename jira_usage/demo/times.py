"""How does the site write an instant? Milliseconds, and an offset without a colon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = 3_600_000


def to_ms(at: datetime) -> int:
    """Epoch milliseconds of an aware datetime."""
    if at.tzinfo is None:
        raise ValueError("a datetime without a time zone")
    delta = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def from_ms(ms: int, zone: ZoneInfo | None = None) -> datetime:
    whole = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return whole.astimezone(zone) if zone else whole


class Stamps:
    """Writes instants in one zone; shape is "jira" (+0200), "colon" (+02:00) or "z"."""

    def __init__(self, zone: ZoneInfo, shape: str = "jira") -> None:
        self.zone = ZoneInfo("UTC") if shape == "z" else zone
        self.shape = shape
        self._hours: dict[int, tuple[str, str, int]] = {}

    def __call__(self, ms: int) -> str:
        quarter, rest = divmod(ms, HOUR // 4)  # some zones are a quarter of an hour off
        known = self._hours.get(quarter)
        if known is None:
            at = from_ms(quarter * (HOUR // 4), self.zone)
            offset = at.strftime("%z")
            if self.shape == "z":
                offset = "Z"
            elif self.shape == "colon":
                offset = f"{offset[:3]}:{offset[3:]}"
            known = self._hours[quarter] = (at.strftime("%Y-%m-%dT%H:"), offset, at.minute)
        prefix, offset, minute = known
        minutes, rest = divmod(rest, 60_000)
        seconds, millis = divmod(rest, 1000)
        return f"{prefix}{minute + minutes:02d}:{seconds:02d}.{millis:03d}{offset}"


utc_text = Stamps(ZoneInfo("UTC"), "z")
"""Writes an instant as the public datasets do: 2026-11-20T12:00:00.000Z."""
