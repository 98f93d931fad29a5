"""A table as an Excel file whose first sheet says what it is."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import xlsxwriter

LONGEST_CELL = 32_000


def workbook(about: Mapping[str, str], sheet: str, frame: pd.DataFrame, schema: pa.Schema) -> bytes:
    """An Excel file: the sheet “About” with `about`, then the table with a filter row.

    Columns are those of the schema, instants are epoch ms and become UTC dates. Texts
    stay texts: nothing becomes a formula or a link.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**options, "in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        first = book.add_worksheet("About")
        first.set_column(0, 0, 22)
        first.set_column(1, 1, 90)
        for row, (name, value) in enumerate(about.items()):
            first.write_string(row, 0, name, bold)
            first.write_string(row, 1, value[:LONGEST_CELL], wrap)
        table = book.add_worksheet(sheet)
        table.set_column(0, len(schema.names) - 1, 18)
        for column, name in enumerate(schema.names):
            told = f"{name} (UTC)" if pa.types.is_timestamp(schema.field(name).type) else name
            table.write_string(0, column, told, bold)
        columns = [_cells(frame[field.name], field.type) for field in schema]
        for row, values in enumerate(zip(*columns, strict=True), start=1):
            for column, value in enumerate(values):
                _write(table, row, column, value, moment)
        table.freeze_panes(1, 2)
        table.autofilter(0, 0, max(len(frame), 1), len(schema.names) - 1)
    return out.getvalue()


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


def _write(table: Any, row: int, column: int, value: Any, moment: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        table.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        table.write_number(row, column, value)
    elif isinstance(value, datetime):
        table.write_datetime(row, column, value, moment)
    else:
        table.write_string(row, column, str(value)[:LONGEST_CELL])
