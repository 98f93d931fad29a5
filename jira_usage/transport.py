"""One HTTP session to one site: auth, time-outs, pacing, retries, and proof that Jira answered.

Only reading requests can be sent. Nothing here knows what an answer means.
"""

from __future__ import annotations

import random
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote, urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import ReadTimeout
from urllib3.exceptions import DecodeError, HTTPError

from jira_usage import __version__
from jira_usage.connection import is_loopback
from jira_usage.errors import (
    KEPT,
    AuthenticationFailed,
    RateLimited,
    SyncCancelled,
)
from jira_usage.judging import TOKEN_HINT, Limited, Temporary, damaged, judge, unreachable
from jira_usage.pace import Lane, Patience
from jira_usage.slim import decoded

READING_POSTS = frozenset(
    {
        "search/jql",
        "issue/bulkfetch",
        "changelog/bulkfetch",
        "worklog/list",
        "comment/list",
    }
)
# A wait as short as this is no reason to let others go before.
SHORT_WAIT = 0.05
# A page of 10,000 histories is about a hundredth of this.
MOST_BYTES = 1 << 30

JSON_BODY = {"Content-Type": "application/json"}

Json = Any
T = TypeVar("T")


class Transport:
    """Sends requests to one base address, and to nothing else.

    `cancel` stops any request or wait within a moment. Safe to share between threads.
    """

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str] | None,
        *,
        patience: Patience | None = None,
        cancel: threading.Event | None = None,
        connections: int = 8,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.requests_sent: Counter[str] = Counter()
        self.answered_as: str | None = None
        self._is_jira = False
        self.identity_suspect = False
        self._account_id = ""
        self._patience = patience or Patience()
        self._cancel = cancel or threading.Event()
        self.places: Places = _Unlimited()
        self._lanes: dict[str, Lane] = {}
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.auth = auth or _Anonymous()
        self._signs_in = auth is not None
        # A proxy of the network's is used, but never for this machine, and never a .netrc.
        self._session.trust_env = not is_loopback(urlsplit(self.base_url).hostname or "")
        self._session.headers.update(
            {"Accept": "application/json", "User-Agent": f"jira_usage/{__version__}"}
        )
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # Proxies and certificates: asked for each request, they cost more than the request.
        network = self._session.merge_environment_settings(self.base_url, {}, True, None, None)
        self._network: Mapping[str, Any] = {**network}

    def __repr__(self) -> str:
        return f"Transport({self.base_url})"

    def close(self) -> None:
        self._session.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str | int | list[str]] | None = None,
        decode: Callable[[bytes], Json] = orjson.loads,
        **names: str,
    ) -> Json:
        """What a GET answers, decoded; `names` fill the braces of `path`.

        `decode` raises ValueError for what is damaged, which is then asked for again.
        """
        return self._ask("GET", path, names, params=params, decode=decode)

    def post(
        self, path: str, body: Mapping[str, Json], decode: Callable[[bytes], T] = orjson.loads
    ) -> T:
        """What a reading POST answers, decoded. A POST that could write is refused here."""
        if path.removeprefix("/rest/api/3/") not in READING_POSTS:
            raise ValueError(f"POST {path} is not one of the reading requests")
        answer: T = self._ask("POST", path, {}, body=orjson.dumps(body), decode=decode)
        return answer

    def _ask(
        self,
        method: str,
        path: str,
        names: Mapping[str, str],
        params: Mapping[str, str | int | list[str]] | None = None,
        body: bytes | None = None,
        decode: Callable[[bytes], Json] = orjson.loads,
    ) -> Json:
        url = self.base_url + path.format(**{k: quote(v, safe="") for k, v in names.items()})
        lane_name = f"{method} {path}"
        patience, failures, limits, waited = self._patience, 0, 0, 0.0
        while True:
            waited += self._wait_for_turn(lane_name)
            try:
                answer = self._send(method, url, params, body, lane_name, decode)
            except Temporary as trouble:
                failures += 1
                error, pause = trouble.error, max(self._backoff(failures), trouble.wait)
                if failures >= patience.attempts or waited + pause > patience.longest_wait:
                    raise error from None
                waited += self._pause(pause)
            except Limited as limit:
                limits += 1
                with self._lock:
                    lane, now = self._lanes[lane_name], time.monotonic()
                    # What is asked for is a minimum: a limit that stays is asked ever more seldom.
                    again = lane.limits_in_a_row(now) + (0 if limit.wait else 2)
                    pause = max(limit.wait, self._backoff(again))
                    lane.limited(now, pause)
                if limits >= patience.rate_limit_attempts or waited + pause > patience.longest_wait:
                    raise RateLimited(
                        f"Jira limits how often it may be asked: wait {_in_words(pause)}.",
                        "Try again after that. Other tools on the same site share the limit.",
                    ) from None
            else:
                with self._lock:
                    self._lanes[lane_name].answered()
                return answer

    def _backoff(self, attempt: int) -> float:
        backoff = self._patience.first_backoff * 2 ** (attempt - 1)
        return float(min(backoff, self._patience.longest_backoff) * random.uniform(0.7, 1.3))

    def _wait_for_turn(self, lane_name: str) -> float:
        """Waits for this request's place in the lane; returns the seconds that took.

        A limit that is met meanwhile makes the place void.
        """
        waited = 0.0
        while True:
            self._stop_if_cancelled()
            with self._lock:
                now = time.monotonic()
                lane = self._lanes.setdefault(lane_name, Lane())
                place = lane.reserve(now)
            if place > now:
                waited += self._pause(place - now)
            with self._lock:
                if place >= lane.resume_at:
                    return waited

    def _pause(self, seconds: float) -> float:
        """Waits, unless cancelled, and returns the seconds."""
        if seconds > SHORT_WAIT:
            self.places.stand_aside()
        self._cancel.wait(seconds)
        self._stop_if_cancelled()
        return seconds

    def _stop_if_cancelled(self) -> None:
        if self._cancel.is_set():
            raise SyncCancelled("The sync was cancelled.", KEPT)

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str | int | list[str]] | None,
        body: bytes | None,
        lane_name: str,
        decode: Callable[[bytes], Json],
    ) -> Json:
        self.requests_sent[lane_name] += 1
        patience, session = self._patience, self._session
        headers = {**session.headers, **({} if body is None else JSON_BODY)}
        request = requests.PreparedRequest()
        try:
            request.prepare(method, url, headers, data=body, params=params, auth=session.auth)
            with (
                self.places.asking(),
                # The session itself would read the whole body of a redirect, whatever it is.
                session.get_adapter(url).send(
                    request,
                    timeout=(patience.connect_timeout, patience.read_timeout),
                    **self._network,
                ) as response,
            ):
                sent_on = 300 <= response.status_code < 400
                body = b"" if sent_on else self._read(response)
        except DecodeError:
            raise Temporary(damaged()) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Temporary(unreachable(self.base_url, error)) from None
        try:
            content = _unzipped(body) if _is_zipped(response) else body
        except zlib.error:
            if response.ok:
                raise Temporary(damaged()) from None
            content = b""  # a refusal is one, whatever became of its words
        told = {"signs_in": self._signs_in, "is_jira": self._is_jira}
        judge(response.status_code, response.headers, content, **told)
        self._check_identity(response.headers.get("X-AAccountId"))
        try:
            return decoded(content, decode)
        except ValueError:
            raise Temporary(damaged()) from None

    def _read(self, response: requests.Response) -> bytes:
        """The whole body; a slow drip ends at `longest_answer`, a cancel at the next piece.

        What is zipped stays so: whole, it is unzipped without keeping other threads waiting.
        """
        deadline = time.monotonic() + self._patience.longest_answer
        zipped, body = _is_zipped(response), bytearray()
        while piece := response.raw.read1(1 << 20, decode_content=not zipped):
            body += piece
            self._stop_if_cancelled()
            if len(body) > MOST_BYTES:
                raise DecodeError("too much")
            if time.monotonic() > deadline:
                raise ReadTimeout("the answer is too slow")
        return cast(bytes, body)  # which a copy of many megabytes would not be better for

    def expect_account(self, account_id: str) -> None:
        """From now on each answer must be for this account, if the site says whom it answers.

        The site has shown to be Jira: one path that is missing is no other site.
        """
        self._is_jira = True
        if self.answered_as == account_id:
            self._account_id = account_id

    def trust_unnamed_answers(self) -> None:
        """This site does not always name the account it answers: stop asking for it."""
        self._account_id, self.identity_suspect = "", False

    def _check_identity(self, answered_as: str | None) -> None:
        """Each answer must be for the account of /myself: a 200 may be for nobody.

        Jira names the account in X-AAccountId. An answer without it is only a
        suspicion, which `identity_suspect` keeps for the caller to clear up.
        """
        self.answered_as = answered_as
        if not self._account_id or answered_as == self._account_id:
            return
        if answered_as is not None:
            raise AuthenticationFailed(
                "Jira answered for another account than the one that connected.", TOKEN_HINT
            )
        self.identity_suspect = True


class Places(Protocol):
    """How many requests are made at once, over all that share it."""

    def asking(self) -> AbstractContextManager[None]:
        """Surrounds a request, and waits for its turn."""

    def stand_aside(self) -> None:
        """Says that nothing is asked for a while."""


class _Unlimited:
    def asking(self) -> AbstractContextManager[None]:
        return nullcontext()

    def stand_aside(self) -> None:
        pass


class _Anonymous(AuthBase):
    """Sends no credentials; without it requests would look for some in a .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _is_zipped(response: requests.Response) -> bool:
    return response.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip")


def _unzipped(body: bytes) -> bytes:
    """What a body of gzip members holds; zlib.error where that is damaged or far too much."""
    parts, left = [], MOST_BYTES
    while body:
        member = zlib.decompressobj(wbits=31)
        parts.append(member.decompress(body, left))
        if not member.eof:
            raise zlib.error("cut, or too much")
        left -= len(parts[-1])
        body = member.unused_data.lstrip(b"\0")
        if body and left <= 0:
            raise zlib.error("too much")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _in_words(seconds: float) -> str:
    if seconds < 90:
        whole = max(1, round(seconds))
        return f"{whole} second{'s' if whole != 1 else ''}"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
