"""KoboToolbox exports: CSV, XLSX, GeoJSON and API JSON; XML names or labels, groups, geopoints.

The labels of our own meeting form are known in English and Arabic; the questions of other forms are found by their
words or named in a mapping. The day of a concern is the form's date question, never the time of submission.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from loaders.headings import find_headers
from loaders.people import last_part
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON
from loaders.sources.source import Declared, Recode, Source, blank, folded

NAME = "kobo"
GEOPOINT_PART = re.compile(r"(?:^|.*/)_(?P<question>.+)_(?P<part>latitude|longitude|precision)$")
_SYSTEM = re.compile(r"_.*|start|end|today|deviceid|audit|username|simserial|meta/.*|formhub/.*|geometry:.*")
_PARTS = {"latitude": "lat", "longitude": "lon", "precision": "accuracy_m"}
_ROOT = "meta/rootUuid"  # an edited submission has a new instance id and keeps this one
_IDS = ("_uuid", "meta/instanceID")  # not `_id`, which is unique on one server only
_VALIDATION_COLUMNS = (
    "_validation_status",
    "_validation_status/uid",
    "_validation_status.uid",
    "_validation_status/label",
)

VALIDATION = folded(
    {
        "validation_status_approved": "approved",
        "validation_status_not_approved": "not_approved",
        "validation_status_on_hold": "on_hold",
        "Approved": "approved",
        "Not approved": "not_approved",
        "On hold": "on_hold",
        "{}": "",
        "n/a": "",
    }
)
CATEGORY = folded(
    {
        "uxo": "C01.2",
        "Explosive remnants": "C01.2",
        "مخلفات حربية": "C01.2",
        "tribal": "C03.1",
        "Tribal dispute": "C03.1",
        "drugs": "C07",
        "مخدرات": "C07",
        "n/a": "",
    }
)
VALUES: Mapping[str, Mapping[str, str]] = {
    "category": CATEGORY,
    "validation": VALIDATION,
    **{
        column: {"n/a": ""}
        for column in ("governorate", "district", "place_name", "description", "forum_id", "report_id")
    },
}


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise the columns that Kobo adds in English whatever the form's language."""
    names = set(columns)
    if not names & set(_IDS):
        return None
    marks = {"_submission_time", "_validation_status", "__version__", "_id", "_index", "_status", "_xform_id_string"}
    return 0.9 if len(marks & names) >= 2 else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Find the questions by their last part, the geopoint by its parts, the rest by Kobo's own names."""
    headers = question_headers(columns, sample)
    headers |= {"report_id": next((name for name in _IDS if name in columns), "_uuid")}
    if "_submission_time" in columns:
        headers["submitted_at"] = "_submission_time"
    status = next((name for name in _VALIDATION_COLUMNS if name in columns), None)
    if status:
        headers["validation"] = status
    absent = ("A GeoJSON export holds only submissions with a point; the others are not in this file.",)
    return Source(
        NAME,
        headers,
        values=VALUES,
        recode=form_recode(columns, headers, _plain_status),
        declared=Declared.ANSWER,
        warnings=absent if GEOMETRY_LAT in columns else (),
    )


def question_headers(columns: Sequence[str], sample: pd.DataFrame) -> dict[str, str]:
    """Return our columns that the questions of a form answer: our column → header."""
    children = {column for column in columns if any(column.startswith(f"{other}/") for other in columns)}
    questions = {
        last_part(column): column
        for column in reversed(columns)
        if column not in children and not _SYSTEM.fullmatch(column) and not GEOPOINT_PART.fullmatch(column)
    }
    wanted = (
        "occurred_on", "category", "subcategory", "severity", "governorate", "district", "place_name", "forum_id",
        "adm2_pcode", "n_affected", "affected_women", "affected_children", "reporter_group", "reporter_sex",
        "reporter_status", "description",
    )  # fmt: skip
    shapes = {match["question"] for column in columns if (match := GEOPOINT_PART.fullmatch(column))}
    named = {name: column for name, column in questions.items() if name not in shapes}
    return geopoint_headers(columns, questions) | find_headers(named, wanted=wanted)


def geopoint_headers(columns: Sequence[str], questions: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of the form's place: the parts of a geopoint, its text, or the geometry of a feature."""
    parts: dict[str, dict[str, str]] = {}
    for column in columns:
        if match := GEOPOINT_PART.fullmatch(column):
            parts.setdefault(match["question"], {})[_PARTS[match["part"]]] = column
    whole = {name: found for name, found in parts.items() if {"lat", "lon"} <= found.keys()}
    named = find_headers(whole.keys() | questions.keys(), wanted=("geopoint",)).get("geopoint")
    if whole:
        return whole[named] if named in whole else next(iter(whole.values()))
    if GEOMETRY_LAT in columns:
        return {"lat": GEOMETRY_LAT, "lon": GEOMETRY_LON}
    if named:
        return {"geopoint": questions[named]}
    return {"geopoint": "_geolocation"} if "_geolocation" in columns else {}


def form_recode(
    columns: Sequence[str], headers: dict[str, str], *steps: Callable[[pd.DataFrame], pd.DataFrame]
) -> Recode | None:
    """Compose what a form needs beyond renaming: an edited submission is known by the id of its first version; a
    category asked as select_multiple is read from its 0/1 columns."""
    choices = {} if "category" in headers else _choice_columns(columns)
    if choices:
        headers["category"] = next(iter(choices))
    lists = headers.get("geopoint") == "_geolocation"

    def recode(frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
        if _ROOT in table:
            roots = table[_ROOT].str.strip()
            frame = frame.assign(report_id=roots.where(~roots.str.casefold().isin(["", "n/a"]), frame["report_id"]))
        if choices:
            frame = frame.assign(category=_chosen(table, choices))
        if lists:
            frame = frame.assign(
                geopoint=frame["geopoint"].str.replace(r"[\[\],]|null|None", " ", regex=True).str.strip()
            )
        for step in steps:
            frame = step(frame)
        return frame

    return recode


def _plain_status(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the status out of the API's object, {"uid": "validation_status_approved", …}."""
    if "validation" not in frame:
        return frame
    uid = frame["validation"].str.extract(r"(validation_status_\w+)", expand=False)
    return frame.assign(validation=uid.fillna(frame["validation"]))


def _choice_columns(columns: Sequence[str]) -> dict[str, str]:
    """Find the 0/1 columns of a category question that has no joined column: header → choice."""
    groups: dict[str, dict[str, str]] = {}
    for column in columns:
        if "/" in column and not _SYSTEM.fullmatch(column):
            question, choice = column.rsplit("/", 1)
            groups.setdefault(question, {})[column] = choice
    named = find_headers({last_part(question): question for question in groups}, wanted=("category",))
    return groups[named["category"]] if named else {}


def _chosen(table: pd.DataFrame, choices: Mapping[str, str]) -> pd.Series:
    """Return the one choice of each row; several are kept apart by a bar, so that they are no known category."""
    chosen = blank(table)
    for header, choice in choices.items():
        is_chosen = table[header].str.strip().str.casefold().isin(["1", "true", "yes"])
        chosen = chosen.where(~is_chosen, chosen.where(chosen == "", chosen + " | ") + choice)
    return chosen
