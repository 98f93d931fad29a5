"""The metrics of a snapshot, each with the same three arguments, so that pages can keep them.

Every function here takes (snapshot, period, count_created) and hands the tables to a metric.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from jira_usage.among import among
from jira_usage.datasets import access_of, dataset
from jira_usage.decisions import Noted
from jira_usage.metrics import (
    adoption,
    kinds,
    narrowing,
    oddities,
    person,
    products,
    projects,
    rhythm,
    trend,
    verdicts,
)
from jira_usage.metrics.access import LICENSED
from jira_usage.metrics.activity import counted, events_within
from jira_usage.metrics.care import Care, care
from jira_usage.metrics.evidence import Grounds
from jira_usage.metrics.focus import Focus, Focused
from jira_usage.metrics.known import Known, compared_from, known, previous_sync, watched_from
from jira_usage.metrics.licenses import licenses
from jira_usage.metrics.matrix import Mask, day_counts
from jira_usage.metrics.narrowing import Narrowing
from jira_usage.metrics.once import once
from jira_usage.metrics.person import events_of
from jira_usage.metrics.projects import worked_in
from jira_usage.metrics.realized import realized
from jira_usage.metrics.reclaim import Beside, Reclaim, reclaim
from jira_usage.metrics.roster import Roster, build_roster
from jira_usage.metrics.standing import blind_spot
from jira_usage.metrics.verdicts import Judged, protected_accounts
from jira_usage.metrics.whats_new import WhatsNew, whats_new
from jira_usage.period import Period, find_zone, midnight_ms
from jira_usage.snapshot import Snapshot


def roster(snapshot: Snapshot, period: Period, count_created: bool) -> Roster:
    """Everyone, with what they did in the window."""
    return once(snapshot, _roster, period, count_created)


def _daily(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return dataset(snapshot, "daily", period, count_created=count_created)


def _roster(snapshot: Snapshot, period: Period, count_created: bool) -> Roster:
    users = dataset(snapshot, "users", period, count_created=count_created)
    within = counted(events_within(snapshot.tally, period), count_created=count_created)
    roles_known = snapshot.knows("groups") or snapshot.knows("administrators")
    return build_roster(
        users,
        access_of(snapshot),
        snapshot.products,
        worked_in(within, users["account_id"], snapshot.projects),
        day_counts(within, users["account_id"], period, count_created=count_created),
        once(snapshot, _last_acts, count_created).set_axis(snapshot.users["account_id"]),
        projects=snapshot.projects[["project_key", "name"]],
        did=kinds.kind_facet(snapshot.tally, users["account_id"], period),
        blind=blind(snapshot, period),
        licenses_unknown="" if snapshot.knows_holders else _holders_unknown(snapshot),
        roles_unknown="" if roles_known else reason(snapshot, "groups"),
    )


def judged(snapshot: Snapshot, period: Period, count_created: bool, noted: Noted) -> Judged:
    """The verdicts of licensed people; of all enabled ones where licenses are not known.

    Of the period only the zone matters: verdicts look at all that is kept.
    """
    held, users = access_of(snapshot), snapshot.users
    held = held[held["state"] == LICENSED]
    if snapshot.knows_holders:
        chosen = among(users["account_id"], held["account_id"])
    else:
        chosen = (users["active"] & (users["account_type"] == "atlassian")).to_numpy(dtype=bool)
    people = users.loc[chosen, ["account_id", "display_name", "email", "first_seen_at"]]
    people = people.assign(last_act_at=once(snapshot, _last_acts, count_created)[chosen])
    people = people.reset_index(drop=True)
    told = known(snapshot, period.zone_name)
    protected = pd.Index(sorted(protected_accounts(held, noted, told)), dtype="str")
    people["verdict"] = verdicts.verdicts(
        people["last_act_at"],
        people["first_seen_at"],
        among(people["account_id"], protected),
        told,
        noted.thresholds,
    )
    return Judged(people, told, noted.thresholds)


def known_of(snapshot: Snapshot, period: Period, count_created: bool) -> Known:
    """known.known of the snapshot, by the days of the period's zone."""
    return known(snapshot, period.zone_name)


def _last_acts(snapshot: Snapshot, count_created: bool) -> pd.Series:
    return verdicts.last_acts(
        snapshot.tally,
        snapshot.users["account_id"],
        snapshot.as_of_ms,
        count_created=count_created,
    )


