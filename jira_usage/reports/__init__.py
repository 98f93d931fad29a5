"""A snapshot as one file to hand on: HTML that explains itself, or Excel with the rows."""

from jira_usage.reports.book import to_xlsx
from jira_usage.reports.content import Report, Sheets, build_report, build_sheets
from jira_usage.reports.frozen import freeze, thaw
from jira_usage.reports.narrowed import narrowed, people_in, scope_words
from jira_usage.reports.page import to_html
from jira_usage.reports.sections import Section, Table
from jira_usage.reports.subject import Making, Subject, subject_of

__all__ = [
    "Making",
    "Report",
    "Section",
    "Sheets",
    "Subject",
    "Table",
    "build_report",
    "build_sheets",
    "freeze",
    "narrowed",
    "people_in",
    "scope_words",
    "subject_of",
    "thaw",
    "to_html",
    "to_xlsx",
]
