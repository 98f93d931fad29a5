"""Some people of a snapshot, and what they did in some projects, as a snapshot of its own.

Every figure that is made of it tells of that part only, and no figure needs to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from jira_usage.among import among
from jira_usage.datasets import access_of
from jira_usage.period import LATEST_MS
from jira_usage.snapshot import Snapshot

PRODUCT, GROUP, PROJECT = KEYS = ("product", "group", "project")
"""The facets of a roster that can be looked at alone."""
NOBODY: Final = ""


@dataclass(frozen=True)
class Focus:
    """Product keys, group names and project keys: a person has one of each that is named.

    With projects, only what was done in them is looked at.
    """

    product: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    project: tuple[str, ...] = ()

    @property
    def choices(self) -> dict[str, Sequence[str]]:
        """What is chosen of each facet, by its key; without those of which nothing is."""
        told = zip(KEYS, (self.product, self.group, self.project), strict=True)
        return {key: options for key, options in told if options}

    def __bool__(self) -> bool:
        return bool(self.choices)

    @classmethod
    def of(cls, choices: Mapping[str, Sequence[str]]) -> Focus:
        """The focus that such choices mean; the order in which they were made does not matter."""
        return cls(**{key: tuple(sorted(set(choices.get(key, ())))) for key in KEYS})


class Focused(Snapshot):
    """The part of a snapshot that a focus shows: `people` are its accounts, of the table users.

    Groups, products and projects are those that are chosen, where any are: each has its people
    in focus, so that a number and the list it opens agree. What tells of the site itself, such
    as its coverage, is the whole site's.
    """

    def __init__(self, whole: Snapshot, focus: Focus, people: pd.Series) -> None:
        super().__init__(whole._generation, whole._kept)
        self._whole = whole
        self._focus = focus
        users = whole.users
        self.users = users[among(users["account_id"], people)].reset_index(drop=True)
        # Acts without an author are nobody's who is in a group or has a product.
        self._nobody = not (focus.product or focus.group)
        self.tally = acts_of(
            whole.tally,
            self.users["account_id"],
            projects=focus.project,
            nobody=self._nobody,
        )
        self.access = self._theirs(access_of(whole))
        for name in ("members", "changes"):
            setattr(self, name, self._theirs(getattr(whole, name)))
        self.groups = _chosen(whole.groups, "name", focus.group)
        self.products = _chosen(whole.products, "product_key", focus.product)
        self.projects = _chosen(whole.projects, "project_key", focus.project)

    @property
    def id(self) -> str:
        return f"{super().id}:{self._focus}"

    @property
    def whole(self) -> Snapshot:
        return self._whole

    def events(self, start_ms: int = 0, end_ms: int = LATEST_MS) -> Iterator[pd.DataFrame]:
        """The events in focus, as Snapshot tells them."""
        actors = pd.Index([*self.users["account_id"], *([NOBODY] if self._nobody else [])])
        for events in super().events(start_ms, end_ms):
            theirs = among(events["account_id"], actors)
            if self._focus.project:
                theirs &= events["project_key"].isin(self._focus.project).to_numpy()
            yield events[theirs].reset_index(drop=True)

    def _theirs(self, table: pd.DataFrame) -> pd.DataFrame:
        theirs: pd.DataFrame = table[among(table["account_id"], self.users["account_id"])]
        return theirs.reset_index(drop=True)


def acts_of(
    tally: pd.DataFrame,
    account_ids: pd.Series,
    *,
    named: pd.Series | None = None,
    projects: Sequence[str] = (),
    nobody: bool = False,
) -> pd.DataFrame:
    """The events of a tally by some accounts, in some projects where any are named.

    Their categories are those accounts in that order, called as in `named` where it is given,
    and then the empty one: with `nobody` its events are kept too.
    """
    old = tally["account_id"].cat
    place = pd.Index(account_ids).get_indexer(old.categories).astype(np.int32)
    if nobody:
        place[old.categories == NOBODY] = len(account_ids)
    codes = place[old.codes.to_numpy()] if len(tally) else np.empty(0, np.int32)
    keep = codes >= 0
    if projects:
        keep &= tally["project_key"].isin(list(projects)).to_numpy()
    told = account_ids if named is None else named
    names = pd.Index([*told, NOBODY], dtype="str")
    kinds, keys = tally["kind"].cat, tally["project_key"].cat
    project_key = pd.Categorical.from_codes(keys.codes.to_numpy()[keep], keys.categories)
    # Column by column: a copy of millions of rows is felt.
    return pd.DataFrame(
        {
            "at": tally["at"].to_numpy()[keep],
            "kind": pd.Categorical.from_codes(kinds.codes.to_numpy()[keep], kinds.categories),
            "account_id": pd.Categorical.from_codes(codes[keep], names),
            "project_key": project_key.remove_unused_categories(),
        },
        copy=False,
    )


def _chosen(table: pd.DataFrame, column: str, chosen: Sequence[str]) -> pd.DataFrame:
    return table[table[column].isin(chosen)].reset_index(drop=True) if chosen else table