def judged_roster(snapshot: Snapshot, period: Period, count_created: bool, noted: Noted) -> Roster:
    """The roster with the verdicts of its people."""
    told = judged(snapshot, period, count_created, noted)
    return roster(snapshot, period, count_created).with_verdicts(
        told.people.set_index("account_id")["verdict"], told.words
    )


def narrowed(
    snapshot: Snapshot,
    period: Period,
    count_created: bool,
    asked: Narrowing,
    kinds: tuple[str, ...],
    projects: tuple[str, ...],
) -> Mask:
    """narrowing.narrowed of the roster's accounts."""
    told = roster(snapshot, period, count_created)
    return narrowing.narrowed(
        asked,
        snapshot.tally,
        told.people["account_id"],
        told.counts,
        period,
        snapshot.covered_from_ms,
        kinds=kinds,
        projects=projects,
        count_created=count_created,
    )


def reclaim_list(
    snapshot: Snapshot, period: Period, count_created: bool, noted: Noted, beside: Beside
) -> Reclaim:
    """The licenses that could be given back; of the period only the zone matters."""
    told = judged(snapshot, period, count_created, noted)
    names = zip(snapshot.products["product_key"], snapshot.products["product_name"], strict=True)
    grounds = Grounds(
        known=told.known,
        thresholds=noted.thresholds,
        care=once(snapshot, _care),
        last_seen=dict(beside.last_seen),
        seen_in=beside.seen_in,
        product_names={key: name or key for key, name in names},
        free=products.free_products(snapshot.products, beside.paid),
    )
    held = access_of(snapshot) if snapshot.knows_holders else access_of(snapshot).iloc[:0]
    return reclaim(told.people, held, noted, grounds, dict(beside.prices))


def _care(snapshot: Snapshot) -> Care:
    return care(
        snapshot.users,
        snapshot.projects,
        snapshot.role_actors,
        snapshot.groups,
        snapshot.members,
        snapshot.changes,
    )


def changed_since(
    snapshot: Snapshot,
    period: Period,
    count_created: bool,
    noted: Noted,
    beside: Beside,
    since_on: date | None,
) -> WhatsNew | None:
    """What is different since a date's midnight, or since the sync before where none is named.

    None where neither is there. Of the period only the zone matters.
    """
    before = previous_sync(snapshot)
    since_ms = before
    if since_on is not None:
        since_ms = midnight_ms(since_on, find_zone(period.zone_name)) - 1
    if since_ms is None:
        return None
    acts = counted(snapshot.tally, count_created=count_created)
    return whats_new(
        snapshot.changes,
        snapshot.users,
        acts[acts["at"] <= snapshot.as_of_ms],
        judged(snapshot, period, count_created, noted),
        since_ms,
        states=dict(zip(snapshot.coverage["dataset"], snapshot.coverage["state"], strict=True)),
        watched_from=watched_from(snapshot),
        compared_from=compared_from(snapshot),
        realized=realized(
            noted.decisions, access_of(snapshot), snapshot.changes, dict(beside.prices)
        )
        if snapshot.knows_holders
        else None,
    )


def blind(snapshot: Snapshot, period: Period) -> str:
    """Why a person without work can't be called that; empty where they can."""
    projects = snapshot.whole.projects
    return blind_spot(
        snapshot.coverage,
        snapshot.covered_from_ms,
        period,
        browsable_projects=int(projects["browsable"].sum()),
        projects=len(projects),
    )


def focused(snapshot: Snapshot, period: Period, count_created: bool, focus: Focus) -> Focused:
    """The part of the snapshot that a focus shows: whom the Users page lists for it."""
    told = roster(snapshot, period, count_created)
    rows = told.select(focus.choices).rows
    return Focused(snapshot, focus, told.people["account_id"].iloc[rows])


def _holders_unknown(snapshot: Snapshot) -> str:
    return reason(snapshot, "groups" if snapshot.knows("licenses") else "licenses")


def reason(snapshot: Snapshot, dataset_name: str) -> str:
    """Why a dataset is not known, in Jira's words or ours; never empty."""
    rows = snapshot.coverage[snapshot.coverage["dataset"] == dataset_name]
    told = str(rows["reason"].iat[0]) if len(rows) else ""
    return told or f"The {dataset_name} could not be read."


