"""HDX HAPI conflict events: totals by area, month and kind, no points. Aggregates, not reports.

One row is a number of events, so it never becomes a report: it lands as a row of the table of indicators, with the
month as its day (`date_precision` 3) and the unit that the source names (`geo_precision` 4, or 5 where `admin2_code`
is blank). The ledger counts rows of the file, as for any other. `civilian_targeting` overlaps `political_violence`: the
indicators are never added. Rows that the source marks with an error are refused as not approved at the source.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.sources.source import Declared, Source

NAME = "hapi"
_NEEDED = frozenset({"location_code", "event_type", "events", "fatalities", "reference_period_start"})
_HEADERS = {
    "occurred_on": "reference_period_start", "adm1_pcode": "admin1_code", "adm2_pcode": "admin2_code",
    "governorate": "provider_admin1_name", "district": "provider_admin2_name", "validation": "error",
    "indicator": "event_type", "n_events": "events", "n_fatalities": "fatalities",
}  # fmt: skip


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise HAPI's names."""
    return 0.97 if set(columns) >= _NEEDED else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take HAPI's columns; older files have an HXL row, which the reader takes out."""
    headers = {ours: theirs for ours, theirs in _HEADERS.items() if theirs in columns}
    return Source(
        NAME,
        headers,
        constants={"date_precision": "3"},
        recode=_recode,
        declared=Declared.CONTEXT,
        context_only=True,
        is_aggregate=True,
    )


def _recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    if "validation" in frame:
        frame = frame.assign(validation=frame["validation"].str.strip().ne("").map({True: "not_approved", False: ""}))
    named = frame[[column for column in ("adm2_pcode", "adm1_pcode") if column in frame]]
    if len(named.columns) == 2:  # a blank district code: known to the governorate only
        frame["district"] = (
            frame["district"].where(named["adm2_pcode"].str.strip() != "", "") if "district" in frame else ""
        )
    return frame
