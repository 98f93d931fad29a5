"""The way from a list to a person, and back to the very same list: the address tells both."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from jira_usage.metrics.facets import Facet
from jira_usage.ui import address

# The lists besides Users: what their address says, and what the way back is called.
KEYS = {
    "reclaim": address.OF_RECLAIM,
    "changes": address.OF_CHANGES,
    "activity": address.OF_ACTIVITY,
    "licenses": (),
}
LABELS = {
    "changes": "Back to Changes",
    "activity": "Back to Activity",
    "licenses": "Back to Licenses",
}


def open_person(account_id: str, origin: str) -> None:
    """Leaves one of the lists named here for a person."""
    st.switch_page(
        "pages/person.py",
        query_params={**address.said(KEYS[origin]), address.ORIGIN: origin, "person": account_id},
    )


def open_from_users(account_id: str, facets: Sequence[Facet]) -> None:
    """Leaves the list of users for a person."""
    back = address.list_shown(facets)
    st.switch_page("pages/person.py", query_params={**back, "person": account_id})


def show(facets: Sequence[Facet]) -> None:
    """The link back to the list that the person was opened from; to Users where none is told."""
    origin = next(iter(address.told(address.ORIGIN, tuple(KEYS))), "")
    st.page_link(
        f"pages/{origin or 'users'}.py",
        label=LABELS.get(origin, "Back to the list"),
        icon=":material/arrow_back:",
        query_params=address.said(KEYS[origin]) if origin else address.list_shown(facets),
    )
