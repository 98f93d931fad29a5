"""What may come in place of a good answer? Faults that pass, and conditions that last."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate

V3 = "/rest/api/3"
MINUTE_S = 60.0


@dataclass(frozen=True)
class Fault:
    """A fault instead of, or on top of, a good answer."""

    name: str
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


FAULTS = {
    "rate_limit": "429 as JSON with Retry-After: 1 and the RateLimit-Reason of a burst.",
    "rate_limit_no_header": "429 as JSON without Retry-After.",
    "rate_limit_html": "429 as an HTML page, with Retry-After: 0.",
    "rate_limit_date": "429 with a date in Retry-After, a second after the Date beside it.",
    "server_error": "503 as an HTML page.",
    "unavailable_wait": "503 as JSON with Retry-After: 1.",
    "reset": "The connection is cut in the middle of an answer.",
    "truncated_json": "200 with a JSON body that ends too early.",
    "anonymous_200": "An anonymous-capable endpoint answers as if nobody had logged in.",
    "redirect_login": "302 to a login page on another host.",
    "html_200": "200 with an HTML page instead of JSON.",
}

_HTML_429 = (
    b'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Oops - an error has '
    b'occurred</title></head><body class=" error-page error429"></body></html>'
)
_LIMITED = b'{"errorMessages":["Rate limit exceeded."],"errors":{}}'
_JSON = {"content-type": "application/json;charset=UTF-8"}
_HTML = {"content-type": "text/html;charset=UTF-8"}
_BURST = {"RateLimit-Reason": "jira-burst-based", "X-RateLimit-Remaining": "0"}
_DOWN = b"<html><head><title>503 Service Unavailable</title></head></html>"

LIMITED = Fault("rate_limit", 429, _LIMITED, _JSON | _BURST | {"Retry-After": "1"})
_MADE = {
    "rate_limit": LIMITED,
    "rate_limit_no_header": Fault("rate_limit_no_header", 429, _LIMITED, _JSON | _BURST),
    "rate_limit_html": Fault("rate_limit_html", 429, _HTML_429, _HTML | {"Retry-After": "0"}),
    "server_error": Fault("server_error", 503, _DOWN, _HTML),
    "unavailable_wait": Fault(
        "unavailable_wait", 503, b'{"message":"Busy."}', _JSON | {"Retry-After": "1"}
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


def fault(name: str, now_ms: int) -> Fault:
    """The fault of that name; now_ms is the site's clock. Without a body it spoils the answer."""
    if name == "rate_limit_date":
        until = formatdate(now_ms // 1000 + 1, usegmt=True)
        return Fault(name, 429, _LIMITED, _JSON | _BURST | {"Retry-After": until})
    return _MADE.get(name) or Fault(name)


@dataclass(frozen=True)
class Condition:
    """What some endpoints answer all the time; without paths, all of them."""

    sentence: str
    status: int
    body: bytes
    headers: dict[str, str]
    paths: frozenset[str] = frozenset()


def _refusal(text: str) -> bytes:
    return b'{"errorMessages":["%b"],"errors":{}}' % text.encode()


def _at(*paths: str) -> frozenset[str]:
    return frozenset(V3 + path for path in paths)


def _gone(title: str) -> bytes:
    text = f"<html><head><title>Atlassian Cloud Notifications - {title}</title></head></html>"
    return b"<!DOCTYPE html>" + text.encode()


_NOT_FOUND = b'{"errorMessages":["null for uri"],"errors":{}}'
_APPROXIMATE = "/license/approximateLicenseCount"
_APPROXIMATE_OF = f"{_APPROXIMATE}/product/{{applicationKey}}"
_MEMBERS, _SEARCH, _USERS = "/group/member", "/search/jql", ("/users/search", "/users")
_WORKLOGS = ("/worklog/updated", "/worklog/deleted", "/worklog/list")

CONDITIONS = {
    "captcha": Condition(
        "Too many failed logins: 403 with X-Seraph-LoginReason: AUTHENTICATION_DENIED.",
        403, b'{"message":"Basic auth denied"}',
        _JSON | {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"},
    ),
    "site_gone": Condition(
        "The site is unknown, renamed or suspended: 404 with an HTML page.",
        404, _gone("Page Unavailable"), _HTML,
    ),
    "jira_deactivated": Condition(
        "Jira has been deactivated on the site: 503 with an HTML page.",
        503, _gone("Product Unavailable"), _HTML,
    ),
    "scope_missing": Condition(
        "The token lacks manage:jira-configuration: 401 where that is needed.",
        401, b'{"code":401,"message":"Unauthorized; scope does not match"}', _JSON,
        _at(_MEMBERS, "/applicationrole", "/applicationrole/{key}", "/role", "/auditing/record",
            _APPROXIMATE, _APPROXIMATE_OF),
    ),
    "free_plan": Condition(
        "All products are on a Free plan: auditing/record answers 403.",
        403, _refusal("Audit log is not available on your plan."), _JSON, _at("/auditing/record"),
    ),
    "slow_user_search": Condition(
        "users/search gives up after ten seconds: 409.",
        409, _refusal("Timeout."), _JSON, _at(*_USERS),
    ),
    "users_empty": Condition(
        "users/search answers 200 with an empty list to those who may not browse users.",
        200, b"[]", _JSON, _at(*_USERS),
    ),
    "members_refused": Condition(
        "group/member answers 403.",
        403, _refusal("You do not have permission to browse users and groups."), _JSON,
        _at(_MEMBERS),
    ),
    "experimental_gone": Condition(
        "Endpoints that Atlassian calls experimental are gone: 404.",
        404, _NOT_FOUND, _JSON,
        _at("/group/bulk", "/user/bulk", "/instance/license", _APPROXIMATE, _APPROXIMATE_OF),
    ),
    "projects_refused": Condition(
        "project/search answers 403.",
        403, _refusal("You are not permitted to see projects."), _JSON, _at("/project/search"),
    ),
    "search_refused": Condition(
        "search/jql answers 403.", 403, _refusal("You are not permitted to search."), _JSON,
        _at(_SEARCH),
    ),
    "worklogs_refused": Condition(
        "The work log endpoints answer 403.", 403, _refusal("Not permitted."), _JSON,
        _at(*_WORKLOGS),
    ),
    "time_tracking_off": Condition(
        "Time tracking is disabled: the work log endpoints answer 404.",
        404, _refusal("Time tracking is disabled."), _JSON, _at(*_WORKLOGS),
    ),
    "no_issue_bulkfetch": Condition(
        "issue/bulkfetch does not exist: 404.", 404, _NOT_FOUND, _JSON, _at("/issue/bulkfetch"),
    ),
    "no_changelog_bulkfetch": Condition(
        "changelog/bulkfetch does not exist: 404.", 404, _NOT_FOUND, _JSON,
        _at("/changelog/bulkfetch"),
    ),
    "no_comment_list": Condition(
        "comment/list does not exist: 404.", 404, _NOT_FOUND, _JSON, _at("/comment/list"),
    ),
    "outage": Condition(
        "search/jql answers 503 all the time.", 503, _DOWN, _HTML, _at(_SEARCH),
    ),
    "plans_outage": Condition(
        "instance/license answers 503 all the time.", 503, _DOWN, _HTML, _at("/instance/license"),
    ),
    "comments_outage": Condition(
        "The comments of single issues answer 500 all the time.", 500, _refusal("Internal error."),
        _JSON, _at("/issue/{issueIdOrKey}/comment"),
    ),
}  # fmt: skip


def condition(names: frozenset[str], template: str) -> Fault | None:
    """What a lasting condition of the site or the token answers in place of an endpoint."""
    for name, lasting in CONDITIONS.items():
        if name in names and (not lasting.paths or template in lasting.paths):
            return Fault(name, lasting.status, lasting.body, lasting.headers)
    return None
