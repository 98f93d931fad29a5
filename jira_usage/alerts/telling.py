"""After a sync of the server's own: what is worth an alert goes out; what could not is noted."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jira_usage.alerts.outbox import Channel, Sent, deliver
from jira_usage.alerts.rules import Rules, of_runs, of_snapshot
from jira_usage.alerts.sending import channels
from jira_usage.errors import InvalidInput, JiraUsageError
from jira_usage.schedule import Runs
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore

TROUBLE: Final = "alert_trouble"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """When to tell, and how."""

    rules: Rules
    channels: Sequence[Channel]

    @classmethod
    def parse(cls, settings: Mapping[str, Any]) -> Plan | None:
        """The section [alerts]; None where there is none. InvalidInput for a mistake."""
        if "alerts" not in settings:
            return None
        told = settings["alerts"]
        if not isinstance(told, Mapping):
            raise InvalidInput("alerts is no section of the settings.", "Write it as [alerts].")
        ways = channels(told)
        if not ways:
            raise InvalidInput(
                "[alerts] names no way to tell.", "Add [alerts.mail] or [alerts.webhook]."
            )
        rules = {key: value for key, value in told.items() if key not in ("mail", "webhook")}
        return cls(Rules.parse(rules), ways)


def tell(
    settings: Mapping[str, Any], book: SiteStore, kept: SiteStore | None, runs: Runs, now_ms: int
) -> None:
    """Sends what is news; never raises. `kept` is given where a sync has just finished."""
    try:
        plan = Plan.parse(settings)
        if plan is None:
            return
        sent = deliver(of_runs(runs, plan.rules, now_ms), book, plan.channels, now_ms)
        trouble = sent.trouble
        if kept:
            found = of_snapshot(Snapshot.load(kept), plan.rules)
            trouble = deliver(found, kept, plan.channels, now_ms).trouble or trouble
    except JiraUsageError as error:
        trouble = error.message
    except Exception as error:
        # A sync is not to fail for an alert; the text of a foreign error is not kept.
        trouble = f"Something unexpected stopped the alerts ({type(error).__name__})."
    if trouble:
        log.warning("alerts: %s", trouble)
    if trouble != trouble_of(book):
        book.change_note(TROUBLE, lambda _: trouble.encode())


def trouble_of(book: SiteStore) -> str:
    """Why the last alert could not be sent; empty where all is well."""
    return (book.note(TROUBLE) or b"").decode(errors="replace")


def send_test(settings: Mapping[str, Any]) -> Sent:
    """Sends a test over every channel; InvalidInput where none is configured."""
    plan = Plan.parse(settings)
    if plan is None:
        raise InvalidInput("No alerts are configured.", "Add [alerts] to the settings.")
    told, trouble = 0, ""
    for channel in plan.channels:
        try:
            channel.send("a test", "This is how an alert arrives. Nothing is wrong.")
            told += 1
        except JiraUsageError as error:
            trouble = error.message
    return Sent(told, trouble)
