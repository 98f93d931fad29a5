"""Snapshot: one finished generation, frozen, as tables."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from jira_usage.errors import NothingSynced, StoreDamaged
from jira_usage.events import settled_events
from jira_usage.period import Period
from jira_usage.schema import TABLES, WORKLOG_GONE
from jira_usage.store import Generation, SiteStore


class Snapshot:
    """The tables of one generation, each read when it is first asked for.

    `id` is the key of everything that is derived from it. Nothing here changes.
    """

    def __init__(self, generation: Generation, kept: SiteStore) -> None:
        self._generation = generation
        self._kept = kept

    @classmethod
    def load(cls, kept: SiteStore) -> Snapshot:
        """The last complete snapshot; NothingSynced where there is none."""
        generation = kept.current()
        if generation is None:
            raise NothingSynced("This site has not been synced yet.", "Sync it first.")
        return cls(generation, kept)

    @property
    def id(self) -> str:
        return self._generation.id

    @property
    def meta(self) -> dict[str, Any]:
        """What is known about the sync: the fields of sync.Summary and some more."""
        return dict(self._generation.meta)

    @property
    def as_of_ms(self) -> int:
        """The instant, by the site's clock, up to which this snapshot tells."""
        return int(self._generation.meta["as_of"])

    @property
    def covered_from_ms(self) -> int:
        return int(self._generation.meta["covered_from"])

    @property
    def base_url(self) -> str:
        return str(self._generation.meta["base_url"])

    @property
    def timezone(self) -> str:
        return str(self._generation.meta["timezone"])

    def period(self, days: int, timezone: str) -> Period:
        """The last `days` dates of the zone, up to what this snapshot knows."""
        return Period.last_days(days, timezone, self.as_of_ms)

    def knows(self, dataset: str) -> bool:
        """Whether anything of a dataset could be read: unknown is never zero."""
        states = self.coverage.set_index("dataset")["state"]
        return states.get(dataset) in ("complete", "partial")

    @cached_property
    def users(self) -> pd.DataFrame:
        return self._table("users")

    @cached_property
    def groups(self) -> pd.DataFrame:
        return self._table("groups")

    @cached_property
    def members(self) -> pd.DataFrame:
        return self._table("members")

    @cached_property
    def products(self) -> pd.DataFrame:
        return self._table("products")

    @cached_property
    def product_groups(self) -> pd.DataFrame:
        return self._table("product_groups")

    @cached_property
    def projects(self) -> pd.DataFrame:
        return self._table("projects")

    @cached_property
    def role_actors(self) -> pd.DataFrame:
        return self._table("role_actors")

    @cached_property
    def coverage(self) -> pd.DataFrame:
        return self._table("coverage")

    @cached_property
    def issues(self) -> pd.DataFrame:
        return self._table("issues")

    @cached_property
    def fields(self) -> pd.DataFrame:
        return self._table("fields")

    @cached_property
    def _acts(self) -> pd.DataFrame:
        parts = self._generation.tables["acts"]
        tables = self._kept.load_tables(key for _, key in sorted(parts.items()))
        frame: pd.DataFrame = pa.concat_tables([TABLES["acts"].empty_table(), *tables]).to_pandas()
        return frame

    @property
    def gone_worklogs(self) -> list[tuple[str, int]]:
        """The work logs that the feed of deleted ones has named, and when they went."""
        gone = self._acts[self._acts["act"] == WORKLOG_GONE]
        return list(zip(gone["source_id"], gone["at"].tolist(), strict=True))

    @cached_property
    def events(self) -> pd.DataFrame:
        """Every event that is kept: at (epoch ms), kind, source_id, account_id, issue_id,
        fields, issue_key, project_key. Key and project are the issue's latest."""
        events = settled_events(self._acts)
        issues = self.issues[["issue_id", "issue_key", "project_key"]]
        events = events.merge(issues, on="issue_id", how="left")
        for column in ("issue_key", "project_key"):
            events[column] = events[column].fillna("")
        for column in ("account_id", "project_key", "fields"):
            events[column] = events[column].astype("category")
        return events

    def _table(self, name: str) -> pd.DataFrame:
        part = self._generation.tables.get(name, {}).get("")
        if part is None:
            raise StoreDamaged(f"The stored data has no {name}.", "Sync the site again.")
        table = self._kept.load_table(part)
        frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        return frame
