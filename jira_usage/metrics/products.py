"""Who of a product's people work, and what its seats say."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from jira_usage.metrics.access import INCLUDED, LICENSED
from jira_usage.metrics.matrix import Counts, known_days, weekends
from jira_usage.metrics.rows import each
from jira_usage.period import Period

FREE: Final = "FREE"


def free_products(products: pd.DataFrame, paid: Collection[str] = ()) -> frozenset[str]:
    """The products on a free plan, by Jira's word, unless somebody told what they pay."""
    free = products.loc[products["plan"] == FREE, "product_key"]
    return frozenset(free) - frozenset(paid)


def product_days(
    products: pd.DataFrame,
    access: pd.DataFrame,
    account_ids: pd.Series,
    counts: Counts,
    period: Period,
    covered_from_ms: int = 0,
) -> pd.DataFrame:
    """product_key, product_name, date, active_users, licensed_users, weekend, incomplete.

    A row for each product whose people are known and each date: how many of its licensed
    people worked anywhere in Jira that day. Jira does not say in which product an act
    was made, so a person with two products counts in both. Unread dates are unknown.
    """
    place = pd.Index(account_ids)
    known = known_days(period, covered_from_ms)
    parts = []
    for product in each(products[products["has_role"].astype(bool)]):
        licensed = access["product_key"].eq(product.product_key) & access["state"].eq(LICENSED)
        rows = place.get_indexer(pd.Index(access.loc[licensed, "account_id"]))
        active = pd.array((counts[rows[rows >= 0]] > 0).sum(axis=0), dtype="Int64")
        active[~known] = pd.NA
        part = pd.DataFrame({"date": period.dates, "active_users": active})
        part.insert(0, "product_key", str(product.product_key))
        part.insert(1, "product_name", str(product.product_name))
        part["licensed_users"] = len(rows)
        part["weekend"] = weekends(period)
        part["incomplete"] = np.arange(period.days) == period.days - 1
        parts.append(part)
    columns = ["product_key", "product_name", "date", "active_users", "licensed_users"]
    columns += ["weekend", "incomplete"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def seat_table(
    licenses: pd.DataFrame, access: pd.DataFrame, products: pd.DataFrame
) -> pd.DataFrame:
    """The dataset licenses with included_users, seats_words, left_words, utilization, seat_use and
    approximate_users, by product name.

    `included_users` hold the product beside another one, without a license of its own.
    `utilization` is active ÷ licensed people, `seat_use` Jira's own count ÷ seats; both
    are unknown where a part is. `seats_words` and `left_words` say a number,
    “unlimited” or “unknown”.
    """
    frame = licenses.copy()
    included = access[access["state"] == INCLUDED].groupby("product_key")["account_id"].nunique()
    frame["included_users"] = frame["product_key"].map(included.to_dict()).fillna(0).astype("Int64")
    frame["included_users"] = frame["included_users"].mask(frame["licensed_users"].isna())
    frame["seats_words"] = [
        "unlimited"
        if bool(row.unlimited)
        else "unknown"
        if pd.isna(row.seats)
        else f"{row.seats:,}"
        for row in each(frame)
    ]
    frame["left_words"] = [
        "unlimited"
        if bool(row.unlimited)
        else "unknown"
        if pd.isna(row.seats_remaining)
        else f"{row.seats_remaining:,}"
        for row in each(frame)
    ]
    for column, part, whole in (
        ("utilization", "active_users", "licensed_users"),
        ("seat_use", "seats_used", "seats"),
    ):
        divisor = frame[whole].astype("Float64")
        frame[column] = frame[part].astype("Float64") / divisor.mask(divisor == 0)
    approximate = products.set_index("product_key")["approximate_users"]
    frame["approximate_users"] = frame["product_key"].map(approximate).astype("Int64")
    return frame.sort_values("product_name", ignore_index=True)
