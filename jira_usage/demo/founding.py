"""How does a believable company come about? From a size and a seed, the same one every time."""

from __future__ import annotations

import math
import uuid
from datetime import date

import numpy as np

from jira_usage.demo import names
from jira_usage.demo.chance import Column, generator, luck, mix, one
from jira_usage.demo.company import (
    APP,
    ATLASSIAN,
    CUSTOMER,
    MAIL_ABSENT,
    MAIL_SHOWN,
    UNKNOWN,
    Company,
    Group,
    Identity,
    People,
    Product,
    Project,
    Role,
)
from jira_usage.demo.sizes import Size
from jira_usage.demo.staffing import Staffing
from jira_usage.demo.workdays import DAY, FAR, HOUR, OFFICES, day_of

COMPANY = "Nordlicht Systems"
DOMAIN = "nordlicht.example"
EPOCH_DAY = day_of(date(2022, 1, 1))
"""Ids and numbers count from this day."""
_FIRST_HIRE = day_of(date(2019, 1, 1))
_TENURES = 16
FORGET_DAYS = 460
"""A leaver stays in the list of users for so long."""

SITE_ADMIN, ADMIN, ACCESS_ADMIN, ADDONS, STAFF, CONTRACTORS, HOSTILE_GROUP = 5, 6, 7, 8, 10, 9, 11
USERS, OLD_USERS, DESK, DISCOVERY, WORK = 0, 1, 2, 3, 4


def group_id(seed: int, number: int) -> str:
    return str(uuid.UUID(int=(one(seed, 61, number) << 64) | one(seed, 62, number)))


def found(size: Size, seed: int, first_day: int, last_day: int) -> tuple[Company, Staffing]:
    """Found the company; people who left long before first_day are forgotten."""
    slots = np.arange(size.people)
    team = (mix(seed, 1, slots) % np.uint64(size.teams)).astype(np.int32)
    team_kind = np.array(
        [
            0 if h < 62 else 1 if h < 74 else 2 if h < 92 else 3
            for h in (mix(seed, 2, np.arange(size.teams)) % np.uint64(100)).tolist()
        ]
    )
    office = _offices(seed, slots, team)
    robots = np.arange(len(names.ROBOTS)) + size.people
    customers = np.arange(size.customers) + robots[-1] + 1
    former = np.arange(4) + customers[-1] + 1
    odd = np.arange(3) + former[-1] + 1  # unknown, unknown, purged app

    staff = _tenures(size, seed, slots, first_day, last_day)
    staff.office, staff.team = office[staff.slot], team[staff.slot]
    staff.groups = _memberships(seed, staff, team_kind[staff.team])
    others = _others(seed, robots, customers, former, odd)
    people = People(
        **{f: np.concatenate([getattr(staff, f), getattr(others, f)]) for f in vars(staff)}
    )

    special: dict[int, Identity] = {
        0: Identity("5b10ac8d82e05b22cc7d4ef5", "Ingrid Halvorsen", f"ingrid.halvorsen@{DOMAIN}"),
        3: Identity(None, "Deployment Robot (svc)", None),
        int(odd[0]): Identity("unknown", "Former user"),
        int(odd[1]): Identity("557058:3b0c3f3a-unknown-4c1e-9b7e-5f1f2f3f4f5f", "Imported Account"),
        int(odd[2]): Identity("557058:7f4b2d90-1c55-4a0e-8d3b-legacy000001", "Former user"),
    }
    for i, name in enumerate(names.HOSTILE):
        special[11 + 9 * i] = Identity(None, name)
    for slot, (account_id, name, app_type) in zip(robots.tolist(), names.ROBOTS, strict=True):
        special[slot] = Identity(account_id, name, None, app_type)

    groups = _groups(size, seed)
    projects, staffing = _projects(
        size, seed, team, team_kind, office, np.append(robots, odd[2]), customers
    )
    company = Company(
        name=COMPANY,
        domain=DOMAIN,
        seed=seed,
        people=people,
        groups=groups,
        products=_products(size),
        projects=projects,
        admin=int(np.flatnonzero(people.slot == 0)[0]),
        former=[int(p) for p in np.flatnonzero(np.isin(people.slot, former))],
        stand_in=int(np.flatnonzero(people.slot == robots[0])[0]),
        special=special,
    )
    return company, staffing


def _offices(seed: int, slots: Column, team: Column) -> Column:
    edges = np.cumsum([o.share for o in OFFICES])
    by_team = np.searchsorted(edges, luck(seed, 3, team), side="right")
    own = np.searchsorted(edges, luck(seed, 4, slots), side="right")
    return np.minimum(np.where(luck(seed, 5, slots) < 0.75, by_team, own), len(OFFICES) - 1).astype(
        np.uint8
    )


