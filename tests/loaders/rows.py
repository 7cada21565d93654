"""Builders of stored rows for the tests of the store: each names only what matters to it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from loaders.store import BatchEvent, Store
from loaders.tables import to_arrow

NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


def report_rows(batch_id: str, n_rows: int, **columns: object) -> pd.DataFrame:
    """Reports of one batch, numbered from 1; `columns` replace what a plain row holds."""
    number = np.arange(1, n_rows + 1)
    plain = {
        "report_id": [f"r{n}" for n in number],
        "source": "template",
        "occurred_on": dt.date(2024, 3, 3),
        "date_precision": 1,
        "adm1_pcode": "IQG01",
        "adm2_pcode": "IQG01Q01",
        "lat": 33.2,
        "lon": 43.7,
        "geo_precision": 2,
        "category": "C07",
        "severity": 2,
        "description": "a text",
        "join_method": "within",
        "distance_m": 0.0,
        "location_conflict": False,
        "near_duplicate": False,
        "sensitive": False,
        "is_context": False,
        "boundary_version": "v1",
        "batch_id": batch_id,
        "row": number,
        "id_hash": number,
        "near_hash": number,
        "content_hash": number,
    }
    return pd.DataFrame({**plain, **columns})


def load_batch(
    store: Store, batch_id: str, n_rows: int, *, replaces: list[tuple[str, int]] | None = None, **columns: object
) -> None:
    """Append a batch of reports and its event, as an ingest does."""
    with store.writing():
        version = store.version()
        store.append("reports", [to_arrow(report_rows(batch_id, n_rows, **columns), "reports")])
        if replaces:
            frame = pd.DataFrame(replaces, columns=["old_batch_id", "old_row"]).assign(batch_id=batch_id)
            store.append("superseded", [to_arrow(frame, "superseded")])
        ledger = {"rows_read": n_rows, "accepted": n_rows}
        store.commit(BatchEvent(batch_id, "ingest", "reports", "test", ledger, NOON), expected_version=version)
