"""Stores of a given size for the measurements: reports at random points, written as an ingest writes them."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from loaders import district_set
from loaders.store import BatchEvent, Store, open_store
from loaders.tables import to_arrow

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
PART = 500_000
N_DAYS = 1_827
CATEGORIES = np.array([f"C{n:02d}" for n in range(1, 13)])


@cache
def shared_store(n_reports: int) -> Store:
    """A store with so many synthetic reports on the districts in use; made once, removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="atlas-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = open_store(folder)
    store.append("reports", _parts(n_reports))
    ledger = {"rows_read": n_reports, "accepted": n_reports}
    event = BatchEvent("big", "ingest", "reports", "bench", ledger, NOON, synthetic=True)
    store.commit(event, expected_version=-1)
    return store


def _parts(n_reports: int) -> Iterator[pa.Table]:
    rng = np.random.default_rng(7)
    districts = district_set.approximate().districts
    centres = districts.representative_point()
    for start in range(0, n_reports, PART):
        n = min(PART, n_reports - start)
        place = rng.integers(0, len(districts), n)
        number = np.arange(start, start + n)
        yield to_arrow(_rows(rng, districts["adm2_pcode"].to_numpy()[place], centres.x.to_numpy()[place],
                             centres.y.to_numpy()[place], number), "reports")  # fmt: skip


def _rows(
    rng: np.random.Generator, district: np.ndarray, lon: np.ndarray, lat: np.ndarray, number: np.ndarray
) -> pd.DataFrame:
    n = len(number)
    return pd.DataFrame(
        {
            "report_id": pd.Series(number).map("B{:08d}".format),
            "source": "template",
            "occurred_on": np.datetime64("2021-01-01") + rng.integers(0, N_DAYS, n).astype("timedelta64[D]"),
            "date_precision": 1,
            "adm1_pcode": pd.Series(district).str[:5],
            "adm2_pcode": district,
            "lon": lon + rng.normal(0, 0.1, n),
            "lat": lat + rng.normal(0, 0.1, n),
            "geo_precision": rng.choice([1, 2, 4], n, p=[0.3, 0.6, 0.1]),
            "category": CATEGORIES[rng.integers(0, len(CATEGORIES), n)],
            "severity": rng.integers(1, 4, n),
            "join_method": "within",
            "distance_m": 0.0,
            "location_conflict": False,
            "near_duplicate": False,
            "sensitive": False,
            "is_context": False,
            "boundary_version": "bench",
            "batch_id": "big",
            "row": number + 1,
            "id_hash": number,
            "near_hash": number,
            "content_hash": number,
        }
    )
