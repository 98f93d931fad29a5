"""Which part of a site is shown, and whether its people have names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from jira_usage.errors import InvalidInput

Part = Literal["site", "products", "projects", "groups"]
People = Literal["names", "pseudonyms", "none"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
PEOPLE: Final[tuple[People, ...]] = get_args(People)
MOST_KEYS = 100
FEWEST = 5
"""A group of fewer people than this is not told apart where people have no names."""


@dataclass(frozen=True)
class Scope:
    """A part of a site: everything, or what belongs to some products, projects or groups.

    `keys` are product keys, project keys or group ids; `people` says how people appear.
    """

    part: Part = "site"
    keys: tuple[str, ...] = ()
    people: People = "names"

    def __post_init__(self) -> None:
        if self.part not in PARTS or self.people not in PEOPLE:
            raise InvalidInput("There is no such part of a site.", "Choose one of the list.")
        if (self.part == "site") == bool(self.keys):
            raise InvalidInput("Nothing is chosen to be shown.", f"Choose one or more {self.part}.")
        if len(self.keys) > MOST_KEYS:
            raise InvalidInput(f"Too many {self.part} are chosen.", f"Choose up to {MOST_KEYS}.")
