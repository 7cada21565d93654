"""Ledgers, refused rows and batches in the reader's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from concerns.schema import FileOutcome, Reason
from loaders.ledger import Ledger
from loaders.raw import RefusedRow
from pages.figures.texts import _, format_date, format_number

OUTCOMES: dict[FileOutcome, Callable[[], str]] = {
    FileOutcome.ACCEPTED: lambda: _("Every row was accepted or is a duplicate."),
    FileOutcome.ACCEPTED_WITH_QUARANTINE: lambda: _("Accepted, with some rows in quarantine."),
    FileOutcome.QUARANTINED_ALL: lambda: _("No row could be accepted: all are in quarantine."),
    FileOutcome.REJECTED: lambda: _("The file was refused; nothing of it was stored."),
    FileOutcome.ALREADY_INGESTED: lambda: _("This very file was loaded before; nothing was changed."),
}


def sentence(ledger: Ledger) -> str:
    """What became of the file, in one line."""
    first = OUTCOMES[ledger.file_outcome]()
    if ledger.file_outcome in (FileOutcome.REJECTED, FileOutcome.ALREADY_INGESTED):
        return first
    return (
        first
        + " "
        + _("{read} read = {accepted} accepted + {duplicates} duplicates + {quarantined} quarantined.").format(
            read=format_number(ledger.rows_read),
            accepted=format_number(ledger.accepted),
            duplicates=format_number(ledger.duplicates),
            quarantined=format_number(ledger.quarantined),
        )
    )


def reason(code: str) -> str:
    """What a reason code means and what to do about it."""
    return REASONS[Reason(code)]()


def samples(rows: Sequence[RefusedRow]) -> pd.DataFrame:
    """Refused rows for the screen: number, reason, column, and the row as it stood."""
    return pd.DataFrame(
        {
            _("Row"): [row.row for row in rows],
            _("Code"): [str(row.reason) for row in rows],
            _("Reason"): [reason(str(row.reason)) for row in rows],
            _("Column"): [row.column or "" for row in rows],
            _("As it stood"): [json.dumps(row.original, ensure_ascii=False) for row in rows],
        }
    )


def place_names(names: pd.DataFrame) -> pd.DataFrame:
    """Stated places that were matched by likeness or not at all, for the screen; names: from `loaders.place`."""
    stated = names[["governorate", "district", "place_name"]].fillna("").agg(" · ".join, axis=1).str.strip(" ·")
    return pd.DataFrame(
        {
            _("As it stood"): stated,
            _("Rows"): names["n_rows"],
            _("Taken as"): names["adm2_pcode"].replace("", "–"),
            _("Confidence"): [format_number(value, decimals=2) for value in names["confidence"]],
            _("Candidates"): [
                "; ".join(f"{name} ({code})" for code, name, _score in row) for row in names["candidates"]
            ],
            _("Note"): names["note"],
        }
    )


def whole_file_names(names: pd.DataFrame) -> pd.DataFrame:
    """One row a stated place where the parts of a file give one each, the most frequent first."""
    stated = ["governorate", "district", "place_name"]
    filled = names.assign(**{column: names[column].fillna("") for column in stated})
    n_rows = filled.groupby(stated, sort=False)["n_rows"].transform("sum")
    return filled.assign(n_rows=n_rows).drop_duplicates(stated).sort_values("n_rows", ascending=False, kind="stable")


def corrections(names: pd.DataFrame) -> dict[str, list[str]]:
    """What can be corrected: a name as it was stated → the districts that it may mean."""
    found: dict[str, list[str]] = {}
    for district, place, candidates in zip(names["district"], names["place_name"], names["candidates"], strict=True):
        stated = str(district or place or "").strip()
        if stated:
            found.setdefault(stated, []).extend(
                str(code)[:8] for code, _name, _score in candidates if len(str(code)) >= 8
            )
    return found


def history(events: pd.DataFrame) -> pd.DataFrame:
    """Loads and undos for the screen; events: from the loading desk."""
    action = {"ingest": _("loaded"), "undo": _("undone")}
    return pd.DataFrame(
        {
            _("When"): [format_date(at.date()) for at in events["at"]],
            _("What"): events["action"].map(action),
            _("File"): events["file_name"].fillna(""),
            _("Read"): events["rows_read"],
            _("Accepted"): events["accepted"],
            _("Duplicates"): events["duplicates"],
            _("Quarantined"): events["quarantined"],
            _("In force"): events["is_in_force"],
            _("Synthetic"): events["synthetic"],
            _("Batch"): events["batch_id"],
        }
    )


def undoing(n_accepted: Any) -> str:
    """What taking a batch back does. n_accepted: missing where this person may not know it."""
    if pd.isna(n_accepted):
        return _("Its rows are taken out; what they had replaced comes back. The history keeps both.")
    text = _("{n} accepted rows are taken out; what they had replaced comes back. The history keeps both.")
    return text.format(n=format_number(int(n_accepted)))


def batch_names(events: pd.DataFrame) -> dict[str, str]:
    """A name for each batch: file, day and rows; of a file that is not to be known its number and day."""
    columns = (events[name].tolist() for name in ("batch_id", "file_name", "at", "accepted"))
    return {
        str(batch_id): f"{batch_id} · {format_date(at.date())}"
        if pd.isna(file_name) or pd.isna(accepted)
        else f"{file_name} · {format_date(at.date())} · {format_number(accepted)}"
        for batch_id, file_name, at, accepted in zip(*columns, strict=True)
    }


REASONS: dict[Reason, Callable[[], str]] = {
    Reason.COORD_MISSING: lambda: _("No coordinates and no place name that could be found."),
    Reason.COORD_UNPARSEABLE: lambda: _("The coordinates cannot be read as numbers."),
    Reason.COORD_RANGE: lambda: _("These are no coordinates on Earth."),
    Reason.COORD_PROJECTED: lambda: _("These are metres of a projected system; give degrees."),
    Reason.COORD_ZERO: lambda: _("The coordinates are 0, 0: the device had no position."),
    Reason.COORD_SWAPPED: lambda: _("Latitude and longitude are swapped."),
    Reason.COORD_LOW_ACCURACY: lambda: _("The position is less accurate than allowed."),
    Reason.OUTSIDE_COUNTRY: lambda: _("The point lies outside the country."),
    Reason.NO_DISTRICT: lambda: _("The point lies too far from every district."),
    Reason.DISTRICT_UNKNOWN: lambda: _("The district's name or code is not known."),
    Reason.DISTRICT_MISMATCH: lambda: _("The stated district and the coordinates contradict each other."),
    Reason.DATE_MISSING: lambda: _("The day is missing."),
    Reason.DATE_UNPARSEABLE: lambda: _("The day cannot be read."),
    Reason.DATE_INVALID: lambda: _("There is no such day in the calendar."),
    Reason.DATE_AMBIGUOUS: lambda: _("Day and month cannot be told apart; state the order."),
    Reason.DATE_FUTURE: lambda: _("The day lies in the future."),
    Reason.DATE_TOO_OLD: lambda: _("The day lies before the earliest allowed."),
    Reason.DATE_HIJRI: lambda: _("This is a day of the Hijri calendar; give the Gregorian one."),
    Reason.DATE_AFTER_SUBMISSION: lambda: _("The day lies after the submission."),
    Reason.CATEGORY_MISSING: lambda: _("The category is missing."),
    Reason.CATEGORY_UNKNOWN: lambda: _("The category is not known; add it to the mapping."),
    Reason.SEVERITY_INVALID: lambda: _("The severity is outside the scale."),
    Reason.VALIDATION_NOT_APPROVED: lambda: _("The source did not approve this submission."),
    Reason.UUID_CONFLICT: lambda: _("The same id stands twice in the file with different content."),
    Reason.ROW_WIDTH: lambda: _("The row has more or fewer cells than the header."),
    Reason.SUMMARY_ROW: lambda: _("This is a total, not a report."),
    Reason.REPEATED_HEADER: lambda: _("This is the header once more, not a report."),
    Reason.FIELD_TOO_LONG: lambda: _("A cell is longer than allowed."),
    Reason.CONTROL_CHARS: lambda: _("A cell holds control characters."),
    Reason.ENCODING_ERROR: lambda: _("The text of this row is damaged."),
    Reason.FORMULA_NO_VALUE: lambda: _("A formula was saved without its value; open and save the workbook."),
    Reason.GEOM_EMPTY: lambda: _("The shape is empty."),
    Reason.GEOM_INVALID: lambda: _("The shape is broken."),
    Reason.GEOM_TYPE: lambda: _("The shape is no point."),
    Reason.PCODE_MISSING: lambda: _("The place code is missing."),
}
