"""The sections of a report, each a finding with a chart, a table, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import pandas as pd

from jira_usage import charts
from jira_usage.metrics import answers, findings, renewal
from jira_usage.metrics.reclaim import GIVEABLE, count_words, free_words
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.rows import each
from jira_usage.metrics.savings import readers_words
from jira_usage.metrics.tables import NO_NAME, UNKNOWN
from jira_usage.metrics.words import CONFIDENCE_WORDS, STANDING_WORDS, plural
from jira_usage.period import find_zone, from_epoch_ms
from jira_usage.reports.discreet import OTHER, UNDER, merged_names, too_small
from jira_usage.reports.narrowed import NOT_SHARED
from jira_usage.reports.subject import Subject
from jira_usage.scope import People

MOST_PEOPLE, MOST_OFFERED, MOST_PROJECTS = 500, 200, 25
COVERAGE_WORDS = {
    "complete": "Complete",
    "partial": "Partly",
    "not_permitted": "Not permitted",
    "never": "Not read",
}
THREE_COUNTS = "People, licenses and seats are three counts. Do not add them up."
IN_PRODUCT = (
    "People with the product who worked anywhere in Jira that day. "
    "Whoever has two products counts in both."
)
ASK_FIRST = (
    "Licenses of people of whom no work was found for long. They may still read: "
    "ask before a license is taken away."
)
READERS_UNKNOWN = (
    "Who only reads can't be told here from who does nothing, unless an administrator adds "
    "Atlassian's export of users."
)
Value = str | int | None


@dataclass(frozen=True)
class Table:
    """Rows in words and whole numbers; None is unknown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    alt: str


@dataclass(frozen=True)
class Section:
    """A finding, what stands under it, its chart and its table (`folded` behind a click)."""

    key: str
    title: str
    more: str = ""
    figure: Mapping[str, Any] | None = None
    table: Table | None = None
    folded: bool = False
    note: str = ""


def all_of(
    subject: Subject, roster: Roster, counts: pd.DataFrame, people_: People
) -> Iterator[Section]:
    """The sections, the answer first; lists of people only where they are wanted."""
    small = _small_products(subject, roster) if people_ != "names" else set()
    yield who_works(subject, roster, counts)
    yield trend(subject)
    yield from licenses(subject, roster, small)
    yield from offered(subject, roster, people_, small)
    yield from renew(subject, small)
    yield kinds(subject)
    yield hours(subject)
    yield projects(subject, whole=people_ == "names")
    if people_ != "none":
        yield people(subject, roster, small)
    yield coverage(subject)


def who_works(subject: Subject, roster: Roster, counts: pd.DataFrame) -> Section:
    """The bar of verdicts."""
    limits = subject.noted.thresholds
    rows = [(row.label, int(row.people), f"{row.share:.0%}") for row in each(counts)]
    return Section(
        "who_works",
        findings.who_works(counts, limits.working, licensed=roster.licenses_known),
        findings.who_works_more(counts, answers.known_of(*subject.key), limits),
        _drawn(charts.who_works(counts)),
        _table(("Verdict", "People", "Share"), rows, "People by verdict"),
    )


def trend(subject: Subject) -> Section:
    """Active people per day."""
    told = answers.active_trend(*subject.key)
    rows = [(_day(r.date), _whole(r.active_users), _whole(r.actions)) for r in each(told)]
    return Section(
        "trend",
        findings.trend(answers.rates(*subject.key), told),
        f"People with at least one counted act, per day. {findings.trend_more(told)}".strip(),
        _drawn(charts.active_trend(told)),
        _table(("Date", "Active people", "Acts of all accounts"), rows, "Active people per day"),
        folded=True,
    )


def licenses(subject: Subject, roster: Roster, small: set[str]) -> Iterator[Section]:
    """Seats and people of each product, and its days; products in `small` are merged."""
    if not roster.licenses_known:
        why = roster.facet("product").unknown
        if why != NOT_SHARED:
            yield Section("licenses", "Licenses are unknown", why)
        return
    seats = answers.seat_table(*subject.key)
    rows: list[tuple[Value, ...]] = [
        (
            row.product_name or row.product_key,
            _whole(row.licensed_users),
            _whole(row.active_users),
            _whole(row.inactive_users),
            _share(row.utilization),
            row.seats_words,
            _whole(row.seats_used),
            _whole(row.included_users),
        )
        for row in each(seats[~seats["product_key"].isin(list(small))])
    ]
    if small:
        rows.append((f"{plural(len(small), 'other product')}", UNDER, *[""] * 6))
    shares = ("Product", "With a license", "Worked", "No work found", "Worked, share")
    heads = (*shares, "Seats by Jira", "Used, by Jira", "Included")
    table = _table(heads, rows, "Seats and people of each product")
    yield Section("licenses", "Licenses by product", THREE_COUNTS, table=table)
    days = answers.product_days(*subject.key)
    days = days[~days["product_key"].isin(list(small))]
    if len(days):
        title = "Active people of each product"
        yield Section("products", title, IN_PRODUCT, _drawn(charts.product_days(days)))


