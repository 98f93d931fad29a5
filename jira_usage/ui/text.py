"""Words for people: hostile text made safe, instants, ages and numbers."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from jira_usage.metrics.words import plural
from jira_usage.period import find_zone, from_epoch_ms

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@])")
# Streamlit makes links of bare addresses even where their signs are escaped.
_ADDRESS = re.compile(r"(?i)(https?:)(?=//)|(www)(?=\.)")
_WORD_JOINER = "\u2060"
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
LONGEST_NAME = 200


def plain(text: str) -> str:
    """Jira's text on one line, without control characters and direction tricks."""
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace()
        or (character not in _BIDI and unicodedata.category(character) != "Cc")
    )
    return " ".join("".join(kept).split())


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """A name of Jira's as plain text; “…” ends one that is too long."""
    told = plain(name)
    return told if len(told) <= longest else told[: longest - 1].rstrip() + "…"


def safe_name(name: str) -> str:
    """A name of Jira's for places that read Markdown, and no longer than names are."""
    return safe(short(name))


def safe(text: str) -> str:
    """Jira's text for places that read Markdown: it comes out as typed, and does nothing.

    Sentences of the app's own are never cut, whatever names are in them.

    Streamlit's Markdown fetches images, makes links and knows `:material/…:`, `:red[…]` and `$…$`.
    """
    unlinked = _ADDRESS.sub(lambda found: found.group() + _WORD_JOINER, plain(text))
    return _MARKDOWN.sub(r"\\\1", unlinked)


def age(seconds: float) -> str:
    """How long ago, in the largest unit that says enough: “5 min ago”, “3 days ago”."""
    if seconds >= 86_400:
        return f"{plural(int(seconds // 86_400), 'day')} ago"
    if seconds >= 3_600:
        return f"{int(seconds // 3_600)} h ago"
    return f"{int(seconds // 60)} min ago" if seconds >= 60 else "just now"


def duration(seconds: float) -> str:
    """“3.2 s”, “48 s”, “2 min 5 s”."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def local_time(ms: int, zone: str) -> datetime:
    """The instant by the zone's clocks."""
    return from_epoch_ms(ms).astimezone(find_zone(zone))


def moment(ms: int, zone: str) -> str:
    """“Nov 23, 2026, 14:03” by the zone's clocks."""
    at = local_time(ms, zone)
    return f"{at:%b} {at.day}, {at:%Y, %H:%M}"
