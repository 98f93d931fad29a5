"""Reports of a small kept company, each made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jira_usage.reports import Making, Report, Subject, build_report, subject_of
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from tests.builders import NOW, company, publish

Reporting = Callable[..., Report]


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Subject]:
    """The company with some tables replaced, over 30 days."""
    known: dict[str, Subject] = {}

    def made(**tables: Any) -> Subject:
        if repr(tables) not in known:
            kept = SiteStore(tmp_path_factory.mktemp("kept"))
            publish(kept, **(company() | tables))
            snapshot = Snapshot.load(kept)
            period = snapshot.period(30, "Europe/Berlin")
            known[repr(tables)] = subject_of(kept, snapshot, period)
        return known[repr(tables)]

    return made


@pytest.fixture(scope="module")
def report(subject: Callable[..., Subject]) -> Reporting:
    """A report of Ann's about that company."""
    known: dict[str, Report] = {}

    def made(people: Any = "names", **tables: Any) -> Report:
        key = f"{people} {tables!r}"
        if key not in known:
            making = Making("Ann Ames", NOW, people=people)
            known[key] = build_report(subject(**tables), making)
        return known[key]

    return made
