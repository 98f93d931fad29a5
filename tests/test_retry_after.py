"""However an answer says how long to wait, no request comes before that."""

from __future__ import annotations

import pytest

from jira_usage.retry_after import retry_after

AT = "Sun, 29 Nov 2026 12:00:00 GMT"
IN_A_MINUTE = "Sun, 29 Nov 2026 12:01:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 7 "}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "0.25", "Date": AT}, 0.25),
        ({"Beta-Retry-After": "3"}, 3.0),
        ({"Retry-After": "soon", "Beta-Retry-After": "3"}, 3.0),
        ({"Retry-After": IN_A_MINUTE, "Date": AT}, 60.0),
        ({"Retry-After": AT, "Date": IN_A_MINUTE}, 0.0),
        ({"X-RateLimit-Reset": "2026-11-29T12:01Z", "Date": AT}, 60.0),
    ],
)
def test_what_is_told_is_waited(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(429, headers) == seconds


@pytest.mark.parametrize("value", ["", "-1", "inf", "nan", "1.5e9", "1,5", "soon", "9" * 5000])
def test_what_says_no_time_is_no_wait_and_no_trouble(value: str) -> None:
    assert retry_after(429, {"Retry-After": value}) == 0.0
