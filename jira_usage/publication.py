"""What was read → the tables of a generation, merged with those of the last one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from jira_usage import directory
from jira_usage.changes import changes
from jira_usage.coverage import ACTIVITY, CoverageNotes
from jira_usage.generation import Generation, encoded
from jira_usage.heap import columns_of
from jira_usage.known_comments import remembered
from jira_usage.merging import (
    AT_ONCE,
    Merged,
    merge_acts,
    nameless_since,
    tally_of,
    worklog_events,
)
from jira_usage.preflight import SignedIn
from jira_usage.reading.desk import Scope
from jira_usage.reading.least import least_requests
from jira_usage.reading.site import Reading
from jira_usage.retention import retention, since
from jira_usage.schema import BY_DATE, TABLES
from jira_usage.shapes import Documents
from jira_usage.store import SiteStore

NOTABLE_SKEW_MS = 60_000


@dataclass(frozen=True)
class Terms:
    """On what terms it was read: dates, their zone, seconds, and whose token may see it."""

    days: int
    timezone: str
    duration_s: float
    proof: str


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
class _Building:
    """What a generation is made of: what was read, and what was kept before.

    Acts before `oldest_ms` are of no use any more. `go_on` is asked again and again, and
    raises what is to end it.
    """

    kept: SiteStore
    last: Generation | None
    reading: Reading
    as_of: int
    oldest_ms: int
    go_on: Callable[[], None]

    def before(self, name: str) -> pa.Table:
        """A table of the last generation; an empty one where there is none."""
        if self.last is None:
            return TABLES[name].empty_table()
        return self.kept.load_table(self.last.tables[name][""])


def build(
    signed_in: SignedIn,
    kept: SiteStore,
    last: Generation | None,
    reading: Reading,
    terms: Terms,
    go_on: Callable[[], None],
) -> tuple[Generation, Summary]:
    """Saves the tables and describes them; publishing is left to the caller.

    `go_on` is asked again and again, and raises what is to end it.
    """
    scope = reading.desk.scope
    as_of = signed_in.now_ms()
    building = _Building(kept, last, reading, as_of, retention(kept).acts_from_ms(as_of), go_on)
    made, work = _made(building)
    nameless = nameless_since(made["tally"], made["users"], scope.keep_from_ms)
    _remark(reading.desk.coverage, nameless, signed_in.skew_ms)
    rows = reading.desk.coverage.rows(as_of)
    made["coverage"] = pa.Table.from_pylist(rows, TABLES["coverage"])
    tables = {name: merged.parts for name, merged in work.items()}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, blob in zip(made, pool.map(encoded, made.values()), strict=True):
            go_on()
            tables[name] = {"": kept.save_blob(blob)}
    sent = signed_in.cloud.transport.requests_sent
    summary = Summary(
        snapshot_id=uuid.uuid4().hex,
        site_url=signed_in.site_url,
        account_id=signed_in.account_id,
        mode="full" if scope.known_projects is None else "later",
        started_at=scope.now_ms,
        as_of=as_of,
        days=terms.days,
        timezone=terms.timezone,
        duration_s=round(terms.duration_s, 3),
        requests=sent.total(),
        least_requests=min(least_requests(reading), sent.total()),
        requests_by_operation=dict(sent),
        users=pc.sum(made["users"]["listed"]).as_py() or 0,
        issues=len(reading.work.issues),
        comments=reading.desk.counts["comments"],
        histories=reading.desk.counts["changes"],
        worklogs=reading.desk.counts["work logs"],
        acts=sum(t.num_rows for name in BY_DATE for t in reading.work.acts.tables(name)),
        new_acts=sum(merged.new for merged in work.values()),
        coverage=dict(reading.desk.coverage.states),
    )
    meta = {
        **summary.to_json(),
        **_read_so_far(scope, reading, last),
        "base_url": signed_in.base_url,
        "display_name": signed_in.display_name,
        "skew_ms": signed_in.skew_ms,
        "previous_as_of": int(last.meta["as_of"]) if last else None,
        "compared_from": _compared_from(last, summary.coverage, as_of),
        "watched_from": last.meta.get("watched_from", 0) if last else scope.now_ms,
        "scoped": signed_in.scoped,
        "admits": terms.proof,
        "covered_from": max(_covered_from(scope, last), building.oldest_ms),
        "approximate_users": reading.people.approximate.get(""),
        "groups_read": {key: asdict(read) for key, read in reading.people.groups_read.items()},
        "ranks_read_at": reading.work.ranks_read_at,
    }
    return Generation(summary.snapshot_id, tables, meta), summary


def _made(building: _Building) -> tuple[dict[str, pa.Table], dict[str, Merged]]:
    """All tables that are not by date, and what became of those that are."""
    kept, reading = building.kept, building.reading
    worklogs = _merged(building, "worklog_acts")
    with ThreadPoolExecutor(1) as beside:
        merging = beside.submit(_merged, building, "acts")
        events = worklog_events(kept, worklogs.parts)
        user_rows, made = _directory(reading)
        acts = merging.result()
    work = {"acts": acts, "worklog_acts": worklogs}
    blobs = [key for merged in work.values() for key in merged.parts.values()]
    if reading.people.fields is None:
        made["fields"] = building.before("fields")
    user_rows += _former_users(building, blobs, user_rows)
    users = pa.Table.from_pylist(user_rows, TABLES["users"])
    made["users"] = _first_seen(building, users).sort_by("account_id")
    different = _changes(building, made)
    made["changes"] = different.filter(pc.greater_equal(different["at"], building.oldest_ms))
    building.go_on()
    issues = _merge_issues(building.before("issues"), made["issues"])
    made["issues"] = _of_use(building, issues, blobs)
    comments = reading.work.comments
    known = building.before("known_comments")
    made["known_comments"] = remembered(known, comments.told, comments.read, made["issues"])
    building.go_on()
    made["worklog_events"] = events
    made["tally"] = tally_of(kept, acts.parts, events, made["users"], made["issues"])
    return made, work


def _merged(building: _Building, name: str) -> Merged:
    """The acts of a table that were read, merged with those of the last generation."""
    kept, work = building.kept, building.reading.work
    before = building.last.tables[name] if building.last else {}
    read = work.acts.tables(name), work.ranks.tables(name)
    with kept.opened():
        merged = merge_acts(kept, name, before, *read, building.go_on)
    return Merged(since(merged.parts, building.oldest_ms), merged.new)


def _read_so_far(scope: Scope, reading: Reading, last: Generation | None) -> dict[str, Any]:
    """Up to when, and in which projects, all acts were read: where the next sync goes on.

    What a partial sync has missed, the next one must still read.
    """
    if all(reading.desk.coverage.states[name] == "complete" for name in ACTIVITY):
        projects = sorted(str(project.get("id")) for project in reading.work.browsable or [])
        return {"read_until": scope.now_ms, "projects_read": projects}
    if last is not None:
        return {name: last.meta[name] for name in ("read_until", "projects_read")}
    return {"read_until": None, "projects_read": []}


def _compared_from(
    last: Generation | None, states: Mapping[str, str], as_of: int
) -> dict[str, int]:
    """Dataset → the last sync that could not compare it, for it or the one before it was blind.

    Data of an earlier version knows only of its own sync.
    """
    told_of = (states, last.meta["coverage"] if last else {})
    blind = [n for n in states if any(told.get(n, "complete") != "complete" for told in told_of)]
    before = last.meta.get("compared_from", {}) if last else {}
    return {**before, **dict.fromkeys(blind, as_of)}


def _covered_from(scope: Scope, last: Generation | None) -> int:
    """From when on everything is kept: further back than this sync, if it joins the last one."""
    read_until = last.meta["read_until"] if last else None
    joins = read_until is not None and scope.since_ms <= read_until
    return scope.keep_from_ms if joins else scope.since_ms


def _remark(coverage: CoverageNotes, nameless: int, skew_ms: int) -> None:
    """Tells what only the whole shows: acts of nobody, and clocks that differ."""
    if nameless:
        coverage.remark(
            "histories",
            f"{nameless:,} acts name no author, as Jira does for anonymous and deleted accounts: "
            "they count as actions, and for nobody.",
        )
    if abs(skew_ms) >= NOTABLE_SKEW_MS:
        side = "behind" if skew_ms > 0 else "ahead of"
        coverage.remark(
            "issues",
            f"The clock of this computer is {abs(skew_ms) / 60_000:.0f} minutes {side} the site's: "
            "days follow the site's clock.",
        )


def _directory(reading: Reading) -> tuple[list[directory.Row], dict[str, pa.Table]]:
    """The rows of users, and the tables of all else but acts."""
    people, work = reading.people, reading.work
    roles = people.roles or []
    members = [m for page in people.members.values() for m in page]
    acted = {**work.ranks.actors, **work.acts.actors}
    actors = [msgspec.to_builtins(acted[one]) for one in acted.keys() - people.listed.keys()]
    role_actors = [a for _, _, some in people.role_actors for a in some]
    rows = {
        "groups": directory.group_rows(roles, people.access_groups, role_actors),
        "products": directory.product_rows(people.roles, people.licenses, people.approximate),
        "product_groups": directory.product_group_rows(roles),
        "fields": directory.field_rows(people.fields or []),
        "projects": directory.project_rows(people.projects, work.browsable or []),
        "role_actors": [
            row
            for project_key, role, some in people.role_actors
            for row in directory.role_actor_rows(project_key, role, some)
        ],
    }
    made = {name: pa.Table.from_pylist(some, TABLES[name]) for name, some in rows.items()}
    made["issues"] = _table("issues", list(work.issues.values()))
    made["members"] = _table("members", _member_rows(people.members))
    return directory.user_rows(people.listed, [*members, *actors]), made


def _former_users(
    building: _Building, parts: Iterable[str], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Accounts that Jira named before and does not name now.

    Where the whole list could be read, those that were in it were deleted: if their acts
    are kept they stay, without name and email. Where it could not, all are kept as they
    were, and those that something else named stay listed.
    What acts of now say of somebody who is not listed may be less than was known: then
    the row gets the type of before.
    """
    users = building.before("users")
    vague = {row["account_id"]: row for row in rows if row["account_type"] == "unknown"}
    for row in users.filter(_is_in(users["account_id"], vague)).to_pylist():
        vague[row["account_id"]]["account_type"] = row["account_type"]
    complete = building.reading.desk.coverage.states["users"] == "complete"
    if not complete:
        known = set(users.filter(users["listed"])["account_id"].to_pylist())
        for row in rows:
            row["listed"] = row["listed"] or row["account_id"] in known
    missing = pc.invert(_is_in(users["account_id"], [row["account_id"] for row in rows]))
    gone = {row["account_id"]: row for row in users.filter(missing).to_pylist()}
    if not complete:
        return list(gone.values())
    acted: set[str] = set()
    for table in building.kept.load_tables(parts, ["account_id"]) if gone else ():
        acted |= gone.keys() & set(pc.unique(table["account_id"]).to_pylist())
    former = {"display_name": "Former user", "email": "", "active": False, "listed": False}
    return [
        {**row, **former} if row["listed"] else row
        for account_id, row in sorted(gone.items())
        if account_id in acted
    ]


