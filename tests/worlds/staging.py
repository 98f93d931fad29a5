"""How does the demo's own server come to show a world?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from jira_usage.demo.acts import (
    EDIT_TEXT,
    EDIT_TIME,
    EDIT_TIME_ALONE,
    EDIT_WITH_ID,
    NAMELESS,
    NO_BUMP,
    NO_FIELD_ID,
    NO_HISTORY,
    NOBODY,
    ON_BEHALF,
    RESTRICTED,
    Kind,
    Life,
)
from jira_usage.demo.company import Company, Group, Identity, People, Product, Project, Role
from jira_usage.demo.habits import Habits
from jira_usage.demo.pen import Pen
from jira_usage.demo.workdays import FAR
from jira_usage.demo.world import Built

from .ledger import Ledger, issue_id, moved_number
from .story import NEVER, World

PRODUCT_NAMES = {
    "jira-software": "Jira",
    "jira-servicedesk": "Jira Service Management",
    "jira-product-discovery": "Jira Product Discovery",
    "jira-core": "Jira Work Management",
}
_KINDS = {"atlassian": 0, "app": 1, "customer": 2}
_MAIL = {"shown": 0, "absent": 1, "null": 2, "empty": 3}
_HOW = {"id": EDIT_WITH_ID, "time": EDIT_TIME, "time alone": EDIT_TIME_ALONE, "text": EDIT_TEXT}


def source(ledger: Ledger) -> Callable[[int], Built]:
    """What the demo asks for at each instant: the site as it is from then on."""
    return lambda now: Built(_company(ledger.world, now), _life(ledger, now), until=0)


def habits(ledger: Ledger) -> Habits:
    """The world's paging, but for what no real site does.

    Jira's pages of feeds hold 1000 entries: all those of one instant fit in, and one more. And
    a page of 1000 users is never empty because all of its accounts were deleted.
    """
    world = ledger.world
    instants: Counter[int] = Counter()
    for row in ledger.worklogs:
        worklog, died = row.worklog, world.issues[row.issue].deleted
        ends = {died, worklog.deleted.at if worklog.deleted else NEVER}
        instants.update({worklog.at, *(edit.at for edit in worklog.edits), *ends})
    at_once = max((n for at, n in instants.items() if at < NEVER), default=0)
    gone = sum(1 for person in world.people if person.deleted < NEVER)
    told = asdict(world.paging)
    told["worklogs"] += at_once
    told["users"] += 2 * gone + 1
    return Habits(**told)


def _far(instant: int) -> int:
    return FAR if instant >= NEVER else int(instant)


def email_of(name: str) -> str:
    return f"{name}@worlds.example"


def group_id_of(name: str) -> str:
    return f"id-of-{name}"


def _company(world: World, now: int) -> Company:
    told, people = world.directory_at(now), world.people
    n = len(people)
    bits = [
        sum(1 << bit for bit, group in enumerate(told.groups) if person.name in group.members)
        for person in people
    ]
    rows = People(
        slot=np.arange(n, dtype=np.int32),
        start=np.array([int(p.joined) for p in people], np.int64),
        end=np.array([_far(p.deactivated) for p in people], np.int64),
        kind=np.array([_KINDS[p.kind] for p in people], np.uint8),
        office=np.zeros(n, np.uint8),
        team=np.full(n, -1, np.int32),
        groups=np.array(bits, np.uint64),
        luck=np.arange(n, dtype=np.uint64) + np.uint64(11),
        mail=np.array([_MAIL[p.email] for p in people], np.uint8),
        dropped=np.array([_far(p.deleted) for p in people], np.int64),
        closed=np.array([_far(p.closed) for p in people], np.int64),
    )
    slots = {person.name: slot for slot, person in enumerate(people)}
    names = sorted({role.name for role in told.roles})
    groups = [
        Group(g.name, group_id_of(g.name), g.access or None, g.products, bit)
        for bit, g in enumerate(told.groups)
    ]
    return Company(
        name="Worlds",
        domain="worlds.example",
        seed=world.seed,
        people=rows,
        groups=groups,
        products=[
            Product(p.key, PRODUCT_NAMES[p.key], p.plan, p.seats, p.unlimited, "")
            for p in told.products
        ],
        projects=[
            Project(
                10_000 + n,
                key,
                key.title(),
                "software",
                tuple(
                    Role(
                        10_100 + names.index(role.name),
                        role.name,
                        role.groups,
                        tuple(slots[name] for name in role.people),
                    )
                    for role in told.roles
                    if role.project == key
                ),
                0,
                10,
                archived=key in told.archived,
            )
            for n, key in enumerate(world.projects)
        ],
        admin=0,
        former=[],
        stand_in=0,
        special={slots[p.name]: Identity(p.name, p.name.title(), email_of(p.name)) for p in people},
    )


def _life(ledger: Ledger, now: int) -> Life:
    world, pen = ledger.world, Pen()
    rows = {person.name: row for row, person in enumerate(world.people)} | {
        "": NOBODY,
        "?": NAMELESS,
    }
    for place, issue in enumerate(world.issues):
        moved = issue.moved
        pen.issue(
            id=issue_id(place), created=issue.at, creator=rows[issue.by], project=issue.project,
            number=place + 1, hidden=issue.hidden <= now < issue.shown,
            deleted=_far(issue.deleted), attached=900 + place if issue.attached else 0,
            moved=moved.at if moved else FAR,
            project_after=moved.to if moved else issue.project,
            number_after=moved_number(place) if moved else place + 1,
        )  # fmt: skip
    for h in ledger.histories:
        pen.history(
            id=h.id, issue=h.issue, at=h.at, kind=h.kind, author=rows[h.by], a=h.a, b=h.b, c=h.c,
            flags=NO_FIELD_ID * h.old + ON_BEHALF * h.on_behalf,
        )  # fmt: skip
    for row in ledger.comments:
        told = row.comment
        edits = {
            f"edit{n}{part}": value
            for n, edit in enumerate(told.edits, 1)
            for part, value in (("", edit.at), ("_by", rows[edit.by]))
        }
        pen.comment(
            id=row.id, issue=row.issue, at=told.at, author=rows[told.by],
            deleted=told.deleted.at if told.deleted else FAR,
            flags=RESTRICTED if told.restricted else 0, **edits,
        )  # fmt: skip
    for log in ledger.worklogs:
        work = log.worklog
        edits = {
            f"edit{n}{part}": value
            for n, edit in enumerate(work.edits, 1)
            for part, value in (("", edit.at), ("_by", rows[edit.by]), ("_how", _HOW[edit.how]))
        }
        flags = NO_HISTORY * (work.told is None) | NO_BUMP * work.silent
        pen.worklog(
            id=log.id, issue=log.issue, at=work.at, author=rows[work.by],
            deleted=work.deleted.at if work.deleted else FAR,
            flags=flags | RESTRICTED * work.restricted, **edits,
        )  # fmt: skip
    return pen.life()


__all__ = ["PRODUCT_NAMES", "Kind", "email_of", "habits", "source"]
