"""A table as UTF-8 text on disk: quoted newlines, ragged rows; read in bounded memory, more than once.

Sound blocks go through pyarrow's parser; a block with anything odd in it is read again row by row with Python's.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from concerns.schema import FileReason, Reason
from loaders.blocks import Block, record_pattern, survey
from loaders.header import INVISIBLE, SAMPLE_ROWS, Layout, find_layout
from loaders.limits import Limits
from loaders.raw import RawChunk, RefusedRow
from loaders.rows import TOTAL_START, RowCheck, is_blank
from loaders.sniff import refuse

TEXT = pd.StringDtype("pyarrow", na_value=float("nan"))
SAMPLE_BYTES = 1 << 20
_MOST_ROWS_ABOVE = 5_000  # blank rows and comments above a table that are looked through
csv.field_size_limit(1 << 27)  # the limits of this project are checked by `blocks` and `rows`, not by the csv module


@dataclass
class TextTable:
    """A table as UTF-8 text on disk that was looked through once. It is a `RawFile`.

    flagged: column 0 is not data; text in it is a `Reason` and a column name by which a child process refused the row.
    """

    path: Path
    name: str
    blocks: list[Block]
    check: RowCheck
    width: int
    delimiter: str
    kind: str = "csv"
    encoding: str = "utf-8"
    is_1904: bool = False
    flagged: bool = False
    warnings: list[str] = field(default_factory=list)
    folder: tempfile.TemporaryDirectory[str] | None = None  # holds our copy for as long as this object lives

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in file order."""
        return self.check.layout.columns

    @property
    def hxl(self) -> list[str] | None:
        """The HXL tag of each column, or None for a table without tags."""
        return self.check.layout.hxl

    def chunks(self, *, n_rows: int = 100_000) -> Iterator[RawChunk]:
        """Yield the records in file order, at most `n_rows` a chunk.

        Raises UnreadableFile: LIMIT, more records than are allowed.
        """
        n_seen = 0
        with self.path.open("rb") as file:
            for block in self.blocks:
                file.seek(block.start)
                data = file.read(block.n_bytes)
                found = self._fast(data, block) if block.is_plain else None
                rows = _numbered(found, n_seen) if found is not None else self._slow(data, n_seen, block)
                n_seen += len(rows.table) + len(rows.refused)
                if n_seen > self.check.limits.rows:
                    what = f"The file has more than {self.check.limits.rows} records."
                    raise refuse(FileReason.LIMIT, self.name, what, "Split it and load the parts one by one.")
                yield from _cut(rows, n_rows)

    def _fast(self, data: bytes, block: Block) -> pa.Table | None:
        """The records of a block in which nothing is odd; None for any other."""
        if self.width < len(self.columns) + self.flagged:
            return None
        names = [f"f{n}" for n in range(self.width)]
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(data),
                read_options=pa.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
                parse_options=pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=b'"' in data),
                convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            return None
        if self.flagged:
            if pc.max(pc.binary_length(table["f0"])).as_py():
                return None
            table = table.drop_columns("f0")
        n_columns = len(self.columns)
        if any(_has_text(column) for column in table.columns[n_columns:]):
            return None
        table = table.select(range(n_columns)).rename_columns(self.columns)
        table = table if self.check.is_exact else _without_blank(table)
        return None if self._is_odd(table, block) else table

    def _is_odd(self, table: pa.Table, block: Block) -> bool:
        """Whether a row may be a sum, a header again or hold a cell that is too long: then each row is looked at."""
        limit = self.check.limits.field_characters
        for column in table.columns:
            if (pc.max(pc.binary_length(column)).as_py() or 0) > limit:
                return True
        if self.check.is_exact:
            return False
        for header in self.check.layout.repeats:
            first = next(position for position, cell in enumerate(header) if cell)
            if pc.any(pc.ends_with(pc.utf8_lower(_trimmed(table.column(first))), pattern=header[first])).as_py():
                return True
        if not block.may_sum:
            return False
        return any(
            pc.any(pc.match_substring_regex(_trimmed(column), TOTAL_START, ignore_case=True)).as_py()
            for column in table.columns
        )

    def _slow(self, data: bytes, n_seen: int, block: Block) -> RawChunk:
        """The records of a block, row by row."""
        kept: list[Sequence[str]] = []
        numbers: list[int] = []
        refused: list[RefusedRow] = []
        n_columns, row = len(self.columns), n_seen
        for cells in parse_rows(data, self.delimiter):
            flag, cells = (cells[0], cells[1:]) if self.flagged and cells else ("", cells)
            if not flag and not self.check.is_exact and is_blank(cells):
                continue
            row += 1
            fault = self.check.fault(cells, may_sum=block.may_sum) or _flagged_fault(flag)
            if fault is not None:
                refused.append(self.check.refusal(row, *fault, cells))
            else:
                kept.append([*cells, *[""] * (n_columns - len(cells))][:n_columns])
                numbers.append(row)
        columns = list(zip(*kept, strict=True)) if kept else [()] * n_columns
        frame = pd.DataFrame(
            {name: pd.array(list(cells), dtype=TEXT) for name, cells in zip(self.columns, columns, strict=True)},
            index=pd.Index(numbers, name="row", dtype="int64"),
        )
        return RawChunk(frame, refused)


