"""The words people read for the words that tables use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from jira_usage.decisions import KEEP, PROTECT, RELEASE
from jira_usage.schema import COUNTED_KINDS, ISSUE_CREATED, KINDS

WORKED, NO_WORK, CANNOT_TELL = "worked", "none", "unknown"
STANDING_WORDS: Final = {
    WORKED: "Worked",
    NO_WORK: "No work found",
    CANNOT_TELL: "Can't tell",
}

WORKING, COOLING, QUIET, GONE, NEVER = "working", "cooling", "quiet", "no_work", "never"
NEW, PROTECTED, UNCLEAR = "new", "protected", "cannot_tell"
VERDICT_WORDS: Final = {
    WORKING: "Working",
    COOLING: "Cooling",
    QUIET: "Quiet",
    GONE: "No work found in {quiet} days",
    NEVER: "Never seen working",
    NEW: "New",
    PROTECTED: "Protected",
    UNCLEAR: "Cannot tell",
}
HIGH, MEDIUM, LOW = "high", "medium", "low"
CONFIDENCE_WORDS: Final = {HIGH: "High", MEDIUM: "Medium", LOW: "Low"}
OPEN, EXPIRED = "open", "expired"
DECISION_WORDS: Final = {
    OPEN: "Not decided",
    KEEP: "Keep",
    RELEASE: "Release",
    PROTECT: "Protect",
    EXPIRED: "Protection expired",
}

TYPE_WORDS: Final = {
    "atlassian": "People",
    "app": "Apps and robots",
    "customer": "Portal customers",
    "unknown": "Unknown type",
}

TYPE_OF_ONE: Final = {
    "atlassian": "Person",
    "app": "App or robot",
    "customer": "Portal customer",
    "unknown": "Unknown type",
}

COMMENTS, CHANGES, WORK_LOGS, CREATED = "comments", "changes", "work_logs", "created"
KIND_GROUPS: Final = {
    CHANGES: ("issue_changed",),
    COMMENTS: ("comment_created", "comment_edited", "comment_deleted"),
    WORK_LOGS: ("worklog_created", "worklog_edited", "worklog_deleted"),
    CREATED: (ISSUE_CREATED,),
}
GROUP_OF_KIND: Final = {kind: group for group, kinds in KIND_GROUPS.items() for kind in kinds}
GROUP_WORDS: Final = {
    CHANGES: "Changes to issues",
    COMMENTS: "Comments",
    WORK_LOGS: "Work logs",
    CREATED: "Issues created",
}
KIND_WORDS: Final = {
    "comment_created": "Wrote a comment",
    "comment_edited": "Edited a comment",
    "comment_deleted": "Deleted a comment",
    "issue_changed": "Changed an issue",
    "worklog_created": "Logged work",
    "worklog_edited": "Edited a work log",
    "worklog_deleted": "Deleted a work log",
    ISSUE_CREATED: "Created an issue",
}
ROLE_WORDS: Final = {
    "site-admin": "Site administrator",
    "admin": "Product administrator",
    "user": "Product user",
}
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def counted_kinds(count_created: bool) -> tuple[str, ...]:
    """The kinds of act that make a person active."""
    return KINDS if count_created else COUNTED_KINDS


def hour_words(weekday: int, hour: int) -> str:
    """“Tue, 09:00 to 09:59” (0 = Monday)."""
    return f"{WEEKDAYS[weekday]}, {hour:02d}:00 to {hour:02d}:59"


def people_count(number: int) -> str:
    """“1 person”, “1,234 people”."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def plural(number: int, one: str, many: str = "") -> str:
    """“1 day”, “1,234 days”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def window_words(days: int) -> str:
    """“in the last 30 days”."""
    return "today" if days == 1 else f"in the last {days} days"


def verdict_words(quiet_days: int, since: str = "") -> dict[str, str]:
    """The verdicts in words, in their order; `quiet_days` is the furthest they look back.

    `since` is told where fewer days are known: “Never seen working since Oct 29”.
    """
    told = {verdict: words.format(quiet=quiet_days) for verdict, words in VERDICT_WORDS.items()}
    if since:
        told[NEVER] = f"{told[NEVER]} since {since}"
    return told


def listed(texts: Sequence[str], most: int = 3) -> str:
    """“a”, “a and b”, “a, b, c and 4 more”."""
    shown = list(texts[:most])
    if len(texts) > most:
        return f"{', '.join(shown)} and {len(texts) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def date_words(day: date) -> str:
    """“Feb 27, 2027”."""
    return f"{day:%b} {day.day}, {day.year}"
