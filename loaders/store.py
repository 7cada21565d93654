"""The Delta tables: batches that are there wholly or not at all, their history, undo, and any past version.

A batch lands in its table by one Delta commit, and counts from the moment its event stands in `batches`. Readers follow
that log alone: rows of a batch without an event, or whose event was undone, are never seen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from concerns.schema import StoreError
from loaders import lock
from loaders.tables import LOG_TABLES, TABLES, arrow_schema, to_arrow

_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=131_072)
_NOTHING = -1  # version of a store, or of a table, that holds no commit yet


@dataclass(frozen=True)
class BatchEvent:
    """One line of the store's log; see `BATCH_COLUMNS`."""

    batch_id: str
    action: str
    table: str
    who: str
    ledger: dict[str, Any]
    at: dt.datetime
    file_name: str | None = None
    sha256: str | None = None
    format: str | None = None
    boundary_version: str | None = None
    settings_hash: str | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class Snapshot:
    """What one version of the store holds: the batches in force, and at which Delta version each table is read."""

    version: int
    batches: pd.DataFrame
    versions: dict[str, int] = field(default_factory=dict)

    def batch_ids(self, table: str) -> list[str]:
        """The batches in force that may have rows in a table, oldest first; any load may quarantine."""
        mine = (self.batches["table"] == table) | (table in LOG_TABLES)
        return self.batches.loc[mine, "batch_id"].tolist()


