"""Accounts × days: one matrix that all counts agree with."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from jira_usage.metrics.activity import daily, totals
from jira_usage.metrics.matrix import account_rows, day_counts, known_days, weekends
from jira_usage.period import DAY_MS
from jira_usage.schema import KINDS
from tests.builders import NOW, at, event, events, table, user, window

ACCOUNTS = ["ann", "ben", "bot", ""]
ZONES = ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Europe/Berlin"]


def test_empty() -> None:
    counts = day_counts(events(), pd.Series(["ann"]), window())
    assert counts.tolist() == [[0] * 7]
    assert day_counts(events(), pd.Series([], dtype="str"), window()).shape == (0, 7)


def test_small() -> None:
    told = events(
        event("ann", at=NOW),
        event("ann", at=NOW - 3 * DAY_MS),
        event("ann", at=NOW - 3 * DAY_MS, kind="issue_created"),
        event("stranger", at=NOW),
        event("ann", at=NOW - 9 * DAY_MS),
    )
    accounts = pd.Series(["ann", "ben"])
    assert day_counts(told, accounts, window()).tolist() == [[0, 0, 0, 1, 0, 0, 1], [0] * 7]
    created = day_counts(told, accounts, window(), count_created=True)
    assert created.tolist()[0] == [0, 0, 0, 2, 0, 0, 1]


def test_rows_of_strangers() -> None:
    told = events(event("ann"), event("stranger"))
    assert sorted(account_rows(told, pd.Series(["ben", "ann"])).tolist()) == [-1, 1]


def test_days_before_the_first_sync_are_not_known() -> None:
    assert known_days(window(3), at("2026-11-19T00:00Z")).tolist() == [False, True, True]
    assert known_days(window(3), at("2026-11-19T00:00:00.001+00:00")).tolist() == [
        False,
        False,
        True,
    ]


def test_weekends() -> None:
    assert weekends(window(7)).tolist() == [True, True, False, False, False, False, False]


@st.composite
def histories(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(ACCOUNTS),
                st.integers(NOW - 12 * DAY_MS, NOW + DAY_MS),
                st.sampled_from(KINDS),
            ),
            max_size=40,
        )
    )
    return events(*(event(who, at=when, kind=kind) for who, when, kind in rows))


@settings(max_examples=25, deadline=None)
@given(histories(), st.sampled_from(ZONES), st.integers(1, 12), st.booleans())
def test_every_count_of_a_window_agrees(
    told: pd.DataFrame, zone: str, days: int, count_created: bool
) -> None:
    period = window(days, zone)
    users = table("users", [user("ann"), user("ben"), user("bot", account_type="app")])
    counts = day_counts(told, pd.Series(ACCOUNTS), period, count_created=count_created)
    by_day = daily(told, users, period, count_created=count_created)
    by_person = totals(told, period, count_created=count_created)
    counted = told if count_created else told[told["kind"] != "issue_created"]
    slow = [when for when in counted["at"] if period.start_ms <= when < period.end_ms]

    assert by_day["actions"].tolist() == counts.sum(axis=0).tolist()
    assert by_day["active_users"].tolist() == (counts[:2] > 0).sum(axis=0).tolist()
    expected = by_person.reindex(ACCOUNTS).fillna(0)
    assert expected["actions"].tolist() == counts.sum(axis=1).tolist()
    assert expected["active_days"].tolist() == (counts > 0).sum(axis=1).tolist()
    assert len(slow) == counts.sum() == int(np.sum(by_day["actions"]))
