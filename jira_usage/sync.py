"""sync(connection, store, …): what to fetch, in parallel, and what becomes of it.

A sync is a generator of Progress, so that the page, the command line and the
tests share it. It publishes a generation at its very end, or nothing.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jira_usage import directory
from jira_usage.api import CHANGELOG_ISSUES, COMMENTS_PAGE, MEMBERS_PAGE, USERS_PAGE, WORKLOGS_PAGE
from jira_usage.connection import Connection
from jira_usage.crew import Crew
from jira_usage.errors import SyncCancelled, SyncIncomplete
from jira_usage.events import distinct_acts
from jira_usage.period import DAY_MS, find_zone, from_epoch_ms
from jira_usage.preflight import SignedIn, nothing_usable, sign_in
from jira_usage.reading import Reading, Scope
from jira_usage.schema import ACT_KEY, ACTS, TABLES
from jira_usage.store import Generation, SiteStore, Store, proof
from jira_usage.transport import Patience

# Jira's search index lags by minutes, after bulk changes by hours (JRACLOUD-97427).
OVERLAP_MS = 12 * 3_600_000
PAD_DAYS = 1
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Summary:
    """What a finished sync did. Durations in seconds, instants in epoch ms."""

    snapshot_id: str
    site_url: str
    account_id: str
    mode: str
    started_at: int
    as_of: int
    days: int
    timezone: str
    duration_s: float
    requests: int
    least_requests: int
    requests_by_operation: Mapping[str, int]
    users: int
    issues: int
    comments: int
    histories: int
    worklogs: int
    acts: int
    new_acts: int
    coverage: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Progress:
    """How far a sync is. `done` and `total` are by what is read; a total may still grow."""

    message: str
    done: Mapping[str, int] = field(default_factory=dict)
    total: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    summary: Summary | None = None


def sync(
    connection: Connection,
    store: Store,
    *,
    days: int = 30,
    full: bool = False,
    timezone: str = "UTC",
    project_roles: bool = True,
    patience: Patience | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Progress]:
    """Reads the site and publishes a generation; the last Progress carries the Summary.

    The first sync, one with `full`, and one over more days than were read before read
    the whole window; others read what changed since the last one. Raises the errors
    of `sign_in`, PermissionMissing where nothing can be read, and SyncIncomplete or
    SyncCancelled where it stopped; what was published before then stays.
    """
    find_zone(timezone)
    cancel = cancel or threading.Event()
    yield Progress("Connecting to the site")
    began = time.monotonic()
    signed_in = sign_in(connection, patience=patience, cancel=cancel)
    kept = store.site(signed_in.site_url, signed_in.account_id)
    try:
        with kept.writing():
            last = kept.current()
            scope = _scope(signed_in, kept, last, days=days, full=full, roles=project_roles)
            reading = yield from _read(signed_in, scope, cancel)
            _judge(reading)
            yield Progress("Storing what was read", reading.counts, reading.totals)
            duration = time.monotonic() - began
            generation, summary = _build(
                signed_in, kept, last, scope, reading, days, timezone, duration
            )
            if cancel.is_set():
                raise _cancelled()
            meta = {**generation.meta, "admits": proof(connection.email, connection.api_token)}
            kept.publish(Generation(generation.id, generation.tables, meta))
    finally:
        signed_in.cloud.transport.close()
    yield Progress("Done", reading.counts, reading.totals, summary.requests, summary)


def _cancelled() -> SyncCancelled:
    return SyncCancelled("The sync was cancelled.", "The last complete snapshot is kept.")


def _scope(
    signed_in: SignedIn,
    kept: SiteStore,
    last: Generation | None,
    *,
    days: int,
    full: bool,
    roles: bool,
) -> Scope:
    now_ms = signed_in.now_ms()
    window_ms = now_ms - (min(days, LONGEST_DAYS) + PAD_DAYS) * DAY_MS
    if last is None:
        return Scope(window_ms, window_ms, now_ms, project_roles=roles)
    covered_ms = int(last.meta["covered_from"])
    watermark_ms = int(last.meta["started_at"]) - OVERLAP_MS
    # A day's slack: the same number of days, asked for a second later, is no longer window.
    if full or covered_ms > window_ms + PAD_DAYS * DAY_MS or watermark_ms > now_ms:
        return Scope(window_ms, min(window_ms, covered_ms), now_ms, project_roles=roles)
    issues = kept.load_table(last.tables["issues"][""])
    known = dict(zip(*(issues[c].to_pylist() for c in ("issue_id", "updated_at")), strict=True))
    return Scope(watermark_ms, covered_ms, now_ms, known, roles)


def _read(signed_in: SignedIn, scope: Scope, cancel: threading.Event) -> Any:
    """Runs the reading to its end; yields Progress, returns the Reading."""
    transport = signed_in.cloud.transport
    with Crew(cancel) as crew:
        reading = Reading(signed_in.cloud, crew, scope)
        reading.start()
        said = 0.0
        more = True
        while more:
            for _ in crew.run():
                if cancel.is_set():
                    raise _cancelled()
                if time.monotonic() - said > 0.1:
                    said = time.monotonic()
                    sent = transport.requests_sent.total()
                    yield Progress(
                        _stage(reading), dict(reading.counts), dict(reading.totals), sent
                    )
            more = reading.follow_up()
    return reading


def _stage(reading: Reading) -> str:
    """What is being read, in words."""
    done, total = reading.counts, reading.totals
    if total["histories"]:
        return (
            f"Reading histories: {done['histories']:,} of {total['histories']:,} issues, "
            f"{done['comments']:,} comments, {done['work logs']:,} work logs"
        )
    if done["issues"]:
        return f"Reading issues: {done['issues']:,} so far"
    return f"Reading people and groups: {done['users']:,} people so far"


def _judge(reading: Reading) -> None:
    """Adds what only the whole tells; raises where nothing at all could be read."""
    coverage = reading.coverage
    viewable, browsable = len(reading.projects), reading.browsable
    coverage.read("projects")
    if browsable is not None and browsable < viewable:
        coverage.note(
            "projects", "partial", f"The token can browse {browsable} of {viewable} projects."
        )
    elif coverage.states["licenses"] == "not_permitted":
        coverage.note(
            "projects",
            "partial",
            f"The token can browse {browsable or 0} projects; without “Administer Jira” "
            "it can't tell how many more there are.",
        )
    if reading.acts.unreadable:
        coverage.note(
            "histories", "partial", f"{reading.acts.unreadable} entries could not be understood."
        )
    no_people = coverage.states["users"] == "not_permitted"
    if no_people and (not browsable or coverage.states["issues"] == "not_permitted"):
        raise nothing_usable()


def _build(
    signed_in: SignedIn,
    kept: SiteStore,
    last: Generation | None,
    scope: Scope,
    reading: Reading,
    days: int,
    timezone: str,
    duration: float,
) -> tuple[Generation, Summary]:
    """Saves the tables and describes them; publishing is left to the caller."""
    as_of = signed_in.now_ms()
    acts = reading.acts.table()
    parts, new_acts = _merge_acts(kept, last, acts)
    tables: dict[str, dict[str, str]] = {"acts": parts}
    for name, rows in _directory_rows(reading, as_of).items():
        table = pa.Table.from_pylist(rows, TABLES[name])
        if name == "issues":
            table = _merge_issues(kept, last, table)
        tables[name] = {"": kept.save_table(table)}
    sent = signed_in.cloud.transport.requests_sent
    summary = Summary(
        snapshot_id=uuid.uuid4().hex,
        site_url=signed_in.site_url,
        account_id=signed_in.account_id,
        mode="later" if scope.known_issues else "full",
        started_at=scope.now_ms,
        as_of=as_of,
        days=days,
        timezone=timezone,
        duration_s=round(duration, 3),
        requests=sent.total(),
        least_requests=least_requests(reading),
        requests_by_operation=dict(sent),
        users=len(reading.users),
        issues=len(reading.issues),
        comments=reading.counts["comments"],
        histories=reading.counts["changes"],
        worklogs=reading.counts["work logs"],
        acts=acts.num_rows,
        new_acts=new_acts,
        coverage=dict(reading.coverage.states),
    )
    contiguous = last is not None and scope.since_ms <= int(last.meta["started_at"])
    meta = {
        **summary.to_json(),
        "base_url": signed_in.base_url,
        "display_name": signed_in.display_name,
        "skew_ms": signed_in.skew_ms,
        "scoped": signed_in.scoped,
        "covered_from": scope.keep_from_ms if contiguous or not last else scope.since_ms,
        "browsable_projects": reading.browsable,
        "approximate_users": reading.approximate.get(""),
    }
    return Generation(summary.snapshot_id, tables, meta), summary


def _directory_rows(reading: Reading, as_of: int) -> dict[str, list[dict[str, Any]]]:
    roles = reading.roles or []
    members = [m for page in reading.members.values() for m in page]
    actors = [{"accountId": k, **v} for k, v in reading.acts.actors.items()]
    role_actors = [a for _, _, some in reading.role_actors for a in some]
    return {
        "issues": list(reading.issues.values()),
        "users": directory.user_rows(reading.users, [*members, *actors]),
        "groups": directory.group_rows(roles, reading.access_groups, role_actors),
        "members": [
            {"group_id": group, "account_id": account_id}
            for group, people in reading.members.items()
            for account_id in sorted({str(p.get("accountId") or "") for p in people} - {""})
        ],
        "products": directory.product_rows(reading.roles, reading.licenses, reading.approximate),
        "product_groups": directory.product_group_rows(roles),
        "projects": [directory.project_row(project) for project in reading.projects],
        "role_actors": [
            row
            for project_key, role, some in reading.role_actors
            for row in directory.role_actor_rows(project_key, role, some)
        ],
        "coverage": reading.coverage.rows(as_of),
    }


def _merge_acts(
    kept: SiteStore, last: Generation | None, acts: pa.Table
) -> tuple[dict[str, str], int]:
    """The acts by UTC date, new ones merged into those that were kept; and how many are new.

    What was seen stays, also when its comment, work log or issue is deleted later. A
    date without a new act keeps its blob.
    """
    parts = dict(last.tables["acts"]) if last else {}
    new = 0
    day_numbers = pc.divide(acts["at"], DAY_MS)
    for number in sorted(pc.unique(day_numbers).to_pylist()):
        day = from_epoch_ms(number * DAY_MS).date().isoformat()
        fresh = acts.filter(pc.equal(day_numbers, number))
        before = kept.load_table(parts[day]) if day in parts else ACTS.empty_table()
        frame = distinct_acts(pa.concat_tables([before, fresh]).to_pandas())
        if len(frame) == before.num_rows and fresh.num_rows <= before.num_rows:
            unchanged = pa.Table.from_pandas(frame, ACTS, preserve_index=False)
            if unchanged.sort_by([(c, "ascending") for c in ACT_KEY]).equals(before):
                continue
        new += len(frame) - before.num_rows
        table = pa.Table.from_pandas(frame, ACTS, preserve_index=False)
        parts[day] = kept.save_table(table.sort_by([(c, "ascending") for c in ACT_KEY]))
    return parts, new


def _merge_issues(kept: SiteStore, last: Generation | None, issues: pa.Table) -> pa.Table:
    """The issues read now, and those read before with what was known of them then."""
    if last is None:
        return issues
    before = kept.load_table(last.tables["issues"][""])
    gone = pc.invert(pc.is_in(before["issue_id"], issues["issue_id"].combine_chunks()))
    return pa.concat_tables([before.filter(gone), issues])


def least_requests(reading: Reading) -> int:
    """The fewest requests that could have read the same, with the pages Jira serves.

    The bound of histories can't be told from outside where a batch takes several
    pages: those that were read count as needed.
    """

    def pages(number: int, size: int) -> int:
        return max(1, -(-number // size))

    sent: Counter[str] = reading.cloud.transport.requests_sent
    members = sum(pages(len(some), MEMBERS_PAGE) for some in reading.members.values())
    long_comments = sent["GET /rest/api/3/issue/{issue_id}/comment"]
    histories = sent["POST /rest/api/3/changelog/bulkfetch"]
    return (
        3
        + pages(len(reading.issues), COMMENTS_PAGE)
        + max(histories, -(-reading.totals["histories"] // CHANGELOG_ISSUES))
        + long_comments
        + pages(reading.totals["work logs"], WORKLOGS_PAGE) * 2
        + 1
        + pages(len(reading.users), USERS_PAGE)
        + 1
        + 1
        + members
        + len(directory.ACCESS_TYPES)
        + 2
        + len(reading.approximate)
        + sent["GET /rest/api/3/project/search"]
        + len(reading.role_actors)
    )


def run(progress: Iterator[Progress]) -> Summary:
    """Runs a sync to its end and returns what it did."""
    summary = None
    for step in progress:
        summary = step.summary or summary
    if summary is None:
        raise SyncIncomplete("The sync ended without a result.")
    return summary
