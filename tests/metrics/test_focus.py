"""What is looked at alone is counted as if nothing else were there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_usage.metrics import answers
from jira_usage.metrics.activity import daily
from jira_usage.metrics.focus import Focus, Focused, acts_of
from jira_usage.snapshot import Snapshot
from tests.builders import (
    NOW,
    act,
    company,
    days_ago,
    event,
    events,
    issue,
    project,
    snapshot,
    table,
    user,
    window,
)

WINDOW = window(30)


@pytest.fixture
def site(tmp_path: Path) -> Snapshot:
    """The company, where Ann also works in OPS, and somebody without a name in both projects."""
    rows = company()
    rows["projects"].append(project("OPS", name="Operations"))
    rows["issues"].append(issue(issue_id="2", project="OPS"))
    rows["acts"] += [
        act("ann", at=days_ago(5), issue_id="2"),
        act("", at=days_ago(6), issue_id="2"),
        act("", at=days_ago(6), issue_id="1"),
    ]
    return snapshot(tmp_path, **rows)


def focused(site: Snapshot, **choices: list[str]) -> Focused:
    return answers.focused(site, WINDOW, False, Focus.of(choices))


def active(part: Snapshot) -> int:
    return answers.rates(part, WINDOW, False).active


def actions(part: Snapshot) -> int:
    return int(answers.acts_by_day(part, WINDOW, False)["actions"].sum())


def test_a_group_shows_its_people_and_all_they_did(site: Snapshot) -> None:
    part = focused(site, group=["work-users"])
    assert set(part.users["account_id"]) == {"ann", "ben"}
    assert (active(part), actions(part)) == (2, 5)
    assert answers.group_activity(part, WINDOW, False)["name"].tolist() == ["work-users"]


def test_a_project_shows_what_was_done_in_it_by_whomever(site: Snapshot) -> None:
    part = focused(site, project=["OPS"])
    assert set(part.users["account_id"]) == {"ann"}
    assert (active(part), actions(part)) == (1, 2)  # the second is nobody's
    assert answers.project_activity(part, WINDOW, False)["project_key"].tolist() == ["OPS"]


def test_a_project_names_its_lead_whoever_is_in_focus(site: Snapshot) -> None:
    told = answers.project_activity(focused(site, product=["jira-core"]), WINDOW, False)
    assert told.set_index("project_key").loc["WEB", ["lead", "people"]].tolist() == ["Ann Ames", 1]


def test_a_product_shows_who_holds_it(site: Snapshot) -> None:
    part = focused(site, product=["jira-core"])
    assert set(part.users["account_id"]) == {"ben"}  # Ann's is included
    assert answers.seat_table(part, WINDOW, False)["product_key"].tolist() == ["jira-core"]


def test_several_narrow_each_other(site: Snapshot) -> None:
    part = focused(site, group=["jira-users"], project=["WEB"])
    assert (set(part.users["account_id"]), actions(part)) == ({"ann"}, 3)
    assert active(focused(site, product=["jira-core"], project=["OPS"])) == 0


def test_whether_a_project_lives_all_of_the_site_decides(site: Snapshot) -> None:
    """Nobody of the administrators works in it, and yet it is alive."""
    part = focused(site, product=["jira-core"])
    told = answers.project_adoption(part, WINDOW, False).set_index("project_key")
    assert told.loc["OPS", ["people", "life"]].tolist() == [0, "alive"]


def test_what_thins_the_site_thins_its_part(tmp_path: Path) -> None:
    rows = company()
    rows["projects"][1]["browsable"] = False
    site = snapshot(tmp_path, **rows, refused={"issues": "Jira says: no."})
    part = focused(site, project=["WEB"])
    assert answers.blind(part, WINDOW) == answers.blind(site, WINDOW) != ""


def test_single_acts_are_those_in_focus(site: Snapshot) -> None:
    part = focused(site, group=["jira-users"], project=["OPS"])
    told = pd.concat(part.events())
    assert told[["account_id", "project_key"]].to_numpy().tolist() == [["ann", "OPS"]]


def test_the_order_of_choices_makes_no_other_focus() -> None:
    one = Focus.of({"group": ["b", "a", "a"], "life": ["dead"]})
    assert one == Focus.of({"group": ["a", "b"]}) and one.choices == {"group": ("a", "b")}
    assert not Focus.of({"group": []}) and one


ACCOUNTS, PROJECTS = ("ann", "ben", "cyn", ""), ("WEB", "OPS", "")
ACTS = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(PROJECTS), st.integers(0, 40)),
    max_size=30,
)
USERS = table("users", [user(one) for one in ACCOUNTS[:3]])


@given(ACTS, st.sets(st.sampled_from(ACCOUNTS[:3])), st.sets(st.sampled_from(PROJECTS)))
def test_figures_of_a_part_are_those_of_a_site_of_nothing_else(
    acts: list[tuple[str, str, int]], people: set[str], projects: set[str]
) -> None:
    def told(some: list[tuple[str, str, int]]) -> pd.DataFrame:
        return events(*(event(a, at=NOW - 3_600_000 * n, project=p) for a, p, n in some))

    def figures(of: pd.DataFrame, users: pd.DataFrame) -> list[list[Any]]:
        return daily(of, users, WINDOW).to_numpy().tolist()

    users = USERS[USERS["account_id"].isin(people)].reset_index(drop=True)
    chosen = sorted(projects)
    part = acts_of(told(acts), users["account_id"], projects=chosen, nobody=not people)
    mine = [
        (a, p, n)
        for a, p, n in acts
        if (a in people or (not people and a == "")) and (not projects or p in projects)
    ]
    assert figures(part, users) == figures(told(mine), users)
