"""Files of datasets: the same rows in every format, in one piece or in many."""

import csv
import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jira_usage.datasets import DATASETS
from jira_usage.writers import WRITERS, written

SCHEMA = DATASETS["activity"]


def row(number: int, fields: list[str] | None = None) -> dict[str, object]:
    return {
        "account_id": "ann",
        "at": 1_790_000_000_000 + number,
        "kind": "issue_changed",
        "issue_id": str(number),
        "issue_key": f"WEB-{number}",
        "project_key": "WEB",
        "fields": fields or [],
        "source_id": f"s{number}",
    }


def frame(*numbers: int) -> pd.DataFrame:
    made = pd.DataFrame([row(n, ["status", "=2+2"]) for n in numbers], columns=SCHEMA.names)
    return made.astype({"at": "int64"})


@pytest.mark.parametrize("form", list(WRITERS))
def test_pieces_make_the_same_file_as_the_whole(form: str) -> None:
    pieces = [frame(1, 2), frame(), frame(3)]
    whole = written(form, [frame(1, 2, 3)], SCHEMA)
    if form == "parquet":
        told = pq.read_table(io.BytesIO(written(form, pieces, SCHEMA)))
        assert told.equals(pq.read_table(io.BytesIO(whole))) and told.schema.equals(SCHEMA)
    else:
        assert written(form, pieces, SCHEMA) == whole


@pytest.mark.parametrize("pieces", [[], [frame()]], ids=["no piece", "an empty piece"])
def test_nothing_is_a_file_too(pieces: list[pd.DataFrame]) -> None:
    assert json.loads(written("json", pieces, SCHEMA)) == []
    assert written("csv", pieces, SCHEMA).decode() == ",".join(SCHEMA.names) + "\n"
    assert pq.read_table(io.BytesIO(written("parquet", pieces, SCHEMA))).num_rows == 0


def test_instants_are_utc_with_milliseconds_in_text_and_typed_in_parquet() -> None:
    [told] = json.loads(written("json", [frame(7)], SCHEMA))
    assert told["at"] == "2026-09-21T14:13:20.007Z"
    assert pq.read_table(io.BytesIO(written("parquet", [frame(7)], SCHEMA))).schema.field(
        "at"
    ).type == pa.timestamp("ms", tz="UTC")


def test_a_text_that_a_spreadsheet_would_compute_is_disarmed_in_csv_alone() -> None:
    risky = frame(1).assign(fields=pd.Series([["=2+2", "status"]]))
    [cells] = csv.DictReader(io.StringIO(written("csv", [risky], SCHEMA).decode()))
    assert cells["fields"] == "'=2+2; status"
    [told] = json.loads(written("json", [risky], SCHEMA))
    assert told["fields"] == ["=2+2", "status"]


def test_what_is_unknown_is_empty_or_null_and_never_zero() -> None:
    schema = DATASETS["daily"]
    day = pd.DataFrame({name: [pd.NA] for name in schema.names}).assign(
        date=[pd.Timestamp("2026-11-20").date()]
    )
    cells = written("csv", [day], schema).decode().splitlines()[1]
    assert cells == "2026-11-20" + "," * (len(schema.names) - 1)
    [told] = json.loads(written("json", [day], schema))
    assert told["actions"] is None and told["date"] == "2026-11-20"
