"""One row per account: who it is, what it may use, and what it did."""

from __future__ import annotations

import pandas as pd

from jira_usage.metrics.access import INCLUDED, LICENSED
from jira_usage.metrics.lists import aligned_lists, lists_by


def people(
    users: pd.DataFrame,
    access: pd.DataFrame,
    groups: pd.DataFrame,
    members: pd.DataFrame,
    product_groups: pd.DataFrame,
    role_actors: pd.DataFrame,
    totals: pd.DataFrame,
    acted: pd.Index,
) -> pd.DataFrame:
    """account_id, display_name, email, email_visible, account_type, active, licenses,
    included_licenses, roles, groups, actions, active_days, last_active_at (epoch ms), by account.

    `groups` are those that grant access or administration; `roles` come from the
    groups' access types and, as ROLE@PROJECT, from project roles. Accounts that Jira
    does not list are there if they have `acted` in the period or are in a group.
    """
    there = users["listed"] | users["account_id"].isin(acted)
    there |= users["account_id"].isin(members["account_id"])
    rows = users[there].sort_values("account_id", ignore_index=True)
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
        held = lists_by(access[access["state"] == state], "account_id", "product_key")
        frame[column] = aligned_lists(held, ids)
    frame["roles"] = aligned_lists(_roles(groups, members, role_actors), ids)
    frame["groups"] = aligned_lists(lists_by(names, "account_id", "name"), ids)
    done = totals.reindex(ids)
    for column in ("actions", "active_days"):
        frame[column] = done[column].fillna(0).astype("Int64").array
    frame["last_active_at"] = done["last_active_at"].astype("Int64").array
    return frame


def _roles(groups: pd.DataFrame, members: pd.DataFrame, role_actors: pd.DataFrame) -> pd.Series:
    """The roles of each account, through groups and directly."""
    types = groups[["group_id", "access_types"]].explode("access_types").dropna()
    site = members.merge(types, on="group_id").rename(columns={"access_types": "role"})
    named = role_actors.assign(role=role_actors["role"] + "@" + role_actors["project_key"])
    direct = named[named["account_id"] != ""]
    through = named.loc[named["group_id"] != "", ["group_id", "role"]].merge(members, on="group_id")
    columns = ["account_id", "role"]
    return lists_by(
        pd.concat([site[columns], direct[columns], through[columns]]), "account_id", "role"
    )
