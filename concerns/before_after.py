"""Before and after, the plainest comparison: how far did counts change, with an interval that knows of places."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from concerns.estimate import Estimate, Floats, Status

MIN_PLACES = 10  # fewer: the spread between places cannot be trusted, the interval is not shown


def before_after(before: ArrayLike, after: ArrayLike, *, alpha: float = 0.05) -> Estimate:
    """Estimate the log of Σ after / Σ before of the same places, watched equally long on both sides.

    before, after: one count a place, ≥ 0, both in one order. SE² = G/(G−1)·Σ(a_i/A − b_i/B)², so that places that move
    alike and counts that cluster are allowed for; t with G − 1. H0 ratio 1, two-sided. It says what changed, never why.
    `not_identified` where one side sums to 0; fewer than 10 places: no interval, the ratio is still given.
    Raises ValueError: lengths differ, a count is negative or missing.
    Cameron & Miller (2015), J. Human Resources 50:317.

    >>> found = before_after([10] * 6 + [20] * 6, [5, 4, 6] * 2 + [10, 9, 11] * 2)
    >>> round(float(np.exp(found.estimate)), 3), round(float(np.exp(found.upper)), 2), found.status.value
    (0.5, 0.54, 'ok')
    """
    from scipy.special import stdtr, stdtrit

    first, second = _counts(before), _counts(after)
    if first.shape != second.shape:
        raise ValueError("before and after must list the same places")
    n, sums = len(first), (first.sum(), second.sum())
    if not all(sums):
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, Status.NOT_IDENTIFIED)
    estimate = float(np.log(sums[1] / sums[0]))
    influence = second / sums[1] - first / sums[0]
    se = float(np.sqrt(n / (n - 1) * (influence**2).sum())) if n > 1 else np.nan
    if n < MIN_PLACES:
        return Estimate(estimate, se, np.nan, np.nan, np.nan, Status.TOO_FEW)
    if se <= 1e-12:
        return Estimate(estimate, 0.0, np.nan, np.nan, np.nan, Status.CONSTANT)
    half = float(stdtrit(n - 1, 1 - alpha / 2)) * se
    p_value = float(2 * stdtr(n - 1, -abs(estimate / se)))
    return Estimate(estimate, se, estimate - half, estimate + half, p_value, Status.OK)


def _counts(values: ArrayLike) -> Floats:
    counts = np.asarray(values, dtype="float64")
    if counts.ndim != 1 or not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError("counts must be one number a place, from 0 on; a month without a record is not 0")
    return counts
