"""Rows on their way: parts of a load kept in a scratch file, so that memory holds one part at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc

from concerns.schema import StoreError
from loaders.sniff import shown_name
from loaders.store import Store
from loaders.tables import arrow_schema, to_arrow


@contextmanager
def scratch(store: Store) -> Iterator[Path]:
    """A folder for rows on their way, beside the tables when the store is on disk; the doctor sweeps leftovers.

    Raises StoreError: no room for the rows, or no permission to write them.
    """
    parent = None if store.folder is None else store.folder / ".scratch"
    try:
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        hint = "Nothing was loaded. Free some space or give write permission, then run the same command again."
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise StoreError(f"The rows find no place ({why}).", where=shown_name(store.url), hint=hint) from error


class Spool:
    """A scratch file of one table's rows: written once, then read part by part; gone when closed."""

    def __init__(self, folder: Path, table: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.table, self.n_rows = table, 0
        self._path = folder / f"{table}.arrows"
        self._writer = pa.ipc.new_stream(str(self._path), arrow_schema(table))

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()
        self._path.unlink(missing_ok=True)

    def add(self, frame: pd.DataFrame) -> None:
        """Put a part at the end."""
        if len(frame):
            self._writer.write_table(to_arrow(frame, self.table))
            self.n_rows += len(frame)

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Give what was put in, in order; after the first call nothing may be added."""
        self._writer.close()
        with pa.OSFile(str(self._path)) as source, pa.ipc.open_stream(source) as reader:
            for part in reader:
                yield part.select(list(columns)) if columns else part

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        """Give a few columns of all rows at once.

        They are copied: a column of a part as it was read keeps the whole part in memory, with all its columns.
        """
        schema = arrow_schema(self.table)
        copied = (part.take(pa.array(np.arange(part.num_rows))) for part in self.parts(columns))
        table = pa.Table.from_batches(copied, pa.schema([schema.field(name) for name in columns]))
        return table.to_pandas(split_blocks=True, self_destruct=True)

    def kept(self, keep: np.ndarray, marks: dict[str, np.ndarray]) -> Iterator[pa.Table]:
        """Give the rows that `keep` names, the columns in `marks` replaced; both run over all rows in order."""
        start = 0
        for part in self.parts():
            here = slice(start, start + part.num_rows)
            table = pa.Table.from_batches([part])
            for name, values in marks.items():
                position = table.schema.get_field_index(name)
                table = table.set_column(position, table.schema.field(name), pa.array(values[here]))
            yield table.filter(pa.array(keep[here]))
            start = here.stop
