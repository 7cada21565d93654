"""The run itself: the two files of this folder through the real load, and the stored tables as text."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from loaders import boundaries
from loaders.ingest import Request, ingest
from loaders.settings import Settings
from loaders.store import open_store

HERE = Path(__file__).parent
FILES = ("reports.csv", "corrections.csv")  # in the order of their loading; the second repeats and corrects the first
TABLES = ("reports", "quarantine", "superseded", "history")
NOW = dt.datetime(2025, 12, 1, 12, tzinfo=dt.UTC)


class Difference(NamedTuple):
    """A cell that is not as kept; `row` counts from 1, 0 stands for the shape of the table."""

    table: str
    row: int
    column: str


def expected_path(table: str) -> Path:
    """Where the kept rows of a table lie."""
    return HERE / f"expected_{table}.csv"


def run(folder: Path) -> dict[str, pd.DataFrame]:
    """Load the files into a new store below `folder`; the rows in force of each table and its history, as text."""
    districts = boundaries.load_districts(HERE / "districts.geojson")
    store = open_store(folder / "store")
    for number, name in enumerate(FILES):
        request = Request(NOW + dt.timedelta(days=number), Settings(today=NOW.date()), who="golden")
        ingest(HERE / name, store, districts, request)
    tables = {table: store.read(table).to_pandas() for table in TABLES[:-1]} | {"history": store.history()}
    names = {batch: f"batch {n}" for n, batch in enumerate(tables["history"]["batch_id"], start=1)}
    return {table: _as_text(rows, names) for table, rows in tables.items()}


def _as_text(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Cells as text, batches under plain names; rows in the order of their batches and of the file."""
    rows = rows.replace(names) if not rows.empty else rows
    rows = rows.sort_values([name for name in ("batch_id", "row", "old_row") if name in rows.columns])
    return pd.DataFrame({name: [_cell(cell, names) for cell in rows[name]] for name in rows.columns}, dtype=str)


def _cell(cell: object, names: dict[str, str]) -> str:
    if pd.isna(cell):  # type: ignore[call-overload]
        return ""
    text = f"{round(cell, 6):g}" if isinstance(cell, float) else str(cell)
    for batch, name in names.items():
        text = text.replace(batch, name)
    return text


def differences(table: str, now: pd.DataFrame, kept: pd.DataFrame) -> set[Difference]:
    """Every cell in which a table is not as kept."""
    if len(now) != len(kept) or list(now.columns) != list(kept.columns):
        return {Difference(table, 0, f"{len(now)} rows of {', '.join(now.columns)}")}
    unlike = (now.to_numpy() != kept.to_numpy()).nonzero()
    return {Difference(table, int(row) + 1, str(now.columns[at])) for row, at in zip(*unlike, strict=True)}


def kept(table: str) -> pd.DataFrame:
    """The rows that this folder keeps of a table."""
    return pd.read_csv(expected_path(table), dtype=str, keep_default_na=False)


def known_differences() -> list[dict[str, str]]:
    """Columns `table`, `row` (`*`: any), `column`, `why`: what is not as kept, and is known."""
    with (HERE / "known_differences.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
