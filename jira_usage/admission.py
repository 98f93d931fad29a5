"""Who may see what is kept: a token that Jira accepts, or the very one that made it."""

from __future__ import annotations

from jira_usage.connection import Connection
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    NothingSynced,
    PermissionMissing,
    SiteError,
)
from jira_usage.pace import QUICK
from jira_usage.preflight import sign_in
from jira_usage.store import SiteStore, Store


def admit(connection: Connection, store: Store) -> SiteStore:
    """What is kept for the account of a connection.

    Jira is asked whose token it is. Where Jira can't be asked, only the token that
    made the snapshot is admitted. Raises AuthenticationFailed for any other, and
    NothingSynced where nothing is kept of the site.
    """
    try:
        signed_in = sign_in(connection, patience=QUICK)
    except (SiteError, PermissionMissing) as trouble:
        return _admit_unasked(connection, store, trouble)
    signed_in.cloud.transport.close()
    return store.site(signed_in.site_url, signed_in.account_id)


def _admit_unasked(connection: Connection, store: Store, trouble: JiraUsageError) -> SiteStore:
    site_url = connection.site.url
    kept = store.admitted(site_url, connection.email, connection.api_token)
    if kept:
        return kept
    if not store.knows(site_url):
        raise NothingSynced(
            f"{trouble.message} Nothing has been synced from it yet.", trouble.remedy
        ) from None
    raise AuthenticationFailed(
        f"{trouble.message} Until Jira can be asked, only the email and token of the last "
        "sync open what is kept, and these are others.",
        "Try again when the site can be reached.",
    ) from None
