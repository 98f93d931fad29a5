"""Tables as an Excel file whose first sheet says what it is."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import xlsxwriter

LONGEST_CELL = 32_000
WIDE = ("account_id", "display_name", "email", "product_name", "note")


@dataclass(frozen=True)
class Sheet:
    """A table of its own: columns are those of the schema, instants are epoch ms."""

    name: str
    frame: pd.DataFrame
    schema: pa.Schema


def workbook(about: Mapping[str, str], sheet: str, frame: pd.DataFrame, schema: pa.Schema) -> bytes:
    """An Excel file: the sheet “About” with `about`, then the table with a filter row."""
    lines = [(name, value, "") for name, value in about.items()]
    return book("About", lines, [Sheet(sheet, frame, schema)])


def book(title: str, lines: Sequence[tuple[str, str | int, str]], sheets: Sequence[Sheet]) -> bytes:
    """An Excel file: a first sheet with a name, a value and a remark a line, then the tables,
    each with a filter row and headers that stay.

    Instants become UTC dates. Texts stay texts: nothing becomes a formula or a link.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**options, "in_memory": True}) as made:
        bold = made.add_format({"bold": True, "valign": "top"})
        wrap = made.add_format({"text_wrap": True, "valign": "top", "align": "left"})
        first = made.add_worksheet(title)
        first.set_column(0, 0, 22)
        first.set_column(1, 1, 90)
        first.set_column(2, 2, 40)
        first.hide_gridlines(2)
        for row, (name, value, remark) in enumerate(lines):
            first.write_string(row, 0, name[:LONGEST_CELL], bold)
            if isinstance(value, int):
                first.write_number(row, 1, value, wrap)
            else:
                first.write_string(row, 1, value[:LONGEST_CELL], wrap)
            if remark:
                first.write_string(row, 2, remark[:LONGEST_CELL], wrap)
        head = made.add_format({"bold": True, "bottom": 1, "bg_color": "#E9F2FF"})
        formats = {
            datetime: made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: made.add_format({"num_format": "yyyy-mm-dd"}),
            float: made.add_format({"num_format": "#,##0.00"}),
        }
        for sheet in sheets:
            _fill(made.add_worksheet(sheet.name), sheet, head, formats)
    return out.getvalue()


def _fill(table: Any, sheet: Sheet, head: Any, formats: Mapping[type, Any]) -> None:
    names = sheet.schema.names
    kinds = [sheet.schema.field(name).type for name in names]
    for column, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        told = f"{name} (UTC)" if pa.types.is_timestamp(kind) else name
        table.set_column(column, column, _width(name, kind))
        table.write_string(0, column, told, head)
    columns = [_cells(sheet.frame[name], kind) for name, kind in zip(names, kinds, strict=True)]
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for column, value in enumerate(values):
            _write(table, row, column, value, formats)
    table.freeze_panes(1, min(2, len(names) - 1))
    table.autofilter(0, 0, max(len(sheet.frame), 1), len(names) - 1)
    table.set_landscape()
    table.fit_to_pages(1, 0)
    table.repeat_rows(0)


def _width(name: str, kind: pa.DataType) -> int:
    if pa.types.is_list(kind) or name in WIDE:
        return 36
    return 20 if pa.types.is_timestamp(kind) else max(14, len(name) + 3)


def _cells(values: pd.Series, kind: pa.DataType) -> list[Any]:
    told = [
        None if v is pd.NA or v is None or v is pd.NaT or v != v else v for v in values.tolist()
    ]
    if pa.types.is_timestamp(kind):
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return [
            None if v is None else (epoch + timedelta(milliseconds=int(v))).replace(tzinfo=None)
            for v in told
        ]
    if pa.types.is_list(kind):
        return [None if v is None else "; ".join(v) for v in told]
    return told


def _write(table: Any, row: int, column: int, value: Any, formats: Mapping[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        table.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        table.write_number(row, column, value, formats.get(type(value)))
    elif isinstance(value, date):
        table.write_datetime(row, column, value, formats[type(value)])
    else:
        table.write_string(row, column, str(value)[:LONGEST_CELL])
