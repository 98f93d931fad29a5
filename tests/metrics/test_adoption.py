"""How well Jira is taken up, and what may not be people's daily work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from jira_usage.metrics.activity import daily
from jira_usage.metrics.adoption import days_worked, group_activity, project_life, project_members
from jira_usage.metrics.oddities import round_the_clock, spikes
from jira_usage.period import DAY_MS
from tests.builders import NOW, event, events, group, members, project, table, user, window

HOUR_MS = 3_600_000
USERS = table("users", [user("ann"), user("ben"), user("cyn"), user("bot", account_type="app")])


def on(account_id: str, days: int, **more: Any) -> dict[str, Any]:
    return event(account_id, at=NOW - days * DAY_MS, **more)


def life(*acts: dict[str, Any], days: int = 14, **more: Any) -> tuple[int, int, str]:
    projects = table("projects", [project("WEB", browsable=more.pop("browsable", True))])
    row = project_life(events(*acts), USERS, projects, window(days), **more).iloc[0]
    return int(row["before"]), int(row["after"]), str(row["life"])


def test_a_project_is_dead_where_no_person_was_active() -> None:
    assert life() == (0, 0, "dead")
    assert life(on("bot", 1), on("ann", 14)) == (0, 0, "dead")
    assert life(on("ann", 1, kind="issue_created")) == (0, 0, "dead")
    assert life(on("ann", 1, kind="issue_created"), count_created=True) == (0, 1, "alive")


def test_a_project_fades_where_half_of_its_people_or_fewer_are_left() -> None:
    # Today is a Friday: the later half is Monday to Thursday, the other Tuesday to Friday before.
    both = (on("ann", 10), on("ben", 7))
    assert life(*both, on("ann", 4)) == (2, 1, "fading")
    assert life(*both, on("ann", 4), on("ben", 1)) == (2, 2, "alive")
    assert life(*both, on("cyn", 8), on("ann", 4), on("cyn", 1)) == (3, 2, "alive")
    assert life(on("ann", 7)) == (1, 0, "fading")
    assert life(on("ann", 2)) == (0, 1, "alive")


def test_weekends_and_today_let_no_project_fade() -> None:
    assert life(on("ann", 13), on("ann", 6), on("ann", 5)) == (0, 0, "alive")
    assert life(on("ann", 8), on("ann", 0), on("ben", 0)) == (1, 0, "fading")


def test_the_first_of_an_odd_number_of_working_days_is_in_no_half() -> None:
    assert life(on("ann", 11)) == (0, 0, "alive")


def test_both_halves_have_equally_many_working_days() -> None:
    """Somebody else on each working day, whichever weekday today is."""
    users = table("users", [user(f"p{n}") for n in range(30)])
    projects = table("projects", [project("WEB")])
    for late in range(7):
        for days in range(14, 31):
            period = window(days, now=NOW + late * DAY_MS)
            ago = [n for n, day in enumerate(reversed(period.dates)) if day.weekday() < 5]
            acts = [event(f"p{n}", at=NOW + (late - n) * DAY_MS) for n in ago]
            told = project_life(events(*acts), users, projects, period).iloc[0]
            assert told["before"] == told["after"] > 0 and told["life"] == "alive"


@pytest.mark.parametrize("days", [1, 2, 7, 13])
def test_nothing_fades_in_a_window_of_less_than_two_weeks(days: int) -> None:
    acts = [on(who, n) for who in ("ann", "ben", "cyn") for n in range(3, days)]
    assert life(on("ann", 0), *acts, days=days)[2] == "alive"


def test_what_is_not_seen_is_not_called_dead() -> None:
    assert life(browsable=False)[2] == "unseen"
    assert life(blind=True)[2] == "unseen"
    assert life(on("ann", 7), blind=True)[2] == "unseen"
    assert life(on("ann", 1), blind=True)[2] == "alive"


def test_the_share_of_members_is_of_enabled_people_in_a_role() -> None:
    actors = [
        {"project_key": "WEB", "role": "Dev", "account_id": "ann", "group_id": ""},
        {"project_key": "WEB", "role": "Admin", "account_id": "ann", "group_id": ""},
        {"project_key": "WEB", "role": "Dev", "account_id": "", "group_id": "g"},
    ]
    held = table("members", members("g", "ann", "ben", "bot", "dee"))
    users = table("users", [user("ann"), user("ben"), user("bot", account_type="app"),
                            user("dee", active=False)])  # fmt: skip
    keys = pd.Categorical(["WEB", "OPS", "WEB"])
    worked = pd.DataFrame({"row": [1, 0, 2], "project_key": keys})
    told = project_members(table("role_actors", actors), held, users, worked)
    assert told.to_numpy().tolist() == [["WEB", 2, 1, 0.5]]
    assert project_members(table("role_actors"), held, users, worked).empty


def test_groups_count_enabled_people_and_who_of_them_acted() -> None:
    groups = table("groups", [group("g", name="dev"), group("h", name="ops"), group("i")])
    held = table("members", [*members("g", "ann", "ben", "bot"), *members("h", "cyn")])
    told = group_activity(groups, held, USERS, pd.Index(["ann", "bot"]))
    assert told.to_numpy().tolist() == [["dev", 2, 1, 0.5], ["ops", 1, 0, 0.0]]
    assert group_activity(groups, held.head(0), USERS, pd.Index([])).empty


def test_on_how_many_working_days_each_person_acted() -> None:
    # Saturday 14 … Friday 20; today is not over: Monday to Thursday are the working days.
    counts = np.array(
        [
            [1, 0, 1, 1, 1, 1, 1],  # four
            [0, 0, 0, 0, 0, 2, 0],  # one
            [0, 1, 0, 0, 0, 0, 0],  # a Sunday only
            [0, 0, 0, 0, 0, 0, 0],  # not active
            [9, 9, 9, 9, 9, 9, 9],  # a robot
        ],
        dtype=np.int32,
    )
    people = np.array([True, True, True, True, False])
    told = days_worked(counts, people, window(7), 0)
    assert told[["first", "last", "people"]].to_numpy().tolist() == [
        [0, 0, 1],
        [1, 2, 1],
        [3, 4, 1],
    ]
    assert told["share"].tolist() == pytest.approx([1 / 3] * 3)


def test_days_worked_of_nobody_and_of_no_working_day() -> None:
    nobody = days_worked(np.zeros((0, 7), np.int32), np.zeros(0, bool), window(7), 0)
    assert nobody["people"].sum() == 0 and nobody["share"].tolist() == [0.0, 0.0, 0.0]
    today = days_worked(np.array([[1]], np.int32), np.array([True]), window(1), 0)
    assert today[["first", "last", "people"]].to_numpy().tolist() == [[0, 0, 1]]


def clock(account_id: str, hours: int, days: int) -> list[dict[str, Any]]:
    """An act in so many hours of each of some complete dates, two of them in each hour."""
    midnight = NOW - 12 * HOUR_MS
    return [
        event(account_id, at=midnight - day * DAY_MS + hour * HOUR_MS + minute)
        for day in range(1, days + 1)
        for hour in range(hours)
        for minute in (0, 60_000)
    ]


@pytest.mark.parametrize(
    ("hours", "days", "flagged"),
    [(20, 5, True), (20, 4, False), (17, 5, True), (16, 6, False), (24, 1, False)],
)
def test_who_acts_round_the_clock_is_flagged(hours: int, days: int, flagged: bool) -> None:
    told = round_the_clock(events(*clock("ann", hours, days)), USERS, window(7))
    assert told["account_id"].tolist() == (["ann"] if flagged else [])
    if flagged:
        long = days if hours >= 20 else 0
        assert told.iloc[0].tolist() == ["ann", "Ann", days, long, float(hours)]


def test_five_long_days_among_many_short_ones_are_flagged() -> None:
    short = [event("ann", at=NOW - n * DAY_MS) for n in range(6, 28)]
    told = round_the_clock(events(*clock("ann", 20, 5), *short), USERS, window(30))
    assert told["long_days"].tolist() == [5] and told["hours"].iloc[0] < 16


def test_a_robot_may_act_round_the_clock() -> None:
    assert round_the_clock(events(*clock("bot", 24, 6)), USERS, window(7)).empty
    assert round_the_clock(events(), USERS, window(7)).empty


def spiked(**acts: int) -> list[tuple[int, int, float, str]]:
    """Four acts on each working day of nine, and more on some dates, given by their day ago."""
    rows = [on("ann", n) for n in range(1, 9) for _ in range(4)]
    for name, number in acts.items():
        rows += [on("ann", int(name[1:]), kind="issue_changed") for _ in range(number)]
    period = window(9)
    told = spikes(daily(events(*rows), USERS, period), period, 0)
    columns = (told["date"], told["actions"], told["usual"], told["kind"])
    return [((period.last_on - d).days, n, u, k) for d, n, u, k in zip(*columns, strict=True)]


def test_a_spike_is_three_times_the_usual_and_twenty_more() -> None:
    assert spiked() == []
    assert spiked(d3=19) == []
    assert spiked(d3=20) == [(3, 24, 4.0, "Changes to issues")]
    assert spiked(d0=30, d5=30) == [
        (5, 34, 4.0, "Changes to issues"),
        (0, 30, 4.0, "Changes to issues"),
    ]


def test_no_spike_without_a_usual_day() -> None:
    period = window(1)
    assert spikes(daily(events(on("ann", 0)), USERS, period), period, 0).empty
