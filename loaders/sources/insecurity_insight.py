"""Insecurity Insight incident lists (XLSX with an HXL row). A context layer of attacks on aid, health and schools.

The lists have no kind of event: it is read from what they count (killed, kidnapped, injured, sexual violence) and from
the weapon. Their description is free text and stays with the cleared viewer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from loaders.cells import fold
from loaders.sources.source import Declared, Source, blank

NAME = "insecurity_insight"
_TAGS = {"#event+id": "report_id", "#date+occurred": "occurred_on", "#adm1": "governorate", "#geo+lat": "lat"}
_TAGS |= {"#geo+lon": "lon", "#geo+precision": "geo_precision", "#description": "description"}
_WORDS = {"SiND ID": "report_id", "SiND Event ID": "report_id", "Date": "occurred_on", "Admin 1": "governorate"}
_WORDS |= {"Latitude": "lat", "Longitude": "lon", "Geo Precision": "geo_precision", "Event Description": "description"}
_COUNTED = (
    ("killed", "C02.1"),
    ("kidnapped", "C02.3"),
    ("abducted", "C02.3"),
    ("sexual", "C05.2"),
    ("injured", "C02.2"),
)
_WEAPONS = (
    (r"improvised|ied|landmine|mine|unexploded|uxo", "C01.2"),
    (r"aerial|air|drone|bomb|shell|mortar|artillery|missile|rocket", "C01.3"),
    (r"firearm|gun|rifle|small arm", "C01.1"),
)
_PRECISION = (
    (r"admin ?1|governorate|province|country|censored|region", "5"),
    (r"admin ?[23]|district|25 ?km", "4"),
)  # anything else names a place: 2


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise the id of the Security in Numbers Database."""
    return 0.97 if any(fold(column).startswith("sind") for column in columns) else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take the columns by their tags, else by their names."""
    by_key = {fold(column): column for column in reversed(columns)}
    headers = {ours: by_key[fold(word)] for word, ours in reversed(_WORDS.items()) if fold(word) in by_key}
    for column, tag in zip(columns, hxl or (), strict=False):
        if tag in _TAGS:
            headers.setdefault(_TAGS[tag], column)
    headers["category"] = headers["occurred_on"] if "occurred_on" in headers else columns[0]  # replaced below
    return Source(NAME, headers, recode=_recode, declared=Declared.CONTEXT, context_only=True)


def _recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    category = blank(table)
    for word, code in _COUNTED:
        for column in [name for name in table.columns if word in fold(name)]:
            counted = pd.to_numeric(table[column], errors="coerce") > 0
            category = category.mask((category == "") & counted, code)
    weapons = [name for name in table.columns if "weapon" in fold(name)]
    for pattern, code in _WEAPONS:
        for column in weapons:
            used = table[column].str.contains(rf"(?i)\b(?:{pattern})", regex=True)
            category = category.mask((category == "") & used, code)
    frame = frame.assign(category=category.where(category != "", "C99"))
    if "geo_precision" in frame:
        frame["geo_precision"] = frame["geo_precision"].map(_precision)
    return frame


def _precision(text: str) -> str:
    return next((level for pattern, level in _PRECISION if re.search(pattern, text, re.IGNORECASE)), "2")
