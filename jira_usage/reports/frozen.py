"""A report as bytes to keep: what it shows, and nothing of what it was made from."""

from __future__ import annotations

import msgspec

from jira_usage.errors import StoreDamaged
from jira_usage.reports.content import Report


def freeze(report: Report) -> bytes:
    return msgspec.json.encode(report)


def thaw(kept: bytes) -> Report:
    """The report that was frozen; StoreDamaged for anything else."""
    try:
        return msgspec.json.decode(kept, type=Report)
    except msgspec.MsgspecError:
        raise StoreDamaged("A frozen report can't be read.", "Make a new link.") from None
