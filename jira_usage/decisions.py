"""What people have decided about licenses, and where verdicts change: kept with a site's data.

Both live in notes of the SiteStore. A sync never touches them; forgetting the site
deletes them. A note that can't be read is never overwritten: reading and writing raise
StoreDamaged, and the note stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import orjson

from jira_usage.errors import InvalidInput, StoreDamaged
from jira_usage.store import SiteStore

KEEP, RELEASE, PROTECT = "keep", "release", "protect"
CHOICES: Final = (KEEP, RELEASE, PROTECT)
DECISIONS, THRESHOLDS = "decisions", "thresholds"
FORMAT = 1
LONGEST_REASON, LONGEST_NAME = 1_000, 200
LONGEST_THRESHOLD = 366


@dataclass(frozen=True)
class Decision:
    """What to do with one person's license of one product, and why.

    A protection ends by itself: `expires_on` is the first date on which it no longer
    protects, by the days of the zone that is looked at. `at` is epoch ms.
    """

    account_id: str
    product_key: str
    choice: str
    reason: str = ""
    expires_on: date | None = None
    by: str = ""
    at: int = 0

    def __post_init__(self) -> None:
        if not (self.account_id and self.product_key):
            raise InvalidInput("A decision needs an account and a product.")
        if self.choice not in CHOICES:
            raise InvalidInput(
                f"“{self.choice[:40]}” is no decision.", f"Use {', '.join(CHOICES)}."
            )
        if len(self.reason) > LONGEST_REASON or len(self.by) > LONGEST_NAME:
            raise InvalidInput("The reason or the name is too long.", "Shorten it.")
        if self.choice == PROTECT and not (self.reason.strip() and self.expires_on):
            raise InvalidInput(
                "A protection needs a reason and a date on which it expires.", "Give both."
            )
        if self.choice != PROTECT and self.expires_on:
            raise InvalidInput("Only a protection expires.", "Leave the date empty.")

    @property
    def pair(self) -> tuple[str, str]:
        return self.account_id, self.product_key

    def protects(self, today: date) -> bool:
        """Whether it protects on that date of the zone."""
        return self.choice == PROTECT and self.expires_on is not None and today < self.expires_on

    def expired(self, today: date) -> bool:
        return self.choice == PROTECT and not self.protects(today)


@dataclass(frozen=True)
class Thresholds:
    """How many dates, today included, each verdict reaches back.

    An act on date D is today − D days ago. Up to `working` − 1 days ago it makes a person
    Working, then Cooling up to `cooling` − 1, then Quiet up to `quiet` − 1. `new` is for
    how many dates somebody who was first seen then is New.
    """

    working: int = 30
    cooling: int = 60
    quiet: int = 90
    new: int = 30

    def __post_init__(self) -> None:
        told = (self.working, self.cooling, self.quiet, self.new)
        if any(type(days) is not int or not 1 <= days <= LONGEST_THRESHOLD for days in told):
            raise InvalidInput(f"A threshold is 1 to {LONGEST_THRESHOLD} days.")
        if not self.working < self.cooling < self.quiet:
            raise InvalidInput(
                "Working, Cooling and Quiet must reach further back one after the other.",
                "Use for example 30, 60 and 90 days.",
            )


@dataclass(frozen=True)
class Noted:
    """All that people have noted of a site: one decision at most for each account and product."""

    decisions: tuple[Decision, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)

    @cached_property
    def by_pair(self) -> Mapping[tuple[str, str], Decision]:
        return {decision.pair: decision for decision in self.decisions}

    def with_thresholds(self, thresholds: Thresholds) -> Noted:
        return replace(self, thresholds=thresholds)


def noted(kept: SiteStore) -> Noted:
    """What is noted of a site; StoreDamaged where it can't be read."""
    return Noted(_decisions(kept.note(DECISIONS)), _thresholds(kept.note(THRESHOLDS)))


def decide(kept: SiteStore, decisions: Iterable[Decision]) -> None:
    """Keeps decisions, each in the place of an earlier one of the same account and product."""
    new = {decision.pair: decision for decision in decisions}

    def change(note: bytes | None) -> bytes:
        return _written({d.pair: d for d in _decisions(note)} | new)

    kept.change_note(DECISIONS, change)


def take_back(kept: SiteStore, pairs: Iterable[tuple[str, str]]) -> None:
    """Forgets what was decided about some accounts' products."""
    gone = set(pairs)

    def change(note: bytes | None) -> bytes:
        return _written({d.pair: d for d in _decisions(note) if d.pair not in gone})

    kept.change_note(DECISIONS, change)


def set_thresholds(kept: SiteStore, thresholds: Thresholds) -> None:
    """Keeps where verdicts change."""

    def change(note: bytes | None) -> bytes:
        _thresholds(note)
        return orjson.dumps({"format": FORMAT, **asdict(thresholds)})

    kept.change_note(THRESHOLDS, change)


def _written(decisions: Mapping[tuple[str, str], Decision]) -> bytes:
    rows = [asdict(decisions[pair]) for pair in sorted(decisions)]
    return orjson.dumps({"format": FORMAT, "decisions": rows})


def _decisions(note: bytes | None) -> tuple[Decision, ...]:
    if note is None:
        return ()
    try:
        read = tuple(_decision(row) for row in _document(note)["decisions"])
    except (ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise _damaged("The decisions about licenses") from None
    if len({decision.pair for decision in read}) != len(read):
        raise _damaged("The decisions about licenses")
    return tuple(sorted(read, key=lambda decision: decision.pair))


def _decision(row: Mapping[str, Any]) -> Decision:
    texts = {name: row[name] for name in ("account_id", "product_key", "choice", "reason", "by")}
    if not all(type(text) is str for text in texts.values()) or type(row["at"]) is not int:
        raise TypeError("a decision's words are texts")
    until = row["expires_on"]
    return Decision(**texts, expires_on=date.fromisoformat(until) if until else None, at=row["at"])


def _thresholds(note: bytes | None) -> Thresholds:
    if note is None:
        return Thresholds()
    try:
        told = _document(note)
        return Thresholds(**{name: told[name] for name in ("working", "cooling", "quiet", "new")})
    except (ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise _damaged("The thresholds of the verdicts") from None


def _document(note: bytes) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(note)
    if told["format"] != FORMAT:
        raise ValueError("another format")
    return told


def _damaged(what: str) -> StoreDamaged:
    return StoreDamaged(
        f"{what} can't be read. They are left as they are, and nothing is written over them.",
        "Restore the store's folder from a backup, or forget this site's data to start anew.",
    )
