"""The parts of an XLSX file as streams of events: shared texts, styles, sheets. No part is held in memory as a tree.

A document type declaration refuses the file before anything in it is used, so no entity is ever expanded.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from typing import IO, Any, NoReturn
from xml.parsers import expat

from concerns.schema import FileReason
from loaders.cell_text import day_text, is_day_format, number_text, unescaped
from loaders.confine import RefusedError

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_PART = 1 << 16
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class _EnoughError(Exception):
    """The rest of the part is not needed."""


def parse(part: IO[bytes], start: Start, end: End | None = None, text: Callable[[str], None] | None = None) -> None:
    """Run through a part; names come without their prefix.

    Raises RefusedError: XML_FORBIDDEN, CORRUPT.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _PART

    def forbid(*_declaration: Any) -> NoReturn:
        what = "The XML inside the file declares a document type or entities."
        raise RefusedError(FileReason.XML_FORBIDDEN, what, "Save it again with a spreadsheet program.")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbid
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        while data := part.read(_PART):
            parser.Parse(data)
        parser.Parse(b"", True)
    except _EnoughError:
        return
    except expat.ExpatError as error:
        what = "The XML inside the file is broken."
        raise RefusedError(FileReason.CORRUPT, what, "Save it again with a spreadsheet program.") from error


def check_prolog(part: IO[bytes]) -> None:
    """Look at a part up to its first element, for a document type. Raises RefusedError: XML_FORBIDDEN."""

    def start(_name: str, _attributes: dict[str, str]) -> None:
        raise _EnoughError

    try:
        parse(part, start)
    except RefusedError as error:
        if error.answer["refused"] == FileReason.XML_FORBIDDEN:
            raise


class SharedTexts:
    """The texts that cells refer to by number, packed: a million short texts take a few megabytes."""

    def __init__(self, part: IO[bytes] | None, limit: int) -> None:
        self._bytes, self._ends = bytearray(), array("Q", [0])
        self._limit = limit
        self._pieces: list[str] = []
        self._length, self._is_text, self._n_phonetic = 0, False, 0
        if part is not None:
            parse(part, self._start, self._end, self._more)

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self._ends) - 1:
            raise RefusedError(FileReason.CORRUPT, "A cell refers to a text that is not there.", "Export it again.")
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode("utf-8", "replace")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces, self._length = [], 0
        elif name == "rPh":
            self._n_phonetic += 1
        self._is_text = name == "t" and not self._n_phonetic

    def _more(self, text: str) -> None:
        if self._is_text and self._length <= self._limit:
            self._pieces.append(text)
            self._length += len(text)

    def _end(self, name: str) -> None:
        self._is_text = False
        if name == "rPh":
            self._n_phonetic -= 1
        elif name == "si":
            self._bytes += unescaped("".join(self._pieces))[: self._limit + 1].encode("utf-8", "replace")
            self._ends.append(len(self._bytes))


