"""Did places move apart before the start? A joint test that keeps its level where cohorts are small."""

from __future__ import annotations

import numpy as np

from concerns.estimate import Floats
from concerns.panel import Balanced
from concerns.staggered import MIN_UNITS, Comparison, Control, comparisons


def simulated_pretrend_p(data: Balanced, control: Control, chi2: float, *, draws: int = 499, seed: int = 0) -> float:
    """Return the p of the joint Wald test of `att_gt` (its `pretrend.chi2`) from panels without any pre-trend.

    With 30 places in cohorts of 8 the χ² distribution rejects a true null four times in ten, since each cohort's
    covariance is estimated from few places. Here the same statistic is computed on panels of normal increments with
    the same cohorts: it does not change under any covariance over time that all places share, so none has to be
    assumed. H0 all pre-period effects are 0; one-sided in χ². NaN where chi2 is. Same seed, same result.

    >>> rng = np.random.default_rng(0)
    >>> start, periods, names = np.repeat([3.0, np.inf], 6), np.array([1.0, 2, 3]), [*"abcdefghijkl"]
    >>> data = Balanced(rng.normal(size=(12, 3)), start, np.arange(12), periods, names, 0, [], 0)
    >>> simulated_pretrend_p(data, "nevertreated", 0.0), simulated_pretrend_p(data, "nevertreated", 1e6)
    (1.0, 0.002)
    """
    pairs = [pair for pair in comparisons(data, control) if not pair.is_post and _is_large_enough(pair)]
    if not np.isfinite(chi2) or not pairs or not draws:
        return float("nan")
    treated = np.column_stack([pair.treated for pair in pairs]).astype("float64")
    clean = np.column_stack([pair.clean for pair in pairs]).astype("float64")
    treated_share, clean_share = treated / treated.sum(axis=0), clean / clean.sum(axis=0)
    step = np.array([pair.at - 1 for pair in pairs])
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [
            _wald(rng.standard_normal((len(data.start), len(data.periods) - 1))[:, step], treated_share, clean_share)
            for _ in range(draws)
        ]
    )
    return float((1 + (drawn >= chi2 * (1 - 1e-12)).sum()) / (draws + 1))


def _is_large_enough(pair: Comparison) -> bool:
    return bool(min(pair.treated.sum(), pair.clean.sum()) >= MIN_UNITS)


def _wald(change: Floats, treated: Floats, clean: Floats) -> float:
    """Return b'V⁻¹b for changes (units × effects) and the weights of treated and compared units."""
    mean_treated, mean_clean = (change * treated).sum(axis=0), (change * clean).sum(axis=0)
    influence = treated * (change - mean_treated) - clean * (change - mean_clean)
    effects = mean_treated - mean_clean
    return float(effects @ np.linalg.solve(influence.T @ influence, effects))
