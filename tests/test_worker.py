"""The process beside: it gives what this one would, knows no secret, and nobody waits for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_usage import worker
from jira_usage.errors import PagingBroken
from jira_usage.reading.columns import HistoryPage, IssuePage, history_page, issue_page
from jira_usage.worker import Worker
from tests.robustness.test_foreign_input import FEW, JSON, OBJECTS

SINCE = 1_790_000_000_000
ADA = {"accountId": "ada", "displayName": "Ada", "accountType": "atlassian", "active": True}
DAMAGED = b'{"issueChangeLogs": [{"issueId"'


def histories(number: int) -> bytes:
    """A page of one issue's histories, every second one of them too old."""
    items = [{"field": "status", "fieldId": "status", "to": "3"}]
    some = [
        {"id": str(n), "author": ADA, "created": SINCE - n % 2, "items": items}
        for n in range(number)
    ]
    page = {"issueChangeLogs": [{"issueId": "1", "changeHistories": some}], "nextPageToken": "t"}
    return json.dumps(page).encode()


def issues(number: int) -> bytes:
    """A page of issues that each bring one of their two comments."""
    at = "2027-01-01T10:00:00.000+0100"
    comment = {"id": "7", "author": ADA, "updateAuthor": ADA, "created": at, "updated": at}
    fields = {
        "project": {"key": "WEB"}, "created": at, "creator": ADA, "updated": at,
        "comment": {"comments": [comment], "total": 2},
    }  # fmt: skip
    some = [{"id": str(n), "key": f"WEB-{n}", "fields": fields} for n in range(number)]
    return json.dumps({"issues": some}).encode()


def at_once(patch: pytest.MonkeyPatch) -> None:
    """Every answer is worth another process, and is kept waiting until that is there."""
    patch.setattr(worker, "LEAST_BYTES", 0)
    patch.setattr(worker, "WORTH_A_START", 0)
    patch.setattr(worker, "STARTING_SECONDS", 60)
    patch.setattr(os, "cpu_count", lambda: 2)


@pytest.fixture(autouse=True)
def every_answer_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)


@pytest.fixture(scope="module")
def beside() -> Iterator[Worker]:
    with pytest.MonkeyPatch.context() as patch, Worker() as one:
        at_once(patch)
        one.history_page(histories(1), SINCE)
        yield one


def process_of(one: Worker) -> subprocess.Popen[bytes]:
    assert one._process
    return one._process


def is_there(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    for _ in range(400):
        if not is_there(pid):
            return True
        time.sleep(0.05)
    return False


def test_histories_and_issues_are_told_as_here() -> None:
    with Worker() as one:
        told = one.history_page(histories(300), SINCE)
        assert told == history_page(histories(300), SINCE)
        assert (told.issues, told.histories, told.token) == (1, 300, "t")
        page = one.issue_page(issues(20), SINCE)
        assert page == issue_page(issues(20), SINCE)
        assert [issue.row.issue_key for issue in page.issues][:2] == ["WEB-0", "WEB-1"]
        assert process_of(one).poll() is None, "another process has told"


def read(one: Worker | None, content: bytes) -> list[HistoryPage | IssuePage | type[Exception]]:
    """What both tasks make of some bytes, by the worker or here."""
    found: list[HistoryPage | IssuePage | type[Exception]] = []
    tasks = (one.history_page, one.issue_page) if one else (history_page, issue_page)
    for task in tasks:
        try:
            found.append(task(content, SINCE))
        except (ValueError, PagingBroken) as error:
            found.append(type(error))
    return found


@FEW
@given(st.lists(OBJECTS, max_size=4), JSON)
def test_pages_of_any_shape_are_told_as_here(
    beside: Worker, some: list[dict[str, object]], other: object
) -> None:
    entries = [{"issueId": "1", "changeHistories": some}, {"issueId": other}]
    numbered = [{"id": str(n), "fields": fields} for n, fields in enumerate(some)]
    for shape in ({"issueChangeLogs": entries}, {"issues": [*numbered, *some]}, other):
        content = json.dumps(shape).encode()
        assert read(beside, content) == read(None, content)
    assert process_of(beside).poll() is None


def test_what_is_damaged_is_so_for_both_and_the_next_page_is_read(beside: Worker) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="no JSON"):
            beside.history_page(DAMAGED, SINCE)
    assert beside.history_page(histories(3), SINCE).histories == 3
    assert process_of(beside).poll() is None


