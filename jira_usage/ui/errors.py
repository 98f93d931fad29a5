"""How an error looks on a page: what happened, and the next step. The one place for it."""

from __future__ import annotations

import streamlit as st

from jira_usage.errors import (
    AuthenticationFailed,
    HostNotAllowed,
    InvalidInput,
    JiraUsageError,
    NotJiraCloud,
    PermissionMissing,
    RateLimited,
    SiteUnreachable,
    StoreDamaged,
    SyncCancelled,
)
from jira_usage.ui.text import safe

# The first class that fits gives the icon.
ICONS: tuple[tuple[type[JiraUsageError], str], ...] = (
    (AuthenticationFailed, ":material/key_off:"),
    (PermissionMissing, ":material/lock:"),
    (HostNotAllowed, ":material/block:"),
    (NotJiraCloud, ":material/domain_disabled:"),
    (RateLimited, ":material/hourglass:"),
    (SiteUnreachable, ":material/cloud_off:"),
    (InvalidInput, ":material/edit:"),
    (StoreDamaged, ":material/database_off:"),
    (SyncCancelled, ":material/cancel:"),
    (JiraUsageError, ":material/error:"),
)


def show_error(error: JiraUsageError, *, calm: bool = False) -> None:
    """The title, what happened, and the next step; `calm` where nothing is lost."""
    draw = st.warning if calm else st.error
    draw(sentences(error), title=safe(error.title), icon=icon_of(error))


def sentences(error: JiraUsageError) -> str:
    """What happened and what to do next, as Markdown."""
    if not error.remedy:
        return safe(error.message)
    return f"{safe(error.message)}\n\n**Next:** {safe(error.remedy)}"


def icon_of(error: JiraUsageError) -> str:
    return next(icon for kind, icon in ICONS if isinstance(error, kind))
