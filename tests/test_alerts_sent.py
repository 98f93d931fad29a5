"""Alerts: sent by real mail and a real webhook, without secrets, and never in a sync's way."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner

from jira_usage.alerts import telling
from jira_usage.alerts.sending import Mail, Webhook, channels
from jira_usage.alerts.telling import Plan, tell, trouble_of
from jira_usage.cli import main
from jira_usage.errors import AuthenticationFailed, InvalidInput, JiraUsageError
from jira_usage.period import DAY_MS
from jira_usage.schedule import Runs
from jira_usage.store import SiteStore
from tests import builders
from tests.builders import NOW, got

HOSTILE = "Jira <!channel>\r\nBcc: eve@evil.example\u2028&"


class Post:
    """Keeps every message that a real SMTP server was given."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.got.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        port = int(some.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[list[Any], str]]:
    heard: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, json.loads(body)))
            self.send_response(302 if "moved" in self.path else 200)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield heard, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def mail(port: int, **changes: Any) -> Mail:
    told = {"to": ["it@acme.example"], "from": "app@acme.example", "host": "127.0.0.1"}
    [made] = channels({"mail": {**told, "port": port, "security": "none", **changes}})
    assert isinstance(made, Mail)
    return made


def configured(port: int, url: str) -> dict[str, Any]:
    return {
        "alerts": {
            "seats_left": 7,
            "mail": {
                "to": ["it@acme.example", "ann@acme.example"],
                "from": "app@acme.example",
                "host": "127.0.0.1",
                "port": port,
                "security": "none",
            },
            "webhook": {"url": f"{url}/secret-path?key=1"},
        }
    }


@pytest.mark.parametrize(
    ("runs", "tables", "said"),
    [
        (Runs(), {"products": [builders.product(left=2)]}, "2 seats left for Jira"),
        (
            Runs(),
            {"changes": [got("cyn", 31)], "products": [builders.product(left=9)]},
            "1 new license without work",
        ),
        (Runs(NOW, 1, NOW, AuthenticationFailed.title), None, "Jira does not accept the token"),
        (Runs(NOW, 9, NOW - 2 * DAY_MS, "The site can't be reached"), None, "No sync for 2 days"),
    ],
)
def test_every_alert_arrives_once_by_mail_and_by_webhook(
    tmp_path: Path,
    post: tuple[Post, int],
    hook: tuple[list[Any], str],
    runs: Runs,
    tables: dict[str, Any] | None,
    said: str,
) -> None:
    handler, port = post
    heard, url = hook
    book, kept = SiteStore(tmp_path / "book"), SiteStore(tmp_path / "site")
    if tables:
        builders.publish(kept, **{**builders.company(), **tables})
    for night in range(2):
        tell(configured(port, url), book, kept if tables else None, runs, NOW + night * 1000)
    [(to, content)] = handler.got
    message = message_from_bytes(content, policy=policy.default)
    assert to == ["it@acme.example", "ann@acme.example"]
    assert message["Subject"] == f"Jira usage: {said}"
    [(path, body)] = heard
    assert path == "/secret-path?key=1" and said in body["text"]
    assert not trouble_of(book)


def test_a_token_about_to_expire_arrives_once(
    tmp_path: Path, post: tuple[Post, int], hook: tuple[list[Any], str]
) -> None:
    told = configured(post[1], hook[1])
    told["alerts"]["token_expires_on"] = date(2026, 11, 30)
    for night in range(3):
        tell(told, SiteStore(tmp_path / "book"), None, Runs(), NOW + night * DAY_MS)
    assert len(post[0].got) == len(hook[0]) == 1


def test_a_name_from_jira_adds_no_header_and_calls_nobody(
    tmp_path: Path, post: tuple[Post, int], hook: tuple[list[Any], str]
) -> None:
    kept = SiteStore(tmp_path / "site")
    builders.publish(kept, **{**builders.company(), "products": [builders.product(name=HOSTILE)]})
    tell(configured(post[1], hook[1]), SiteStore(tmp_path / "book"), kept, Runs(), NOW)
    [(to, content)] = post[0].got
    message = message_from_bytes(content, policy=policy.default)
    assert message["Bcc"] is None and "eve@evil.example" not in to
    assert "<!channel>" not in hook[0][0][1]["text"]


def test_without_encryption_nothing_is_sent(post: tuple[Post, int]) -> None:
    """A server that can't encrypt gets neither the password nor the text."""
    with pytest.raises(JiraUsageError, match="SMTPNotSupportedError"):
        mail(post[1], security="starttls", user="u", password="p-1").send("x", "y")
    assert not post[0].got


def test_a_webhook_s_redirect_is_not_followed(hook: tuple[list[Any], str]) -> None:
    heard, url = hook
    with pytest.raises(JiraUsageError, match="status 302") as refused:
        Webhook(f"{url}/moved/secret-path").send("x", "y")
    assert len(heard) == 1 and "secret-path" not in str(refused.value)


def test_what_goes_wrong_is_noted_without_a_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = configured(9, "http://127.0.0.1:9")  # nobody answers there
    book = SiteStore(tmp_path / "book")
    runs = Runs(NOW, 1, NOW, AuthenticationFailed.title)
    tell(told, book, None, runs, NOW)
    assert "could not be used (ConnectionRefusedError)" in trouble_of(book)
    everything = caplog.text + trouble_of(book) + repr(Plan.parse(told))
    assert "secret-path" not in everything and "key=1" not in everything


def test_an_alert_never_stops_a_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("tok-1")

    monkeypatch.setattr(telling, "of_runs", broken)
    book = SiteStore(tmp_path / "book")
    tell(configured(9, "http://127.0.0.1:9"), book, None, Runs(), NOW)
    assert "ZeroDivisionError" in trouble_of(book) and "tok-1" not in trouble_of(book)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"seats": 5, "webhook": {"url": "https://hooks.example/x"}},
        {"seats_left": -1, "webhook": {"url": "https://hooks.example/x"}},
        {"token_expires_on": "2027-01-01", "webhook": {"url": "https://hooks.example/x"}},
        {"webhook": {"url": "http://hooks.example/x"}},
        {"webhook": {"url": "https://user:p-1@hooks.example/x"}},
        {"webhook": {"url": "file:///etc/passwd"}},
        {"webhook": {"url": "https://hooks.example/x\r\nX: y"}},
        {"webhook": {"url": "https://[broken"}},
        {"mail": {"to": ["it@a.example"], "from": "a@a.example", "host": "smtp.example",
                  "security": "none"}},
        {"mail": {"to": [], "from": "a@a.example", "host": "smtp.example"}},
        {"mail": {"to": ["it@a.example\nBcc: x@y.example"], "from": "a@a.example", "host": "h"}},
    ],
)  # fmt: skip
def test_a_mistake_is_told_before_anything_is_sent(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Plan.parse({"alerts": wrong})
    assert "p-1" not in str(refused.value)


def test_the_command_sends_a_test(
    tmp_path: Path, hook: tuple[list[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, url = hook
    path = tmp_path / "secrets.toml"
    path.touch(mode=0o600)
    path.write_text(f'[alerts.webhook]\nurl = "{url}/x"\n')
    monkeypatch.setenv("JIRA_USAGE_SETTINGS", str(path))
    done = CliRunner().invoke(main, ["alerts"])
    assert done.exit_code == 0 and len(heard) == 1
    path.write_text("")
    done = CliRunner().invoke(main, ["alerts"])
    assert done.exit_code == 2 and "[alerts]" in done.output