def day_styles(part: IO[bytes] | None) -> list[bool]:
    """For each cell style, whether it shows days."""
    codes: dict[int, str] = {}
    styles: list[bool] = []
    inside = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and len(codes) < 10_000:
            codes[_integer(attributes.get("numFmtId"), -1)] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            inside[0] = name
        elif name == "xf" and inside[0] and len(styles) < 100_000:
            number = _integer(attributes.get("numFmtId"), 0)
            styles.append(is_day_format(number, codes.get(number)))

    def end(name: str) -> None:
        if name == "cellXfs":
            raise _EnoughError

    if part is not None:
        parse(part, start, end)
    return styles


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def position(reference: str) -> tuple[int, int]:
    """Row and column of a cell reference, from 0. Raises RefusedError: CORRUPT, DIMENSION_LIMIT.

    >>> position("A1"), position("AB10")
    ((0, 0), (9, 27))
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise RefusedError(FileReason.CORRUPT, "A cell has no proper place in its sheet.", "Export it again.")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if not 1 <= row <= MOST_ROWS or column > MOST_COLUMNS:
        raise too_wide()
    return row - 1, column - 1


def too_wide() -> RefusedError:
    """The refusal of a sheet whose cells are spread too far."""
    what = "The sheet reaches over more rows and columns than are read."
    return RefusedError(FileReason.DIMENSION_LIMIT, what, "Delete the empty cells around the table and save it again.")


class Sheet:
    """The rows of one sheet, given to `on_row` as they come: (row from 0, texts up to the last filled, column of a
    formula without a value or None). `merges`: (first row, first column, last row, last column), first rows only.
    """

    def __init__(self, texts: SharedTexts, styles: list[bool], *, is_1904: bool, limits: dict[str, int]) -> None:
        self.texts, self.styles, self.is_1904, self.limits = texts, styles, is_1904, limits
        self.merges: list[tuple[int, int, int, int]] = []
        self._row, self._column, self._n_rows, self._widest = -1, -1, 0, 0
        self._cells: dict[int, str] = {}
        self._kind, self._style = "n", -1
        self._pieces: list[str] = []
        self._length, self._text_of, self._n_phonetic = 0, "", 0
        self._has_formula = False
        self._no_value: int | None = None
        self._columns: dict[str, int] = {}

    def read(self, part: IO[bytes], on_row: Callable[[int, list[str], int | None], bool]) -> None:
        """Run through the sheet; stop when `on_row` returns False."""
        self._on_row = on_row
        parse(part, self._start, self._end, self._more)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._text_of = "" if self._n_phonetic else name
        elif name == "f":
            self._has_formula, self._text_of = True, ""
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._n_phonetic += 1
        elif name == "dimension" and "ref" in attributes:
            last = attributes["ref"].rpartition(":")[2]
            if _REFERENCE.fullmatch(last):  # only a hint of the writer: nonsense in it harms nothing
                self._check_spread(*position(last))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _start_row(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r")
        row = _integer(stated, 0) - 1 if stated else self._row + 1
        if row >= MOST_ROWS:
            raise too_wide()
        if row <= self._row:
            raise RefusedError(FileReason.CORRUPT, "The rows of the sheet are out of order.", "Export it again.")
        self._row, self._column, self._cells, self._no_value = row, -1, {}, None

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = position(f"{letters}1")[1]
            self._column = column
        if self._column >= MOST_COLUMNS:
            raise too_wide()
        self._kind = attributes.get("t", "n")
        self._style = _integer(attributes.get("s"), -1)
        self._pieces, self._length = [], 0
        self._has_formula = False

    def _more(self, text: str) -> None:
        if self._text_of and self._length <= self.limits["field_characters"]:
            self._pieces.append(text)
            self._length += len(text)

    def _end(self, name: str) -> None:
        self._text_of = ""
        if name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._n_phonetic -= 1

    def _end_cell(self) -> None:
        raw = "".join(self._pieces)
        if self._has_formula and not raw and self._kind != "str" and self._no_value is None:
            self._no_value = self._column
        text = self._text(raw)[: self.limits["field_characters"] + 1] if raw else ""
        if text:
            self._cells[self._column] = text

    def _text(self, raw: str) -> str:
        kind = self._kind
        if kind == "s":
            return self.texts[_integer(raw.strip(), -1)]
        if kind == "n":
            raw = raw.strip()
            is_day = 0 <= self._style < len(self.styles) and self.styles[self._style]
            return day_text(raw, is_1904=self.is_1904) if is_day else number_text(raw)
        if kind == "b":
            return "True" if raw.strip() == "1" else "False"
        if kind == "d":
            return raw.strip().removesuffix("T00:00:00").removesuffix("T00:00:00Z")
        return unescaped(raw)

    def _end_row(self) -> None:
        if not self._cells and self._no_value is None:
            return
        width = max([*self._cells, self._no_value if self._no_value is not None else 0]) + 1
        self._widest, self._n_rows = max(self._widest, width), self._n_rows + 1
        self._check_spread(self._row, self._widest - 1)
        texts = [self._cells.get(column, "") for column in range(width)]
        if not self._on_row(self._row, texts, self._no_value):
            raise _EnoughError

    def _check_spread(self, last_row: int, last_column: int) -> None:
        if (last_row + 1) * (last_column + 1) > self.limits["rows"] * self.limits["columns"]:
            raise too_wide()

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        if last and len(self.merges) < 1000:
            self.merges.append((*position(first), *position(last)))


def first_rows(sheet: Sheet, part: IO[bytes], n_rows: int) -> Iterator[tuple[int, list[str]]]:
    """The first rows with something in them."""
    found: list[tuple[int, list[str]]] = []

    def keep(row: int, texts: list[str], _no_value: int | None) -> bool:
        found.append((row, texts))
        return len(found) < n_rows

    sheet.read(part, keep)
    yield from found
