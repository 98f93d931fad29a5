"""python -m jira_usage: check, sync, export, and a demo site to try them on."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec

import click
import orjson

from jira_usage import __version__, nightly, settings
from jira_usage.admission import admit
from jira_usage.alerts.telling import send_test
from jira_usage.connection import Connection
from jira_usage.coverage import accounts_words
from jira_usage.datasets import DATASETS, frames
from jira_usage.errors import InvalidInput, JiraUsageError
from jira_usage.forgetting import forget_person
from jira_usage.period import LONGEST_WINDOW, find_zone, iso_instant
from jira_usage.preflight import check as check_connection
from jira_usage.preflight import sign_in
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.reports import (
    Making,
    build_report,
    build_sheets,
    narrowed,
    subject_of,
    to_html,
    to_xlsx,
)
from jira_usage.retention import changed, retention, retention_words, set_retention
from jira_usage.scope import PEOPLE, People, Scope
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.sync import Progress, Summary
from jira_usage.sync import sync as sync_site
from jira_usage.verify import SAMPLE, Verdict
from jira_usage.verify import verify as verify_snapshot
from jira_usage.writers import WRITERS

P = ParamSpec("P")

HELP = """Who really works in a Jira Cloud site, day by day and license by license.

\b
The connection comes from the environment:
  JIRA_SITE                 https://your-domain.atlassian.net
  JIRA_EMAIL                the address you log in to Atlassian with
  JIRA_API_TOKEN            from id.atlassian.com, Security, API tokens
  JIRA_USAGE_HOME           where synced data is kept (default: your cache folder)
  JIRA_USAGE_ALLOWED_HOSTS  further hosts that may be contacted, separated by commas
  JIRA_USAGE_SETTINGS       the settings file (default: .streamlit/secrets.toml)
  JIRA_USAGE_GATEWAY        where scoped tokens go (default: https://api.atlassian.com)

\b
First steps:
  python -m jira_usage demo              in one terminal: a simulated site to try
  python -m jira_usage check             in another, with what the demo printed
  python -m jira_usage sync
  python -m jira_usage export users --format csv --output users.csv
  python -m jira_usage report --output report.html

\b
Exit codes:
  0 done                       4 permission missing, nothing usable
  1 verify finds a difference, 5 not a reachable Jira Cloud site, or not allowed
    an alert can't be sent     6 sync incomplete, what was synced before is kept
  2 usage                      7 nothing synced yet
  3 authentication failed
"""


def _told(command: Callable[P, None]) -> Callable[P, None]:
    """Says errors on stderr as a sentence and the next step, with the contract's exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except JiraUsageError as error:
            click.echo(error.message, err=True)
            if error.remedy:
                click.echo(f"Next: {error.remedy}", err=True)
            raise SystemExit(error.exit_code) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None

    return wrapped


def _zone(context: click.Context, parameter: click.Parameter, value: str) -> str:
    try:
        return find_zone(value).key
    except InvalidInput as error:
        raise click.BadParameter(str(error)) from None


def _connection() -> Connection:
    return Connection.from_environment(settings.environment(os.environ))


timezone_option = click.option(
    "--timezone", default="UTC", callback=_zone, help="IANA zone that days belong to."
)
days_option = click.option(
    "--days", default=30, type=click.IntRange(1, LONGEST_WINDOW), help="Dates, ending with today."
)


@click.group(help=HELP)
@click.version_option(__version__, prog_name="jira_usage")
def main() -> None:
    pass


@main.command()
@click.option("--size", type=click.Choice(["small", "medium", "large"]), default="small")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--seed", default=1, help="Another number, another company.")
@_told
def demo(size: str, port: int, seed: int) -> None:
    """Run a simulated Jira Cloud site on this machine, until Ctrl-C.

    Prints the environment that connects to it.
    """
    from jira_usage.demo import DemoSite

    try:
        with DemoSite(size=size, seed=seed, port=port) as site:
            click.echo(f"export JIRA_SITE={site.url}")
            click.echo(f"export JIRA_EMAIL={site.email}")
            click.echo(f"export JIRA_API_TOKEN={site.token}")
            click.echo(f"export JIRA_USAGE_ALLOWED_HOSTS={site.host}")
            sys.stdout.flush()
            click.echo("Copy these lines into another terminal. Ctrl-C stops the site.", err=True)
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("The demo site has stopped.", err=True)
    except OSError as error:
        raise InvalidInput(
            f"Port {port} can't be used ({error.strerror}).", "Choose another --port."
        ) from None


@main.command()
@_told
def check() -> None:
    """Check the connection and its permissions, a line each."""
    connection = _connection()
    for line in check_connection(connection):
        click.echo(f"{line.state:<8}{line.title}: {line.text}")
        if line.state != "ok" and line.cost:
            click.echo(f"        {line.cost}")


@main.command()
@days_option
@click.option("--full", is_flag=True, help="Read the whole window, not only what changed.")
@click.option(
    "--project-roles/--no-project-roles", default=True, help="Read who holds which project role."
)
@timezone_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@_told
def sync(days: int, full: bool, project_roles: bool, timezone: str, as_json: bool) -> None:
    """Read the site and keep a snapshot; later syncs read only what changed."""
    connection = _connection()
    store = Store.open(os.environ)
    cancel = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: cancel.set())
    signal.signal(signal.SIGTERM, lambda *_: cancel.set())
    steps = sync_site(
        connection,
        store,
        days=days,
        full=full,
        timezone=timezone,
        project_roles=project_roles,
        cancel=cancel,
    )
    told = settings.sections(os.environ)
    if "schedule" in told or "alerts" in told:
        steps = nightly.watched(steps, connection, store, told)
    summary = _shown(steps)
    _say_gaps(Snapshot.load(store.site(summary.site_url, summary.account_id)))
    if as_json:
        click.echo(orjson.dumps(summary.to_json(), option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"Synced {summary.site_url} in {summary.duration_s:.1f} s, {summary.mode} sync.")
    click.echo(f"As of {iso_instant(summary.as_of)}, {summary.days} days.")
    click.echo(
        f"{accounts_words(summary.users, summary.coverage['users'])}, {summary.issues:,} issues, "
        f"{summary.histories:,} histories, {summary.comments:,} comments, "
        f"{summary.worklogs:,} work logs."
    )
    click.echo(f"{summary.requests:,} requests; {summary.least_requests:,} is the least possible.")
    for name, state in summary.coverage.items():
        click.echo(f"{name}: {state}")


def _shown(steps: Iterator[Progress]) -> Summary:
    """Runs a sync to its end, its progress on stderr: one line that moves, or one per change."""
    live, said, at = sys.stderr.isatty(), "", 0.0
    summary = None
    for step in steps:
        summary = step.summary or summary
        text = f"{step.message} ({step.requests:,} requests)" if step.requests else step.message
        if live:
            click.echo(f"\r\x1b[K{text}", err=True, nl=False)
        elif text != said and time.monotonic() - at > 1.0:
            click.echo(text, err=True)
            said, at = text, time.monotonic()
    if live:
        click.echo("", err=True)
    assert summary is not None, "a sync that ends without an error has a summary"
    return summary


@main.command()
@click.option("--sample", default=SAMPLE, type=click.IntRange(1), help="How many issues.")
@click.option("--seed", type=int, help="The same number draws the same issues.")
@_told
def verify(sample: int, seed: int | None) -> None:
    """Prove the snapshot: read a random sample of issues again, one by one, and compare.

    Ends with exit code 1 where anything differs.
    """
    connection = _connection()
    snapshot = Snapshot.load(admit(connection, Store.open(os.environ)))
    verdict = Verdict()
    live = sys.stderr.isatty()
    for verdict in verify_snapshot(sign_in(connection).cloud, snapshot, sample=sample, seed=seed):
        if live:
            click.echo(f"\r{verdict.issues} issues read again", err=True, nl=False)
    if live:
        click.echo("", err=True)
    click.echo(
        f"{verdict.per_cent:.2f}% agreement: {verdict.agreeing:,} events of {verdict.issues:,} "
        f"issues agree, {len(verdict.differences):,} differ."
    )
    click.echo(
        f"{verdict.explained:,} more are known only here, because Jira forgets what was deleted "
        f"or edited again; {verdict.gone_issues:,} issues could not be read again."
    )
    if verdict.newer:
        click.echo(f"{verdict.newer:,} acts right before the sync are not in it yet.")
    for d in verdict.differences:
        click.echo(f"{d.side}: {d.kind} {d.source_id} on {d.issue_key}, {d.at}, {d.account_id}")
    if verdict.differences:
        raise SystemExit(1)


@main.command()
@_told
def alerts() -> None:
    """Send a test over every way that [alerts] of the settings file names."""
    sent = send_test(settings.sections(os.environ))
    if sent.trouble:
        raise JiraUsageError(sent.trouble, "Check [alerts] in the settings file.")
    click.echo("Sent. Look whether it has arrived.")


@main.command()
@click.argument("name", metavar="DATASET", type=click.Choice(list(DATASETS)))
@click.option("--format", "form", type=click.Choice(list(WRITERS)), default="csv")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@timezone_option
@days_option
@click.option("--count-created", is_flag=True, help="Count the creation of issues as activity.")
@_told
def export(
    name: str, form: str, output: Path | None, timezone: str, days: int, count_created: bool
) -> None:
    """Write a DATASET of the last snapshot: users, licenses, access, activity, daily, summary."""
    connection = _connection()
    snapshot = Snapshot.load(admit(connection, Store.open(os.environ)))
    period = snapshot.period(days, timezone)
    if period.start_ms < snapshot.covered_from_ms:
        click.echo(
            f"Only what happened since {iso_instant(snapshot.covered_from_ms)} was synced; "
            f"earlier dates are unknown. Sync with --days {days} to read them.",
            err=True,
        )
    _say_gaps(snapshot)
    pieces = frames(snapshot, name, period, count_created=count_created)
    with _opened(output) as out:
        WRITERS[form](pieces, DATASETS[name], out)


@main.command()
@click.option("--format", "form", type=click.Choice(["html", "xlsx"]), default="html")
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file."
)
@click.option(
    "--people",
    type=click.Choice(PEOPLE),
    default="names",
    help="How people are shown.",
)
@timezone_option
@days_option
@click.option("--count-created", is_flag=True, help="Count the creation of issues as activity.")
@_told
def report(
    form: str, output: Path, people: People, timezone: str, days: int, count_created: bool
) -> None:
    """Write a report of the last snapshot in one file, to hand to people without access."""
    kept = admit(_connection(), Store.open(os.environ))
    snapshot = Snapshot.load(kept)
    period = snapshot.period(days, timezone)
    subject = subject_of(kept, snapshot, period, count_created=count_created)
    subject = narrowed(subject, Scope(people=people), Pseudonyms.of(kept))
    by = str(snapshot.meta.get("display_name", ""))
    making = Making(by, int(time.time() * 1000), people=people)
    made = build_report(subject, making)
    with _opened(output) as out:
        out.write(to_html(made) if form == "html" else to_xlsx(made, build_sheets(subject, making)))


