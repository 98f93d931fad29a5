"""Nobody gets in, and every promise about it names a test that exists."""

from __future__ import annotations

import ast
import base64
import http.client
import io
import logging
import os
import re
import socket
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jira_usage import blobs, store
from jira_usage.demo import DemoSite
from jira_usage.errors import SiteUnreachable, StoreUnusable
from jira_usage.generation import Generation
from jira_usage.pace import Patience
from jira_usage.proof import proof
from jira_usage.store import SiteStore
from jira_usage.transport import Transport

from .place import a_site, kept_of, store_in, synced, untrue

ROOT = Path(__file__).parents[2]
PROMISES = [ROOT / "README.md", Path(__file__).with_name("threats.md")]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with a_site() as site:
        yield site


def all_tests() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("page", PROMISES, ids=lambda path: path.name)
def test_every_promise_names_a_test_that_is_there(page: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", page.read_text()))
    assert named and named <= all_tests()


def test_every_line_of_the_threats_names_its_test() -> None:
    lines = [line for line in PROMISES[1].read_text().splitlines() if line.startswith("| ")]
    rows = [line for line in lines if not line.startswith(("| who and how", "| what happens"))]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"\| `test_\w+` \|$", row)] == []


def test_no_log_of_any_level_holds_the_token(
    site: DemoSite, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Only http.client's own debug output would: it is switched on by nobody."""
    caplog.set_level(logging.DEBUG)
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        synced(site, store_in(tmp_path / "home"))
        site.deny("BROWSE_USERS")
        synced(site, store_in(tmp_path / "home"))
        site.allow("BROWSE_USERS")
    assert "/rest/api/3/myself" in caplog.text, "the HTTP library logs at this level"
    secret = base64.b64encode(f"{site.email}:{site.token}".encode()).decode()
    for told_so_far in (caplog.text, told.getvalue()):
        assert site.token not in told_so_far and secret not in told_so_far
    assert http.client.HTTPConnection.debuglevel == 0


def test_a_name_that_leads_to_another_machine_gets_no_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def listen() -> None:
            while True:
                try:
                    with listening.accept()[0] as caller:
                        caller.settimeout(2)
                        heard.append(caller.recv(65_536))
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        there = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [there])
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        patience = Patience(attempts=1, connect_timeout=2, read_timeout=2)
        transport = Transport("https://acme.atlassian.net", ("me", "SECRET"), patience=patience)
        with pytest.raises(SiteUnreachable):
            transport.get("/rest/api/3/myself")
        assert transport._session.verify is True
    assert heard and heard[0][:1] == b"\x16", "a TLS greeting came, and nothing else"
    assert not any(b"Authorization" in told or b"GET" in told for told in heard)


@pytest.fixture(scope="module")
def of_ann(tmp_path_factory: pytest.TempPathFactory) -> store.Store:
    kept = store_in(tmp_path_factory.mktemp("home"))
    told = {"site_url": "https://acme.atlassian.net", "admits": proof("ann@x.org", "token")}
    kept.site("https://acme.atlassian.net", "ann").publish(Generation("a", {}, told))
    return kept


TYPED = st.sampled_from(
    ["ann@x.org", "token", "", " token", "token\n", "ann@x.org\ntoken", "TOKEN"]
)


@settings(max_examples=15, deadline=None)
@given(TYPED | st.text(max_size=10), TYPED | st.text(max_size=10))
def test_nobody_is_admitted_with_anything_but_the_same_email_and_token(
    of_ann: store.Store, email: str, token: str
) -> None:
    admitted = of_ann.admitted("https://acme.atlassian.net", email, token) is not None
    assert admitted == ((email.lower(), token) == ("ann@x.org", "token"))


def test_the_server_s_settings_shut_the_doors() -> None:
    told = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    server = told["server"]
    assert server["address"] == "127.0.0.1" and "localhost" in server["allowedHosts"]
    assert server["enableXsrfProtection"] and server["enableCORS"]
    assert told["browser"]["gatherUsageStats"] is False
    assert told["client"]["showErrorDetails"] == "type"
    assert told["client"]["toolbarMode"] == "viewer"


def test_every_dependency_is_pinned() -> None:
    for path in (ROOT / "requirements.txt", ROOT / "tests/requirements.txt"):
        lines = [line for line in path.read_text().splitlines() if line and line[0] not in "#-"]
        assert lines and all(re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line) for line in lines), path


def test_what_is_published_is_on_the_disk_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file and the folders above it, before the row that names it; then the publication."""
    order: list[str] = []
    real = os.fsync

    def noted(handle: int) -> None:
        order.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    kept = SiteStore(tmp_path / "site")
    with blobs.opened(kept.folder) as cache:
        cache.set("a" * 64, os.urandom(100_000))
    [file] = kept.folder.rglob("*.val")
    place = [order.index(str(path)) for path in (file, file.parent, file.parent.parent)]
    assert place == sorted(place) and str(kept.folder) in order
    with blobs.opened(kept.folder) as cache:
        assert cache._sql("PRAGMA synchronous").fetchone() == (1,)
        blobs.survive_power_loss(cache)
        assert cache._sql("PRAGMA synchronous").fetchone() == (2,), "each commit is waited for"
        assert cache._sql("PRAGMA journal_mode").fetchone() == ("wal",)
    kept.change_note("decisions", lambda _: b"theirs")
    assert any(path.endswith(".draft") for path in order)


def test_a_folder_that_can_not_be_written_is_read_and_no_sync_pretends(site: DemoSite) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        synced(site, store_in(home))
        Path(folder).chmod(0o755)
        kept = kept_of(site, store.Store(home))
        with as_nobody(home):
            for path in (kept.folder, home):
                path.chmod(0o500)
            assert kept.current() is not None
            assert untrue(site, store.Store(home)) == []
            with pytest.raises(StoreUnusable, match="can be written"):
                kept.publish(Generation("b", {}, {}))
            for path in (home, kept.folder):
                path.chmod(0o700)


@contextmanager
def as_nobody(home: Path) -> Iterator[None]:
    """For the system's administrator no folder is closed: be somebody else for a while."""
    was = os.geteuid()
    if was == 0:
        for path in [home, *home.rglob("*")]:
            os.chown(path, 65_534, 65_534)
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(was)
