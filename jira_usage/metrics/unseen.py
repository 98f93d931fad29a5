"""Whose license could be given back only because too few days are known?"""

from __future__ import annotations

from jira_usage.metrics.reclaim import GIVES_BACK, Reclaim
from jira_usage.metrics.words import NEVER, people_count, plural


def unseen_people(listed: Reclaim, product_key: str = "") -> int:
    """Those who could give a license back, of one product or of all, and may have worked before
    the days that are known; nobody where verdicts look back no further than these."""
    known, limits = listed.grounds.known, listed.grounds.thresholds
    if not known.short(limits):
        return 0
    chosen = listed.select({**GIVES_BACK, "verdict": [NEVER]}).rows
    rows = listed.rows.iloc[chosen]
    doubtful = rows["first_seen_at"].fillna(0) <= known.back(max(known.days, 1))
    if product_key:
        doubtful &= rows["product_key"] == product_key
    return listed.people(chosen[doubtful.to_numpy(dtype=bool)])


def unseen_words(listed: Reclaim, people: int) -> str:
    """“70 people were not seen working in the 30 days that are known, but may have worked
    before”, as the beginning of a sentence."""
    verb = "was" if people == 1 else "were"
    return (
        f"{people_count(people)} {verb} not seen working in the "
        f"{plural(listed.grounds.known.days, 'day')} that are known, but may have worked before"
    )
