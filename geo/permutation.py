"""P-values: of permutation tests on neighbours, with the index tables that all areas share, and of normal scores."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["TIE", "check_number", "conditional_p", "distinct_draws", "normal_p", "two_sided_p"]

TIE = 1e-12  # two statistics are equal when they differ by at most TIE · max(1, |s|)
BLOCK = 1 << 22  # entries of one index table: 32 MB

Floats = NDArray[np.float64]


def check_number(number: object, what: str, least: int) -> int:
    """A whole number of at least `least`. Raises ValueError otherwise."""
    try:
        checked = operator.index(number)  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError(f"{what}: a whole number is needed") from error
    if checked < least:
        raise ValueError(f"{what}: at least {least} is needed")
    return checked


def two_sided_p(n_at_least: Floats, n_at_most: Floats, permutations: int) -> Floats:
    """min(1, 2·min(p_hi, p_lo)), p_hi = (1 + #{s* ≥ s})/(R + 1), p_lo likewise: never 0 (Phipson & Smyth 2010).

    >>> two_sided_p(np.array([0.0, 60.0]), np.array([99.0, 60.0]), 99)
    array([0.02, 1.  ])
    """
    tail = (1 + np.minimum(n_at_least, n_at_most)) / (permutations + 1)
    return np.minimum(1.0, 2 * tail)


def normal_p(z: ArrayLike) -> Floats:
    """Analytic two-sided p, 2Φ(−|z|) = erfc(|z|/√2); NaN stays NaN.

    Python's own erfc: on some hundred areas it is done before SciPy's would have been imported.

    >>> normal_p([1.959964, -1.959964]).round(6)
    array([0.05, 0.05])
    """
    return np.array([math.erfc(abs(score) / math.sqrt(2)) for score in np.asarray(z, dtype=float).tolist()])


def distinct_draws(n: int, k: int, draws: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """k × draws: each column k different numbers out of 0 … n−1 in random order, so that its first j rows are j of n.

    Column entries that clash with an earlier row are drawn again until none does. That costs draws·k²/2 comparisons;
    where so many are wanted that shuffling all n is cheaper, each column is the head of a shuffle.
    """
    if k * k > 50 * n:
        return rng.permuted(np.tile(np.arange(n), (draws, 1)), axis=1)[:, :k].T.copy()
    table = np.empty((k, draws), dtype=np.intp)
    for row in range(k):
        table[row] = rng.integers(n, size=draws)
        pending = np.arange(draws)
        while (pending := pending[(table[:row, pending] == table[row, pending]).any(axis=0)]).size:
            table[row, pending] = rng.integers(n, size=pending.size)
    return table


def conditional_p(z: Floats, matrix: csr_array, scale: Floats, *, permutations: int, seed: int) -> Floats:
    """Two-sided p of s_i = scale_i · Σ_j w_ij z_j: z_i stays, its neighbours are drawn from the other areas.

    z: values in units of their standard deviation. matrix: n × n, no self, no empty row. scale: NaN leaves area i out.
    One table of R × (most neighbours) draws serves all areas. Time grows as R × the number of links; memory is bounded.
    """
    n, most = len(z), int(np.diff(matrix.indptr).max(initial=0))
    at_least, at_most = np.zeros(n), np.zeros(n)
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK // max(n if most * most > 50 * n else most, 1))
    for start in range(0, permutations, step):
        table = distinct_draws(n - 1, most, min(step, permutations - start), rng)
        _count(z, matrix, scale, table, at_least, at_most)
    return np.where(np.isnan(scale), np.nan, two_sided_p(at_least, at_most, permutations))


def _count(
    z: Floats, matrix: csr_array, scale: Floats, table: NDArray[np.intp], at_least: Floats, at_most: Floats
) -> None:
    """Add to both counts how many draws reach each area's statistic from either side."""
    pool = z.copy()
    for i in np.flatnonzero(~np.isnan(scale)):
        row = slice(matrix.indptr[i], matrix.indptr[i + 1])
        w = matrix.data[row] * scale[i]
        observed = float(w @ z[matrix.indices[row]])
        pool[i] = pool[-1]  # the others are now entries 0 … n−2
        drawn = pool[table[: len(w)]]
        pool[i] = z[i]
        simulated = w[0] * drawn.sum(axis=0) if (w == w[0]).all() else w @ drawn
        tie = TIE * max(1.0, abs(observed))
        at_least[i] += np.count_nonzero(simulated >= observed - tie)
        at_most[i] += np.count_nonzero(simulated <= observed + tie)
