"""The public datasets: users, licenses, access, activity, daily, summary.

Their names, columns and order are a contract. Here they are put together from a
snapshot, and written as CSV, JSON or Parquet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from jira_usage.metrics.access import LICENSED, access
from jira_usage.metrics.activity import accounts_within, daily, events_within, totals
from jira_usage.metrics.licenses import licenses
from jira_usage.metrics.people import people
from jira_usage.period import Period, iso_instant
from jira_usage.schema import FIELD_SEPARATOR, KINDS
from jira_usage.snapshot import Snapshot

_TEXT, _WHOLE, _YES_NO, _LIST = pa.string(), pa.int64(), pa.bool_(), pa.list_(pa.string())
_INSTANT = pa.timestamp("ms", tz="UTC")

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
            ("last_active_at", _INSTANT),
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
            ("at", _INSTANT),
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
            ("as_of", _INSTANT),
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


def dataset(
    snapshot: Snapshot, name: str, period: Period, *, count_created: bool = False
) -> pd.DataFrame:
    """A dataset's columns, in order, over a period. Instants are epoch ms, lists are lists."""
    frame = _BUILDERS[name](snapshot, period, count_created)
    return frame[list(DATASETS[name].names)]


def access_of(snapshot: Snapshot) -> pd.DataFrame:
    """The dataset `access`; it does not depend on a period."""
    return access(snapshot.users, snapshot.groups, snapshot.members, snapshot.product_groups)


def _users(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    done = totals(snapshot.events, period, count_created=count_created)
    frame = people(
        snapshot.users,
        access_of(snapshot),
        snapshot.groups,
        snapshot.members,
        snapshot.product_groups,
        snapshot.role_actors,
        done,
        done.index if count_created else accounts_within(snapshot.events, period),
    )
    if not snapshot.knows("licenses"):
        frame[["licenses", "included_licenses"]] = None
    if not (snapshot.knows("groups") or snapshot.knows("administrators")):
        frame[["groups", "roles"]] = None
    return frame


def _licenses(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    acted = totals(snapshot.events, period, count_created=count_created).index
    return licenses(snapshot.products, access_of(snapshot), acted)


def _access(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return access_of(snapshot)


def _activity(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    frame = events_within(snapshot.events, period).reset_index(drop=True)
    names = frame["fields"].cat.categories
    split = [text.split(FIELD_SEPARATOR) if text else [] for text in names]
    frame["fields"] = pd.Series([split[code] for code in frame["fields"].cat.codes], dtype=object)
    return frame


def _daily(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return daily(
        snapshot.events,
        snapshot.users,
        period,
        covered_from_ms=snapshot.covered_from_ms,
        count_created=count_created,
    )


def _summary(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    users = snapshot.users.set_index("account_id")
    done = totals(snapshot.events, period, count_created=count_created)
    humans = users.index[users["account_type"] == "atlassian"]
    held = access_of(snapshot)
    licensed = held.loc[held["state"] == LICENSED, "account_id"].unique()
    types = users["account_type"].value_counts()
    known = snapshot.knows("licenses")
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
    "activity": _activity,
    "daily": _daily,
    "summary": _summary,
}


def to_parquet(frame: pd.DataFrame, schema: pa.Schema) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False), sink)
    return sink.getvalue()


def to_json(frame: pd.DataFrame, schema: pa.Schema) -> bytes:
    """An array of objects; instants as UTC text, what is unknown as null."""
    rows = [dict(zip(schema.names, row, strict=True)) for row in _plain_rows(frame, schema)]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def to_csv(frame: pd.DataFrame, schema: pa.Schema) -> bytes:
    """UTF-8, a header, lists joined with "; ", what is unknown empty.

    A spreadsheet takes a cell that begins with = + - @ for a formula: in texts that
    people can choose, such a cell begins with an apostrophe here.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.names)
    chosen = [name in FREE_TEXTS for name in schema.names]
    for row in _plain_rows(frame, schema):
        writer.writerow([_cell(v, free) for v, free in zip(row, chosen, strict=True)])
    return out.getvalue().encode()


WRITERS: Final[dict[str, Callable[[pd.DataFrame, pa.Schema], bytes]]] = {
    "csv": to_csv,
    "json": to_json,
    "parquet": to_parquet,
}
FREE_TEXTS = frozenset({"display_name", "email", "groups", "roles", "product_name", "fields"})


def _cell(value: Any, free: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if free and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _plain_rows(frame: pd.DataFrame, schema: pa.Schema) -> Iterable[tuple[Any, ...]]:
    """The rows as plain Python values; instants as ISO text, dates as text."""
    columns = []
    for column in schema:
        values = frame[column.name].tolist()
        values = [None if v is pd.NA or v is None or v is pd.NaT else v for v in values]
        if column.type == _INSTANT:
            values = [None if v is None else iso_instant(int(v)) for v in values]
        elif column.type == pa.date32():
            values = [v.isoformat() for v in values]
        columns.append(values)
    return zip(*columns, strict=True)
