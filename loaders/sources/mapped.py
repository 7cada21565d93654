"""Any other table: its columns are known by their words, or a mapping names them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.coordinates import split_geopoint
from loaders.headings import find_headers, missing_groups
from loaders.people import personal_columns
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON
from loaders.sources.source import Source

NAME = "mapped"


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise a date, a place and a category by the words for them."""
    return 0.3 if not missing_groups(open_source(columns, hxl, sample).headers) else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take the columns whose header is a word for one of ours; the geometry of a feature is its place."""
    people = personal_columns(columns)
    headers = find_headers([column for column in columns if column not in people])
    point = headers.get("geopoint")
    if point is not None and not _holds_points(sample, point):
        del headers["geopoint"]  # "location" may be the name of a place
        headers.setdefault("place_name", point)
    if {"lat", "lon"} <= headers.keys():
        headers.pop("geopoint", None)
    if GEOMETRY_LAT in columns:
        headers |= {"lat": GEOMETRY_LAT, "lon": GEOMETRY_LON}
        headers.pop("geopoint", None)
    return Source(NAME, headers)


def _holds_points(sample: pd.DataFrame, column: str) -> bool:
    """Tell whether a column's cells look like geopoints rather than names."""
    if column not in sample:
        return False
    cells = sample[column][sample[column].str.strip() != ""].head(50)
    if cells.empty:
        return True
    from loaders.cells import to_text

    parts = split_geopoint(to_text(cells))
    digits = sum(text[:1] in "+-0123456789٠١٢٣٤٥٦٧٨٩" and text != "" for text in parts["lon"].to_pylist())
    return digits * 2 >= len(cells)
