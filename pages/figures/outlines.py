"""Polygons as short text: what a map needs of the districts, small enough to go with every click.

A ring is a run of whole numbers: steps between points on a grid of `GRID` degrees, written as base-64 variable-length
quantities, the way source maps write theirs. 101 districts take about 50 kB instead of 600 kB of GeoJSON.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

GRID = 0.001  # degrees: about 100 m, below what a country map can show
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def vlq(numbers: Iterable[int]) -> str:
    """Whole numbers as base-64 variable-length quantities, sign in the lowest bit.

    >>> vlq([0, 1, -1, 16])
    'ACDgB'
    """
    text = []
    for number in numbers:
        rest = (abs(number) << 1) | (number < 0)
        while rest > 31:
            text.append(DIGITS[(rest & 31) | 32])
            rest >>= 5
        text.append(DIGITS[rest])
    return "".join(text)


def _steps(coordinates: NDArray[np.float64]) -> list[int]:
    """A line as the number of its points, the first point and the steps to each next one, on the grid."""
    points = np.rint(coordinates / GRID).astype(np.int64)
    keep = np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])
    points = points[keep]
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
    return [len(points), *steps.ravel().tolist()]


def encode_polygon(shape: BaseGeometry) -> str:
    """A Polygon or MultiPolygon in EPSG:4326 as text, for `polygons` in static/map.js.

    Numbers: how many polygons; for each how many rings, outer first; for each how many points, then the steps.
    """
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and not part.is_empty]
    numbers = [len(parts)]
    for part in parts:
        rings = [part.exterior, *part.interiors]
        numbers.append(len(rings))
        for ring in rings:
            numbers.extend(_steps(np.asarray(ring.coords)[:-1, :2]))
    return vlq(numbers)
