"""A part of a snapshot as a snapshot of its own: what is left out is nowhere in it.

Every figure that is made from it can only tell of that part, whoever asks and however.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from jira_usage.among import among
from jira_usage.datasets import access_of
from jira_usage.decisions import Noted
from jira_usage.errors import InvalidInput
from jira_usage.metrics.focus import acts_of
from jira_usage.metrics.reclaim import Beside
from jira_usage.period import LATEST_MS
from jira_usage.pseudonyms import Pseudonyms
from jira_usage.reports.remarks import nameless
from jira_usage.reports.subject import Subject
from jira_usage.schema import TABLES
from jira_usage.scope import FEWEST, Scope
from jira_usage.snapshot import Snapshot
from jira_usage.terms import Terms

NOT_SHARED = "This is not part of what is shown."
OF_THE_SITE = "Of the whole site: "
OF_LICENSES = ("licenses", "plans", "groups", "administrators", "project roles")
NO_REASON = "decided"


def narrowed(subject: Subject, scope: Scope, pseudonyms: Pseudonyms) -> Subject:
    """The subject's part that a scope shows.

    InvalidInput where nothing is left of it, or too few people to be shown without names.
    """
    part = Part(subject.snapshot, scope, pseudonyms)
    people = part.users["account_type"] == "atlassian"
    if not people.any():
        raise InvalidInput("There is nobody in this part of the site.", "Choose another part.")
    if scope.people != "names" and int(people.sum()) < FEWEST:
        raise InvalidInput(
            f"Fewer than {FEWEST} people are too few to be shown without names.",
            "Choose more, or show names.",
        )
    if scope.part == "site" and scope.people == "names":
        return subject
    return replace(
        subject,
        snapshot=part,
        noted=part.noted(subject.noted),
        beside=part.beside(subject.beside),
        said=subject.said if scope.part == "site" else Terms(),
    )


def people_in(snapshot: Snapshot, scope: Scope) -> int:
    """How many people a scope is about."""
    human = snapshot.users["account_type"] == "atlassian"
    return int((_people(snapshot, scope) & human).sum())


def scope_words(snapshot: Snapshot, scope: Scope) -> str:
    """“Products: Jira, Service Desk”; what is not there any more goes by its key."""
    if scope.part == "site":
        return "The whole site"
    table, key, name = {
        "products": (snapshot.products, "product_key", "product_name"),
        "projects": (snapshot.projects, "project_key", "name"),
        "groups": (snapshot.groups, "group_id", "name"),
    }[scope.part]
    names = dict(zip(table[key], table[name], strict=True))
    return f"{scope.part.capitalize()}: {', '.join(names.get(k) or k for k in scope.keys)}"


class Part(Snapshot):
    """Some people of a snapshot, and some of what they did."""

    def __init__(self, whole: Snapshot, scope: Scope, pseudonyms: Pseudonyms) -> None:
        self._scope = scope
        self._names = scope.people == "names"
        self._pseudonyms = pseudonyms
        self._id = f"{whole.id}:{scope.part}:{scope.people}:{','.join(scope.keys)}"
        self._meta = self._some_meta(whole)
        chosen = _people(whole, scope)
        self._tables(whole, chosen)

    @property
    def id(self) -> str:
        return self._id

    @property
    def meta(self) -> dict[str, Any]:
        return dict(self._meta)

    @property
    def as_of_ms(self) -> int:
        return int(self._meta["as_of"])

    @property
    def covered_from_ms(self) -> int:
        return int(self._meta["covered_from"])

    @property
    def base_url(self) -> str:
        return ""

    @property
    def timezone(self) -> str:
        return str(self._meta["timezone"])

    def events(self, start_ms: int = 0, end_ms: int = LATEST_MS) -> Any:
        """None: a part holds numbers, and no single acts."""
        return iter(())

    def last_events(self, account_id: str, most: int) -> pd.DataFrame:
        """None: a part holds numbers, and no single acts."""
        raise InvalidInput("Single acts are not shown here.")

    def noted(self, noted: Noted) -> Noted:
        """The decisions about these people; without what was written of them by hand."""
        mine = [d for d in noted.decisions if d.account_id in self._new_ids]
        return Noted(
            tuple(
                d
                if self._names
                else replace(d, account_id=self._new_ids[d.account_id], reason=NO_REASON, by="")
                for d in mine
            ),
            noted.thresholds,
        )

    def beside(self, beside: Beside) -> Beside:
        """The last sight of these people."""
        seen = ((self._new_ids[a], day) for a, day in beside.last_seen if a in self._new_ids)
        return replace(beside, last_seen=tuple(sorted(seen)))

    def _some_meta(self, whole: Snapshot) -> dict[str, Any]:
        """What is said of the sync; not by whom, and nothing that admits anybody."""
        told = whole.meta
        kept = ("site_url", "as_of", "covered_from", "timezone", "days", "previous_as_of")
        some = {name: told.get(name) for name in kept}
        by = {"display_name": told.get("display_name", ""), "account_id": told["account_id"]}
        return some | (by if self._names else dict.fromkeys(by, ""))

    def _tables(self, whole: Snapshot, chosen: pd.Series) -> None:
        """Fills what Snapshot would read from the store."""
        users = whole.users[chosen.to_numpy()]
        self._new_ids: dict[str, str] = {
            one: one if self._names else self._pseudonyms.account_id(one)
            for one in users["account_id"]
        }
        old_ids = users["account_id"]
        users = self._mapped(users, "account_id")
        if not self._names:
            human = (users["account_type"] == "atlassian").to_numpy()
            names = [self._pseudonyms.name(one) for one in old_ids]
            users["display_name"] = users["display_name"].mask(human, pd.Series(names, users.index))
            users["email"] = ""
        order = users["account_id"].argsort()
        self.users = users.iloc[order].reset_index(drop=True)
        self.tally = self._some_acts(whole, old_ids.iloc[order])
        self.issues = _none("issues")
        self.fields = _none("fields")
        self.coverage = self._some_coverage(whole)
        self.projects = self._some_projects(whole)
        self.changes = self._theirs(whole.changes)
        self.members = self._theirs(whole.members)
        self.role_actors = self._theirs(whole.role_actors)
        self.groups, self.products = whole.groups, whole.products
        self.product_groups = whole.product_groups
        self.access = self._theirs(access_of(whole))
        self._some_licenses(whole)

    def _some_acts(self, whole: Snapshot, old_ids: pd.Series) -> pd.DataFrame:
        """The tally of the people, in the order of the users; of the projects in scope."""
        part = self._scope.part
        return acts_of(
            whole.tally,
            old_ids,
            named=self.users["account_id"],
            projects=self._scope.keys if part == "projects" else (),
            nobody=part not in ("products", "groups"),
        )

    def _some_coverage(self, whole: Snapshot) -> pd.DataFrame:
        """How complete it is; reasons may name what lies outside of the scope."""
        told = whole.coverage.copy()
        if self._scope.part != "site" or not self._names:
            whose = "" if self._scope.part == "site" else OF_THE_SITE
            told["reason"] = [one and whose + nameless(one) for one in told["reason"]]
            told["consequence"] = ""
        if self._scope.part == "projects":
            away = told["dataset"].isin(OF_LICENSES).to_numpy()
            told["state"] = np.where(away, "never", told["state"])
            told["reason"] = np.where(away, NOT_SHARED, told["reason"])
        for column in ("state", "reason", "consequence"):
            told[column] = told[column].astype("str")
        return told

    def _some_projects(self, whole: Snapshot) -> pd.DataFrame:
        projects = whole.projects
        if self._scope.part == "projects":
            projects = projects[projects["project_key"].isin(self._scope.keys)]
        elif self._scope.part != "site":
            worked = self.tally["project_key"].cat.categories
            projects = projects[projects["project_key"].isin(worked)]
        leads = [self._new_ids.get(one, "") for one in projects["lead_account_id"]]
        return projects.assign(
            lead_account_id=pd.Series(leads, projects.index, dtype="str")
        ).reset_index(drop=True)

    def _some_licenses(self, whole: Snapshot) -> None:
        """The groups and products in scope; seats of the whole site are no part of a group."""
        scope, groups = self._scope, self.groups
        if scope.part == "site":
            return
        if scope.part == "projects":
            self.groups, self.products = groups.iloc[:0], self.products.iloc[:0]
            self.product_groups, self.members = self.product_groups.iloc[:0], _none("members")
            self.access = self.access.iloc[:0] if self.access is not None else None
            mine = self.role_actors["project_key"].isin(scope.keys)
            self.role_actors = self.role_actors[mine].reset_index(drop=True)
            return
        held = self.access if self.access is not None else access_of(whole)
        if scope.part == "products":
            held = held[held["product_key"].isin(scope.keys)]
            granted = self.product_groups["product_key"].isin(scope.keys)
            shown = groups["group_id"].isin(self.product_groups.loc[granted, "group_id"])
        else:
            shown = groups["group_id"].isin(scope.keys)
        self.groups = groups[shown].reset_index(drop=True)
        names = set(self.groups["name"])
        lists = [[name for name in told if name in names] for told in held["groups"]]
        self.access = held.assign(groups=pd.Series(lists, held.index, dtype=object)).reset_index(
            drop=True
        )
        ids = self.groups["group_id"]
        for name in ("members", "product_groups"):
            table = getattr(self, name)
            setattr(self, name, table[table["group_id"].isin(ids)].reset_index(drop=True))
        self.product_groups = self.product_groups[
            self.product_groups["product_key"].isin(held["product_key"])
        ].reset_index(drop=True)
        products = self.products[self.products["product_key"].isin(held["product_key"])]
        if scope.part == "groups":
            blank = dict.fromkeys(("seats", "seats_used", "seats_remaining", "approximate_users"))
            products = products.assign(**blank, unlimited=False)
            for column in blank:
                products[column] = products[column].astype("Int64")
        self.products = products.reset_index(drop=True)
        self.role_actors = self.role_actors[self.role_actors["account_id"] != ""]

    def _theirs(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of these people, and those that name nobody."""
        mine = (table["account_id"] == "") | among(
            table["account_id"], pd.Index(list(self._new_ids), dtype="str")
        )
        some: pd.DataFrame = table[mine.to_numpy()]
        mapped = self._mapped(some, "account_id")
        return mapped.reset_index(drop=True)

    def _mapped(self, table: pd.DataFrame, column: str) -> pd.DataFrame:
        ids = [self._new_ids.get(one, "") for one in table[column]]
        told: pd.DataFrame = table.assign(**{column: pd.Series(ids, table.index, dtype="str")})
        return told


def _people(whole: Snapshot, scope: Scope) -> pd.Series:
    """Which accounts of the table users belong to a scope."""
    users, keys = whole.users, list(scope.keys)
    if scope.part == "site":
        return pd.Series(True, users.index)
    if scope.part == "products":
        held = access_of(whole)
        ids = set(held.loc[held["product_key"].isin(keys), "account_id"])
    elif scope.part == "groups":
        ids = set(whole.members.loc[whole.members["group_id"].isin(keys), "account_id"])
    else:
        tally, roles = whole.tally, whole.role_actors
        ids = set(tally.loc[tally["project_key"].isin(keys).to_numpy(), "account_id"].unique())
        roles = roles[roles["project_key"].isin(keys)]
        there = whole.members["group_id"].isin(roles["group_id"])
        ids |= {*roles["account_id"], *whole.members.loc[there, "account_id"]}
    return pd.Series(among(users["account_id"], ids - {""}), index=users.index)


def _none(name: str) -> pd.DataFrame:
    frame: pd.DataFrame = TABLES[name].empty_table().to_pandas()
    return frame
