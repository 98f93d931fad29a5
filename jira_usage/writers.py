"""Datasets → CSV, JSON or Parquet, piece by piece: never more in memory than one piece."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, Final

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from jira_usage.datasets import INSTANT

FREE_TEXTS = frozenset(
    (
        *("display_name", "email", "groups", "roles", "product_name", "fields"),
        *("reasons_for", "reasons_against", "note", "decided_by"),
        *("price", "currency"),
    )
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")

Writer = Callable[[Iterable[pd.DataFrame], pa.Schema, BinaryIO], None]


def to_parquet(frames: Iterable[pd.DataFrame], schema: pa.Schema, out: BinaryIO) -> None:
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for frame in frames:
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))


def to_json(frames: Iterable[pd.DataFrame], schema: pa.Schema, out: BinaryIO) -> None:
    """An array of objects; instants as UTC text, what is unknown as null."""
    before = b"[\n"
    for frame in frames:
        columns = [_plain(frame[field.name], field.type) for field in schema]
        rows = [dict(zip(schema.names, row, strict=True)) for row in zip(*columns, strict=True)]
        if rows:
            text = orjson.dumps(rows, option=orjson.OPT_INDENT_2)
            out.write(before + text.removeprefix(b"[\n").removesuffix(b"\n]"))
            before = b",\n"
    out.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def to_csv(frames: Iterable[pd.DataFrame], schema: pa.Schema, out: BinaryIO) -> None:
    """UTF-8, a header, lists joined with "; ", what is unknown empty.

    A spreadsheet takes a cell that begins with = + - @ for a formula: in texts that
    people can choose, such a cell begins with an apostrophe here.
    """
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(schema.names)
    for frame in frames:
        columns = [_cells(frame[field.name], field) for field in schema]
        writer.writerows(zip(*columns, strict=True))
    text.detach()


WRITERS: Final[dict[str, Writer]] = {"csv": to_csv, "json": to_json, "parquet": to_parquet}


def written(form: str, frames: Iterable[pd.DataFrame], schema: pa.Schema) -> bytes:
    """A whole file in memory: for what is shown, never for millions of rows."""
    out = io.BytesIO()
    WRITERS[form](frames, schema, out)
    return out.getvalue()


def _cells(values: pd.Series, field: pa.Field) -> Sequence[str]:
    plain = _plain(values, field.type)
    if pa.types.is_list(field.type):
        plain = [None if told is None else "; ".join(told) for told in plain]
    elif pa.types.is_boolean(field.type):
        plain = [None if told is None else "true" if told else "false" for told in plain]
    if field.name in FREE_TEXTS:
        return ["" if t is None else f"'{t}" if t.startswith(_RISKY) else t for t in plain]
    return ["" if told is None else told for told in plain]


def _plain(values: pd.Series, kind: pa.DataType) -> list[Any]:
    """A column as plain Python values, None for what is unknown; instants and dates as text."""
    if kind == INSTANT:
        return _iso_instants(values)
    told = values.tolist()
    if values.hasnans:
        told = [None if one is pd.NA or one is None or one is pd.NaT else one for one in told]
    if kind == pa.date32():
        return [day.isoformat() for day in told]
    return told


def _iso_instants(values: pd.Series) -> list[str | None]:
    """Epoch milliseconds as UTC text with milliseconds and Z."""
    known = values.notna().to_numpy()
    ms = values.astype("Int64").fillna(0).to_numpy(dtype=np.int64).astype("datetime64[ms]")
    texts = np.char.add(np.datetime_as_string(ms, unit="ms"), "Z").tolist()
    return [text if is_known else None for text, is_known in zip(texts, known, strict=True)]