def _tenures(size: Size, seed: int, slots: Column, first_day: int, last_day: int) -> People:
    """People come and go: each chair is held by one after another, with gaps."""
    n = len(slots)
    rng = generator(seed, 20, size.people)
    length = 90 + rng.exponential(3.4 * 365, (n, _TENURES))
    gap = rng.exponential(18, (n, _TENURES))
    begin = _FIRST_HIRE - rng.random(n) * length[:, 0]
    ends = begin[:, None] + np.cumsum(length + gap, axis=1) - gap
    starts = np.concatenate([begin[:, None], (ends + gap)[:, :-1]], axis=1)
    keep_on = slots < 4
    starts[keep_on, 0] = _FIRST_HIRE
    ends[keep_on, 0] = 60_000.0
    start_at = starts.astype(np.int64) * DAY + 7 * HOUR
    end_at = ends.astype(np.int64) * DAY + 17 * HOUR
    shown = (end_at > (first_day - FORGET_DAYS) * DAY) & (start_at < (last_day + 2) * DAY)
    shown[keep_on, 1:] = False
    slot, tenure = np.nonzero(shown)
    start, end = start_at[slot, tenure], end_at[slot, tenure]
    ident = slot * 64 + tenure
    u = luck(seed, 21, ident)
    mail = np.select([u < 0.70, u < 0.82, u < 0.92], [0, 1, 2], 3).astype(np.uint8)
    mail[slot == 0] = MAIL_SHOWN
    mail[slot == 3] = MAIL_ABSENT
    fate = luck(seed, 22, ident)
    closed = np.where(fate < 0.15, end + 45 * DAY, FAR)
    dropped = np.where(fate < 0.96, end + FORGET_DAYS * DAY, end)
    zero = np.zeros(len(slot), dtype=np.int32)
    return People(
        slot=slot.astype(np.int32),
        start=start,
        end=end,
        kind=np.full(len(slot), ATLASSIAN, np.uint8),
        office=zero,
        team=zero,
        groups=zero,
        luck=mix(seed, 23, ident),
        mail=mail,
        dropped=dropped,
        closed=closed,
    )


def _memberships(seed: int, staff: People, team_kind: Column) -> Column:
    """Group bits of every person, by the kind of their team and by chance."""
    ident = staff.luck
    u, v, w = (luck(seed, 30 + i, ident) for i in range(3))
    bits = np.zeros(len(staff), dtype=np.uint64)

    def grant(mask: Column, bit: int) -> None:
        bits[mask] |= np.uint64(1 << bit)

    software, desk, business, product = (team_kind == k for k in range(4))
    anything = w > 0.03
    grant(anything & (software | product), USERS)
    grant(anything & software & (u < 0.14), OLD_USERS)
    grant(anything & desk, DESK)
    grant(anything & desk & (u < 0.6), USERS)
    grant(anything & business & (u < 0.45), WORK)
    grant(anything & business & (u >= 0.45), USERS)
    grant(anything & (product | (software & (v < 0.05))), DISCOVERY)
    grant(anything & ~desk & (v > 0.97), DESK)
    grant(np.ones(len(staff), bool), STAFF)
    grant(v < 0.06, CONTRACTORS)
    slot = staff.slot
    grant(slot == 0, SITE_ADMIN)
    grant(slot == 0, ADMIN)
    grant((slot == 1) | (slot == 2), SITE_ADMIN)
    grant((slot % 97 == 4) & (slot < 4000), ADMIN)
    grant((slot % 211 == 9) & (slot < 4000), ACCESS_ADMIN)
    grant((slot % 83 == 11) & (slot < 2000), HOSTILE_GROUP)
    return bits


def _others(seed: int, robots: Column, customers: Column, former: Column, odd: Column) -> People:
    slot = np.concatenate([robots, customers, former, odd]).astype(np.int32)
    kind = np.concatenate(
        [
            np.full(len(robots), APP),
            np.full(len(customers), CUSTOMER),
            np.full(len(former), ATLASSIAN),
            [UNKNOWN, UNKNOWN, UNKNOWN],
        ]
    ).astype(np.uint8)
    n = len(slot)
    early = np.int64(_FIRST_HIRE) * DAY
    is_former = np.isin(slot, former)
    groups = np.zeros(n, dtype=np.uint64)
    groups[kind == APP] = np.uint64((1 << ADDONS) | (1 << USERS))
    groups[np.isin(slot, robots[3:6])] = np.uint64(1 << ADDONS)
    groups[slot == odd[1]] = np.uint64(1 << STAFF)
    end = np.where(is_former, early + 900 * DAY, FAR)
    end = np.where(slot == odd[0], early, end)
    closed = np.where(is_former | (slot == odd[0]), early + 930 * DAY, FAR)
    mail = np.where(kind == CUSTOMER, (mix(seed, 71, slot) % np.uint64(4)).astype(int), MAIL_ABSENT)
    return People(
        slot=slot,
        start=np.full(n, early),
        end=end,
        kind=kind,
        office=(mix(seed, 72, slot) % np.uint64(len(OFFICES))).astype(np.uint8),
        team=np.full(n, -1, np.int32),
        groups=groups,
        luck=mix(seed, 73, slot),
        mail=mail.astype(np.uint8),
        dropped=np.where(slot == odd[2], 0, FAR),
        closed=closed,
    )


