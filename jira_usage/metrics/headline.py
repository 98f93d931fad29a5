"""The answer first: the few numbers a page opens with, each with the people it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from jira_usage.metrics.narrowing import last_dates
from jira_usage.metrics.prices import round_amount
from jira_usage.metrics.reclaim import GIVES_BACK, Reclaim, count_words, free_words
from jira_usage.metrics.roster import ANY, Roster
from jira_usage.metrics.trend import Rates
from jira_usage.metrics.words import (
    CONFIDENCE_WORDS,
    NO_WORK,
    WORKED,
    people_count,
    plural,
    window_words,
)

UNKNOWN = "unknown"
TO_GIVE_BACK: Final = "Licenses to give back"
Filters = Mapping[str, str]


@dataclass(frozen=True)
class Headline:
    """One number with its words. `filters` make the Users page show whom it counts.

    `value` is “unknown”, with the reason in `note`, where it can't be told.
    """

    label: str
    value: str
    help: str
    note: str = ""
    filters: Filters = field(default_factory=dict)
    link: str = ""
    page: str = "users"


def headlines(roster: Roster, days: int) -> list[Headline]:
    """Active people, licensed people, those of them with no work found, and all people."""
    window = window_words(days)
    people = {"type": "atlassian"}
    gone = roster.number(**people, status="deactivated")
    licensed = {"product": ANY}
    active = people | {"work": WORKED}
    idle = licensed | {"work": NO_WORK}
    everyone, working = roster.number(**people), roster.number(**active)
    enabled = roster.number(**people, status="enabled")
    acted = roster.number(**active, status="enabled")
    share = f"{acted / enabled:.0%}: {acted:,} of {enabled:,} enabled people" if enabled else ""
    parts = _parts(working, roster.number(**active, product=ANY), acted) if enabled else ""
    no_licenses = "" if roster.licenses_known else roster.facet("product").unknown
    return [
        _told(
            _active(days, "people"),
            working,
            f"People who commented, changed an issue or logged work {window}. "
            "Reading leaves no trace. The share leaves out whoever is deactivated by now.",
            " · ".join(one for one in (share, parts if roster.licenses_known else "") if one),
            active,
        ),
        _told(
            "People with a license",
            roster.number(**licensed),
            "Each person once, however many products they may use. "
            "Only enabled accounts of people hold a license.",
            _many_products(roster),
            licensed,
            no_licenses,
        ),
        _told(
            "People, no act found",
            roster.number(**idle),
            f"People with a license of whom no comment, change or work log was found {window}. "
            "They may still read: look before you take a license away.",
            _share(roster.number(**idle), roster.number(**licensed), "licensed people"),
            idle,
            no_licenses or roster.blind,
        ),
        _told(
            "People",
            everyone,
            "Accounts of people. Robots, apps and portal customers are not counted here.",
            f"{gone:,} of them deactivated" if gone else "all accounts enabled",
            people,
        ),
    ]


def give_back_headline(listed: Reclaim, currency: str) -> Headline:
    """How many licenses could be given back, what they cost, how sure that is, and the list."""
    numbers = {
        level: len(listed.select({**GIVES_BACK, "confidence": [level]}).rows)
        for level in CONFIDENCE_WORDS
    }
    rows = listed.select(GIVES_BACK).rows
    total = len(rows)
    levels = ", ".join(f"{level} {number:,}" for level, number in numbers.items() if number)
    monthly = listed.monthly(rows)
    cost = f", {round_amount(Decimal(monthly), currency)} a month" if monthly else ""
    free = free_words(listed, rows)
    which = f"{count_words(listed, rows)}{f' ({free})' if free else ''}"
    sure = f"{which}{cost}. Confidence: {levels}" if total else ""
    untold = f"of {people_count(listed.untold)} it can't be told" if listed.untold else ""
    return Headline(
        TO_GIVE_BACK,
        f"{total:,}" if total or not listed.untold else UNKNOWN,
        "Licenses that could be given back, not people: of whoever did no work for long. How sure "
        "that is depends on how much is known and on what speaks against it; the list tells the "
        "reasons.",
        " · ".join(words for words in (sure, untold) if words) or "Nothing was found.",
        {},
        "See the list" if total else "",
        page="reclaim",
    )


def rate_headlines(rates: Rates, days: int) -> list[Headline]:
    """How many are active: in the window, in a week, on a working day, and how often."""
    active = {"type": "atlassian", "work": WORKED}
    working = plural(rates.working_days, "working day")
    untold = "" if rates.working_days else "No complete working day was read."
    per_day, each = rates.per_working_day, rates.days_each
    told = [
        Headline(
            _active(days),
            f"{rates.active:,}",
            f"People with at least one counted act {window_words(days)}.",
            "monthly active users" if days == 30 else "",
            active,
            _link(rates.active),
        ),
        Headline(
            "On a working day",
            UNKNOWN if per_day is None else f"{per_day:,.0f}",
            f"The mean of the {working} that are over. Weekends and today are left out.",
            untold
            or (f"{rates.stickiness:.0%} of those active" if rates.stickiness is not None else ""),
        ),
        Headline(
            "Days each worked",
            UNKNOWN if each is None else f"{each:.1f}",
            "On how many working days an active person acted, on average.",
            untold if each is None else f"of {working}",
        ),
    ]
    if days > 7:
        week = Headline(
            _active(7),
            f"{rates.last_7:,}",
            "People with at least one counted act on the last seven dates, today included.",
            "weekly active users",
            {"type": "atlassian", **last_dates(7)},
            _link(rates.last_7),
        )
        told.insert(1, week)
    return told


def _told(
    label: str, number: int, help: str, note: str, filters: Filters, untold: str = ""
) -> Headline:
    if untold:
        return Headline(label, UNKNOWN, help, untold)
    return Headline(label, f"{number:,}", help, note, filters, _link(number))


def _link(number: int) -> str:
    if number == 0:
        return ""
    return people_count(number)


def _active(days: int, who: str = "") -> str:
    name = f"Active {who}".strip()
    return f"{name}, {days} days" if days > 1 else f"{name} today"


def _parts(working: int, licensed: int, enabled: int) -> str:
    """“227 with a license, 6 without, 3 deactivated by now”; empty where all hold a license."""
    rest = {"without": enabled - licensed, "deactivated by now": working - enabled}
    told = [f"{number:,} {words}" for words, number in rest.items() if number]
    return ", ".join([f"{licensed:,} with a license", *told]) if told else ""


def _share(part: int, whole: int, of: str) -> str:
    return f"{part / whole:.0%} of {of}" if whole else ""


def _many_products(roster: Roster) -> str:
    several = int((roster.people["licenses"].str.len() > 1).sum()) if roster.licenses_known else 0
    return f"{several:,} of them for several products" if several else ""
