"""What a report says: an answer, some numbers, and sections. Every form of it shows the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from jira_usage.datasets import DATASETS, dataset
from jira_usage.metrics import answers, findings, renewal
from jira_usage.metrics.headline import Headline, headlines
from jira_usage.metrics.tables import about
from jira_usage.metrics.verdicts import verdict_counts
from jira_usage.period import find_zone, from_epoch_ms
from jira_usage.reports import sections
from jira_usage.reports.discreet import discreet, too_small
from jira_usage.reports.narrowed import NOT_SHARED
from jira_usage.reports.sections import Section
from jira_usage.reports.subject import Making, Subject

Sheets = Mapping[str, tuple[pd.DataFrame, pa.Schema]]
OF_PEOPLE = ("users", "access")
PEOPLE_WORDS = {
    "names": "By name",
    "pseudonyms": "By pseudonym; groups of fewer than five are merged",
    "none": "Left out",
}
DEMO = "The demo site"
COUNTED = "Active means: on that day the person commented, changed an issue or logged work. "
NOT_READING = "Reading leaves no trace, so nobody is called idle. "
CREATED = "Creating an issue counts too."
NOT_CREATED = "Creating an issue does not count."


@dataclass(frozen=True)
class Report:
    """One report. `about` says who made it of what; texts from Jira in it are hostile."""

    site: str
    answer: str
    window: str
    about: Mapping[str, str]
    definition: str
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]
    as_of: str = ""

    def charts(self) -> dict[str, Any]:
        """The figures, by the section's key."""
        return {s.key: s.figure for s in self.sections if s.figure is not None}


def build_report(subject: Subject, making: Making) -> Report:
    """Everything a report says about a subject."""
    snapshot, period, _ = subject.key
    roster = answers.judged_roster(*subject.key, subject.noted)
    limits, known = subject.noted.thresholds, answers.known_of(*subject.key)
    counts = verdict_counts(roster.people["verdict"], limits, known)
    first, last = period.first_on, period.last_on
    return Report(
        site=_site_name(str(snapshot.meta["site_url"])),
        answer=findings.who_works(counts, limits.working, licensed=roster.licenses_known),
        window=f"{first:%B} {first.day} to {last:%B} {last.day}, {last.year}",
        about=_about(subject, making),
        definition=COUNTED + NOT_READING + (CREATED if subject.count_created else NOT_CREATED),
        headlines=tuple(
            replace(told, filters={}, link="")
            for told in headlines(roster, period.days)
            if told.note != NOT_SHARED
        ),
        sections=tuple(sections.all_of(subject, roster, counts, making.people)),
        as_of=_moment(snapshot.as_of_ms, period.zone_name),
    )


def _site_name(url: str) -> str:
    """“acme.atlassian.net”; only the demo is on this very computer."""
    host = url.partition("://")[2] or url
    return DEMO if host.split(":")[0] in ("127.0.0.1", "localhost") else host


def _moment(ms: int, zone: str) -> str:
    """“November 28, 2026, 17:43 (Europe/Berlin)”."""
    at = from_epoch_ms(ms).astimezone(find_zone(zone))
    return f"{at:%B} {at.day}, {at:%Y, %H:%M} ({zone})"


def _about(subject: Subject, making: Making) -> dict[str, str]:
    """Who made it, when, of which site and scope, by which definition, with what coverage."""
    snapshot, period, count_created = subject.key
    told = about(snapshot, period, count_created=count_created, rows=0, filters={})
    del told["Rows"], told["Filters"]
    made = from_epoch_ms(making.at_ms)
    return {
        "Made by": making.by or "not told",
        "Made at": f"{made:%Y-%m-%d %H:%M} UTC",
        "Scope": making.scope,
        "People": PEOPLE_WORDS[making.people],
        **{name: words for name, words in told.items() if words},
    }


def build_sheets(subject: Subject, making: Making) -> Sheets:
    """The rows behind a report, in the order of an Excel file's sheets."""
    snapshot, period, count_created = subject.key
    made = {}
    for name in ("users", "licenses", "access", "daily"):
        if making.people != "none" or name not in OF_PEOPLE:
            frame = dataset(snapshot, name, period, count_created=count_created)
            made[name] = (frame, DATASETS[name])
    if making.people != "none" and snapshot.knows_holders:
        listed = answers.reclaim_list(*subject.key, subject.noted, subject.beside)
        rows = listed.select({}).rows
        made["reclaim"] = (listed.exported(rows), listed.schema)
    if renewal.anything_told(subject.said) and snapshot.knows_holders:
        lines = sections.renewal_lines(subject)
        made["renewal"] = (renewal.exported(lines, subject.said.currency), renewal.SCHEMA)
    if making.people == "names":
        return made
    licenses = made["licenses"][0]
    small = too_small(licenses["product_key"], licenses["licensed_users"])
    return {name: discreet(name, *sheet, small) for name, sheet in made.items()}
