"""The synthetic country through the real load: in as batches marked synthetic, out by undoing them."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from loaders import demo, demo_population, demo_programme, district_set
from loaders.ingest import Request, ingest
from loaders.programme_load import ProgrammeRequest, load_table
from loaders.settings import Settings
from loaders.store import Store


def load(store: Store, *, today: dt.date, now: dt.datetime) -> dict[str, Any]:
    """Load the demo that ends with the month before `today`; returns counts by table."""
    end = today.replace(day=1) - dt.timedelta(days=1)
    world = demo.build(end=end)
    districts = district_set.installed(store.folder)
    tables = _programme(world, end, districts.version)
    request = Request(now, Settings(today=today), who="demo", synthetic=True)
    table_request = ProgrammeRequest(now, today, who="demo", synthetic=True)
    with tempfile.TemporaryDirectory() as folder:
        reports = pd.concat([world.reports, demo.elsewhere(world.forums, end=end)], ignore_index=True)
        path = _write(reports, Path(folder), "reports")
        ledger = ingest(path, store, districts, request).ledger
        counts = {"reports": ledger.accepted, "duplicates": ledger.duplicates, "quarantined": ledger.quarantined}
        for name, table in tables.items():
            path = _write(table, Path(folder), name)
            counts[name] = load_table(path, store, districts, table_request).accepted
    return counts


def _programme(world: demo.Demo, end: dt.date, boundary_version: str) -> dict[str, pd.DataFrame]:
    """The programme's tables in the order of their loading: what others refer to comes first."""
    forums = demo_programme.with_milestones(world.forums, end=end)
    start = (pd.Period(end, "M") - (demo.N_MONTHS - 1)).start_time.date()
    return {
        "forums": forums,
        "meetings": world.meetings,
        "referrals": demo_programme.referrals(world.reports, forums, end=end),
        "activities": demo_programme.activities(forums, world.meetings, end=end),
        "surveys": demo_programme.surveys(forums, start=start, end=end),
        "population": demo_population.population(end=end, boundary_version=boundary_version),
    }


def _write(table: pd.DataFrame, folder: Path, name: str) -> Path:
    path = folder / f"SYNTHETIC-demo-{name}.csv"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def remove(store: Store, *, now: dt.datetime) -> int:
    """Undo every synthetic batch in force; returns how many."""
    batches = store.snapshot().batches
    synthetic = batches.loc[batches["synthetic"], "batch_id"].tolist()
    for batch_id in reversed(synthetic):
        store.undo(batch_id, who="demo", at=now)
    return len(synthetic)
