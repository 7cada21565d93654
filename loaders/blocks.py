"""A delimited text file cut into blocks of whole records, each checked for regular quoting.

A newline inside quotes does not end a record, so blocks can only be cut where the quotes are understood. Where every
quote opens, closes or doubles as it should, that is counting (NumPy); elsewhere a pattern walks record by record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from concerns.schema import FileReason, UnreadableFile
from loaders.limits import MB, Limits
from loaders.rows import CONTROL_CHARACTERS, TOTAL_WORDS
from loaders.sniff import refuse

BLOCK_BYTES = 4 << 20
_QUOTE, _CR, _LF = 34, 13, 10
_TOTAL_BYTES = [word.encode() for word in TOTAL_WORDS]


@dataclass(frozen=True)
class Block:
    """Some whole records. is_plain: no control characters in them. may_sum: a word for a total occurs."""

    start: int
    n_bytes: int
    n_lines: int
    is_plain: bool
    may_sum: bool


def record_pattern(delimiter: str) -> re.Pattern[bytes]:
    """A pattern that matches one record with its line end, however many lines it has."""
    field, d = _field_pattern(delimiter)
    return re.compile(field + rb"(?:" + d + field + rb")*+(?:\r\n|\n|\r|\Z)")


def _broken_pattern(delimiter: str) -> re.Pattern[bytes]:
    """A pattern that matches the start of a record up to text right after a closing quote."""
    field, d = _field_pattern(delimiter)
    return re.compile(rb"(?:" + field + d + rb')*+"(?:[^"]++|"")*+"[^"' + d + rb"\r\n]")


def _field_pattern(delimiter: str) -> tuple[bytes, bytes]:
    d = re.escape(delimiter.encode())
    return rb'(?:"(?:[^"]++|"")*+"|(?:[^"' + d + rb"\r\n][^" + d + rb"\r\n]*+)?+)", d


def survey(path: Path, *, start: int, delimiter: str, name: str, limits: Limits) -> Iterator[Block]:
    """Cut a UTF-8 text file into blocks.

    Raises UnreadableFile: CSV_MALFORMED (a quote that is never closed, or text after a closing quote), LIMIT.
    """
    size = path.stat().st_size
    pattern, broken = record_pattern(delimiter), _broken_pattern(delimiter)
    n_wanted, n_lines = BLOCK_BYTES, 0
    with path.open("rb") as file:
        while start < size:
            data = _read(file, start, n_wanted)
            is_last = start + len(data) >= size
            cut, is_regular = _cut(data, ord(delimiter), is_last=is_last)
            if not is_regular:
                cut = _cut_by_records(data, pattern, is_last=is_last)
            if cut <= 0:
                is_broken = is_last or broken.match(data) is not None
                if is_broken or n_wanted >= limits.record_mb * MB:
                    raise _malformed(path, name, start, n_lines, limits, is_broken=is_broken)
                n_wanted *= 2
                continue
            part = data[:cut]
            n_here = part.count(b"\n") or part.count(b"\r")
            has_controls = len(part.translate(None, CONTROL_CHARACTERS)) != cut
            lowered = part.lower()
            may_sum = any(word in lowered for word in _TOTAL_BYTES)
            is_plain = not has_controls and not part.startswith(b"\xef\xbb\xbf")
            yield Block(start, cut, n_here, is_plain, may_sum)
            start, n_lines, n_wanted = start + cut, n_lines + n_here, BLOCK_BYTES


def _read(file: BinaryIO, start: int, n_bytes: int) -> bytes:
    file.seek(start)
    return file.read(n_bytes)


def _cut(data: bytes, delimiter: int, *, is_last: bool) -> tuple[int, bool]:
    """Where the last whole record of a block ends, and whether the quotes up to there are regular."""
    if b'"' not in data:
        if is_last:
            return len(data), True
        return (data.rfind(b"\n") if b"\n" in data else data[:-1].rfind(b"\r")) + 1, True
    codes = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if is_last:
        return (len(data), True) if len(quotes) % 2 == 0 and _is_regular(codes, quotes, delimiter) else (0, False)
    ends = np.flatnonzero(codes == (_LF if b"\n" in data else _CR))
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if len(outside) == 0:
        return 0, False
    cut = int(outside[-1]) + 1
    return cut, _is_regular(codes, quotes[quotes < cut], delimiter)


def _is_regular(codes: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether each odd quote opens a field (or doubles the one before) and each even one closes it."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = codes[opening - 1]
    opens = (opening == 0) | (before == delimiter) | (before == _LF) | (before == _CR)
    opens[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    after = codes[np.minimum(closing + 1, len(codes) - 1)]
    closes = (closing == len(codes) - 1) | (after == delimiter) | (after == _LF) | (after == _CR) | (after == _QUOTE)
    return bool(opens.all() and closes.all())


def _cut_by_records(data: bytes, pattern: re.Pattern[bytes], *, is_last: bool) -> int:
    """Where the last whole record ends; 0 when the first one is broken, or is not complete yet."""
    cut = 0
    while cut < len(data):
        found = pattern.match(data, cut)
        if found is None or (found.end() == len(data) and not is_last):
            return cut
        cut = found.end()
    return cut


def _malformed(path: Path, name: str, start: int, n_lines: int, limits: Limits, *, is_broken: bool) -> UnreadableFile:
    hint = "Open the file in a text editor, mend the quotes there and load it again."
    if not is_broken:
        with path.open("rb") as file:
            file.seek(start)
            n_quotes = sum(part.count(b'"') for part in iter(lambda: file.read(BLOCK_BYTES), b""))
        if n_quotes % 2 == 0:
            what = f"A record after line {n_lines + 1} is longer than {limits.record_mb} MB."
            return refuse(FileReason.LIMIT, name, what, hint)
    what = f"The quotes do not fit together in the record that starts after line {n_lines}."
    return refuse(FileReason.CSV_MALFORMED, name, what, hint)
