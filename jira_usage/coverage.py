"""How much of each dataset a sync could read, in four words, and what follows from that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jira_usage.errors import JiraUsageError, PermissionMissing, RequestRefused
from jira_usage.schema import COVERAGE_WORDS, Coverage

CONSEQUENCES = {
    "users": "Some people who did nothing may be missing.",
    "licenses": "Licenses and seats are unknown, and shown as unknown.",
    "plans": "Paid and free products can't be told apart.",
    "groups": "Some people's licenses and roles may be missing.",
    "administrators": "Administrators can't be told from other people.",
    "projects": "Work in projects the token can't browse is not seen: people there may look idle.",
    "project roles": "Roles inside projects are missing from people's roles.",
    "issues": "Work on issues that were not found is missing: people may look idle.",
    "histories": "Some changes of issues are missing: people may look idle.",
    "comments": "Some comments are missing: people may look idle.",
    "work logs": "Some logged work is missing: people may look idle.",
}
# What follows where nothing of it could be read, if that is another thing.
UNREAD = {
    "users": "People are known only by what they did and by the groups that could be read.",
    "groups": "Licenses and roles that people hold through groups are unknown.",
    "issues": "Work on issues is unknown: nobody can be said not to work.",
    "histories": "Changes of issues are unknown: nobody can be said not to work.",
    "comments": "Comments are unknown: nobody can be said not to work.",
    "work logs": "Logged work is seen only where an issue's history tells of it: "
    "people may look idle.",
}
DATASETS = tuple(CONSEQUENCES)
ACTIVITY = ("issues", "histories", "comments", "work logs")


@dataclass
class CoverageNotes:
    """What was met while reading. The worst word of a dataset stands, all reasons are kept."""

    states: dict[str, Coverage] = field(default_factory=lambda: dict.fromkeys(DATASETS, "never"))
    reasons: dict[str, list[str]] = field(default_factory=dict)

    def read(self, dataset: str) -> None:
        """The dataset was read to its end; what was noted before stays."""
        if self.states[dataset] == "never":
            self.states[dataset] = "complete"

    def note(self, dataset: str, state: Coverage, reason: str) -> None:
        self.states[dataset] = max(
            state, self.states[dataset] if self.states[dataset] != "never" else state, key=_badness
        )
        reasons = self.reasons.setdefault(dataset, [])
        if reason not in reasons:
            reasons.append(reason)

    def refused(self, dataset: str, error: JiraUsageError) -> None:
        """Notes why a dataset could not be read, and the next step, from the error that said so."""
        refused = isinstance(error, PermissionMissing) or (
            isinstance(error, RequestRefused) and error.status in (401, 403)
        )
        self.note(dataset, "not_permitted" if refused else "partial", str(error))

    def nothing_of(self, dataset: str) -> None:
        """Of a dataset that was thought read in part nothing was: it is unknown, and not empty."""
        if self.states[dataset] == "partial":
            self.states[dataset] = "never"

    def remark(self, dataset: str, reason: str) -> None:
        """A fact worth telling that takes nothing from the dataset."""
        self.reasons.setdefault(dataset, []).append(reason)

    def rows(self, at_ms: int) -> list[dict[str, Any]]:
        """COVERAGE, a row for each dataset."""
        return [
            {
                "dataset": dataset,
                "state": state,
                "reason": " ".join(self.reasons.get(dataset, [])),
                "consequence": _consequence(dataset, state),
                "at": at_ms,
            }
            for dataset, state in self.states.items()
        ]


def accounts_words(number: int, state: str) -> str:
    """“6 accounts listed by Jira”, where the last sync could read its whole list."""
    listed = "listed by Jira" if state == "complete" else "that Jira listed, now or before"
    return f"{number:,} account{'' if number == 1 else 's'} {listed}"


def _consequence(dataset: str, state: Coverage) -> str:
    if state == "complete":
        return ""
    unread = UNREAD if state != "partial" else {}
    return unread.get(dataset, CONSEQUENCES[dataset])


def _badness(state: Coverage) -> int:
    return COVERAGE_WORDS.index(state)
