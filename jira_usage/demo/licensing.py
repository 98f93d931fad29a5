"""How many users does Jira itself count for a product? Not quite those of today."""

from __future__ import annotations

import numpy as np

from jira_usage.demo.company import ATLASSIAN, Product
from jira_usage.demo.workdays import DAY
from jira_usage.demo.world import World


def counted_users(world: World, product: Product, at: int | None = None) -> int:
    """userCount comes from a cache that is filled at midnight (UTC); apps are left out."""
    instant = world.now // DAY * DAY if at is None else at
    company = world.company
    holds = np.zeros(len(company.people), dtype=bool)
    for group in company.groups:
        if product.key in group.products:
            holds |= company.members(group, instant)
    holds &= company.active(instant) & (company.people.kind == ATLASSIAN)
    return int(np.count_nonzero(holds))