def _groups(size: Size, seed: int) -> list[Group]:
    soft, desk, disc, core = (
        "jira-software",
        "jira-servicedesk",
        "jira-product-discovery",
        "jira-core",
    )
    named = [
        Group("jira-users-nordlicht", "", "user", (soft, core), USERS),
        Group("jira-software-users", "", "user", (soft,), OLD_USERS),
        Group("jira-servicemanagement-users-nordlicht", "", "user", (desk, core), DESK),
        Group("jira-product-discovery-users-nordlicht", "", "user", (disc,), DISCOVERY),
        Group("jira-work-management-users-nordlicht", "", "user", (core,), WORK),
        Group("site-admins", "", "site-admin", (soft, desk), SITE_ADMIN),
        Group("jira-admins-nordlicht", "", "admin", (soft,), ADMIN),
        Group("jira-user-access-admins-nordlicht", "", "admin", (), ACCESS_ADMIN),
        Group("atlassian-addons-admin", "", None, (soft, desk), ADDONS),
        Group("confluence-users-nordlicht", "", None, (), STAFF),
        Group("Büro München ✨", "", None, (), CONTRACTORS),
        Group('=HYPERLINK("http://evil.example")', "", None, (), HOSTILE_GROUP),
    ]
    teams = [Group(f"team-{t + 1:03d}", "", None, (), -1, t) for t in range(size.teams)]
    return [
        Group(g.name, group_id(seed, i), g.access, g.products, g.bit, g.team)
        for i, g in enumerate(named + teams)
    ]


def _products(size: Size) -> list[Product]:
    def seats(share: float, step: int) -> int:
        return math.ceil(size.people * share / step) * step

    return [
        Product("jira-software", "Jira", "PAID", seats(1.15, 50), False, "jira-users-nordlicht", 2),
        Product(
            "jira-servicedesk",
            "Jira Service Desk",
            "PAID",
            seats(0.22, 10),
            False,
            "jira-servicemanagement-users-nordlicht",
        ),
        Product(
            "jira-product-discovery",
            "Jira Product Discovery",
            "PAID",
            seats(0.2, 5),
            False,
            "jira-product-discovery-users-nordlicht",
        ),
        Product(
            "jira-core",
            "Jira Work Management",
            "FREE",
            -1,
            True,
            "jira-work-management-users-nordlicht",
        ),
    ]


def _projects(
    size: Size,
    seed: int,
    team: Column,
    team_kind: Column,
    office: Column,
    robots: Column,
    customers: Column,
) -> tuple[list[Project], Staffing]:
    kinds = ("software", "service_desk", "business", "product_discovery")
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
        heads.append((key, f"{area} {part}", kinds[(0, 0, 0, 2, 0, 1, 0, 0, 2, 3)[i % 10]]))

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
    phase = np.where(fades, turn % 1.0, -1.0)
    homes: dict[int, list[int]] = {p: [] for p in range(n)}
    by_kind = {k: [p for p in range(n) if heads[p][2] == kinds[k]] or [0] for k in range(4)}
    for t in range(size.teams):
        options = by_kind[int(team_kind[t])]
        homes[options[t % len(options)]].append(t)
        if t % 4 == 0:
            homes[t % n].append(t)
    for p in range(n):
        if not homes[p]:
            homes[p].append(p % size.teams)

    rng = generator(seed, 43, size.people)
    slots = np.arange(size.people)
    busy = rng.lognormal(0.0, 0.95, size.people)
    busy[luck(seed, 44, slots) < 0.19] = 0.0  # readers, and people never seen
    busy[:3] = 0.8
    busy[3] = 4.0
    for j in range(len(names.HOSTILE)):
        busy[11 + 9 * j] = 1.0
    members = {t: np.flatnonzero(team == t) for t in range(size.teams)}

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
    types = np.array([kinds.index(k) for _, _, k in heads])
    everyone_share = np.cumsum(busy) / busy.sum()
    staffing = Staffing(
        office=np.concatenate([office, np.zeros(len(robots) + len(customers) + 8, np.uint8)]),
        weight=busy,
        candidates=np.concatenate(candidates),
        cumulative=np.concatenate(cumulative),
        everyone=slots,
        everyone_cumulative=everyone_share,
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
