"""The data page's proof: a check's start, its end in words, its differences, and who sees them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jira_usage import jobs
from jira_usage.crew import Crew
from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    RateLimited,
    RequestRefused,
    SiteUnreachable,
)
from jira_usage.jobs import Check
from jira_usage.period import iso_instant
from jira_usage.snapshot import Snapshot
from jira_usage.store import Store
from jira_usage.ui import verify_panel
from jira_usage.ui.session import Session
from jira_usage.verify import Difference, Verdict
from jira_usage.writers import written
from tests.pages import kept_site
from tests.pages.kept_site import Open


def words(app: Any) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error")
    told = [
        f"{getattr(one, 'label', '')} {one.value}" for kind in kinds for one in getattr(app, kind)
    ]
    return "\n".join(told).replace("\\", "")


def labels(app: Any) -> set[str]:
    return {button.label for button in app.button}


def numbers(app: Any) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def a_verdict(snapshot_id: str, **changes: Any) -> Verdict:
    now = kept_site.now_ms()
    told: dict[str, Any] = {
        "as_of": now - 60_000,
        "sample": 50,
        "issues": 50,
        "agreeing": 1234,
        "checked_at": now,
        **changes,
    }
    return Verdict(snapshot_id, **told)


def a_difference(**changes: Any) -> Difference:
    told: dict[str, Any] = {
        "side": "missing",
        "issue_key": "WEB-1",
        "kind": "comment_created",
        "source_id": "c9",
        "account_id": kept_site.BEN,
        "at": iso_instant(kept_site.now_ms() - 3_600_000),
        **changes,
    }
    return Difference(**told)


def checked(signed: Session, *steps: Verdict, error: JiraUsageError | None = None) -> Check:
    """A check that has ended so."""

    def told(cancel: threading.Event) -> Iterator[Verdict]:
        yield from steps
        if error:
            raise error

    check = jobs.begin_check(signed.job_key, told)
    until = time.monotonic() + 20
    while check.running:
        assert time.monotonic() < until
        time.sleep(0.01)
    return check


@pytest.fixture
def signed(home: Path) -> Session:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept)
    return signed


def current(signed: Session) -> str:
    generation = signed.kept.current()
    assert generation is not None
    return generation.id


def test_a_proof_is_offered_with_a_choice_of_how_much(
    open_page: Open, signed: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, int]] = []
    monkeypatch.setattr(
        jobs,
        "start_check",
        lambda key, connection, snapshot, *, sample: asked.append((key, snapshot.id, sample)),
    )
    app = open_page("data", signed)
    choice = app.radio(key="verify_sample")
    assert choice.options == ["20", "50", "200"] and choice.value == 50
    assert "Agreement" not in numbers(app) and "No difference" not in words(app)
    choice.set_value(200).run()
    app.button(key="verify_start").click().run()
    assert not app.exception
    assert asked == [(signed.job_key, current(signed), 200)]


def test_a_running_check_is_seen_by_every_session_and_any_can_stop_it(
    open_page: Open, signed: Session
) -> None:
    def reading(cancel: threading.Event) -> Iterator[Verdict]:
        yield Verdict(current(signed), sample=50, issues=12)
        cancel.wait(30)
        yield Verdict(current(signed), sample=50, issues=13)

    check = jobs.begin_check(signed.job_key, reading)
    while not check.progress.issues:
        time.sleep(0.01)
    first, second = open_page("data", signed), open_page("data", signed)
    for app in (first, second):
        assert not app.exception
        assert app.get("progress")[0].proto.text == "12 of 50 issues read again"
        assert "Check a sample" not in labels(app)
    second.button(key="verify_cancel").click().run()
    assert not check.running
    for app in (first.run(), second):
        assert "The check was stopped" in words(app)
        assert "Check a sample" in labels(app) and "Agreement" not in numbers(app)


def test_a_check_without_differences_says_so(open_page: Open, signed: Session) -> None:
    checked(signed, a_verdict(current(signed), explained=3, gone_issues=1, newer=2))
    app = open_page("data", signed)
    assert not app.exception
    told = numbers(app)
    assert told["Agreement"] == "100%" and told["Acts that agree"] == "1,234"
    assert told["Differences"] == "0" and told["Known only here"] == "3"
    assert "No difference found" in words(app)
    assert "50 issues read again on" in words(app) and "(Europe/Berlin)" in words(app)
    assert "1 issue could not be read again" in words(app)
    assert "Not in it yet: 2 acts of the 15 minutes before the sync" in words(app)
    assert "older snapshot" not in words(app)


def test_each_difference_is_a_row_in_words(open_page: Open, signed: Session) -> None:
    found = (
        a_difference(),
        a_difference(side="unexplained", kind="worklog_edited", account_id="", issue_key=""),
        a_difference(kind="issue_changed", account_id="gone"),
        a_difference(account_id=kept_site.CYN),
    )
    checked(signed, a_verdict(current(signed), agreeing=39_999, differences=found))
    app = open_page("data", signed)
    assert not app.exception
    assert "4 differences" in words(app)
    assert numbers(app)["Agreement"] == "99.99%", "100 means all of them"
    table = next(one.value for one in app.dataframe if "where" in one.value)
    assert set(table["where"]) == {"Only in Jira", "Only here"}
    assert set(table["act"]) == {"Wrote a comment", "Edited a work log", "Changed an issue"}
    assert set(table["who"]) == {"Ben Okri", "(nobody named)", "gone", kept_site.HOSTILE}
    assert set(table["link"]) == {f"{kept_site.SITE_URL}/browse/WEB-1", ""}
    assert kept_site.HOSTILE not in words(app)


def test_the_file_of_differences_holds_ids_and_no_formula(signed: Session) -> None:
    snapshot = Snapshot.load(signed.kept)
    snapshot.users.loc[snapshot.users["account_id"] == kept_site.BEN, "display_name"] = "=1+1"
    table = verify_panel._table([a_difference(at="2026-11-20T10:00:00.000Z")], snapshot)
    header, row = written("csv", [table], verify_panel.COLUMNS).decode().splitlines()
    assert header == "side,kind,at,issue_key,account_id,display_name,source_id"
    assert row == "missing,comment_created,2026-11-20T10:00:00.000Z,WEB-1,acc-ben,'=1+1,c9"


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailed("Jira does not accept this email and token.", "Create a new one."),
        SiteUnreachable("No connection to acme could be made.", "Check your network."),
        RateLimited("Jira limits how often it may be asked.", "Try again after that."),
        JiraUsageError("Something unexpected stopped the check (KeyError).", "Try again."),
        RequestRefused("Jira refused a request (410).", status=410),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failed_check_says_why_what_next_and_leaves_the_last_verdict(
    open_page: Open, signed: Session, error: JiraUsageError
) -> None:
    checked(signed, a_verdict(current(signed)))
    checked(signed, error=error)
    app = open_page("data", signed)
    assert not app.exception
    assert error.message in words(app) and error.remedy in words(app)
    assert "Next:" in words(app)
    assert "Check a sample" in labels(app)
    assert ("Connect again" in labels(app)) == isinstance(error, AuthenticationFailed)
    assert numbers(app)["Acts that agree"] == "1,234"


def test_who_leaves_after_a_check_has_not_stopped_it(open_page: Open, signed: Session) -> None:
    checked(signed, a_verdict(current(signed)))
    jobs.cancel(signed.job_key)
    app = open_page("data", signed)
    assert "No difference found" in words(app) and "stopped" not in words(app)


def test_a_check_that_fails_while_it_reads_says_why_also_after_somebody_left(
    open_page: Open, signed: Session
) -> None:
    def reading(cancel: threading.Event) -> Iterator[Verdict]:
        with Crew(cancel):
            yield Verdict(current(signed), sample=50, issues=12)
            raise SiteUnreachable("No connection to acme could be made.", "Check your network.")

    check = jobs.begin_check(signed.job_key, reading)
    while check.state == "running":
        time.sleep(0.01)
    jobs.cancel(signed.job_key)
    told = words(open_page("data", signed))
    assert "No connection to acme could be made." in told and "Check your network." in told
    assert "stopped" not in told


def test_a_verdict_of_an_older_snapshot_says_so(open_page: Open, signed: Session) -> None:
    checked(signed, a_verdict(current(signed)))
    assert "older snapshot" not in words(open_page("data", signed))
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    assert "Of an older snapshot" in words(app)
    assert numbers(app)["Agreement"] == "100%"


def test_a_verdict_on_nothing_claims_nothing(open_page: Open, signed: Session) -> None:
    checked(signed, a_verdict(current(signed), agreeing=0, gone_issues=50))
    app = open_page("data", signed)
    assert "nothing to compare" in words(app) and "50 issues could not be read again" in words(app)
    assert "Agreement" not in numbers(app) and "No difference" not in words(app)


def test_differences_where_the_sync_was_not_complete_point_to_it(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home)
    kept_site.keep_snapshot(signed.kept, refused=("histories",))
    checked(signed, a_verdict(current(signed), differences=(a_difference(),)))
    assert "could not read everything" in words(open_page("data", signed))


def test_without_jira_s_word_for_the_token_the_section_says_what_is_needed(
    open_page: Open, home: Path
) -> None:
    signed = kept_site.a_session(home, note="The site can't be reached. You see what was synced.")
    kept_site.keep_snapshot(signed.kept)
    app = open_page("data", signed)
    assert not app.exception
    assert "connect again when the site can be reached" in words(app)
    assert "Check a sample" not in labels(app) and "Connect again" in labels(app)


def test_a_verdict_is_shown_to_its_own_account_alone(
    open_page: Open, signed: Session, home: Path
) -> None:
    checked(signed, a_verdict(current(signed)))
    store = Store.open({"JIRA_USAGE_HOME": str(home)})
    other = kept_site.a_session(home)
    other = Session(other.connection, store.site(kept_site.SITE_URL, kept_site.BEN), "form")
    kept_site.keep_snapshot(other.kept, account_id=kept_site.BEN)
    app = open_page("data", other)
    assert not app.exception
    assert "Agreement" not in numbers(app) and "No difference" not in words(app)
    assert numbers(open_page("data", signed))["Agreement"] == "100%"


def test_forgetting_the_data_forgets_its_proof(open_page: Open, signed: Session) -> None:
    checked(signed, a_verdict(current(signed), differences=(a_difference(),)))
    app = open_page("data", signed)
    app.button(key="forget").click().run()
    app.button(key="forget").click()
    app.button(key="forget_yes").click().run()
    assert jobs.latest_check(signed.job_key) is None
