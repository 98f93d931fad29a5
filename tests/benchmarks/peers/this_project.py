"""This project: its own command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from .. import child
from ..syncs import environment
from ..told import Rows
from .peer import Command, Peer, Visit


def _prepare(visit: Visit) -> Command:
    words = ["-m", "jira_usage", "sync", "--no-project-roles", "--json"]
    return Command([str(visit.python), *words], environment(visit.address, visit.folder / "home"))


def _told(visit: Visit) -> Rows:
    """Its exports, event by event."""
    import pyarrow.parquet as pq

    tables = {name: pq.read_table(_exported(visit, name)) for name in ("activity", "access")}
    columns = ("kind", "source_id", "account_id", "issue_id", "at")
    kept = (tables["activity"][column].to_pylist() for column in columns)
    rows = zip(*kept, strict=True)
    events = {(kind, source, who, issue, _ms(at)) for kind, source, who, issue, at in rows}
    return Rows(events, set(tables["access"]["account_id"].to_pylist()))


def _exported(visit: Visit, name: str) -> Path:
    path = visit.folder / f"{name}.parquet"
    words = ["-m", "jira_usage", "export", name, "--format", "parquet", "--output", str(path)]
    told = environment(visit.address, visit.folder / "home")
    child.run([str(visit.python), *words], environment=told).or_raise()
    return path


def _ms(at: datetime) -> int:
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


PEER = Peer(
    name="jira_usage",
    how="python -m jira_usage sync --no-project-roles (judged by its exports, every part equal)",
    requirements=None,
    prepare=_prepare,
    told=_told,
)
