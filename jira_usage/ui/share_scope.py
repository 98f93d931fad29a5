"""Which part of the site is shared, and how its people appear: one choice for files and links."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from jira_usage.errors import InvalidInput
from jira_usage.metrics.rows import each
from jira_usage.metrics.words import people_count
from jira_usage.period import Period
from jira_usage.reports import people_in, scope_words
from jira_usage.scope import FEWEST, Part, People, Scope
from jira_usage.snapshot import Snapshot
from jira_usage.ui import cards
from jira_usage.ui.text import short
from jira_usage.ui.view import View

PART_WORDS: dict[Part, str] = {
    "site": "The whole site",
    "products": "Some products",
    "projects": "Some projects",
    "groups": "Some groups",
}
PART_MEANS: dict[Part, str] = {
    "site": "Everybody, and everything that was found.",
    "products": "The people with these products, their licenses of them, and what they did.",
    "projects": "What was done in these projects, and by whom. No licenses.",
    "groups": "The people of these groups, their licenses, and what they did. No seats.",
}
PEOPLE_WORDS: dict[People, str] = {
    "pseudonyms": "By pseudonym",
    "names": "By name",
    "none": "Left out",
}
PEOPLE_MEANS = (
    "A pseudonym stays the same for a person, and only this site's folder holds its key. "
    f"Without names, products and projects of fewer than {FEWEST} people are merged."
)
PEOPLE_WHY: dict[People, str] = {
    "pseudonyms": "How a team works can be told without naming anybody.",
    "names": "Whoever gets it sees who did what: share names only with those who need them.",
    "none": "No list of people: numbers only.",
}


@dataclass(frozen=True)
class Wanted:
    """What was chosen; `scope` is None, and `why` says it, where it can't be shared so."""

    scope: Scope | None
    why: str = ""
    words: str = ""


def show(view: View) -> Wanted:
    """The choice of a part and of names."""
    with cards.card("What is shared"):
        part: Part = st.radio(
            "Part of the site",
            list(PART_WORDS),
            format_func=PART_WORDS.__getitem__,
            horizontal=True,
            key="share_part",
        )
        st.caption(PART_MEANS[part])
        keys: list[str] = []
        if part != "site":
            names = view.cached(options, part)
            keys = st.multiselect(
                part.capitalize(),
                list(names),
                format_func=names.__getitem__,
                key=f"share_{part}",
                placeholder=f"Choose {part}",
            )
        people: People = st.radio(
            "People",
            list(PEOPLE_WORDS),
            format_func=PEOPLE_WORDS.__getitem__,
            horizontal=True,
            key="share_people",
            help=PEOPLE_MEANS,
        )
        st.caption(PEOPLE_WHY[people])
        wanted = _wanted(view, part, keys, people)
        if wanted.why:
            st.info(wanted.why, icon=":material/info:")
        elif wanted.scope:
            st.caption(f"{people_count(view.cached(number, wanted.scope))} in it.")
        return wanted


def options(snapshot: Snapshot, period: Period, count_created: bool, part: str) -> dict[str, str]:
    """What can be chosen: keys and their names, by name."""
    table, key, name = {
        "products": (snapshot.products, "product_key", "product_name"),
        "projects": (snapshot.projects, "project_key", "name"),
        "groups": (snapshot.groups, "group_id", "name"),
    }[part]
    pairs = [(row[0], short(row[1] or row[0])) for row in each(table[[key, name]])]
    if part == "projects":
        pairs = [(k, f"{k} · {told}") for k, told in pairs]
    return dict(sorted(pairs, key=lambda pair: pair[1].casefold()))


def number(snapshot: Snapshot, period: Period, count_created: bool, scope: Scope) -> int:
    """How many people a scope is about."""
    return people_in(snapshot, scope)


def _wanted(view: View, part: str, keys: list[str], people: People) -> Wanted:
    try:
        scope = Scope(part, tuple(keys), people)  # type: ignore[arg-type]  # Scope says no to another part
    except InvalidInput as error:
        return Wanted(None, f"{error.message} {error.remedy}")
    found = view.cached(number, scope)
    if not found:
        return Wanted(None, "There is nobody in it. Choose more.")
    if people != "names" and found < FEWEST:
        return Wanted(
            None,
            f"Fewer than {FEWEST} people are too few to be shown without names. "
            "Choose more, or show names.",
        )
    return Wanted(scope, words=scope_words(view.snapshot, scope))
