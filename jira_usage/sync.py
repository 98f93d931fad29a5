"""sync(connection, store, …): what to fetch, in parallel, and what becomes of it.

A sync is a generator of Progress, so that the page, the command line and the
tests share it. It publishes a generation at its very end, or nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pyarrow.compute as pc

from jira_usage import links
from jira_usage.connection import Connection
from jira_usage.crew import Crew, fail, once
from jira_usage.errors import KEPT, SyncCancelled, SyncIncomplete
from jira_usage.forgetting import settled, without_forgotten
from jira_usage.generation import Generation
from jira_usage.interpreter import tuned
from jira_usage.known_comments import KnownComments
from jira_usage.pace import Patience
from jira_usage.period import DAY_MS, LONGEST_WINDOW, find_zone
from jira_usage.preflight import SignedIn, nothing_usable, sign_in
from jira_usage.proof import proof
from jira_usage.publication import Summary as Summary
from jira_usage.publication import Terms, build
from jira_usage.reading.desk import Scope
from jira_usage.reading.site import Reading
from jira_usage.reading.sweep import GroupRead, Sweep, date_of
from jira_usage.retention import retention, without_left
from jira_usage.store import SiteStore, Store
from jira_usage.worker import Worker

# Jira's search index lags by minutes, after bulk changes by hours (JRACLOUD-97427).
OVERLAP_MS = 12 * 3_600_000
PAD_DAYS = 1
# The site's time is told by an answer, which takes its own: two syncs may differ by that.
CLOCK_ERROR_MS = 60_000
# By as much, clocks that are set back make the days of a window longer (Antarctica/Troll).
CLOCKS_BACK_MS = 2 * 3_600_000
RANK = "com.pyxis.greenhopper.jira:gh-lexo-rank"
# How many a request tells of, about; of other parts it is one.
AT_ONCE = {"histories": 100, "rankings": 1000, "known comments": 1000, "work logs": 1000}


@dataclass(frozen=True)
class Progress:
    """How far a sync is. `done` and `total` are by what is read; a total may still grow."""

    message: str
    done: Mapping[str, int] = field(default_factory=dict)
    total: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    summary: Summary | None = None


def requests_left(done: Mapping[str, int], total: Mapping[str, int]) -> dict[str, float]:
    """About how many requests each part still takes, of those of which a total is told."""
    return {
        part: max(0, number - done.get(part, 0)) / AT_ONCE.get(part, 1)
        for part, number in total.items()
    }


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
    signed_in = yield from _signed_in(connection, patience, cancel)
    kept = store.site(signed_in.site_url, signed_in.account_id)
    try:
        # A slow hash, on purpose: it is made while Jira is asked.
        with kept.writing(), tuned(), ThreadPoolExecutor(1) as beside:
            admits = beside.submit(proof, connection.email, connection.api_token)
            last = kept.newest_intact()
            days = min(days, retention(kept).acts)
            scope = _scope(signed_in, kept, last, days=days, full=full, roles=project_roles)
            reading = yield from _read(signed_in, scope, cancel)
            _judge(reading, _unseen_before(kept, last))
            yield Progress("Storing what was read", reading.desk.counts, reading.desk.totals)
            duration = time.monotonic() - began
            terms = Terms(days, timezone, duration, admits.result())
            with kept.opened():
                go_on = partial(_stop_if, cancel)
                generation, summary = build(signed_in, kept, last, reading, terms, go_on)
                go_on()
                kept.publish(without_left(kept, without_forgotten(kept, generation)))
            links.drop_ended(kept, time.time_ns() // 1_000_000)
            settled(kept)
    finally:
        signed_in.cloud.transport.close()
    yield Progress("Done", reading.desk.counts, reading.desk.totals, summary.requests, summary)


def _signed_in(
    connection: Connection, patience: Patience | None, cancel: threading.Event
) -> Generator[Progress, None, SignedIn]:
    """Signs in on a thread of its own: a site that does not answer can be left at once."""
    found: list[SignedIn] = []
    with Crew(cancel, in_flight=1) as crew:
        ask = partial(sign_in, connection, patience=patience, cancel=cancel)
        crew.read(once(ask), found.append, fail)
        for _ in crew.run():
            _stop_if(cancel)
            yield Progress("Connecting to the site")
    return found[0]


def _stop_if(cancel: threading.Event) -> None:
    if cancel.is_set():
        raise SyncCancelled("The sync was cancelled.", KEPT)


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
    window_ms = now_ms - (min(days, LONGEST_WINDOW) + PAD_DAYS) * DAY_MS
    if last is None:
        return Scope(window_ms, window_ms, now_ms, project_roles=roles)
    covered_ms, read_until = int(last.meta["covered_from"]), last.meta["read_until"]
    # A day's slack: the same number of days, asked for a second later, is no longer window.
    # Of more days, the first one begins at another instant in each zone.
    deeper = covered_ms > window_ms + PAD_DAYS * DAY_MS - CLOCKS_BACK_MS
    if full or deeper or read_until is None or read_until > now_ms + CLOCK_ERROR_MS:
        return Scope(window_ms, min(window_ms, covered_ms), now_ms, project_roles=roles)
    issues = kept.load_table(last.tables["issues"][""])
    known = dict(zip(*(issues[c].to_pylist() for c in ("issue_id", "updated_at")), strict=True))
    fields = kept.load_table(last.tables["fields"][""]).to_pylist()
    ranked = [i for i, updated in known.items() if (updated or 0) >= window_ms]
    return Scope(
        since_ms=read_until - OVERLAP_MS,
        keep_from_ms=covered_ms,
        now_ms=now_ms,
        known_issues=known if read_until == last.meta["started_at"] else {},
        known_comments=KnownComments(kept.load_table(last.tables["known_comments"][""])),
        known_projects=frozenset(last.meta["projects_read"]),
        seen_issues=frozenset(known),
        ranked_issues=ranked,
        rank_fields=[f["field_id"] for f in fields if _is_rank(f)][:10],
        project_roles=roles,
        expected_users=int(last.meta["users"]),
        sweep=_sweep(kept, last, now_ms, len(ranked)),
    )


def _sweep(kept: SiteStore, last: Generation, now_ms: int, ranked_issues: int) -> Sweep:
    groups = last.meta.get("groups_read") or {}
    return Sweep(
        now_ms,
        {group_id: GroupRead(**told) for group_id, told in groups.items()},
        last.meta.get("ranks_read_at"),
        ranked_issues,
        members=lambda: kept.load_table(last.tables["members"][""]),
        users=lambda: kept.load_table(last.tables["users"][""]),
    )


def _is_rank(field: Mapping[str, str]) -> bool:
    named = field["name"].lower() == "rank" and field["field_id"].startswith("customfield_")
    return field["custom_type"] == RANK or named


def _read(
    signed_in: SignedIn, scope: Scope, cancel: threading.Event
) -> Generator[Progress, None, Reading]:
    """Runs the reading to its end; yields Progress, returns the Reading."""
    transport = signed_in.cloud.transport
    with Worker() as worker, Crew(cancel) as crew:
        transport.places = crew
        reading = Reading.of(signed_in.cloud, crew, scope, worker)
        said = 0.0
        for _ in reading.run():
            _stop_if(cancel)
            if time.monotonic() - said > 0.1:
                said = time.monotonic()
                done, total = dict(reading.desk.counts), dict(reading.desk.totals)
                yield Progress(_stage(reading), done, total, transport.requests_sent.total())
    return reading


def _stage(reading: Reading) -> str:
    """What is being read, in words."""
    done, total = reading.desk.counts, reading.desk.totals
    left = requests_left(done, total)
    slowest = max(left, key=lambda part: left[part], default="")
    if left.get(slowest):
        unit = " issues" if slowest in ("histories", "rankings") else ""
        return f"Reading {slowest}: {done[slowest]:,} of {total[slowest]:,}{unit}"
    if not reading.work.search.idle and done["issues"]:
        return f"Reading issues: {done['issues']:,} so far"
    return f"Reading people and groups: {done['users']:,} people so far"


def _unseen_before(kept: SiteStore, last: Generation | None) -> set[str]:
    """The issues of work logs that are kept, of which no sync could see more."""
    if last is None:
        return set()
    logged = kept.load_table(last.tables["worklog_events"][""])
    recent = pc.greater_equal(logged["at"], retention(kept).acts_from_ms(last.meta["as_of"]))
    issues = kept.load_table(last.tables["issues"][""])["issue_id"].combine_chunks()
    ids = pc.unique(logged.filter(recent)["issue_id"])
    return set(ids.filter(pc.invert(pc.is_in(ids, issues))).to_pylist()) - {"", None}


def _judge(reading: Reading, unseen_before: set[str]) -> None:
    """Adds what only the whole tells; raises where nothing at all could be read."""
    coverage = reading.desk.coverage
    viewable, browsable = len(reading.people.projects), len(reading.work.browsable or [])
    if not any(reading.people.members.values()):
        coverage.nothing_of("groups")
    coverage.read("projects")
    if browsable < viewable:
        coverage.note(
            "projects", "partial", f"The token can browse {browsable} of {viewable} projects."
        )
    elif coverage.states["licenses"] == "not_permitted":
        coverage.note(
            "projects",
            "partial",
            f"The token can browse {browsable} projects; without “Administer Jira” "
            "it can't tell how many more there are.",
        )
    if unseen := len(reading.work.unseen_issues | (unseen_before - reading.work.issues.keys())):
        issues = "1 issue" if unseen == 1 else f"{unseen:,} issues"
        coverage.remark(
            "projects",
            f"{issues} with logged work can't be seen: archived, restricted or deleted. "
            "That work counts, other work there is unknown.",
        )
    if reading.work.acts.unreadable:
        coverage.note(
            "histories",
            "partial",
            f"{reading.work.acts.unreadable} entries could not be understood.",
        )
    ranks_read_at = reading.work.ranks_read_at
    if ranks_read_at is not None and ranks_read_at < reading.desk.scope.now_ms:
        reason = f"Rankings of otherwise quiet issues were last read on {date_of(ranks_read_at)}."
        coverage.remark("histories", reason)
    no_people = coverage.states["users"] == "not_permitted"
    if no_people and (not browsable or coverage.states["issues"] == "not_permitted"):
        raise nothing_usable()


def run(progress: Iterator[Progress]) -> Summary:
    """Runs a sync to its end and returns what it did."""
    summary = None
    for step in progress:
        summary = step.summary or summary
    if summary is None:
        raise SyncIncomplete("The sync ended without a result.")
    return summary
