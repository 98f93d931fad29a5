"""A site that shows traps, and what an export tells that is neither true nor owned up to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jira_usage.coverage import ACTIVITY
from jira_usage.demo import DemoSite, course
from jira_usage.demo.habits import Habits
from jira_usage.snapshot import Snapshot
from tests.exports import Row, differences, exported
from tests.test_sync import COMPARED, NOW

Tell = Callable[[str, str], None]
TODAY = int(NOW.timestamp()) // 86_400
# A date in Retry-After counts from the site's clock, not from this machine's.
FAR_AHEAD = NOW.replace(year=2046)
# So small that each list of the course has several pages.
PIECES = Habits(
    issues=3, histories=40, comments=15, embedded=5, worklogs=15, users=4, members=3, groups=3,
    projects=2, order=3,
)  # fmt: skip
# These take something away, and the coverage says what. All else is complete.
THINNING = {
    "comments_outage": {"comments": "partial"},
    "crowded_instant": {"work logs": "partial"},
    "empty_for_ever": {"issues": "partial"},
    "experimental_gone": {"administrators": "partial", "plans": "never"},
    "members_refused": {"groups": "not_permitted"},
    "plans_outage": {"plans": "never"},
    "projects_refused": {"projects": "not_permitted", "project roles": "never"},
    "scope_missing": {
        "groups": "not_permitted", "licenses": "not_permitted", "project roles": "not_permitted",
        "projects": "partial",
    },
    "search_refused": dict.fromkeys(("issues", "histories", "comments"), "not_permitted"),
    "slow_user_search": {"users": "partial"},
    "time_tracking_off": {"work logs": "partial"},
    "token_always_repeated": {"issues": "partial"},
    "tokens_refused": {"issues": "partial"},
    "total_too_high": {
        "administrators": "partial", "comments": "partial", "groups": "partial",
        "project roles": "never", "projects": "partial",
    },
    "users_empty": {"users": "not_permitted"},
    "worklogs_refused": {"work logs": "not_permitted"},
}  # fmt: skip
# What the figures of a dataset rest on.
RESTS_ON = {
    "users": {"users", "licenses", "groups", "administrators", "project roles", *ACTIVITY},
    "licenses": {"users", "licenses", "groups", "plans", *ACTIVITY},
    "access": {"users", "licenses", "groups"},
    "activity": {*ACTIVITY},
    "daily": {"users", *ACTIVITY},
}

OF_PEOPLE = tuple(c for c in course.CHANGES if c.startswith(("somebody", "a group", "an account")))
OF_ISSUES = tuple(c for c in course.CHANGES if c not in OF_PEOPLE)


def seats_unknown(truth: dict[str, list[Row]]) -> None:
    for row in truth["licenses"]:
        row.update(seats=None, seats_used=None, seats_remaining=None)


def by_the_second(truth: dict[str, list[Row]]) -> None:
    """Histories are known by the second; what only they tell is known so."""
    for row in truth["activity"]:
        row["at"] = row["at"][:-4] + "000Z"
    for row in truth["users"]:
        row["last_active_at"] = row["last_active_at"] and row["last_active_at"][:-4] + "000Z"


KNOWN_LESS: dict[str, Callable[[dict[str, list[Row]]], None]] = {
    "counts_missing": seats_unknown,
    "epoch_seconds": by_the_second,
}


def show(site: DemoSite, *traps: str, habits: Habits = PIECES) -> None:
    now = FAR_AHEAD if "rate_limit_date" in traps else NOW
    site.become(course.source(day_of(now)), now, traps, habits)


def day_of(now: datetime) -> int:
    return int(now.timestamp()) // 86_400


def sprung(site: DemoSite, trap: str) -> int:
    return site._app.traps.names.sprung[trap]


def untrue(
    site: DemoSite, snapshot: Snapshot, trap: str = "", zone: str = "UTC", names: Any = COMPARED
) -> list[str]:
    """What is not as in truth, but for what the coverage owns up to."""
    truth = site.truth(days=30, timezone=zone)
    KNOWN_LESS.get(trap, lambda truth: None)(truth)
    thinned = THINNING.get(trap, {}).keys()
    found = []
    for name in names:
        told = exported(snapshot, name, zone)
        if trap == "epoch_seconds":
            by_the_second({"activity": [], "users": [], name: told})
        if not RESTS_ON[name] & thinned:
            found += [f"{name}: {line}" for line in differences(told, truth[name])]
            found += [f"{name} has rows twice"] * (len(told) != len(truth[name]))
        elif name == "activity":
            found += [f"made up: {row}" for row in made_up(told, truth[name], thinned)]
    return found


def made_up(told: list[Row], truth: list[Row], thinned: Any) -> list[Row]:
    """Rows that are not so. Without its feed a work log is known by what histories call it."""
    true = {(row["kind"], row["source_id"], row["account_id"], row["at"]) for row in truth}
    return [
        row
        for row in told
        if (row["kind"], row["source_id"], row["account_id"], row["at"]) not in true
        and not (row["kind"].startswith("worklog") and "work logs" in thinned)
    ]
