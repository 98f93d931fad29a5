"""A report as an Excel file: a summary first, then the rows it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from jira_usage.metrics.workbook import Sheet, book
from jira_usage.reports.content import Report, Sheets

TITLES = {"reclaim": "Reclaim list"}


def to_xlsx(report: Report, rows: Sheets) -> bytes:
    """Summary, users, licenses, access, daily, reclaim list and renewal, as far as wanted."""
    sheets = [
        Sheet(TITLES.get(name, name.capitalize()), frame, schema)
        for name, (frame, schema) in rows.items()
    ]
    return book("Summary", list(_summary(report)), sheets)


def _summary(report: Report) -> Iterator[tuple[str, str | int, str]]:
    """Name, value and remark of each line of the first sheet."""
    yield f"Who works in {report.site}", report.answer, ""
    for tile in report.headlines:
        plain = tile.value.replace(",", "")
        yield tile.label, int(plain) if plain.isdecimal() else tile.value, tile.note
    for section in report.sections:
        if section.key == "renewal":
            yield "Renewal", f"{section.title}. {section.more}", section.note
    yield "Definition", report.definition, ""
    for name, words in report.about.items():
        yield name, words, ""
