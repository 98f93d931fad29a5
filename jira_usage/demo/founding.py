"""How does a believable company come about? From a size and a seed, the same one every time."""

from __future__ import annotations

from datetime import date

import numpy as np

from jira_usage.demo import catalog, names
from jira_usage.demo.chance import Column, generator, luck, mix
from jira_usage.demo.company import (
    APP,
    ATLASSIAN,
    CUSTOMER,
    MAIL_ABSENT,
    MAIL_SHOWN,
    UNKNOWN,
    Company,
    Identity,
    People,
)
from jira_usage.demo.projects import projects_of
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

    groups = catalog.groups(size, seed)
    projects, staffing = projects_of(
        size, seed, team, team_kind, office, np.append(robots, odd[2]), customers
    )
    company = Company(
        name=COMPANY,
        domain=DOMAIN,
        seed=seed,
        people=people,
        groups=groups,
        products=catalog.products(size),
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
    grant(anything & (software | product), catalog.USERS)
    grant(anything & software & (u < 0.14), catalog.OLD_USERS)
    grant(anything & desk, catalog.DESK)
    grant(anything & desk & (u < 0.6), catalog.USERS)
    grant(anything & business & (u < 0.45), catalog.WORK)
    grant(anything & business & (u >= 0.45), catalog.USERS)
    grant(anything & (product | (software & (v < 0.05))), catalog.DISCOVERY)
    grant(anything & ~desk & (v > 0.97), catalog.DESK)
    grant(np.ones(len(staff), bool), catalog.STAFF)
    grant(v < 0.06, catalog.CONTRACTORS)
    slot = staff.slot
    grant(slot == 0, catalog.SITE_ADMIN)
    grant(slot == 0, catalog.ADMIN)
    grant((slot == 1) | (slot == 2), catalog.SITE_ADMIN)
    grant((slot % 97 == 4) & (slot < 4000), catalog.ADMIN)
    grant((slot % 211 == 9) & (slot < 4000), catalog.ACCESS_ADMIN)
    grant((slot % 83 == 11) & (slot < 2000), catalog.HOSTILE_GROUP)
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
    groups[kind == APP] = np.uint64((1 << catalog.ADDONS) | (1 << catalog.USERS))
    groups[np.isin(slot, robots[3:6])] = np.uint64(1 << catalog.ADDONS)
    groups[slot == odd[1]] = np.uint64(1 << catalog.STAFF)
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
