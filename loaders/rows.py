"""Which rows of a table are no records, and which records are broken before anybody asks what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from concerns.schema import Reason
from loaders.header import INVISIBLE, Layout, clean, folded
from loaders.limits import Limits
from loaders.raw import RefusedRow

CONTROL_CHARACTERS = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SUSPECT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# The words that open a line of sums, as they are found in lower-case UTF-8 bytes, and the whole cell.
TOTAL_WORDS = (
    "total", "sum", "average", "المجموع", "مجموع", "الإجمالي", "الاجمالي", "إجمالي", "اجمالي", "المعدل", "عدد", "کۆ",
    "كۆ", "سەرجەم", "تێکڕا",
)  # fmt: skip
_TOTAL = (
    r"(?:the )?(?:(?:grand|sub|sum|overall)[ -]?)?totals?|sum|مجموع|المجموع|(?:ال)?[إا]جمالي"
    r"|المجموع (?:الكلي|العام|الإجمالي|الاجمالي)|المجموع الكلى|[إا]جمالي عام|الإجمالي العام|الاجمالي العام"
    r"|[كک]ۆی? ?گشتی|[كک]ۆی گشتي|[كک]ۆ|سەرجەم|کۆی هەموو"
)
# What opens a line of sums only where most of the row is empty: these words can be data too.
_TOTAL_OF = r"(?:grand )?total (?:number )?(?:of )?[a-z]+|average|المعدل|(?:مجموع|عدد|[إا]جمالي) \w+|تێکڕا"
_NUMBER = r"(?:\s*[:=]|\s+-)?\s*(?:[\d٠-٩۰-۹][\d٠-٩۰-۹.,٬٫\s]*)?(?:\([^()]{0,40}\))?"
# For RE2: finds every cell that `is_sum` may mean, and a few others.
TOTAL_START = rf"^(?:{_TOTAL}|{_TOTAL_OF})[^a-zA-Z\p{{Arabic}}]*(?:\([^()]*\)[^a-zA-Z]*)?$"
_TOTAL_CELL = re.compile(rf"(?:{_TOTAL}){_NUMBER}", re.IGNORECASE)
_TOTAL_OF_CELL = re.compile(rf"(?:{_TOTAL_OF}){_NUMBER}", re.IGNORECASE)
_TOTAL_LABEL = re.compile(rf"(?:{_TOTAL})\s*:?", re.IGNORECASE)


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a row holds nothing but spaces and invisible marks."""
    return not any(cell.strip(INVISIBLE) for cell in cells)


def is_sum(cells: Sequence[str], n_columns: int) -> bool:
    """Whether a row is a line of sums: its first filled cell says so, or a lone label in a mostly empty row.

    >>> is_sum(["", "Grand total:", "57"], 3), is_sum(["المجموع", "12"], 2), is_sum(["Total war", "12"], 2)
    (True, True, False)
    """
    filled = [text for cell in cells if (text := clean(cell))]
    if filled and _TOTAL_CELL.fullmatch(filled[0]):
        return True
    if not filled or len(filled) * 2 > n_columns:
        return False
    return bool(_TOTAL_OF_CELL.fullmatch(filled[0])) or any(_TOTAL_LABEL.fullmatch(text) for text in filled)


@dataclass(frozen=True)
class RowCheck:
    """What every record of one table is held against.

    may_be_short: cells missing at the end are blank (sheets, HXL). is_exact: no line of sums, no header that comes
    again: the table comes from a database.
    """

    layout: Layout
    limits: Limits
    may_be_short: bool = False
    is_exact: bool = False

    @cached_property
    def _openings(self) -> list[tuple[int, str]]:
        """Where each row that may come again has its first text, and that text."""
        starts = [next(n for n, cell in enumerate(row) if cell) for row in self.layout.repeats]
        return [(start, row[start]) for start, row in zip(starts, self.layout.repeats, strict=True)]

    def fault(self, cells: Sequence[str], *, may_sum: bool = True) -> tuple[Reason, str | None] | None:
        """The first reason to refuse a row, and its column; None for a sound row. may_sum: see `blocks.Block`."""
        columns = self.layout.columns
        if not self.is_exact:
            if may_sum and is_sum(cells, len(columns)):
                return Reason.SUMMARY_ROW, None
            if self._is_repeat(cells):
                return Reason.REPEATED_HEADER, None
        if len(cells) < len(columns) and not self.may_be_short:
            return Reason.ROW_WIDTH, None
        if len(cells) > len(columns) and not is_blank(cells[len(columns) + self.layout.n_unnamed :]):
            return Reason.ROW_WIDTH, None
        text = "".join(cells)
        if len(text) <= self.limits.field_characters and not _SUSPECT.search(text):
            return None
        return self._cell_fault(list(zip(columns, cells, strict=False)))

    def _is_repeat(self, cells: Sequence[str]) -> bool:
        for start, opening in self._openings:
            if len(cells) > start and clean(cells[start]).casefold() == opening:
                return folded(cells) in self.layout.repeats
        return False

    def _cell_fault(self, pairs: Sequence[tuple[str, str]]) -> tuple[Reason, str | None] | None:
        for column, cell in pairs:
            if len(cell) > self.limits.field_characters:
                return Reason.FIELD_TOO_LONG, column
        for column, cell in pairs:
            if _CONTROL.search(cell):
                return Reason.CONTROL_CHARS, column
        for column, cell in pairs:
            if _SURROGATE.search(cell):
                return Reason.ENCODING_ERROR, column
        return None

    def refusal(self, row: int, reason: Reason, column: str | None, cells: Sequence[str]) -> RefusedRow:
        """A refused row with its text, over-long cells cut and undecodable bytes spelled out."""
        names = [*self.layout.columns, *(f"column {n + 1}" for n in range(len(self.layout.columns), len(cells)))]
        limit = self.limits.field_characters
        original = {
            name: spelled_out(cell[:limit])
            for name, cell in zip(names[: self.limits.columns * 2], cells, strict=False)
            if cell
        }
        return RefusedRow(row, reason, column, original)


def spelled_out(text: str) -> str:
    """Text with bytes that could not be decoded written as \\xNN.

    >>> spelled_out("a\\udcff")
    'a\\\\xff'
    """
    return _SURROGATE.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
