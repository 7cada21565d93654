"""What of a report may leave the house: its district by default, or a point moved inside its district.

A donut mask moves a point by at least `min_m` and at most `max_m`. Drawing a new offset for each report would be
undone by averaging over reports of one place, so all points of one cell of 250 m share one offset, chosen by a secret
key. Where the place that comes out leaves fewer than `MIN_ROOM_CELLS` cells to guess among, no point is given.
Hampton et al. (2010), Am. J. Epidemiology 172:1062-1069; Allshouse et al. (2010), Geospatial Health 5:123-131.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from concerns.access import Codes, is_sensitive
from concerns.schema import GeoPrecision

CELL_M = 250.0
MIN_M, MAX_M = 1_000.0, 5_000.0
MIN_KEY_BYTES = 16
MIN_ROOM_CELLS = 40  # 2.5 km² of the district lie in the ring around every point that is given
_TRIES = 256
_HALF_DIAGONAL_M = CELL_M * math.sqrt(2) / 2


def shared_rows(reports: pd.DataFrame, codes: Codes, *, masked: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give reports as they may be shared by default: by district and month, without point, person, id or text.

    reports: occurred_on, adm1_pcode, adm2_pcode, category, subcategory, severity, sensitive. masked: columns to add
    on the index of `reports`, such as points out of `donut_mask`; missing for sensitive reports whatever stands there.
    Grain: one row a report, sorted by what it shows, so that the order tells nothing. Columns: month (first day),
    adm1_pcode, adm2_pcode, category, severity. Sensitive reports carry no district and are dated by year.

    >>> report = {"occurred_on": "2024-03-03", "adm1_pcode": "IQG15", "adm2_pcode": "IQG15Q03", "category": "C07",
    ...           "subcategory": None, "severity": 2, "sensitive": False}
    >>> shared_rows(pd.DataFrame([report]), Codes(frozenset({"C07"}), frozenset())).astype(str).to_dict("records")
    [{'month': '2024-03-01', 'adm1_pcode': 'IQG15', 'adm2_pcode': 'IQG15Q03', 'category': 'C07', 'severity': '2'}]
    """
    hidden = is_sensitive(reports, codes)
    day = pd.to_datetime(reports["occurred_on"])
    month = day.dt.to_period("M").dt.start_time.mask(hidden, day.dt.to_period("Y").dt.start_time)
    shared = reports[["adm1_pcode", "adm2_pcode", "category", "severity"]].copy()
    shared["adm2_pcode"] = shared["adm2_pcode"].mask(hidden)
    shared.insert(0, "month", month)
    if masked is not None:
        shared = shared.join(masked.mask(hidden))
    return shared.sort_values(list(shared.columns), ignore_index=True)


def donut_mask(
    points: pd.DataFrame,
    districts_m: Mapping[str, shapely.Geometry],
    *,
    key: bytes,
    min_m: float = MIN_M,
    max_m: float = MAX_M,
) -> pd.DataFrame:
    """Move points to another place of their own district; the same key always moves a place to the same place.

    points: x_m, y_m (metric CRS, metres), adm2_pcode, geo_precision, is_sensitive. districts_m: adm2_pcode → shape
    in that CRS. key: secret, at least 16 bytes; whoever has it can undo the mask.
    Returns x_m, y_m on the index of `points`; missing where a point may not be shared or no place fits: sensitive,
    coarser than a named place, no district, or a district with too little room in the ring. A point moves by at least
    `min_m` and at most `max_m`.
    Raises ValueError: a key that is too short, or a ring that leaves no room within a cell's own size.

    >>> square = {"Q1": shapely.box(0, 0, 20_000, 20_000)}
    >>> here = pd.DataFrame({"x_m": [9_000.0], "y_m": [9_000.0], "adm2_pcode": ["Q1"], "geo_precision": [1],
    ...                      "is_sensitive": [False]})
    >>> there = donut_mask(here, square, key=b"sixteen secret bytes")
    >>> bool(1_000 <= math.dist(here.iloc[0, :2], there.iloc[0]) <= 5_000)
    True
    """
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"the key must have at least {MIN_KEY_BYTES} bytes")
    inner, outer = min_m + _HALF_DIAGONAL_M, max_m - _HALF_DIAGONAL_M
    if not 0 <= min_m < max_m or not inner < outer:
        raise ValueError("min_m and max_m leave no ring")
    masked = pd.DataFrame(np.nan, index=points.index, columns=["x_m", "y_m"])
    for position, (x, y, district) in _maskable(points, districts_m):
        cell = math.floor(x / CELL_M), math.floor(y / CELL_M)
        masked.iloc[position] = _moved(cell, district, districts_m[district], key, inner, outer)
    return masked


def _maskable(
    points: pd.DataFrame, districts_m: Mapping[str, shapely.Geometry]
) -> list[tuple[int, tuple[float, float, str]]]:
    """Positions of the points that may be shared as points: only what is known to be harmless."""
    is_open = points["is_sensitive"].astype("object").map({False: True}).fillna(False).astype(bool)
    precise = points["geo_precision"].le(int(GeoPrecision.PLACE)).fillna(False).astype(bool)
    finite = np.isfinite(points[["x_m", "y_m"]].to_numpy("float64")).all(axis=1)
    keep = is_open & precise & finite & points["adm2_pcode"].isin(list(districts_m))
    rows = points.loc[keep, ["x_m", "y_m", "adm2_pcode"]].itertuples(index=False, name=None)
    return list(zip(np.flatnonzero(keep).tolist(), rows, strict=True))


def _moved(
    cell: tuple[int, int], district: str, shape: shapely.Geometry, key: bytes, inner: float, outer: float
) -> tuple[float, float]:
    """The first of the key's offsets, even over the ring's area, that stays inside the district and has room."""
    centre_x, centre_y = (cell[0] + 0.5) * CELL_M, (cell[1] + 0.5) * CELL_M
    shapely.prepare(shape)
    for number in range(_TRIES):
        # the ring is part of the name: a place moved by two rings in one direction could be solved for
        name = f"{district}|{cell[0]}|{cell[1]}|{inner:.0f}|{outer:.0f}|{number}"
        digest = hmac.digest(key, name.encode(), hashlib.sha256)
        turn, out = (int.from_bytes(part, "big") / 2**64 for part in (digest[:8], digest[8:16]))
        radius = math.sqrt(inner**2 + out * (outer**2 - inner**2))
        x, y = centre_x + radius * math.cos(2 * math.pi * turn), centre_y + radius * math.sin(2 * math.pi * turn)
        if shapely.contains_xy(shape, x, y):
            return (x, y) if _has_room(x, y, shape, inner, outer) else (math.nan, math.nan)
    return math.nan, math.nan


def _has_room(x: float, y: float, shape: shapely.Geometry, inner: float, outer: float) -> bool:
    """Whether the district has enough places from which a point could have come here."""
    centre = shapely.Point(x, y)
    ring = centre.buffer(outer).difference(centre.buffer(inner))
    return bool(shape.intersection(ring).area >= MIN_ROOM_CELLS * CELL_M**2)
