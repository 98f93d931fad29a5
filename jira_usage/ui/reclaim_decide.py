"""Deciding about ticked licenses: keep, release, or protect until a date."""

from __future__ import annotations

import time
from datetime import date, timedelta

import streamlit as st

from jira_usage import decisions
from jira_usage.decisions import KEEP, PROTECT, RELEASE, Decision
from jira_usage.errors import JiraUsageError
from jira_usage.metrics.words import DECISION_WORDS, plural
from jira_usage.ui import reclaim_notes, reclaim_table, way_back
from jira_usage.ui.errors import show_error
from jira_usage.ui.reclaim_table import Pairs

UNDO = "undo"
WORDS = {KEEP: DECISION_WORDS[KEEP], RELEASE: DECISION_WORDS[RELEASE], PROTECT: "Protect",
         UNDO: "Undo decision"}  # fmt: skip
UNTIL = "Protect until"
ONLY_NOTED = "noted here, not in Jira"
MEANS = (
    "A decision is only noted here: nothing changes in Jira. Keep and Protect take a license out "
    "of what could be given back; from its day on a protection no longer protects. Undo decision "
    "forgets what was decided."
)
TROUBLE, SAVED = "reclaim_trouble", "reclaim_saved"


def show(pairs: Pairs, may_decide: bool) -> None:
    """The panel for the ticked rows, and what became of the last decision.

    It stays at the bottom of the window: the table neither moves nor hides it.
    """
    trouble = st.session_state.pop(TROUBLE, None)
    if saved := st.session_state.pop(SAVED, ""):
        st.toast(saved, icon=":material/check:")
    if not pairs:
        return
    with st.bottom, st.container(gap="xsmall"):
        if isinstance(trouble, JiraUsageError):
            show_error(trouble, calm=True)
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            licenses = plural(len(pairs), "license")
            st.markdown(
                f"**{licenses}** · {ONLY_NOTED}" if may_decide else f"**{licenses}**",
                help=MEANS if may_decide else None,
                width="content",
            )
            _offer_person(pairs)
        if may_decide:
            _ask(pairs)


def _offer_person(pairs: Pairs) -> None:
    """The way to the person of the ticked rows, where they are of one."""
    people = {account_id for account_id, _ in pairs}
    if len(people) == 1 and st.button(
        "Open person", icon=":material/person:", key="open_person", type="tertiary"
    ):
        way_back.open_person(people.pop(), "reclaim")


def _ask(pairs: Pairs) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        choice = st.selectbox(
            "Decision",
            list(WORDS),
            format_func=lambda choice: UNTIL if choice == PROTECT else WORDS[choice],
            key="decide_choice",
            label_visibility="collapsed",
            width=160,
        )
        if choice == PROTECT:
            st.date_input(
                "Expires on",
                date.today() + timedelta(days=90),
                min_value=date.today() + timedelta(days=1),
                key="decide_expires",
                label_visibility="collapsed",
                width=130,
            )
        if choice != UNDO:
            st.text_input(
                "Reason",
                key="decide_reason",
                max_chars=decisions.LONGEST_REASON,
                placeholder="Reason, needed" if choice == PROTECT else "Reason, if you like",
                label_visibility="collapsed",
            )
            st.text_input(
                "Decided by",
                key="decide_by",
                max_chars=decisions.LONGEST_NAME,
                placeholder="Decided by",
                persist_state="session",
                label_visibility="collapsed",
                width=140,
            )
        st.button(
            "Save",
            type="primary",
            icon=":material/check:",
            key="decide_save",
            on_click=_save,
            args=(pairs,),
        )


def _save(pairs: Pairs) -> None:
    told = st.session_state
    choice = str(told["decide_choice"])
    expires_on = told.get("decide_expires")
    try:
        place = reclaim_notes.kept()
        if choice == UNDO:
            decisions.take_back(place, pairs)
        else:
            now_ms = int(time.time() * 1000)
            made = [
                Decision(
                    account_id,
                    product_key,
                    choice,
                    str(told.get("decide_reason") or "").strip(),
                    expires_on if choice == PROTECT and isinstance(expires_on, date) else None,
                    str(told.get("decide_by") or "").strip(),
                    now_ms,
                )
                for account_id, product_key in pairs
            ]
            decisions.decide(place, made)
        told[SAVED] = f"{WORDS[choice]}: {plural(len(pairs), 'license')}."
        told["decide_reason"] = ""
        reclaim_table.untick()
    except JiraUsageError as error:
        told[TROUBLE] = error
