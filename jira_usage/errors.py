"""The tree of what can go wrong.

JiraUsageError                    exit code
├── InvalidInput                  2   something typed can't be used
├── AuthenticationFailed          3   Jira does not accept the email and token
├── PermissionMissing             4   the token is good, but may not read this
│   └── ScopeMissing              4   whatever its account may, the token's scopes do not
├── SiteError                     5   not a Jira Cloud site that can be reached
│   ├── HostNotAllowed            5   the address is not one this app may contact
│   ├── NotJiraCloud              5   something else answers there
│   └── SiteUnreachable           5   no usable answer came
│       └── RateLimited           5   Jira asks to wait longer than we can
├── RequestRefused                5   Jira refuses one request (400, 404, 410, …)
├── PagingBroken                  6   pages repeat, or do not end
├── SyncIncomplete                6   a sync stopped before its end
│   ├── SyncCancelled             6   because somebody stopped it
│   └── SyncRunning               6   because another one of the site runs
├── StoreUnusable                 6   the disk is full, or the folder can't be written
├── StoreDamaged                  7   what was kept can't be read
│   └── SnapshotReplaced          7   because newer syncs have taken its place
└── NothingSynced                 7   there is no snapshot yet

A message says what happened; `remedy` says what to do next. Neither holds a
header, a body or a query string.
"""

from __future__ import annotations

KEPT = "What was synced before is kept."


class JiraUsageError(Exception):
    """Something went wrong in a way a person can act on."""

    exit_code = 1
    title = "That did not work"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(JiraUsageError):
    exit_code = 2
    title = "That can't be used"


class AuthenticationFailed(JiraUsageError):
    exit_code = 3
    title = "Jira did not accept the token"


class PermissionMissing(JiraUsageError):
    exit_code = 4
    title = "A permission is missing"


class ScopeMissing(PermissionMissing):
    title = "A scope of the token is missing"


class SiteError(JiraUsageError):
    exit_code = 5
    title = "No Jira Cloud site there"


class HostNotAllowed(SiteError):
    title = "This address is not allowed"


class NotJiraCloud(SiteError):
    title = "This is not a Jira Cloud site"


class SiteUnreachable(SiteError):
    title = "The site can't be reached"


class RateLimited(SiteUnreachable):
    title = "Jira asks us to wait"


class RequestRefused(JiraUsageError):
    exit_code = 5
    title = "Jira refused a request"

    def __init__(self, message: str, remedy: str = "", *, status: int) -> None:
        super().__init__(message, remedy)
        self.status = status


class PagingBroken(JiraUsageError):
    exit_code = 6
    title = "Jira's pages did not end"


class SyncIncomplete(JiraUsageError):
    exit_code = 6
    title = "The sync did not finish"


class SyncCancelled(SyncIncomplete):
    title = "The sync was cancelled"


class SyncRunning(SyncIncomplete):
    title = "Another sync is running"


class StoreUnusable(JiraUsageError):
    exit_code = 6
    title = "The store can't be used"


class StoreDamaged(JiraUsageError):
    exit_code = 7
    title = "The stored data can't be read"


class SnapshotReplaced(StoreDamaged):
    title = "There is newer data"


class NothingSynced(JiraUsageError):
    exit_code = 7
    title = "Nothing has been synced yet"
