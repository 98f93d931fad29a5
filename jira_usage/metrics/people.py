"""One row per account: who it is, what it may use, and what it did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jira_usage.among import among
from jira_usage.metrics.access import INCLUDED, LICENSED
from jira_usage.metrics.lists import lists_of


def accounts(
    users: pd.DataFrame,
    access: pd.DataFrame,
    groups: pd.DataFrame,
    members: pd.DataFrame,
    product_groups: pd.DataFrame,
    role_actors: pd.DataFrame,
) -> pd.DataFrame:
    """account_id, display_name, email, email_visible, account_type, active, licenses,
    included_licenses, roles, groups, there, by account: what no window changes.

    `groups` are those that grant access or administration; `roles` come from the
    groups' access types and, as ROLE@PROJECT, from project roles. Accounts that Jira
    does not list are `there` if they are in a group.
    """
    rows = users.sort_values("account_id", ignore_index=True)
    ids = rows["account_id"]
    granting = groups[
        groups["group_id"].isin(product_groups["group_id"]) | groups["access_types"].str.len().gt(0)
    ]
    names = members.merge(granting[["group_id", "name"]], on="group_id")
    frame = rows[["account_id", "display_name", "email"]].copy()
    frame["email_visible"] = rows["email"] != ""
    frame["account_type"] = rows["account_type"]
    frame["active"] = rows["active"]
    for column, state in (("licenses", LICENSED), ("included_licenses", INCLUDED)):
        held = access[access["state"] == state]
        frame[column] = lists_of(held, "account_id", "product_key", ids)
    frame["roles"] = lists_of(_roles(groups, members, role_actors), "account_id", "role", ids)
    frame["groups"] = lists_of(names, "account_id", "name", ids)
    frame["there"] = rows["listed"].to_numpy(dtype=bool) | among(ids, members["account_id"])
    return frame


def people(accounts: pd.DataFrame, totals: pd.DataFrame, acted: pd.Index) -> pd.DataFrame:
    """The accounts with actions, active_days, last_active_at (epoch ms) of a window, by account.

    Accounts that are not `there` by themselves are if they have `acted` in the period.
    """
    there = accounts["there"].to_numpy(dtype=bool) | among(accounts["account_id"], acted)
    frame = accounts.drop(columns="there")
    if not there.all():
        frame = frame[there].reset_index(drop=True)
    place = totals.index.get_indexer(pd.Index(frame["account_id"]))
    for column in ("actions", "active_days", "last_active_at"):
        told = totals[column].to_numpy(dtype="int64")[place] if len(totals) else 0
        frame[column] = pd.array(np.where(place < 0, 0, told), dtype="Int64")
    frame["last_active_at"] = frame["last_active_at"].mask(place < 0)
    return frame


def _roles(groups: pd.DataFrame, members: pd.DataFrame, role_actors: pd.DataFrame) -> pd.DataFrame:
    """account_id, role: through groups and directly."""
    types = groups[["group_id", "access_types"]].explode("access_types").dropna()
    site = members.merge(types, on="group_id").rename(columns={"access_types": "role"})
    named = role_actors.assign(role=role_actors["role"] + "@" + role_actors["project_key"])
    direct = named[named["account_id"] != ""]
    through = named.loc[named["group_id"] != "", ["group_id", "role"]].merge(members, on="group_id")
    columns = ["account_id", "role"]
    return pd.concat([site[columns], direct[columns], through[columns]])