def offered(
    subject: Subject, roster: Roster, people_: People, small: set[str]
) -> Iterator[Section]:
    """What could be given back, by how sure that is; with names where they are wanted."""
    if not roster.licenses_known:
        return
    listed = answers.reclaim_list(*subject.key, subject.noted, subject.beside)
    sums: list[tuple[Value, ...]] = []
    for level, word in CONFIDENCE_WORDS.items():
        rows = listed.select({"confidence": [level], "decision": list(GIVEABLE)}).rows
        monthly = listed.monthly(rows)
        money = UNKNOWN if monthly is None else f"{monthly:,.2f} {subject.beside.currency}".strip()
        sums.append((word, listed.people(rows), len(rows), *([money] if listed.priced else [])))
    whole = listed.select({"confidence": list(CONFIDENCE_WORDS), "decision": list(GIVEABLE)}).rows
    many = len(whole)
    title = f"{count_words(listed, whole)} could be given back"
    heads = ("How sure", "People", "Licenses", *(["A month"] if listed.priced else []))
    note = f"Of {plural(listed.untold, 'person', 'people')} it can't be told. {listed.untold_why}"
    # Of a product of too few people, not even how many licenses are free is told.
    free = "" if small & listed.grounds.free else free_words(listed, whole)
    yield Section(
        "offered",
        title if many else "No license is offered back",
        f"{free}: what is free saves nothing. {ASK_FIRST}" if free else ASK_FIRST,
        table=_table(heads, sums, "Licenses that could be given back"),
        note=" ".join(
            one
            for one in (
                note if listed.untold else "",
                READERS_UNKNOWN if readers_words(listed) else "",
            )
            if one
        ),
    )
    if people_ != "none" and many:
        words = listed.grounds.words
        told = [
            (
                row.display_name or NO_NAME,
                OTHER if row.product_key in small else row.product_name,
                words.get(row.verdict, row.verdict),
                CONFIDENCE_WORDS.get(row.confidence, row.confidence),
                *(_reasons(row) if people_ == "names" else ()),
            )
            for row in each(listed.explained(whole[:MOST_OFFERED]))
        ]
        whys = ("Why", "But") if people_ == "names" else ()
        heads = ("Person", "Product", "Verdict", "How sure", *whys)
        yield Section(
            "offered_people",
            "Whose licenses these are",
            "",
            table=_table(heads, told, "Licenses that could be given back, by person"),
            folded=True,
            note=_cut(MOST_OFFERED, many, "licenses"),
        )


def renew(subject: Subject, small: set[str]) -> Iterator[Section]:
    """What the renewal costs and saves, where seats or prices were told; small ones are merged."""
    all_, currency = renewal_lines(subject), subject.said.currency
    some = [line for line in all_ if line.product_key not in small]
    if not some:
        return
    rows = [renewal.words(line, currency) for line in some]
    if merged := len(all_) - len(some):
        blank = ("",) * (len(renewal.HEADS) - 2)
        rows.append((plural(merged, "other product"), UNDER, *blank))
    limits = subject.noted.thresholds
    short = answers.known_of(*subject.key).short(limits)
    notes = (renewal.BY_HAND, short, *renewal.doubts(some))
    yield Section(
        "renewal",
        renewal.title_words(some, currency),
        renewal.over_all_words(some, currency, subject.said.buffer),
        table=_table(renewal.HEADS, rows, "Renewal of each product"),
        note=" ".join(one for one in notes if one),
    )


def renewal_lines(subject: Subject) -> list[renewal.Line]:
    """The products to renew; none where nothing was told, or holders are unknown."""
    if not (renewal.anything_told(subject.said) and subject.snapshot.knows_holders):
        return []
    listed = answers.reclaim_list(*subject.key, subject.noted, subject.beside)
    seats = answers.seat_table(*subject.key)
    return renewal.lines(listed, seats, subject.said, subject.period.last_on)


def kinds(subject: Subject) -> Section:
    """What is done."""
    told = answers.acts_by_kind(*subject.key)
    rows = [
        (row.label, int(row.people), int(row.actions), int(row.robot_actions)) for row in each(told)
    ]
    return Section(
        "kinds",
        findings.kinds(told),
        "Counted acts of all accounts per day, by kind.",
        _drawn(charts.kinds_by_day(answers.acts_by_day(*subject.key))),
        _table(("Kind of act", "People", "Acts of people", "Acts of robots"), rows, "Acts by kind"),
        folded=True,
    )


