"""Which sheet of a workbook holds the records."""

from __future__ import annotations

import re
from dataclasses import dataclass

from concerns.schema import FileReason
from loaders.confine import RefusedError
from loaders.header import Layout, clean

_TEMPLATE_SHEET = "reports"
_REPEATS = frozenset({"_parent_index", "_parent_table_name", "parent_key"})  # sheets of a form's repeat groups
_DAY = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?:[T ].*)?|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?: .*)?|\d{1,2} \w+ \d{4}")
_DEGREES = re.compile(r"-?\d{1,3}[.,٫]\d{2,}|-?\d{1,3}[.,]\d+ -?\d{1,3}[.,]\d+.*")


@dataclass(frozen=True)
class Candidate:
    """A sheet: its first rows, the layout found in them, or why none was found (code, what, hint)."""

    name: str
    relation: str
    is_visible: bool
    rows: list[list[str]]
    layout: Layout | None
    fault: tuple[str, str, str] | None = None

    @property
    def records(self) -> list[list[str]]:
        """The rows below the header."""
        return [row for row in self.rows[self.layout.n_skip :] if any(row)] if self.layout else []

    @property
    def likeness(self) -> int:
        """How much the sheet looks like reports: 1 for a column of days, 1 for one of coordinates."""
        return sum(self._has_column(pattern) for pattern in (_DAY, _DEGREES))

    def _has_column(self, pattern: re.Pattern[str]) -> bool:
        for column in range(len(self.layout.columns) if self.layout else 0):
            cells = [text for row in self.records if column < len(row) and (text := clean(row[column]))]
            if cells and sum(pattern.fullmatch(cell) is not None for cell in cells) * 2 >= len(cells):
                return True
        return False


def choose(candidates: list[Candidate], wanted: str | None) -> Candidate:
    """Pick the only sheet that looks like records, visible ones first.

    Raises RefusedError: SHEET_AMBIGUOUS, and what is wrong with the only sheet: EMPTY, HEADER_MISSING …
    """
    names = ", ".join(candidate.name[:30] for candidate in candidates[:10])
    if wanted is not None:
        found = [
            candidate for candidate in candidates if candidate.name.strip().casefold() == wanted.strip().casefold()
        ]
        if not found:
            raise RefusedError(
                FileReason.SHEET_AMBIGUOUS, "There is no sheet of that name.", f"Choose one of: {names}."
            )
        return _sound(found[0])
    seen = [candidate for candidate in candidates if candidate.is_visible]
    tables = [one for one in seen if one.records] or [one for one in candidates if one.records]
    if not tables:
        return _sound(_fullest(seen or candidates))
    tables = [one for one in tables if not _is_repeat(one)] or tables
    named = [one for one in tables if one.name.strip().casefold() == _TEMPLATE_SHEET]
    best = max(one.likeness for one in tables)
    likely = named or [one for one in tables if one.likeness == best]
    if len(likely) > 1:
        what = f"Several sheets look like records: {', '.join(one.name[:30] for one in likely[:10])}."
        raise RefusedError(FileReason.SHEET_AMBIGUOUS, what, "Name the one that is meant, or delete the others.")
    return likely[0]


def _is_repeat(candidate: Candidate) -> bool:
    columns = candidate.layout.columns if candidate.layout else []
    return any(column.casefold() in _REPEATS for column in columns)


def _fullest(candidates: list[Candidate]) -> Candidate:
    if not candidates:
        raise RefusedError(FileReason.EMPTY, "The workbook has no sheet with cells.", "Export it again.")
    return max(candidates, key=lambda one: len(one.rows))


def _sound(candidate: Candidate) -> Candidate:
    if candidate.fault is not None:
        raise RefusedError(*candidate.fault)
    return candidate
