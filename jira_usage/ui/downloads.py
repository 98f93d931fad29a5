"""The files of the Users page: CSV and Excel, made only when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import streamlit as st

from jira_usage.datasets import DATASETS, INSTANT
from jira_usage.metrics.matrix import Rows
from jira_usage.metrics.roster import Roster
from jira_usage.metrics.tables import about
from jira_usage.metrics.workbook import workbook
from jira_usage.ui.people_filters import Chosen
from jira_usage.ui.view import View
from jira_usage.writers import written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The dataset users, and what stands beside it on the page.
COLUMNS = DATASETS["users"].append(pa.field("last_act_at", INSTANT))
COLUMNS = COLUMNS.append(pa.field("verdict", pa.string()))


def show(view: View, roster: Roster, chosen: Chosen) -> None:
    """The chosen people as files, in the columns of the dataset users, with verdicts."""
    exactly = f"{chosen.count}, exactly as filtered"

    def csv() -> bytes:
        return written("csv", [table(roster, chosen.rows)], COLUMNS)

    def excel() -> bytes:
        told = about(
            view.snapshot,
            view.period,
            count_created=view.count_created,
            rows=len(chosen.rows),
            filters=chosen.in_words,
        )
        return workbook(told, "Users", table(roster, chosen.rows), COLUMNS)

    name = f"jira-users-{view.period.last_on}"
    button("CSV", csv, f"{name}.csv", "text/csv", f"{exactly}.")
    button("Excel", excel, f"{name}.xlsx", XLSX, f"{exactly}; the first sheet tells of what.")


def table(roster: Roster, rows: Rows) -> pd.DataFrame:
    """The file of some rows of the roster: COLUMNS, the verdict in words."""
    people = roster.people.iloc[rows]
    return people.assign(verdict=people["verdict"].map(roster.facet("verdict").labels).fillna(""))


def button(label: str, make: Callable[[], bytes], file: str, mime: str, help: str) -> None:
    """A file that is made when somebody asks for it."""
    st.download_button(
        label,
        make,
        file_name=file,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        help=help,
    )
