"""A remark goes into a narrowed report where it names nothing and nobody, and no other does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from jira_usage import publication, sync
from jira_usage.coverage import CoverageNotes
from jira_usage.period import DAY_MS
from jira_usage.reports import narrowed
from jira_usage.reports.narrowed import OF_THE_SITE
from jira_usage.reports.remarks import LEFT_OUT, NAMELESS, nameless
from jira_usage.scope import Scope
from tests.builders import NOW
from tests.reports.test_narrowed import KEY, PARTS, Taking, everything_told, two_halves

UNSEEN = (
    "80 issues with logged work can't be seen: archived, restricted or deleted. "
    "That work counts, other work there is unknown."
)
NO_AUTHOR = (
    "1,220 acts name no author, as Jira does for anonymous and deleted accounts: "
    "they count as actions, and for nobody."
)
NAMING = [
    "Issue 10234 went away while it was read.",
    "Issue SECRET-1 could not be read whole.",
    "Jira refused a request (403): Name Of ops1 may not browse Ops people.",
    "3 projects are hidden: Operations, Tiny thing.",
    "Rankings of otherwise quiet issues were last read on Operations.",
    "The token can browse 3 of 4 projects: Operations.",
    "The token can browse ٣ of ٤ projects.",
]


def a_reading(notes: CoverageNotes, **work: Any) -> Any:
    """What the judge of a sync looks at."""
    told = {"browsable": [{}] * 12, "unseen_issues": set("ab"), "issues": {}, **work}
    told |= {"acts": SimpleNamespace(unreadable=3), "ranks_read_at": NOW - DAY_MS}
    return SimpleNamespace(
        desk=SimpleNamespace(coverage=notes, scope=SimpleNamespace(now_ms=NOW)),
        people=SimpleNamespace(projects=[{}] * 20, members={"1": ["a"]}),
        work=SimpleNamespace(**told),
    )


def reasons(notes: CoverageNotes) -> list[str]:
    return [" ".join(some) for some in notes.reasons.values()]


def test_what_a_sync_remarks_in_counts_and_dates_is_told_as_it_is() -> None:
    notes = CoverageNotes()
    publication._remark(notes, 220, -180_000)
    sync._judge(cast(Any, a_reading(notes)), set())
    alone, hidden = CoverageNotes(), CoverageNotes()
    sync._judge(cast(Any, a_reading(alone, unseen_issues={"a"})), set())
    hidden.note("licenses", "not_permitted", "No.")
    sync._judge(cast(Any, a_reading(hidden)), set())
    told = [*reasons(notes), *reasons(alone), *reasons(hidden)]
    assert any("1 issue with" in one for one in told) and any("ahead of" in one for one in told)
    assert len(notes.reasons["histories"]) == 3
    assert [nameless(one) for one in told if one != "No."] == [one for one in told if one != "No."]


@pytest.mark.parametrize("reason", [UNSEEN, NO_AUTHOR, f"{UNSEEN} {NAMELESS[-1]}", ""])
def test_a_remark_that_only_counts_is_let_through(reason: str) -> None:
    assert nameless(reason) == reason


@pytest.mark.parametrize("reason", NAMING)
def test_a_remark_of_any_other_shape_is_left_out(reason: str) -> None:
    assert nameless(reason) == LEFT_OUT
    assert nameless(f"{NO_AUTHOR} {reason}") == f"{NO_AUTHOR} {LEFT_OUT}"
    assert nameless(f"{reason}{NO_AUTHOR}") == LEFT_OUT, "a sentence stands alone"


@pytest.mark.parametrize(
    "scope",
    [Scope(people="pseudonyms"), Scope(people="none"), *(scope for scope, _, _ in PARTS.values())],
)
def test_a_narrowed_report_tells_counts_and_none_of_the_names(
    subject: Taking, scope: Scope
) -> None:
    naming = "Issue SECRET-1 of Hidden Project was read in part by Somebody Else in Secret group."
    remarks = {"projects": UNSEEN, "histories": f"{NO_AUTHOR} {naming}"}
    part = narrowed(subject(**two_halves(), remarks=remarks), scope, KEY)
    said = part.snapshot.coverage.set_index("dataset")["reason"]
    whose = "" if scope.part == "site" else OF_THE_SITE
    assert said["projects"] == whose + UNSEEN
    assert said["histories"] == f"{whose}{NO_AUTHOR} {LEFT_OUT}" and said["users"] == ""
    told = everything_told(part, scope)
    assert "1,220 acts name no author" in told
    for name in ("SECRET-1", "Hidden Project", "Somebody Else", "Secret group"):
        assert name not in told
