"""What a snapshot exports, as whoever reads the JSON files has it."""

from __future__ import annotations

from typing import Any

import orjson

from jira_usage.datasets import DATASETS, frames
from jira_usage.demo import DemoSite
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.writers import written

Row = dict[str, Any]


def kept(site: DemoSite, store: Store) -> Snapshot:
    """What is stored of a site, as its own account sees it."""
    return Snapshot.load(store.site(site.url, site.account_id))


def exported(
    snapshot: Snapshot, name: str, zone: str = "UTC", days: int = 30, *, count_created: bool = False
) -> list[Row]:
    """The rows of a dataset over the days of a zone."""
    period = snapshot.period(days, zone)
    pieces = frames(snapshot, name, period, count_created=count_created)
    rows: list[Row] = orjson.loads(written("json", pieces, DATASETS[name]))
    return rows


def differences(told: list[Row], truth: list[Row]) -> list[str]:
    """The rows that one side lacks, as text."""
    ours, theirs = (
        {orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode() for row in rows}
        for rows in (told, truth)
    )
    return [f"ours alone: {row}" for row in sorted(ours - theirs)[:20]] + [
        f"truth alone: {row}" for row in sorted(theirs - ours)[:20]
    ]
