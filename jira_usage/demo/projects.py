"""Which projects does the company have, and who works in them?"""

from __future__ import annotations

import math

import numpy as np

from jira_usage.demo import names
from jira_usage.demo.chance import Column, generator, luck, mix
from jira_usage.demo.company import Project, Role
from jira_usage.demo.sizes import Size
from jira_usage.demo.staffing import Staffing

KINDS = ("software", "service_desk", "business", "product_discovery")
Heads = list[tuple[str, str, str]]  # key, name and kind of each project


def projects_of(
    size: Size,
    seed: int,
    team: Column,
    team_kind: Column,
    office: Column,
    robots: Column,
    customers: Column,
) -> tuple[list[Project], Staffing]:
    heads = _heads(size)
    homes = _homes(size, heads, team_kind)
    weight, phase = _weights(heads, seed)
    busy = _busy(size, seed)
    members = [np.flatnonzero(team == t) for t in range(size.teams)]
    slots = np.arange(size.people)
    n = len(heads)

    stride_mean = size.issues_per_day * weight / weight.sum()
    projects, candidates, cumulative = [], [], []
    for p, (key, name, kind) in enumerate(heads):
        crew = np.concatenate([members[t] for t in homes[p]] or [slots[:0]])
        guests = (mix(seed, 45, np.arange(3) + p * 8) % np.uint64(size.people)).astype(np.int64)
        crew = np.unique(np.concatenate([crew, guests, [0]]))
        share = np.where(np.isin(crew, guests), 0.3, 1.0) * busy[crew] + 1e-9
        candidates.append(crew)
        cumulative.append(p + np.cumsum(share) / share.sum())
        mean = float(stride_mean[p])
        projects.append(
            Project(
                id=10_000 + p,
                key=key,
                name=name,
                type=kind,
                roles=_roles(p, kind, homes[p], crew, guests),
                lead=int(crew[len(crew) // 2]),
                stride=int(mean * 2.2 + 8 * math.sqrt(mean)) + 14,
                archived=key == "OLD" or (p > 30 and p % 41 == 0),
                team_managed=p % 5 == 4,
            )
        )
    types = np.array([KINDS.index(k) for _, _, k in heads])
    staffing = Staffing(
        office=np.concatenate([office, np.zeros(len(robots) + len(customers) + 8, np.uint8)]),
        weight=busy,
        candidates=np.concatenate(candidates),
        cumulative=np.concatenate(cumulative),
        customer_slots=customers,
        robot_slots=robots,
        tireless=3,
        project_weight=weight,
        project_phase=phase,
        project_desk=types == 1,
        project_timed=np.isin(types, (0, 1)) & (np.arange(n) % 3 != 1),
        project_hidden=np.where([h[0] == "CONF" for h in heads], 0.45, 0.012),
    )
    return projects, staffing


def _heads(size: Size) -> Heads:
    heads = list(names.HEAD_PROJECTS[: size.projects])
    taken = {key for key, _, _ in heads}
    i = 0
    while len(heads) < size.projects:
        area = names.AREAS[(i * 7 + i // len(names.AREAS)) % len(names.AREAS)]
        part = names.PARTS[(i // 3 + i) % len(names.PARTS)]
        i += 1
        key = (area[:3] + part[:1]).upper()
        number = 2
        while key in taken:
            key = (area[:2] + part[:1]).upper() + str(number)
            number += 1
        taken.add(key)
        heads.append((key, f"{area} {part}", KINDS[(0, 0, 0, 2, 0, 1, 0, 0, 2, 3)[i % 10]]))
    return heads


def _weights(heads: Heads, seed: int) -> tuple[Column, Column]:
    """How much is done in each project, and when those that come and go do so (-1: always)."""
    n = len(heads)
    rank = mix(seed, 41, np.arange(n)).argsort().argsort()
    weight = 1.0 / (3 + np.where(np.arange(n) < 8, rank % 8, rank))
    fades = np.array(
        [
            key in names.FADING if p < len(names.HEAD_PROJECTS) else p % 3 == 2
            for p, (key, _, _) in enumerate(heads)
        ]
    )
    turn = np.cumsum(fades) / max(int(fades[:20].sum()), 1) + luck(seed, 42, 1)[0]
    return weight, np.where(fades, turn % 1.0, -1.0)


def _homes(size: Size, heads: Heads, team_kind: Column) -> list[list[int]]:
    """The teams of each project."""
    n = len(heads)
    homes: list[list[int]] = [[] for _ in heads]
    by_kind = {k: [p for p in range(n) if heads[p][2] == KINDS[k]] or [0] for k in range(4)}
    for t in range(size.teams):
        options = by_kind[int(team_kind[t])]
        homes[options[t % len(options)]].append(t)
        if t % 4 == 0:
            homes[t % n].append(t)
    for p in range(n):
        if not homes[p]:
            homes[p].append(p % size.teams)
    return homes


def _busy(size: Size, seed: int) -> Column:
    """How much each chair works, 0 for those that only read."""
    rng = generator(seed, 43, size.people)
    slots = np.arange(size.people)
    busy = rng.lognormal(0.0, 0.95, size.people)
    busy[luck(seed, 44, slots) < 0.19] = 0.0  # readers, and people never seen
    busy[:3] = 0.8
    busy[3] = 4.0
    for j in range(len(names.HOSTILE)):
        busy[11 + 9 * j] = 1.0
    return busy


def _roles(p: int, kind: str, homes: list[int], crew: Column, guests: Column) -> tuple[Role, ...]:
    teams = tuple(f"team-{t + 1:03d}" for t in homes)
    lead = int(crew[len(crew) // 2])
    if p % 5 == 4:
        base = 10_200 + 3 * p
        return (
            Role(base, "Administrator", ("jira-admins-nordlicht",), (lead,)),
            Role(base + 1, "Member", teams, tuple(int(g) for g in guests[:2])),
            Role(base + 2, "Viewer", ("Büro München ✨",) if p % 10 == 4 else ()),
        )
    roles = [
        Role(10_002, "Administrators", ("jira-admins-nordlicht",), (lead, int(guests[0]))),
        Role(10_003, "atlassian-addons-project-access", ("atlassian-addons-admin",)),
        Role(10_004, "Developers", teams, tuple(int(g) for g in guests[1:])),
        Role(10_005, "Büro & Betrieb", ()),
    ]
    if kind == "service_desk":
        roles.append(Role(10_006, "Service Desk Team", teams[:1], (int(crew[0]),)))
        roles.append(Role(10_007, "Service Desk Customers"))
    return tuple(roles)
