"""What else can go wrong? Traps, each by name, hooked into the server in three places."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from jira_usage.demo.faults import CONDITIONS, FAULTS, LIMITED, MINUTE_S, V3, Fault, fault
from jira_usage.demo.faults import condition as lasting
from jira_usage.demo.twists import TWISTS, Memory, plain

EVERY = 5
"""Of the requests to one path, each fifth (the 2nd, 7th, …) meets a fault; a retry succeeds."""
EMPTY_PAGES = 15
FOR_EVER = 1_000_000

PAGES = {
    "repeated_token": "The second page of a crawl names its own token as the next one, once.",
    "token_expires": "A token in the middle of a crawl is refused with 400, once per path.",
    "empty_page": "An empty page with a token stands between two pages, once per path.",
    "many_empty_pages": "Fifteen empty pages with tokens stand before the first, once per path.",
    "duplicate_histories": "Histories come twice: at page edges, and within a page.",
    "short_pages": "Search pages and pages of users hold fewer rows than asked for.",
    "overlapping_pages": "Pages of users begin with the last row of the one before.",
}
LASTING = {
    "token_always_repeated": "Every page of a crawl names its own token as the next one.",
    "tokens_refused": "Every page token is refused with 400.",
    "empty_for_ever": "Only empty pages follow the first page, each with a token.",
    "rate_limit_minute": "For a minute search/jql answers 429 with Retry-After: 1.",
    "crowded_second": "All that the feeds of work logs tell of happened within one second.",
    "crowded_instant": "All that the feeds of work logs tell of happened at one instant.",
    "stuck_feed": "The feeds of work logs always say that they go until where they began.",
}
STATES = {
    "index_lag": "The search index is four minutes late.",
    "skewed_clock": "The site's clock is seven minutes ahead of this machine's.",
    "drift": "Each request moves the site's clock on by 45 seconds: it changes while being read.",
    "bulkfetch_cap_1000": "changelog/bulkfetch refuses maxResults over 1000 with 400.",
    "colon_offsets": "Timestamps carry +02:00 instead of +0200.",
    "z_offsets": "Timestamps are UTC and end in Z.",
    "iso_bulkfetch": "changelog/bulkfetch sends created as text, not as epoch milliseconds.",
    "newest_comments": TWISTS["newest_comments"].sentence,
}
TRAPS = (
    FAULTS
    | PAGES
    | STATES
    | LASTING
    | {name: twist.sentence for name, twist in TWISTS.items()}
    | {name: told.sentence for name, told in CONDITIONS.items()}
)
GROUPS = {
    "hostile": "Every fault and every odd page, on a site that changes while it is being read.",
    "all": "The same, and every state of a site that can be beside the others.",
}
_NOT_TOGETHER = {"z_offsets"}  # beside colon_offsets
_WITH_EVERY_ANSWER = frozenset({"skewed_clock", "drift", "colon_offsets", "z_offsets"})


def available() -> dict[str, str]:
    """Names and one sentence each, groups included."""
    return TRAPS | GROUPS


class Chosen(frozenset[str]):
    """The names of the traps of one site, and how often each has been sprung."""

    sprung: Counter[str]

    def __new__(cls, names: Iterable[str] = ()) -> Chosen:
        made = super().__new__(cls, names)
        made.sprung = Counter()
        return made

    def springs(self, name: str, when: bool = True) -> bool:
        """Whether that trap is set; whoever asks springs it, if it can be sprung now."""
        if name not in self:
            return False
        self.sprung[name] += when
        return True


def chosen(names: str | Iterable[str]) -> Chosen:
    """The traps that a choice of names means; an unknown name is a ValueError."""
    wanted = {names} if isinstance(names, str) else set(names)
    unknown = wanted - TRAPS.keys() - GROUPS.keys()
    if unknown:
        raise ValueError(f"unknown traps: {', '.join(sorted(unknown))}")
    if "all" in wanted:
        wanted |= STATES.keys() - _NOT_TOGETHER
    if wanted & GROUPS.keys():
        wanted |= FAULTS.keys() | PAGES.keys() | {"drift"}
    return Chosen(wanted & TRAPS.keys())


class Traps:
    """The traps of one site, and how often each path has been asked."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names if isinstance(names, Chosen) else Chosen(names)
        self.clock = time.monotonic
        self._faults = [name for name in FAULTS if name in names]
        self._twists = {name: TWISTS[name] for name in TWISTS if name in names}
        self._memory: dict[str, Memory] = {name: set() for name in self._twists}
        self._asked: Counter[str] = Counter()
        self._fired: Counter[tuple[str, str]] = Counter()
        self._limited_since: float | None = None

    # -- first hook: before the endpoint

    def fault(
        self, path: str, template: str, now_ms: int, *, anonymous_capable: bool
    ) -> Fault | None:
        """The fault that this request meets, or what lasts; now_ms is the site's clock."""
        found = lasting(self.names, template) or self._limit(template)
        found = found or self._passing(path, now_ms, anonymous_capable=anonymous_capable)
        if found is not None:
            self.names.springs(found.name)
        return found

    def _limit(self, template: str) -> Fault | None:
        if "rate_limit_minute" not in self.names or template != f"{V3}/search/jql":
            return None
        if self._limited_since is None:
            self._limited_since = self.clock()
        if self.clock() - self._limited_since >= MINUTE_S:
            return None
        return Fault("rate_limit_minute", LIMITED.status, LIMITED.body, LIMITED.headers)

    def _passing(self, path: str, now_ms: int, *, anonymous_capable: bool) -> Fault | None:
        if not self._faults:
            return None
        self._asked[path] += 1
        turn, place = divmod(self._asked[path] - 2, EVERY)
        if place != 0:
            return None
        # Paths that are asked once or twice meet different faults, not all the first one.
        name = self._faults[(turn + sum(map(ord, path))) % len(self._faults)]
        if name == "anonymous_200" and not anonymous_capable:
            return None
        return fault(name, now_ms)

    def refuses_token(self, path: str, token: Any) -> bool:
        if token and self.names.springs("tokens_refused"):
            return True
        return bool(token) and self._once("token_expires", path)

    def _once(self, trap: str, path: str) -> bool:
        if trap not in self.names or self._fired[trap, path]:
            return False
        self._fired[trap, path] += 1
        return self.names.springs(trap)

    # -- second hook: the document of a page

    def page(self, path: str, token: Any, document: Any) -> Any:
        """The document with the token that the client gets."""
        left = empty_pages_left(token)
        if left > 0:
            # The page is not lost: the tokens lead to it, see the server.
            return _emptied(document, left - 1)
        if not isinstance(document, dict) or not document.get("nextPageToken"):
            return document
        if not token:
            if self.names.springs("empty_for_ever"):
                return document | {"nextPageToken": f"~{FOR_EVER}"}
            if self._once("empty_page", path):
                return _emptied(document, 0)
            if self._once("many_empty_pages", path):
                return _emptied(document, EMPTY_PAGES - 1)
            return document
        if left < 0 and self._once("repeated_token", path):
            return document | {"nextPageToken": token}
        if self.names.springs("token_always_repeated"):
            return document | {"nextPageToken": token}
        return document

    def twisted(self, template: str, document: Any) -> Any:
        """The document with everything odd about it."""
        for name in _WITH_EVERY_ANSWER & self.names:
            self.names.springs(name)
        path = template.removeprefix(V3)
        here = {n: t for n, t in self._twists.items() if not t.paths or path in t.paths}
        if not here:
            return document
        document = plain(document)
        for name, twist in here.items():
            self.names.springs(name, twist.turn(document, self._memory[name]))
        return document


def _emptied(document: Any, left: int) -> Any:
    rows = "issues" if "issues" in document else "issueChangeLogs"
    return document | {rows: [], "nextPageToken": f"~{left}"}


def empty_pages_left(token: Any) -> int:
    """How many empty pages that token still puts before the first page; -1 for a real token."""
    return int(token[1:]) if isinstance(token, str) and token.startswith("~") else -1
