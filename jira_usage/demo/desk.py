"""What may the caller see, and when is it? Clock, permissions and the search index of a site."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from jira_usage.demo.answers import Answers
from jira_usage.demo.chance import Column, mix
from jira_usage.demo.company import Group
from jira_usage.demo.habits import Habits
from jira_usage.demo.times import Stamps, to_ms
from jira_usage.demo.traps import Chosen
from jira_usage.demo.workdays import HOUR
from jira_usage.demo.world import World

SITE_ZONE = ZoneInfo("Europe/Berlin")
CALLER_ZONE = ZoneInfo("America/New_York")
LAG_MS = 4 * 60_000
SKEW_MS = 7 * 60_000
DRIFT_MS = 45_000
NOT_ADMIN = "You do not have permission to perform this operation. Administer Jira is required."
LOGIN = "You are not authenticated. Authentication required to perform this operation."


class Refusal(Exception):
    """An answer that is an error, in Jira's shape."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.document = {"errorMessages": list(messages), "errors": errors or {}}


@dataclass
class Ask:
    """One request, as an endpoint sees it."""

    method: str
    template: str
    path: dict[str, str]
    query: dict[str, list[str]]
    body: dict[str, Any]
    anonymous: bool

    def text(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def many(self, name: str) -> list[str]:
        """Values of a parameter that may be repeated or separated by commas."""
        return [v for text in self.query.get(name, []) for v in text.split(",") if v]

    def number(self, name: str, default: int) -> int:
        text = self.text(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise Refusal(400, f"The value '{text}' of '{name}' is not a number.") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def body_number(self, name: str, default: int) -> int:
        value = self.body.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refusal(400, "Invalid request payload. Refer to the REST API documentation.")
        return value

    def body_list(self, name: str) -> list[Any]:
        value = self.body.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Refusal(400, "Invalid request payload. Refer to the REST API documentation.")
        return value


@dataclass(frozen=True)
class Route:
    """An endpoint; anonymous ones answer 200 to a wrong token, with empty data."""

    method: str
    template: str
    handler: Callable[[Desk, Ask], Any]
    anonymous: bool


ROUTES: list[Route] = []
Handler = Callable[["Desk", Ask], Any]


def endpoint(
    method: str, template: str, *, anonymous: bool = False
) -> Callable[[Handler], Handler]:
    """Register an endpoint under /rest/api/3."""

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, "/rest/api/3" + template, handler, anonymous))
        return handler

    return register


@dataclass
class Desk:
    """Everything that endpoints work with."""

    world: World
    base: str
    cloud_id: str
    traps: Chosen
    fixed_now: int | None
    habits: Habits = field(default_factory=Habits)
    denied: set[str] = field(default_factory=set)
    revoked: bool = False
    moved_ms: int = 0

    def __post_init__(self) -> None:
        shape = "colon" if "colon_offsets" in self.traps else "jira"
        shape = "z" if "z_offsets" in self.traps else shape
        self.stamp = Stamps(SITE_ZONE, shape)
        self.answers = Answers(
            self.world,
            self.base,
            self.stamp,
            newest_first="newest_comments" in self.traps,
            embedded=self.habits.embedded,
        )
        self._masks: dict[Any, Any] = {}
        self._big: dict[Any, Any] = {}
        self._masks_of: Any = None

    def be_at(self, base: str) -> None:
        """Take an address; links in answers begin with it."""
        self.base = self.answers.base = base

    # -- the clock

    def clock(self) -> int:
        """The site's own time, in epoch milliseconds."""
        start = self.fixed_now if self.fixed_now is not None else int(time.time() * 1000)
        skew = SKEW_MS if "skewed_clock" in self.traps else 0
        return start + self.moved_ms + skew

    def tick(self) -> None:
        """Let the world catch up with the clock."""
        self.world.move(self.clock())

    # -- permissions

    def may_browse_users(self, ask: Ask) -> bool:
        return not ask.anonymous and "BROWSE_USERS" not in self.denied

    def may_administer(self, ask: Ask) -> bool:
        return not ask.anonymous and "ADMINISTER" not in self.denied

    def may_browse_project(self, ask: Ask, index: int) -> bool:
        project = self.world.company.projects[index]
        return (
            not ask.anonymous
            and not project.archived
            and (f"PROJECT:{project.key}" not in self.denied)
        )

    def readable(self, ask: Ask | None = None) -> Column:
        """A mask of the issues that the caller sees."""
        if ask is not None and ask.anonymous:
            return np.zeros(len(self.world.issues), dtype=bool)

        def make() -> Column:
            hidden = [
                i
                for i, p in enumerate(self.world.company.projects)
                if f"PROJECT:{p.key}" in self.denied
            ]
            if not hidden:
                whole: Column = self.world.readable
                return whole
            shown: Column = self.world.readable & ~np.isin(self.world.project, hidden)
            return shown

        mask: Column = self.kept("readable", make)
        return mask

    def issue_row(self, ask: Ask, text: str) -> int | None:
        """The row of a readable issue by id or key."""
        row = self.world.row_of_id(int(text)) if text.isdigit() else self.world.row_of_key(text)
        return row if row is not None and self.readable(ask)[row] else None

    def issue_or_404(self, ask: Ask) -> int:
        row = self.issue_row(ask, ask.path["issueIdOrKey"])
        if row is None:
            raise Refusal(404, "Issue does not exist or you do not have permission to see it.")
        return row

    # -- things worth keeping until the world moves on

    def kept(self, name: Any, make: Callable[[], Any], *, few: bool = False) -> Any:
        """Compute once per state of the world, the hour and the permissions; few: it is big."""
        world = self.world
        state = (world.version, world.now // HOUR, frozenset(self.denied), id(world.company))
        if state != self._masks_of:
            self._masks_of, self._masks, self._big = state, {}, {}
        shelf = self._big if few else self._masks
        if name not in shelf:
            if len(shelf) >= (6 if few else 4000):
                shelf.pop(next(iter(shelf)))
            shelf[name] = make()
        return shelf[name]

    def search_updated(self) -> Column:
        """issue.updated as the search index knows it."""
        if "index_lag" not in self.traps:
            return self.world.updated
        lagging: Column = self.kept(
            ("lag", self.world.now),
            lambda: self.world.updated_as_of(self.world.now - LAG_MS),
            few=True,
        )
        return lagging

    def indexed(self, ask: Ask) -> Column:
        """A mask of readable issues that the search index knows."""
        readable = self.readable(ask)
        if "index_lag" in self.traps:
            return readable & (self.world.issues.created <= self.world.now - LAG_MS)
        return readable

    def member_rows(self, group: Group, *, inactive: bool) -> Column:
        """Members of a group in the order of a hidden user name."""

        def make() -> Column:
            company, now = self.world.company, self.world.now
            mask = company.members(group, now)
            if not inactive:
                mask &= company.active(now)
            rows = np.flatnonzero(mask)
            order = mix(company.seed, 97, company.people.luck[rows]).argsort(kind="stable")
            return rows[order]

        rows: Column = self.kept(("members", group.group_id, inactive), make)
        return rows


def start_ms(now: datetime | None) -> int | None:
    """The instant a fixed clock starts at."""
    return None if now is None else to_ms(now)


def as_ms(step: timedelta) -> int:
    return step // timedelta(milliseconds=1)


def need_admin(desk: Desk, ask: Ask) -> None:
    """A refusal, unless the caller administers Jira."""
    if not desk.may_administer(ask):
        raise Refusal(403, NOT_ADMIN)
