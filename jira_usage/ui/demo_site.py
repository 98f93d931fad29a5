"""The demo site of this server: a simulated Jira Cloud, started when somebody asks for it."""

from __future__ import annotations

import os
import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from jira_usage import terms
from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite
from jira_usage.store import SiteStore
from jira_usage.terms import Price, ProductTerms, Terms

DAYS: Final = 90
"""How far back the first sync of the demo reads: verdicts look back that far."""
RENEWAL_IN_DAYS: Final = 90
# What the invented company bought, and what a person of it costs a month, in US dollars.
BOUGHT: Final = {
    "jira-software": (300, "7.91"),
    "jira-servicedesk": (40, "20"),
    "jira-product-discovery": (30, "10"),
}

# A port of its own, so that what was synced is found again after a restart.
USUAL_PORT = 8970
_lock = threading.Lock()
_started: list[DemoSite] = []


def connection() -> Connection:
    """The way into the demo site; starts it at the first call. Takes some seconds then."""
    with _lock:
        if not _started:
            _started.append(_start())
        site = _started[0]
    hosts = Hosts.parse(os.environ.get("JIRA_USAGE_ALLOWED_HOSTS", "")).plus(site.host)
    return Connection.parse(site.url, site.email, site.token, hosts=hosts)


def note_prices(kept: SiteStore) -> None:
    """Notes what the invented company pays, where nobody has said anything of it."""
    if kept.note(terms.NOTE) is None:
        terms.change_terms(kept, lambda told: told if told.products else _contract())


def _contract() -> Terms:
    renews_on = date.today() + timedelta(days=RENEWAL_IN_DAYS)
    return Terms(
        {
            key: ProductTerms(bought, Price.flat(Decimal(price)), "annual", renews_on)
            for key, (bought, price) in BOUGHT.items()
        }
    )


def _start() -> DemoSite:
    try:
        return DemoSite(size="small", seed=1, port=USUAL_PORT).start()
    except OSError:
        return DemoSite(size="small", seed=1).start()
