"""Values as they arrive (lists, arrays, pandas Series, with gaps) and as the statistics need them: float arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Floats

LARGEST_EXACT = 2**53  # from here on not every whole number is a float

Values = Sequence[Any] | NDArray[Any] | pd.Series | float | int


def as_floats(values: Values | pd.DataFrame, *, name: str, signed: bool = False, finite: bool = True) -> Floats:
    """Values as a float array of the same shape; every kind of missing (None, NA, NaN, masked) becomes NaN.

    Raises ValueError if a value is no number, is infinite where `finite`, or is negative where not `signed`.

    >>> as_floats([3, None, 0], name="count")
    array([ 3., nan,  0.])
    """
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(float), np.nan)
    raw = np.asarray(values, dtype=object if isinstance(values, pd.Series | pd.DataFrame) else None)
    try:
        array: Floats = (np.where(pd.isna(raw), np.nan, raw) if raw.dtype == object else raw).astype(float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} holds something that is no number.") from None
    if finite and np.isinf(array).any():
        raise ValueError(f"{name} holds an infinite value.")
    if not signed and (array < 0).any():
        raise ValueError(f"{name} holds a negative value.")
    return array


def from_least(values: Any) -> Any:
    """Whole numbers too large for a float to tell apart as their differences from the least; all else as it is.

    For statistics that a shift does not change. Differences are exact, whatever the size of the numbers.

    >>> from_least(np.array([2**62, 2**62 + 1])).tolist(), from_least([3, 4])
    ([0.0, 1.0], [3, 4])
    """
    raw = np.asarray(values)
    if raw.dtype.kind not in "iu" or not raw.size or (raw.min() >= -LARGEST_EXACT and raw.max() <= LARGEST_EXACT):
        return values
    apart = (raw.astype(np.uint64) - raw.min().astype(np.uint64)).astype(float)  # wraps around twice, and so is right
    if isinstance(values, pd.Series):
        return pd.Series(apart, values.index)
    return pd.DataFrame(apart, values.index, values.columns) if isinstance(values, pd.DataFrame) else apart


def align(first: Values, *others: Values) -> tuple[pd.Index, list[Values]]:
    """One index for several vectors, and the others in its order: that of the first Series among them, else positions.

    A scalar or an unlabelled vector is taken as it is. Raises ValueError if two Series name different units, or one
    names a unit twice while the orders differ.

    >>> index, (x, m) = align(pd.Series([1, 2], ["A", "B"]), pd.Series([20, 10], ["B", "A"]))
    >>> index.to_list(), list(m)
    (['A', 'B'], [10, 20])
    """
    vectors = [first, *others]
    labelled = next((v for v in vectors if isinstance(v, pd.Series)), None)
    if labelled is None:
        return pd.RangeIndex(max(np.atleast_1d(np.asarray(v, dtype=object)).shape[0] for v in vectors)), vectors
    index = labelled.index
    for position, vector in enumerate(vectors):
        if not isinstance(vector, pd.Series) or vector.index.equals(index):
            continue
        if not (vector.index.is_unique and index.is_unique and len(vector) == len(index)) or set(vector.index) != set(
            index
        ):
            raise ValueError("Two labelled vectors name different units, or one unit twice.")
        vectors[position] = vector.reindex(index)
    return index, vectors
