"""What is found while rows are checked: the first reason against each, and what was mended with its old text."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from concerns.schema import Reason, Repair
from loaders.cells import Mended, take_text, to_text, trim

# The order of the closed list is the order of precedence: the first reason that applies is the one a row gets. Rows
# that are broken as rows (too short, control characters, a line of sums) are refused by the reader before any other.
REASONS = tuple(Reason)
_NONE = len(REASONS)
_NAMES = [[str(repair) for repair in Mended(bits).repairs()] for bits in range(32)]  # of each pattern of bits
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class Findings:
    """The first reason against each row of a part, and the column that it speaks of.

    >>> found = Findings(2)
    >>> found.add(np.array([True, False]), Reason.DATE_MISSING, "occurred_on")
    >>> found.add(np.array([True, True]), Reason.COORD_ZERO, "lat")
    >>> found.reasons().to_list()
    ['COORD_ZERO', 'COORD_ZERO']
    """

    def __init__(self, n: int) -> None:
        self.rank = np.full(n, _NONE, np.int8)
        self._column = np.full(n, -1, np.int8)
        self._columns: list[str] = []

    def add(self, where: np.ndarray, reason: Reason, column: str) -> None:
        """Hold a reason against the rows of a mask, unless an earlier one of the list stands there."""
        self.add_ranks(np.where(where, REASONS.index(reason), _NONE).astype(np.int8), column)

    def add_ranks(self, rank: np.ndarray, column: str) -> None:
        """Hold a reason of its own against each row: positions in REASONS, or no reason where negative."""
        wanted = np.where(rank < 0, _NONE, rank)
        earlier = wanted < self.rank
        if earlier.any():
            if column not in self._columns:
                self._columns.append(column)
            self.rank = np.where(earlier, wanted, self.rank).astype(np.int8)
            self._column[earlier] = self._columns.index(column)

    @property
    def is_clean(self) -> np.ndarray:
        """Where nothing was found."""
        return self.rank == _NONE

    def before(self, reason: Reason) -> np.ndarray:
        """Where a reason stands that comes before this one in the list."""
        return self.rank < REASONS.index(reason)

    def reasons(self) -> pd.Series:
        """Return the reason of each row, missing for good rows."""
        return take_text(self.rank, [*map(str, REASONS), None])

    def columns(self) -> list[str]:
        """Return our columns that reasons speak of."""
        return list(self._columns)

    def headers(self, names: list[str]) -> pd.Series:
        """Lay a name for each of `columns()` out over the rows."""
        return take_text(np.where(self._column < 0, len(names), self._column), [*names, None])


class Texts:
    """The text cells of a part, trimmed a column at a time; remembers what was mended where.

    Arrays are in row order; a column that the source lacks is blank throughout.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.n = len(frame)
        self.rows = frame.index.to_numpy(np.int64)
        self._frame = frame
        self._cells: dict[str, pa.Array] = {}
        self._mended: list[tuple[str, np.ndarray]] = []
        self._blank = pa.array(np.full(self.n, ""), pa.large_string()) if self.n else pa.array([], pa.large_string())

    def __contains__(self, column: str) -> bool:
        return column in self._frame or column in self._cells

    def get(self, column: str) -> pa.Array:
        """Return a column's trimmed cells."""
        if column not in self:
            return self._blank
        if column not in self._cells:
            cells, stripped = trim(to_text(self._frame[column]))
            self._cells[column] = cells
            if stripped is not None:
                self.mend(column, np.where(stripped, int(Mended.INVISIBLE_STRIPPED), 0))
        return self._cells[column]

    def put(self, column: str, cells: pa.Array) -> None:
        """Set a column that was cut out of another one."""
        self._cells[column] = cells

    def is_filled(self, column: str) -> np.ndarray:
        """Tell where a column has text."""
        return np.asarray(pa.compute.not_equal(self.get(column), "").to_numpy(zero_copy_only=False))

    def series(self, column: str) -> pd.Series:
        """Return a column as text with missing cells, on a plain index."""
        if column not in self:
            return take_text(np.zeros(self.n, np.int8), [None])
        cells = self.get(column)
        missing = pa.compute.if_else(pa.compute.equal(cells, ""), pa.scalar(None, cells.type), cells)
        return pd.Series(missing, dtype="str")

    def mend(self, column: str, bits: np.ndarray) -> None:
        """Remember what was mended in a column: bits of `Mended`, one entry a row."""
        if bits.any():
            self._mended.append((column, bits.astype(np.uint8)))

    def mended(self) -> np.ndarray:
        """Return the bits of each row over all columns."""
        total = np.zeros(self.n, np.uint8)
        for _, bits in self._mended:
            total |= bits
        return total

    def originals(self) -> pd.Series:
        """Return for each mended row a JSON object: repair → {our column: the text as it stood}; missing for others."""
        notes: dict[int, list[tuple[str, str, str]]] = {}
        for column, bits in self._mended:
            where = np.flatnonzero(bits)
            texts = self._frame[column].iloc[where] if column in self._frame else self.series(column).iloc[where]
            for row, bit, text in zip(where.tolist(), bits[where].tolist(), texts.tolist(), strict=True):
                notes.setdefault(row, []).extend((name, column, text) for name in _NAMES[bit])
        written: list[str | None] = [None] * self.n
        for row, note in notes.items():
            written[row] = _as_json(note)
        return pd.Series(written, dtype="str")

    def repairs(self) -> dict[Repair, np.ndarray]:
        """Return for each repair the numbers of the rows in which it was made."""
        total = self.mended()
        made: Iterable[Mended] = [flag for flag in Mended if flag and (total & flag.value).any()]
        return {Repair[str(flag.name)]: self.rows[(total & flag.value) > 0] for flag in made}


def _as_json(note: list[tuple[str, str, str]]) -> str:
    grouped: dict[str, dict[str, str]] = {}
    for repair, column, text in note:
        grouped.setdefault(repair, {})[column] = text
    return _ENCODE(grouped)
