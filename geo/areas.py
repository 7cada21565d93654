"""Values and neighbours of the areas that can be compared, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.vectors import from_least

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "FEWEST_AREAS",
    "Areas",
    "all_equal",
    "comparable_areas",
    "neighbour_matrix",
    "to_float_table",
    "to_floats",
]

FEWEST_AREAS = 8  # below this a comparison between areas is `too_few`

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Areas:
    """What takes part in a comparison (n of them, in input order) and the status of every area of the input."""

    index: pd.Index  # every area of the input
    status: NDArray[np.object_]  # "ok", "missing" or "island", one for each entry of `index`
    position: NDArray[np.intp]  # where in `index` the n comparable areas stand
    x: Floats  # their values, divided by a power of two so that no square overflows
    matrix: csr_array  # their weights among themselves, n × n, no self

    def spread(self, values: Floats) -> Floats:
        """One value for each area of the input, NaN where an area takes no part."""
        everywhere = np.full(len(self.index), np.nan)
        everywhere[self.position] = values
        return everywhere


def to_floats(values: Any, what: str) -> Floats:
    """Numbers as float64; None, NA and NaN become NaN. Raises ValueError for text, dates, infinity or a table."""
    if np.ndim(values) != 1:
        raise ValueError(f"{what}: one number for each area is needed, in one dimension")
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    if series.dtype.kind not in "biufO":
        raise ValueError(f"{what}: numbers are needed, not {series.dtype}")
    try:
        numbers = np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: something in it is not a number") from error
    if np.isinf(numbers).any():
        raise ValueError(f"{what}: an infinite number cannot be compared")
    return numbers


def to_float_table(table: Any, what: str) -> tuple[Floats, pd.Index, pd.Index]:
    """A two-dimensional table as float64 with the labels of its rows and columns. Raises ValueError as `to_floats`."""
    if np.ndim(table) != 2:
        raise ValueError(f"{what}: a table with one row an area is needed")
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(np.asarray(table))
    if any(kind.kind not in "biufO" for kind in frame.dtypes):
        raise ValueError(f"{what}: numbers are needed")
    try:
        values = np.asarray(frame.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what}: something in it is not a number") from error
    if np.isinf(values).any():
        raise ValueError(f"{what}: an infinite number cannot be compared")
    return values, frame.index, frame.columns


def neighbour_matrix(weights: Any, labels: pd.Index | None, n: int) -> tuple[csr_array, pd.Index]:
    """Weights as a CSR array in the order of `labels`, without self and without stored zeros, and the labels.

    weights: a libpysal Graph or W (known by `.sparse` with `.unique_ids` or `.id_order`, so that libpysal need not be
    imported), a SciPy sparse array or matrix, or a square NumPy array. A Graph is put in the order of `labels` by name;
    a matrix is taken to be in that order.
    Raises TypeError for anything else; ValueError for another size, other names, or a negative or non-finite weight.
    """
    from scipy.sparse import csr_array, issparse

    names = getattr(weights, "unique_ids", getattr(weights, "id_order", None))
    stored = weights.sparse if names is not None else weights
    if not (issparse(stored) or isinstance(stored, np.ndarray)):
        raise TypeError("weights: a libpysal Graph or a SciPy sparse matrix is needed")
    if stored.ndim != 2 or stored.shape != (n, n):
        raise ValueError(f"weights: {n} values need a {n} × {n} matrix, not {' × '.join(map(str, stored.shape))}")
    matrix = csr_array(stored).astype(np.float64)
    if names is not None:
        labels, matrix = _in_order(pd.Index(names).rename(None), labels, matrix)
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise ValueError("weights: a weight is a finite number, not below 0")
    link = matrix.tocoo()
    kept = (link.row != link.col) & (link.data != 0)
    matrix = csr_array((link.data[kept], (link.row[kept], link.col[kept])), shape=(n, n))
    return matrix, pd.RangeIndex(n) if labels is None else labels


def _in_order(names: pd.Index, labels: pd.Index | None, matrix: csr_array) -> tuple[pd.Index, csr_array]:
    """The matrix in the order of `labels`; in the graph's own order when the values carry no names."""
    if labels is None or names.equals(labels):
        return (names if labels is None else labels), matrix
    order = names.get_indexer(labels) if names.is_unique and labels.is_unique else np.array([-1])
    if (order < 0).any():
        if labels.equals(pd.RangeIndex(len(names))):  # numbered, not named
            return labels, matrix
        raise ValueError("values and weights name different areas: give the values the index of the graph")
    return labels, matrix[order][:, order]


def comparable_areas(values: Any, weights: Any) -> Areas:
    """Leave out missing values, then whoever has no neighbour left (`island`).

    An island has a value but no neighbour to be compared with; it leaves n, mean and variance as well, so that adding
    an island changes nothing for the others. Raises as `to_floats` and `neighbour_matrix` do.
    """
    x = to_floats(from_least(values), "values")
    labels = values.index if isinstance(values, pd.Series) else None
    matrix, index = neighbour_matrix(weights, labels, len(x))
    status = np.full(len(x), "ok", dtype=object)
    status[np.isnan(x)] = "missing"
    position = np.flatnonzero(status == "ok")
    matrix = matrix[position][:, position]
    while (alone := np.diff(matrix.indptr) == 0).any():
        status[position[alone]] = "island"
        position = position[~alone]
        matrix = matrix[~alone][:, ~alone]
    return Areas(index, status, position, _scaled(x[position]), matrix)


def _scaled(x: Floats) -> Floats:
    """x divided by a power of two that brings it to at most 1: exact, and squares neither overflow nor lose digits."""
    if x.size == 0:
        return x
    return np.ldexp(x, -np.frexp(np.abs(x).max())[1])


def all_equal(x: Floats) -> bool:
    """Is there no difference to explain?"""
    return len(x) == 0 or bool(x.max() == x.min())
