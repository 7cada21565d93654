"""data.police.uk street-level crime. Months, points snapped to a street; a layout for tests and comparison.

"Violence and sexual offences" cannot be parted and is kept as sensitive.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.cells import fold
from loaders.sources.source import Declared, Source, folded, translate

NAME = "police_uk"
_HEADERS = {"report_id": "Crime ID", "occurred_on": "Month", "lat": "Latitude", "lon": "Longitude"}
_HEADERS |= {"place_name": "Location", "category": "Crime type"}
_CATEGORY = folded(
    {
        "Anti-social behaviour": "C11",
        "Public order": "C11",
        "Burglary": "C08.2",
        "Robbery": "C08.3",
        "Vehicle crime": "C08.4",
        "Bicycle theft": "C08",
        "Shoplifting": "C08",
        "Theft from the person": "C08",
        "Other theft": "C08",
        "Criminal damage and arson": "C08",
        "Drugs": "C07",
        "Possession of weapons": "C01.4",
        "Violence and sexual offences": "C02",
        "Other crime": "C99",
    }
)
_UNPARTED = fold("Violence and sexual offences")


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise the names of the street files."""
    return 0.97 if {"Crime ID", "Month", "Crime type", "LSOA code"} <= set(columns) else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take the columns of a street file; a month has `date_precision` 3, a snapped point `geo_precision` 2."""
    headers = {ours: theirs for ours, theirs in _HEADERS.items() if theirs in columns}
    fixed = {"geo_precision": "2"}
    return Source(NAME, headers, constants=fixed, recode=_recode, declared=Declared.CONTEXT, context_only=True)


def _recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    flags = translate(frame["category"], {_UNPARTED: "yes"})
    return frame.assign(sensitive=flags.where(flags == "yes", ""), category=translate(frame["category"], _CATEGORY))
