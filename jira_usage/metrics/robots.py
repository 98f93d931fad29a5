"""Accounts that act and are not people."""

from __future__ import annotations

import pandas as pd


def robots(users: pd.DataFrame) -> pd.DataFrame:
    """account_id, display_name, account_type, actions, active_days, last_active_at (epoch ms).

    Takes the dataset users; returns apps, portal customers and accounts of unknown type
    that acted in the window, the most acts first.
    """
    others = users[(users["account_type"] != "atlassian") & (users["actions"] > 0)]
    columns = ["account_id", "display_name", "account_type"]
    columns += ["actions", "active_days", "last_active_at"]
    return others.sort_values(
        ["actions", "account_id"], ascending=[False, True], ignore_index=True
    )[columns]
