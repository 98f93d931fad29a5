"""What is different from the last sync: who joined or left, who got or lost a product."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from jira_usage.schema import CHANGES, DISABLED, ENABLED, GOT, JOINED, LEFT, LOST

Tables = Mapping[str, pa.Table]
Holdings = dict[tuple[str, str], None]


def changes(before: Tables, now: Tables, since_ms: int, at_ms: int) -> pa.Table:
    """CHANGES between two syncs, from their tables users, members and product_groups.

    What one of them could not read whole tells nothing: the caller leaves such tables
    out of both, `users` for people and `product_groups` for products.
    """
    rows: list[tuple[str, str, str]] = []
    if "users" in before and "users" in now:
        were, are = _enabled(before["users"]), _enabled(now["users"])
        rows += [(one, JOINED, "") for one in are.keys() - were.keys()]
        rows += [(one, LEFT, "") for one in were.keys() - are.keys()]
        stayed = were.keys() & are.keys()
        rows += [(one, ENABLED, "") for one in stayed if are[one] and not were[one]]
        rows += [(one, DISABLED, "") for one in stayed if were[one] and not are[one]]
    if "product_groups" in before and "product_groups" in now:
        held, holds = _holdings(before), _holdings(now)
        rows += [(one, GOT, product) for one, product in holds.keys() - held.keys()]
        rows += [(one, LOST, product) for one, product in held.keys() - holds.keys()]
    table = pa.Table.from_pylist(
        [
            dict(zip(CHANGES.names, (at_ms, since_ms, *row), strict=True))
            for row in sorted(rows, key=lambda row: (row[1], row[0], row[2]))
        ],
        CHANGES,
    )
    return table


def _enabled(users: pa.Table) -> dict[str, bool]:
    """Whether each account that Jira lists is enabled."""
    columns = zip(*(users[name].to_pylist() for name in ("account_id", "listed", "active")),
                  strict=True)  # fmt: skip
    return {account_id: active for account_id, listed, active in columns if listed}


def _holdings(tables: Tables) -> Holdings:
    """Which person holds which product: enabled `atlassian` members of its groups."""
    users = tables["users"]
    columns = (users[name].to_pylist() for name in ("account_id", "account_type", "active"))
    people = {
        account_id
        for account_id, account_type, active in zip(*columns, strict=True)
        if active and account_type == "atlassian"
    }
    products: dict[str, list[str]] = {}
    for row in tables["product_groups"].to_pylist():
        products.setdefault(row["group_id"], []).append(row["product_key"])
    members = tables["members"]
    pairs = zip(members["group_id"].to_pylist(), members["account_id"].to_pylist(), strict=True)
    return {
        (account_id, product): None
        for group_id, account_id in pairs
        if account_id in people
        for product in products.get(group_id, ())
    }
