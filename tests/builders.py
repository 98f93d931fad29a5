"""Rows and snapshots in one line each: only what a test is about has to be said."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from jira_usage.activity import Acts
from jira_usage.coverage import CoverageNotes
from jira_usage.events import distinct_acts, settled_events, settled_worklogs
from jira_usage.generation import Generation
from jira_usage.merging import merge_acts
from jira_usage.period import DAY_MS, Period, epoch_ms
from jira_usage.schema import BY_DATE, COMMENT_CREATED, KINDS, TABLES
from jira_usage.snapshot import Snapshot
from jira_usage.store import SiteStore
from jira_usage.tally import NEEDED, tally

Row = dict[str, Any]
# A Friday noon. The week before it has no change of clocks anywhere.
NOW = epoch_ms(datetime(2026, 11, 20, 12, tzinfo=UTC))
_numbers = itertools.count(1)


def at(text: str) -> int:
    """The instant of an ISO text such as 2026-11-19T08:00Z, in epoch milliseconds."""
    return epoch_ms(datetime.fromisoformat(text))


def days_ago(days: float, *, now: int = NOW) -> int:
    return now - round(days * DAY_MS)


def user(
    account_id: str,
    *,
    name: str | None = None,
    email: str = "",
    account_type: str = "atlassian",
    active: bool = True,
    listed: bool = True,
    first_seen_at: int | None = None,
) -> Row:
    return {
        "account_id": account_id,
        "display_name": account_id.title() if name is None else name,
        "email": email,
        "account_type": account_type,
        "active": active,
        "listed": listed,
        "first_seen_at": first_seen_at,
    }


def event(
    account_id: str,
    *,
    at: int = NOW - 1,
    kind: str = "comment_created",
    project: str = "WEB",
    fields: str = "",
    on_behalf_of: str = "",
) -> Row:
    """One settled event, as Snapshot.tally and Snapshot.events have them."""
    number = next(_numbers)
    return {
        "at": at,
        "kind": kind,
        "source_id": f"s{number}",
        "account_id": account_id,
        "issue_id": f"i{number}",
        "fields": fields,
        "on_behalf_of": on_behalf_of,
        "issue_key": f"{project}-{number}" if project else "",
        "project_key": project,
    }


def act(
    account_id: str,
    *,
    at: int = NOW - 1,
    act: str = COMMENT_CREATED,
    issue_id: str = "1",
    worklog_id: str = "",
    fields: str = "",
    on_behalf_of: str = "",
) -> Row:
    """One act, as a sync stores them."""
    return {
        "at": at,
        "act": act,
        "source_id": f"s{next(_numbers)}",
        "account_id": account_id,
        "issue_id": issue_id,
        "worklog_id": worklog_id,
        "fields": fields,
        "on_behalf_of": on_behalf_of,
    }


def issue(*, issue_id: str = "1", project: str = "WEB", updated_at: int = NOW) -> Row:
    return {
        "issue_id": issue_id,
        "issue_key": f"{project}-{issue_id}",
        "project_key": project,
        "updated_at": updated_at,
    }


def group(group_id: str, *, name: str = "", access_types: Iterable[str] = ()) -> Row:
    return {"group_id": group_id, "name": name or group_id, "access_types": list(access_types)}


def members(group_id: str, *account_ids: str) -> list[Row]:
    return [{"group_id": group_id, "account_id": one} for one in account_ids]


def product(
    product_key: str = "jira-software",
    *,
    name: str = "Jira",
    plan: str = "PAID",
    seats: int | None = 10,
    used: int | None = 3,
    left: int | None = 7,
    unlimited: bool = False,
    has_role: bool = True,
) -> Row:
    return {
        "product_key": product_key,
        "product_name": name,
        "plan": plan,
        "seats": seats,
        "seats_used": used,
        "seats_remaining": left,
        "unlimited": unlimited,
        "approximate_users": used,
        "has_role": has_role,
    }


def grants(product_key: str, group_id: str, *, default: bool = False) -> Row:
    return {"product_key": product_key, "group_id": group_id, "default": default}


def got(account_id: str, ago: float) -> Row:
    """A change: somebody got a license for Jira, found so many days ago."""
    return {
        "at": days_ago(ago),
        "since": days_ago(ago + 1),
        "account_id": account_id,
        "change": "got",
        "product_key": "jira-software",
    }


def project(key: str, *, name: str = "", lead: str = "", browsable: bool = True) -> Row:
    return {
        "project_id": f"p-{key}",
        "project_key": key,
        "name": name or key.title(),
        "lead_account_id": lead,
        "browsable": browsable,
    }


def access_row(
    account_id: str,
    *,
    product: str = "jira-software",
    state: str = "licensed",
    groups: Any = ("g",),
) -> Row:
    return {
        "account_id": account_id,
        "product_key": product,
        "state": state,
        "groups": list(groups),
    }


def table(name: str, rows: Iterable[Row] = ()) -> pd.DataFrame:
    """Rows as the table of that name, typed as Snapshot gives it."""
    made = pa.Table.from_pylist(list(rows), TABLES[name])
    frame: pd.DataFrame = made.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def events(*rows: Row) -> pd.DataFrame:
    """Events by `at`, with the columns of Snapshot.tally and those of Snapshot.events."""
    columns = ["at", "kind", "source_id", "account_id", "issue_id", "fields", "on_behalf_of"]
    frame = pd.DataFrame(list(rows), columns=[*columns, "issue_key", "project_key"])
    frame["at"] = frame["at"].astype("int64")
    frame["kind"] = pd.Categorical(frame["kind"], categories=list(KINDS))
    for column in ("account_id", "project_key", "fields"):
        frame[column] = frame[column].astype("str").astype("category")
    return frame.sort_values("at", kind="stable", ignore_index=True)


def access_table(*rows: Row) -> pd.DataFrame:
    columns = ["account_id", "product_key", "state", "groups"]
    frame = pd.DataFrame(list(rows), columns=columns)
    for column in columns[:3]:
        frame[column] = frame[column].astype("str")
    return frame


def window(days: int = 7, zone: str = "UTC", now: int = NOW) -> Period:
    return Period.last_days(days, zone, now)


def derived(rows: Mapping[str, list[Row]]) -> dict[str, pa.Table]:
    """The tables that a sync makes of the acts, and the acts told apart."""
    acts = [row for row in rows.get("acts", []) if row["act"] in KINDS and not _of_worklog(row)]
    worklogs = pa.Table.from_pylist(
        [row for row in rows.get("acts", []) if _of_worklog(row)], TABLES["worklog_acts"]
    )
    settled = settled_worklogs(distinct_acts(worklogs).to_pandas())
    made = {
        "acts": pa.Table.from_pylist(acts, TABLES["acts"]),
        "worklog_acts": worklogs,
        "worklog_events": pa.Table.from_pandas(settled, TABLES["worklog_events"]),
        "users": pa.Table.from_pylist(rows.get("users", []), TABLES["users"]),
    }
    made["users"] = made["users"].sort_by("account_id")
    issues = pa.Table.from_pylist(rows.get("issues", []), TABLES["issues"])
    told = made["worklog_events"].rename_columns({"kind": "act"})
    made["tally"] = tally([made["acts"].select(NEEDED), told.select(NEEDED)], made["users"], issues)
    return made


def _of_worklog(row: Row) -> bool:
    return str(row["act"]).startswith(("worklog", "time"))


def publish(
    kept: SiteStore,
    *,
    now: int = NOW,
    covered_days: int = 40,
    refused: Mapping[str, str] | None = None,
    remarks: Mapping[str, str] | None = None,
    left_out: Iterable[str] = (),
    timezone: str = "UTC",
    meta: Mapping[str, Any] | None = None,
    **tables: list[Row],
) -> str:
    """Publishes tables of the schema as a finished sync of `now`, and returns the snapshot's id.

    `refused` maps a dataset to the reason why it was not permitted, those `left_out` were
    not asked for; others are complete. `remarks` maps one to what is told of it. `meta` is
    what the sync says of itself beside.
    """
    with kept.opened():
        notes = _notes(refused or {}, remarks or {}, set(left_out))
        return _published(kept, now, covered_days, notes, timezone, meta or {}, tables)


def _notes(
    refused: Mapping[str, str], remarks: Mapping[str, str], left_out: set[str]
) -> CoverageNotes:
    notes = CoverageNotes()
    for name in notes.states.keys() - left_out:
        notes.read(name)
    for name, reason in refused.items():
        notes.note(name, "not_permitted", reason)
    for name, reason in remarks.items():
        notes.remark(name, reason)
    return notes


def _published(
    kept: SiteStore,
    now: int,
    covered_days: int,
    notes: CoverageNotes,
    timezone: str,
    meta: Mapping[str, Any],
    tables: Mapping[str, list[Row]],
) -> str:
    rows = {**tables, "coverage": notes.rows(now)}
    parts: dict[str, dict[str, str]] = {}
    made = derived(rows)
    for name, schema in TABLES.items():
        table = made[name] if name in made else pa.Table.from_pylist(rows.get(name, []), schema)
        if name in BY_DATE:
            parts[name], _ = merge_acts(kept, name, {}, [table], [])
        else:
            parts[name] = {"": kept.save_table(table)}
    told = {
        "snapshot_id": uuid.uuid4().hex,
        "site_url": "https://acme.atlassian.net",
        "base_url": "https://acme.atlassian.net",
        "account_id": "ann",
        "display_name": "Ann",
        "mode": "full",
        "started_at": now - 10_000,
        "as_of": now,
        "covered_from": now - covered_days * DAY_MS,
        "days": covered_days,
        "timezone": timezone,
        "duration_s": 10.0,
        "requests": 20,
        "least_requests": 20,
        "requests_by_operation": {},
        **dict.fromkeys(("issues", "comments", "histories", "worklogs", "acts"), 0),
        "users": len(rows.get("users", [])),
        "new_acts": len(rows.get("acts", [])),
        "coverage": dict(notes.states),
        "skew_ms": 0,
        "scoped": False,
        "approximate_users": None,
        "admits": "",
        **meta,
    }
    kept.publish(Generation(str(told["snapshot_id"]), parts, told))
    return str(told["snapshot_id"])


def all_events(some: Iterable[Acts]) -> pd.DataFrame:
    """The events that collected acts amount to, as events.settled_events gives them."""
    read = []
    for name in BY_DATE:
        tables = [table.cast(TABLES[name]) for acts in some for table in acts.tables(name)]
        table = pa.concat_tables([TABLES[name].empty_table(), *tables])
        read.append(distinct_acts(table).to_pandas())
    acts, worklog_acts = read
    return settled_events(acts, settled_worklogs(worklog_acts))


def snapshot(folder: Path, **what: Any) -> Snapshot:
    """A snapshot of some tables, through a real store in a folder. Takes what `publish` takes."""
    kept = SiteStore(folder)
    publish(kept, **what)
    return Snapshot.load(kept)


def company(*, now: int = NOW, name_of_cyn: str = "Cyn Vale") -> dict[str, Any]:
    """Four people and a robot, countable by hand.

    Ann works on two days, Ben on one, Cyn holds a license and does nothing, Dee is
    deactivated, and Bot acts every day. Ann has two products, so her Work Management
    is included; Ben's is his only one.
    """
    return {
        "users": [
            user("ann", name="Ann Ames", email="ann@acme.example"),
            user("ben", name="Ben Okri"),
            user("cyn", name=name_of_cyn, email="cyn@acme.example"),
            user("dee", name="Dee Gone", active=False),
            user("bot", name="Automation for Jira", account_type="app"),
        ],
        "groups": [
            group("g-jira", name="jira-users", access_types=["user"]),
            group("g-work", name="work-users"),
            group("g-admin", name="site-admins", access_types=["site-admin"]),
        ],
        "members": [
            *members("g-jira", "ann", "cyn"),
            *members("g-work", "ann", "ben"),
            *members("g-admin", "ann"),
        ],
        "products": [
            product(),
            product(
                "jira-core",
                name="Jira Work Management",
                seats=None,
                left=None,
                used=2,
                unlimited=True,
                plan="FREE",
            ),
        ],
        "product_groups": [
            grants("jira-software", "g-jira", default=True),
            grants("jira-core", "g-work"),
        ],
        "projects": [project("WEB", name="Website", lead="ann"), project("OLD", name="Old")],
        "issues": [issue(issue_id="1", project="WEB")],
        "role_actors": [
            {"project_key": "WEB", "role": "Developers", "account_id": "ben", "group_id": ""}
        ],
        "acts": [
            act("ann", at=days_ago(1, now=now)),
            act("ann", at=days_ago(2, now=now), act="issue_changed", fields="status"),
            act("ann", at=days_ago(2, now=now) + 60_000),
            act("ben", at=days_ago(3, now=now), act="worklog_created"),
            *(act("bot", at=days_ago(n, now=now) - 1, act="issue_changed") for n in range(5)),
        ],
    }
