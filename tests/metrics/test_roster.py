"""Everyone in one table: search, filters, sorting, and the numbers that link to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jira_usage.metrics import answers
from jira_usage.metrics.headline import headlines, rate_headlines
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.search import folded
from jira_usage.period import DAY_MS
from tests.builders import NOW, act, company, project, snapshot, user, window


def roster_of(folder: Path, *, days: int = 7, **what: Any) -> Roster:
    return answers.roster(snapshot(folder, **(company() | what)), window(days), False)


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return roster_of(tmp_path)


def ids(roster: Roster, rows: Any) -> list[str]:
    return [str(one) for one in roster.people["account_id"].iloc[rows]]


def test_empty_site(tmp_path: Path) -> None:
    roster = answers.roster(snapshot(tmp_path), window(), False)
    assert roster.size == 0
    assert roster.select({}, "ann").rows.tolist() == []
    assert roster.rows(roster.place("ann")).empty
    assert [one.value for one in headlines(roster, 7)] == ["0", "0", "0", "0"]


def test_standing_and_sparks(roster: Roster) -> None:
    people = roster.people.set_index("account_id")
    assert people["standing"].to_dict() == {
        "ann": "worked",
        "ben": "worked",
        "bot": "worked",
        "cyn": "none",
        "dee": "none",
    }
    assert roster.rows(roster.place("ann"))["days"].iloc[0] == [0, 0, 0, 0, 2, 1, 0]


def test_filters(roster: Roster) -> None:
    def found(**choices: list[str]) -> list[str]:
        return sorted(ids(roster, roster.select(choices).rows))

    assert found(product=["any"]) == ["ann", "ben", "cyn"]
    assert found(product=["included:jira-core"]) == ["ann"]
    assert found(product=["jira-core"]) == ["ben"]
    assert found(product=["none"], type=["atlassian"]) == ["dee"]
    assert found(work=["none"]) == ["cyn", "dee"]
    assert found(role=["site-admin"]) == ["ann"]
    assert found(role=["@Developers"]) == ["ben"]
    assert found(group=["jira-users"]) == ["ann", "cyn"]
    assert found(project=["WEB"]) == ["ann", "ben", "bot"]
    assert found(status=["deactivated"]) == ["dee"]
    assert found(email=["visible"]) == ["ann", "cyn"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", 5),
        ("  ", 5),
        ("ANN", 1),
        ("acme.example", 2),
        ("vale cyn", 1),
        ("jira auto", 1),
        ("nobody", 0),
        (".*", 0),
    ],
)
def test_search(roster: Roster, search: str, found: int) -> None:
    assert len(roster.select({}, search).rows) == found


def test_search_knows_no_accents(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, users=[user("x", name="Wójcik Ärger Straße")])
    for search in ("wojcik", "ärger", "ARGER", "strasse"):
        assert len(roster.select({}, search).rows) == 1
    assert folded("É") == "e"


def test_sorting(roster: Roster) -> None:
    assert ids(roster, roster.select({}, sort="actions").rows)[:3] == ["bot", "ann", "ben"]
    assert ids(roster, roster.select({}, sort="name").rows) == ["ann", "bot", "ben", "cyn", "dee"]
    assert ids(roster, roster.select({}, sort="idle").rows)[:2] == ["cyn", "dee"]
    assert ids(roster, roster.select({}, sort="recent").rows)[0] == "bot"
    assert ids(roster, roster.select({}, sort="nonsense").rows)[0] == "bot"


def test_place(roster: Roster) -> None:
    assert ids(roster, roster.place("cyn")) == ["cyn"]
    assert roster.place("zzz").tolist() == roster.place("").tolist() == []


def test_every_headline_opens_as_many_people_as_it_says(roster: Roster) -> None:
    told = headlines(roster, 7)
    assert [one.value for one in told] == ["2", "3", "1", "4"]
    for one in told:
        chosen = {key: [value] for key, value in one.filters.items()}
        assert f"{len(roster.select(chosen).rows):,}" == one.value


def test_the_share_of_active_people_is_of_those_enabled(roster: Roster) -> None:
    """Ann and Ben of Ann, Ben and Cyn; Dee is deactivated."""
    assert headlines(roster, 7)[0].note == "67%: 2 of 3 enabled people"


def test_rates_open_the_same_people(tmp_path: Path) -> None:
    kept = snapshot(tmp_path, **company())
    told = rate_headlines(answers.rates(kept, window(), False), 7)
    assert told[0].value == "2"
    assert answers.roster(kept, window(), False).number(**told[0].filters) == 2


def test_licenses_not_permitted_are_unknown_and_never_zero(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, refused={"licenses": "No right to see them."}, products=[])
    assert not roster.licenses_known
    assert roster.facet("product").unknown == "No right to see them."
    told = headlines(roster, 7)
    assert [one.value for one in told] == ["2", "unknown", "unknown", "4"]
    assert told[1].note == "No right to see them." and not told[1].filters


def test_a_window_that_was_not_read_calls_nobody_idle(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, days=30, covered_days=10)
    assert set(roster.people["standing"]) == {"worked", "unknown"}
    told = headlines(roster, 30)[2]
    assert told.value == "unknown" and "was not read" in told.note


def test_a_token_that_browses_no_project_calls_nobody_idle(tmp_path: Path) -> None:
    hidden = [project("WEB", browsable=False)]
    assert "can't browse any project" in roster_of(tmp_path, projects=hidden).blind


def test_creation_counts_when_it_is_switched_on(tmp_path: Path) -> None:
    acts = [act("cyn", at=NOW - DAY_MS, act="issue_created")]
    kept = snapshot(tmp_path, **(company() | {"acts": acts}))
    assert answers.roster(kept, window(), False).number(work="worked") == 0
    assert answers.roster(kept, window(), True).number(work="worked") == 1
