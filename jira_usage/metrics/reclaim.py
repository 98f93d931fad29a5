"""Whose license could be given back, and how sure that is: a row for each person and product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from jira_usage.decisions import RELEASE, Noted
from jira_usage.metrics.access import LICENSED
from jira_usage.metrics.evidence import (
    OFFERED,
    Grounds,
    Holdings,
    against_each,
    confidence,
    holdings_of,
    reasons,
)
from jira_usage.metrics.facets import Choices, Facet, Rows, Selection, choose, facet_of
from jira_usage.metrics.search import by_name, found, haystack
from jira_usage.metrics.words import (
    CONFIDENCE_WORDS,
    DECISION_WORDS,
    EXPIRED,
    OPEN,
    PROTECTED,
    plural,
)

Prices = Mapping[str, Decimal | float]
GIVEABLE: Final = (OPEN, RELEASE, EXPIRED)
"""The decisions beside which a license that is offered could be given back."""
COULD_BE_GIVEN_BACK: Final = "Could be given back"
GIVES_BACK: Final[Choices] = {
    "confidence": list(CONFIDENCE_WORDS),
    "decision": list(GIVEABLE),
}
"""The filters that show all licenses that could be given back."""
SORTS: Final = {
    "sure": "Surest first",
    "name": "Name",
    "product": "Product",
    "money": "Most money first",
    "idle": "Longest without an act",
}
TEXT, LIST, MONEY = pa.string(), pa.list_(pa.string()), pa.float64()
WHO: Final = [
    ("account_id", TEXT),
    ("display_name", TEXT),
    ("email", TEXT),
    ("product_key", TEXT),
    ("product_name", TEXT),
    ("free", pa.bool_()),
    ("verdict", TEXT),
    ("last_act_at", pa.timestamp("ms", tz="UTC")),
    ("confidence", TEXT),
    ("reasons_for", LIST),
    ("reasons_against", LIST),
    ("groups", LIST),
]
VALUE: Final = [("monthly", MONEY), ("yearly", MONEY)]
DECIDED: Final = [
    ("decision", TEXT),
    ("expires_on", TEXT),
    ("note", TEXT),
    ("decided_by", TEXT),
    ("decided_at", pa.timestamp("ms", tz="UTC")),
]


@dataclass(frozen=True)
class Beside:
    """What is known from elsewhere: the price of a person and month by product, and when
    accounts were last in `seen_in` by the administrators' export (None for never).

    `paid` are the products of which any price was told, as one free seat of some has none.
    """

    prices: tuple[tuple[str, Decimal], ...] = ()
    last_seen: tuple[tuple[str, date | None], ...] = ()
    seen_in: str = "Jira"
    currency: str = ""
    paid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reclaim:
    """The list, the surest first, then by name. `rows` has the columns of WHO without the
    reasons, of VALUE and DECIDED, and `state`: the decision as it stands today. What is
    `free` costs 0.

    `unlisted` counts the other licenses: product_key → verdict → number. `untold` are people
    of whom it can't be told, `untold_why` says why.
    """

    rows: pd.DataFrame
    facets: tuple[Facet, ...]
    grounds: Grounds
    holdings: Holdings = field(default_factory=dict)
    unlisted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    untold: int = 0
    priced: bool = False

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def untold_why(self) -> str:
        return self.grounds.known.too_thin(self.grounds.thresholds)

    @property
    def against_each(self) -> list[str]:
        """The reasons against that are the same for all rows."""
        return against_each(self.grounds.known)

    @cached_property
    def _who(self) -> npt.NDArray[np.intp]:
        """A number for each person, by row."""
        return pd.factorize(self.rows["account_id"])[0]

    @cached_property
    def _haystack(self) -> pa.Array:
        return haystack(self.rows)

    def _matches(self, search: str) -> npt.NDArray[np.bool_] | None:
        return found(self._haystack, search) if search.strip() else None

    @cached_property
    def _orders(self) -> Mapping[str, Rows]:
        """The rows in each order of SORTS but the first; ties go by name."""
        named = by_name(self.rows)
        keys = {
            "product": pd.factorize(self.rows["product_name"].str.casefold(), sort=True)[0],
            "money": -self.rows["monthly"].fillna(-1).to_numpy(dtype=np.float64),
            "idle": self.rows["last_act_at"].astype("Int64").fillna(0).to_numpy(dtype=np.int64),
        }
        orders = {key: named[np.argsort(by[named], kind="stable")] for key, by in keys.items()}
        return {"name": named, **orders}

    @property
    def sorts(self) -> dict[str, str]:
        """The orders in words; by money only where a price is known."""
        return {key: words for key, words in SORTS.items() if key != "money" or self.priced}

    def select(self, choices: Choices, search: str = "", sort: str = "sure") -> Selection:
        """The rows that are searched for and pass the filters, in an order of SORTS."""
        passed = choose(self.facets, choices, self.size, self._matches(search))
        if sort == "sure":
            return passed
        chosen = np.zeros(self.size, dtype=np.bool_)
        chosen[passed.rows] = True
        order = self._orders[sort]
        return Selection(order[chosen[order]], passed.counts)

    def people(self, rows: Rows) -> int:
        """How many people some rows are of."""
        return int(np.count_nonzero(np.bincount(self._who[rows])))

    def monthly(self, rows: Rows) -> float | None:
        """What some rows cost in a month; None where no price of theirs is known."""
        told = self.rows["monthly"].iloc[rows].dropna()
        return float(told.sum()) if len(told) else None

    def free(self, rows: Rows) -> int:
        """How many of some rows are of a free plan: given back, they save nothing."""
        return int(self.rows["free"].iloc[rows].sum())

    def explained(self, rows: Rows) -> pd.DataFrame:
        """Some rows with reasons_for and reasons_against: lists of sentences."""
        frame = self.rows.iloc[rows].reset_index(drop=True)
        told = reasons(frame, self.holdings, self.grounds)
        for name, lists in zip(("reasons_for", "reasons_against"), told, strict=True):
            frame[name] = pd.Series(lists, index=frame.index, dtype=object)
        return frame

    @property
    def schema(self) -> pa.Schema:
        """The columns of a file; money only where a price is known."""
        return pa.schema([*WHO, *(VALUE if self.priced else []), *DECIDED])

    def exported(self, rows: Rows) -> pd.DataFrame:
        """Some rows in the columns of `schema`, in words."""
        frame = self.explained(rows)
        frame["verdict"] = frame["verdict"].map(self.grounds.words)
        told: pd.DataFrame = frame[self.schema.names]
        return told


def reclaim(
    people: pd.DataFrame,
    access: pd.DataFrame,
    noted: Noted,
    grounds: Grounds,
    prices: Prices | None = None,
) -> Reclaim:
    """The licenses that are offered, protected or decided about.

    Takes account_id, display_name, email, verdict, last_act_at and first_seen_at of people,
    by account_id, the dataset access, and the price of a person and month by product.
    """
    held = access[access["state"] == LICENSED]
    place = pd.Index(people["account_id"]).get_indexer(pd.Index(held["account_id"]))
    held = held[place >= 0].reset_index(drop=True)
    columns = ["display_name", "email", "verdict", "last_act_at", "first_seen_at"]
    own = people[columns].iloc[place[place >= 0]].reset_index(drop=True)
    rows = pd.concat([held[["account_id", "product_key", "groups"]], own], axis=1)
    rows = _decided(rows, noted, grounds)
    offered = rows["verdict"].isin((*OFFERED, PROTECTED)) | (rows["state"] != OPEN)
    others = rows[~offered.to_numpy()]
    rows = rows[offered.to_numpy()].reset_index(drop=True)
    rows["confidence"] = confidence(rows, grounds)
    names = rows["product_key"].map(dict(grounds.product_names))
    rows["product_name"] = names.fillna(rows["product_key"]).astype("str")
    rows["free"] = rows["product_key"].isin(list(grounds.free))
    rows["monthly"] = _monthly(rows["product_key"], prices or {}).mask(rows["free"], 0)
    rows["yearly"] = rows["monthly"] * 12
    rows = _in_order(rows)
    return Reclaim(
        rows=rows,
        facets=_facets(rows, grounds),
        grounds=grounds,
        holdings=holdings_of(access, rows["account_id"]),
        unlisted=counted(others["product_key"], others["verdict"]),
        untold=int((people["verdict"] == "cannot_tell").sum()),
        priced=bool(rows.loc[~rows["free"], "monthly"].notna().any()),
    )


def _decided(rows: pd.DataFrame, noted: Noted, grounds: Grounds) -> pd.DataFrame:
    """The rows with what was decided; a license that is protected today is Protected."""
    today, decisions = grounds.known.today, noted.by_pair
    pairs = zip(rows["account_id"], rows["product_key"], strict=True)
    found = [decisions.get(pair) for pair in pairs]
    told = {
        "decision": ["" if d is None else d.choice for d in found],
        "state": [OPEN if d is None else EXPIRED if d.expired(today) else d.choice for d in found],
        "expires_on": [d.expires_on.isoformat() if d and d.expires_on else "" for d in found],
        "note": [d.reason if d else "" for d in found],
        "decided_by": [d.by if d else "" for d in found],
    }
    rows = rows.assign(**{name: pd.Series(v, dtype="str") for name, v in told.items()})
    rows["decided_at"] = pd.array([d.at if d else None for d in found], dtype="Int64")
    protects = np.array([d is not None and d.protects(today) for d in found], dtype=np.bool_)
    offered = rows["verdict"].isin(OFFERED).to_numpy()
    rows.loc[protects & offered, "verdict"] = PROTECTED
    return rows


def counted(product_keys: pd.Series, stands: Iterable[str]) -> dict[str, Counter[str]]:
    """product_key → how a license stands → how many do."""
    told: dict[str, Counter[str]] = {}
    for (key, stand), number in Counter(zip(product_keys, stands, strict=True)).items():
        told.setdefault(key, Counter())[stand] = number
    return told


def _monthly(product_keys: pd.Series, prices: Prices) -> pd.Series:
    known = {key: float(price) for key, price in prices.items() if price is not None}
    return product_keys.map(known).astype("Float64")


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    rank = {level: place for place, level in enumerate(CONFIDENCE_WORDS)}
    order = pd.DataFrame(
        {
            "sure": rows["confidence"].map(rank).fillna(len(rank)),
            "name": rows["display_name"].str.casefold(),
            "account_id": rows["account_id"],
            "product_key": rows["product_key"],
        }
    ).sort_values(["sure", "name", "account_id", "product_key"])
    return rows.loc[order.index].reset_index(drop=True)


def _facets(rows: pd.DataFrame, grounds: Grounds) -> tuple[Facet, ...]:
    names = dict(zip(rows["product_key"], rows["product_name"], strict=True))
    return (
        facet_of("product", "Product", rows["product_key"], names),
        facet_of("confidence", "How sure", rows["confidence"], CONFIDENCE_WORDS),
        facet_of("verdict", "Verdict", rows["verdict"], grounds.words),
        facet_of("decision", "Decision", rows["state"], DECISION_WORDS),
        facet_of("group", "Held through group", rows["groups"].tolist()),
    )


def count_words(listed: Reclaim, rows: Rows) -> str:
    """“3 licenses of 2 people”."""
    return f"{plural(len(rows), 'license')} of {plural(listed.people(rows), 'person', 'people')}"


def free_words(listed: Reclaim, rows: Rows) -> str:
    """“72 paid, 11 free”; empty where all are paid."""
    free = listed.free(rows)
    if not free:
        return ""
    return f"{len(rows) - free:,} paid, {free:,} free"
