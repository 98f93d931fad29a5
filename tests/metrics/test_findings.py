"""The sentences above the charts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from jira_usage.decisions import Thresholds
from jira_usage.metrics import answers, findings
from jira_usage.metrics.known import Known
from jira_usage.metrics.trend import Rates
from jira_usage.metrics.verdicts import verdict_counts
from tests.builders import act, company, days_ago, snapshot, user, window


def counts(**people: int) -> pd.DataFrame:
    told = pd.Series([word for word, n in people.items() for _ in range(n)], dtype="str")
    return verdict_counts(told, Thresholds())


def test_who_works() -> None:
    told, usual = counts(working=3, never=1), Thresholds()
    known = Known("UTC", date(2026, 11, 20), date(2026, 10, 1))
    assert findings.who_works(told, 30, licensed=True) == (
        "3 of 4 licensed people worked in the last 30 days"
    )
    assert findings.who_works_more(told, known, usual) == (
        "Verdicts look at the same days whatever window is chosen. "
        "Working: in the last 30 days. Cooling: up to 60. Quiet: up to 90. "
        "Work is known since Oct 1; reading leaves no trace."
    )
    assert findings.who_works(counts(), 30, licensed=False) == "There are no people"
    thin = replace(known, unread=("comments",))
    blind = findings.who_works_more(counts(working=1, cannot_tell=2), thin, usual)
    assert blind.startswith("For 2 people it can't be told. Comments could not be read.")


def test_sentences_of_a_small_site(tmp_path: Path) -> None:
    kept, period = snapshot(tmp_path, **company()), window(7)
    trend = answers.active_trend(kept, period, False)
    assert findings.trend(answers.rates(kept, period, False), trend) == (
        "On a working day, 1 person is active"
    )
    assert (
        findings.trend_more(trend) == "Most on Tuesday, November 17: 1 person. Today is not over."
    )
    assert findings.kinds(answers.acts_by_kind(kept, period, False)) == (
        "Changes to issues are 67% of all counted acts"
    )
    assert findings.rhythm(answers.weekday_hours(kept, period, False)).startswith("Busiest: ")
    told = findings.projects(answers.project_activity(kept, period, False))
    assert told == "People worked in 1 of 2 projects"


def test_the_sentence_counts_the_acts_that_the_chart_shows(tmp_path: Path) -> None:
    """A robot's two changes outnumber the comment of a person, and an issue created counts not."""
    acts = [
        act("ann"),
        *(act("bot", at=days_ago(n), act="issue_changed") for n in (1, 2)),
        *(act("ann", at=days_ago(n), act="issue_created") for n in (1, 2, 3)),
    ]
    users = [user("ann"), user("bot", account_type="app")]
    kept, period = snapshot(tmp_path, users=users, acts=acts), window(7)
    by_day = answers.acts_by_day(kept, period, False).groupby("group")["actions"].sum()
    assert by_day["changes"] / by_day.sum() == 2 / 3
    assert findings.kinds(answers.acts_by_kind(kept, period, False)) == (
        "Changes to issues are 67% of all counted acts"
    )


def test_sentences_of_an_empty_site(tmp_path: Path) -> None:
    kept, period = snapshot(tmp_path), window(7)
    trend = answers.active_trend(kept, period, False)
    told = findings.trend(answers.rates(kept, period, False), trend)
    assert told == "Nobody worked in Jira on these days"
    assert findings.trend_more(trend) == ""
    assert findings.kinds(answers.acts_by_kind(kept, period, False)) == "No act was found"
    assert findings.rhythm(answers.weekday_hours(kept, period, False)) == "No act was found"
    assert findings.projects(answers.project_activity(kept, period, False)) == "No project is known"


def test_days_that_were_not_read() -> None:
    frame = pd.DataFrame({"active_users": pd.array([pd.NA], dtype="Int64")})
    assert findings.trend(Rates(0, 0, 0, None, None, None), frame) == "These days were not read"


def test_one_person(tmp_path: Path) -> None:
    told = answers.person_page(snapshot(tmp_path, **company()), window(7), False, "ann")
    assert findings.person("Ann", told["calendar"], 7) == (
        "Ann worked on 2 of 7 days, 2 of 4 working days"
    )
    today = answers.person_page(snapshot(tmp_path, **company()), window(1), False, "bot")
    assert findings.person("Bot", today["calendar"], 1) == "Bot worked on 1 of 1 day"
    assert findings.person_more(told["acts"], "", "UTC") == (
        "Last act found: Thursday, November 19, 2026, 12:00."
    )
    nobody = answers.person_page(snapshot(tmp_path, **company()), window(7), False, "cyn")
    assert findings.person("Cyn", nobody["calendar"], 7) == (
        "No work of Cyn was found in the last 7 days"
    )
    assert "Reading leaves no trace" in findings.person_more(nobody["acts"], "", "UTC")
