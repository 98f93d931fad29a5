import gzip
import threading
import time
import zlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
import responses

from jira_usage.errors import (
    AuthenticationFailed,
    JiraUsageError,
    NotJiraCloud,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    SiteUnreachable,
    SyncCancelled,
)
from jira_usage.pace import Patience
from jira_usage.transport import Transport

SITE = "https://acme.atlassian.net"
FIELD = f"{SITE}/rest/api/3/field"
SECRET = "top-secret-token"
HASTY = Patience(attempts=3, rate_limit_attempts=3, first_backoff=0.01, longest_wait=2.0)


@pytest.fixture
def transport() -> Transport:
    return Transport(SITE, ("ann@example.com", SECRET), patience=HASTY)


def ask(transport: Transport) -> object:
    return transport.get("/rest/api/3/field")


@responses.activate
def test_a_good_answer_is_its_json(transport: Transport) -> None:
    responses.get(FIELD, json=[1])
    assert ask(transport) == [1]
    assert transport.requests_sent == {"GET /rest/api/3/field": 1}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401, "json": {"message": "no"}}, AuthenticationFailed),
        ({"status": 401, "json": {"message": "Unauthorized; scope does not match"}},
         PermissionMissing),
        ({"status": 403, "json": {}}, PermissionMissing),
        ({"status": 404, "json": {}}, RequestRefused),
        ({"status": 400, "json": {}}, RequestRefused),
        ({"status": 410, "json": {}}, RequestRefused),
        ({"status": 404, "body": "<html>", "content_type": "text/html"}, NotJiraCloud),
        ({"status": 200, "body": "<html>", "content_type": "text/html"}, NotJiraCloud),
        ({"status": 503, "body": "Product Unavailable: Jira has been deactivated"}, NotJiraCloud),
        ({"status": 302, "headers": {"Location": "https://id.atlassian.com/login"}}, NotJiraCloud),
        ({"status": 302, "headers": {"Location": "http://[bad"}}, NotJiraCloud),
        ({"status": 500, "body": "oops"}, SiteUnreachable),
        ({"status": 200, "body": "{\"a\":", "content_type": "application/json"}, SiteUnreachable),
        ({"status": 200, "body": "", "content_type": "application/json"}, SiteUnreachable),
        ({"body": requests.ConnectionError("name or service not known")}, SiteUnreachable),
        ({"status": 429, "body": "<html>", "content_type": "text/html"}, RateLimited),
    ],
)  # fmt: skip
@responses.activate
def test_each_failure_has_its_error_and_none_tells_the_token(
    transport: Transport, answer: dict[str, object], error: type[JiraUsageError]
) -> None:
    responses.get(FIELD, **answer)
    with pytest.raises(error) as caught:
        ask(transport)
    told = str(caught.value) + repr(caught.value)
    assert caught.value.message
    assert SECRET not in told and "Basic" not in told


@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "OUT", "AUTHENTICATION_DENIED"])
@responses.activate
def test_a_good_answer_for_nobody_is_a_failed_login(transport: Transport, reason: str) -> None:
    responses.get(FIELD, json=[], headers={"X-Seraph-LoginReason": reason})
    with pytest.raises(AuthenticationFailed):
        ask(transport)


@responses.activate
def test_an_answer_for_another_account_is_refused(transport: Transport) -> None:
    responses.get(FIELD, json=[], headers={"X-AAccountId": "me"})
    ask(transport)
    transport.expect_account("me")
    ask(transport)
    responses.replace(responses.GET, FIELD, json=[], headers={"X-AAccountId": "other"})
    with pytest.raises(AuthenticationFailed):
        ask(transport)


@responses.activate
def test_an_answer_that_names_nobody_is_suspect(transport: Transport) -> None:
    responses.get(FIELD, json=[], headers={"X-AAccountId": "me"})
    ask(transport)
    transport.expect_account("me")
    responses.replace(responses.GET, FIELD, json=[])
    ask(transport)
    assert transport.identity_suspect


@responses.activate
def test_weather_passes(transport: Transport) -> None:
    responses.get(FIELD, status=503)
    responses.get(FIELD, body=requests.ConnectionError())
    responses.get(FIELD, json="fine")
    assert ask(transport) == "fine"


