"""The app's mark, three days of work beside its name, and the ink of its charts."""

from __future__ import annotations

import streamlit as st

PAGE_ICON = "📊"
_BARS = (
    '<rect x="0" y="11" width="6" height="13" rx="2" fill="#0C66E4"/>'
    '<rect x="9" y="5" width="6" height="19" rx="2" fill="#388BFF"/>'
    '<rect x="18" y="0" width="6" height="24" rx="2" fill="#1F845A"/>'
)
_MARK = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{_BARS}</svg>'
_NAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 140 24">{bars}'
    '<text x="34" y="19" font-family="Source Sans, Segoe UI, Helvetica, Arial, sans-serif" '
    'font-size="19" font-weight="700" textLength="104" fill="{ink}">Jira usage</text></svg>'
)

SHOWN = "view_theme"


def show() -> None:
    """The mark in the corner, in ink that suits the theme."""
    st.session_state[SHOWN] = st.context.theme.type
    st.logo(_NAME.format(bars=_BARS, ink=ink()), icon_image=_MARK, size="medium")


def recheck() -> None:
    """For what redraws itself: runs the whole page again where the browser's theme is another.

    Streamlit does not by itself, and the ink of the one theme can't be read on the other.
    """
    if st.context.theme.type != st.session_state.get(SHOWN):
        st.rerun()


def ink() -> str:
    """The text color of the theme that this browser shows."""
    return "#E6EAEE" if st.context.theme.type == "dark" else "#101214"
