"""Geometries in files: points become text cells, polygons shapes; what is empty, broken or of another type is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from concerns.schema import Reason, Repair
from loaders.crs import to_degrees
from loaders.header import INVISIBLE
from loaders.headings import find_headers
from loaders.json_stream import Number
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON, RawChunk, RefusedRow

_PLACES = ("lat", "geopoint", "adm3_pcode", "adm2_pcode", "adm1_pcode", "district", "governorate", "place_name")
_DEPTHS = {"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}


class GeometryFaultError(ValueError):
    """A geometry that cannot be used; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def point_cells(geometry: Any) -> tuple[str, str]:
    """Give latitude and longitude of a GeoJSON point as they are written, two blanks for a geometry that is empty.

    A MultiPoint with one point is that point. Raises GeometryFaultError: GEOM_TYPE, GEOM_INVALID.

    >>> point_cells({"type": "Point", "coordinates": [Number("44.10"), Number("33")]})
    ('33', '44.10')
    """
    if geometry is None:
        return "", ""
    kind, coordinates = _parts(geometry)
    if coordinates == []:
        return "", ""
    if kind == "MultiPoint" and isinstance(coordinates, list) and len(coordinates) == 1:
        kind, coordinates = "Point", coordinates[0]
    if kind != "Point":
        raise GeometryFaultError(Reason.GEOM_TYPE)
    is_position = isinstance(coordinates, list) and 2 <= len(coordinates) <= 4
    if not is_position or not all(isinstance(value, Number) for value in coordinates[:2]):
        raise GeometryFaultError(Reason.GEOM_INVALID)
    return str(coordinates[1]), str(coordinates[0])


def _parts(geometry: Any) -> tuple[str, Any]:
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        raise GeometryFaultError(Reason.GEOM_INVALID)
    kind = geometry["type"]
    if kind == "GeometryCollection":
        if geometry.get("geometries") == []:
            return kind, []
        raise GeometryFaultError(Reason.GEOM_TYPE)
    if kind not in _DEPTHS or not isinstance(geometry.get("coordinates"), list):
        raise GeometryFaultError(Reason.GEOM_INVALID)
    return kind, geometry["coordinates"]


def polygon_shape(geometry: Any) -> tuple[shapely.Geometry | None, list[Repair]]:
    """Build a polygon from GeoJSON as it stands, open rings closed; None for an empty one.

    Raises GeometryFaultError: GEOM_TYPE for any other shape, GEOM_INVALID where rings are no rings of positions.
    """
    if geometry is None:
        return None, []
    kind, coordinates = _parts(geometry)
    if coordinates == []:
        return None, []
    if kind not in ("Polygon", "MultiPolygon"):
        raise GeometryFaultError(Reason.GEOM_TYPE)
    try:
        polygons = [
            [np.array([[_degree(value) for value in position[:2]] for position in ring]) for ring in rings]
            for rings in ([coordinates] if kind == "Polygon" else coordinates)
        ]
        repairs = []
        for rings in polygons:
            for number, ring in enumerate(rings):
                if not np.array_equal(ring[0], ring[-1]):
                    rings[number] = np.vstack([ring, ring[:1]])
                    repairs = [Repair.RING_CLOSED]
        shapes = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons if rings]
    except (TypeError, ValueError, IndexError, shapely.errors.GEOSException) as error:
        raise GeometryFaultError(Reason.GEOM_INVALID) from error
    return (shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)), repairs


def _degree(value: Any) -> float:
    if not isinstance(value, Number):  # a text in quotes is no number
        raise TypeError
    return float(value)


def settle_points(chunks: Iterator[RawChunk], columns: list[str], crs: CRS | None) -> Iterator[RawChunk]:
    """Turn points into degrees, and refuse a row without a point in which nothing else says where it was.

    crs: None where coordinates are degrees already.
    """
    places = list(find_headers([name for name in columns if not name.startswith("geometry:")], wanted=_PLACES).values())
    for chunk in chunks:
        table = chunk.table
        blank = (table[GEOMETRY_LAT] == "").to_numpy(dtype=bool)
        if crs is not None and not blank.all():
            table = table.assign(**_in_degrees(table, blank, crs))
        lost = blank.copy()
        for name in places:
            lost[lost] = table.loc[lost, name].str.strip(INVISIBLE).eq("").to_numpy(dtype=bool)
        refused = [_empty(row, cells) for row, cells in table[lost].to_dict("index").items()] if lost.any() else []
        yield RawChunk(table[~lost] if lost.any() else table, sorted([*chunk.refused, *refused], key=lambda r: r.row))


def _in_degrees(table: pd.DataFrame, blank: np.ndarray, crs: CRS) -> dict[str, pd.Series]:
    x = pd.to_numeric(table[GEOMETRY_LON].where(~blank, "nan"), errors="coerce").to_numpy(dtype=float)
    y = pd.to_numeric(table[GEOMETRY_LAT].where(~blank, "nan"), errors="coerce").to_numpy(dtype=float)
    lon, lat = to_degrees(x, y, crs)
    return {
        name: pd.Series([*map(repr, values.tolist())], index=table.index, dtype=table[name].dtype).where(~blank, "")
        for name, values in ((GEOMETRY_LON, lon), (GEOMETRY_LAT, lat))
    }


def _empty(row: Any, cells: dict[Any, str]) -> RefusedRow:
    original = {str(name): cell for name, cell in cells.items() if cell}
    return RefusedRow(int(row), Reason.GEOM_EMPTY, None, original)
