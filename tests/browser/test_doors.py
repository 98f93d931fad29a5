"""The real server refuses whoever comes under a foreign name, or from a foreign page."""

import base64
import os
import socket
from urllib.parse import urlsplit

import pytest

from tests.browser.driving import Server


def answered(server: Server, host: str, origin: str = "", path: str = "/") -> int:
    """The status of a request, or of opening the socket that the app talks over."""
    where = urlsplit(server.url)
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
    if origin:
        key = base64.b64encode(os.urandom(16)).decode()
        lines += [f"Origin: {origin}", "Upgrade: websocket", "Connection: Upgrade",
                  f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]  # fmt: skip
    else:
        lines.append("Connection: close")
    with socket.create_connection((where.hostname, where.port), timeout=20) as talk:
        talk.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(talk.recv(65_536).split()[1])


STREAM = "/_stcore/stream"


def test_the_server_refuses_a_foreign_host_and_a_foreign_origin(server: Server) -> None:
    port = urlsplit(server.url).port
    here = f"127.0.0.1:{port}"
    assert answered(server, here) == 200
    assert answered(server, here, f"http://{here}", STREAM) == 101
    assert answered(server, here, "http://evil.example", STREAM) == 403
    assert answered(server, f"evil.example:{port}", f"http://evil.example:{port}", STREAM) == 403


@pytest.mark.parametrize("path", ["/media/0123.csv", "/media/../../requirements.txt"])
def test_a_file_that_no_session_made_is_not_there(server: Server, path: str) -> None:
    where = urlsplit(server.url)
    assert answered(server, where.netloc, path=path) in (400, 403, 404)