def hours(subject: Subject) -> Section:
    """When in the week."""
    told, zone = answers.weekday_hours(*subject.key), subject.period.zone_name
    more = f"Acts of people by hour of the week, in {zone}."
    return Section("hours", findings.rhythm(told), more, _drawn(charts.weekday_hours(told, zone)))


def projects(subject: Subject, *, whole: bool) -> Section:
    """Where work is done; projects of too few people are merged where not all are wanted."""
    told = answers.project_activity(*subject.key)
    finding = findings.projects(told)
    small = set() if whole else too_small(told["project_key"], told["people"])
    told = told[~told["project_key"].isin(list(small))]
    worked = told[(told["people"] > 0) | (told["robot_actions"] > 0)]
    rows: list[tuple[Value, ...]] = [
        (row.project_key, row.name, int(row.people), int(row.actions), int(row.robot_actions))
        for row in each(worked.head(MOST_PROJECTS))
    ]
    if small:
        rows.append(("", plural(len(small), "other project"), UNDER, "", ""))
    return Section(
        "projects",
        finding,
        "The projects most people worked in.",
        _drawn(charts.projects_by_people(told)),
        _table(("Key", "Project", "People", "Acts", "Acts of robots"), rows, "Projects by people"),
        folded=True,
        note=_cut(MOST_PROJECTS, len(worked), "projects"),
    )


def people(subject: Subject, roster: Roster, small: set[str]) -> Section:
    """The people, those who did most first."""
    rows = roster.select({"type": ["atlassian"]}).rows
    some = roster.rows(rows[:MOST_PEOPLE])
    products = subject.snapshot.products
    names = dict(zip(products["product_key"], products["product_name"], strict=True))
    verdict = answers.known_of(*subject.key).words(subject.noted.thresholds)
    told = [
        (
            row.display_name or NO_NAME,
            verdict.get(row.verdict) or STANDING_WORDS[row.standing],
            UNKNOWN if row.licenses is None else merged_names(row.licenses, names, small),
            int(row.active_days),
            int(row.actions),
            _last_day(row.last_act_at, subject),
            "" if row.active else "Deactivated",
        )
        for row in each(some)
    ]
    heads = ("Person", "Verdict", "Licenses", "Days worked", "Acts", "Last act", "Account")
    return Section(
        "people",
        f"{plural(len(rows), 'person', 'people')}, and what was found of each",
        "Days and acts are of the window; the last act is of all that is kept.",
        table=_table(heads, told, "People"),
        folded=True,
        note=_cut(MOST_PEOPLE, len(rows), "people"),
    )


def coverage(subject: Subject) -> Section:
    """How complete the figures are."""
    rows = [
        (
            str(row.dataset).capitalize(),
            COVERAGE_WORDS.get(row.state, row.state),
            f"{row.reason} {row.consequence}".strip(),
        )
        for row in each(subject.snapshot.coverage)
    ]
    short = sum(word != COVERAGE_WORDS["complete"] for _, word, _ in rows)
    remarks = sum(bool(why) for *_, why in rows)
    title = (
        f"{short} of {len(rows)} datasets are not complete"
        if short
        else f"Everything read, with {plural(remarks, 'remark')}"
        if remarks
        else "Everything could be read"
    )
    more = "What could not be read is unknown here, and never counted as zero."
    table = _table(("Dataset", "State", "Why, and what follows"), rows, "Coverage")
    return Section("coverage", title, more, table=table)


def _small_products(subject: Subject, roster: Roster) -> set[str]:
    if not roster.licenses_known:
        return set()
    seats = answers.seat_table(*subject.key)
    return too_small(seats["product_key"], seats["licensed_users"])


def _reasons(row: Any) -> tuple[str, str]:
    return " ".join(row.reasons_for[:1]), " ".join(row.reasons_against[:1])


def _drawn(figure: Any) -> dict[str, Any]:
    """A figure as plotly's own document, without the template that its defaults repeat."""
    told: dict[str, Any] = orjson.loads(figure.to_json())
    told["layout"].pop("template", None)
    return told


def _table(heads: tuple[str, ...], rows: Sequence[Sequence[Value]], alt: str) -> Table:
    return Table(heads, tuple(tuple(row) for row in rows), alt)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _share(value: Any) -> str | None:
    return None if pd.isna(value) else f"{value:.0%}"


def _day(day: date) -> str:
    return f"{day:%a}, {day:%b} {day.day}"


def _last_day(at_ms: Any, subject: Subject) -> str:
    if pd.isna(at_ms):
        return ""
    return (
        from_epoch_ms(int(at_ms)).astimezone(find_zone(subject.period.zone_name)).date().isoformat()
    )


def _cut(most: int, all_: int, what: str) -> str:
    return (
        f"The first {most:,} of {all_:,} {what}. The Excel report has all." if all_ > most else ""
    )
