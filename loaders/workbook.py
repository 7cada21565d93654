"""XLSX: looked over as a zip file here, parsed in a process of its own, read from the text that this one leaves."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path

from concerns.schema import FileReason
from loaders import child
from loaders.archive import open_archive
from loaders.limits import Limits
from loaders.sniff import refuse
from loaders.text_table import TextTable, open_table

_CONTENTS = "[Content_Types].xml"
_CHILD = "loaders.workbook_child"


def open_workbook(path: Path, *, name: str, limits: Limits, sheet: str | None = None) -> TextTable:
    """Open the sheet of a workbook that holds the records, or the one that is named.

    Raises UnreadableFile: MAGIC_MISMATCH, TYPE_NOT_ALLOWED, CORRUPT, ENCRYPTED_OR_LEGACY, XML_FORBIDDEN, ZIP_PATH,
    ZIP_TOO_MANY_FILES, DECOMPRESSION_LIMIT, DIMENSION_LIMIT, SHEET_AMBIGUOUS, EMPTY, HEADER_MISSING,
    HEADER_DUPLICATE, TOO_MANY_COLUMNS, LIMIT.
    """
    with open_archive(path, name, limits=limits, n_files=limits.workbook_parts) as archive:
        check_workbook(archive, name)
    folder = tempfile.TemporaryDirectory(prefix="concern-atlas-")
    request = {"path": str(path.resolve()), "sheet": sheet, "limits": asdict(limits)}
    found = child.run(_CHILD, request, folder=Path(folder.name), name=name, limits=limits)
    merges = [(top, left, bottom, right) for top, left, bottom, right in found["merges"]]
    table = open_table(
        Path(folder.name) / "rows.csv", name=name, limits=limits, flagged=True, may_be_short=True, merges=merges
    )
    table.kind, table.folder, table.is_1904, table.delimiter = "xlsx", folder, found["is_1904"], ","
    if found["n_sheets"] > 1:
        table.warnings.append(f"The sheet {found['sheet'][:60]!r} was read, of {found['n_sheets']} in the workbook.")
    if found["is_1904"]:
        table.warnings.append("The workbook counts days from 1904.")
    return table


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether a zip file is some kind of spreadsheet of this family."""
    names = archive.namelist()
    return _CONTENTS in names and any(entry.lower().startswith("xl/") for entry in names)


def check_workbook(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a zip file that is no plain workbook.

    Raises UnreadableFile: MAGIC_MISMATCH, TYPE_NOT_ALLOWED.
    """
    names = {entry.lower() for entry in archive.namelist()}
    hint = "Save it as a plain .xlsx workbook."
    if names & {"xl/vbaproject.bin", "xl/workbook.bin"}:
        what = "The workbook holds macros or is of the binary kind."
        raise refuse(FileReason.TYPE_NOT_ALLOWED, name, what, hint)
    if not is_workbook(archive) and not any(entry.startswith("xl/") for entry in names):
        what = "The name says spreadsheet, but the file is another kind of zip file."
        raise refuse(FileReason.MAGIC_MISMATCH, name, what, hint)
