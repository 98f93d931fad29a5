"""New acts and those that were kept → the parts of a generation, by UTC date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.events import distinct_acts, settled_worklogs
from jira_usage.period import DAY_MS, from_epoch_ms
from jira_usage.schema import TABLES, WORKLOG_EVENTS
from jira_usage.store import SiteStore
from jira_usage.tally import NEEDED, tally

_DICTIONARIES = ["act", "account_id", "issue_id"]


def merge_acts(
    kept: SiteStore,
    name: str,
    before: Mapping[str, str],
    acts: Sequence[pa.Table],
    ranks: Sequence[pa.Table],
) -> tuple[dict[str, str], int]:
    """The parts of `acts` or `worklog_acts` by UTC date, and how many acts are new.

    What was seen stays, also when its comment, work log or issue is deleted later. A
    date without a new act keeps its blob. Of a history that was asked for its ranking
    alone, any other reading tells more.
    """
    parts, new, schema = dict(before), 0, TABLES[name]
    order = [(column, "ascending") for column in ("at", *schema.names)]
    acts_by_day, ranks_by_day = _by_day(acts), _by_day(ranks)
    for day in sorted(acts_by_day.keys() | ranks_by_day.keys()):
        last = kept.load_table(parts[day]) if day in parts else schema.empty_table()
        some = [*ranks_by_day.pop(day, []), last, *acts_by_day.pop(day, [])]
        table = distinct_acts(pa.concat_tables([t.cast(schema) for t in some]))
        table = table.take(pc.sort_indices(table, order)).combine_chunks()
        if not table.equals(last):
            parts[day] = kept.save_table(table)
            new += table.num_rows - last.num_rows
    return parts, new


def _by_day(tables: Iterable[pa.Table]) -> dict[str, list[pa.Table]]:
    """The rows of each UTC date."""
    found: dict[str, list[pa.Table]] = {}
    for table in tables:
        numbers = pc.divide(table["at"], DAY_MS)
        for number in pc.unique(numbers).to_pylist():
            day = from_epoch_ms(number * DAY_MS).date().isoformat()
            found.setdefault(day, []).append(table.filter(pc.equal(numbers, number)))
    return found


def worklog_events(kept: SiteStore, parts: Mapping[str, str]) -> pa.Table:
    """The settled events of all work logs, from the parts of `worklog_acts`."""
    tables = [table.to_pandas() for table in kept.load_tables(parts.values())]
    acts = pd.concat(tables) if tables else TABLES["worklog_acts"].empty_table().to_pandas()
    events = settled_worklogs(acts.reset_index(drop=True))
    return pa.Table.from_pandas(events, WORKLOG_EVENTS, preserve_index=False)


def tally_of(
    kept: SiteStore,
    parts: Mapping[str, str],
    worklogs: pa.Table,
    users: pa.Table,
    issues: pa.Table,
) -> pa.Table:
    """The tally of all that is kept, from the parts of `acts` and the settled work logs."""
    stored = kept.load_tables(parts.values(), columns=NEEDED, dictionaries=_DICTIONARIES)
    settled = worklogs.rename_columns({"kind": "act"}).select(NEEDED)
    return tally([*stored, settled], users, issues)


def nameless_since(tally: pa.Table, users: pa.Table, since_ms: int) -> int:
    """How many events since an instant name nobody."""
    recent = tally["at"].to_numpy() >= since_ms
    return int(np.sum(recent & (tally["account"].to_numpy() == users.num_rows)))
