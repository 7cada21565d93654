"""Points to districts: each point exactly once, and how it came there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from concerns.schema import JoinMethod
from geo.label_grid import NONE, UNSETTLED, LabelGrid
from geo.projection import geometries_to_metric, to_metric

METHODS = (JoinMethod.WITHIN, JoinMethod.BORDER, JoinMethod.NEAREST)
_WITHIN, _BORDER, _NEAREST = range(3)
TIE_M = 1e-6  # distances that differ by less are equal: the lowest p-code takes the point
CHUNK = 1_000_000  # points worked on at once: bounds the memory
GRID_FROM = 50_000  # points after which the label grid has paid for itself

Floats = NDArray[np.float64]
Codes = NDArray[np.int16]


class Assignment(NamedTuple):
    """One entry a point. district: position in `DistrictIndex.codes`, -1 none; method: position in METHODS, or -1."""

    district: Codes
    method: NDArray[np.int8]
    distance_m: Floats


def assign_districts(
    lon: ArrayLike, lat: ArrayLike, districts: gpd.GeoDataFrame | DistrictIndex, tolerance_m: float = 500.0
) -> pd.DataFrame:
    """Give each point its district: inside it, on its line, or next to it.

    lon, lat: degrees (EPSG:4326), one length; NaN, NA and infinite values are allowed and find no district.
    districts: as `geo.districts.prepare` returns them (full borders, never simplified), or their `DistrictIndex`.
    Returns one row a point in the order of the input, on the index of `lon` where that is a Series:
    `adm2_pcode`, `join_method` (text, missing for none), `distance_m` (metres; 0 inside and on a line, NaN for none).

    The rule, in this order: `within`: strictly inside; where a faulty layer has two, the lowest p-code. `border`: on an
    edge or corner and inside none: the lowest p-code. `nearest`: outside all by at most `tolerance_m`, measured in
    `METRIC_CRS`; of equally near ones the lowest p-code.

    Raises ValueError: arrays of two lengths, a negative tolerance, districts without adm2_pcode or not in EPSG:4326.

    >>> two = gpd.GeoDataFrame({"adm2_pcode": ["IQG01Q02", "IQG01Q01"]}, crs="EPSG:4326",
    ...                        geometry=[shapely.box(44, 33, 45, 34), shapely.box(45, 33, 46, 34)])
    >>> assign_districts([44.5, 45.0, 46.004, 47.0], [33.5, 33.5, 33.5, 33.5], two).round(1)
      adm2_pcode join_method  distance_m
    0   IQG01Q02      within         0.0
    1   IQG01Q01      border         0.0
    2   IQG01Q01     nearest       371.7
    3        NaN         NaN         NaN
    """
    index = districts if isinstance(districts, DistrictIndex) else DistrictIndex(districts)
    found = index.assign(_numbers(lon), _numbers(lat), tolerance_m=tolerance_m)
    columns = {
        "adm2_pcode": _labels(found.district, index.codes),
        "join_method": _labels(found.method, METHODS),
        "distance_m": found.distance_m,
    }
    return pd.DataFrame(columns, index=lon.index if isinstance(lon, pd.Series) else None, copy=False)


class DistrictIndex:
    """Districts made ready to be asked many times: `codes` ascending, polygons prepared, a label grid when it pays.

    Built once for a set of boundaries and shared; asking it changes no answer. Memory: the polygons twice (degrees and
    metres) and 2 MB of labels.
    """

    def __init__(self, districts: gpd.GeoDataFrame) -> None:
        if "adm2_pcode" not in districts:
            raise ValueError("districts need a column adm2_pcode: use geo.districts.prepare")
        if districts.crs is not None and not districts.crs.equals("EPSG:4326", ignore_axis_order=True):
            raise ValueError("districts must be in EPSG:4326: use geo.districts.prepare")
        if len(districts) > np.iinfo(np.int16).max:
            raise ValueError(f"at most 32,767 districts can be indexed, not {len(districts)}")
        codes = districts["adm2_pcode"].to_numpy(dtype=object)
        order = np.argsort(codes, kind="stable")
        self.codes: tuple[str, ...] = tuple(map(str, codes[order]))
        self._shapes = np.asarray(districts.geometry.array, dtype=object)[order]
        self._bounds = shapely.bounds(self._shapes)
        self._n_asked = 0
        shapely.prepare(self._shapes)

    def assign(self, lon: Floats, lat: Floats, *, tolerance_m: float = 500.0) -> Assignment:
        """Answer as `assign_districts` does, in positions instead of words."""
        if lon.shape != lat.shape or lon.ndim != 1:
            raise ValueError(f"lon and lat must be of one length, not {lon.shape} and {lat.shape}")
        if not tolerance_m >= 0:
            raise ValueError(f"tolerance_m must be 0 or more, not {tolerance_m}")
        district = np.full(len(lon), NONE, dtype=np.int16)
        method = np.full(len(lon), NONE, dtype=np.int8)
        distance_m = np.full(len(lon), np.nan)
        self._n_asked += len(lon)
        for part in _chunks(len(lon)):
            self._assign(lon[part], lat[part], tolerance_m, Assignment(district[part], method[part], distance_m[part]))
        return Assignment(district, method, distance_m)

    def distance_m(self, lon: Floats, lat: Floats, district: Codes) -> Floats:
        """Metres from each point to the district at a position of `codes`; 0 inside and on its line."""
        x_m, y_m = to_metric(lon, lat)
        apart = np.asarray(shapely.distance(shapely.points(x_m, y_m), self._metric_shapes[district]))
        touching = np.array(
            [shapely.intersects_xy(self._shapes[d], x, y) for d, x, y in zip(district, lon, lat, strict=True)]
        )
        return np.where(touching, 0.0, apart) if len(lon) else apart

    def _assign(self, lon: Floats, lat: Floats, tolerance_m: float, out: Assignment) -> None:
        """Fill `out`: by the grid, then inside, on a line, and near, each for what the one before has left."""
        with np.errstate(invalid="ignore"):
            usable = np.flatnonzero((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        district, is_far = self._from_grid(lon[usable], lat[usable], tolerance_m)
        unsettled = np.flatnonzero(district == UNSETTLED)
        district[unsettled] = self._inside(lon[usable[unsettled]], lat[usable[unsettled]])
        inside = district >= 0
        out.district[usable] = district
        out.method[usable[inside]] = _WITHIN
        out.distance_m[usable[inside]] = 0.0

        left = usable[~inside & ~is_far]
        on_line = self._first_hit(lon[left], lat[left], shapely.intersects_xy)
        hit = left[on_line >= 0]
        out.district[hit], out.method[hit], out.distance_m[hit] = on_line[on_line >= 0], _BORDER, 0.0

        left = left[on_line < 0]
        near, near_m = self._nearest(lon[left], lat[left], tolerance_m)
        hit = left[near >= 0]
        out.district[hit], out.method[hit], out.distance_m[hit] = near[near >= 0], _NEAREST, near_m[near >= 0]

    def _from_grid(self, lon: Floats, lat: Floats, tolerance_m: float) -> tuple[Codes, NDArray[np.bool_]]:
        """Give each point's label, and whether it is known to lie farther than the tolerance from every district."""
        if self._n_asked < GRID_FROM or not shapely.area(self._shapes).any():
            return np.full(len(lon), UNSETTLED, dtype=np.int16), np.zeros(len(lon), dtype=bool)
        labels = self._grid.look_up(lon, lat)
        return labels, (labels == NONE) & (tolerance_m < self._grid.clear_m)

    @cached_property
    def _metric_shapes(self) -> NDArray[np.object_]:
        return geometries_to_metric(self._shapes)

    @cached_property
    def _grid(self) -> LabelGrid:
        return LabelGrid.build(self._shapes, self._inside)

    def _inside(self, lon: Floats, lat: Floats) -> Codes:
        return self._first_hit(lon, lat, shapely.contains_xy)

    def _first_hit(self, lon: Floats, lat: Floats, predicate: np.ufunc) -> Codes:
        """Give the first district, in order of p-code, for which predicate(district, lon, lat) holds; NONE for none.

        Points are sorted by longitude, so that a district sees only those between its edges in the west and the east.
        """
        order = np.argsort(lon, kind="stable")
        x, y = lon[order], lat[order]
        first = np.searchsorted(x, self._bounds[:, 0], side="left")
        last = np.searchsorted(x, self._bounds[:, 2], side="right")
        hit = np.full(len(x), NONE, dtype=np.int16)
        for position, shape in enumerate(self._shapes):
            low, high = first[position], last[position]
            south, north = self._bounds[position, [1, 3]]
            is_open = (hit[low:high] == NONE) & (y[low:high] >= south) & (y[low:high] <= north)
            candidates = low + np.flatnonzero(is_open)
            if len(candidates):
                hit[candidates[predicate(shape, x[candidates], y[candidates])]] = position
        out = np.empty_like(hit)
        out[order] = hit
        return out

    @cached_property
    def _edges(self) -> tuple[NDArray[np.object_], NDArray[np.int64], shapely.STRtree]:
        """Every edge in metres by itself, with its district: a tree of short edges finds few candidates."""
        rings, district = shapely.get_rings(geometries_to_metric(self._shapes), return_index=True)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        pairs = np.flatnonzero(ring[:-1] == ring[1:])
        edges = shapely.linestrings(np.stack([corners[pairs], corners[pairs + 1]], axis=1))
        return edges, district[ring[pairs]], shapely.STRtree(edges)

    def _nearest(self, lon: Floats, lat: Floats, tolerance_m: float) -> tuple[Codes, Floats]:
        """Give the nearest district of points that lie outside all, and the metres; NONE and NaN for none."""
        near, near_m = np.full(len(lon), NONE, dtype=np.int16), np.full(len(lon), np.nan)
        if not len(lon):
            return near, near_m
        edges, district, tree = self._edges
        x_m, y_m = to_metric(lon, lat)
        here = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
        points = shapely.points(x_m[here], y_m[here])
        which, edge = tree.query(points, predicate="dwithin", distance=tolerance_m + TIE_M)
        metres = shapely.distance(points[which], edges[edge])
        shortest = np.full(len(points), np.inf)
        np.minimum.at(shortest, which, metres)
        tied = metres <= shortest[which] + TIE_M
        lowest = np.full(len(points), len(self.codes))
        np.minimum.at(lowest, which[tied], district[edge[tied]])
        found = np.flatnonzero(np.isfinite(shortest))
        near[here[found]] = lowest[found]
        near_m[here[found]] = np.minimum(shortest[found], tolerance_m)
        return near, near_m


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, min(start + CHUNK, n)) for start in range(0, n, CHUNK))


def _numbers(values: ArrayLike) -> Floats:
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return np.asarray(pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(values, dtype=np.float64)


def _labels(positions: NDArray[np.integer], labels: tuple[str, ...]) -> pd.api.extensions.ExtensionArray:
    return pd.array([*map(str, labels), None], dtype="str").take(positions)  # -1 takes the last, which is missing
