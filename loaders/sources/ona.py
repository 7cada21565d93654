"""Ona exports: as Kobo's, with `n/a` for unanswered questions and booleans for choices."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.sources import kobo
from loaders.sources.source import Declared, Source

NAME = "ona"


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise what Ona adds beside `_uuid`: the version and duration of a submission."""
    names = set(columns)
    marks = {"_version", "_duration", "_total_media", "_media_all_received", "_xform_id"}
    return 0.94 if {"_uuid", "_submission_time"} <= names and len(marks & names) >= 2 else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Find the questions as in a Kobo export."""
    headers = {"report_id": "_uuid", "submitted_at": "_submission_time"} | kobo.question_headers(columns, sample)
    if "_review_status" in columns:
        headers["validation"] = "_review_status"
    recode = kobo.form_recode(columns, headers)
    values = {**kobo.VALUES, "validation": {**kobo.VALIDATION, "rejected": "not_approved", "pending": "pending"}}
    return Source(NAME, headers, values=values, recode=recode, declared=Declared.ANSWER)
