"""The stored tables as Arrow schemas, and how a checked frame becomes rows of one."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pyarrow as pa

from concerns.programme import PROGRAMME_TABLES
from concerns.schema import INDICATOR_COLUMNS, QUARANTINE_COLUMNS, REPORT_COLUMNS

_TYPES = {
    "string": pa.string(),
    "date32": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
}

# Grain: one row an event of the store; an ingest or its undo. It is the commit mark: rows of other batches are unseen.
BATCH_COLUMNS = {
    "seq": "int64",  # 0, 1, 2 …: the version of the store that this event made
    "batch_id": "string",
    "action": "string",  # ingest, undo
    "table": "string",
    "at": "timestamp",
    "who": "string",
    "file_name": "string?",
    "sha256": "string?",
    "format": "string?",
    "rows_read": "int64",
    "accepted": "int64",
    "duplicates": "int64",
    "quarantined": "int64",
    "ledger": "string",  # the whole ledger as JSON
    "boundary_version": "string?",
    "settings_hash": "string?",
    "synthetic": "bool",
    "versions": "string",  # JSON: table → its Delta version when this event was committed
    "files": "string",  # JSON: data file of this batch → SHA-256, for the doctor
}

# Grain: one row a stored row that a later batch replaced; in force while that later batch is.
SUPERSEDED_COLUMNS = {"batch_id": "string", "old_batch_id": "string", "old_row": "int32"}

_LANDED = {"batch_id": "string", "row": "int32"}  # where a row of a programme table came from

TABLES: dict[str, dict[str, str]] = {
    "reports": REPORT_COLUMNS,
    "indicators": INDICATOR_COLUMNS,
    "quarantine": QUARANTINE_COLUMNS,
    "superseded": SUPERSEDED_COLUMNS,
    **{name: columns | _LANDED for name, columns in PROGRAMME_TABLES.items()},
}
LOG_TABLES = ("quarantine", "superseded")  # rows of these belong to batches of any table


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Give a stored table's schema; fields whose type ends in "?" may be missing."""
    columns = BATCH_COLUMNS if table == "batches" else TABLES[table]
    return pa.schema([pa.field(name, _TYPES[kind.rstrip("?")], kind.endswith("?")) for name, kind in columns.items()])


def to_arrow(frame: pd.DataFrame, table: str) -> pa.Table:
    """Lay a frame out as rows of `table`: columns that it lacks become missing, others are left out.

    Raises pyarrow.ArrowInvalid: a value that the column's type cannot hold.
    """
    schema = arrow_schema(table)
    columns = []
    for field in schema:
        if field.name in frame.columns:
            columns.append(pa.Array.from_pandas(frame[field.name], type=field.type))
        else:
            columns.append(pa.nulls(len(frame), type=field.type))
    return pa.Table.from_arrays([_whole(column) for column in columns], schema=schema)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
