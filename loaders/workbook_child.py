"""The process that reads one untrusted workbook: it picks the sheet with the records and writes its rows as text.

Standard library only, and nothing of pandas: it starts in a blink and holds a few megabytes.
"""

from __future__ import annotations

import csv
import posixpath
import zipfile
from pathlib import Path
from typing import IO, Any

from concerns.schema import FileReason, Reason, UnreadableFile
from loaders.archive import BROKEN
from loaders.confine import RefusedError, serve
from loaders.header import SAMPLE_ROWS, Layout, find_layout
from loaders.limits import Limits
from loaders.sheet_choice import Candidate, choose
from loaders.sheet_xml import SharedTexts, Sheet, check_prolog, day_styles, first_rows, parse

_HINT = "Save it again with a spreadsheet program."


class Workbook:
    """An XLSX file: the sheets in order, and what their cells refer to."""

    def __init__(self, archive: zipfile.ZipFile, limits: dict[str, int]) -> None:
        self.archive, self.limits = archive, limits
        self.names = set(archive.namelist())
        self.is_1904 = False
        self.sheets: list[dict[str, str]] = []
        self._main = self._find_main()
        self._targets = self._relations(self._main)
        with self._open(self._main) as part:
            parse(part, self._workbook_element)
        with_type = {kind.rpartition("/")[2]: target for kind, target in self._targets.values()}
        self.styles = self._read_optional(with_type.get("styles"), day_styles)
        self.texts = self._read_optional(
            with_type.get("sharedStrings"), lambda part: SharedTexts(part, limits["field_characters"])
        )

    def open_sheet(self, sheet: dict[str, str]) -> tuple[Sheet, IO[bytes]]:
        """A reader of a sheet's rows, and the part that it reads."""
        _kind, target = self._targets.get(sheet["id"], ("", ""))
        if target not in self.names:
            raise RefusedError(FileReason.CORRUPT, "A sheet of the workbook is missing.", _HINT)
        return Sheet(self.texts, self.styles, is_1904=self.is_1904, limits=self.limits), self._open(target)

    def is_table(self, sheet: dict[str, str]) -> bool:
        """Whether a sheet has cells; charts have none."""
        return self._targets.get(sheet["id"], ("worksheet", ""))[0].rpartition("/")[2] == "worksheet"

    def _open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)

    def _read_optional(self, name: str | None, read: Any) -> Any:
        if name is None or name not in self.names:
            return read(None)
        with self._open(name) as part:
            return read(part)

    def _find_main(self) -> str:
        found = [
            target
            for kind, target in self._relations("").values()
            if kind.endswith("/officeDocument") and target in self.names
        ]
        if not found and "xl/workbook.xml" in self.names:
            return "xl/workbook.xml"
        if not found:
            raise RefusedError(FileReason.CORRUPT, "The workbook has no table of contents.", _HINT)
        return found[0]

    def _relations(self, of: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the file: id → (type, name of the part)."""
        folder, base = posixpath.split(of)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External" and len(found) < 10_000:
                target = attributes.get("Target", "")
                whole = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                found[attributes.get("Id", "")] = (attributes.get("Type", ""), posixpath.normpath(whole))

        if name in self.names:
            with self._open(name) as part:
                parse(part, start)
        return found

    def _workbook_element(self, element: str, attributes: dict[str, str]) -> None:
        if element == "workbookPr":
            self.is_1904 = attributes.get("date1904", "0").lower() in ("1", "true", "on")
        elif element == "sheet" and len(self.sheets) < 1000:
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            state = attributes.get("state", "visible")
            self.sheets.append({"name": attributes.get("name", ""), "id": relation, "state": state})


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Write the rows of the chosen sheet to `rows.csv`: a flag, then the cells. Returns what the caller must know."""
    limits = Limits(**request["limits"])
    try:
        with zipfile.ZipFile(request["path"]) as archive:
            if archive.testzip() is not None:
                raise zipfile.BadZipFile
            _check_prologs(archive)
            workbook = Workbook(archive, request["limits"])
            chosen = _choose(workbook, request["sheet"], limits)
            return _write(workbook, chosen, Path(request["folder"]) / "rows.csv", limits) | {
                "is_1904": workbook.is_1904,
                "sheet": chosen.name,
                "n_sheets": len(workbook.sheets),
            }
    except (*BROKEN, KeyError) as error:
        raise RefusedError(FileReason.CORRUPT, "The file is damaged or was cut off.", _HINT) from error


def _check_prologs(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if name.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(name) as part:
                check_prolog(part)


def _choose(workbook: Workbook, wanted: str | None, limits: Limits) -> Candidate:
    candidates: list[Candidate] = []
    for sheet in workbook.sheets:
        if workbook.is_table(sheet):
            candidates.append(_look(workbook, sheet, limits))
    return choose(candidates, wanted)


def _look(workbook: Workbook, sheet: dict[str, str], limits: Limits) -> Candidate:
    """The first rows of a sheet and whether a table begins there."""
    reader, part = workbook.open_sheet(sheet)
    with part:
        found = list(first_rows(reader, part, SAMPLE_ROWS))
    rows = [texts for _row, texts in found]
    layout: Layout | None = None
    fault: tuple[str, str, str] | None = None
    try:
        layout = find_layout(rows, name=sheet["name"], limits=limits)
    except UnreadableFile:
        # merged cells are listed behind the rows, so they are looked at only where the header makes no sense without
        reader, part = workbook.open_sheet(sheet)
        with part:
            reader.read(part, lambda *_row: True)
        merges = _merges_among(reader, [row for row, _texts in found])
        try:
            layout = find_layout(rows, name=sheet["name"], limits=limits, merges=merges)
        except UnreadableFile as error:
            fault = (error.code, error.what, error.hint)
    return Candidate(sheet["name"], sheet["id"], sheet["state"] == "visible", rows, layout, fault)


def _write(workbook: Workbook, chosen: Candidate, target: Path, limits: Limits) -> dict[str, Any]:
    reader, part = workbook.open_sheet({"id": chosen.relation})
    columns = chosen.layout.columns if chosen.layout else []
    width, most = len(columns), limits.columns + 1
    sampled: list[int] = []
    n_rows = 0
    with part, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)

        def put(row: int, texts: list[str], no_value: int | None) -> bool:
            nonlocal n_rows
            n_rows += 1
            if n_rows > limits.rows + SAMPLE_ROWS:
                what = f"The sheet has more than {limits.rows} records."
                raise RefusedError(FileReason.LIMIT, what, "Split it and load the parts one by one.")
            flag = ""
            if no_value is not None and no_value < width:
                flag = f"{Reason.FORMULA_NO_VALUE} {columns[no_value]}"
            if len(sampled) < SAMPLE_ROWS:
                sampled.append(row)
            else:
                del texts[most:]
            writer.writerow([flag, *texts, *[""] * (width - len(texts))])
            return True

        reader.read(part, put)
    return {"merges": _merges_among(reader, sampled)}


def _merges_among(reader: Sheet, sampled: list[int]) -> list[tuple[int, int, int, int]]:
    """The merged areas that begin in one of some rows, by the positions of these rows."""
    rows = {row: index for index, row in enumerate(sampled)}
    return [
        (rows[top], left, max(rows.get(row, 0) for row in range(top, min(bottom, top + 50) + 1)), right)
        for top, left, bottom, right in reader.merges
        if top in rows
    ]


if __name__ == "__main__":
    serve(work)
