"""The admin's own export laid beside: its upload, what matched, and the readers it reveals."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from jira_usage import seen
from jira_usage.errors import InvalidInput, JiraUsageError
from jira_usage.metrics.admin_export import EXPORT_HELP, LARGEST, Export, read_export
from jira_usage.metrics.holders import readers
from jira_usage.metrics.last_seen import Match, kept_match, match
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.words import people_count, plural, window_words
from jira_usage.seen import LastSeen
from jira_usage.store import SiteStore
from jira_usage.ui import cards, login
from jira_usage.ui.errors import show_error
from jira_usage.ui.renewal_view import Books
from jira_usage.ui.text import moment, safe_name, short
from jira_usage.ui.view import View

READ = "view_export"
SHOWN = 500
WHY = (
    "Somebody who only reads leaves no trace in what this app can see. The export of an "
    "organization administrator says who was last seen when. Only account IDs and dates of it "
    "are kept, never the file."
)


def show(view: View, books: Books, roster: Roster) -> None:
    """The section: what is kept of the last upload, whom it shows to read, and a new upload."""
    with cards.card("Last seen, from the admin's export"):
        st.caption(WHY)
        if books.seen:
            _kept(view, books, books.seen, roster)
        if login.is_administrator():
            _upload(view, books.kept, books.seen)


def _kept(view: View, books: Books, told: LastSeen, roster: Roster) -> None:
    dates = told.dates
    where = "any Atlassian product" if told.anywhere else "Jira"
    never = len(told.seen) - len(dates)
    st.markdown(
        f"Uploaded {moment(told.uploaded_at, view.zone)}: {people_count(len(dates))} of this site "
        f"were seen in {where}" + (f", {never:,} never." if never else ".")
    )
    if told.anywhere:
        st.caption("Being seen in another product is no proof of reading Jira.")
    found = readers(books.listed)
    verb = "was" if len(found) == 1 else "were"
    lately = window_words(books.listed.grounds.thresholds.quiet)
    if found:
        who = f"{people_count(len(found))} without work {verb} seen {lately}"
        with st.expander(f"{who}: they read", icon=":material/visibility:"):
            _names(roster, told, found)
    elif not books.listed.untold:
        st.markdown(f"Nobody without work was seen {lately}.")
    if login.is_administrator():
        st.button(
            "Forget these dates",
            key="seen_forget",
            icon=":material/delete:",
            on_click=_forget,
            args=(books.kept,),
        )


def _names(roster: Roster, told: LastSeen, account_ids: Sequence[str]) -> None:
    people = roster.people.set_index("account_id").reindex(list(account_ids)[:SHOWN])
    frame = pd.DataFrame(
        {
            "name": people["display_name"].fillna("").to_list(),
            "email": people["email"].fillna("").to_list(),
            "seen": [told.dates[str(one)] for one in people.index],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "name": "Name",
            "email": "Email",
            "seen": st.column_config.DateColumn("Last seen", format="MMM D, YYYY"),
        },
        alt="People without work found who were seen lately",
    )
    if len(account_ids) > SHOWN:
        st.caption(f"The first {SHOWN}.")


def _upload(view: View, kept: SiteStore, now: LastSeen | None) -> None:
    file = st.file_uploader(
        "The CSV file of admin.atlassian.com", key="export_file", max_upload_size=LARGEST >> 20
    )
    st.caption(EXPORT_HELP)
    if file is None:
        st.session_state.pop(READ, None)
        return
    try:
        export, matched, told = _read(view, file)
    except InvalidInput as error:
        show_error(error)
        return
    _show_match(view, export, matched)
    if now and (now.seen, now.apps) == (told.seen, told.apps):
        st.caption("These dates are in use.")
    elif told.seen and st.button(
        "Use these dates", key="seen_use", type="primary", icon=":material/check:"
    ):
        try:
            seen.save_last_seen(kept, told)
        except JiraUsageError as error:
            show_error(error)
            return
        st.rerun()


def _read(view: View, file: Any) -> tuple[Export, Match, LastSeen]:
    """What a file tells, read once for as long as it is in its place."""
    key = (file.file_id, view.snapshot.id, view.period.last_on)
    found: tuple[Any, Export, Match, LastSeen] | None = st.session_state.get(READ)
    if found is None or found[0] != key:
        host = view.snapshot.base_url.partition("://")[2]
        export = read_export(file.getvalue(), host, view.period.last_on)
        matched = match(export, view.snapshot.users)
        told = kept_match(matched, export, int(time.time() * 1000))
        found = st.session_state[READ] = (key, export, matched, told)
    return found[1:]


def _show_match(view: View, export: Export, matched: Match) -> None:
    found = len(matched.seen)
    st.markdown(
        f"**{found:,} of {people_count(len(export.people))} in the file are on this site**: "
        f"{matched.dated:,} with a date, {matched.never:,} never seen."
        + (f" {matched.by_email:,} were found by email address." if matched.by_email else "")
    )
    columns = ", ".join(f"“{safe_name(name)}”" for name in export.columns)
    if not (export.named or export.anywhere):
        st.caption(f"No column names this site, so every Jira column was taken: {columns}.")
    else:
        st.caption(f"Taken from {columns}.")
    if export.unreadable:
        st.warning(
            f"{plural(export.unreadable, 'cell')} held neither a date nor “Never accessed”.",
            icon=":material/event_busy:",
        )
    if len(matched.strangers):
        with st.expander(f"{plural(len(matched.strangers), 'entry', 'entries')} not on this site"):
            st.dataframe(
                matched.strangers.head(SHOWN).map(short),
                hide_index=True,
                column_config={"name": "Name", "email": "Email", "account_id": "Account ID"},
                alt="In the file, not on this site",
            )
    if matched.absent:
        with st.expander(f"{people_count(len(matched.absent))} of this site not in the file"):
            users = view.snapshot.users.set_index("account_id")
            some = users.loc[matched.absent[:SHOWN], ["display_name", "email"]]
            st.dataframe(
                some,
                hide_index=True,
                column_config={"display_name": "Name", "email": "Email"},
                alt="On this site, not in the file",
            )


def _forget(kept: SiteStore) -> None:
    seen.forget_last_seen(kept)
