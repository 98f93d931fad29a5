"""Snapshot: one finished generation, frozen, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.errors import NothingSynced, SnapshotReplaced, StoreDamaged
from jira_usage.events import EVENT_ORDER, settled_events
from jira_usage.generation import Generation
from jira_usage.period import DAY_MS, LATEST_MS, Period, from_epoch_ms
from jira_usage.schema import KINDS, TABLES, WORKLOG_GONE, fitted
from jira_usage.store import SiteStore


class Snapshot:
    """The tables of one generation, each read when it is first asked for.

    `id` is the key of everything that is derived from it. Nothing here changes.
    `access` is the dataset of that name where the tables alone do not tell it: in a part
    of a snapshot, that part of the whole one's.
    """

    access: pd.DataFrame | None = None

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
    def whole(self) -> Snapshot:
        """What this is a part in focus of: itself, where it is all that there is to see."""
        return self

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

    @property
    def knows_holders(self) -> bool:
        """Whether it is known who holds licenses: by which groups, and who is in them."""
        return self.knows("licenses") and self.knows("groups")

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
        """Without `has_role` where groups could not be read: whose they are is unknown."""
        products = self._table("products")
        return products.assign(has_role=products["has_role"] & self.knows("groups"))

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
    def remarks(self) -> int:
        """How many datasets that were read whole have something to be said of them."""
        told = (self.coverage["state"] == "complete") & (self.coverage["reason"] != "")
        return int(told.sum())

    @cached_property
    def changes(self) -> pd.DataFrame:
        return self._table("changes")

    @cached_property
    def issues(self) -> pd.DataFrame:
        return self._table("issues")

    @cached_property
    def fields(self) -> pd.DataFrame:
        return self._table("fields")

    @cached_property
    def tally(self) -> pd.DataFrame:
        """Every event that is kept, by at: at (epoch ms), kind, account_id, project_key.

        All but `at` are categories: KINDS, the accounts of the table users and then the
        empty one of nobody, and the issues' latest projects, empty where unknown.
        """
        table = self._load(self._part("tally"))
        accounts = pd.Index([*self.users["account_id"], ""], dtype="str")
        projects = table["project_key"].combine_chunks()
        codes, names = projects.indices.to_numpy(), projects.dictionary.to_pylist()
        return pd.DataFrame(
            {
                "at": table["at"].to_numpy(),
                "kind": pd.Categorical.from_codes(table["kind"].to_numpy(), pd.Index(KINDS)),
                "account_id": pd.Categorical.from_codes(table["account"].to_numpy(), accounts),
                "project_key": pd.Categorical.from_codes(codes, pd.Index(names, dtype="str")),
            },
            copy=False,
        )

    def events(self, start_ms: int = 0, end_ms: int = LATEST_MS) -> Iterator[pd.DataFrame]:
        """The events of [start, end) in full, one UTC date after the other: at, kind, source_id,
        account_id, issue_id, fields, on_behalf_of, issue_key, project_key.

        Key and project are the issue's latest. Never all of them at once: there may be
        millions.
        """
        for day in self._days(start_ms, end_ms):
            events = self._events_of_day(day)
            yield events[events["at"].between(start_ms, end_ms - 1)].reset_index(drop=True)

    def last_events(self, account_id: str, most: int) -> pd.DataFrame:
        """The latest events of one account, the latest first, with the columns of `events`."""
        accounts = self.tally["account_id"].cat
        place = accounts.categories.get_indexer(pd.Index([account_id]))[0]
        own = self.tally["at"].to_numpy()[accounts.codes.to_numpy() == place]
        latest = np.unique(own[-most:] // DAY_MS)
        found = [self._events_of_day(_day(number), account_id) for number in latest]
        some = pd.concat(found or [self._events_of_day("")], ignore_index=True)
        return some.sort_values(EVENT_ORDER, ascending=False, ignore_index=True).head(most)

    def _days(self, start_ms: int, end_ms: int) -> list[str]:
        days = {*self._generation.tables["acts"], *self._worklog_days}
        first, last = _day(start_ms // DAY_MS), _day(min(end_ms, LATEST_MS) // DAY_MS)
        return sorted(day for day in days if first <= day <= last)

    def _events_of_day(self, day: str, account_id: str | None = None) -> pd.DataFrame:
        part = self._generation.tables["acts"].get(day)
        acts = self._load(part) if part else TABLES["acts"].empty_table()
        worklogs = self._worklog_days.get(day, self._no_worklogs)
        if account_id is not None:
            acts = acts.filter(pc.equal(acts["account_id"], account_id))
            worklogs = worklogs[worklogs["account_id"] == account_id]
        events = settled_events(acts.to_pandas(), worklogs)
        place = self._issue_places.get_indexer(pd.Index(events["issue_id"]))
        for column in ("issue_key", "project_key"):
            known = self.issues[column].to_numpy(object)[place] if len(self.issues) else ""
            events[column] = pd.Series(np.where(place < 0, "", known), dtype="str")
        return events

    @cached_property
    def _issue_places(self) -> pd.Index:
        places: pd.Index = pd.Index(self.issues["issue_id"])
        return places

    @cached_property
    def _no_worklogs(self) -> pd.DataFrame:
        frame: pd.DataFrame = TABLES["worklog_events"].empty_table().to_pandas()
        return frame

    @cached_property
    def _worklog_days(self) -> dict[str, pd.DataFrame]:
        events = self._load(self._part("worklog_events")).to_pandas()
        by_day = events.groupby(events["at"] // DAY_MS)
        return {_day(int(number)): some for number, some in by_day}

    @property
    def gone_worklogs(self) -> list[tuple[str, int]]:
        """The work logs that the feed of deleted ones has named, and when they went."""
        parts = self._generation.tables["worklog_acts"].values()
        acts = pa.concat_tables(
            [TABLES["worklog_acts"].empty_table(), *map(self._load, parts)]
        ).to_pandas()
        gone = acts[acts["act"] == WORKLOG_GONE]
        return list(zip(gone["source_id"], gone["at"].tolist(), strict=True))

    def issues_acted_on(self) -> int:
        """How many issues the events are of, one that nobody can see any more included."""
        days = self._generation.tables["acts"].values()
        found: set[str] = set()
        for part in (*days, self._part("worklog_events")):
            found.update(pc.unique(self._load(part, ["issue_id"])["issue_id"]).to_pylist())
        return len(found)

    def _load(self, part: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A table of a part; a snapshot before the last one may be gone from the disk."""
        try:
            [table] = self._kept.load_tables([part], columns)
            return table
        except StoreDamaged:
            current = self._kept.current()
            if current is None or current.id == self.id:
                raise
            raise SnapshotReplaced(
                "Newer syncs have replaced this data while it was read.",
                "Do it once more: it is then of the latest sync.",
            ) from None

    def _part(self, name: str) -> str:
        part = self._generation.tables.get(name, {}).get("")
        if part is None:
            raise StoreDamaged(f"The stored data has no {name}.", "Sync the site again.")
        return part

    def _table(self, name: str) -> pd.DataFrame:
        table = fitted(self._load(self._part(name)), TABLES[name])
        frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        return frame


def _day(number: int) -> str:
    """The UTC date of a number of days since 1970."""
    return from_epoch_ms(int(number) * DAY_MS).date().isoformat()