@main.command()
@click.option("--person", metavar="ACCOUNT_ID", help="Forget one person, now and in later syncs.")
@click.option("--site", is_flag=True, help="Forget all that is kept of the site.")
@_told
def forget(person: str | None, site: bool) -> None:
    """Delete what is kept of a person, or of the site, from this machine. Jira is not changed.

    What other accounts have synced here is kept for them.
    """
    if bool(person) == site:
        raise InvalidInput("Say what to forget.", "Use --person ACCOUNT_ID, or --site.")
    kept = admit(_connection(), Store.open(os.environ))
    if person:
        forget_person(kept, person)
        click.echo("The person is forgotten, and later syncs leave them out.")
    else:
        kept.forget()
        click.echo("Nothing of the site is kept any more.")


@main.command()
@click.option("--acts", type=int, metavar="DAYS", help="How many days of acts are kept.")
@click.option(
    "--left", type=int, metavar="DAYS", help="How many days people who left; 0: as long as acts."
)
@_told
def keep(acts: int | None, left: int | None) -> None:
    """Say how long data is kept, from the next sync on; without options, what is agreed."""
    kept = admit(_connection(), Store.open(os.environ))
    if acts is not None or left is not None:
        set_retention(kept, changed(kept, acts, left))
    click.echo(retention_words(retention(kept)))


def _say_gaps(snapshot: Snapshot) -> None:
    """Says on stderr what could not be read whole, why, what to do, and what follows."""
    for row in snapshot.coverage[snapshot.coverage["state"] != "complete"].itertuples():
        told = (f"{row.dataset}: {row.state}.", row.reason, row.consequence)
        click.echo(" ".join(str(one) for one in told if one), err=True)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """A file that is written whole or not at all, or stdout."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with beside.open("wb") as out:
            yield out
        beside.replace(output)
    except OSError as error:
        raise InvalidInput(
            f"{output} can't be written ({error.strerror}).", "Choose another --output."
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def run(arguments: list[str] | None = None) -> Any:
    """The command line; ends the process with the contract's exit code."""
    return main(arguments, prog_name="python -m jira_usage")
