"""The metrics of a snapshot, each with the same three arguments, so that pages can keep them.

Every function here takes (snapshot, period, count_created) and hands the tables to a metric.
"""

from __future__ import annotations

import pandas as pd

from jira_usage.datasets import access_of, dataset
from jira_usage.metrics import kinds, person, products, projects, rhythm, trend
from jira_usage.metrics.activity import counted, events_within
from jira_usage.metrics.licenses import licenses
from jira_usage.metrics.matrix import day_counts
from jira_usage.metrics.once import once
from jira_usage.metrics.person import events_of
from jira_usage.metrics.projects import worked_in
from jira_usage.metrics.roster import Roster, build_roster
from jira_usage.metrics.standing import blind_spot
from jira_usage.period import Period
from jira_usage.snapshot import Snapshot


def roster(snapshot: Snapshot, period: Period, count_created: bool) -> Roster:
    """Everyone, with what they did in the window."""
    return once(snapshot, _roster, period, count_created)


def _daily(snapshot: Snapshot, period: Period, count_created: bool) -> pd.DataFrame:
    return dataset(snapshot, "daily", period, count_created=count_created)


def _roster(snapshot: Snapshot, period: Period, count_created: bool) -> Roster:
    users = dataset(snapshot, "users", period, count_created=count_created)
    within = counted(events_within(snapshot.tally, period), count_created=count_created)
    licenses_known = snapshot.knows("licenses")
    roles_known = snapshot.knows("groups") or snapshot.knows("administrators")
    return build_roster(
        users,
        access_of(snapshot),
        snapshot.products,
        worked_in(within, users["account_id"], snapshot.projects),
        day_counts(within, users["account_id"], period, count_created=count_created),
        blind=blind(snapshot, period),
        licenses_unknown="" if licenses_known else reason(snapshot, "licenses"),
        roles_unknown="" if roles_known else reason(snapshot, "groups"),
    )


def blind(snapshot: Snapshot, period: Period) -> str:
    """Why a person without work can't be called that; empty where they can."""
    return blind_spot(
        snapshot.coverage,
        snapshot.covered_from_ms,
        period,
        browsable_projects=int(snapshot.projects["browsable"].sum()),
        projects=len(snapshot.projects),
    )


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
    """projects.project_activity of the snapshot."""
    return projects.project_activity(
        snapshot.tally, snapshot.users, snapshot.projects, period, count_created=count_created
    )


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
        "kinds": person.person_kinds(own, period),
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
