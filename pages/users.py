"""Users: every account, what it may use, and what it did."""

from __future__ import annotations

from functools import partial

import streamlit as st

from jira_usage import charts
from jira_usage.datasets import DATASETS, to_csv
from jira_usage.metrics import answers
from jira_usage.metrics.facets import Facet
from jira_usage.metrics.matrix import Rows
from jira_usage.metrics.roster import SORTS
from jira_usage.metrics.tables import about, filters_in_words, people_table
from jira_usage.metrics.words import plural
from jira_usage.metrics.workbook import workbook
from jira_usage.ui.frame import frame, show_coverage, show_definition

PAGE_SIZES = (50, 100, 200)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The address is the state: every filter is read from it, and every change is written to it.
# Streamlit's own bind="query-params" writes an option's label, and these labels hold counts.


def to_address(key: str) -> None:
    """Writes a widget's value into the address, and goes back to the first page."""
    value = st.session_state[key]
    if key != "page":
        st.query_params.pop("page", None)
    if value in ("", [], None, defaults.get(key)):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def from_address(key: str, options: tuple[str, ...]) -> list[str]:
    """What the address says of a filter; options that do not exist are dropped from it."""
    told = st.query_params.get_all(key)
    known = [value for value in told if value in options]
    if known != told:
        st.query_params[key] = known
    return known


def clear() -> None:
    """Takes every filter, the search and the page out of the address."""
    for key in (*choices, "q", "page"):
        st.query_params.pop(key, None)


def show_filter(facet: Facet, counts: dict[str, int]) -> None:
    """One filter, with how many accounts each of its options would show."""
    chosen = st.session_state[facet.key] = from_address(facet.key, facet.options)
    st.multiselect(
        facet.label,
        facet.offered(chosen),
        key=facet.key,
        format_func=lambda option: f"{facet.labels[option]} ({counts.get(option, 0):,})",
        placeholder="unknown" if facet.unknown else "All",
        help=facet.unknown or facet.help or None,
        disabled=bool(facet.unknown),
        select_all=False,
        on_change=to_address,
        args=(facet.key,),
    )


def csv_of(rows: Rows) -> bytes:
    return to_csv(roster.people.iloc[rows], DATASETS["users"])


def excel_of(rows: Rows) -> bytes:
    told = about(
        view.snapshot,
        view.period,
        count_created=view.count_created,
        rows=len(rows),
        filters=filters_in_words(roster.facets, choices, search),
    )
    return workbook(told, "Users", roster.people.iloc[rows], DATASETS["users"])


defaults = {"sort": "actions", "size": PAGE_SIZES[0], "page": 1}
view = frame("Users", question="Who is it, what may they use, and what did they do?")
roster = view.cached(answers.roster)
choices = {facet.key: from_address(facet.key, facet.options) for facet in roster.facets}
search = st.query_params.get("q", "")
sort = next(iter(from_address("sort", tuple(SORTS))), "actions")
selection = roster.select(choices, search, sort)
total = len(selection.rows)

if st.session_state.get("q") != search:  # only then: who is typing must not be overtaken
    st.session_state["q"] = search
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.text_input(
        "Search",
        key="q",
        type="search",
        live=True,
        placeholder="Name, email or account ID",
        on_change=to_address,
        args=("q",),
    )
    st.session_state["sort"] = sort
    st.selectbox(
        "Sort by",
        list(SORTS),
        key="sort",
        format_func=SORTS.__getitem__,
        width=190,
        on_change=to_address,
        args=("sort",),
    )
with st.grid(4, min_column_width=160):
    for facet in roster.facets[:4]:
        show_filter(facet, selection.counts[facet.key])
more = roster.facets[4:]
chosen_more = any(choices[facet.key] for facet in more)
with st.expander("More filters", expanded=chosen_more), st.grid(4, min_column_width=160):
    for facet in more:
        show_filter(facet, selection.counts[facet.key])

size = int(next(iter(from_address("size", tuple(map(str, PAGE_SIZES)))), PAGE_SIZES[0]))
pages = max(1, -(-total // size))
told_page = st.query_params.get("page", "1")
page = min(max(int(told_page), 1), pages) if told_page.isdecimal() else 1
shown = selection.rows[(page - 1) * size : page * size]
people = people_table(roster.rows(shown), view.snapshot.products)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    narrowed = any(choices.values()) or search
    of_all = f" of {roster.size:,}" if narrowed else ""
    st.markdown(f"**{plural(total, 'account')}**{of_all} · tick a row to open the person")
    if narrowed:
        st.button("Clear all filters", icon=":material/close:", type="tertiary", on_click=clear)

if not total:
    st.info("Remove a filter, or search for a part of a name.", title="Nobody matches")
    picked = []
else:
    picked = st.dataframe(
        people,
        key="people",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height=min(36 * (len(people) + 1) + 3, 720),
        placeholder="—",
        column_order=[name for name in people.columns if name != "account_id"],
        column_config={
            "name": st.column_config.TextColumn("Name", pinned=True, width=180),
            "email": st.column_config.TextColumn("Email", width=210),
            "work": st.column_config.TextColumn("Work", help=f"In the last {view.days} days."),
            "days": st.column_config.BarChartColumn(
                "Day by day", width=130, y_min=0, color=charts.PEOPLE
            ),
            "actions": st.column_config.NumberColumn("Acts", format="localized"),
            "active_days": st.column_config.NumberColumn("Active days"),
            "last_active": st.column_config.DatetimeColumn(
                "Last active", format="MMM D, HH:mm", timezone=view.zone
            ),
            "licenses": st.column_config.ListColumn("Licenses"),
            "included": st.column_config.ListColumn("Included"),
            "roles": st.column_config.ListColumn("Roles"),
            "groups": st.column_config.ListColumn("Groups"),
            "type": "Account type",
            "status": "Account status",
        },
        alt=f"{plural(total, 'account')}, page {page} of {pages}",
    ).selection.rows
if picked:
    account_id = str(people["account_id"].iloc[picked[0]])
    told = {key: st.query_params.get_all(key) for key in (*choices, "q", "sort", "size", "page")}
    back = {key: values for key, values in told.items() if values}
    st.switch_page("pages/person.py", query_params={**back, "person": account_id})

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    if pages > 1:
        st.session_state["page"] = page
        st.pagination(pages, width=380, key="page", on_change=to_address, args=("page",))
    with st.container(horizontal=True, horizontal_alignment="right", width="content"):
        if total > PAGE_SIZES[0]:
            st.session_state["size"] = size
            st.segmented_control(
                "Rows per page",
                PAGE_SIZES,
                key="size",
                required=True,
                label_visibility="collapsed",
                on_change=to_address,
                args=("size",),
            )
        st.download_button(
            "CSV",
            partial(csv_of, selection.rows),
            file_name=f"jira-users-{view.period.last_on}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help=f"{plural(total, 'account')}, exactly as filtered.",
        )
        st.download_button(
            "Excel",
            partial(excel_of, selection.rows),
            file_name=f"jira-users-{view.period.last_on}.xlsx",
            mime=XLSX,
            icon=":material/download:",
            on_click="ignore",
            help=f"{plural(total, 'account')}, exactly as filtered; the first sheet tells of what.",
        )

show_definition(view)
show_coverage(view)
