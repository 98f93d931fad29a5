"""The recipe for nginx, tried for real: python -m pytest -n 0 tests/browser/proxy_recipe.py

It needs nginx (apt-get install nginx-light) and openssl, so no run of all tests takes it along.
"""

from __future__ import annotations

import gzip
import http.client
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from jira_usage.demo import DemoSite
from tests.browser.driving import ARGUMENTS, CHROMIUM, ROOT, SETTLED, free_port, running_server
from tests.browser.identity_provider import CLIENT_ID, IdentityProvider, a_secret

RECIPE = ROOT / ".streamlit" / "server" / "nginx.conf"
NAME = "usage.example.com"
RULES = f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@dataclass
class Front:
    """What people reach: the proxy, by its ports."""

    tls: int
    plain: int
    url: str
    provider: IdentityProvider

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.tls, context=context)
        connection.request("GET", path, headers={"Host": NAME, **headers})
        answer = connection.getresponse()
        return answer.status, answer.msg, answer.read()


@contextmanager
def nginx(folder: Path, app: int, tls: int, plain: int, host: str = "$host") -> Iterator[None]:
    """The recipe as it is, but for its ports and its certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN={NAME}"
    line = [*make.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(line, check=True, capture_output=True)
    text = RECIPE.read_text()
    for old, new in (
        (r"listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"127\.0\.0\.1:8501", f"127.0.0.1:{app}"),
        (r"proxy_set_header Host \$host;", f"proxy_set_header Host {host};"),
        (r"/etc/letsencrypt\S+fullchain.pem", str(certificate)),
        (r"/etc/letsencrypt\S+privkey.pem", str(key)),
    ):
        text, found = re.subn(old, new, text)
        assert found == 1, old
    places = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {places}\n{text}\n}}"
    )
    process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(whole), "-e", f"{folder}/error.log"])
    try:
        time.sleep(1)
        assert process.poll() is None, (folder / "error.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    app, tls, plain = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        provider = stack.enter_context(IdentityProvider())
        site = stack.enter_context(DemoSite(size="tiny", seed=5))
        settings = folder / "secrets.toml"
        settings.touch(mode=0o600)
        settings.write_text(
            f'[jira]\nsite = "{site.url}"\nemail = "{site.email}"\napi_token = "{site.token}"\n'
            f'[auth]\nredirect_uri = "https://{NAME}:{tls}/oauth2callback"\n'
            f'cookie_secret = "{a_secret()}"\nclient_id = "{CLIENT_ID}"\n'
            f'client_secret = "{provider.client_secret}"\n'
            f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
            '[access]\nviewers = ["ben@team.example"]\n'
        )
        own = {
            "JIRA_USAGE_SETTINGS": str(settings),
            "JIRA_USAGE_ALLOWED_HOSTS": site.host,
            "STREAMLIT_SECRETS_FILES": str(settings),
            "STREAMLIT_SERVER_ALLOWED_HOSTS": NAME,
            "STREAMLIT_BROWSER_SERVER_ADDRESS": NAME,
            "STREAMLIT_BROWSER_SERVER_PORT": str(tls),
        }
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("JIRA_")}
        environment = {**inherited, **own, "JIRA_USAGE_HOME": str(folder / "home")}
        sync = [sys.executable, "-m", "jira_usage", "sync"]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True, capture_output=True)
        stack.enter_context(running_server(folder, app, **own))
        stack.enter_context(nginx(folder, app, tls, plain))
        yield Front(tls, plain, f"https://{NAME}:{tls}", provider)


def test_people_log_in_and_see_the_data_through_the_proxy(front: Front) -> None:
    front.provider.person = {"email": "ben@team.example", "email_verified": True}
    arguments = [one for one in ARGUMENTS if "resolver" not in one]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*arguments, RULES, "--ignore-certificate-errors"]
        )
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(front.url)
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("Data as of").first.wait_for(timeout=60_000)
        page.wait_for_selector(SETTLED)
        assert "ben@team.example, viewer" in page.get_by_test_id("stApp").inner_text()
        cookies = context.cookies()
        assert cookies and all(cookie["secure"] for cookie in cookies)
        assert any(cookie["httpOnly"] for cookie in cookies if "user" in cookie["name"])
        browser.close()


def test_what_is_the_same_for_everybody_is_compressed(front: Front) -> None:
    status, headers, body = front.get("/")
    assert status == 200 and headers["Strict-Transport-Security"]
    assert headers["Content-Encoding"] is None
    [script] = re.findall(rb'src="\.?(/static/js/index[^"]+\.js)"', body)
    status, headers, sent = front.get(script.decode(), **{"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Encoding"] == "gzip"
    assert len(sent) * 2 < len(gzip.decompress(sent))


def test_plain_http_is_sent_to_tls_and_figures_of_the_server_are_shut(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.plain)
    connection.request("GET", "/users?days=7", headers={"Host": NAME})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{NAME}/users?days=7"
    assert front.get("/_stcore/metrics")[0] == 404


@pytest.mark.parametrize(
    ("host", "origin"),
    [("evil.example", "https://evil.example"), (NAME, "https://evil.example")],
)
def test_other_names_and_origins_get_no_session(front: Front, host: str, origin: str) -> None:
    upgrade = {
        "Host": host,
        "Origin": origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert front.get("/_stcore/stream", **upgrade)[0] in (400, 403)


@pytest.mark.parametrize("host", ["$host", "127.0.0.1"])
def test_without_a_login_the_app_stays_shut_behind_the_proxy(tmp_path: Path, host: str) -> None:
    """Even where the proxy was told to call it by a name of this machine."""
    app, tls, plain = free_port(), free_port(), free_port()
    settings = tmp_path / "secrets.toml"
    settings.touch(mode=0o600)
    own = {
        "JIRA_USAGE_SETTINGS": str(settings),
        "STREAMLIT_SECRETS_FILES": str(settings),
        "STREAMLIT_BROWSER_SERVER_ADDRESS": NAME,
        "STREAMLIT_BROWSER_SERVER_PORT": str(tls),
    }
    if host == "$host":
        own["STREAMLIT_SERVER_ALLOWED_HOSTS"] = NAME
    with ExitStack() as stack:
        stack.enter_context(running_server(tmp_path, app, **own))
        stack.enter_context(nginx(tmp_path, app, tls, plain, host))
        playwright = stack.enter_context(sync_playwright())
        arguments = [one for one in ARGUMENTS if "resolver" not in one]
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*arguments, RULES, "--ignore-certificate-errors"]
        )
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(f"https://{NAME}:{tls}/connect")
        page.get_by_role("heading", name="This app is not open").wait_for(timeout=60_000)
        assert page.get_by_role("button", name="Explore the demo site").count() == 0
        browser.close()
