"""What do an answer's status, its headers and its type tell of?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from jira_usage.errors import (
    AuthenticationFailed,
    NotJiraCloud,
    PermissionMissing,
    RequestRefused,
    ScopeMissing,
    SiteError,
    SiteUnreachable,
)
from jira_usage.retry_after import LIMITED, retry_after

# https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
NOT_LOGGED_IN = frozenset(
    {"AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED", "AUTHORISATION_FAILED", "OUT"}
)
TOKEN_HINT = (
    "Check the email address and create a new token at id.atlassian.com under Security, "
    "API tokens. A token ends after a year at the latest."
)

Headers = Mapping[str, str]


class Temporary(Exception):
    """What may pass: the error, if it does not, and for how many seconds to wait at least."""

    def __init__(self, error: SiteError, wait: float = 0.0) -> None:
        super().__init__()
        self.error = error
        self.wait = wait


class Limited(Exception):
    """Asked too often: for how many seconds to wait at least."""

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


def judge(status: int, headers: Headers, content: bytes, *, signs_in: bool, is_jira: bool) -> None:
    """Raises the error that an answer tells of, Temporary or Limited where it may be asked again.

    `is_jira`: the site has shown to be Jira, so that one path that is missing is no other site.
    """
    # Whoever sends no credentials is told OUT, which is then no failure.
    login = headers.get("X-Seraph-LoginReason", "") if signs_in else ""
    if NOT_LOGGED_IN & {part.strip().upper() for part in login.split(",")}:
        if "AUTHENTICATION_DENIED" in login.upper():
            raise AuthenticationFailed(
                "Jira has locked this login after too many failed attempts.",
                "Log in once in a browser, then try again.",
            )
        raise AuthenticationFailed("Jira does not accept this email and token.", TOKEN_HINT)
    wait = retry_after(status, headers)
    if status == LIMITED:
        raise Limited(wait)
    if status >= 500 or status == 408:
        if b"Product Unavailable" in content or b"has been deactivated" in content:
            raise NotJiraCloud(
                "Jira is deactivated on this site.",
                "An organization administrator can activate it again at admin.atlassian.com.",
            )
        raise Temporary(
            SiteUnreachable(
                f"Jira answered with an error of its own ({status}), several times.",
                "Try again in a few minutes; status.atlassian.com tells of outages.",
            ),
            wait,
        )
    if 300 <= status < 400:
        there = _host(headers.get("Location", "")) or "another page"
        raise NotJiraCloud(
            f"The site sends us on to {there}, and a token is never sent after a redirect.",
            "If the site was renamed, connect with its new address.",
        )
    is_json = "json" in headers.get("Content-Type", "").lower()
    page = NotJiraCloud(
        "What answers at this address is a web page, not Jira Cloud's API.",
        "Check the address: the site may be misspelled, renamed or suspended.",
    )
    if not is_json and status == 200:
        raise Temporary(page)
    if not is_json and status == 404 and (not is_jira or b"Page Unavailable" in content):
        raise page
    if status == 401:
        raise _unauthorized(content)
    if status == 403:
        raise PermissionMissing(
            "Jira does not allow this account to read that.",
            "A Jira administrator can grant the permission.",
        )
    if status >= 400:
        raise RequestRefused(f"Jira refused a request ({status}).", status=status)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _unauthorized(content: bytes) -> AuthenticationFailed | PermissionMissing:
    if b"scope does not match" in content:
        return ScopeMissing(
            "The token's scopes do not allow this.",
            "Create a token with the scopes read:jira-work, read:jira-user and "
            "manage:jira-configuration, or one without scopes.",
        )
    return AuthenticationFailed("Jira does not accept this email and token.", TOKEN_HINT)


def unreachable(base_url: str, error: Exception) -> SiteUnreachable:
    """Why there was no answer at all."""
    host = urlsplit(base_url).netloc
    kind = type(error).__name__
    if "SSL" in kind or "SSL" in type(getattr(error, "__context__", None)).__name__:
        why = f"No secure connection to {host} could be made."
    elif "Timeout" in kind:
        why = f"{host} did not answer in time."
    else:
        why = f"No connection to {host} could be made."
    return SiteUnreachable(
        why, "Check the address, your network and its proxy or firewall, then try again."
    )


def damaged() -> SiteUnreachable:
    """Why an answer can't be read."""
    return SiteUnreachable(
        "Jira's answers arrive damaged, several times.",
        "Try again; a proxy on the way may cut them.",
    )
