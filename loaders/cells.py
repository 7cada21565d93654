"""Text cells, a whole column at a time: trimmed, with plain digits, each repair remembered as a bit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import IntFlag

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from concerns.schema import Repair

_SPACES = " \t\r\n\v\f"
_UNSEEN = "\u00a0\u00ad\u061c\u180e\u2060\u3000\ufeff\u202f\u205f" + "".join(
    chr(code) for start, stop in ((0x2000, 0x2010), (0x202A, 0x202F), (0x2061, 0x206A)) for code in range(start, stop)
)
_DIGITS = {ord(c): str(unicodedata.digit(c)) for c in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"} | {ord("٫"): ".", ord("٬"): None}
_NO_MARKS = {ord(c): None for c in _UNSEEN if unicodedata.category(c) == "Cf"} | {
    ord(c): " " for c in _UNSEEN if unicodedata.category(c) == "Zs"
}


class Mended(IntFlag):
    """Repairs of one row as bits; the names are those of `Repair`."""

    NONE = 0
    DIGITS_NORMALISED = 1
    DECIMAL_COMMA = 2
    COORD_DMS = 4
    INVISIBLE_STRIPPED = 8
    DATE_EXCEL_SERIAL = 16

    def repairs(self) -> list[Repair]:
        """Name the repairs that are set."""
        return [Repair[flag.name] for flag in type(self) if flag.name and flag in self]


def to_text(column: pd.Series) -> pa.Array:
    """Return a column of text as one Arrow array; missing cells are ""."""
    values = pa.array(column, type=pa.large_string(), from_pandas=True)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return whole.fill_null("") if whole.null_count else whole


def trim(values: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
    """Strip spaces and unseen marks around each cell.

    Returns the cells and where an unseen mark (not a common space) was stripped, or None where there was none.

    >>> cells, stripped = trim(pa.array(["\\u200f33.1", " 44 "]))
    >>> cells.to_pylist(), stripped.tolist()
    (['33.1', '44'], [True, False])
    """
    common = pc.utf8_trim(values, characters=_SPACES)
    if pc.all(pc.string_is_ascii(common)).as_py() is not False:
        return common, None
    bare = pc.utf8_trim(common, characters=_SPACES + _UNSEEN)
    stripped = pc.not_equal(bare, common).to_numpy(zero_copy_only=False)
    return bare, stripped if stripped.any() else None


def plain(text: str) -> tuple[str, Mended]:
    """Return a text with ASCII digits and without unseen marks, and what was mended.

    >>> plain("٣٣٫٣١")
    ('33.31', <Mended.DIGITS_NORMALISED: 1>)
    """
    if text.isascii():
        return text, Mended.NONE
    mended = Mended.NONE
    visible = text.translate(_NO_MARKS).strip()
    if visible != text:
        mended |= Mended.INVISIBLE_STRIPPED
    digits = visible.translate(_DIGITS)
    if digits != visible:
        mended |= Mended.DIGITS_NORMALISED
    return digits, mended


def plain_column(values: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Do what `plain` does to a column at once; cells may be missing. Returns the cells and the bits of `Mended`.

    >>> cells, bits = plain_column(pa.array(["٣٣٫٣١", "44.1", None]))
    >>> cells.to_pylist(), bits.tolist()
    (['33.31', '44.1', None], [1, 0, 0])
    """
    bits = np.zeros(len(values), np.uint8)
    if pc.all(pc.string_is_ascii(values)).as_py() is not False or pc.any(pc.match_substring(values, "\n")).as_py():
        return values, bits  # a cell of two lines is looked at by itself
    lines = "\n".join(values.fill_null("").to_pylist())
    visible = lines.translate(_NO_MARKS)
    digits = visible.translate(_DIGITS)
    stages = [pc.utf8_trim(pa.array(text.split("\n"), values.type), characters=_SPACES) for text in (visible, digits)]
    before = values.fill_null("")
    for after, bit in zip(stages, (Mended.INVISIBLE_STRIPPED, Mended.DIGITS_NORMALISED), strict=True):
        bits |= np.where(pc.not_equal(after, before).to_numpy(zero_copy_only=False), np.uint8(bit), np.uint8(0))
        before = after
    return pc.if_else(pc.is_null(values), pa.scalar(None, values.type), before), bits


def fold(text: str) -> str:
    """Fold a header or an enumerated answer: case, spaces, underscores and unseen marks do not matter.

    >>> fold("\\ufeff Date of\\u00a0Concern "), fold("date_of_concern")
    ('dateofconcern', 'dateofconcern')
    """
    return "".join(unicodedata.normalize("NFKC", plain(text)[0]).casefold().replace("_", " ").split())


def encode(values: pa.Array) -> tuple[np.ndarray, list[str]]:
    """Return the position of each cell among the distinct cells, and the distinct cells."""
    encoded = values.dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()


def take_text(codes: np.ndarray, texts: Iterable[str | None]) -> pd.Series:
    """Lay distinct texts out over the rows: `texts[codes]` as a string column, None is missing."""
    return pd.Series(pa.array(list(texts), type=pa.large_string()).take(pa.array(codes)), dtype="str")
