"""What must be known of a peer to run it and to read what it wrote?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..judge import Told
from ..site_process import Address
from ..told import Records

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Visit:
    """One extraction: from where, since when, by which interpreter, into which folder.

    `groups` are those that give access: some clients can't find that out by themselves.
    """

    address: Address
    since: datetime
    groups: Sequence[str]
    python: Path
    folder: Path

    @property
    def output(self) -> Path:
        return self.folder / "output"


@dataclass(frozen=True)
class Command:
    """What is run and measured."""

    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Peer:
    """A client. `how`: in one line, how it is used; `prepare` may do what is done but once.

    `requirements` is the file of its pins, None for this project's own interpreter.
    """

    name: str
    how: str
    requirements: Path | None
    prepare: Callable[[Visit], Command]
    told: Callable[[Visit], Told]
    tls: bool = False

    @property
    def own_interpreter(self) -> Path:
        return Path(sys.executable)


def script(visit: Visit, name: str, *words: str) -> Command:
    """A script of ours that uses the peer's library, run by the peer's own interpreter."""
    environment = {
        "BENCH_URL": visit.address.url,
        "BENCH_EMAIL": visit.address.email,
        "BENCH_TOKEN": visit.address.token,
        "BENCH_SINCE_MS": str(round(visit.since.timestamp() * 1000)),
        "BENCH_GROUPS": json.dumps(list(visit.groups)),
    }
    path = HERE / "scripts" / name
    return Command([str(visit.python), "-I", str(path), *words], environment)


def records(visit: Visit) -> Records:
    """What such a script wrote: a JSON line [what, issue id, documents] for each answer."""
    told = Records()
    with visit.output.open("rb") as lines:
        for line in lines:
            what, issue_id, documents = json.loads(line)
            if what == "histories":
                told.add_histories(issue_id, documents)
            elif what == "comments":
                told.add_comments(documents)
            elif what == "worklogs":
                told.add_worklogs(documents)
            else:
                told.people |= {str(person["accountId"]) for person in documents}
    return told
