"""What is different from the last sync: who joined or left, who got or lost a product."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from jira_usage.schema import CHANGES, DISABLED, ENABLED, GOT, JOINED, LEFT, LOST

Tables = Mapping[str, pa.Table]


def changes(before: Tables, now: Tables, since_ms: int, at_ms: int) -> pa.Table:
    """CHANGES between two syncs, from their tables users, members and product_groups.

    What one of them could not read whole tells nothing: the caller leaves such tables
    out of both, `users` for people and `product_groups` for products.
    """
    rows: list[tuple[str, str, str]] = []
    if "users" in before and "users" in now:
        (were, were_enabled), (are, are_enabled) = _listed(before["users"]), _listed(now["users"])
        enabled = _without(are_enabled, were_enabled)
        disabled = _without(were_enabled, are_enabled)
        rows += _rows(JOINED, _without(are, were))
        rows += _rows(LEFT, _without(were, are))
        rows += _rows(ENABLED, _among(enabled, were))
        rows += _rows(DISABLED, _among(disabled, are))
    if "product_groups" in before and "product_groups" in now:
        held, holds = _holders(before), _holders(now)
        for product in held.keys() | holds.keys():
            had, has = held.get(product, _NOBODY), holds.get(product, _NOBODY)
            rows += _rows(GOT, _without(has, had), product)
            rows += _rows(LOST, _without(had, has), product)
    table = pa.Table.from_pylist(
        [
            dict(zip(CHANGES.names, (at_ms, since_ms, *row), strict=True))
            for row in sorted(rows, key=lambda row: (row[1], row[0], row[2]))
        ],
        CHANGES,
    )
    return table


_NOBODY = pa.array([], pa.string())


def _rows(change: str, account_ids: pa.Array, product: str = "") -> list[tuple[str, str, str]]:
    return [(account_id, change, product) for account_id in account_ids.to_pylist()]


def _among(ids: pa.Array, known: pa.Array) -> pa.Array:
    return ids.filter(pc.is_in(ids, known))


def _without(ids: pa.Array, known: pa.Array) -> pa.Array:
    return ids.filter(pc.invert(pc.is_in(ids, known)))


def _listed(users: pa.Table) -> tuple[pa.Array, pa.Array]:
    """The accounts that Jira lists, and those of them that are enabled."""
    listed = users.filter(users["listed"])
    enabled = listed.filter(listed["active"])
    return listed["account_id"].combine_chunks(), enabled["account_id"].combine_chunks()


def _holders(tables: Tables) -> dict[str, pa.Array]:
    """Who holds each product: enabled `atlassian` members of its groups, each once."""
    users, members, granting = (tables[name] for name in ("users", "members", "product_groups"))
    person = pc.and_(users["active"], pc.equal(users["account_type"], "atlassian"))
    people = users.filter(person)["account_id"].combine_chunks()
    found = {}
    for product in pc.unique(granting["product_key"]).to_pylist():
        groups = granting.filter(pc.equal(granting["product_key"], product))["group_id"]
        of_groups = members.filter(pc.is_in(members["group_id"], groups.combine_chunks()))
        found[product] = _among(pc.unique(of_groups["account_id"]), people)
    return found
