"""One account: its days, its acts, its projects, and the way to each of its licenses."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd

from jira_usage.metrics.access import LICENSED
from jira_usage.metrics.activity import counted, events_within
from jira_usage.metrics.matrix import known_days, weekends
from jira_usage.metrics.projects import UNREADABLE
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import GROUP_OF_KIND, KIND_WORDS, counted_kinds
from jira_usage.period import Period
from jira_usage.schema import FIELD_SEPARATOR

LAST_ACTS = 100


def events_of(events: pd.DataFrame, account_id: str) -> pd.DataFrame:
    """The events of one account, of all kinds, the oldest first."""
    return events[(events["account_id"] == account_id).to_numpy()]


def person_calendar(
    own: pd.DataFrame, period: Period, *, covered_from_ms: int = 0, count_created: bool = False
) -> pd.DataFrame:
    """date, actions, kinds (words), weekend, incomplete: a row per date of the window.

    Takes the events of one account. Dates that were not read are unknown.
    """
    within = counted(events_within(own, period), count_created=count_created)
    day = period.day_numbers(within["at"].to_numpy())
    actions = pd.array(np.bincount(day, minlength=period.days), dtype="Int64")
    actions[~known_days(period, covered_from_ms)] = pd.NA
    told: list[dict[str, int]] = [{} for _ in range(period.days)]
    for place, kind in zip(day.tolist(), within["kind"].astype("str"), strict=True):
        told[place][kind] = told[place].get(kind, 0) + 1
    kinds = [", ".join(f"{KIND_WORDS[k].lower()} ×{n}" for k, n in d.items()) for d in told]
    return pd.DataFrame(
        {
            "date": period.dates,
            "actions": actions,
            "kinds": pd.Series(kinds, dtype="str"),
            "weekend": weekends(period),
            "incomplete": np.arange(period.days) == period.days - 1,
        }
    )


def person_kinds(own: pd.DataFrame, period: Period, *, count_created: bool = False) -> pd.DataFrame:
    """kind, group, label, actions, counted: the kinds that occur in the window, most first."""
    number = events_within(own, period)["kind"].astype("str").value_counts()
    frame = pd.DataFrame({"kind": number.index.astype("str"), "actions": number.to_numpy()})
    frame["group"] = frame["kind"].map(GROUP_OF_KIND).astype("str")
    frame["label"] = frame["kind"].map(KIND_WORDS).astype("str")
    frame = frame.sort_values(["actions", "kind"], ascending=[False, True], ignore_index=True)
    frame["counted"] = frame["kind"].isin(counted_kinds(count_created))
    return frame[["kind", "group", "label", "actions", "counted"]]


def assigned_in_jira(account_id: str, base_url: str) -> str:
    """The address of Jira's own search for the open issues that are assigned to an account."""
    name = account_id.replace("\\", "").replace('"', "")
    jql = f'assignee = "{name}" AND statusCategory != Done ORDER BY updated'
    return f"{base_url}/issues/?{urlencode({'jql': jql}, quote_via=quote)}"


def last_acts(latest: pd.DataFrame, users: pd.DataFrame, base_url: str) -> pd.DataFrame:
    """at (epoch ms), label, issue_key, project_key, fields (words), on_behalf_of, link: as given.

    Takes Snapshot.last_events. `link` opens the issue; it is empty where the issue's key is
    not known. `on_behalf_of` is whom an app names as the one it acted for.
    """
    keys = latest["issue_key"].astype("str")
    fields = latest["fields"].astype("str").str.replace(FIELD_SEPARATOR, ", ", regex=False)
    frame = pd.DataFrame(
        {
            "at": latest["at"],
            "label": latest["kind"].astype("str").map(KIND_WORDS),
            "issue_key": keys,
            "project_key": latest["project_key"].astype("str"),
            "fields": fields,
            "on_behalf_of": latest["on_behalf_of"].map(_names(latest["on_behalf_of"], users)),
            "link": (base_url + "/browse/" + keys).where(keys != "", ""),
        }
    )
    return frame.reset_index(drop=True)


def _names(accounts: pd.Series, users: pd.DataFrame) -> dict[str, str]:
    """The names of accounts; what is no known account stays as it is."""
    named = users[users["account_id"].isin(accounts)]
    known = dict(zip(named["account_id"], named["display_name"], strict=True))
    return {told: known.get(told, told) for told in accounts.unique()}


def person_projects(
    own: pd.DataFrame, projects: pd.DataFrame, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """project_key, name, actions, days, last_act_at (epoch ms), the most acts first.

    An act whose issue could not be read belongs to the project with the empty key.
    """
    within = counted(events_within(own, period), count_created=count_created)
    rows = pd.DataFrame(
        {
            "project_key": within["project_key"].astype("str"),
            "at": within["at"],
            "day": period.day_numbers(within["at"].to_numpy()),
        }
    )
    frame = (
        rows.groupby("project_key")
        .agg(actions=("at", "size"), days=("day", "nunique"), last_act_at=("at", "max"))
        .reset_index()
    )
    names = projects.drop_duplicates("project_key").set_index("project_key")["name"]
    frame.insert(1, "name", frame["project_key"].map(names).fillna("").astype("str"))
    frame.loc[frame["project_key"] == "", "name"] = UNREADABLE
    return frame.sort_values(["actions", "project_key"], ascending=[False, True], ignore_index=True)


def access_path(
    account_id: str,
    access: pd.DataFrame,
    products: pd.DataFrame,
    groups: pd.DataFrame,
    members: pd.DataFrame,
    product_groups: pd.DataFrame,
) -> pd.DataFrame:
    """product_key, product_name, state, groups, default_group, note: a row for each product.

    `default_group` says that one of the groups is a default of the product, which new
    people are put in. `note` says what leaving a group would change.
    """
    held = access[access["account_id"] == account_id].reset_index(drop=True)
    own = members.loc[members["account_id"] == account_id, "group_id"]
    through = product_groups[product_groups["group_id"].isin(own)]
    default = through.loc[through["default"].astype(bool), "product_key"]
    names = products.drop_duplicates("product_key").set_index("product_key")["product_name"]
    frame = held[["product_key", "state", "groups"]].copy()
    told = [names.get(key, key) for key in held["product_key"]]
    frame.insert(1, "product_name", pd.Series(told, index=held.index, dtype="str"))
    frame["default_group"] = frame["product_key"].isin(default)
    frame["note"] = pd.Series(
        [_leaving(row.state, row.groups) for row in each(frame)],
        index=frame.index,
        dtype="str",
    )
    return frame


def _leaving(state: str, groups: list[str]) -> str:
    if state != LICENSED:
        return "Included with the other Jira products; takes no license of its own."
    if len(groups) > 1:
        return f"In {len(groups)} groups that grant it: leaving one changes nothing."
    return "In one group that grants it: leaving it ends this access."
