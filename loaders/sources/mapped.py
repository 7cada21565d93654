"""Any other table: its columns are known by their words, or a mapping names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from loaders.coordinates import split_geopoint
from loaders.headings import find_headers, missing_groups
from loaders.people import personal_columns
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON
from loaders.sources.source import Recode, Source

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
    recode = geometry_first(columns, headers)
    if GEOMETRY_LAT in columns:
        headers |= {"lat": GEOMETRY_LAT, "lon": GEOMETRY_LON}
        headers.pop("geopoint", None)
    return Source(NAME, headers, recode=recode)


def geometry_first(columns: Sequence[str], headers: Mapping[str, str]) -> Recode | None:
    """Where features have columns of their own for latitude and longitude: those of a feature without a geometry."""
    own = {name: headers[name] for name in ("lat", "lon") if name in headers}
    if GEOMETRY_LAT not in columns or len(own) < 2 or GEOMETRY_LAT in own.values():
        return None

    def recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
        is_empty = (table[GEOMETRY_LAT] == "") & (table[GEOMETRY_LON] == "")
        return frame.assign(**{name: frame[name].where(~is_empty, table[header]) for name, header in own.items()})

    return recode


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