def _first_seen(building: _Building, users: pa.Table) -> pa.Table:
    """The users with the instant at which a later sync first met them.

    Nobody is new where the list of all was not there before.
    """
    last, before = building.last, building.before("users")
    if last is None or last.meta["coverage"]["users"] == "partial" or not _any_listed(before):
        return users
    row = pc.index_in(users["account_id"], before["account_id"].combine_chunks())
    met = pc.if_else(pc.is_valid(row), before["first_seen_at"].take(row), pa.scalar(building.as_of))
    place = users.schema.get_field_index("first_seen_at")
    return users.set_column(place, users.schema.field(place), met)


def _any_listed(users: pa.Table) -> bool:
    return bool(pc.any(users["listed"]).as_py())


def _is_in(column: pa.ChunkedArray, texts: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(column, pa.array(list(texts), pa.string()))


def _changes(building: _Building, made: Mapping[str, pa.Table]) -> pa.Table:
    """What later syncs found different, this one included; only where both read it whole."""
    last = building.last
    if last is None:
        return TABLES["changes"].empty_table()
    told = (last.meta["coverage"], building.reading.desk.coverage.states)
    whole = {name for name in told[0] if all(t.get(name) == "complete" for t in told)}
    needed = ["users"] if "users" in whole else []
    if {"users", "licenses", "groups"} <= whole:
        needed += ["members", "product_groups"]
    before = {name: building.before(name) for name in needed}
    now = {name: made[name] for name in needed}
    new = changes(before, now, int(last.meta["as_of"]), building.as_of)
    return pa.concat_tables([building.before("changes"), new])


def _member_rows(members: Mapping[str, Documents]) -> list[tuple[str, str]]:
    """MEMBERS of each group, each account once."""
    return [
        (group, account_id)
        for group, some in members.items()
        for account_id in sorted({str(person.get("accountId") or "") for person in some} - {""})
    ]


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """A table of many rows, which are given in the order of its columns."""
    schema = TABLES[name]
    columns = columns_of(rows, len(schema))
    return pa.Table.from_arrays(list(map(pa.array, columns, schema.types)), schema=schema)


def _merge_issues(before: pa.Table, issues: pa.Table) -> pa.Table:
    """The issues read now, and those read before with what was known of them then."""
    gone = pc.invert(pc.is_in(before["issue_id"], issues["issue_id"].combine_chunks()))
    return pa.concat_tables([before.filter(gone), issues])


def _of_use(building: _Building, issues: pa.Table, blobs: Iterable[str]) -> pa.Table:
    """The issues without those that nobody touched since the oldest act of use."""
    recent = pc.fill_null(pc.greater_equal(issues["updated_at"], building.oldest_ms), True)
    quiet = set(issues.filter(pc.invert(recent))["issue_id"].to_pylist())
    if not quiet:
        return issues
    for table in building.kept.load_tables(blobs, ["issue_id"]):
        quiet -= set(pc.unique(table["issue_id"]).to_pylist())
    return issues.filter(pc.invert(_is_in(issues["issue_id"], sorted(quiet))))
