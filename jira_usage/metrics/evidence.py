"""What speaks for giving a license back, what speaks against it, and how sure that makes us.

Confidence starts high and is only ever lowered, by each reason against that bears on
whether the person works. Whoever only reads keeps the license: there is none then. The
sentences are made for the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from jira_usage.among import among
from jira_usage.decisions import Thresholds
from jira_usage.metrics.access import INCLUDED, INCLUDED_PRODUCT
from jira_usage.metrics.care import Care
from jira_usage.metrics.known import CARE, Known
from jira_usage.metrics.rows import each
from jira_usage.metrics.verdicts import why
from jira_usage.metrics.words import GONE, HIGH, LOW, MEDIUM, NEVER, QUIET, listed, plural

LastSeen = Mapping[str, date | None]
Holdings = Mapping[str, Mapping[str, tuple[str, list[str]]]]
OFFERED: Final = (QUIET, GONE, NEVER)
"""The verdicts with which a license could be given back."""
LEVELS: Final = ("", LOW, MEDIUM, HIGH)


@dataclass(frozen=True)
class Grounds:
    """All that evidence rests on, beside the rows themselves.

    `last_seen` is from the administrators' own export: when each account was last in what
    `seen_in` says, None for never; an account it does not name is not in it. `free` are the
    products whose plan costs nothing.
    """

    known: Known
    thresholds: Thresholds
    care: Care = field(default_factory=Care)
    last_seen: LastSeen = field(default_factory=dict)
    seen_in: str = "Jira"
    product_names: Mapping[str, str] = field(default_factory=dict)
    free: frozenset[str] = frozenset()

    @property
    def words(self) -> dict[str, str]:
        """The verdicts in words."""
        return self.known.words(self.thresholds)


def confidence(rows: pd.DataFrame, grounds: Grounds) -> pd.Series:
    """high | medium | low for each row, empty where the license is not offered or is a reader's.

    Takes account_id, product_key, verdict and first_seen_at (epoch ms, or unknown).
    """
    known, limits, care = grounds.known, grounds.thresholds, grounds.care
    verdict, accounts = rows["verdict"], rows["account_id"]
    level = np.full(len(rows), 3, dtype=np.int64)
    level[(verdict == QUIET).to_numpy()] = 2
    first = rows["first_seen_at"].astype("Int64").fillna(0).to_numpy(dtype=np.int64)
    begins = np.maximum(first, known.back(max(known.days, 1)))
    _cap(level, begins > known.back(limits.quiet), 2)
    _cap(level, begins > known.back(limits.cooling), 1)
    everywhere = 3
    if not known.sees_nearly_all or known.partial or known.care_refused:
        everywhere = 2
    _cap(level, np.ones(len(rows), dtype=np.bool_), everywhere)
    _cap(level, accounts.isin(list(care.leads)).to_numpy(), 2)
    _cap(level, accounts.isin([*care.sole, *care.roles]).to_numpy(), 1)
    recent = known.back(limits.new)
    back = [account_id for account_id, at in care.enabled_at.items() if at >= recent]
    _cap(level, accounts.isin(back).to_numpy(), 1)
    got = {pair for pair, at in care.got_at.items() if at >= recent}
    if got:
        pairs = zip(accounts, rows["product_key"], strict=True)
        _cap(level, np.array([pair in got for pair in pairs], dtype=np.bool_), 1)
    level[~verdict.isin(OFFERED).to_numpy() | accounts.isin(_readers(grounds)).to_numpy()] = 0
    return pd.Series(np.array(LEVELS, dtype=object)[level], index=rows.index, dtype="str")


def _cap(level: npt.NDArray[np.int64], where: npt.NDArray[np.bool_], most: int) -> None:
    level[where] = np.minimum(level[where], most)


def _readers(grounds: Grounds) -> list[str]:
    """The accounts that were in Jira within the furthest threshold, by the export."""
    known, furthest = grounds.known, grounds.thresholds.quiet
    return [
        account_id
        for account_id, day in grounds.last_seen.items()
        if day is not None and known.ago(day) < furthest
    ]


def holdings_of(access: pd.DataFrame, account_ids: pd.Series) -> Holdings:
    """product → (state, groups) of some accounts, from the dataset access."""
    told: dict[str, dict[str, tuple[str, list[str]]]] = {}
    for row in each(access[among(access["account_id"], account_ids)]):
        told.setdefault(row.account_id, {})[row.product_key] = (row.state, list(row.groups))
    return told


def reasons(
    rows: pd.DataFrame, holdings: Holdings, grounds: Grounds
) -> tuple[list[list[str]], list[list[str]]]:
    """The sentences for and against each row; names in them come from Jira.

    Takes account_id, product_key, verdict, last_act_at, first_seen_at.
    """
    pro, con = [], []
    alike = against_each(grounds.known)
    for row in each(rows):
        held = holdings.get(row.account_id, {})
        groups = held.get(row.product_key, ("", []))[1]
        pro.append([*_for_work(row, grounds), *_for_group(groups)])
        con.append(
            [
                *_against_known(row, grounds),
                *_against_person(row, grounds),
                *_against_leaving(row.product_key, groups, held, grounds.product_names),
                *_without(alike, row.account_id, grounds.care),
            ]
        )
    return pro, con


def _for_work(row: Any, grounds: Grounds) -> list[str]:
    last, first = _instant(row.last_act_at), _instant(row.first_seen_at)
    told = []
    if row.verdict in OFFERED:
        told.append(why(row.verdict, last, first, grounds.known, grounds.thresholds))
    if row.account_id in grounds.last_seen:
        day = grounds.last_seen[row.account_id]
        if day is None:
            told.append(f"The administrators' export knows of no visit to {grounds.seen_in}.")
        elif grounds.known.ago(day) >= grounds.thresholds.quiet:
            where = grounds.seen_in
            told.append(
                f"Last in {where} on {_day(day, grounds)}, says the administrators' export."
            )
    return told


def _for_group(groups: list[str]) -> list[str]:
    if len(groups) != 1:
        return []
    return [f"Holds it through {groups[0]} alone: leaving that group frees the license."]


def _against_known(row: Any, grounds: Grounds) -> list[str]:
    known, told = grounds.known, []
    if known.days < grounds.thresholds.quiet:
        told.append(f"Only {plural(known.days, 'day')} are known, since {known.since}.")
        last = _instant(row.last_act_at)
        if last is not None and known.on(last) < known.first_on:
            told.append(f"Work between {_day(known.on(last), grounds)} and then was not read.")
    return told


def against_each(known: Known) -> list[str]:
    """What stands against each license alike: of many it can be told once."""
    told = []
    if known.browsable < known.projects:
        told.append(
            f"The token sees {known.browsable:,} of {plural(known.projects, 'project')}: "
            "work in the others is not seen."
        )
    if known.partial:
        told.append(f"Not everything could be read: {listed(known.partial, 9)}.")
    return [*told, *(CARE[name] for name in known.no_care)]


def _without(alike: list[str], account_id: str, care: Care) -> list[str]:
    """The sentences without those that say of what is known of this account that it is not."""
    known = {"administrators": care.roles, "project roles": care.sole}
    told = {CARE[name] for name, accounts in known.items() if account_id in accounts}
    return [one for one in alike if one not in told]


def _against_person(row: Any, grounds: Grounds) -> list[str]:
    care, known, limits = grounds.care, grounds.known, grounds.thresholds
    one, told = row.account_id, []
    if one in care.leads:
        told.append(f"Leads {plural_of('project', care.leads[one])}.")
    if one in care.sole:
        told.append(
            f"The only one in the administrators role of {plural_of('project', care.sole[one])}."
        )
    if one in care.roles:
        told.append(f"{listed(care.roles[one])}.")
    if row.first_seen_at is not None and not pd.isna(row.first_seen_at):
        first = known.on(int(row.first_seen_at))
        if known.ago(first) < limits.quiet:
            told.append(f"First seen on {_day(first, grounds)}.")
    recent = known.back(limits.new)
    if care.enabled_at.get(one, 0) >= recent:
        told.append(f"Enabled again: found on {_day(known.on(care.enabled_at[one]), grounds)}.")
    got = care.got_at.get((one, row.product_key), 0)
    if got >= recent:
        told.append(f"Got this license lately: found on {_day(known.on(got), grounds)}.")
    seen = grounds.last_seen.get(one)
    if seen is not None and known.ago(seen) < limits.quiet:
        told.append(
            f"Was in {grounds.seen_in} on {_day(seen, grounds)}, says the administrators' export: "
            "a reader, not idle."
        )
    return told


def _against_leaving(
    product_key: str,
    groups: list[str],
    held: Mapping[str, tuple[str, list[str]]],
    names: Mapping[str, str],
) -> list[str]:
    """What leaving the groups changes beside this license, or that leaving one is not enough."""
    told = []
    if len(groups) > 1:
        told.append(
            f"Holds it through {len(groups)} groups, {listed(groups)}: leaving one changes nothing."
        )
    gone = set(groups)
    others = {key: how for key, how in held.items() if key != product_key}
    taken = [
        names.get(key, key)
        for key, (state, ways) in others.items()
        if state != INCLUDED and set(ways) <= gone
    ]
    if taken and groups:
        told.append(f"Leaving {listed(groups)} also takes {listed(taken)}.")
    stays = [key for key, (_, ways) in others.items() if not set(ways) <= gone]
    if stays == [INCLUDED_PRODUCT] and others[INCLUDED_PRODUCT][0] == INCLUDED:
        name = names.get(INCLUDED_PRODUCT, INCLUDED_PRODUCT)
        told.append(f"{name}, now included, then takes a license of its own.")
    return told


def plural_of(one: str, keys: list[str]) -> str:
    """“the project WEB”, “the projects WEB and OPS”."""
    return f"the {one}{'s' if len(keys) > 1 else ''} {listed(keys)}"


def _day(day: date, grounds: Grounds) -> str:
    return grounds.known.day_words(day)


def _instant(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
