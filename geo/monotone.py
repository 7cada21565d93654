"""Mann–Kendall on many short series at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["mann_kendall_rows"]

Floats = NDArray[np.float64]


def mann_kendall_rows(y: ArrayLike) -> tuple[Floats, Floats]:
    """Z and two-sided p of the Mann–Kendall test on each row.

    y: series × steps in time order; NaN is left out. Z = (S − sgn S)/√Var with S = Σ_{i<j} sgn(y_j − y_i) and
    Var = [n(n−1)(2n+5) − Σ t(t−1)(2t+5)]/18 over groups of t equal values; 0 where S is 0, and p = 1. NaN for fewer
    than two values. Null: no monotone trend, exchangeable. Time grows as series × steps².
    Mann (1945) Econometrica 13:245.

    >>> z, p = mann_kendall_rows([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [3] * 10])
    >>> z.round(3), p.round(6)
    (array([3.935, 0.   ]), array([8.3e-05, 1.0e+00]))
    """
    from scipy.special import ndtr

    columns = np.ascontiguousarray(np.asarray(y, dtype=float).T)  # steps × series: whole steps are compared at once
    s = np.zeros(columns.shape[1])
    for back in range(1, len(columns)):
        later, earlier = columns[back:], columns[:-back]
        s += np.count_nonzero(later > earlier, axis=0)
        s -= np.count_nonzero(later < earlier, axis=0)
    n = np.count_nonzero(~np.isnan(columns), axis=0)
    variance = (n * (n - 1) * (2 * n + 5) - _ties(columns.T)) / 18
    z = np.zeros(len(s))
    np.divide(s - np.sign(s), np.sqrt(variance), out=z, where=variance > 0)
    z[n < 2] = np.nan
    return z, 2 * ndtr(-np.abs(z))


def _ties(y: Floats) -> Floats:
    """Σ t(t−1)(2t+5) over the groups of equal values of each row; NaN equals nothing."""
    if y.size == 0:
        return np.zeros(len(y))
    ordered = np.sort(y, axis=1)
    first = np.ones(y.shape, dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    start = np.flatnonzero(first)
    t = np.diff(np.r_[start, y.size])
    return np.bincount(start // y.shape[1], weights=t * (t - 1.0) * (2 * t + 5), minlength=len(y)).astype(np.float64)
