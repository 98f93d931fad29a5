"""Which groups and products does the company have?"""

from __future__ import annotations

import math
import uuid

from jira_usage.demo.chance import one
from jira_usage.demo.company import Group, Product
from jira_usage.demo.sizes import Size

# Each a bit of People.groups.
SITE_ADMIN, ADMIN, ACCESS_ADMIN, ADDONS, STAFF, CONTRACTORS, HOSTILE_GROUP = 5, 6, 7, 8, 10, 9, 11
USERS, OLD_USERS, DESK, DISCOVERY, WORK = 0, 1, 2, 3, 4


def group_id(seed: int, number: int) -> str:
    return str(uuid.UUID(int=(one(seed, 61, number) << 64) | one(seed, 62, number)))


def groups(size: Size, seed: int) -> list[Group]:
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


def products(size: Size) -> list[Product]:
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
