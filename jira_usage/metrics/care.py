"""Who should not lose a license unseen: leads, lone administrators, and those just arrived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from jira_usage.among import among
from jira_usage.metrics.words import ROLE_WORDS
from jira_usage.schema import ENABLED, GOT

ADMINISTRATORS = "administrator"


@dataclass(frozen=True)
class Care:
    """Reasons for care, by account: project keys, roles in words, instants (epoch ms).

    `sole` are the projects whose administrators role nobody else holds. `got_at` is by
    account and product.
    """

    leads: Mapping[str, list[str]] = field(default_factory=dict)
    sole: Mapping[str, list[str]] = field(default_factory=dict)
    roles: Mapping[str, list[str]] = field(default_factory=dict)
    enabled_at: Mapping[str, int] = field(default_factory=dict)
    got_at: Mapping[tuple[str, str], int] = field(default_factory=dict)


def care(
    users: pd.DataFrame,
    projects: pd.DataFrame,
    role_actors: pd.DataFrame,
    groups: pd.DataFrame,
    members: pd.DataFrame,
    changes: pd.DataFrame,
) -> Care:
    """What the tables of the schema tell."""
    people = users.loc[users["active"].astype(bool) & (users["account_type"] == "atlassian")]
    led = projects.sort_values("project_key")
    enabled = changes[changes["change"] == ENABLED]
    got = changes[changes["change"] == GOT]
    return Care(
        leads=_gathered(zip(led["lead_account_id"], led["project_key"], strict=True)),
        sole=_sole(role_actors, members, set(people["account_id"])),
        roles=_administrators(groups, members),
        enabled_at=dict(zip(enabled["account_id"], enabled["at"].astype(int), strict=True)),
        got_at=dict(
            zip(
                zip(got["account_id"], got["product_key"], strict=True),
                got["at"].astype(int),
                strict=True,
            )
        ),
    )


def _gathered(pairs: Iterable[tuple[object, object]]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for account_id, value in pairs:
        if isinstance(account_id, str) and account_id:
            told.setdefault(account_id, []).append(str(value))
    return told


def _sole(
    role_actors: pd.DataFrame, members: pd.DataFrame, people: set[str]
) -> dict[str, list[str]]:
    """The projects of which an account is the only enabled person in an administrators role."""
    named = role_actors["role"].str.casefold().str.contains(ADMINISTRATORS, regex=False)
    actors = role_actors[named]
    through = actors.loc[actors["group_id"] != "", ["project_key", "role", "group_id"]]
    held = pd.concat(
        [
            actors.loc[actors["account_id"] != "", ["project_key", "role", "account_id"]],
            through.merge(members, on="group_id")[["project_key", "role", "account_id"]],
        ]
    ).drop_duplicates()
    held = held[among(held["account_id"], people)]
    alone = held[~held.duplicated(["project_key", "role"], keep=False)]
    alone = alone.drop_duplicates(["account_id", "project_key"]).sort_values("project_key")
    return _gathered(zip(alone["account_id"], alone["project_key"], strict=True))


def _administrators(groups: pd.DataFrame, members: pd.DataFrame) -> dict[str, list[str]]:
    types = groups[["group_id", "access_types"]].explode("access_types").dropna()
    types = types[types["access_types"].isin(["site-admin", "admin"])]
    held = members.merge(types, on="group_id")[["account_id", "access_types"]].drop_duplicates()
    held = held.sort_values("access_types", ascending=False)
    return _gathered(zip(held["account_id"], held["access_types"].map(ROLE_WORDS), strict=True))
