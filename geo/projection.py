"""Degrees to metres and back: the one metric coordinate system in which distances and areas are measured."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

METRIC_CRS = (
    "+proj=laea +lat_0=33 +lon_0=44 +datum=WGS84 +units=m +no_defs"  # areas exact, lengths within 0.1 % in Iraq
)
EDGE_STEP_DEG = 0.005  # an edge of this length is straight in both systems to about 3 mm

Floats = NDArray[np.float64]


def to_metric(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Project degrees (EPSG:4326) to metres east and north of 44° E 33° N (`METRIC_CRS`).

    lon, lat: one shape, any finite or missing numbers. Returns x_m, y_m of that shape; not finite where the input is
    not, or where the point has no image.

    >>> x_m, y_m = to_metric([44.0, 44.1], [33.0, 33.0])
    >>> x_m.round(0).tolist(), y_m.round(0).tolist()
    ([0.0, 9345.0], [0.0, 4.0])
    """
    return _transform("forward", lon, lat)


def to_degrees(x_m: ArrayLike, y_m: ArrayLike) -> tuple[Floats, Floats]:
    """The way back from `to_metric`: metres to lon, lat in degrees.

    >>> lon, lat = to_degrees([0.0], [0.0])
    >>> lon.round(9).tolist(), lat.round(9).tolist()
    ([44.0], [33.0])
    """
    return _transform("inverse", x_m, y_m)


def geometries_to_metric(geometries: ArrayLike) -> NDArray[np.object_]:
    """Project an array of geometries (EPSG:4326, edges straight in degrees) to `METRIC_CRS`.

    Long edges get extra vertices first: half a degree along a parallel, drawn by its two ends alone, is 30 m off.
    """
    dense = shapely.segmentize(np.asarray(geometries, dtype=object), EDGE_STEP_DEG)
    return shapely.transform(dense, lambda x, y: to_metric(x, y), interleaved=False)


def area_km2(geometries: ArrayLike) -> Floats:
    """Area on the ellipsoid, in km², of each geometry given in degrees; 0 for lines, points and None.

    >>> area_km2([shapely.box(44, 33, 44.1, 33.1)]).round(2).tolist()
    [103.59]
    """
    return shapely.area(geometries_to_metric(geometries)) / 1e6


def _transform(direction: str, a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"two coordinate arrays of one shape are needed, not {first.shape} and {second.shape}")
    out = _transformer().transform(first, second, direction="FORWARD" if direction == "forward" else "INVERSE")
    return np.asarray(out[0], dtype=np.float64), np.asarray(out[1], dtype=np.float64)


@cache
def _transformer() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", METRIC_CRS, always_xy=True)