def parse_rows(data: bytes, delimiter: str) -> Iterator[list[str]]:
    """The cells of each row of a part of a file; bytes that are no UTF-8 become lone surrogates."""
    text = data.decode("utf-8", "surrogateescape")
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter)


def open_table(
    path: Path,
    *,
    name: str,
    limits: Limits,
    start: int = 0,
    delimiter: str = ",",
    layout: Layout | None = None,
    flagged: bool = False,
    may_be_short: bool = False,
    merges: Sequence[tuple[int, int, int, int]] = (),
) -> TextTable:
    """Open UTF-8 text on disk as a table. layout: given where the header is certain (then row 0 holds it)."""
    blocks = list(survey(path, start=start, delimiter=delimiter, name=name, limits=limits))
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(SAMPLE_BYTES)
    rows, ends = first_rows(head, delimiter)
    if not rows and head.strip():
        what = f"The first row is longer than {SAMPLE_BYTES >> 20} MB."
        raise refuse(FileReason.LIMIT, name, what, "Check that the file is a table.")
    cells = [row[1:] for row in rows] if flagged else rows
    is_exact = layout is not None
    layout = layout or find_layout(cells, name=name, limits=limits, merges=merges)
    check = RowCheck(layout, limits, may_be_short=may_be_short or layout.hxl is not None, is_exact=is_exact)
    blocks = _from(blocks, start + ends[layout.n_skip - 1])
    body = [len(row) for row in rows[layout.n_skip :] if any(row)] or [len(layout.columns) + flagged]
    width = max(set(body), key=body.count)
    found = TextTable(path, name, blocks, check, width, delimiter, flagged=flagged)
    _require_records(found)
    return found


def _from(blocks: list[Block], start: int) -> list[Block]:
    """The blocks behind a byte, the one that holds it shortened."""
    kept = [block for block in blocks if block.start + block.n_bytes > start]
    if kept and kept[0].start < start:
        kept[0] = replace(kept[0], start=start, n_bytes=kept[0].start + kept[0].n_bytes - start)
    return kept


def _require_records(found: TextTable) -> None:
    """Look for a first record, and count them all where the lines are more than the records that are allowed."""
    limit = found.check.limits.rows
    if sum(block.n_lines for block in found.blocks) >= limit:
        for _chunk in found.chunks():
            pass
    if next(found.chunks(n_rows=1), None) is None:
        what = "The file holds column names but no records."
        raise refuse(FileReason.EMPTY, found.name, what, "Export it again, with its rows.")


def first_rows(head: bytes, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first rows of a text and the byte at which each ends: SAMPLE_ROWS that tell something, and the others."""
    pattern = record_pattern(delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    position = n_telling = 0
    while position < len(head) and n_telling < SAMPLE_ROWS and len(rows) < _MOST_ROWS_ABOVE:
        found = pattern.match(head, position)
        if found is None:
            break
        rows.append(next(parse_rows(found.group(), delimiter), []))
        n_telling += not is_blank(rows[-1]) and not rows[-1][0].startswith("# ")
        position = found.end()
        ends.append(position)
    return rows, ends


def _flagged_fault(flag: str) -> tuple[Reason, str | None] | None:
    if not flag:
        return None
    code, _, column = flag.partition(" ")
    return Reason(code), column or None


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim(column, characters=INVISIBLE)


def _has_text(column: pa.ChunkedArray) -> bool:
    return bool(pc.max(pc.binary_length(column)).as_py()) and bool(pc.any(pc.not_equal(_trimmed(column), "")).as_py())


def _without_blank(table: pa.Table) -> pa.Table:
    """Leave out the rows that hold nothing."""
    blank = None
    for column in table.columns:
        here = pc.equal(_trimmed(column), "")
        blank = here if blank is None else pc.and_(blank, here)
        if not pc.any(blank).as_py():
            return table
    return table.filter(pc.invert(blank))


def _numbered(table: pa.Table, n_seen: int) -> RawChunk:
    frame = table.to_pandas(types_mapper={pa.string(): TEXT}.get)
    frame.index = pd.RangeIndex(n_seen + 1, n_seen + 1 + len(frame), name="row")
    return RawChunk(frame)


def _cut(rows: RawChunk, n_rows: int) -> Iterator[RawChunk]:
    """Parts of at most `n_rows` records, each refused one in the part where its number falls."""
    numbers = rows.table.index.to_numpy()
    n_all = len(numbers) + len(rows.refused)
    if 0 < n_all <= n_rows:
        yield rows
        return
    if not n_all:
        return
    first = min([*numbers[:1].tolist(), *(row.row for row in rows.refused[:1])])
    for low in range(first, first + n_all, n_rows):
        left, right = numbers.searchsorted([low, low + n_rows])
        refused = [row for row in rows.refused if low <= row.row < low + n_rows]
        yield RawChunk(rows.table.iloc[left:right], refused)
