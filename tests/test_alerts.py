"""Alerts: what is worth one, and that it names nobody."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jira_usage.alerts.rules import Alert, Rules, of_runs, of_snapshot
from jira_usage.alerts.telling import Plan, tell
from jira_usage.errors import AuthenticationFailed
from jira_usage.schedule import Runs
from jira_usage.store import SiteStore
from tests import builders
from tests.builders import NOW, at, got


def found(tmp_path: Path, rules: Rules | None = None, **tables: Any) -> list[Alert]:
    told = {**builders.company(), **tables}
    return of_snapshot(builders.snapshot(tmp_path / "site", **told), rules or Rules())


def test_seats_almost_gone(tmp_path: Path) -> None:
    few = builders.product(left=5), builders.product("jira-servicedesk", name="Desk", left=6)
    [alert] = found(tmp_path, products=list(few), product_groups=[])
    assert alert.title == "5 seats left for Jira" and alert.keys == ("seats:jira-software",)


def test_unlimited_and_unknown_seats_are_never_few(tmp_path: Path) -> None:
    some = builders.product(left=None), builders.product("jira-core", left=0, unlimited=True)
    assert not found(tmp_path, products=list(some), product_groups=[])


def unused(tmp_path: Path, *changes: dict[str, Any]) -> list[str]:
    alerts = found(tmp_path, changes=list(changes))
    return [alert.title for alert in alerts if alert.keys[0].startswith("unused:")]


def test_a_new_license_without_work_is_told_after_its_days(tmp_path: Path) -> None:
    """Cyn holds one and has never worked; Ann works; Dee is deactivated."""
    assert unused(tmp_path, got("cyn", 31), got("ann", 31), got("dee", 31)) == [
        "1 new license without work"
    ]


def test_a_license_that_is_younger_or_was_always_there_is_not_new(tmp_path: Path) -> None:
    assert unused(tmp_path / "a", got("cyn", 29)) == []
    assert unused(tmp_path / "b") == []


def test_no_person_is_named(tmp_path: Path) -> None:
    alerts = found(tmp_path, changes=[got("cyn", 31)], products=[builders.product(left=1)])
    said = json.dumps([(a.keys, a.title, a.text) for a in alerts]).lower()
    assert len(alerts) == 2
    assert "cyn" not in said and "vale" not in said and "acme" not in said


def titles(runs: Runs, rules: Rules | None = None, now: str = "2026-11-20T02:30Z") -> list[str]:
    return [alert.title for alert in of_runs(runs, rules or Rules(), at(now))]


FAILED = Runs(at("2026-11-20T02:30Z"), 9, at("2026-11-18T02:30Z"), "The site can't be reached")


def test_a_sync_that_fails_for_two_days() -> None:
    assert titles(FAILED) == ["No sync for 2 days"]
    assert titles(FAILED, now="2026-11-20T01:00Z") == []
    assert titles(FAILED, Rules(failing_days=0)) == []
    assert titles(Runs()) == []


def test_a_token_that_is_refused_is_told_at_once() -> None:
    refused = Runs().failed(AuthenticationFailed.title, at("2026-11-20T02:30Z"))
    assert titles(refused) == ["Jira does not accept the token"]


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (date(2026, 12, 5), []),
        (date(2026, 12, 4), ["The API token expires in 14 days"]),
        (date(2026, 11, 21), ["The API token expires in 1 day"]),
        (date(2026, 11, 20), ["The API token has expired"]),
    ],
)
def test_a_token_about_to_expire(until: date, said: list[str]) -> None:
    assert titles(Runs(), Rules(token_expires_on=until)) == said


@pytest.mark.parametrize(
    "until",
    ["2026-11-21", "2026-11-21T00:00:00Z", "2026-11-21 23:30:00", "2026-11-21T23:30:00-08:00"],
)
def test_the_date_a_token_expires_on_may_have_a_time(until: str) -> None:
    told = tomllib.loads(f"token_expires_on = {until}")
    assert titles(Runs(), Rules.parse(told)) == ["The API token expires in 1 day"]


def test_without_the_section_there_are_no_alerts(tmp_path: Path) -> None:
    assert Plan.parse({}) is None
    book = SiteStore(tmp_path / "book")
    tell({}, book, None, FAILED, NOW)
    assert not book.exists
