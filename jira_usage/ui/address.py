"""The address bar of the Users page: its filters are read from it, and written to it.

The address is the state. Streamlit's own bind="query-params" writes an option's label,
and the labels of these filters hold counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from jira_usage.metrics import narrowing
from jira_usage.metrics.facets import Facet
from jira_usage.metrics.narrowing import Narrowing
from jira_usage.metrics.reclaim import SORTS as RECLAIM_SORTS
from jira_usage.metrics.roster import SORTS
from jira_usage.period import Period

PAGE_SIZES = (50, 100, 200)
USUAL = {
    "sort": next(iter(SORTS)),
    "order": next(iter(RECLAIM_SORTS)),  # of the Reclaim page, which has other orders
    "size": PAGE_SIZES[0],
    "page": 1,
}


def told(key: str, options: Sequence[str]) -> list[str]:
    """What the address says of a filter; options that do not exist are dropped from it."""
    values = st.query_params.get_all(key)
    known = [value for value in values if value in options]
    if known != values:
        st.query_params[key] = known
    return known


def chosen(key: str, options: Sequence[str]) -> str:
    """The one option the address names, or the usual one."""
    return next(iter(told(key, options)), str(USUAL[key]))


def page(pages: int) -> int:
    """The page that the address names, within those there are."""
    value = st.query_params.get("page", "1")
    return min(max(int(value), 1), pages) if value.isdecimal() else 1


def write(key: str) -> None:
    """Writes a widget's value into the address, and goes back to the first page."""
    value = st.session_state[key]
    if key != "page":
        st.query_params.pop("page", None)
    if value in ("", [], None, USUAL.get(key)):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def clear(keys: Iterable[str]) -> None:
    """Takes some filters, the search and the page out of the address."""
    for key in (*keys, "q", "page"):
        st.query_params.pop(key, None)


def narrowing_of(period: Period) -> Narrowing:
    """What part of a chart the address asks for; what can't be read is dropped from it."""
    said = {key: st.query_params[key] for key in narrowing.KEYS if key in st.query_params}
    asked = narrowing.read(said, period)
    for key in said.keys() - set(asked.keys):
        del st.query_params[key]
    return asked


def list_shown(facets: Sequence[Facet]) -> dict[str, list[str]]:
    """What the address says of the list of users: the way to it from a person, and back."""
    keys = (*(facet.key for facet in facets), *narrowing.KEYS, "q", "sort", "size", "page")
    return {key: st.query_params.get_all(key) for key in keys if key in st.query_params}
