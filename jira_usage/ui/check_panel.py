"""The check of a connection, line by line: what was tried, how it went, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from jira_usage.metrics.words import plural
from jira_usage.preflight import CheckLine
from jira_usage.ui.text import safe

LINES = "check_lines"
MARKS = {
    "ok": ":green[:material/check_circle:]",
    "missing": ":orange[:material/warning:] Missing:",
    "failed": ":red[:material/error:] Failed:",
}


def show_line(line: CheckLine) -> None:
    """One line; below it, what its failure costs."""
    st.markdown(f"{MARKS[line.state]} **{safe(line.title)}** · {safe(line.text)}")
    if line.state != "ok" and line.cost:
        st.caption(f"What this costs: {safe(line.cost)}")


def keep(lines: Sequence[CheckLine]) -> None:
    """Keeps the lines for the page that comes after the check."""
    st.session_state[LINES] = tuple(lines)


def show_kept() -> None:
    """What the last check of this session found; open where something is missing."""
    lines: tuple[CheckLine, ...] = st.session_state.get(LINES, ())
    if not lines:
        return
    missing = [line for line in lines if line.state != "ok"]
    found = (
        f"{plural(len(missing), 'check')} of {len(lines)} not passed: what it costs"
        if missing
        else f"All {len(lines)} checks passed"
    )
    icon = ":material/warning:" if missing else ":material/verified_user:"
    with st.expander(found, expanded=bool(missing), icon=icon):
        for line in sorted(lines, key=lambda line: line.state == "ok"):
            show_line(line)


def forget() -> None:
    st.session_state.pop(LINES, None)
