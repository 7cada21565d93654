"""ODK Central exports: groups joined by a hyphen, points in columns of their own, a review state."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from loaders.headings import find_headers
from loaders.sources import kobo
from loaders.sources.source import Declared, Source, folded

NAME = "odk"
_POINT = re.compile(r"(?P<question>.+)-(?P<part>Latitude|Longitude|Accuracy)")
_PARTS = {"Latitude": "lat", "Longitude": "lon", "Accuracy": "accuracy_m"}
_SYSTEM = frozenset(
    {
        "SubmissionDate", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
        "ReviewState", "DeviceID", "Edits", "FormVersion", "PARENT_KEY", "meta-instanceID", "meta-instanceName",
        "instanceID", "start", "end", "today",
    }
)  # fmt: skip
_REVIEW = folded({"hasIssues": "on_hold", "edited": "pending", "received": "pending", "rejected": "not_approved"})


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise the first and the last columns of Central's CSV."""
    return 0.93 if {"SubmissionDate", "KEY"} <= set(columns) else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Find the questions behind the last hyphen of a header."""
    points: dict[str, dict[str, str]] = {}
    for column in columns:
        if match := _POINT.fullmatch(column):
            points.setdefault(match["question"], {})[_PARTS[match["part"]]] = column
    whole = [found for found in points.values() if {"lat", "lon"} <= found.keys()]
    questions = {
        column.rsplit("-", 1)[-1]: column
        for column in reversed(columns)
        if column not in _SYSTEM and not re.fullmatch(r".+-(?:Latitude|Longitude|Altitude|Accuracy)", column)
    }
    found = find_headers(questions)
    for ours in ("report_id", "submitted_at", "validation", "lat", "lon", "accuracy_m"):
        found.pop(ours, None)
    headers = {"report_id": "KEY", "submitted_at": "SubmissionDate"} | (whole[0] if whole else {}) | found
    if whole:
        headers.pop("geopoint", None)
    if "ReviewState" in columns:
        headers["validation"] = "ReviewState"
    values = {**kobo.VALUES, "validation": _REVIEW}
    return Source(NAME, headers, values=values, declared=Declared.ANSWER)
