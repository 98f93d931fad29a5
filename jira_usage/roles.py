"""Who may see what on a team's server: administrators, viewers, and nobody else.

The lists are in the section [access] of the settings. Whoever is on neither list is denied,
and so is everybody whose email the identity provider has not verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from jira_usage.errors import InvalidInput
from jira_usage.scope import PEOPLE, People
from jira_usage.settings import section

HOURS, LONGEST_HOURS = 12, 24 * 30
CLOCKS_DIFFER_S: Final = 300
LONGEST_PURPOSE = 500
_DOMAIN = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_EMAIL = re.compile(rf"[^@\s\"<>,;*]+@({_DOMAIN})")
_ENTRY = re.compile(rf"[^@\s\"<>,;*]*@{_DOMAIN}")
KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "administrators": list,
    "viewers": list,
    "hours": (int, float),
    "purpose": str,
    "viewers_see": str,
}


class Standing(Enum):
    """What somebody may do here, or why nothing."""

    ADMINISTRATOR = "administrator"
    VIEWER = "viewer"
    LOGGED_OUT = "logged out"
    TOO_OLD = "logged in too long ago"
    UNVERIFIED = "no verified email"
    NOT_LISTED = "not on a list"

    @property
    def admitted(self) -> bool:
        return self in (Standing.ADMINISTRATOR, Standing.VIEWER)


@dataclass(frozen=True)
class Access:
    """Who is let in. An entry is an email address, or @ and a domain for everybody of it.

    A login counts for so many `hours`. `purpose` says what the data is used for. Where
    `viewers_see` no names, viewers see one report of the site, and no other page.
    """

    administrators: frozenset[str] = frozenset()
    viewers: frozenset[str] = frozenset()
    hours: float = HOURS
    purpose: str = ""
    viewers_see: People = "names"

    @classmethod
    def parse(cls, settings: Mapping[str, Any]) -> Access:
        """The section [access]; without it nobody is let in. InvalidInput for a mistake."""
        told = section(settings, "access", KINDS)
        hours = told.get("hours", HOURS)
        if not 0 < hours <= LONGEST_HOURS:
            raise InvalidInput(f"“hours” in [access] is more than 0, up to {LONGEST_HOURS}.")
        see = told.get("viewers_see", "names")
        if see not in PEOPLE:
            raise InvalidInput(f"“viewers_see” in [access] is one of {', '.join(PEOPLE)}.")
        return cls(
            _entries("administrators", told.get("administrators", [])),
            _entries("viewers", told.get("viewers", [])),
            hours,
            " ".join(str(told.get("purpose", "")).split())[:LONGEST_PURPOSE],
            see,
        )

    def standing(self, claims: Mapping[str, Any], now_s: float) -> Standing:
        """What a person may do of whom the identity provider claims this, at this instant."""
        if claims.get("is_logged_in") is not True:
            return Standing.LOGGED_OUT
        issued = claims.get("iat")
        if isinstance(issued, bool) or not isinstance(issued, int | float):
            return Standing.TOO_OLD
        if not -CLOCKS_DIFFER_S <= now_s - issued <= self.hours * 3600:
            return Standing.TOO_OLD
        if claims.get("email_verified") is not True:
            return Standing.UNVERIFIED
        names = _names(claims.get("email"))
        if names & self.administrators:
            return Standing.ADMINISTRATOR
        return Standing.VIEWER if names & self.viewers else Standing.NOT_LISTED


def _names(email: object) -> set[str]:
    """The entries that would name an address: itself, and its domain.

    Plain ASCII only: other letters may look like one of the list, or become it in lower case.
    """
    if not isinstance(email, str) or not email.isascii():
        return set()
    found = _EMAIL.fullmatch(email.lower())
    return {found.group(0), f"@{found.group(1)}"} if found else set()


def _entries(name: str, told: Iterable[object]) -> frozenset[str]:
    entries = set()
    for one in told:
        entry = one.strip().lower() if isinstance(one, str) else ""
        if not (entry.isascii() and _ENTRY.fullmatch(entry)):
            raise InvalidInput(
                f"An entry of “{name}” in [access] is no address.",
                "Write ada@acme.example, or @acme.example for everybody of a domain.",
            )
        entries.add(entry)
    return frozenset(entries)
