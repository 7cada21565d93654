"""Where the table in a sheet of text begins: titles, header rows, HXL tags, and the names of the columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_high

from concerns.schema import FileReason
from loaders.limits import Limits
from loaders.sniff import refuse

SAMPLE_ROWS = 60
_HXL_ROWS = 25
INVISIBLE = "".join(
    chr(code)
    for code in (
        *(0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0xA0, 0xAD, 0x1680, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF),
        *range(0x2000, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2066, 0x206A),
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TAG = re.compile(r"#\s*[A-Za-z]\w*(?:\s*\+\s*\w+)*\s*", re.ASCII)
_DATE = r"\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?: .*)?|\d{1,2} \w+ \d{4}"
_DATUM = re.compile(
    rf"{_DATE}|[+-]?\d+[.,٫]\d+(?:[eE][+-]?\d+)?|[+-]?\d+(?:[.,]\d+)?[ ,]+[+-]?\d+(?:[.,]\d+)?(?:[ ,].*)?"
    r"|IQG\d\d(?:Q\d\d)?(?:N\d\d)?"
    r"|(?:uuid:)?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
)
_INTEGER = re.compile(r"[+-]?\d[\d,\u066c\u00a0]*")


@dataclass(frozen=True)
class Layout:
    """How to read the rows of a table. `n_skip`: rows above the first record. `repeats`: rows that are no records
    when they come again: the header rows and the tags, trimmed and case-folded, without empty cells at the end.
    `n_unnamed`: empty cells that the header has at its end; what stands below them is no column and no fault."""

    columns: list[str]
    hxl: list[str] | None
    n_skip: int
    repeats: frozenset[tuple[str, ...]]
    n_unnamed: int = 0


def clean(cell: str) -> str:
    """Take spaces and invisible marks off both ends of a header cell, and control characters out of it.

    >>> clean("\\ufeff Date\\u200f ")
    'Date'
    """
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", cell)).strip(INVISIBLE)


def folded(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells of a row as they are compared with a header row."""
    trimmed = [clean(cell).casefold() for cell in cells]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return tuple(trimmed)


def parse_tag(cell: str) -> str:
    """Give an HXL tag in its plain form, "" when the cell is none.

    >>> parse_tag("#Geo +Lat"), parse_tag("# Data from a survey")
    ('#geo+lat', '')
    """
    text = clean(cell)
    return re.sub(r"\s", "", text).lower() if _TAG.fullmatch(text) else ""


def find_layout(
    rows: Sequence[Sequence[str]], *, name: str, limits: Limits, merges: Sequence[tuple[int, int, int, int]] = ()
) -> Layout:
    """Find header, tags and first record among the first rows of a table.

    rows: cells of each row from the top, blank rows included. merges: merged areas, (first row, first column, last
    row, last column) from 0, the last ones included.
    Raises UnreadableFile: EMPTY, HEADER_MISSING, HEADER_DUPLICATE, TOO_MANY_COLUMNS, LIMIT.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    if not any(any(row) for row in cells):
        raise refuse(FileReason.EMPTY, name, "The file holds no rows.", "Export it again.")
    tags_at = _find_tags(cells)
    header_rows = _find_header(cells, merges) if tags_at is None else _header_above_tags(cells, tags_at)
    if not header_rows and tags_at is None:
        what = "There is no header row: the first full row holds data, not the names of columns."
        raise refuse(FileReason.HEADER_MISSING, name, what, "Add a first row with the column names.")
    return _layout(cells, header_rows, tags_at, name=name, limits=limits, merges=merges)


def agreement(rows: Sequence[Sequence[str]], *, others: str = "") -> float:
    """How well rows look cut into cells: columns of the header beyond one, weighed by the rows that have as many.

    others: the delimiters by which the rows are not cut; a header cell that holds one of them twice is no name.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    tags_at = _find_tags(cells)
    header_rows = _find_header(cells, ()) if tags_at is None else [tags_at]
    if not header_rows:
        widths = [len(row) for row in cells if any(row)] or [1]
        return 0.1 * (max(set(widths), key=widths.count) - 1)
    header = cells[header_rows[-1]]
    below = [len(row) for row in cells[header_rows[-1] + 1 :] if any(row)]
    is_cut = all(cell.count(other) < 2 for cell in header for other in others)
    return (len(header) - 1) * (0.5 + below.count(len(header)) / max(len(below), 1)) * (1.0 if is_cut else 0.1)