@responses.activate
def test_nothing_is_sent_before_retry_after_has_passed(transport: Transport) -> None:
    responses.get(FIELD, status=429, headers={"Retry-After": "1"})
    responses.get(FIELD, json="fine")
    began = time.monotonic()
    assert ask(transport) == "fine"
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gzip", gzip.compress(b'"fine"')),
        ("gzip", gzip.compress(b'"fi') + gzip.compress(b'ne"')),
        ("GZIP", gzip.compress(b'"fine"')),
        ("deflate", zlib.compress(b'"fine"')),
        ("identity", b'"fine"'),
    ],
    ids=["gzip", "gzip-in-two-members", "gzip-in-capitals", "deflate", "identity"],
)
@responses.activate
def test_however_an_answer_is_packed_it_is_unpacked(
    transport: Transport, name: str, body: bytes
) -> None:
    responses.get(
        FIELD, body=body, content_type="application/json", headers={"Content-Encoding": name}
    )
    assert ask(transport) == "fine"


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
@responses.activate
def test_what_was_packed_and_arrives_damaged_is_asked_for_again(
    transport: Transport, cut: int
) -> None:
    packed = gzip.compress(b'"fine, and long enough to be cut"')
    damaged = packed[:cut] + b"?" + packed[cut + 1 :] if cut else packed[:-9]
    for body in (damaged, packed):
        how = {"content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}
        responses.get(FIELD, body=body, **how)
    assert ask(transport) == "fine, and long enough to be cut"


@responses.activate
def test_a_refusal_is_one_though_its_words_arrive_damaged(transport: Transport) -> None:
    how = {"content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}
    responses.get(FIELD, status=401, body=b"no gzip", **how)
    with pytest.raises(AuthenticationFailed):
        ask(transport)
    how["headers"] = {"Content-Encoding": "gzip", "Retry-After": "1847"}
    responses.replace("GET", FIELD, status=429, body=b"no gzip", **how)
    with pytest.raises(RateLimited, match="31 minutes"):
        ask(transport)


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b'"cut"')[:-9]], ids=["no gzip", "cut"])
@responses.activate
def test_what_stays_damaged_is_said_to_be_damaged(transport: Transport, body: bytes) -> None:
    how = {"content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}
    responses.get(FIELD, body=body, **how)
    with pytest.raises(SiteUnreachable, match="damaged"):
        ask(transport)


@pytest.mark.parametrize("members", [1, 3])
@responses.activate
def test_an_answer_that_unpacks_without_end_is_not_read(
    transport: Transport, members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jira_usage.transport.MOST_BYTES", 2_000_000)
    how = {"content_type": "application/json", "headers": {"Content-Encoding": "gzip"}}
    responses.get(FIELD, body=gzip.compress(b" " * 2_000_001, 1) * members, **how)
    with pytest.raises(SiteUnreachable, match="damaged"):
        ask(transport)


@responses.activate
def test_a_limit_that_takes_too_long_is_told_instead_of_waited_for(transport: Transport) -> None:
    responses.get(FIELD, status=429, headers={"Retry-After": "1847"})
    with pytest.raises(RateLimited, match="31 minutes"):
        ask(transport)
    assert len(responses.calls) == 1


@responses.activate
def test_a_cancel_ends_a_wait_at_once() -> None:
    cancel = threading.Event()
    transport = Transport(SITE, None, cancel=cancel)
    responses.get(FIELD, status=429, headers={"Retry-After": "60"})
    threading.Timer(0.1, cancel.set).start()
    began = time.monotonic()
    with pytest.raises(SyncCancelled):
        ask(transport)
    assert time.monotonic() - began < 5


@responses.activate
def test_a_redirect_is_not_followed(transport: Transport) -> None:
    responses.get(FIELD, status=302, headers={"Location": "https://evil.example/"})
    evil = responses.get("https://evil.example/", json={})
    with pytest.raises(NotJiraCloud, match=r"evil\.example"):
        ask(transport)
    assert evil.call_count == 0


def test_a_redirect_is_told_at_once_however_long_its_body() -> None:
    """requests itself would read it whole, without a limit, a deadline or a way to stop."""
    told = threading.Event()

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "https://evil.example/")
            self.end_headers()
            with suppress(OSError):
                while not told.wait(0.02):
                    self.wfile.write(b"x" * 1000)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(NotJiraCloud, match=r"evil\.example"):
            Transport(url, None, patience=HASTY).get("/x")
        told.set()
        server.shutdown()


def test_a_request_that_could_write_can_not_be_sent(transport: Transport) -> None:
    with pytest.raises(ValueError, match="reading"):
        transport.post("/rest/api/3/issue", {})


@responses.activate
def test_names_in_a_path_can_not_leave_it(transport: Transport) -> None:
    responses.get(f"{SITE}/rest/api/3/issue/..%2F..%2Fadmin", json={})
    assert transport.get("/rest/api/3/issue/{issue_id}", issue_id="../../admin") == {}


def test_a_truncated_answer_is_asked_for_again() -> None:
    class Cut(BaseHTTPRequestHandler):
        served = 0

        def do_GET(self) -> None:
            Cut.served += 1
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "100" if Cut.served == 1 else "4")
            self.end_headers()
            self.wfile.write(b"1234")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Cut) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        assert Transport(url, None, patience=HASTY).get("/x") == 1234
        server.shutdown()
