"""The way to the pages: app.py's table, and the repair of a start without it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from jira_usage import nightly
from jira_usage.errors import JiraUsageError
from jira_usage.ui import login, session
from jira_usage.ui.brand import PAGE_ICON
from jira_usage.ui.errors import show_error

_this_run = threading.local()
SEEN = "navigation_seen"
FOR_ADMINISTRATORS = frozenset({"connect", "share"})
HOME = "overview.py"
"""The page that app.py opens at the bare address: Streamlit takes the first of a list for it."""
LINK = "link"
"""What the address names the secret of a link."""


def run(pages: Sequence[Page]) -> None:
    """Shows the navigation and runs the page that is asked for."""
    nightly.ensure()
    with login.one_moment():
        _run(pages)


def _run(pages: Sequence[Page]) -> None:
    # Before st.navigation: else the page's Material icon becomes the favicon, from Google.
    st.set_page_config(page_title="Jira usage", page_icon=PAGE_ICON, layout="wide")
    hidden = FOR_ADMINISTRATORS if login.is_viewer() else frozenset()
    shown = [page for page in pages if page.url_path not in hidden]
    alone = session.is_shared() or LINK in st.query_params or not login.is_admitted()
    alone = alone or login.people_shown() != "names"
    page = st.navigation(shown, position="hidden" if alone else "sidebar")
    _this_run.routed = st.session_state[SEEN] = True
    try:
        page.run()
    except JiraUsageError as error:
        show_error(error)
    finally:
        _this_run.routed = False
        _spare_the_collector()


@cache
def _spare_the_collector() -> None:
    """Once: leaves what was loaded at the start out of every later garbage collection.

    Streamlit collects after each run of a page, and that took as long as the run itself.
    """
    gc.collect()
    gc.freeze()


def ensure_table() -> None:
    """Starts again through app.py where Streamlit has run a page of pages/ by itself.

    It does so on a fresh server, until st.navigation was called once by anybody. Once in
    a session is enough, and starting again later would lose the click that caused the run.
    """
    started = Path(getattr(sys.modules["__main__"], "__file__", ""))
    if getattr(_this_run, "routed", False) or started.name != "app.py":
        return
    if st.session_state.get(SEEN):
        return
    st.session_state[SEEN] = True
    pages = sorted((started.parent / "pages").glob("*.py"), key=lambda file: file.name != HOME)
    st.navigation(pages, position="hidden")
    st.rerun()
