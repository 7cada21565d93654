"""How sure is a mean of steps that lean on each other? The moving-block bootstrap."""

from __future__ import annotations

import numpy as np

from concerns.estimate import Floats


def mean_interval(
    steps: Floats, *, seed: int, replicates: int = 999, block: int | None = None, level: float = 0.95
) -> tuple[float, float, float]:
    """Mean of a series of differences with its percentile limits, drawn in circular blocks.

    steps: one difference a step, in order, NaN left out. block: steps drawn together (None: n^⅓, rounded up), so that
    neighbours that lean on each other stay together. NaN limits with fewer than two steps; equal seeds, equal limits.
    Künsch (1989) Ann. Stat. 17:1217; Politis & Romano (1992).

    >>> mean_interval(np.array([1.0, 1.0, 1.0]), seed=0)
    (1.0, 1.0, 1.0)
    """
    values = steps[~np.isnan(steps)]
    n = len(values)
    if n < 2:
        return (float(values.mean()) if n else np.nan), np.nan, np.nan
    length = min(n, int(np.ceil(n ** (1 / 3))) if block is None else block)
    draws = -(-n // length)
    starts = np.random.default_rng(seed).integers(0, n, (replicates, draws, 1))
    rows = ((starts + np.arange(length)) % n).reshape(replicates, -1)[:, :n]
    lower, upper = np.quantile(values[rows].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(values.mean()), float(lower), float(upper)
