"""A first sync and one a day later, of the same site: what do they tell of themselves?"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import child
from .child import Cost
from .site_process import Address, Served, Site

ONE_DAY = 1.0


@dataclass(frozen=True)
class Synced:
    """One sync. `seconds` from its first request to the published snapshot."""

    summary: Mapping[str, Any]
    seconds: float
    cost: Cost
    served: Served
    profile: Mapping[str, float] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return int(self.summary["requests"])

    @property
    def times_the_least(self) -> float:
        return self.requests / float(self.summary["least_requests"])


@dataclass(frozen=True)
class FirstAndLater:
    """Two syncs of one site with a day between them."""

    size: str
    latency: float
    first: Synced
    later: Synced


def environment(address: Address, home: Path) -> dict[str, str]:
    """What the command line needs to know to read that site into that folder."""
    return {
        "JIRA_SITE": address.url,
        "JIRA_EMAIL": address.email,
        "JIRA_API_TOKEN": address.token,
        "JIRA_USAGE_ALLOWED_HOSTS": address.host,
        "JIRA_USAGE_HOME": str(home),
    }


def first_and_later(size: str, latency: float, *, profile: bool = False) -> FirstAndLater:
    """Syncs a fresh site, lets a day pass and syncs again, each after a rehearsal."""
    with tempfile.TemporaryDirectory() as name, Site(size, latency) as site:
        home = Path(name) / "home"
        first = _rehearsed(site, home, profile=profile)
        site.advance(ONE_DAY)
        later = _rehearsed(site, home)
    return FirstAndLater(size, latency, first, later)


def _rehearsed(site: Site, home: Path, *, profile: bool = False) -> Synced:
    """A sync of a site that knows its answers by heart, by another one from the same start.

    It is the rehearsal that is profiled: who looks on holds pages in memory.
    """
    aside = home.with_name("aside")
    if home.exists():
        shutil.copytree(home, aside)
    with site.rehearsing():
        rehearsal = sync_once(site, aside, profile=profile)
    shutil.rmtree(aside)
    return replace(sync_once(site, home), profile=rehearsal.profile)


def sync_once(site: Site, home: Path, *, profile: bool = False) -> Synced:
    """One sync in a process of its own; CommandFailed where it failed."""
    home.mkdir(exist_ok=True)
    sampled = home / "profile.json"
    command = [sys.executable, "-m", f"{__package__}.one_sync"]
    command += ["--profile", str(sampled)] if profile else []
    site.reset()
    cost = child.run(command, environment=environment(site.address, home)).or_raise()
    told = json.loads(cost.output)
    spent = json.loads(sampled.read_text()) if profile else {}
    return Synced(told["summary"], told["seconds"], cost, site.served(), spent)
