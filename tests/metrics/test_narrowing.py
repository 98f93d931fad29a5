"""A part of a chart opens exactly the people it counts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from jira_usage.metrics import narrowing
from jira_usage.metrics.adoption import days_worked
from jira_usage.metrics.matrix import day_counts
from jira_usage.metrics.narrowing import Narrowing
from jira_usage.metrics.words import WEEKDAYS
from jira_usage.period import DAY_MS
from tests.builders import NOW, event, events, table, user, window

USERS = table("users", [user("ann"), user("ben"), user("cyn")])
EVENTS = events(
    event("ann", at=NOW - 3 * DAY_MS, kind="comment_created", project="WEB"),
    event("ann", at=NOW, kind="issue_changed", project="OPS"),
    event("ben", at=NOW - 3 * DAY_MS, kind="issue_changed", project="OPS"),
    event("cyn", at=NOW - 3 * DAY_MS, kind="issue_created", project="WEB"),
)
WINDOW = window(14)
THAT_DAY = WINDOW.dates[-4]


def who(asked: Narrowing, **more: object) -> list[str]:
    ids = USERS["account_id"]
    counts = day_counts(EVENTS, ids, WINDOW)
    mask = narrowing.narrowed(asked, EVENTS, ids, counts, WINDOW, 0, **more)  # type: ignore[arg-type]  # facets by name
    return ids[mask].tolist()


def test_a_date_shows_whoever_was_active_on_it() -> None:
    assert who(Narrowing(on=THAT_DAY)) == ["ann", "ben"]
    assert who(Narrowing(on=THAT_DAY), count_created=True) == ["ann", "ben", "cyn"]
    assert who(Narrowing(on=WINDOW.last_on)) == ["ann"]


def test_kind_and_project_are_those_of_the_same_act() -> None:
    """Ann commented, and acted on the last day: but her comment is of another day."""
    assert who(Narrowing(on=THAT_DAY), kinds=("comments",)) == ["ann"]
    assert who(Narrowing(on=WINDOW.last_on), kinds=("comments",)) == []
    assert who(Narrowing(on=THAT_DAY), projects=("OPS",)) == ["ben"]
    assert who(Narrowing(on=THAT_DAY), kinds=("issue_created",)) == ["cyn"]


def test_the_last_dates_and_an_hour_of_the_week() -> None:
    assert who(Narrowing(last=3)) == ["ann"]
    weekdays, hours = WINDOW.local_hours(np.array([NOW - 3 * DAY_MS]))
    assert who(Narrowing(hour=(int(weekdays[0]), int(hours[0])))) == ["ann", "ben"]
    assert who(Narrowing(hour=(int(weekdays[0]), (int(hours[0]) + 1) % 24))) == []


def test_each_row_of_days_worked_opens_as_many() -> None:
    counts = day_counts(EVENTS, USERS["account_id"], WINDOW)
    told = days_worked(counts, np.ones(3, dtype=bool), WINDOW, 0)
    for row in told.to_dict("records"):
        assert len(who(Narrowing(worked=(row["first"], row["last"])))) == row["people"]
    assert told["people"].sum() == 2


def test_without_anything_asked_everybody_is_shown() -> None:
    assert not Narrowing() and who(Narrowing()) == ["ann", "ben", "cyn"]


def test_an_address_comes_back_as_it_was_written() -> None:
    said = {
        **narrowing.on(THAT_DAY),
        **narrowing.at_hour(1, 9),
        **narrowing.last_dates(7),
        **narrowing.worked_on(3, 5),
    }
    assert narrowing.read(said, WINDOW) == Narrowing(THAT_DAY, (1, 9), 7, (3, 5))
    asked = narrowing.read(said, WINDOW)
    assert asked.keys == list(narrowing.KEYS) and len(asked.in_words()) == len(asked.keys)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("on", "2020-01-01"),
        ("on", "soon"),
        ("hour", "Tue-24"),
        ("hour", f"{WEEKDAYS[0]}-٠٩"),
        ("last", "15"),
        ("last", "0"),
        ("last", "²"),
        ("worked", "5-3"),
        ("worked", "a-b"),
    ],
)
def test_what_makes_no_sense_is_left_out(key: str, text: str) -> None:
    assert not narrowing.read({key: text}, WINDOW)


def test_words_for_a_number_of_working_days() -> None:
    assert narrowing.working_days_words(0, 0) == "other days only"
    assert narrowing.working_days_words(1, 1) == "1 working day"
    assert narrowing.working_days_words(3, 5) == "3 to 5 working days"
    assert isinstance(THAT_DAY, date)
