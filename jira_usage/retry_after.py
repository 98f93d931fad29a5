"""How long does an answer ask to wait? Jira says it in several ways, and sometimes not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

LIMITED = 429
_FRACTION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")


def retry_after(status: int, headers: Mapping[str, str]) -> float:
    """Seconds that an answer asks to wait, 0 where it does not say (JRACLOUD-82801).

    A date is read by the site's own clock, where the answer tells it: this one may differ.
    """
    for name in ("Retry-After", "Beta-Retry-After"):
        if value := headers.get(name, "").strip():
            if _FRACTION.fullmatch(value):  # no standard has it, and proxies send it
                return float(value)
            try:
                date = headers.get("Date", "")
                if date and not value.isdecimal():
                    wait = parsedate_to_datetime(value) - parsedate_to_datetime(date)
                    return max(0.0, wait.total_seconds())
                return max(0.0, float(Retry().parse_retry_after(value)))
            except (InvalidHeader, ValueError, OverflowError, TypeError):
                continue
    return _until_reset(headers) if status == LIMITED else 0.0


def _until_reset(headers: Mapping[str, str]) -> float:
    """Seconds until a limit is lifted, by the site's own clock, where it tells both."""
    try:
        reset = datetime.fromisoformat(headers["X-RateLimit-Reset"])
        told = parsedate_to_datetime(headers["Date"])
        return max(0.0, (reset.astimezone(UTC) - told.astimezone(UTC)).total_seconds())
    except (KeyError, ValueError, TypeError, OverflowError):
        return 0.0
