"""What a report is made of, and what it says of its making."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from jira_usage import decisions, seen, terms
from jira_usage.decisions import Noted
from jira_usage.metrics.prices import monthly_prices
from jira_usage.metrics.reclaim import Beside
from jira_usage.period import Period
from jira_usage.scope import People
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from jira_usage.terms import Terms


@dataclass(frozen=True)
class Subject:
    """A snapshot over a period by one definition, with what people have noted beside it."""

    snapshot: Snapshot
    period: Period
    count_created: bool = False
    noted: Noted = field(default_factory=Noted)
    beside: Beside = field(default_factory=Beside)
    said: Terms = field(default_factory=Terms)

    @property
    def key(self) -> tuple[Snapshot, Period, bool]:
        """The arguments that every function of metrics.answers begins with."""
        return self.snapshot, self.period, self.count_created

    @property
    def beside_it(self) -> tuple[Hashable, ...]:
        """What people have noted, as a part of a key."""
        return self.noted, self.beside, self.said.to_json()


@dataclass(frozen=True)
class Making:
    """Who made a report, when (epoch ms), of which part of the site, and how people appear."""

    by: str
    at_ms: int
    scope: str = "The whole site"
    people: People = "names"


def subject_of(
    kept: SiteStore, snapshot: Snapshot, period: Period, *, count_created: bool = False
) -> Subject:
    """A snapshot with the decisions, prices and last sights that are kept beside it.

    Raises StoreDamaged where one of these notes can't be read.
    """
    noted, said = decisions.noted(kept), terms.terms_of(kept)
    return Subject(snapshot, period, count_created, noted, beside_of(kept), said)


def beside_of(kept: SiteStore) -> Beside:
    """Prices and the last sight of people, as far as they were given."""
    said = terms.terms_of(kept)
    told = seen.load_last_seen(kept)
    return Beside(
        prices=tuple(sorted(monthly_prices(said).items())),
        last_seen=tuple(sorted(told.seen.items())) if told else (),
        seen_in="an Atlassian product" if told and told.anywhere else "Jira",
        currency=said.currency,
        paid=tuple(sorted(key for key, one in said.products.items() if one.price is not None)),
    )
