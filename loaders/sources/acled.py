"""ACLED events (CSV or API JSON). A context layer: never added to forum reports in one total.

Their `geo_precision` and `time_precision` mean something else than ours and are recoded at once. Events that are no
concern (peaceful protests, agreements, changes of groups) get no category and so go to quarantine as CATEGORY_UNKNOWN.
ACLED's terms restrict redistribution: users bring their own file.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.cells import fold
from loaders.sources.source import Declared, Source

NAME = "acled"
_NEEDED = frozenset({"event_id_cnty", "event_date", "event_type", "sub_event_type"})
_HEADERS = {
    "report_id": "event_id_cnty", "occurred_on": "event_date", "date_precision": "time_precision",
    "submitted_at": "timestamp", "governorate": "admin1", "district": "admin2", "place_name": "location",
    "lat": "latitude", "lon": "longitude", "geo_precision": "geo_precision", "category": "sub_event_type",
    "description": "notes", "country": "country",
}  # fmt: skip
_GEO_PRECISION = {"1": "2", "2": "4", "3": "5"}
_CATEGORY = {
    "Armed clash": "C01.1",
    "Government regains territory": "C01.1",
    "Non-state actor overtakes territory": "C01.1",
    "Remote explosive/landmine/IED": "C01.2",
    "Grenade": "C01.2",
    "Shelling/artillery/missile attack": "C01.3",
    "Air/drone strike": "C01.3",
    "Chemical weapon": "C01.3",
    "Suicide bomb": "C01.1",
    "Attack": "C02.2",  # C02.1 where somebody died
    "Abduction/forced disappearance": "C02.3",
    "Sexual violence": "C05.2",
    "Violent demonstration": "C11.1",
    "Mob violence": "C03",
    "Protest with intervention": "C11.1",
    "Excessive force against protesters": "C10.2",
    "Excessive force against protestors": "C10.2",
    "Looting/property destruction": "C08.6",
    "Disrupted weapons use": "C01.2",
}
_BY_SUB_EVENT = {fold(name): code for name, code in _CATEGORY.items()}


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise ACLED's own names."""
    return 0.97 if set(columns) >= _NEEDED else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take ACLED's columns; older files lack some of them."""
    headers = {ours: theirs for ours, theirs in _HEADERS.items() if theirs in columns}
    return Source(NAME, headers, recode=_recode, declared=Declared.CONTEXT, context_only=True)


def _recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    sub_event = table["sub_event_type"].map(lambda text: _BY_SUB_EVENT.get(fold(text), text))
    if "fatalities" in table:
        deadly = pd.to_numeric(table["fatalities"], errors="coerce") > 0
        sub_event = sub_event.mask((table["sub_event_type"].map(fold) == "attack") & deadly, "C02.1")
    frame = frame.assign(category=sub_event)
    if "geo_precision" in frame:
        frame["geo_precision"] = frame["geo_precision"].str.strip().map(_GEO_PRECISION).fillna("")
    return frame
