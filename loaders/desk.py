"""What somebody who may load does with files and batches in the browser: look first, then load, undo, take out."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from concerns import access
from concerns.access import Right
from loaders import export
from loaders.ingest import Outcome, Progress, Request, ingest
from loaders.mapping import Mapping
from loaders.settings import Settings
from loaders.store import Store
from loaders.view import View

ENDINGS = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".parquet", ".zip", ".txt", ".tsv")


class Desk:
    """The loading desk of one viewer at one moment. Raises AccessDenied without the right to load."""

    def __init__(self, store: Store, view: View, *, now: dt.datetime) -> None:
        access.require(view.viewer, Right.LOAD, today=view.today)
        self._store, self._view, self._now = store, view, now

    def load(
        self,
        content: bytes,
        name: str,
        *,
        dry_run: bool,
        mapping: Mapping | None = None,
        swap_coordinates: bool = False,
        progress: Progress | None = None,
    ) -> Outcome:
        """Load an uploaded file, or look what would become of it (`dry_run`). `name` is shown and is never a path."""
        settings = replace(Settings(today=self._view.today), swap_coordinates=swap_coordinates)
        request = Request(
            self._now,
            settings,
            who=self._view.viewer.subject,
            mapping=mapping,
            dry_run=dry_run,
            display_name=name,
            progress=progress,
        )
        with _private_copy(content, name) as path:
            return ingest(path, self._store, self._view.district_set, request)

    def undo(self, batch_id: str) -> None:
        """Take a batch back. Raises StoreError: it is not in force."""
        self._store.undo(batch_id, who=self._view.viewer.subject, at=self._now)

    def history(self) -> pd.DataFrame:
        """Every load and undo, the newest first."""
        return self._store.history().iloc[::-1].reset_index(drop=True)

    def rows_as_csv(self, table: str, batch_id: str) -> bytes:
        """The accepted or the quarantined rows of one batch as a CSV file."""
        columns = export.columns_of(table)
        parts = (part.to_pandas() for part in self._store.scan(table, columns))
        mine = [part[part["batch_id"] == batch_id] for part in parts]
        frame = pd.concat(mine, ignore_index=True) if mine else pd.DataFrame(columns=columns)
        text = io.StringIO()
        export.safe_texts(frame).to_csv(text, index=False)
        return text.getvalue().encode("utf-8-sig")


@contextmanager
def _private_copy(content: bytes, name: str) -> Iterator[Path]:
    """The bytes in a folder of our own under a name of our own; only a known ending is kept."""
    ending = next((known for known in ENDINGS if name.lower().endswith(known)), ".bin")
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        path = Path(folder) / f"upload{ending}"
        path.write_bytes(content)
        yield path
