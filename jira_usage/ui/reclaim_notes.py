"""What people have noted beside the data: decisions, thresholds, prices, the admins' export."""

from __future__ import annotations

from jira_usage import decisions
from jira_usage.decisions import Noted
from jira_usage.errors import JiraUsageError, StoreDamaged
from jira_usage.metrics import answers
from jira_usage.metrics.reclaim import Beside
from jira_usage.metrics.roster import Roster
from jira_usage.reports.subject import beside_of
from jira_usage.store import SiteStore
from jira_usage.ui import session
from jira_usage.ui.errors import show_error
from jira_usage.ui.view import View


def kept() -> SiteStore:
    """Where this session's site is kept; a page with a view has one."""
    signed = session.current()
    if signed is None:
        raise JiraUsageError("Nobody is connected.", "Connect first.")
    return signed.kept


def noted() -> Noted | None:
    """Decisions and thresholds; None, and the error on the page, where they can't be read."""
    try:
        return decisions.noted(kept())
    except StoreDamaged as error:
        show_error(error)
        return None


def roster(view: View) -> Roster:
    """The roster with verdicts; without what is noted where that can't be read."""
    return view.cached(answers.judged_roster, noted() or Noted())


def beside() -> Beside:
    """Prices and the last sight of people, as far as they were given."""
    try:
        return beside_of(kept())
    except StoreDamaged as error:
        show_error(error, calm=True)
        return Beside()
