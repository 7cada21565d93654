"""The districts that measurements run on: the official ones where they are at hand, else the approximate default."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.districts import prepare
from geo.join import DistrictIndex
from loaders import boundaries
from loaders.district_set import DistrictSet, approximate

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = ROOT.parent / "shared" / "data" / "boundaries" / "irq_admbnda_adm2_cso_20190603.geojson"
COLUMNS = {"ADM2_PCODE": "adm2_pcode", "ADM2_EN": "adm2_name", "ADM1_PCODE": "adm1_pcode", "ADM1_EN": "adm1_name"}


def districts() -> gpd.GeoDataFrame:
    """101 districts, prepared."""
    if OFFICIAL.exists():
        return prepare(gpd.read_file(OFFICIAL).rename(columns=COLUMNS))
    return prepare(gpd.read_file(ROOT / "data" / "districts_approximate.geojson"))


def district_set() -> DistrictSet:
    """The same districts, as a load takes them."""
    return boundaries.load_districts(OFFICIAL) if OFFICIAL.exists() else approximate()


def described(layer: gpd.GeoDataFrame) -> str:
    """Say which they are, and how many corners they have."""
    name = "official" if OFFICIAL.exists() else "approximate"
    return f"{len(layer)} {name} districts, {shapely.get_num_coordinates(layer.geometry.array).sum():,} corners"


def points_inside(layer: gpd.GeoDataFrame, n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw n points evenly from the country."""
    rng, bounds, index = np.random.default_rng(seed), layer.total_bounds, DistrictIndex(layer)
    lon, lat = np.empty(0), np.empty(0)
    while len(lon) < n:
        more = rng.uniform(bounds[[0, 1]], bounds[[2, 3]], (min(2 * n, 2_000_000), 2)).T
        kept = index.assign(*more, tolerance_m=0).district >= 0
        lon, lat = np.append(lon, more[0][kept]), np.append(lat, more[1][kept])
    return lon[:n].copy(), lat[:n].copy()
