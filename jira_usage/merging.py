"""New acts and those that were kept → the parts of a generation, by UTC date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.events import distinct_acts, settled_worklogs
from jira_usage.generation import encoded
from jira_usage.period import DAY_MS, from_epoch_ms
from jira_usage.schema import TABLES, WORKLOG_EVENTS
from jira_usage.store import SiteStore
from jira_usage.tally import NEEDED, tally

# Dates that are merged side by side: each is held in memory whole.
AT_ONCE = 2
_DICTIONARIES = ["act", "account_id", "issue_id"]


class Merged(NamedTuple):
    """The parts of a table by UTC date, and how many of its rows are new."""

    parts: dict[str, str]
    new: int


def merge_acts(
    kept: SiteStore,
    name: str,
    before: Mapping[str, str],
    acts: Sequence[pa.Table],
    ranks: Sequence[pa.Table],
    go_on: Callable[[], None] = lambda: None,
) -> Merged:
    """`acts` or `worklog_acts` with those that were read now.

    What was seen stays, also when its comment, work log or issue is deleted later. A
    date without a new act keeps its blob. Of a history that was asked for its ranking
    alone, any other reading tells more. `go_on` is asked before each date, and raises what
    is to end it all.
    """
    parts, new = dict(before), 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        acts_by_day, ranks_by_day = _by_day(pool, acts), _by_day(pool, ranks)

        def merged(day: str) -> tuple[bytes, int] | None:
            go_on()
            schema = TABLES[name]
            last = kept.load_table(parts[day]) if day in parts else schema.empty_table()
            some = [*ranks_by_day.pop(day, []), last, *acts_by_day.pop(day, [])]
            table = distinct_acts(pa.concat_tables([t.cast(schema) for t in some]))
            order = [(column, "ascending") for column in ("at", *schema.names)]
            table = table.take(pc.sort_indices(table, order)).combine_chunks()
            return None if table.equals(last) else (encoded(table), table.num_rows - last.num_rows)

        days = sorted(acts_by_day.keys() | ranks_by_day.keys())
        for day, different in zip(days, pool.map(merged, days), strict=True):
            if different:
                parts[day] = kept.save_blob(different[0])
                new += different[1]
    return Merged(parts, new)


def _by_day(pool: ThreadPoolExecutor, tables: Iterable[pa.Table]) -> dict[str, list[pa.Table]]:
    """The rows of each UTC date."""
    found: dict[str, list[pa.Table]] = {}
    for days in pool.map(_days, tables):
        for day, table in days:
            found.setdefault(day, []).append(table)
    return found


def _days(table: pa.Table) -> list[tuple[str, pa.Table]]:
    numbers = table["at"].to_numpy() // DAY_MS
    order = np.argsort(numbers, kind="stable")
    days, starts = np.unique(numbers[order], return_index=True)
    ends = np.append(starts[1:], len(order))[: len(days)].tolist()
    by_day = table.take(pa.array(order))
    return [
        (from_epoch_ms(day * DAY_MS).date().isoformat(), by_day.slice(start, end - start))
        for day, start, end in zip(days.tolist(), starts.tolist(), ends, strict=True)
    ]


def worklog_events(kept: SiteStore, parts: Mapping[str, str]) -> pa.Table:
    """The settled events of all work logs, from the parts of `worklog_acts`."""
    tables = [TABLES["worklog_acts"].empty_table(), *kept.load_tables(parts.values())]
    events = settled_worklogs(pa.concat_tables(tables).to_pandas())
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