def active_trend(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """trend.active_trend of the snapshot."""
    daily = once(snapshot, _daily, period, count_created)
    return trend.active_trend(daily, period)


def acts_by_day(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """kinds.acts_by_day of the snapshot."""
    daily = once(snapshot, _daily, period, count_created)
    return kinds.acts_by_day(daily, count_created=count_created)


def acts_by_kind(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """kinds.acts_by_kind of the snapshot."""
    return kinds.acts_by_kind(snapshot.tally, snapshot.users, period, count_created=count_created)


def rates(snapshot: Snapshot, period: Period, count_created: bool) -> trend.Rates:
    """trend.rates of the snapshot."""
    told = roster(snapshot, period, count_created)
    return trend.rates(told.counts, told.is_person, period, snapshot.covered_from_ms)


def product_days(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """products.product_days of the snapshot."""
    told = roster(snapshot, period, count_created)
    return products.product_days(
        snapshot.products,
        access_of(snapshot),
        told.people["account_id"],
        told.counts,
        period,
        snapshot.covered_from_ms,
    )


def seat_table(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """products.seat_table of the snapshot; no work found is unknown where it can't be told."""
    people = roster(snapshot, period, count_created).people
    held = access_of(snapshot)
    acted = pd.Index(people.loc[(people["actions"] > 0).to_numpy(), "account_id"])
    table = licenses(snapshot.products, held, acted)
    if blind(snapshot, period):
        table["inactive_users"] = pd.array([pd.NA] * len(table), dtype="Int64")
    return products.seat_table(table, held, snapshot.products)


def project_activity(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """projects.project_activity of the snapshot; a lead need not be in focus to be named."""
    return projects.project_activity(
        snapshot.tally,
        snapshot.whole.users,
        snapshot.projects,
        period,
        count_created=count_created,
    )


def project_adoption(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """project_activity with the life of each project, its members, and the share that acted.

    Whether a project lives, everybody on the site decides, and not those alone who are in focus.
    """
    frame = project_activity(snapshot, period, count_created)
    life = once(snapshot.whole, _project_life, period, count_created)
    within = counted(events_within(snapshot.tally, period), count_created=count_created)
    worked = worked_in(within, snapshot.users["account_id"], snapshot.projects)
    held = adoption.project_members(snapshot.role_actors, snapshot.members, snapshot.users, worked)
    frame = frame.merge(life, on="project_key", how="left").merge(
        held, on="project_key", how="left"
    )
    frame["life"] = frame["life"].fillna("")
    return frame


def _project_life(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return adoption.project_life(
        snapshot.tally,
        snapshot.users,
        snapshot.projects,
        period,
        blind=bool(blind(snapshot, period)),
        count_created=count_created,
    )


def group_activity(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """adoption.group_activity of the groups that grant a product or administration."""
    told = roster(snapshot, period, count_created)
    people = told.people
    acted = pd.Index(people.loc[(people["actions"] > 0).to_numpy(), "account_id"])
    frame = adoption.group_activity(snapshot.groups, snapshot.members, snapshot.users, acted)
    return frame[frame["name"].isin(told.facet("group").options)].reset_index(drop=True)


def days_worked(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """adoption.days_worked of the snapshot."""
    told = roster(snapshot, period, count_created)
    return adoption.days_worked(told.counts, told.is_person, period, snapshot.covered_from_ms)


def round_the_clock(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """oddities.round_the_clock of the snapshot."""
    return oddities.round_the_clock(
        snapshot.tally, snapshot.users, period, count_created=count_created
    )


def spikes(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """oddities.spikes of the snapshot."""
    daily = once(snapshot, _daily, period, count_created)
    return oddities.spikes(daily, period, snapshot.covered_from_ms, count_created=count_created)


def weekday_hours(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    """rhythm.weekday_hours of the snapshot."""
    return rhythm.weekday_hours(
        snapshot.tally,
        snapshot.users,
        period,
        covered_from_ms=snapshot.covered_from_ms,
        count_created=count_created,
    )


def person_page(
    snapshot: Snapshot, period: Period, count_created: bool, account_id: str
) -> dict[str, pd.DataFrame]:
    """calendar, kinds, acts, projects and access of one account, as metrics.person makes them."""
    own = events_of(snapshot.tally, account_id)
    return {
        "calendar": person.person_calendar(
            own,
            period,
            covered_from_ms=snapshot.covered_from_ms,
            count_created=count_created,
        ),
        "kinds": person.person_kinds(own, period, count_created=count_created),
        "acts": person.last_acts(
            snapshot.last_events(account_id, person.LAST_ACTS), snapshot.users, snapshot.base_url
        ),
        "projects": person.person_projects(
            own, snapshot.projects, period, count_created=count_created
        ),
        "access": person.access_path(
            account_id,
            access_of(snapshot),
            snapshot.products,
            snapshot.groups,
            snapshot.members,
            snapshot.product_groups,
        ),
    }
