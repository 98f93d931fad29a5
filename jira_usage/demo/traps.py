"""What else can go wrong? Extra traps, each by name, hooked into the server in three places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

EVERY = 5
"""Of the requests to one path, each fifth (the 2nd, 7th, …) meets a fault; a retry succeeds."""

FAULTS = {
    "rate_limit": "429 as JSON with Retry-After: 1 and the RateLimit-Reason of a burst.",
    "rate_limit_no_header": "429 as JSON without Retry-After.",
    "rate_limit_html": "429 as an HTML page, with Retry-After: 0.",
    "server_error": "503 as an HTML page.",
    "reset": "The connection is cut in the middle of an answer.",
    "truncated_json": "200 with a JSON body that ends too early.",
    "anonymous_200": "An anonymous-capable endpoint answers as if nobody had logged in.",
    "redirect_login": "302 to a login page on another host.",
    "html_200": "200 with an HTML page instead of JSON.",
}
PAGES = {
    "repeated_token": "The second page of a crawl names its own token as the next one, once.",
    "token_expires": "A token in the middle of a crawl is refused with 400, once per path.",
    "empty_page": "An empty page with a token stands between two pages, once per path.",
    "duplicate_histories": "Histories come twice: at page edges, and within a page.",
    "short_pages": "Search pages and pages of users hold fewer rows than asked for.",
}
STATES = {
    "index_lag": "The search index is four minutes late.",
    "skewed_clock": "The site's clock is seven minutes ahead of this machine's.",
    "drift": "Each request moves the site's clock on by 45 seconds: it changes while being read.",
    "bulkfetch_cap_1000": "changelog/bulkfetch refuses maxResults over 1000 with 400.",
    "no_issue_bulkfetch": "issue/bulkfetch does not exist: 404.",
    "colon_offsets": "Timestamps carry +02:00 instead of +0200.",
    "z_offsets": "Timestamps are UTC and end in Z.",
    "iso_bulkfetch": "changelog/bulkfetch sends created as text, not as epoch milliseconds.",
    "newest_comments": "Issues embed their newest 20 comments, not their oldest.",
}
CONDITIONS = {
    "captcha": "Too many failed logins: 403 with X-Seraph-LoginReason: AUTHENTICATION_DENIED.",
    "site_gone": "The site is unknown, renamed or suspended: 404 with an HTML page.",
    "jira_deactivated": "Jira has been deactivated on the site: 503 with an HTML page.",
    "scope_missing": "The token lacks manage:jira-configuration: 401 where that is needed.",
    "free_plan": "All products are on a Free plan: auditing/record answers 403.",
    "slow_user_search": "users/search gives up after ten seconds: 409.",
}
TRAPS = FAULTS | PAGES | STATES | CONDITIONS
GROUPS = {
    "hostile": "Every fault and every odd page, on a site that changes while it is being read.",
    "all": "Every trap that can be set beside the others.",
}
_NOT_TOGETHER = {"z_offsets"}  # beside colon_offsets


def available() -> dict[str, str]:
    """Names and one sentence each, groups included."""
    return TRAPS | GROUPS


def chosen(names: str | Iterable[str]) -> frozenset[str]:
    """The traps that a choice of names means; an unknown name is a ValueError."""
    wanted = {names} if isinstance(names, str) else set(names)
    unknown = wanted - TRAPS.keys() - GROUPS.keys()
    if unknown:
        raise ValueError(f"unknown traps: {', '.join(sorted(unknown))}")
    if "all" in wanted:
        wanted |= TRAPS.keys() - _NOT_TOGETHER - CONDITIONS.keys()
    if "hostile" in wanted:
        wanted |= FAULTS.keys() | PAGES.keys() | {"drift"}
    return frozenset(wanted & TRAPS.keys())


@dataclass
class Fault:
    """A fault instead of, or on top of, a good answer."""

    name: str
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


_HTML_429 = (
    b'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Oops - an error has '
    b'occurred</title></head><body class=" error-page error429"></body></html>'
)
_GONE = (
    b"<!DOCTYPE html><html><head><title>Atlassian Cloud Notifications - %b</title></head></html>"
)
_LIMITED = b'{"errorMessages":["Rate limit exceeded."],"errors":{}}'
_JSON = {"content-type": "application/json;charset=UTF-8"}
_HTML = {"content-type": "text/html;charset=UTF-8"}
_BURST = {"RateLimit-Reason": "jira-burst-based", "X-RateLimit-Remaining": "0"}


_PLACES = {
    "/rest/api/3/group/member", "/rest/api/3/applicationrole", "/rest/api/3/applicationrole/{key}",
    "/rest/api/3/license/approximateLicenseCount", "/rest/api/3/role",
    "/rest/api/3/license/approximateLicenseCount/product/{applicationKey}",
    "/rest/api/3/auditing/record",
}  # fmt: skip


def condition(names: frozenset[str], template: str) -> Fault | None:
    """What a lasting condition of the site or the token answers in place of an endpoint."""
    if "site_gone" in names:
        return Fault("site_gone", 404, _GONE % b"Page Unavailable", _HTML)
    if "jira_deactivated" in names:
        return Fault("jira_deactivated", 503, _GONE % b"Product Unavailable", _HTML)
    if "captcha" in names:
        denied = {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}
        return Fault("captcha", 403, b'{"message":"Basic auth denied"}', _JSON | denied)
    if "scope_missing" in names and template in _PLACES:
        body = b'{"code":401,"message":"Unauthorized; scope does not match"}'
        return Fault("scope_missing", 401, body, _JSON)
    if "free_plan" in names and template.endswith("/auditing/record"):
        body = b'{"errorMessages":["Audit log is not available on your plan."],"errors":{}}'
        return Fault("free_plan", 403, body, _JSON)
    if "slow_user_search" in names and template.endswith(("/users/search", "/users")):
        return Fault("slow_user_search", 409, b'{"errorMessages":["Timeout."],"errors":{}}', _JSON)
    return None


class Traps:
    """The traps of one site, and how often each path has been asked."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self._faults = [name for name in FAULTS if name in names]
        self._asked: Counter[str] = Counter()
        self._fired: Counter[tuple[str, str]] = Counter()

    def reset(self) -> None:
        self._asked.clear()
        self._fired.clear()

    # -- first hook: before the endpoint

    def fault(self, path: str, *, anonymous_capable: bool) -> Fault | None:
        """The fault that this request meets."""
        if not self._faults:
            return None
        self._asked[path] += 1
        turn, place = divmod(self._asked[path] - 2, EVERY)
        if place != 0:
            return None
        # Paths that are asked once or twice meet different faults, not all the first one.
        name = self._faults[(turn + sum(map(ord, path))) % len(self._faults)]
        if name == "anonymous_200" and not anonymous_capable:
            return None
        return _FAULTS_MADE.get(name) or Fault(name)

    def _once(self, trap: str, path: str) -> bool:
        if trap not in self.names or self._fired[trap, path]:
            return False
        self._fired[trap, path] += 1
        return True

    def refuses_token(self, path: str, token: Any) -> bool:
        return bool(token) and self._once("token_expires", path)

    # -- second hook: the document of a page

    def page(self, path: str, token: Any, document: Any) -> Any:
        """The document as the client gets it."""
        if not isinstance(document, dict) or not document.get("nextPageToken"):
            return document
        rows = "issues" if "issues" in document else "issueChangeLogs"
        if not token and self._once("empty_page", path):
            # The page is not lost: its token leads to it, see unwrapped().
            return document | {rows: [], "nextPageToken": "~"}
        if token and token != "~" and self._once("repeated_token", path):
            return document | {"nextPageToken": token}
        return document


def unwrapped(token: Any) -> Any:
    """The token that an empty page's token stands for."""
    return None if token == "~" else token


_FAULTS_MADE = {
    "rate_limit": Fault("rate_limit", 429, _LIMITED, _JSON | _BURST | {"Retry-After": "1"}),
    "rate_limit_no_header": Fault("rate_limit_no_header", 429, _LIMITED, _JSON | _BURST),
    "rate_limit_html": Fault("rate_limit_html", 429, _HTML_429, _HTML | {"Retry-After": "0"}),
    "server_error": Fault(
        "server_error",
        503,
        b"<html><head><title>503 Service Unavailable</title></head></html>",
        _HTML,
    ),
    "redirect_login": Fault(
        "redirect_login",
        302,
        b"",
        _HTML | {"Location": "https://id.atlassian.invalid/login?continue=site"},
    ),
    "html_200": Fault(
        "html_200", 200, b"<!DOCTYPE html><html><head><title>Log in</title></head></html>", _HTML
    ),
}
