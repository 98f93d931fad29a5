"""One row per product: its plan, its seats, and who of its people works."""

from __future__ import annotations

import pandas as pd

from jira_usage.among import among
from jira_usage.metrics.access import LICENSED

JIRA_OWN = [
    "product_key",
    "product_name",
    "plan",
    "seats",
    "seats_used",
    "seats_remaining",
    "unlimited",
]


def licenses(
    products: pd.DataFrame, access: pd.DataFrame, active_accounts: pd.Index
) -> pd.DataFrame:
    """product_key, product_name, plan, seats, seats_used, seats_remaining, unlimited,
    licensed_users, active_users, inactive_users, by product_key.

    Seats are Jira's own words. Licensed users are people, never added up across
    products; `active_accounts` are the accounts with a counted event. Where the
    groups of a product are not known, its people are unknown.
    """
    rows = products.sort_values("product_key", ignore_index=True)
    held = access[access["state"] == LICENSED]
    working = held[among(held["account_id"], active_accounts)]
    frame = rows[JIRA_OWN].copy()
    for column, people in (("licensed_users", held), ("active_users", working)):
        number = people.groupby("product_key")["account_id"].nunique()
        told = rows["product_key"].map(number).fillna(0).astype("Int64")
        frame[column] = told.mask(~rows["has_role"].astype(bool))
    frame["inactive_users"] = frame["licensed_users"] - frame["active_users"]
    return frame
