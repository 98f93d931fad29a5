"""How long does the site alone need for the same answers, with nobody to read them?"""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Iterable

from .gate import Call
from .site_process import Address


def replay(calls: Iterable[Call], address: Address) -> float:
    """Seconds to ask the same again over one connection, the answers left as bytes."""
    login = base64.b64encode(f"{address.email}:{address.token}".encode()).decode()
    headers = {
        "Authorization": f"Basic {login}",
        "Accept-Encoding": "gzip",
        "Content-Type": "application/json",
    }
    connection = http.client.HTTPConnection(address.host, timeout=300)
    began = time.monotonic()
    for call in calls:
        connection.request(call.method, call.target, call.body or None, headers)
        connection.getresponse().read()
    took = time.monotonic() - began
    connection.close()
    return took
