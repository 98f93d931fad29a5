"""Alerts: each arrives once over each channel, and what was told is forgotten with the data."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jira_usage.alerts.outbox import CLAIM_MS, deliver
from jira_usage.alerts.rules import Alert, Rules, of_snapshot
from jira_usage.errors import JiraUsageError
from jira_usage.period import DAY_MS
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from tests import builders
from tests.builders import NOW, got


@dataclass
class Box:
    """A channel that can be broken."""

    name: str = "box"
    got: list[str] = field(default_factory=list)
    broken: bool = False

    def send(self, title: str, text: str) -> None:
        if self.broken:
            raise JiraUsageError("The box is closed.")
        self.got.append(title)


def alert(*keys: str) -> Alert:
    return Alert(keys, f"About {' and '.join(keys)}", "Look.")


def test_an_alert_arrives_once_over_each_channel(tmp_path: Path) -> None:
    kept, boxes = SiteStore(tmp_path), [Box("a"), Box("b")]
    for night in range(3):
        deliver([alert("seats"), alert("token")], kept, boxes, NOW + night * DAY_MS)
    assert all(box.got == ["About seats", "About token"] for box in boxes)


def test_what_could_not_be_sent_is_sent_later_and_only_where_it_failed(tmp_path: Path) -> None:
    kept, good, bad = SiteStore(tmp_path), Box("good"), Box("bad", broken=True)
    assert deliver([alert("seats")], kept, [good, bad], NOW).trouble == "The box is closed."
    bad.broken = False
    assert deliver([alert("seats")], kept, [good, bad], NOW + 1).told == 1
    assert good.got == bad.got == ["About seats"]


def test_what_has_ended_is_told_anew_when_it_comes_again(tmp_path: Path) -> None:
    kept, box = SiteStore(tmp_path), Box()
    for holding in ([alert("seats")], [], [alert("seats")]):
        deliver(holding, kept, [box], NOW)
    assert len(box.got) == 2


def test_one_more_new_license_is_news_and_one_less_is_not(tmp_path: Path) -> None:
    kept, box = SiteStore(tmp_path), Box()
    for keys in (("u:1", "u:2"), ("u:1", "u:2", "u:3"), ("u:2", "u:3")):
        deliver([alert(*keys)], kept, [box], NOW)
    assert len(box.got) == 2


def test_of_many_that_deliver_at_once_one_does(tmp_path: Path) -> None:
    kept, box = SiteStore(tmp_path), Box()
    askers = [
        threading.Thread(target=deliver, args=([alert("seats")], kept, [box], NOW))
        for _ in range(8)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert box.got == ["About seats"]


def test_whoever_dies_while_sending_is_followed_by_another(tmp_path: Path) -> None:
    class Dies(Box):
        def send(self, title: str, text: str) -> None:
            raise KeyboardInterrupt

    kept, box = SiteStore(tmp_path), Box()
    with pytest.raises(KeyboardInterrupt):
        deliver([alert("seats")], kept, [Dies()], NOW)
    deliver([alert("seats")], kept, [box], NOW + CLAIM_MS - 1)
    assert not box.got
    deliver([alert("seats")], kept, [box], NOW + CLAIM_MS)
    assert box.got == ["About seats"]


def test_the_snapshot_s_alerts_are_forgotten_with_it(tmp_path: Path) -> None:
    """Who has an unused license is remembered as a digest, and only with the site's data."""
    kept = SiteStore(tmp_path / "site")
    builders.publish(kept, **{**builders.company(), "changes": [got("cyn", 31)]})
    deliver(of_snapshot(Snapshot.load(kept), Rules()), kept, [Box()], NOW)
    assert kept.note("alerts") and b"cyn" not in (kept.note("alerts") or b"")
    kept.forget()
    assert kept.note("alerts") is None
