"""A small kept site for page tests: three people, one robot, countable by hand."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from streamlit.testing.v1 import AppTest

from jira_usage.connection import Connection, Site
from jira_usage.coverage import CoverageNotes
from jira_usage.generation import Generation
from jira_usage.period import DAY_MS
from jira_usage.proof import proof
from jira_usage.schema import TABLES
from jira_usage.store import SiteStore, Store
from jira_usage.ui import session

Open = Callable[..., AppTest]

SITE_URL = "https://acme.atlassian.net"
SAFE_HOST = r"acme\.atlassian\.net"
NOWHERE = "http://127.0.0.1:9"  # nobody answers on the discard port
EMAIL = "ada@acme.example"
TOKEN = "ATATT-a-token-that-must-stay-secret"
ADA, BEN, CYN, BOT = "acc-ada", "acc-ben", "acc-cyn", "acc-bot"
HOSTILE = "![x](https://evil.example/x.png) **Cyn** :red[hi]"


def now_ms() -> int:
    return int(time.time() * 1000)


def a_connection(site: str = SITE_URL) -> Connection:
    return Connection(Site(site), EMAIL, TOKEN)


def a_site(home: Path) -> SiteStore:
    return Store.open({"JIRA_USAGE_HOME": str(home)}).site(SITE_URL, ADA)


def a_session(home: Path, **changes: Any) -> session.Session:
    told = {"origin": "form", "account": "Ada Byron", **changes}
    return session.Session(a_connection(), a_site(home), **told)


def enter(app: Any, signed: session.Session) -> None:
    """Connects an AppTest as `signed`, as “Test and connect” does."""
    handle = session.Handle()
    session._sessions[handle] = signed
    app.session_state[session.HANDLE] = handle


def keep_snapshot(
    kept: SiteStore,
    *,
    age_ms: int = 60_000,
    refused: tuple[str, ...] = (),
    remarks: Mapping[str, str] | None = None,
    **meta: Any,
) -> str:
    """Publishes a small snapshot and returns its id. What is `refused` was not permitted."""
    as_of = now_ms() - age_ms
    notes = CoverageNotes()
    for name in notes.states:
        notes.read(name)
    for name in refused:
        notes.note(name, "not_permitted", "Jira says: no.")
    for name, reason in (remarks or {}).items():
        notes.remark(name, reason)
    rows = {**_rows(as_of), "coverage": notes.rows(as_of)}
    tables: dict[str, dict[str, str]] = {"acts": {}}
    with kept.opened():
        for name, schema in TABLES.items():
            table = pa.Table.from_pylist(rows.get(name, []), schema)
            tables[name] = {"2026-01-01" if name == "acts" else "": kept.save_table(table)}
    told = {
        "snapshot_id": uuid.uuid4().hex,
        "site_url": SITE_URL,
        "account_id": ADA,
        "display_name": "Ada Byron",
        "mode": "full",
        "started_at": as_of - 12_300,
        "as_of": as_of,
        "covered_from": as_of - 31 * DAY_MS,
        "days": 30,
        "timezone": "Europe/Berlin",
        "duration_s": 12.3,
        "requests": 57,
        "least_requests": 41,
        "requests_by_operation": {"GET /rest/api/3/users/search": 1},
        "users": 4,
        "issues": 2,
        "comments": 2,
        "histories": 1,
        "worklogs": 0,
        "acts": 3,
        "new_acts": 3,
        "coverage": dict(notes.states),
        "base_url": SITE_URL,
        "skew_ms": 0,
        "scoped": False,
        "browsable_projects": 1,
        "approximate_users": 4,
        "admits": proof(EMAIL, TOKEN),
        **meta,
    }
    kept.publish(Generation(told["snapshot_id"], tables, told))
    return str(told["snapshot_id"])


def _rows(as_of: int) -> dict[str, list[dict[str, Any]]]:
    def user(account_id: str, name: str, email: str, kind: str = "atlassian") -> dict[str, Any]:
        return {
            "account_id": account_id,
            "display_name": name,
            "email": email,
            "account_type": kind,
            "active": True,
            "listed": True,
        }

    def act(days_ago: int, kind: str, source_id: str, account_id: str) -> dict[str, Any]:
        return {
            "at": as_of - days_ago * DAY_MS - 60_000,
            "act": kind,
            "source_id": source_id,
            "account_id": account_id,
            "issue_id": "1",
            "worklog_id": "",
            "fields": "status" if kind == "issue_changed" else "",
        }

    return {
        "acts": [
            act(3, "comment_created", "c1", ADA),
            act(2, "comment_created", "c2", BEN),
            act(1, "issue_changed", "h1", ADA),
        ],
        "issues": [
            {"issue_id": "1", "issue_key": "WEB-1", "project_key": "WEB", "updated_at": as_of}
        ],
        "users": [
            user(ADA, "Ada Byron", "ada@acme.example"),
            user(BEN, "Ben Okri", ""),
            user(CYN, HOSTILE, "cyn@acme.example"),
            user(BOT, "Automation for Jira", "", "app"),
        ],
        "groups": [{"group_id": "g1", "name": "jira-users", "access_types": []}],
        "members": [{"group_id": "g1", "account_id": one} for one in (ADA, BEN, CYN)],
        "products": [
            {
                "product_key": "jira-software",
                "product_name": "Jira",
                "plan": "PAID",
                "seats": 10,
                "seats_used": 3,
                "seats_remaining": 7,
                "unlimited": False,
                "approximate_users": 3,
                "has_role": True,
            }
        ],
        "product_groups": [{"product_key": "jira-software", "group_id": "g1", "default": True}],
        "projects": [
            {"project_id": "1", "project_key": "WEB", "name": "Web", "lead_account_id": ADA}
        ],
        "role_actors": [],
    }
