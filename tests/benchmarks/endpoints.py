"""Which endpoint does a request belong to? Jira's burst limits are per method and endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable

_OLDER = re.compile(r"^/rest/api/(?:2|latest)(?=/)")


def endpoint_finder() -> Callable[[str, str], str]:
    """Names the endpoint of a method and path, such as `GET /rest/api/3/issue/{issueIdOrKey}`."""
    import jira_usage.demo.server  # noqa: F401 - the endpoints register themselves
    from jira_usage.demo.desk import ROUTES

    routes = sorted(ROUTES, key=lambda route: route.template.count("{"))
    patterns = [
        (route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", route.template)), route.template)
        for route in routes
    ]

    def find(method: str, path: str) -> str:
        path = _OLDER.sub("/rest/api/3", path).rstrip("/")
        for verb, pattern, template in patterns:
            if verb == method and pattern.fullmatch(path):
                return f"{method} {template}"
        return f"{method} {path}"

    return find
