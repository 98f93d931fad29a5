"""Everyone in one table with what search, filters, sorting and spark lines need of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from jira_usage.metrics.access import INCLUDED
from jira_usage.metrics.facets import Choices, Facet, Selection, choose, facet_of, unknown_facet
from jira_usage.metrics.matrix import Counts, Mask, Rows
from jira_usage.metrics.search import by_name, found, haystack
from jira_usage.metrics.spark import spark_bars
from jira_usage.metrics.standing import standings
from jira_usage.metrics.words import ROLE_WORDS, STANDING_WORDS, TYPE_WORDS

ANY, NONE = "any", "none"
SORTS: Final = {
    "actions": "Most actions",
    "recent": "Last active",
    "days": "Most active days",
    "name": "Name",
    "idle": "Least active first",
}


@dataclass(frozen=True)
class Roster:
    """Every account of the dataset users, in its order, and the standing of each.

    `people` has the dataset's columns, `standing`, and `last_act_at`: the last counted act in
    all that is kept (epoch ms). `counts` are the counted acts per
    account and date. `blind` says why nobody can be said not to work; empty where one can.
    """

    people: pd.DataFrame
    counts: Counts
    facets: tuple[Facet, ...]
    blind: str
    licenses_known: bool
    roles_known: bool
    haystack: pa.Array
    orders: Mapping[str, Rows]

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def is_person(self) -> Mask:
        return (self.people["account_type"] == "atlassian").to_numpy(dtype=np.bool_)

    def with_verdicts(self, verdict: pd.Series, words: Mapping[str, str]) -> Roster:
        """The same accounts with the column and the facet `verdict`.

        Takes a verdict by account_id; accounts that it does not name have none.
        """
        place = pd.Index(verdict.index).get_indexer(pd.Index(self.people["account_id"]))
        told = np.append(verdict.to_numpy(object), "")[place]
        people = self.people.assign(verdict=pd.Series(told, dtype="str"))
        facet = facet_of(
            "verdict",
            "Verdict",
            people["verdict"],
            words,
            help="How each licensed person stands. Reading leaves no trace.",
        )
        after = [f.key for f in self.facets].index("work") + 1
        facets = (*self.facets[:after], facet, *self.facets[after:])
        return replace(self, people=people, facets=facets)

    def facet(self, key: str) -> Facet:
        return next(facet for facet in self.facets if facet.key == key)

    def select(
        self, choices: Choices, search: str = "", sort: str = "actions", also: Mask | None = None
    ) -> Selection:
        """The rows that are searched for and pass the filters and `also`, ordered by `sort`."""
        masks = [mask for mask in (self.matches(search), also) if mask is not None]
        within = np.logical_and.reduce(masks) if masks else None
        passed = choose(self.facets, choices, self.size, within)
        order = self.orders.get(sort, self.orders["actions"])
        chosen = np.zeros(self.size, dtype=np.bool_)
        chosen[passed.rows] = True
        return Selection(order[chosen[order]], passed.counts)

    def number(self, **choices: str | Sequence[str]) -> int:
        """How many accounts a link with these filters shows."""
        told = {key: [v] if isinstance(v, str) else list(v) for key, v in choices.items()}
        masks = [self.facet(key).mask(chosen, self.size) for key, chosen in told.items()]
        return int(np.logical_and.reduce([np.ones(self.size, dtype=np.bool_), *masks]).sum())

    def matches(self, search: str) -> Mask | None:
        """Which accounts hold every word of a search in name, email or id; None for no search."""
        return found(self.haystack, search)

    def rows(self, rows: Rows) -> pd.DataFrame:
        """The accounts of some rows, with `days`: their acts over the window, as spark_bars."""
        frame = self.people.iloc[rows].reset_index(drop=True)
        days = spark_bars(self.counts[rows]).tolist()
        frame["days"] = pd.Series(days, index=frame.index, dtype=object)
        return frame

    def place(self, account_id: str) -> Rows:
        """The row of an account, as an array of one, or of none where it is not known."""
        ids = self.people["account_id"].to_numpy(object)
        place = int(np.searchsorted(ids, account_id))
        known = place < self.size and ids[place] == account_id
        return np.array([place] if known else [], dtype=np.int64)


def build_roster(
    users: pd.DataFrame,
    access: pd.DataFrame,
    products: pd.DataFrame,
    worked_in: pd.DataFrame,
    counts: Counts,
    last_acts: pd.Series,
    *,
    projects: pd.DataFrame | None = None,
    did: Facet | None = None,
    blind: str = "",
    licenses_unknown: str = "",
    roles_unknown: str = "",
) -> Roster:
    """A roster from the datasets users and access, the table products, `worked_in`
    (row, project_key, name), day_counts in the order of users, last acts by account_id, the
    table projects, and `did`: the facet of kinds of act."""
    people = users.reset_index(drop=True)
    people["last_act_at"] = last_acts.reindex(people["account_id"]).array
    people["standing"] = standings(people["actions"], blind)
    facets = (
        facet_of("type", "Account type", people["account_type"], TYPE_WORDS),
        facet_of(
            "work",
            "Work in the window",
            people["standing"],
            STANDING_WORDS,
            help="Whether a comment, a change or a work log was found. Reading leaves no trace.",
        ),
        unknown_facet("product", "License", licenses_unknown)
        if licenses_unknown
        else _product_facet(people, access, products),
        unknown_facet("role", "Role", roles_unknown) if roles_unknown else _role_facet(people),
        unknown_facet("group", "Group", roles_unknown)
        if roles_unknown
        else facet_of(
            "group",
            "Group",
            _lists(people, "groups"),
            help="Groups that grant a product or administration.",
        ),
        _project_facet(worked_in, projects),
        *([did] if did else []),
        facet_of(
            "status",
            "Account status",
            people["active"].map({True: "enabled", False: "deactivated"}),
            {"enabled": "Enabled", "deactivated": "Deactivated"},
        ),
        facet_of(
            "email",
            "Email address",
            people["email_visible"].map({True: "visible", False: "hidden"}),
            {"visible": "Visible", "hidden": "Hidden"},
            help="People choose in their profile who sees their address.",
        ),
    )
    return Roster(
        people=people,
        counts=counts,
        facets=facets,
        blind=blind,
        licenses_known=not licenses_unknown,
        roles_known=not roles_unknown,
        haystack=haystack(people),
        orders=_orders(people),
    )


def _lists(people: pd.DataFrame, column: str) -> Sequence[Sequence[str]]:
    return [value or () for value in people[column]]


def _product_facet(people: pd.DataFrame, access: pd.DataFrame, products: pd.DataFrame) -> Facet:
    words: dict[str, str] = {ANY: "Any license", NONE: "No license"}
    words |= dict(zip(products["product_key"], products["product_name"], strict=True))
    included = sorted(set(access.loc[access["state"] == INCLUDED, "product_key"]))
    words |= {f"{INCLUDED}:{key}": f"{words.get(key, key)} (included)" for key in included}
    values = [
        [ANY if licenses else NONE, *(licenses or ()), *(f"{INCLUDED}:{k}" for k in also or ())]
        for licenses, also in zip(people["licenses"], people["included_licenses"], strict=True)
    ]
    return facet_of(
        "product",
        "License",
        values,
        words,
        help="A license is a person's access to one product.",
    )


def _role_facet(people: pd.DataFrame) -> Facet:
    """Site-wide roles by name, project roles by role whatever the project."""
    words = dict(ROLE_WORDS)
    values = []
    for roles in _lists(people, "roles"):
        short = {f"@{role.rpartition('@')[0]}" if "@" in role else role for role in roles}
        values.append(sorted(short))
        words |= {name: f"{name[1:]} of a project" for name in short if name.startswith("@")}
    return facet_of("role", "Role", values, words)


def _project_facet(worked_in: pd.DataFrame, projects: pd.DataFrame | None) -> Facet:
    """Every project is an option: in one where nobody worked, choosing it shows nobody."""
    told = worked_in if projects is None else pd.concat([projects, worked_in])
    told = told.drop_duplicates("project_key").sort_values("project_key")
    keys = tuple(str(key) for key in told["project_key"] if key)
    names = dict(zip(told["project_key"], told["name"], strict=True))
    places = pd.Index(keys).get_indexer(pd.Index(worked_in["project_key"].astype("str")))
    return Facet(
        "project",
        "Worked in project",
        keys,
        {key: f"{key} · {names[key]}" if names[key] else key for key in keys},
        worked_in["row"].to_numpy(dtype=np.int64),
        places.astype(np.int64),
        help="People with a counted act on one of the project's issues in the window.",
    )


def _orders(people: pd.DataFrame) -> dict[str, Rows]:
    """The rows in each order; ties go by name."""
    named = by_name(people)
    keys = {
        "actions": -people["actions"].to_numpy(dtype=np.int64),
        "recent": -people["last_act_at"].astype("Int64").fillna(0).to_numpy(dtype=np.int64),
        "days": -people["active_days"].to_numpy(dtype=np.int64),
        "idle": people["active_days"].to_numpy(dtype=np.int64),
    }
    orders = {name: named[np.argsort(key[named], kind="stable")] for name, key in keys.items()}
    return {"name": named, **orders}
