"""The smallest effect that a series or a staggered panel could have shown, found by simulating that nothing happens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from concerns.estimate import Floats
from concerns.interrupted import is_identified, series_design, series_rows
from concerns.panel import Balanced, balanced_panel
from concerns.staggered import MIN_UNITS, Control, comparisons
from concerns.time_scale import Moment, numbered_series

STEPS = 50  # of iterative weighted least squares; six are usual


def detectable_level_change(
    series: pd.DataFrame,
    outcome: str,
    time: str,
    start: Moment,
    *,
    exposure: str | None = None,
    slope: bool = True,
    harmonics: int = 2,
    period: float = 12.0,
    alpha: float = 0.05,
    power: float = 0.80,
    simulations: int = 1000,
    seed: int = 0,
) -> float:
    """Return the smallest |log ratio| of a level change that `interrupted_series` could have seen.

    Series are drawn from the fit without any break, with that fit's dispersion (negative binomial, independent months:
    where months hang together the true figure is larger). An effect is seen when it leaves the middle 1 − alpha of
    what no effect gives. exp of the result is the ratio. Arguments as `interrupted_series`; NaN where no level can be
    estimated. Same seed, same result. Raises ValueError as `interrupted_series`.

    >>> flat = pd.DataFrame({"month": range(36), "n_reports": [38, 40, 42] * 12})
    >>> change = detectable_level_change(flat, "n_reports", "month", 24, harmonics=0, slope=False)
    >>> round(float(np.exp(change)), 1)
    1.3
    """
    series, start = numbered_series(series, time, start)
    rows = series_rows(series, outcome, time, exposure, None)
    rows = rows[np.isfinite(rows["y"])].sort_values("t", ignore_index=True)
    before = rows.loc[rows["t"] < start, "t"]
    origin = float(before.max()) if len(before) else start
    design = series_design(rows, start, origin, slope=slope, harmonics=harmonics, period=period, paired=False)
    if not is_identified(rows, design, start):
        return float("nan")
    offset, y = np.log(rows["m"].to_numpy()), rows["y"].to_numpy()
    quiet = design.drop(columns=["level", "slope"], errors="ignore").to_numpy()
    expected = np.exp(quiet @ poisson_coefficients(y[None, :], quiet, offset)[0] + offset)
    dispersion = ((y - expected) ** 2 / expected).sum() / max(len(y) - quiet.shape[1], 1)
    draws = draw_counts(expected, float(dispersion), simulations, np.random.default_rng(seed))
    levels = poisson_coefficients(draws, design.to_numpy(), offset)[:, list(design.columns).index("level")]
    return smallest_seen(levels, alpha=alpha, power=power)


def detectable_att(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    cohort: str,
    control: Control = "nevertreated",
    *,
    alpha: float = 0.05,
    power: float = 0.80,
    simulations: int = 1000,
    seed: int = 0,
) -> float:
    """Return the smallest overall effect ("simple") that this staggered panel could have seen, in the outcome's unit.

    What unit and period do not explain in untreated observations is redrawn: whole never-treated units with a random
    sign, so that their months hang together as they did; single residuals where fewer than 5 units are never treated.
    An effect is seen when it leaves the middle 1 − alpha of what no effect gives. The observed effect plays no part.
    Arguments and errors as `concerns.staggered.att_gt`; NaN where no effect is identified. Same seed, same result.

    >>> rng = np.random.default_rng(1)
    >>> rows = [(u, t, 3 if u < 20 else 0, rng.normal()) for u in range(40) for t in (1, 2, 3)]
    >>> round(detectable_att(pd.DataFrame(rows, columns=["u", "t", "g", "y"]), "y", "u", "t", "g"), 1)
    1.1
    """
    data = balanced_panel(panel, outcome, unit, time, cohort)
    weights = effect_weights(data, control)
    if weights is None:
        return float("nan")
    rng = np.random.default_rng(seed)
    effects = np.array([(weights * residuals).sum() for residuals in _null_panels(data, simulations, rng)])
    return smallest_seen(effects, alpha=alpha, power=power)


def smallest_seen(null_estimates: Floats, *, alpha: float, power: float) -> float:
    """Return the shift that takes `power` of the null estimates past the 1 − alpha quantile of their absolute size.

    Both tails count alike: the estimates are used with both signs.

    >>> round(smallest_seen(np.random.default_rng(0).standard_normal(200_000), alpha=0.05, power=0.8), 1)
    2.8
    """
    estimates = null_estimates[np.isfinite(null_estimates)]
    if not len(estimates):
        return float("nan")
    critical = np.quantile(np.abs(estimates), 1 - alpha)
    return float(critical - np.quantile(np.concatenate([estimates, -estimates]), 1 - power))


def poisson_coefficients(counts: Floats, terms: Floats, offset: Floats) -> Floats:
    """Fit one log-linear Poisson model to each row of `counts` at once: one row of coefficients each.

    Written out because a thousand statsmodels fits take ten seconds and this takes a tenth of one; a series that does
    not converge (all zero on one side) is NaN.

    >>> poisson_coefficients(np.array([[1.0, 3.0]]), np.ones((2, 1)), np.zeros(2)).round(4).tolist()
    [[0.6931]]
    """
    mean = counts + 0.5
    eta = np.log(mean)
    beta = np.zeros((len(counts), terms.shape[1]))
    for _ in range(STEPS):
        working = eta - offset + (counts - mean) / mean
        weighted = mean[:, :, None] * terms
        information = np.einsum("ri,ij,ik->rjk", mean, terms, terms, optimize=True)
        score = np.einsum("rij,ri->rj", weighted, working)
        step = np.linalg.solve(information + 1e-12 * np.eye(terms.shape[1]), score[:, :, None])[:, :, 0]
        change, beta = np.abs(step - beta).max(axis=1), step
        eta = np.clip(beta @ terms.T + offset, -30.0, 30.0)
        mean = np.exp(eta)
        if change.max() < 1e-10:
            break
    return np.where(change[:, None] < 1e-6, beta, np.nan)


def draw_counts(expected: Floats, dispersion: float, n_series: int, rng: np.random.Generator) -> Floats:
    """Draw series of counts with variance dispersion × mean (Poisson where the dispersion is at most 1)."""
    shape = (n_series, len(expected))
    if dispersion <= 1:
        return rng.poisson(expected, size=shape).astype("float64")
    return rng.negative_binomial(expected / (dispersion - 1), 1 / dispersion, size=shape).astype("float64")


def effect_weights(data: Balanced, control: Control) -> Floats | None:
    """Return the matrix (units × periods) whose product with the outcome is the simple overall effect, if any is."""
    weights, total = np.zeros_like(data.outcome), 0.0
    for pair in comparisons(data, control):
        if data.periods[pair.at] < pair.cohort or not pair.clean.any():
            continue
        share = float(pair.treated.mean())
        contrast = share * (pair.treated / pair.treated.sum() - pair.clean / pair.clean.sum())
        weights[:, pair.at] += contrast
        weights[:, pair.base] -= contrast
        total += share
    return weights / total if total else None


def _null_panels(data: Balanced, simulations: int, rng: np.random.Generator) -> Iterator[Floats]:
    never = np.isinf(data.start)
    n_units, n_periods = data.outcome.shape
    if never.sum() >= MIN_UNITS:
        y = data.outcome[never]
        residuals = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
        residuals *= np.sqrt(len(y) / (len(y) - 1))
        for _ in range(simulations):
            signs = rng.integers(0, 2, size=(n_units, 1)) * 2.0 - 1.0
            yield residuals[rng.integers(0, len(residuals), size=n_units)] * signs
        return
    pool = _untreated_residuals(data)
    for _ in range(simulations):
        yield rng.choice(pool, size=(n_units, n_periods))


def _untreated_residuals(data: Balanced) -> Floats:
    """Return what unit and period leave over in the observations before treatment, scaled for the terms fitted."""
    unit, period = np.nonzero(data.start[:, None] > data.periods)
    y = data.outcome[unit, period]
    n_units, n_periods = data.outcome.shape
    design = np.zeros((len(y), n_units + n_periods))
    design[np.arange(len(y)), unit] = 1.0
    design[np.arange(len(y)), n_units + period] = 1.0
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    n_spare = len(y) - int(np.linalg.matrix_rank(design))
    return (y - design @ coefficients) * np.sqrt(len(y) / max(n_spare, 1))
