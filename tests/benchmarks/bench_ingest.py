"""A CSV of a million rows, and a workbook of 200,000, to a committed store; beside the libraries alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.districts_for_bench import ROOT

SIZES = (1_000_000, 5_000_000)
N_WORKBOOK = 200_000
BAR_CPU, BAR_MEMORY, GIB_MB = 2.0, 2.0, 1_074
WORKBOOK_BAR = "≤ 1 × read_excel + sjoin(within) + to_parquet"
CPU_BAR = "≤ 2 × read_csv + sjoin(within) + to_parquet"
OURS = """
import datetime as dt, sys
from pathlib import Path
from dataclasses import replace
from loaders.ingest import Request, ingest
from loaders.limits import Limits
from loaders.settings import Settings
from loaders.store import open_store
from tests.benchmarks.districts_for_bench import district_set
limits = replace(Limits.for_command_line(), rows=10_000_000)
request = Request(dt.datetime.now(dt.UTC), Settings(today=dt.date(2026, 1, 1)), limits=limits)
ledger = ingest(Path(sys.argv[1]), open_store(sys.argv[2]), district_set(), request).ledger
assert ledger.rows_read == int(sys.argv[3]), ledger.to_text("bench")
"""
PEER = """
import sys
import geopandas as gpd, pandas as pd
from tests.benchmarks.districts_for_bench import district_set
table = pd.read_csv(sys.argv[1]) if sys.argv[1].endswith(".csv") else pd.read_excel(sys.argv[1])
points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326")
joined = gpd.sjoin(points, district_set().districts[["adm2_pcode", "geometry"]], predicate="within", how="left")
joined.drop(columns="geometry").to_parquet(sys.argv[2])
"""


def run() -> list[dict[str, Any]]:
    """CPU at one million beside the libraries; peak memory at one and five million."""
    with tempfile.TemporaryDirectory() as folder:
        files = {size: _file(Path(folder) / f"{size}.csv", size) for size in SIZES}
        small, large = SIZES
        peer = _measured(PEER, files[small], Path(folder) / "peer.parquet", small)
        workbook = _workbook(files[small], Path(folder) / "reports.xlsx", N_WORKBOOK)
        read_excel = _measured(PEER, workbook, Path(folder) / "peer-workbook.parquet", N_WORKBOOK)
        our_workbook = _measured(OURS, workbook, Path(folder) / "store-workbook", N_WORKBOOK)
        ours = {size: _measured(OURS, path, Path(folder) / f"store-{size}", size) for size, path in files.items()}
    cpu, memory = ours[small]["cpu_s"] / peer["cpu_s"], ours[large]["peak_mb"] / ours[small]["peak_mb"]
    return [
        _row("1M-row CSV to a committed store, CPU", ours[small]["cpu_s"], peer["cpu_s"], "s", CPU_BAR, cpu <= BAR_CPU),
        _row("peak memory of a load, 5M over 1M rows", ours[large]["peak_mb"], ours[small]["peak_mb"], "MB",
             "must not double", memory < BAR_MEMORY),
        _row("200,000-row XLSX to a committed store, CPU", our_workbook["cpu_s"], read_excel["cpu_s"], "s",
             WORKBOOK_BAR, our_workbook["cpu_s"] <= read_excel["cpu_s"]),
        _row("200,000-row XLSX, peak memory of a process", our_workbook["peak_mb"], read_excel["peak_mb"], "MB",
             "ours ≤ 1 GiB", our_workbook["peak_mb"] < GIB_MB),
    ]  # fmt: skip


def _row(what: str, ours: float, peer: float, unit: str, bar: str, met: bool) -> dict[str, Any]:
    return {"what": what, "ours": ours, "peer": peer, "ratio": ours / peer, "unit": unit, "bar": bar, "met": met}


def _measured(script: str, source: Path, target: Path, n_rows: int) -> dict[str, float]:
    """CPU seconds of a script in a process of its own and of those that it starts, and the largest peak of them."""
    code = (
        f"{script}\nimport json, resource\n\n"
        "uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "peak_mb = max(int(peak.split()[1]), uses[1].ru_maxrss) / 1e3\n"
        "print(json.dumps({'cpu_s': sum(use.ru_utime + use.ru_stime for use in uses), 'peak_mb': peak_mb}))"
    )
    command = [sys.executable, "-c", code, str(source), str(target), str(n_rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _file(path: Path, n_rows: int) -> Path:
    rng = np.random.default_rng(3)
    days = np.datetime_as_string(np.datetime64("2022-01-01") + rng.integers(0, 1_200, n_rows).astype("timedelta64[D]"))
    lat, lon = np.char.mod("%.5f", rng.uniform(32, 35, n_rows)), np.char.mod("%.5f", rng.uniform(43, 45, n_rows))
    category = np.array([f"C{n:02d}" for n in range(1, 13)])[rng.integers(0, 12, n_rows)]
    with path.open("w", encoding="utf-8") as file:
        file.write("report_id,occurred_on,lat,lon,category,severity\n")
        for number, row in enumerate(zip(days, lat, lon, category, rng.integers(1, 4, n_rows).tolist(), strict=True)):
            file.write(f"R{number},{','.join(map(str, row))}\n")
    return path


def _workbook(source: Path, path: Path, n_rows: int) -> Path:
    """The first rows of a CSV file as a workbook, days and numbers as such."""
    table = pd.read_csv(source, nrows=n_rows, parse_dates=["occurred_on"])
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        table.to_excel(writer, index=False, sheet_name="reports")
    return path
