"""What people decide is kept with the site's data, and never lost silently."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jira_usage import decisions
from jira_usage.decisions import KEEP, PROTECT, RELEASE, Decision, Noted, Thresholds
from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.store import SiteStore
from tests.builders import company, publish

CHRISTMAS = date(2026, 12, 24)


@pytest.fixture
def kept(tmp_path: Path) -> SiteStore:
    return SiteStore(tmp_path)


def keep(account_id: str = "cyn", product: str = "jira-software", **more: Any) -> Decision:
    return Decision(account_id, product, **({"choice": KEEP} | more))


def protect(**more: Any) -> Decision:
    usual: dict[str, Any] = {"choice": PROTECT, "reason": "on leave", "expires_on": CHRISTMAS}
    return keep(**(usual | more))


def test_nothing_is_noted_at_first(kept: SiteStore) -> None:
    assert decisions.noted(kept) == Noted() and Noted().thresholds == Thresholds(30, 60, 90, 30)


def test_decisions_come_back_as_they_were_made(kept: SiteStore) -> None:
    made = [protect(by="Zoë", at=17), keep("ben", reason="=asked", choice=RELEASE)]
    decisions.decide(kept, made)
    assert decisions.noted(kept).decisions == (made[1], made[0])
    assert decisions.noted(kept).by_pair[("cyn", "jira-software")] == made[0]


def test_a_later_decision_replaces_the_one_of_the_same_person_and_product(kept: SiteStore) -> None:
    decisions.decide(kept, [keep(), keep(product="jira-core")])
    decisions.decide(kept, [keep(choice=RELEASE)])
    told = {d.product_key: d.choice for d in decisions.noted(kept).decisions}
    assert told == {"jira-core": KEEP, "jira-software": RELEASE}
    decisions.take_back(kept, [("cyn", "jira-core"), ("nobody", "jira-core")])
    assert [d.product_key for d in decisions.noted(kept).decisions] == ["jira-software"]


def test_decisions_survive_syncs_and_go_when_the_site_is_forgotten(kept: SiteStore) -> None:
    decisions.decide(kept, [keep()])
    decisions.set_thresholds(kept, Thresholds(7, 14, 21, 10))
    for _ in range(3):
        publish(kept, **company())
    assert decisions.noted(kept) == Noted((keep(),), Thresholds(7, 14, 21, 10))
    kept.forget()
    assert decisions.noted(kept) == Noted()


def test_a_protection_ends_on_the_date_it_expires() -> None:
    assert protect().protects(date(2026, 12, 23)) and not protect().expired(date(2026, 12, 23))
    assert not protect().protects(CHRISTMAS) and protect().expired(CHRISTMAS)
    assert not keep().protects(date(2026, 1, 1)) and not keep().expired(CHRISTMAS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"choice": "maybe"},
        {"choice": PROTECT},
        {"choice": PROTECT, "reason": "  ", "expires_on": CHRISTMAS},
        {"choice": PROTECT, "reason": "on leave"},
        {"choice": KEEP, "expires_on": CHRISTMAS},
        {"reason": "x" * 1001},
        {"account_id": ""},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        keep(**wrong)


@pytest.mark.parametrize(
    "wrong", [(30, 30, 90, 30), (60, 30, 90, 30), (0, 1, 2, 3), (30, 60, 367, 30), (1, 2, 3, 0)]
)
def test_thresholds_ascend(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(InvalidInput):
        Thresholds(*wrong)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'{"format":2,"decisions":[]}',
        b'{"format":1,"decisions":[{"account_id":"a"}]}',
        b'{"format":1,"decisions":[null]}',
        b'{"format":1,"decisions":[{"account_id":"a","product_key":"p","choice":"sell",'
        b'"reason":"","by":"","expires_on":null,"at":0}]}',
        b'{"format":1,"decisions":[{"account_id":"a","product_key":"p","choice":"keep",'
        b'"reason":7,"by":"","expires_on":null,"at":0}]}',
    ],
)
def test_a_corrupted_note_is_told_and_never_written_over(kept: SiteStore, note: bytes) -> None:
    kept.change_note("decisions", lambda _: note)
    with pytest.raises(StoreDamaged, match="left as they are"):
        decisions.noted(kept)
    with pytest.raises(StoreDamaged):
        decisions.decide(kept, [keep()])
    with pytest.raises(StoreDamaged):
        decisions.take_back(kept, [])
    assert kept.note("decisions") == note


def test_corrupted_thresholds_are_told(kept: SiteStore) -> None:
    kept.change_note("thresholds", lambda _: b'{"format":1,"working":90,"cooling":60}')
    with pytest.raises(StoreDamaged):
        decisions.noted(kept)
    with pytest.raises(StoreDamaged):
        decisions.set_thresholds(kept, Thresholds())
