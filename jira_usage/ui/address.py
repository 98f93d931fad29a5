"""The address bar: the filters of the lists are read from it, and written to it.

The address is the state. Streamlit's own bind="query-params" writes an option's label,
and the labels of these filters hold counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from jira_usage.metrics import narrowing
from jira_usage.metrics.facets import Facet
from jira_usage.metrics.focus import KEYS as FOCUS
from jira_usage.metrics.narrowing import Narrowing
from jira_usage.metrics.reclaim import SORTS as RECLAIM_SORTS
from jira_usage.metrics.roster import SORTS
from jira_usage.period import Period

PAGE_SIZES = (50, 100, 200)
PAGING = ("size", "page")
ORIGIN = "from"
"""Of a person's page: the list that it was opened from."""
OF_USERS = (
    *("type", "work", "verdict", "product", "role", "group", "project", "kind", "status", "email"),
    *(*narrowing.KEYS, "q", "sort", *PAGING),
)
OF_RECLAIM = ("product", "confidence", "verdict", "decision", "group", "q", "order", *PAGING)
OF_CHANGES = ("since", "show", *PAGING)
OF_ACTIVITY = (*FOCUS, "life")
OF_ALL = ("days", "zone", "created", "link")
"""What every page knows: the view's choices, and whether a link was opened."""
OF_PAGE = {
    "Users": OF_USERS,
    "Person": ("person", ORIGIN, *OF_USERS, *OF_RECLAIM, *OF_CHANGES, *OF_ACTIVITY),
    "Reclaim": OF_RECLAIM,
    "Changes": OF_CHANGES,
    "Activity": OF_ACTIVITY,
}
FREE = "Renewal"
"""Its parameters are named after the site's products: it drops only those of other pages."""
COMES_BACK = ("Users", "Reclaim", "Activity")
LAST_PAGE = "view_page"
FOLLOWS = "view_follows"
"""What was chosen of FOCUS by hand, and goes along to each page that comes back."""
USUAL = {
    "sort": next(iter(SORTS)),
    "order": next(iter(RECLAIM_SORTS)),
    "size": PAGE_SIZES[0],
    "page": 1,
}


def arrive(page: str) -> None:
    """Drops what a page does not know, and brings back what was chosen when it was left.

    A product, group or project that was chosen on another page since then comes along. A
    link's own filters win. On a page where one has been already, an empty address means
    that nothing is chosen.
    """
    of_others = {key for keys in OF_PAGE.values() for key in keys}
    known = {*OF_PAGE.get(page, ()), *OF_ALL}
    strange = set(st.query_params) - known
    last = st.session_state.get(LAST_PAGE)
    came = last != page
    if came and last and strange & of_others - set(FOCUS):
        # The browser's Back: before Streamlit opens a page with filters, it writes them into
        # the history under the page that is left. Nothing of that was chosen here.
        strange |= set(st.query_params) - set(OF_ALL)
    for key in strange:
        if page != FREE or key in of_others:
            with suppress(StreamlitAPIException):  # bound: then Streamlit takes it away
                del st.query_params[key]
    st.session_state[LAST_PAGE] = page
    if page not in COMES_BACK:
        return
    place = f"view_{page.lower()}"
    here = said(OF_PAGE[page])
    if came and not here:
        followed = st.session_state.get(FOLLOWS, {})
        here = st.session_state.get(place, {}) | {k: followed[k] for k in known & set(followed)}
        for key, values in here.items():
            st.query_params[key] = values
    elif came and page == "Activity":
        _follow({key: here.get(key, []) for key in FOCUS})
    st.session_state[place] = here


def _follow(chosen: Mapping[str, Sequence[str]]) -> None:
    """Lets a choice of FOCUS go along from page to page."""
    told = {key: list(values) for key, values in chosen.items() if key in FOCUS}
    if told:
        st.session_state[FOLLOWS] = st.session_state.get(FOLLOWS, {}) | told


def focus_shown() -> dict[str, list[str]]:
    """What the address says of FOCUS: a number of this page is about no more than that."""
    return said(FOCUS)


def said(keys: Iterable[str]) -> dict[str, list[str]]:
    """What the address says of some keys; those that it does not name are left out."""
    return {key: st.query_params.get_all(key) for key in keys if key in st.query_params}


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
    """The page that the address names, within those there are; another is corrected in it."""
    value = st.query_params.get("page", "1")
    asked = int(value) if value.isdecimal() and value.isascii() else 1
    found = min(max(asked, 1), pages)
    if value != str(found):
        if found == USUAL["page"]:
            st.query_params.pop("page", None)
        else:
            st.query_params["page"] = str(found)
    return found


def write(key: str) -> None:
    """Writes a widget's value into the address, and goes back to the first page."""
    value = st.session_state[key]
    if key != "page":
        st.query_params.pop("page", None)
    if value in ("", [], None, USUAL.get(key)):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value
    if key in FOCUS:
        _follow({key: value})


def clear(keys: Iterable[str]) -> None:
    """Takes some filters, the search and the page out of the address."""
    for key in (*keys, "q", "page"):
        st.query_params.pop(key, None)
    _follow(dict.fromkeys(keys, ()))


def narrowing_of(period: Period) -> Narrowing:
    """What part of a chart the address asks for; what can't be read is dropped from it."""
    given = {key: st.query_params[key] for key in narrowing.KEYS if key in st.query_params}
    asked = narrowing.read(given, period)
    for key in given.keys() - set(asked.keys):
        del st.query_params[key]
    return asked


def list_shown(facets: Sequence[Facet]) -> dict[str, list[str]]:
    """What the address says of the list of users: the way to it from a person, and back."""
    return said((*(facet.key for facet in facets), *narrowing.KEYS, "q", "sort", *PAGING))
