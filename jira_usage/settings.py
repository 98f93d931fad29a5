"""The settings file of a server: its own connection, who may come in, its schedule, its alerts.

It is TOML, in sections, and Streamlit's own secrets file, so that the login's keys are in
the same place. It is read anew each time: who is taken off a list is out at once.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jira_usage.errors import InvalidInput

USUAL_PLACE: Final = Path(__file__).parents[1] / ".streamlit" / "secrets.toml"
CONNECTION: Final = {
    "site": "JIRA_SITE",
    "email": "JIRA_EMAIL",
    "api_token": "JIRA_API_TOKEN",
}


def place(environment: Mapping[str, str]) -> Path:
    """Where the settings file is looked for."""
    told = environment.get("JIRA_USAGE_SETTINGS", "").strip()
    return Path(told).expanduser() if told else USUAL_PLACE


def sections(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """What the settings file says; nothing where there is none.

    InvalidInput where it can't be read, is not TOML, or where others may read it: it may
    hold a token. The message repeats nothing of what is in it.
    """
    path = place(environment)
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if hasattr(os, "getuid") and (
                stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in (os.getuid(), 0)
            ):
                raise InvalidInput(
                    f"{path} may be read or changed by others, and it holds secrets.",
                    "Make it yours alone: chmod 600, owned by the user who runs the app.",
                )
            return _parsed(file.read())
    except FileNotFoundError:
        if environment.get("JIRA_USAGE_SETTINGS", "").strip():
            raise InvalidInput(
                f"{path} is not there, and JIRA_USAGE_SETTINGS names it.",
                "Put it there, or unset JIRA_USAGE_SETTINGS.",
            ) from None
        return {}
    except OSError as error:
        raise InvalidInput(
            f"{path} can't be read ({error.strerror}).",
            "It must belong to the user who runs the app, with mode 600.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InvalidInput(
            f"{path} is not valid TOML.", "Compare it with the example beside it."
        ) from None


def changed_at(environment: Mapping[str, str]) -> int:
    """When the settings file was last written, in epoch ms; 0 where there is none."""
    try:
        return place(environment).stat().st_mtime_ns // 1_000_000
    except OSError:
        return 0


# What was read last, by its digest: a page asks many times, and TOML takes a millisecond.
_last: list[tuple[bytes, Mapping[str, Any]]] = []


def _parsed(content: bytes) -> Mapping[str, Any]:
    digest = sha256(content).digest()
    for known, told in _last[:1]:
        if known == digest:
            return told
    fresh = tomllib.loads(content.decode())
    _last[:] = [(digest, fresh)]
    return fresh


def section(
    told: Mapping[str, Any], name: str, kinds: Mapping[str, type | tuple[type, ...]]
) -> Mapping[str, Any]:
    """A section whose keys and kinds of values are known; InvalidInput for anything else."""
    found = told.get(name, {})
    if not isinstance(found, Mapping):
        raise InvalidInput(f"{name} is no section of the settings.", f"Write it as [{name}].")
    for key, value in found.items():
        if key not in kinds:
            raise InvalidInput(
                f"[{name}] does not know “{key[:40]}”.", f"It knows {', '.join(kinds)}."
            )
        # A bool is an int to Python, and never what a number was meant to be.
        is_bool = isinstance(value, bool)
        if not isinstance(value, kinds[key]) or (is_bool and kinds[key] is not bool):
            raise InvalidInput(f"“{key}” in [{name}] has the wrong kind of value.")
    return found


def environment(given: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, with the connection of [jira] where it names none of its own.

    It is taken whole or not at all: a token never meets another file's site.
    """
    if any(given.get(name, "").strip() for name in CONNECTION.values()):
        return given
    told = section(sections(given), "jira", dict.fromkeys(CONNECTION, str))
    return {**given, **{CONNECTION[key]: value for key, value in told.items()}}