def test_many_threads_each_get_what_they_asked_for(beside: Worker) -> None:
    sizes = [3, 200, 50, 1, 400, 7] * 5
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda n: beside.history_page(histories(n), SINCE), sizes))
    assert [page.histories for page in pages] == sizes


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_where_it_is_killed_pages_are_read_here(how: signal.Signals) -> None:
    with Worker() as one:
        one.history_page(histories(3), SINCE)
        first = process_of(one)
        first.send_signal(how)
        first.wait()
        for _ in range(2):
            assert one.history_page(histories(300), SINCE) == history_page(histories(300), SINCE)
        assert process_of(one) is first, "it is not begun again and again"


def test_where_it_ends_in_the_middle_of_an_answer_the_page_is_read_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = worker._HERE + worker._ANSWER.pack(1000) + b"half"
    script = f"import sys; sys.stdout.buffer.write({told!r})"
    monkeypatch.setattr(worker, "_START", script)
    with Worker() as one:
        assert one.history_page(histories(9), SINCE) == history_page(histories(9), SINCE)


def test_where_it_can_not_be_started_pages_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with Worker() as one:
        assert one.history_page(histories(9), SINCE).histories == 9


def test_while_it_starts_pages_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "STARTING_SECONDS", 0)
    monkeypatch.setattr(worker, "_START", "import time; time.sleep(600)")
    with Worker() as one:
        for _ in range(2):
            assert one.history_page(histories(9), SINCE).histories == 9
            assert process_of(one).poll() is None


def test_a_short_sync_needs_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    page = histories(9)
    monkeypatch.setattr(worker, "WORTH_A_START", 3 * len(page))
    with Worker() as one:
        one.history_page(page, SINCE)
        one.history_page(page, SINCE)
        assert one._process is None
        one.history_page(page, SINCE)
        assert process_of(one).poll() is None


def test_small_answers_and_a_single_processor_need_no_other_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "LEAST_BYTES", 1 << 18)
    with Worker() as one:
        one.history_page(histories(9), SINCE)
        assert one._process is None
    monkeypatch.setattr(worker, "LEAST_BYTES", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with Worker() as one:
        assert one.history_page(histories(9), SINCE).histories == 9 and one._process is None


def test_it_ends_with_the_sync_also_by_an_error() -> None:
    with pytest.raises(ZeroDivisionError), Worker() as one:
        one.history_page(histories(3), SINCE)
        raise ZeroDivisionError
    ended = process_of(one)
    assert ended.poll() is not None and ended.stdin and ended.stdin.closed
    assert one.history_page(histories(3), SINCE).histories == 3, "a late thread still gets its page"


def test_it_ends_when_the_program_is_killed() -> None:
    script = (
        "import os, time; os.cpu_count = lambda: 2; from jira_usage import worker\n"
        "worker.LEAST_BYTES = worker.WORTH_A_START = 0; one = worker.Worker()\n"
        f"one.history_page({histories(1)!r}, 0); print(one._process.pid, flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        pid = int(program.stdout.readline())
        assert is_there(pid)
        program.kill()
        assert gone(pid)


def test_the_worker_knows_no_setting_of_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_API_TOKEN", "s3cret-token")
    monkeypatch.setenv("JIRA_EMAIL", "ann@acme.example")
    with Worker() as one:
        one.history_page(histories(1), SINCE)
        told = Path(f"/proc/{process_of(one).pid}")
        known = (told / "environ").read_bytes() + (told / "cmdline").read_bytes()
    assert b"s3cret" not in known and b"ann@" not in known
