"""One finished sync, as it is written: its tables as Parquet, and the manifest that names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from jira_usage.errors import StoreDamaged, StoreUnusable

FORMAT = 2
# Instants, and ids that hardly ever come again: a dictionary of them is as long as they are.
_NEVER_TWICE = ("at", "source_id")


@dataclass(frozen=True)
class Generation:
    """One finished sync: which blobs its tables are in, and what is known about it.

    `tables` maps a table's name to its parts, each a name (a date for acts) and a
    blob's key. `id` is unique and changes with every publication.
    """

    id: str
    tables: Mapping[str, Mapping[str, str]]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        told = {"format": FORMAT, "id": self.id, "tables": self.tables, "meta": self.meta}
        text = orjson.dumps(told)
        return text + b"\n" + hashlib.sha256(text).hexdigest().encode()

    @classmethod
    def from_json(cls, text: bytes) -> Generation:
        text, _, digest = text.partition(b"\n")
        if digest and hashlib.sha256(text).hexdigest().encode() != digest:
            raise damaged()
        try:
            told = msgspec.json.decode(text, type=_Manifest)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise damaged() from None
        if told.format > FORMAT:
            raise StoreUnusable(
                "The stored data was written by a newer version of this app.",
                "Update the app. Nothing was changed.",
            )
        if told.format != FORMAT:
            raise StoreDamaged(
                "The stored data can't be read by this version.", "Sync the site again."
            )
        return cls(told.id, told.tables, told.meta)

    @property
    def blobs(self) -> set[str]:
        return {key for parts in self.tables.values() for key in parts.values()}


class _Manifest(msgspec.Struct):
    format: int
    id: str
    tables: dict[str, dict[str, str]]
    meta: dict[str, Any]


def damaged() -> StoreDamaged:
    """What is said of a blob or a manifest that is not what was written."""
    return StoreDamaged("A part of the stored data is damaged.", "Sync the site again.")


def encoded(table: pa.Table) -> bytes:
    """A table as Parquet."""
    sink = pa.BufferOutputStream()
    names = table.schema.names
    pq.write_table(
        table,
        sink,
        compression="zstd",
        use_dictionary=[name for name in names if name not in _NEVER_TWICE],
        column_encoding={"at": "DELTA_BINARY_PACKED"} if "at" in names else None,
        write_statistics=False,
    )
    return bytes(sink.getvalue().to_pybytes())
