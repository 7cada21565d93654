"""Points to districts beside GeoPandas and, where it is installed, SedonaDB: CPU seconds and memory, each in its own
process."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.districts_for_bench import ROOT, described, districts, points_inside

SIZES = {1_000_000: 3, 10_000_000: 3}  # points: how often each is measured
BAR_SJOIN, BAR_SEDONA, BAR_MEMORY_MB = 8, 2, 500


def ours(layer: Any, lon: np.ndarray, lat: np.ndarray) -> pd.Series:
    """Our join, its index built anew."""
    from geo.join import assign_districts

    return assign_districts(lon, lat, layer)["adm2_pcode"]


def sjoin(layer: Any, lon: np.ndarray, lat: np.ndarray) -> pd.Series:
    """GeoPandas with the predicate that is fast."""
    import geopandas as gpd

    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    return gpd.sjoin(points, layer[["adm2_pcode", "geometry"]], predicate="within", how="left")["adm2_pcode"]


def sedona(layer: Any, lon: np.ndarray, lat: np.ndarray) -> pd.Series:
    """SedonaDB's spatial join, with a row number to bring the points back into their order."""
    import pyarrow as pa
    import sedonadb

    engine = sedonadb.connect()
    engine.create_data_frame(layer[["adm2_pcode", "geometry"]]).to_view("districts")
    engine.create_data_frame(pa.table({"i": np.arange(len(lon)), "lon": lon, "lat": lat})).to_view("reports")
    joined = engine.sql(
        "SELECT p.i, d.adm2_pcode FROM (SELECT i, ST_SetSRID(ST_Point(lon, lat), 4326) AS geometry FROM reports) p "
        "JOIN districts d ON ST_Contains(d.geometry, p.geometry)"
    ).to_arrow_table()
    order = np.argsort(joined["i"].to_numpy())
    return pd.Series(joined["adm2_pcode"].take(order).to_pandas(), index=joined["i"].to_numpy()[order])


WAYS: dict[str, Callable[..., pd.Series]] = {"ours": ours, "sjoin": sjoin, "sedona": sedona}


def child(way: str, folder: str, n: int) -> None:
    """Measure one join in this process and print what it took."""
    lon, lat = (np.load(Path(folder) / f"{name}-{n}.npy") for name in ("lon", "lat"))
    layer = districts()
    WAYS[way](layer, lon[:1_000], lat[:1_000])  # imports
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts from here
    before_mb, cpu = resident_mb("VmRSS"), time.process_time()
    out = WAYS[way](layer, lon, lat)
    cpu = time.process_time() - cpu
    above = resident_mb("VmHWM") - before_mb - out.memory_usage(deep=True) / 1e6
    print(json.dumps({"cpu_s": cpu, "above_mb": above, "found": int(out.notna().sum()), "check": checksum(out)}))


def resident_mb(key: str) -> float:
    """Memory of this process: VmRSS now, VmHWM at its highest."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(key))) / 1e3


def checksum(pcodes: pd.Series) -> int:
    """A number that changes when a point inside a district is assigned elsewhere."""
    numbers = pd.util.hash_array(pcodes.dropna().to_numpy(dtype=object)) >> np.uint64(20)
    return int(numbers.sum())


def measure(way: str, folder: str, n: int, times: int) -> dict[str, float]:
    """Median over so many fresh processes."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_join", way, folder, str(n)]
    seen = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
        for _ in range(times)
    ]
    return {key: median(each[key] for each in seen) for key in seen[0]}


def run() -> list[dict[str, Any]]:
    """Rows for the table."""
    layer, rows = districts(), []
    ways = [way for way in WAYS if way != "sedona" or importlib.util.find_spec("sedonadb")]
    with tempfile.TemporaryDirectory() as folder:
        for n, times in SIZES.items():
            for name, values in zip(("lon", "lat"), points_inside(layer, n, seed=1), strict=True):
                np.save(Path(folder) / f"{name}-{n}.npy", values)
            took = {way: measure(way, folder, n, times) for way in ways}
            rows += rows_of(n, took, is_largest=n == max(SIZES), where=described(layer))
    return rows


def rows_of(n: int, took: dict[str, dict[str, float]], *, is_largest: bool, where: str) -> list[dict[str, Any]]:
    """Rows for one number of points; bars hold at the largest."""
    mine, rows = took["ours"], []
    for peer, bar in (("sjoin", BAR_SJOIN), ("sedona", BAR_SEDONA)):
        if peer not in took:
            rows.append({"what": f"join of {n:,}: {peer}, not installed", "ours": mine["cpu_s"], "unit": "CPU s"})
            continue
        met = took[peer]["cpu_s"] >= bar * mine["cpu_s"] and took[peer]["check"] == mine["check"]
        rows.append(
            {"what": f"join of {n:,} points against {peer}", "ours": mine["cpu_s"], "peer": took[peer]["cpu_s"],
             "unit": "CPU s", "bar": f"≥ {bar}× less", "met": met if is_largest else None, "districts": where,
             "ratio": took[peer]["cpu_s"] / mine["cpu_s"], "same_answers": took[peer]["check"] == mine["check"]}
        )  # fmt: skip
    rows.append(
        {"what": f"join of {n:,} points: memory above input and output", "ours": mine["above_mb"],
         "peer": took["sjoin"]["above_mb"], "unit": "MB", "bar": f"≤ {BAR_MEMORY_MB}",
         "met": mine["above_mb"] <= BAR_MEMORY_MB if is_largest else None}
    )  # fmt: skip
    return rows


if __name__ == "__main__":
    child(sys.argv[1], sys.argv[2], int(sys.argv[3]))
