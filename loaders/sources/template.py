"""Our own template of reports: the names are ours already (CSV, XLSX, GeoJSON, GeoPackage, GeoParquet, shapefile)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.cells import fold
from loaders.headings import TEXT_COLUMNS
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON
from loaders.sources import mapped
from loaders.sources.source import Source

NAME = "template"
_TEN = {name[:10]: name for name in TEXT_COLUMNS}  # a shapefile cuts names after ten letters


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise `occurred_on` and `category` under their own names: no other layout calls them so."""
    names = {_ours(column) for column in columns}
    return 0.95 if {"occurred_on", "category"} <= names else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take each column that bears one of our names, and what is missing by its words; a geometry is the place."""
    named = {ours: column for column in reversed(columns) if (ours := _ours(column)) in TEXT_COLUMNS}
    recode = mapped.geometry_first(columns, named)
    if GEOMETRY_LAT in columns:
        named |= {"lat": GEOMETRY_LAT, "lon": GEOMETRY_LON}
    left = [column for column in columns if column not in named.values()]
    headers = dict(mapped.open_source(left, hxl, sample).headers) | named
    if "geopoint" not in named and {"lat", "lon"} <= headers.keys():
        headers.pop("geopoint", None)
    return Source(NAME, {name: headers[name] for name in TEXT_COLUMNS if name in headers}, recode=recode)


def _ours(column: str) -> str:
    name = column.strip().casefold().replace(" ", "_")
    return name if name in TEXT_COLUMNS else _TEN.get(name, fold(column))
