"""A cancel ends a sync at once, whatever it waits for. Were that waited for, no test would end."""

import socket
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jira_usage import generation, merging
from jira_usage.connection import Connection, Hosts
from jira_usage.demo import DemoSite
from jira_usage.demo.server import App, Reply
from jira_usage.errors import SyncCancelled
from jira_usage.pace import Patience
from jira_usage.store import Store
from jira_usage.sync import sync
from tests.test_sync import NOW, connect

FOR_EVER = Patience(
    connect_timeout=3600, read_timeout=3600, longest_wait=3600, rate_limit_attempts=3600
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open({"JIRA_USAGE_HOME": str(tmp_path / "home")})


def cancelled(connection: Connection, store: Store, *, at: str) -> None:
    """Syncs, and cancels as soon as that is said."""
    cancel = threading.Event()
    steps = sync(connection, store, patience=FOR_EVER, cancel=cancel)
    with pytest.raises(SyncCancelled):
        for step in steps:
            if step.message.startswith(at):
                cancel.set()


def test_while_the_site_does_not_answer_at_all(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        host = f"127.0.0.1:{deaf.getsockname()[1]}"
        hosts = Hosts().plus(host)
        connection = Connection.parse(f"http://{host}", "ann@example.com", "token", hosts=hosts)
        cancelled(connection, store, at="Connecting")


def test_while_nothing_that_was_asked_is_answered(store: Store) -> None:
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        cancel = threading.Event()
        steps = sync(connect(site), store, patience=FOR_EVER, cancel=cancel)
        with pytest.raises(SyncCancelled):
            for step in steps:
                if step.message.startswith("Reading"):
                    site._app.latency = 3600
                    threading.Timer(0.3, cancel.set).start()


def test_while_jira_asks_everybody_to_wait_an_hour(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = threading.Event()
    answer = App.answer

    def answering(self: App, *what: Any) -> Reply:
        if limited.is_set():
            return Reply(429, b"{}", headers={"Retry-After": "3600"})
        return answer(self, *what)

    monkeypatch.setattr(App, "answer", answering)
    with DemoSite(size="tiny", seed=1, now=NOW) as site:
        cancel = threading.Event()
        steps = sync(connect(site), store, patience=FOR_EVER, cancel=cancel)
        with pytest.raises(SyncCancelled):
            for step in steps:
                if step.message.startswith("Reading"):
                    limited.set()
                    threading.Timer(0.3, cancel.set).start()


def test_while_what_was_read_is_stored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, cancel = Counter[str](), threading.Event()

    def encoded(table: pa.Table) -> bytes:
        cancel.set()
        asked["tables"] += 1
        return generation.encoded(table)

    monkeypatch.setattr(merging, "encoded", encoded)
    with DemoSite(size="small", seed=1, now=NOW) as site:
        with pytest.raises(SyncCancelled) as cancelled:
            list(sync(connect(site), store, cancel=cancel))
        assert "snapshot" not in str(cancelled.value), "it was the first sync: there is none"
        assert asked["tables"] <= merging.AT_ONCE, "the other dates are not stored any more"
        assert store.site(site.url, site.account_id).current() is None
