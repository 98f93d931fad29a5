"""What a figure shows, in one sentence: the titles of charts.

Plain text; names in it come from Jira, so a page makes it safe before showing it.
"""

from __future__ import annotations

import pandas as pd

from jira_usage.decisions import Thresholds
from jira_usage.metrics.known import Known
from jira_usage.metrics.trend import Rates, busiest_day
from jira_usage.metrics.words import (
    GROUP_WORDS,
    UNCLEAR,
    WEEKDAYS,
    WORKING,
    people_count,
    plural,
    window_words,
)
from jira_usage.period import find_zone, from_epoch_ms


def who_works(counts: pd.DataFrame, days: int, *, licensed: bool) -> str:
    """From verdict_counts: “3 of 4 licensed people worked in the last 30 days”."""
    people = counts.set_index("verdict")["people"]
    everyone = int(people.sum())
    whom = "licensed people" if licensed else "people"
    if not everyone:
        return f"There are no {whom}"
    worked = int(people.get(WORKING, 0))
    return f"{worked:,} of {everyone:,} {whom} worked {window_words(days)}"


def who_works_more(counts: pd.DataFrame, known: Known, thresholds: Thresholds) -> str:
    """What stands under it: what the verdicts look at, and why some can't be told."""
    people = counts.set_index("verdict")["people"]
    untold = int(people.get(UNCLEAR, 0))
    limits = (
        "Verdicts look at the same days whatever window is chosen. "
        f"Working: in the last {thresholds.working} days. Cooling: up to {thresholds.cooling}. "
        f"Quiet: up to {thresholds.quiet}."
    )
    since = f"Work is known since {known.since}; reading leaves no trace."
    why = f"For {people_count(untold)} it can't be told. {known.too_thin(thresholds)}"
    return " ".join([*([why] if untold else []), limits, since])


def trend(rates: Rates, frame: pd.DataFrame) -> str:
    """From rates and active_trend: how many work on a working day."""
    if not frame["active_users"].notna().any():
        return "These days were not read"
    if rates.per_working_day is None:
        today = frame["active_users"].iloc[-1]
        return f"{people_count(int(today))} active so far today" if not pd.isna(today) else ""
    if not rates.active:
        return "Nobody worked in Jira on these days"
    number = round(rates.per_working_day)
    if not number:
        return "On most working days nobody is active"
    return f"On a working day, {people_count(number)} {'is' if number == 1 else 'are'} active"


def trend_more(frame: pd.DataFrame) -> str:
    """The busiest day, as a sentence; empty where nobody worked."""
    row = busiest_day(frame)
    if row is None:
        return ""
    day = row["date"]
    return (
        f"Most on {day:%A}, {day:%B} {day.day}: {people_count(int(row['active_users']))}. "
        "Today is not over."
    )


def kinds(frame: pd.DataFrame) -> str:
    """From acts_by_kind: the kind with the most acts, of all accounts as in the chart."""
    some = frame[frame["counted"]]
    told = (some["actions"] + some["robot_actions"]).groupby(some["group"]).sum()
    total = int(told.sum())
    if not total:
        return "No act was found"
    top = str(told.idxmax())
    return f"{GROUP_WORDS[top]} are {told.max() / total:.0%} of all counted acts"


def rhythm(frame: pd.DataFrame) -> str:
    """From weekday_hours: the busiest hour of the week."""
    told = frame[frame["mean"].notna()]
    if told.empty or not int(told["actions"].sum()):
        return "No act was found"
    top = told.iloc[int(told["mean"].to_numpy(dtype=float).argmax())]
    hour = int(top["hour"])
    weekday = WEEKDAYS[int(top["weekday"])]
    return f"Busiest: {weekday}, {hour:02d}:00 to {(hour + 1) % 24:02d}:00"


def projects(frame: pd.DataFrame) -> str:
    """From project_activity: how many projects are worked in."""
    named = frame[frame["project_key"] != ""]
    worked = int((named["people"] > 0).sum())
    if named.empty:
        return "No project is known"
    return f"People worked in {worked:,} of {plural(len(named), 'project')}"


def person(name: str, calendar: pd.DataFrame, days: int) -> str:
    """From person_calendar: on how many days somebody worked, and on how many working days.

    Complete, fully read Mondays to Fridays are working days, as in trend.rates.
    """
    acted = calendar["actions"].fillna(0) > 0
    active = int(acted.sum())
    if not active:
        return f"No work of {name} was found {window_words(days)}"
    working = ~calendar["weekend"] & ~calendar["incomplete"] & calendar["actions"].notna()
    told = f"{name} worked on {active} of {plural(days, 'day')}"
    number = int(working.sum())
    if not number:
        return told
    return f"{told}, {int(acted[working].sum())} of {plural(number, 'working day')}"


def person_more(acts: pd.DataFrame, blind: str, zone_name: str) -> str:
    """From last_acts: when somebody acted last, or that nothing is known."""
    if acts.empty:
        return blind or "Nothing is kept of this account. Reading leaves no trace."
    at = from_epoch_ms(int(acts["at"].iloc[0])).astimezone(find_zone(zone_name))
    return f"Last act found: {at:%A}, {at:%B} {at.day}, {at.year}, {at:%H:%M}. {blind}".strip()
