"""Many tests on one picture: how many findings may be chance (Benjamini–Hochberg, Benjamini–Yekutieli)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["q_values"]


def q_values(p: ArrayLike, *, any_dependence: bool = False) -> NDArray[np.float64]:
    """The smallest false-discovery rate at which each test would be called a finding: call those with q ≤ α.

    p: p-values of every test shown on one picture, in any shape; NaN is a test that could not be made, and leaves the
    family. Returns q in the same shape, NaN where p is NaN. q_(k) = min over l ≥ k of M·p_(l)/l, M = the tests made, so
    that q ≤ α says the same as p ≤ the largest p_(k) with p_(k) ≤ kα/M. Valid for independent and for positively
    dependent tests; `any_dependence` multiplies by Σ 1/k and holds for all. Time grows as M log M.
    Raises ValueError for a p outside 0 … 1.
    Benjamini & Hochberg (1995) J. R. Stat. Soc. B 57:289; Benjamini & Yekutieli (2001) Ann. Stat. 29:1165.

    >>> q_values([0.01, 0.04, 0.03, float("nan")]).round(3)
    array([0.03, 0.04, 0.04,  nan])
    """
    p = np.asarray(p, dtype=float)
    tested = ~np.isnan(p)
    family = p[tested]
    if ((family < 0) | (family > 1)).any():
        raise ValueError("a p-value lies between 0 and 1")
    q = np.full(p.shape, np.nan)
    if family.size == 0:
        return q
    rank = np.arange(1, family.size + 1)
    order = np.argsort(family, kind="stable")
    factor = (1.0 / rank).sum() if any_dependence else 1.0
    scaled = family[order] * factor / (rank / family.size)
    ordered = np.minimum.accumulate(scaled[::-1])[::-1]
    found = np.empty(family.size)
    found[order] = np.minimum(ordered, 1.0)
    q[tested] = found
    return q
