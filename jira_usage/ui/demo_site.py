"""The demo site of this server: a simulated Jira Cloud, started when somebody asks for it."""

from __future__ import annotations

import os
import threading

from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite

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


def _start() -> DemoSite:
    try:
        return DemoSite(size="small", seed=1, port=USUAL_PORT).start()
    except OSError:
        return DemoSite(size="small", seed=1).start()
