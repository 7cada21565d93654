"""Stored reports as the numbers that the density surface is drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from concerns.selection import Selection
from geo.binned import BinnedCells, Surface
from geo.lattice import Lattice
from geo.projection import geometries_to_metric, to_metric
from geo.raster import Raster
from geo.sites import Located

COLUMNS = ("occurred_on", "lon", "lat", "category", "severity", "adm1_pcode", "adm2_pcode", "geo_precision")
CELL_M = 3_000.0
N_PIXELS = 400
_EPOCH = np.datetime64("1970-01-01", "D")


class DensityCells:
    """Located reports of a view, binned once; any selection gives a surface in reports per km²."""

    def __init__(self, parts: Iterable[pd.DataFrame], districts: gpd.GeoDataFrame, categories: Sequence[str]) -> None:
        """Bin reports that arrive in parts (columns COLUMNS)."""
        self._districts = pd.Index(districts["adm2_pcode"])
        self._categories = pd.Index(categories)
        self._outline = shapely.union_all(districts.geometry.to_numpy())
        areas = geometries_to_metric(districts.geometry)
        bounds = gpd.GeoSeries(areas).total_bounds
        lattice = Lattice.covering(tuple(bounds), cell_m=CELL_M, margin=12)
        located = (self._located(part) for part in parts if len(part))
        self.cells = BinnedCells.from_reports(located, lattice, list(areas), n_categories=len(self._categories))

    @cached_property
    def bandwidth_min_m(self) -> float:
        """The least bandwidth that the cells can carry."""
        return self.cells.bandwidth_min_m

    @cached_property
    def raster(self) -> Raster:
        """The pixels of the density picture, inside the country."""
        return Raster.over(self._outline, self.cells.lattice, n_pixels=N_PIXELS)

    def density(self, selection: Selection, *, bandwidth_m: float) -> Surface:
        """Draw the selected reports with a Gaussian kernel of this standard deviation."""
        return self.cells.density(
            bandwidth_m,
            start_day=_day(selection.start),
            end_day=_day(selection.end),
            categories=_positions(self._categories, selection.categories),
            severities=selection.severities or None,
            districts=self._chosen_districts(selection),
        )

    def _chosen_districts(self, selection: Selection) -> Sequence[int] | None:
        if not selection.districts and not selection.governorates:
            return None
        return [
            position
            for position, code in enumerate(self._districts)
            if (not selection.districts or code in selection.districts)
            and (not selection.governorates or code[:5] in selection.governorates)
        ]

    def _located(self, part: pd.DataFrame) -> Located:
        lon, lat = (part[name].to_numpy(np.float64, na_value=np.nan) for name in ("lon", "lat"))
        has_point = np.isfinite(lon) & np.isfinite(lat)
        x_m, y_m = np.full(len(part), np.nan), np.full(len(part), np.nan)
        x_m[has_point], y_m[has_point] = to_metric(lon[has_point], lat[has_point])
        day = part["occurred_on"].to_numpy().astype("datetime64[D]")
        return Located(
            day=(day - _EPOCH).astype(np.int64),
            x_m=x_m,
            y_m=y_m,
            category=_codes(part["category"], self._categories),
            severity=part["severity"].fillna(0).to_numpy(np.int64),
            district=_codes(part["adm2_pcode"], self._districts),
            geo_precision=part["geo_precision"].to_numpy(np.int64),
        )


def _codes(values: pd.Series, known: pd.Index) -> np.ndarray:
    codes, uniques = pd.factorize(values)
    position = known.get_indexer(pd.Index(uniques))
    return np.append(position, -1)[codes]


def _positions(known: pd.Index, chosen: Sequence[str]) -> Sequence[int] | None:
    return [int(position) for position in known.get_indexer(pd.Index(chosen)) if position >= 0] if chosen else None


def _day(day: object) -> int | None:
    return None if day is None else int((np.datetime64(str(day), "D") - _EPOCH).astype(int))
