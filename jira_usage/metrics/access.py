"""Who may use which product, and through which groups."""

from __future__ import annotations

import pandas as pd

from jira_usage.metrics.lists import lists_of

LICENSED, INCLUDED = "licensed", "included"
# Whoever uses another Jira product uses Jira Work Management with it, without a seat of its own.
INCLUDED_PRODUCT = "jira-core"


def access(
    users: pd.DataFrame,
    groups: pd.DataFrame,
    members: pd.DataFrame,
    product_groups: pd.DataFrame,
) -> pd.DataFrame:
    """account_id, product_key, state (licensed|included), groups (names), by account and product.

    Takes the tables of the schema. Only active `atlassian` accounts hold licenses:
    robots are members of the same groups and take no seat.
    """
    people = users.loc[users["active"] & (users["account_type"] == "atlassian"), ["account_id"]]
    held = (
        product_groups[["product_key", "group_id"]]
        .merge(members, on="group_id")
        .merge(people, on="account_id")
        .merge(groups[["group_id", "name"]], on="group_id", how="left")
    )
    held["name"] = held["name"].fillna(held["group_id"])
    held["pair"] = held["account_id"] + "\n" + held["product_key"]
    rows = held[["account_id", "product_key", "pair"]].drop_duplicates()
    rows = rows.sort_values(["account_id", "product_key"], ignore_index=True)
    products = rows.groupby("account_id")["product_key"].transform("size")
    included = (rows["product_key"] == INCLUDED_PRODUCT) & (products > 1)
    rows["state"] = included.map({True: INCLUDED, False: LICENSED}).astype("str")
    rows["groups"] = lists_of(held, "pair", "name", rows["pair"])
    return rows[["account_id", "product_key", "state", "groups"]]
