"""The public datasets: users, licenses, access, activity, daily, summary.

Their names, columns and order are a contract. Here they are put together from a
snapshot; writers.py makes files of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pandas as pd
import pyarrow as pa

from jira_usage.among import among
from jira_usage.metrics.access import LICENSED, access
from jira_usage.metrics.activity import accounts_within, daily, totals
from jira_usage.metrics.licenses import licenses
from jira_usage.metrics.once import once
from jira_usage.metrics.people import accounts, people
from jira_usage.period import Period
from jira_usage.schema import FIELD_SEPARATOR, KINDS
from jira_usage.snapshot import Snapshot

_TEXT, _WHOLE, _YES_NO, _LIST = pa.string(), pa.int64(), pa.bool_(), pa.list_(pa.string())
INSTANT = pa.timestamp("ms", tz="UTC")

DATASETS: Final[dict[str, pa.Schema]] = {
    "users": pa.schema(
        [
            ("account_id", _TEXT),
            ("display_name", _TEXT),
            ("email", _TEXT),
            ("email_visible", _YES_NO),
            ("account_type", _TEXT),
            ("active", _YES_NO),
            ("licenses", _LIST),
            ("included_licenses", _LIST),
            ("roles", _LIST),
            ("groups", _LIST),
            ("actions", _WHOLE),
            ("active_days", _WHOLE),
            ("last_active_at", INSTANT),
        ]
    ),
    "licenses": pa.schema(
        [
            ("product_key", _TEXT),
            ("product_name", _TEXT),
            ("plan", _TEXT),
            ("seats", _WHOLE),
            ("seats_used", _WHOLE),
            ("seats_remaining", _WHOLE),
            ("unlimited", _YES_NO),
            ("licensed_users", _WHOLE),
            ("active_users", _WHOLE),
            ("inactive_users", _WHOLE),
        ]
    ),
    "access": pa.schema(
        [("account_id", _TEXT), ("product_key", _TEXT), ("state", _TEXT), ("groups", _LIST)]
    ),
    "activity": pa.schema(
        [
            ("account_id", _TEXT),
            ("at", INSTANT),
            ("kind", _TEXT),
            ("issue_id", _TEXT),
            ("issue_key", _TEXT),
            ("project_key", _TEXT),
            ("fields", _LIST),
            ("source_id", _TEXT),
        ]
    ),
    "daily": pa.schema(
        [
            ("date", pa.date32()),
            ("active_users", _WHOLE),
            ("actions", _WHOLE),
            *((kind, _WHOLE) for kind in KINDS),
        ]
    ),
    "summary": pa.schema(
        [
            ("site_url", _TEXT),
            ("snapshot_id", _TEXT),
            ("synced_by", _TEXT),
            ("as_of", INSTANT),
            ("timezone", _TEXT),
            ("first_date", pa.date32()),
            ("last_date", pa.date32()),
            ("days", _WHOLE),
            ("accounts", _WHOLE),
            ("people", _WHOLE),
            ("apps", _WHOLE),
            ("customers", _WHOLE),
            ("licensed_people", _WHOLE),
            ("active_users", _WHOLE),
            ("licensed_active_users", _WHOLE),
            ("actions", _WHOLE),
            ("coverage", _LIST),
        ]
    ),
}


def frames(
    snapshot: Snapshot, name: str, period: Period, *, count_created: bool = False
) -> Iterator[pd.DataFrame]:
    """A dataset's columns, in order, over a period, in one piece or a few.

    Instants are epoch ms, lists are lists. Only `activity` comes in several pieces, a day
    at a time: it may have millions of rows.
    """
    columns = list(DATASETS[name].names)
    if name == "activity":
        for events in snapshot.events(period.start_ms, period.end_ms):
            yield _activity(events)[columns]
    else:
        yield _BUILDERS[name](snapshot, period, count_created)[columns]


def dataset(
    snapshot: Snapshot, name: str, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """A whole dataset; see `frames`."""
    parts = list(frames(snapshot, name, period, count_created=count_created))
    return pd.concat(parts, ignore_index=True) if parts else _nothing(name)


def _nothing(name: str) -> pd.DataFrame:
    frame: pd.DataFrame = DATASETS[name].empty_table().to_pandas()
    return frame


def access_of(snapshot: Snapshot) -> pd.DataFrame:
    """The dataset `access`; it does not depend on a period."""
    return once(snapshot, _access_of)


def _access_of(snapshot: Snapshot) -> pd.DataFrame:
    if snapshot.access is not None:
        return snapshot.access
    return access(snapshot.users, snapshot.groups, snapshot.members, snapshot.product_groups)


def _accounts_of(snapshot: Snapshot) -> pd.DataFrame:
    if snapshot.whole is not snapshot:
        known = once(snapshot.whole, _accounts_of)
        mine = among(known["account_id"], snapshot.users["account_id"])
        part: pd.DataFrame = known[mine].reset_index(drop=True)
        return part
    frame = accounts(
        snapshot.users,
        access_of(snapshot),
        snapshot.groups,
        snapshot.members,
        snapshot.product_groups,
        snapshot.role_actors,
    )
    if not snapshot.knows_holders:
        frame[["licenses", "included_licenses"]] = None
    if not (snapshot.knows("groups") or snapshot.knows("administrators")):
        frame[["groups", "roles"]] = None
    return frame


def _users(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    done = totals(snapshot.tally, period, count_created=count_created)
    acted = done.index if count_created else accounts_within(snapshot.tally, period)
    return people(once(snapshot, _accounts_of), done, acted)


def _licenses(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    acted = totals(snapshot.tally, period, count_created=count_created).index
    return licenses(snapshot.products, access_of(snapshot), acted)


def _access(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return access_of(snapshot)


def _activity(events: pd.DataFrame) -> pd.DataFrame:
    codes, texts = pd.factorize(events["fields"])
    split = [text.split(FIELD_SEPARATOR) if text else [] for text in texts]
    lists = pd.Series([split[code] for code in codes], index=events.index, dtype=object)
    return events.assign(kind=events["kind"].astype("str"), fields=lists)


def _daily(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return daily(
        snapshot.tally,
        snapshot.users,
        period,
        covered_from_ms=snapshot.covered_from_ms,
        count_created=count_created,
    )


def _summary(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    users = _users(snapshot, period, count_created).set_index("account_id")
    done = totals(snapshot.tally, period, count_created=count_created)
    humans = users.index[users["account_type"] == "atlassian"]
    held = access_of(snapshot)
    licensed = held.loc[held["state"] == LICENSED, "account_id"].unique()
    types = users["account_type"].value_counts()
    known = snapshot.knows_holders
    return pd.DataFrame(
        [
            {
                "site_url": snapshot.meta["site_url"],
                "snapshot_id": snapshot.id,
                "synced_by": snapshot.meta["account_id"],
                "as_of": snapshot.as_of_ms,
                "timezone": period.zone_name,
                "first_date": period.first_on,
                "last_date": period.last_on,
                "days": period.days,
                "accounts": len(users),
                "people": int(types.get("atlassian", 0)),
                "apps": int(types.get("app", 0)),
                "customers": int(types.get("customer", 0)),
                "licensed_people": len(licensed) if known else None,
                "active_users": int(done.index.isin(humans).sum()),
                "licensed_active_users": int(done.index.isin(licensed).sum()) if known else None,
                "actions": int(done["actions"].sum()),
                "coverage": [
                    f"{row.dataset}: {row.state}" for row in snapshot.coverage.itertuples()
                ],
            }
        ]
    )


_BUILDERS: Final[dict[str, Callable[[Snapshot, Period, bool], pd.DataFrame]]] = {
    "users": _users,
    "licenses": _licenses,
    "access": _access,
    "daily": _daily,
    "summary": _summary,
}
