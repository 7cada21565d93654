"""What is wrong, or only odd, in a layer of districts: found, measured and named, with nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.projection import area_km2, geometries_to_metric, to_metric

OVERLAP_KM2, OVERLAP_WIDTH_M = 1e-4, 1.0  # an overlap larger and wider than this refuses the layer
NOISE_KM2 = 1e-8  # a hundredth of a square metre: rounding, not worth a line in a report
MOST_OVERLAPS = 500  # then the rest is not looked for: the layer is refused anyway
GAP_M = 200.0  # two districts that stay apart by less than this were meant to touch

Geometries = NDArray[np.object_]


class FindingKind(StrEnum):
    """What a finding says. Only `overlap` refuses a layer."""

    OVERLAP = "overlap"
    SLIVER = "sliver"
    GAP = "gap"
    HOLE = "hole"
    REPAIRED = "repaired"
    CLOCKWISE = "clockwise"


@dataclass(frozen=True)
class Finding:
    """One oddity and the districts it lies in. `area_km2`: of the overlap, gap or hole; of a repair, after - before.

    >>> print(Finding(FindingKind.GAP, ("IQG01Q01", "IQG01Q02"), ("Al-Falluja", "Al-Kaim"), 0.25))
    gap: Al-Falluja (IQG01Q01), Al-Kaim (IQG01Q02): 0.25 km2
    """

    kind: FindingKind
    adm2_pcodes: tuple[str, ...]
    adm2_names: tuple[str, ...]
    area_km2: float

    def __str__(self) -> str:
        places = ", ".join(f"{name} ({code})" for code, name in zip(self.adm2_pcodes, self.adm2_names, strict=True))
        return f"{self.kind}: {places}: {self.area_km2:.6g} km2"


def overlaps(districts: gpd.GeoDataFrame) -> list[Finding]:
    """Find every pair of districts that share ground: as `overlap`, or as `sliver` where it is rounding along an edge.

    districts: valid polygons in EPSG:4326, columns adm2_pcode, adm2_name. An overlap is a shared part larger than
    `OVERLAP_KM2` and wider, on average, than `OVERLAP_WIDTH_M`. At most `MOST_OVERLAPS` of them are looked for.
    """
    geometries = _geometries(districts)
    first, second = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    first, second = first[first < second], second[first < second]
    found: list[Finding] = []
    n_overlaps = 0
    for one, other in zip(first, second, strict=True):
        if n_overlaps == MOST_OVERLAPS:
            break
        pieces = _polygons(shapely.intersection(geometries[one], geometries[other]))
        size = area_km2(pieces)
        if size.sum() > NOISE_KM2:
            width_m = 2 * size * 1e6 / shapely.length(geometries_to_metric(pieces))
            is_wide = ((size > OVERLAP_KM2) & (width_m > OVERLAP_WIDTH_M)).any()
            kind = FindingKind.OVERLAP if is_wide else FindingKind.SLIVER
            n_overlaps += kind is FindingKind.OVERLAP
            found.append(_finding(districts, kind, [int(one), int(other)], size.sum()))
    return found


def voids(districts: gpd.GeoDataFrame) -> list[Finding]:
    """Find ground that belongs to no district: enclosed (`hole` in one district, `gap` between several), or a strip.

    A strip is where two districts nowhere touch but come within `GAP_M` of each other with nothing between them; its
    area cannot be told and is NaN.
    """
    geometries = _geometries(districts)
    union = shapely.union_all(geometries)
    tree = shapely.STRtree(geometries)
    found = []
    for ring in (ring for part in _polygons(union) for ring in part.interiors):
        size = float(area_km2([shapely.Polygon(ring)])[0])
        if size <= NOISE_KM2:
            continue
        around = np.sort(tree.query(ring, predicate="dwithin", distance=1e-9))
        kind = FindingKind.HOLE if len(around) == 1 else FindingKind.GAP
        found.append(_finding(districts, kind, around.tolist(), size))
    return found + _strips(districts, union)


def clockwise(districts: gpd.GeoDataFrame) -> list[Finding]:
    """Find districts whose outer rings run clockwise (RFC 7946 wants them the other way; readers accept both)."""
    found = []
    for position, geometry in enumerate(_geometries(districts)):
        shells = shapely.get_exterior_ring(_polygons(geometry))
        if len(shells) and not shapely.is_ccw(shells).all():
            found.append(_finding(districts, FindingKind.CLOCKWISE, [position], 0.0))
    return found


def repairs(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Finding]:
    """Say how each invalid polygon of `before` changed in area in `after` (the same rows in the same order)."""
    raw = _geometries(before)
    broken = np.flatnonzero(~shapely.is_valid(raw))
    # projected corner by corner: `geometries_to_metric` would mend the broken ones on the way
    pair = shapely.transform([raw[broken], _geometries(after)[broken]], lambda x, y: to_metric(x, y), interleaved=False)
    change = np.subtract(*shapely.area(pair)[::-1]) / 1e6
    return [_finding(after, FindingKind.REPAIRED, [int(row)], size) for row, size in zip(broken, change, strict=True)]


def _strips(districts: gpd.GeoDataFrame, union: shapely.Geometry) -> list[Finding]:
    metric = geometries_to_metric(_geometries(districts))
    first, second = shapely.STRtree(metric).query(metric, predicate="dwithin", distance=GAP_M)
    first, second = first[first < second], second[first < second]
    apart = shapely.distance(metric[first], metric[second]) > 0
    first, second = first[apart], second[apart]
    geometries = _geometries(districts)
    bridges = shapely.shortest_line(geometries[first], geometries[second])
    is_bare = shapely.length(shapely.difference(bridges, union)) > 0.5 * shapely.length(bridges)
    pairs = np.column_stack([first, second])[is_bare & (shapely.length(bridges) > 0)]
    return [_finding(districts, FindingKind.GAP, pair.tolist(), float("nan")) for pair in pairs]


def _geometries(districts: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(districts.geometry.array, dtype=object)


def _polygons(geometry: shapely.Geometry) -> Geometries:
    parts = shapely.get_parts(shapely.get_parts([geometry]))  # twice: a collection may hold a MultiPolygon
    return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]


def _finding(districts: gpd.GeoDataFrame, kind: FindingKind, rows: list[int], size: float) -> Finding:
    codes, names = districts["adm2_pcode"].iloc[rows], districts["adm2_name"].iloc[rows]
    return Finding(kind, tuple(map(str, codes)), tuple(map(str, names)), float(size))