class Store:
    """One store at an address: a folder, or s3://, abfss:// or gs:// with `options` for its client."""

    def __init__(self, url: str, *, options: dict[str, str] | None = None) -> None:
        self.url = url.removeprefix("file://").rstrip("/")
        self.options = options or {}
        self.folder = None if "://" in self.url else Path(self.url)

    # -- reading ---------------------------------------------------------------------------------------------------

    def version(self) -> int:
        """Number of the latest event; -1 while nothing was ever loaded. It changes with every load and undo."""
        log = self._delta("batches")
        return _NOTHING if log is None else log.version()

    def snapshot(self, version: int | None = None) -> Snapshot:
        """Look at the store as of a version (None: now). Raises StoreError: no such version."""
        log = self._delta("batches", version)
        if log is None:
            return Snapshot(_NOTHING, arrow_schema("batches").empty_table().to_pandas())
        events = log.to_pyarrow_table().to_pandas().sort_values("seq", ignore_index=True)
        undone = set(events.loc[events["action"] == "undo", "batch_id"])
        in_force = events[(events["action"] == "ingest") & ~events["batch_id"].isin(undone)]
        return Snapshot(log.version(), in_force.reset_index(drop=True), json.loads(events["versions"].iloc[-1]))

    def history(self) -> pd.DataFrame:
        """Every event, oldest first, columns `BATCH_COLUMNS` and `is_in_force`."""
        log = self._delta("batches")
        events = (arrow_schema("batches").empty_table() if log is None else log.to_pyarrow_table()).to_pandas()
        events = events.sort_values("seq", ignore_index=True)
        undone = set(events.loc[events["action"] == "undo", "batch_id"])
        return events.assign(is_in_force=(events["action"] == "ingest") & ~events["batch_id"].isin(undone))

    def scan(
        self, table: str, columns: Sequence[str] | None = None, *, version: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows in force of a table, part by part, in the order of their batches."""
        snapshot = self.snapshot(version)
        hidden = {} if table in LOG_TABLES else self._superseded(snapshot)
        for batch_id in snapshot.batch_ids(table):
            dataset = self._dataset(table, snapshot.versions.get(table, _NOTHING), [batch_id])
            if dataset is None:
                continue
            wanted = list(columns) if columns else arrow_schema(table).names
            rows = hidden.get(batch_id)
            names = wanted if rows is None or "row" in wanted else [*wanted, "row"]
            for part in _parts(dataset, names, f"{self.url}/{table}"):
                if rows is not None:
                    keep = ~pd.Series(part.column("row").to_numpy()).isin(rows).to_numpy()
                    part = part.filter(pa.array(keep)).select(wanted)
                if part.num_rows:
                    yield part

    def read(self, table: str, columns: Sequence[str] | None = None, *, version: int | None = None) -> pa.Table:
        """Give the rows in force of a table at once, columns as in `loaders.tables`."""
        schema = arrow_schema(table)
        schema = schema if columns is None else pa.schema([schema.field(name) for name in columns])
        parts = [pa.Table.from_batches([part]).cast(schema) for part in self.scan(table, schema.names, version=version)]
        return pa.concat_tables(parts) if parts else schema.empty_table()

    # -- writing ---------------------------------------------------------------------------------------------------

    def writing(self) -> AbstractContextManager[None]:
        """Hold the writer's lock of a store on disk; remote stores settle races when the event is committed."""
        return nullcontext() if self.folder is None else lock.writing(self.folder)

    def append(self, table: str, parts: Iterable[pa.RecordBatch | pa.Table]) -> None:
        """Write parts of one batch to a table in a single Delta commit; unseen until `commit` names the batch.

        `parts` is drawn while it is written, so memory stays that of a part; if it raises, nothing is committed.
        """
        schema = arrow_schema(table)
        reader = pa.RecordBatchReader.from_batches(schema, _batches(parts, schema))
        self._write(table, reader, partition_by=["batch_id"])

    def commit(self, event: BatchEvent, *, expected_version: int) -> int:
        """Make a batch, or its undo, count. Returns the new version of the store.

        Raises StoreError: another writer committed since `expected_version` (nothing of this batch is seen then).
        """
        if self.version() != expected_version:
            raise _raced(self.url)
        ledger = event.ledger
        row = {**event.__dict__, "ledger": json.dumps(ledger, ensure_ascii=False)}
        row |= {name: ledger.get(name, 0) for name in ("rows_read", "accepted", "duplicates", "quarantined")}
        row["seq"] = expected_version + 1
        row["versions"] = json.dumps({name: self._table_version(name) for name in TABLES})
        row["files"] = json.dumps(self.file_checksums(event.batch_id) if event.action == "ingest" else {})
        data = to_arrow(pd.DataFrame([row]), "batches")
        # The event stands in Delta's own log too, so that a broken log table can be written again from it.
        self._write("batches", data, retries=0, note=json.dumps(data.to_pylist()[0], default=str, ensure_ascii=False))
        return self.version()

    def file_checksums(self, batch_id: str) -> dict[str, str]:
        """SHA-256 of a batch's data files by their place below the store; empty for a remote store."""
        if self.folder is None:
            return {}
        files = sorted(path for table in TABLES for path in self.folder.glob(f"{table}/batch_id={batch_id}/*.parquet"))
        return {str(path.relative_to(self.folder)): sha256_of(path) for path in files}

    def undo(self, batch_id: str, *, who: str, at: dt.datetime) -> None:
        """Take a batch back; what it had replaced is in force again. The history keeps both.

        Raises StoreError: no such batch, or it was undone before.
        """
        with self.writing():
            self.commit_undo(batch_id, self.snapshot(), who=who, at=at)
            self.remove_rows(batch_id)

    def commit_undo(self, batch_id: str, snapshot: Snapshot, *, who: str, at: dt.datetime) -> None:
        """Write the event of an undo, under the writer's lock; `undo` does the whole."""
        known = snapshot.batches[snapshot.batches["batch_id"] == batch_id]
        if known.empty:
            hint = "See `python -m loaders history` for the batches in force."
            raise StoreError("There is no such batch in force.", where=f"batch {batch_id[:40]!r}", hint=hint)
        first = known.iloc[0]
        event = BatchEvent(batch_id, "undo", first["table"], who, {}, at, synthetic=bool(first["synthetic"]))
        self.commit(event, expected_version=snapshot.version)

    def remove_rows(self, batch_id: str) -> None:
        """Take a batch's rows out of the current state of every table; past versions still read them."""
        for table in TABLES:
            delta = self._delta(table)
            if delta is not None and delta.file_uris(file_pruning_predicate=[("batch_id", "=", batch_id)]):
                delta.delete(f"batch_id = '{batch_id}'")

    def stored_batch_ids(self, table: str) -> set[str]:
        """Every batch that has rows in a table's current state, in force or not."""
        delta = self._delta(table)
        return set() if delta is None else {part["batch_id"] for part in delta.partitions()}

    # -- below -----------------------------------------------------------------------------------------------------

    def _superseded(self, snapshot: Snapshot) -> dict[str, list[int]]:
        version = snapshot.versions.get("superseded", _NOTHING)
        dataset = self._dataset("superseded", version, snapshot.batch_ids("superseded"))
        if dataset is None:
            return {}
        rows = dataset.to_table().to_pandas()
        return {str(old): group["old_row"].tolist() for old, group in rows.groupby("old_batch_id")}

    def _dataset(self, table: str, version: int, batch_ids: list[str]) -> Any:
        delta = self._delta(table, version) if version != _NOTHING else None
        if delta is None or not batch_ids:
            return None
        return delta.to_pyarrow_dataset(
            file_pruning_predicate=[("batch_id", "in", batch_ids)], schema=arrow_schema(table)
        )

    def _table_version(self, table: str) -> int:
        delta = self._delta(table)
        return _NOTHING if delta is None else delta.version()

    def _address(self, table: str) -> str:
        return f"{self.url}/{table}"

    def _delta(self, table: str, version: int | None = None) -> DeltaTable | None:
        if version == _NOTHING:
            return None
        try:
            return DeltaTable(self._address(table), version=version, storage_options=self.options or None)
        except TableNotFoundError:
            return None
        except (DeltaError, OSError, ValueError) as error:
            raise _broken(self._address(table)) from error

    def _write(
        self,
        table: str,
        data: Any,
        *,
        partition_by: list[str] | None = None,
        retries: int | None = None,
        note: str | None = None,
    ) -> None:
        try:
            write_deltalake(
                self._address(table),
                data,
                mode="append",
                schema_mode="merge",  # a table of an earlier version gets the columns that were added since
                partition_by=partition_by,
                storage_options=self.options or None,
                writer_properties=_WRITER,
                commit_properties=CommitProperties({"event": note} if note else None, max_commit_retries=retries),
            )
        except (DeltaError, OSError) as error:
            hint = "Nothing was loaded. Check free space and write permission, then run the same command again."
            raise StoreError(f"Writing failed ({type(error).__name__}).", where=self.url, hint=hint) from error


def store_address(url: str | None) -> str:
    """The address that is meant: the one named, else data/store beside the code."""
    return url or str(Path(__file__).resolve().parents[1] / "data" / "store")


def open_store(url: str | Path, *, options: dict[str, str] | None = None) -> Store:
    """Open the store at an address; it is made by the first load.

    Raises StoreError: the address names a file, not a folder.
    """
    store = Store(str(url), options=options)
    if store.folder is not None and store.folder.exists() and not store.folder.is_dir():
        raise StoreError("This is a file, not a folder.", where=store.folder.name, hint="Name a folder as --store.")
    return store


def _parts(dataset: Any, columns: list[str], where: str) -> Iterator[pa.RecordBatch]:
    try:
        yield from dataset.to_batches(columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise _broken(where) from error


def _broken(where: str) -> StoreError:
    hint = "Run `python -m loaders doctor`: it says what is broken and repairs what can be repaired."
    return StoreError("The table cannot be read.", where=where, hint=hint)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _batches(parts: Iterable[pa.RecordBatch | pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for part in parts:
        table = pa.Table.from_batches([part]) if isinstance(part, pa.RecordBatch) else part
        yield from table.cast(schema).to_batches()


def _raced(where: str) -> StoreError:
    hint = "Nothing of this load is seen. Run the same command again."
    return StoreError("Another load was committed at the same time.", where=where, hint=hint)
