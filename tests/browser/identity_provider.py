"""A tiny OpenID Connect provider: it logs everybody in as whom the test says, without asking."""

from __future__ import annotations

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "jira-usage"


def a_secret() -> str:
    return secrets.token_hex(16)


@dataclass
class IdentityProvider:
    """Runs on a free port of this machine. `person` is who logs in next."""

    person: dict[str, Any] = field(default_factory=dict)
    client_secret: str = field(default_factory=a_secret)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    logins: int = 0

    def __enter__(self) -> IdentityProvider:
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next, with a code for the app."""
        code = secrets.token_urlsafe(16)
        self.logins += 1
        self.codes[code] = {**self.person, "nonce": asked.get("nonce", ""), "iat": int(time.time())}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, code: str) -> dict[str, Any]:
        told = {"iss": self.url, "aud": CLIENT_ID, "sub": "1", **self.codes.pop(code)}
        told["exp"] = told["iat"] + 3600
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, told, self.key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[IdentityProvider]

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        if place.path == "/.well-known/openid-configuration":
            self._tell(self.provider.metadata)
        elif place.path == "/keys":
            self._tell({"keys": [self.provider.key.as_dict(private=False)]})
        elif place.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(place.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(asked))
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        pair = f"{CLIENT_ID}:{self.provider.client_secret}".encode()
        known = f"Basic {urlsafe_b64encode(pair).decode()}"
        code = sent.get("code", [""])[0]
        if self.headers.get("Authorization") != known or code not in self.provider.codes:
            self.send_error(401)
        else:
            self._tell(self.provider.token(code))

    def _tell(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