def _find_tags(cells: list[list[str]]) -> int | None:
    for index, row in enumerate(cells[:_HXL_ROWS]):
        filled = [cell for cell in row if cell]
        n_tags = sum(bool(parse_tag(cell)) for cell in filled)
        if n_tags >= 2 and n_tags * 2 >= len(filled):
            return index
    return None


def _header_above_tags(cells: list[list[str]], tags_at: int) -> list[int]:
    above = [index for index in range(tags_at) if any(cells[index]) and not _is_comment(cells[index])]
    return above[-1:]


def _is_comment(row: list[str]) -> bool:
    first = next((cell for cell in row if cell), "")
    return re.match(r"#\s", first) is not None


def _is_names(row: list[str]) -> bool:
    filled = [cell for cell in row if cell]
    n_integers = sum(_INTEGER.fullmatch(cell) is not None for cell in filled)
    return bool(filled) and n_integers * 3 <= len(filled) and not any(_DATUM.fullmatch(cell) for cell in filled)


def _find_header(cells: list[list[str]], merges: Sequence[tuple[int, int, int, int]]) -> list[int]:
    """The rows that together name the columns; none where data comes first."""
    used = [index for index, row in enumerate(cells) if any(row) and not _is_comment(row)]
    if not used:
        return []
    widest = max(
        median_high([sum(map(bool, cells[index])) for index in used]),
        max((sum(map(bool, cells[index])) for index in used if _is_names(cells[index])), default=0),
    )
    needed = max(min(2, widest), -(-widest // 2))
    for position, index in enumerate(used):
        n_filled = sum(map(bool, cells[index]))
        is_grouped = _is_grouped(index, merges)
        if n_filled < needed and not (is_grouped and n_filled > 1):
            continue
        if not _is_names(cells[index]):
            if any(_is_names(cells[later]) and sum(map(bool, cells[later])) > n_filled for later in used[position:]):
                continue  # a title with a date in it
            return []
        fullest = _fullest_names(cells, used[position:])
        if fullest == index:
            return _with_second_row(cells, used[position:], merges)
        return [fullest - 1, fullest] if fullest - 1 in used[position:] else [fullest]
    return []


def _fullest_names(cells: list[list[str]], used: list[int]) -> int:
    """The row that names the most columns, of the rows of words before the data; titles stand above it."""
    n_words = next((n for n, index in enumerate(used) if not _is_names(cells[index])), len(used))
    best = used[0]
    for position, index in enumerate(used[1:n_words], start=1):
        is_fuller = sum(map(bool, cells[index])) > sum(map(bool, cells[best]))
        typed = _typed(cells, used[position + 1 :])
        if is_fuller and typed and all(any(cells[index][column : column + 1]) for column in typed):
            best = index
    return best


def _typed(cells: list[list[str]], rows: list[int]) -> set[int]:
    """The columns in which some of these rows hold dates, coordinates or numbers."""
    return {
        column
        for index in rows
        for column, cell in enumerate(cells[index])
        if _DATUM.fullmatch(cell) or _INTEGER.fullmatch(cell)
    }


def _is_grouped(index: int, merges: Sequence[tuple[int, int, int, int]]) -> bool:
    return any(top <= index <= bottom and (right > left or bottom > top) for top, left, bottom, right in merges)


def _with_second_row(cells: list[list[str]], used: list[int], merges: Sequence[tuple[int, int, int, int]]) -> list[int]:
    """Add the next row when it names columns too: under merged cells, or where it fills the first one's gaps."""
    if len(used) < 2 or not _is_names(cells[used[1]]):
        return used[:1]
    first, second = used[:2]
    upper, lower = cells[first], cells[second]
    if any(_INTEGER.fullmatch(cell) for cell in lower):
        return used[:1]
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    fills = any(below and not above for above, below in zip(upper, lower, strict=True))
    is_fuller = sum(map(bool, lower)) > sum(map(bool, upper))
    has_gaps = any(above and not below for above, below in zip(upper, lower, strict=True))
    names_typed = any(lower[column] for column in _typed(cells, used[2:]) if column < width)
    if second == first + 1 and _is_grouped(first, merges):
        wide = {c for top, left, _, right in merges if top == first and right > left for c in range(left, right + 1)}
        is_below_groups_only = all(column in wide or not cell for column, cell in enumerate(lower))
        return [first, second] if names_typed or is_below_groups_only else used[:1]
    return [first, second] if fills and (is_fuller or has_gaps) and names_typed else used[:1]


def _layout(
    cells: list[list[str]],
    header_rows: list[int],
    tags_at: int | None,
    *,
    name: str,
    limits: Limits,
    merges: Sequence[tuple[int, int, int, int]],
) -> Layout:
    tags = [] if tags_at is None else [parse_tag(cell) for cell in cells[tags_at]]
    named = [*header_rows, *([] if tags_at is None else [tags_at])]
    width = max(len(folded(cells[index])) for index in named)
    if tags_at is not None:  # rows of tagged tables are ragged: what stands beyond the tags is kept, unnamed
        width = max([width, *(len(folded(row)) for row in cells[tags_at + 1 :] if len(row) <= limits.columns)])
    if width > limits.columns:
        what = f"The table has {width} columns; at most {limits.columns} are read."
        raise refuse(FileReason.TOO_MANY_COLUMNS, name, what, "Leave out the columns that are not needed.")
    tags += [""] * (width - len(tags))
    columns = _names([_spread(cells[index], index, width, merges) for index in header_rows], tags[:width])
    if any(len(column) > limits.field_characters for column in columns):
        what = f"A column name is longer than {limits.field_characters} characters."
        raise refuse(FileReason.LIMIT, name, what, "Check the header row.")
    twice = [column for column, n in Counter(column.casefold() for column in columns).items() if n > 1]
    if twice:
        listed = ", ".join(repr(column[:40]) for column in twice[:5])
        what = f"The header holds more than once: {listed}."
        raise refuse(FileReason.HEADER_DUPLICATE, name, what, "Give every column its own name.")
    repeats = frozenset(folded(cells[index]) for index in named)
    n_unnamed = max(0, max(len(cells[index]) for index in named) - width)
    return Layout(columns, tags[:width] if tags_at is not None else None, max(named) + 1, repeats, n_unnamed)


def _spread(row: list[str], index: int, width: int, merges: Sequence[tuple[int, int, int, int]]) -> list[str]:
    """The cells of a header row, a merged cell's text in every column that it covers."""
    spread = [*row, *[""] * width][:width]
    for top, left, bottom, right in merges:
        if top == index <= bottom and left < width:
            for column in range(left, min(right, width - 1) + 1):
                spread[column] = spread[left]
    return spread


def _names(header: list[list[str]], tags: list[str]) -> list[str]:
    """One name a column: the lowest header cell, with the one above it where that alone would stand twice."""
    lowest = [next((row[column] for row in reversed(header) if row[column]), "") for column in range(len(tags))]
    n_same = Counter(name.casefold() for name in lowest)
    names = []
    for column, name in enumerate(lowest):
        if name and n_same[name.casefold()] > 1 and len(header) > 1:
            parts = [row[column] for row in header if row[column]]
            name = "/".join(dict.fromkeys(parts))
        elif name and n_same[name.casefold()] > 1 and tags[column]:
            name = f"{name} {tags[column]}"
        names.append(name or tags[column] or f"column {column + 1}")
    return names
