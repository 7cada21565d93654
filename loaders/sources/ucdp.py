"""UCDP georeferenced events (GED). A context layer: never added to forum reports in one total.

Only events with a death. `where_prec` 4 and 5 are representative points of a governorate or a fuzzy region, 6 and 7
no place at all: such rows are placed by their names and never fill a district by position. CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.sources.source import Declared, Source

NAME = "ucdp"
_NEEDED = frozenset({"type_of_violence", "where_prec", "date_start", "date_prec"})
_HEADERS = {
    "report_id": "id", "occurred_on": "date_start", "date_precision": "date_prec", "governorate": "adm_1",
    "district": "adm_2", "place_name": "where_coordinates", "lat": "latitude", "lon": "longitude",
    "geo_precision": "where_prec", "category": "type_of_violence",
    "country": "country",
}  # fmt: skip
_GEO_PRECISION = {"1": "2", "2": "4", "3": "4", "4": "5", "5": "5", "6": "6", "7": "6"}  # 6: no place
_DATE_PRECISION = {"1": "1", "2": "2", "3": "2", "4": "3", "5": "4"}
_CATEGORY = {"1": "C01.1", "2": "C01.1", "3": "C02.1"}
_TRIBES = r"(?i)\b(?:tribe|tribal|clan)\b"


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise UCDP's own names."""
    return 0.97 if set(columns) >= _NEEDED else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take UCDP's columns; `NA` is how the file writes "missing"."""
    headers = {ours: theirs for ours, theirs in _HEADERS.items() if theirs in columns}
    missing = {column: {"na": ""} for column in ("governorate", "district", "place_name")}
    return Source(NAME, headers, values=missing, recode=_recode, declared=Declared.CONTEXT, context_only=True)


def _recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    kind = table["type_of_violence"].str.strip()
    category = kind.map(_CATEGORY).fillna(table["type_of_violence"])
    if {"side_a", "side_b"} <= set(table.columns):
        tribal = table["side_a"].str.contains(_TRIBES) & table["side_b"].str.contains(_TRIBES)
        category = category.mask((kind == "2") & tribal, "C03.1")
    return frame.assign(
        category=category,
        geo_precision=frame["geo_precision"].str.strip().map(_GEO_PRECISION).fillna(""),
        date_precision=frame["date_precision"].str.strip().map(_DATE_PRECISION).fillna(""),
    )
