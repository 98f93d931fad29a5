"""Puts a large snapshot of invented people into the place that the environment names.

Run by pages.py. Of the people two in three work, most of them little; a tenth are customers
and one in fifty is an app. Everybody is in one or two of some groups.
"""

from __future__ import annotations

import os
import uuid

import numpy as np
import pyarrow as pa

from jira_usage.connection import Connection
from jira_usage.coverage import CoverageNotes
from jira_usage.generation import Generation
from jira_usage.merging import merge_acts, tally_of, worklog_events
from jira_usage.period import DAY_MS
from jira_usage.schema import BY_DATE, TABLES
from jira_usage.store import SiteStore, Store

from ..site_process import SEED

PEOPLE, EVENTS, DAYS, PROJECTS = 100_000, 3_000_000, 90, 300
ACTS = ["issue_changed", "comment_created", "comment_edited", "issue_created", "worklog_created"]
SHARES = [0.66, 0.20, 0.02, 0.04, 0.08]
FIELDS = ["status", "assignee", "status\x1fresolution", "description", "labels"]
GROUPS = {"everybody": 0.6, "service-desk": 0.15, **{f"team-{n}": 0.01 for n in range(40)}}


def main() -> None:
    connection = Connection.from_environment(os.environ)
    store = Store.open(os.environ)
    kept = store.admitted(connection.site.url, connection.email, connection.api_token)
    last = kept.current() if kept else None
    if kept is None or last is None:
        raise RuntimeError("there is no snapshot to replace")
    with kept.opened():
        kept.publish(_enlarged(kept, last))


def _enlarged(kept: SiteStore, last: Generation) -> Generation:
    chance = np.random.default_rng(SEED)
    as_of = int(last.meta["as_of"])
    people, issues = _people(), _issues(as_of)
    tables = {name: dict(parts) for name, parts in last.tables.items()}
    for name in BY_DATE:
        tables[name] = {}
    ids = people["account_id"].to_numpy(zero_copy_only=False)
    workers = chance.choice(PEOPLE, PEOPLE * 2 // 3, replace=False)
    weights = chance.pareto(1.5, len(workers)) + 0.1
    for number in range(DAYS):
        start = as_of - (DAYS - number) * DAY_MS
        acts = _acts(
            chance, start, ids[chance.choice(workers, EVENTS // DAYS, p=weights / weights.sum())]
        )
        logs = np.array([act.startswith("worklog") for act in acts["act"].to_pylist()])
        for name, some in (("acts", ~logs), ("worklog_acts", logs)):
            told = acts.filter(pa.array(some)).select(TABLES[name].names)
            tables[name], _ = merge_acts(kept, name, tables[name], [told], [])
    settled = worklog_events(kept, tables["worklog_acts"])
    made = {
        "users": people,
        "issues": issues,
        "worklog_events": settled,
        "tally": tally_of(kept, tables["acts"], settled, people, issues),
        **_access(chance, ids),
        "projects": _projects(ids),
        "coverage": _coverage(as_of),
        "changes": TABLES["changes"].empty_table(),
        "role_actors": TABLES["role_actors"].empty_table(),
    }
    tables |= {name: {"": kept.save_table(table)} for name, table in made.items()}
    snapshot_id = uuid.uuid4().hex
    meta = {
        **last.meta,
        "snapshot_id": snapshot_id,
        "users": PEOPLE,
        "acts": EVENTS,
        "covered_from": as_of - DAYS * DAY_MS,
        "coverage": dict.fromkeys(last.meta["coverage"], "complete"),
    }
    return Generation(snapshot_id, tables, meta)


def _people() -> pa.Table:
    numbers = np.arange(PEOPLE)
    ids = sorted(f"712020:{uuid.UUID(int=int(n) * 7919 + 12345)}" for n in numbers)
    kinds = np.where(numbers % 50 == 0, "app", np.where(numbers % 10 == 1, "customer", "atlassian"))
    return pa.table(
        {
            "account_id": ids,
            "display_name": [f"Person Number {n}" for n in numbers],
            "email": [f"person.{n}@example.com" if n % 3 else "" for n in numbers],
            "account_type": kinds,
            "active": numbers % 20 != 7,
            "listed": np.ones(PEOPLE, bool),
            "first_seen_at": pa.nulls(PEOPLE, pa.int64()),
        },
        TABLES["users"],
    )


def _issues(as_of: int) -> pa.Table:
    numbers = range(EVENTS // 12)
    keys = [f"P{n % PROJECTS}" for n in numbers]
    return pa.table(
        {
            "issue_id": [str(100_000 + n) for n in numbers],
            "issue_key": [f"{key}-{n}" for key, n in zip(keys, numbers, strict=True)],
            "project_key": keys,
            "updated_at": np.full(len(keys), as_of),
        },
        TABLES["issues"],
    )


def _acts(chance: np.random.Generator, start: int, who: np.ndarray) -> pa.Table:
    many = len(who)
    at = np.sort(start + chance.integers(0, DAY_MS, many))
    act = chance.choice(ACTS, many, p=SHARES)
    ids = [f"{start}{n}" for n in range(many)]
    changed = act == "issue_changed"
    return pa.table(
        {
            "at": at,
            "act": act,
            "source_id": ids,
            "account_id": who,
            "issue_id": [str(100_000 + n) for n in chance.integers(0, EVENTS // 12, many)],
            "fields": np.where(changed, chance.choice(FIELDS, many), ""),
            "on_behalf_of": [""] * many,
            "worklog_id": ids,
        }
    )


def _access(chance: np.random.Generator, ids: np.ndarray) -> dict[str, pa.Table]:
    held = {name: ids[chance.random(PEOPLE) < share] for name, share in GROUPS.items()}
    members = [(name, one) for name, some in held.items() for one in some]
    groups = [{"group_id": g, "name": g, "access_types": ["user"]} for g in GROUPS]
    products = {"jira-software": "everybody", "jira-servicedesk": "service-desk"}
    return {
        "groups": pa.Table.from_pylist(groups, TABLES["groups"]),
        "members": pa.table(list(zip(*members, strict=True)), schema=TABLES["members"]),
        "products": pa.Table.from_pylist(
            [
                {"product_key": key, "product_name": key, "plan": "PAID", "seats": PEOPLE,
                 "seats_used": len(held[group]), "seats_remaining": PEOPLE - len(held[group]),
                 "unlimited": False, "approximate_users": len(held[group]), "has_role": True}
                for key, group in products.items()
            ],
            TABLES["products"],
        ),
        "product_groups": pa.Table.from_pylist(
            [{"product_key": k, "group_id": g, "default": True} for k, g in products.items()],
            TABLES["product_groups"],
        ),
    }  # fmt: skip


def _projects(ids: np.ndarray) -> pa.Table:
    rows = [
        {"project_id": str(n), "project_key": f"P{n}", "name": f"Project {n}",
         "lead_account_id": str(ids[n]), "browsable": True}
        for n in range(PROJECTS)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, TABLES["projects"])


def _coverage(as_of: int) -> pa.Table:
    notes = CoverageNotes()
    for name in notes.states:
        notes.read(name)
    return pa.Table.from_pylist(notes.rows(as_of), TABLES["coverage"])


if __name__ == "__main__":
    main()
