"""From a selection to the density PNG: time, size and error at 1M and 10M reports, beside binning the selected rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.binned import BinnedCells
from geo.lattice import Lattice
from geo.projection import geometries_to_metric, to_metric
from geo.raster import Raster
from geo.sites import Located
from geo.surface import precision_aware
from pages.figures import density
from tests.benchmarks.districts_for_bench import described, districts, points_inside

SIZES = (1_000_000, 10_000_000)
PART = 1_000_000
CELL_M, BANDWIDTH_M = 3_000.0, 10_000.0
N_CATEGORIES, N_DAYS, N_PLACES = 13, 1_827, 1_000
N_SELECTIONS, CHECKED = 40, (160, 160)
BAR_MS, BAR_BYTES, BAR_ERROR = 60.0, 80_000, 1e-3


def reports(layer: gpd.GeoDataFrame, n: int) -> Iterator[Located]:
    """Three of ten at GPS points anywhere, six at named places, one known by its district."""
    from geo.join import DistrictIndex

    index, rng = DistrictIndex(layer), np.random.default_rng(3)
    at_place = np.stack(points_inside(layer, N_PLACES, seed=4))
    for start in range(0, n, PART):
        size = min(PART, n - start)
        precision = rng.choice([1, 2, 4], size, p=[0.3, 0.6, 0.1])
        lon, lat = np.where(
            precision == 1, points_inside(layer, size, seed=start), at_place[:, rng.integers(0, N_PLACES, size)]
        )
        x_m, y_m = to_metric(lon, lat)
        yield Located(
            rng.integers(0, N_DAYS, size), x_m, y_m, rng.integers(0, N_CATEGORIES, size), rng.integers(0, 4, size),
            index.assign(lon, lat).district, precision,
        )  # fmt: skip


def selections() -> list[dict[str, Any]]:
    """The whole record; periods of any days with some categories, severities, districts: as a filter bar makes them."""
    rng, made = np.random.default_rng(5), [dict[str, Any]()]
    while len(made) < N_SELECTIONS:
        start, length = int(rng.integers(0, N_DAYS - 400)), int(rng.choice([30, 91, 365, 400]))
        chosen: dict[str, Any] = {"start_day": start, "end_day": start + length}
        if rng.random() < 0.4:
            chosen["categories"] = rng.choice(N_CATEGORIES, rng.integers(1, 12), replace=False).tolist()
        if rng.random() < 0.2:
            chosen["severities"] = [2, 3]
        if rng.random() < 0.3:
            chosen["districts"] = list(range(20, 31))
        made.append(chosen)
    return made


def picture(cells: BinnedCells, raster: Raster, chosen: dict[str, Any]) -> bytes:
    """What a click does."""
    return density.picture(cells.density(BANDWIDTH_M, **chosen), raster)[0].png


def binned_rows(rows: Located, chosen: dict[str, Any]) -> np.ndarray:
    """The peer: select the rows, count them in 512 × 512 cells, blur."""
    from scipy.ndimage import gaussian_filter

    keep = is_chosen(rows, chosen)
    counts = np.histogram2d(rows.y_m[keep], rows.x_m[keep], bins=512)[0]
    return gaussian_filter(counts, 5.0)


def is_chosen(rows: Located, chosen: dict[str, Any]) -> np.ndarray:
    """Which rows a selection takes."""
    keep = (rows.day >= chosen.get("start_day", 0)) & (rows.day <= chosen.get("end_day", N_DAYS))
    for name, column in (("categories", rows.category), ("severities", rows.severity), ("districts", rows.district)):
        if name in chosen:
            keep &= np.isin(column, chosen[name])
    return keep


def largest_error(cells: BinnedCells, rows: Located, areas: list[shapely.Geometry], chosen: dict[str, Any]) -> float:
    """Against the exact sum over all selected rows, on a grid over the country, as a share of the peak."""
    keep = is_chosen(rows, chosen)
    bounds = tuple(shapely.total_bounds(areas))
    grid = Lattice.over(bounds, CHECKED)
    x_m, y_m = (each.ravel() for each in np.meshgrid(grid.x_m, grid.y_m))
    exact = precision_aware(
        rows.x_m[keep], rows.y_m[keep], None, rows.geo_precision[keep], BANDWIDTH_M, bounds, CHECKED,
        area_code=rows.district[keep].astype(str), areas={str(i): area for i, area in enumerate(areas)},
    ).ravel()  # fmt: skip
    return float(np.abs(cells.density(BANDWIDTH_M, **chosen).at(x_m, y_m) - exact).max() / exact.max())


def measure(n: int, layer: gpd.GeoDataFrame) -> dict[str, Any]:
    """Build the cells for n reports, then click through the selections."""
    areas = list(geometries_to_metric(layer.geometry.array))
    lattice = Lattice.covering(tuple(shapely.total_bounds(areas)), cell_m=CELL_M)
    raster = Raster.over(shapely.union_all(layer.geometry.array), lattice)
    parts = list(reports(layer, n))
    started = time.process_time()
    cells = BinnedCells.from_reports(parts, lattice, areas, n_categories=N_CATEGORIES)
    built_s = time.process_time() - started
    rows = Located(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    del parts
    picture(cells, raster, {})
    wall_ms, cpu_ms, sizes = [], [], []  # it runs in one thread: on a quiet machine the two agree
    for chosen in selections():
        wall, cpu = time.perf_counter(), time.process_time()
        png = picture(cells, raster, chosen)
        wall_ms.append((time.perf_counter() - wall) * 1e3)
        cpu_ms.append((time.process_time() - cpu) * 1e3)
        sizes.append(len(png))
    peer_ms = []
    for chosen in selections()[:3]:
        cpu = time.process_time()
        binned_rows(rows, chosen)
        peer_ms.append((time.process_time() - cpu) * 1e3)
    few = [chosen for chosen in selections() if is_chosen(rows, chosen).sum() < 60_000][:2]
    errors = [largest_error(cells, rows, areas, chosen) for chosen in few]
    return {"wall_ms": median(wall_ms), "worst_ms": max(cpu_ms), "cpu_ms": median(cpu_ms), "bytes": max(sizes),
            "peer_ms": median(peer_ms), "built_s": built_s, "errors": errors}  # fmt: skip


def run() -> list[dict[str, Any]]:
    """Rows for the table."""
    layer, out = districts(), []
    for n in SIZES:
        took, bar = measure(n, layer), n == max(SIZES)
        out += [
            {"what": f"selection → density → PNG, {n:,} reports", "ours": took["cpu_ms"], "peer": took["peer_ms"],
             "unit": "CPU ms", "bar": f"≤ {BAR_MS:g} ms", "met": took["cpu_ms"] <= BAR_MS if bar else None,
             "worst_ms": took["worst_ms"], "wall_ms": took["wall_ms"], "districts": described(layer)},
            {"what": f"largest PNG of {N_SELECTIONS} selections, {n:,} reports", "ours": took["bytes"], "unit": "bytes",
             "bar": f"≤ {BAR_BYTES:,}", "met": took["bytes"] <= BAR_BYTES if bar else None},
            {"what": f"largest error, share of the peak, {n:,} reports", "ours": max(took["errors"]), "unit": "",
             "bar": f"≤ {BAR_ERROR:g}", "met": max(took["errors"]) <= BAR_ERROR if bar else None},
            {"what": f"binning {n:,} reports once", "ours": took["built_s"], "unit": "CPU s"},
        ]  # fmt: skip
    return out
