"""Links to a part of the site: made here, listed here, revoked here."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
import streamlit as st

from jira_usage import links
from jira_usage.errors import JiraUsageError
from jira_usage.links import Link
from jira_usage.metrics.words import plural
from jira_usage.reports import build_report, freeze, scope_words
from jira_usage.ui import cards, login, reclaim_notes, share_files
from jira_usage.ui.errors import show_error
from jira_usage.ui.navigation import LINK
from jira_usage.ui.share_scope import PEOPLE_WORDS, Wanted
from jira_usage.ui.text import age, moment
from jira_usage.ui.view import View

LASTS = {1: "1 day", 7: "7 days", 30: "30 days", 90: "90 days"}
USUALLY = 30
MADE, TROUBLE = "share_made", "share_trouble"
KINDS = {False: "Follows new syncs", True: "Frozen as it is now"}
WHAT_IT_IS = (
    "Whoever has the link sees this part, read-only, without a token or an account, and reaches "
    "nothing else. It ends by itself, and you can revoke it at any time."
)
ONCE = "Copy it now: only a hash of it is kept, and it can't be shown again."
REACH = "Others can open it if they can reach this server, whose address is in the link."
FOR_ADMINISTRATORS = "Only an administrator of this app can make and revoke links."


def show(view: View, wanted: Wanted) -> None:
    """The form for a new link, and the links there are."""
    with cards.card("A link", WHAT_IT_IS):
        if not login.is_administrator():
            st.caption(FOR_ADMINISTRATORS)
            return
        _show_form(view, wanted)
        _show_made()
        _show_list(view)


def _show_form(view: View, wanted: Wanted) -> None:
    with st.form("share_link", border=False):
        with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
            label = st.text_input(
                "For whom",
                key="share_label",
                max_chars=links.LONGEST_LABEL,
                placeholder="Finance",
                width=280,
            )
            lasts = st.selectbox(
                "Ends after",
                list(LASTS),
                index=list(LASTS).index(USUALLY),
                format_func=LASTS.__getitem__,
                key="share_lasts",
                width=140,
            )
            frozen = st.radio(
                "Shows",
                list(KINDS),
                format_func=KINDS.__getitem__,
                key="share_frozen",
                horizontal=True,
            )
        asked = st.form_submit_button(
            "Create a link", icon=":material/add_link:", disabled=wanted.scope is None
        )
    if asked and wanted.scope is not None:
        try:
            st.session_state[MADE] = _create(view, wanted, label, lasts, frozen)
        except JiraUsageError as error:
            st.session_state.pop(MADE, None)
            show_error(error)


def _create(view: View, wanted: Wanted, label: str, lasts: int, frozen: bool) -> str:
    assert wanted.scope is not None
    basis = share_files.Basis.of(view)
    link, secret = links.new_link(
        label=label,
        scope=wanted.scope,
        days=view.days,
        timezone=view.zone,
        count_created=view.count_created,
        frozen=frozen,
        made_by=basis.by,
        now_ms=int(time.time() * 1000),
        lasts_days=lasts,
    )
    told = basis.subject(wanted.scope)  # refuses what can't be shown
    shown = None
    if frozen:
        shown = freeze(build_report(told, basis.making(wanted.scope, wanted.words)))
    links.keep(basis.kept, link, shown)
    return secret


def _show_made() -> None:
    """The address of a link that was just made, once."""
    secret = st.session_state.pop(MADE, "")
    if secret:
        st.success(f"{ONCE} {REACH}", icon=":material/link:")
        st.code(address(str(st.context.url or ""), secret), language=None, wrap_lines=True)


def address(here: str, secret: str) -> str:
    """The address of a link, beside the page that made it."""
    parts = urlsplit(here)
    folder = parts.path.rpartition("/")[0]
    if not parts.path.endswith("/share"):
        folder = parts.path.rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/shared", f"{LINK}={secret}", ""))


def _show_list(view: View) -> None:
    trouble = st.session_state.pop(TROUBLE, None)
    if isinstance(trouble, JiraUsageError):
        show_error(trouble)
    try:
        made = links.links_of(reclaim_notes.kept())
    except JiraUsageError as error:
        show_error(error)
        return
    if not made:
        st.caption("There is no link yet.")
        return
    now = int(time.time() * 1000)
    with st.container(key="share_list"):
        picked = st.dataframe(
            pd.DataFrame([_row(view, link, now) for link in made]),
            key=table_key(made),
            on_select="rerun",
            selection_mode="multi-row",
            hide_index=True,
            alt="The links to this site, with the one who made each and when it was opened",
        ).selection.rows
    chosen = {made[row].id for row in picked if row < len(made)}
    st.button(
        f"Revoke {plural(len(chosen), 'link')}" if chosen else "Revoke",
        icon=":material/link_off:",
        key="share_revoke",
        disabled=not chosen,
        on_click=_revoke,
        args=(chosen,),
        help="Tick links first. A revoked link opens nothing from then on.",
    )


def table_key(made: Sequence[Link]) -> str:
    """A key of these very links: ticks never move to other links that take their place."""
    told = "\n".join(link.id for link in made)
    return f"share_links_{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _row(view: View, link: Link, now: int) -> dict[str, str]:
    opened = "never"
    if link.opened_at is not None:
        opened = f"{age((now - link.opened_at) / 1000)}, {plural(link.opened, 'time')} in all"
    return {
        "For": link.label or "–",
        "Shows": scope_words(view.snapshot, link.scope),
        "People": PEOPLE_WORDS[link.scope.people],
        "Kind": KINDS[link.frozen],
        "Made by": link.made_by or "–",
        "Made": moment(link.made_at, view.zone),
        "Ends": moment(link.expires_at, view.zone) if link.open_at(now) else "ended",
        "Last opened": opened,
    }


def _revoke(ids: set[str]) -> None:
    try:
        links.revoke(reclaim_notes.kept(), ids)
    except JiraUsageError as error:
        st.session_state[TROUBLE] = error
