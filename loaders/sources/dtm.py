"""IOM DTM master lists and the DTM API: people at places in one round. Aggregates, not reports.

One row is a place with its displaced families and individuals; it lands as a row of the table of indicators. The
list itself holds no day (it stands in the file's name), so none is required. OCHA codes of 2014 (`IQ-D001`) are
another scheme: they are never matched by their digits; places come by their coordinates, or by the names of district
and governorate. Columns are matched by meaning, since rounds rename them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.cells import fold
from loaders.sources.source import Declared, Source

NAME = "dtm"
_WORDS = {
    "report_id": ("Place id", "PlaceID", "place_id", "Location ID"),
    "occurred_on": ("reportingDate", "Reporting date", "Date"),
    "adm1_pcode": ("admin1Pcode",),
    "adm2_pcode": ("admin2Pcode",),
    "governorate": ("Governorate", "admin1Name"),
    "district": ("District", "admin2Name"),
    "place_name": ("Location name", "Location name in English", "Location", "Subdistrict"),
    "lat": ("Latitude",),
    "lon": ("Longitude",),
    "n_families": ("IDPs families", "IDP families", "Returnee families", "Families"),
    "n_persons": ("IDPs individuals", "IDP individuals", "Individuals", "numPresentIdpInd"),
}


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise a count of people beside a governorate and a district, and no kind of event."""
    found = _headers(columns)
    has_count = bool({"n_families", "n_persons"} & found.keys())
    is_list = {"governorate", "district", "n_families", "n_persons"} <= found.keys()
    is_api = found.get("n_persons") == "numPresentIdpInd"
    return 0.92 if has_count and (is_list or is_api) else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take the columns by meaning; the totals of a round share their ids, so an id alone does not make a duplicate."""
    return Source(
        NAME,
        _headers(columns),
        constants={"indicator": "displaced"},
        declared=Declared.CONTEXT,
        context_only=True,
        is_aggregate=True,
    )


def _headers(columns: Sequence[str]) -> dict[str, str]:
    by_key = {fold(column): column for column in reversed(columns)}
    found = {}
    for ours, words in _WORDS.items():
        header = next((by_key[fold(word)] for word in words if fold(word) in by_key), None)
        if header is not None:
            found[ours] = header
    return found
