"""Tables as people read them: words instead of keys, and what a file is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from jira_usage.metrics.facets import Facet
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import ROLE_WORDS, STANDING_WORDS, TYPE_OF_ONE
from jira_usage.period import Period, iso_instant
from jira_usage.snapshot import Snapshot

HIDDEN, UNKNOWN, NO_NAME = "hidden", "unknown", "(no name)"


def people_table(rows: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """account_id, name, email, work, days, actions, active_days, last_active, licenses,
    included, roles, groups, type, status: in words, ready to be shown.

    Takes some rows of a Roster. `last_active` is a UTC timestamp, of all that is kept, and
    `days` a list of counts. What is not known says “unknown”; a hidden email says “hidden”.
    """
    names = dict(zip(products["product_key"], products["product_name"], strict=True))
    frame = rows[["account_id"]].copy()
    frame["name"] = rows["display_name"].where(rows["display_name"] != "", NO_NAME)
    frame["email"] = rows["email"].where(rows["email"] != "", HIDDEN)
    frame["work"] = rows["standing"].map(STANDING_WORDS)
    for column in ("days", "actions", "active_days"):
        frame[column] = rows[column]
    frame["last_active"] = instants(rows["last_act_at"])
    for column, source, words in (
        ("licenses", "licenses", names),
        ("included", "included_licenses", names),
        ("roles", "roles", ROLE_WORDS),
        ("groups", "groups", {}),
    ):
        frame[column] = _in_words(rows[source], words)
    frame["type"] = type_words(rows)
    frame["status"] = rows["active"].map({True: "Enabled", False: "Deactivated"})
    return frame


def instants(epoch_ms: pd.Series) -> pd.Series:
    """Epoch milliseconds as UTC timestamps, unknown where there is none."""
    return pd.to_datetime(epoch_ms.astype("Int64"), unit="ms", utc=True)


def type_words(rows: pd.DataFrame) -> pd.Series:
    """The account type of each row, in words."""
    return rows["account_type"].map(TYPE_OF_ONE).fillna(TYPE_OF_ONE["unknown"])


def roles_in_words(roles: Sequence[str]) -> list[str]:
    """A line for each role: site-wide ones first, then project roles with their projects."""
    site = [ROLE_WORDS.get(role, role) for role in roles if "@" not in role]
    projects: dict[str, list[str]] = {}
    for role in roles:
        if "@" in role:
            name, _, key = role.rpartition("@")
            projects.setdefault(name, []).append(key)
    return [*site, *(f"{name} in {', '.join(keys)}" for name, keys in sorted(projects.items()))]


def about(
    snapshot: Snapshot,
    period: Period,
    *,
    count_created: bool,
    rows: int,
    filters: Mapping[str, str],
) -> dict[str, str]:
    """What a file says of itself: site, time, window, definition, filters, coverage."""
    counted = "Creating an issue counts." if count_created else "Creating an issue does not count."
    coverage = {row.dataset: row for row in each(snapshot.coverage)}
    return {
        "Site": str(snapshot.meta.get("site_url", "")),
        "Synced by": str(snapshot.meta.get("display_name", "")),
        "Data as of": iso_instant(snapshot.as_of_ms),
        "Window": f"{period.first_on} to {period.last_on}, {period.days} days in {period.zone_name}"
        " (the last day is not over)",
        "Active means": "commented, changed an issue or logged work on that day. " + counted,
        "Rows": f"{rows:,}",
        "Filters": "; ".join(f"{name}: {value}" for name, value in filters.items()) or "none",
        **{
            f"Coverage: {name}": f"{row.state}. {row.reason} {row.consequence}".strip()
            for name, row in coverage.items()
        },
    }


def filters_in_words(
    facets: Sequence[Facet], choices: Mapping[str, Sequence[str]], search: str
) -> dict[str, str]:
    """The chosen filters, by label."""
    told = {
        facet.label: ", ".join(facet.labels[option] for option in choices[facet.key])
        for facet in facets
        if choices.get(facet.key)
    }
    return {"Search": search, **told} if search else told


def _in_words(lists: pd.Series, words: Mapping[str, str]) -> pd.Series:
    told = [[UNKNOWN] if some is None else [words.get(one, one) for one in some] for some in lists]
    return pd.Series(told, index=lists.index, dtype=object)
