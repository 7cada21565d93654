"""What do earlier years let expect of this step? The models of Farrington (1996) and Noufaily (2013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from concerns.estimate import Floats, Status, normal_quantile
from concerns.quasi_poisson import Fit, fit_quasi_poisson

Method = Literal["farrington", "noufaily"]
MIN_YEARS = 3  # fewer reference years: too_few, and no trend is fitted
MOST_YEARS = 5
WEEKLY = 26  # from this period on the weekly settings of the papers hold, below it ours for months
OUTLIER = {"farrington": 1.0, "noufaily": 2.58}  # Anscombe residuals above this are weighted down


@dataclass(frozen=True)
class Rule:
    """The settings of one run, complete: see `concerns.alerts.farrington`."""

    method: Method
    period: int
    window: int
    years: int | None
    alpha: float
    min_cases: int
    recent: int
    n_levels: int
    exclude_recent: int


def make_rule(method: Method, *, period: int, window: int, years: int | None, alpha: float, min_cases: int) -> Rule:
    """Check the settings and add those that follow from the period (weeks as published, months as ours).

    Weeks: the last 4 hold `min_cases`, 10 seasonal levels, 26 recent weeks left out. Months: 2, 4 and 6.

    >>> make_rule("noufaily", period=12, window=1, years=None, alpha=0.05, min_cases=5).n_levels
    4
    """
    if method not in OUTLIER:
        raise ValueError('method is "farrington" or "noufaily"')
    if period < 2 or window < 0 or 2 * window + 1 > period:
        raise ValueError("The window of 2·window + 1 steps fits into one period.")
    if not 0 < alpha < 1 or (years is not None and years < 1):
        raise ValueError("alpha lies between 0 and 1, and years is at least 1.")
    recent, n_levels = (4, 10) if period >= WEEKLY else (2, 4)
    if method == "noufaily" and period - 2 * window - 1 < n_levels - 1:
        raise ValueError("The period is too short for the seasonal levels.")
    return Rule(method, period, window, years, alpha, min_cases, recent, n_levels, period // 2)


@dataclass(frozen=True)
class Expected:
    """What is expected of each series at one step. numbers: 3 × series, rows expected, threshold, dispersion."""

    numbers: Floats
    trend: NDArray[np.bool_]
    status: NDArray[np.str_]


def expect(y: Floats, offset: Floats, at: int, rule: Rule) -> Expected:
    """What earlier years let expect at one step; the present count is not looked at.

    y: series × steps, NaN where missing; offset: logarithms of effort of the same shape, not finite where there was
    none. `status` is `too_few` with fewer than 3 reference years that hold a number (what can be computed is returned).
    """
    n_series = len(y)
    possible = (at - rule.window) // rule.period
    b = min(MOST_YEARS, possible) if rule.years is None else rule.years
    if b < 1 or b > possible:
        nothing = np.full((3, n_series), np.nan)
        return Expected(nothing, np.zeros(n_series, dtype=bool), np.full(n_series, Status.TOO_FEW.value))
    steps, levels = _baseline(at, b, rule)
    counts, effort = y[:, steps], offset[:, steps]
    counts = np.where(np.isfinite(effort), counts, np.nan)
    seen = ~np.isnan(counts)
    years_seen = _years_seen(seen, at - steps, b, rule)
    expected, variance, dispersion, trend, usable = _predict(counts, effort, steps - at, levels, offset[:, at], b, rule)
    quiet = seen.any(axis=1) & (np.nansum(counts, axis=1) == 0)  # the limit of the formulas as μ → 0
    expected, variance = np.where(quiet, 0.0, expected), np.where(quiet, 0.0, variance)
    dispersion, trend = np.where(quiet, 1.0, dispersion), trend & ~quiet
    threshold = _threshold(expected, variance, dispersion, rule)
    status = np.select(
        [years_seen < MIN_YEARS, ~np.isfinite(offset[:, at]), ~(usable | quiet)],
        [Status.TOO_FEW.value, Status.MISSING.value, Status.NOT_IDENTIFIED.value],
        Status.OK.value,
    )
    return Expected(np.array([expected, threshold, dispersion]), trend, status)


def _baseline(at: int, b: int, rule: Rule) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Steps to learn from, oldest first, and the seasonal level of each (0: that of the present season)."""
    f, w = rule.period, rule.window
    references = [at - f * i for i in range(b, 0, -1)]
    if rule.method == "farrington":
        steps = np.concatenate([np.arange(reference - w, reference + w + 1) for reference in references])
        return steps, np.zeros(len(steps), dtype=np.intp)
    gap = f - 2 * w - 1
    lengths = np.full(rule.n_levels - 1, gap // (rule.n_levels - 1))
    lengths[: gap % (rule.n_levels - 1)] += 1  # the longer blocks first
    year = np.concatenate([np.zeros(2 * w + 1, dtype=np.intp), np.repeat(np.arange(1, rule.n_levels), lengths)])
    steps = np.arange(references[0] - w, at - rule.exclude_recent)
    return steps, np.tile(year, b)[: len(steps)]


def _years_seen(seen: NDArray[np.bool_], ago: NDArray[np.intp], b: int, rule: Rule) -> NDArray[np.intp]:
    """In how many reference windows each series has a number."""
    windows = [np.abs(ago - rule.period * i) <= rule.window for i in range(1, b + 1)]
    return np.sum([seen[:, window].any(axis=1) for window in windows], axis=0)


def _predict(
    counts: Floats, effort: Floats, t: NDArray[np.intp], levels: NDArray[np.intp], now: Floats, b: int, rule: Rule
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Expected count now, its variance, the dispersion, whether a trend was kept, whether the fit is usable."""
    used = ~np.isnan(counts)
    plain = np.column_stack([np.ones(len(t)), *(levels == level for level in range(1, rule.n_levels))]).astype(float)
    plain = plain[:, plain.any(axis=0)]
    sloped = np.column_stack([plain, t / rule.period])  # time runs from now: the prediction is the intercept
    flat = _reweighted(counts, plain, effort, rule)
    expected, variance, dispersion = _at_intercept(flat, now)
    trend = np.zeros(len(counts), dtype=bool)
    if b >= MIN_YEARS:
        rising = _reweighted(counts, sloped, effort, rule)
        numbers = _at_intercept(rising, now)
        most = np.max(np.where(used, counts, -np.inf), axis=1, initial=-np.inf)
        trend = rising.converged & (rising.df > 0) & (numbers[0] <= most)
        if rule.method == "farrington":
            trend &= _slope_p(rising) < 0.05
        expected, variance, dispersion = (
            np.where(trend, *pair) for pair in zip(numbers, (expected, variance, dispersion), strict=True)
        )
    usable = trend | (flat.converged & (flat.df > 0))
    expected, variance, dispersion = (np.where(usable, value, np.nan) for value in (expected, variance, dispersion))
    return expected, variance, dispersion, trend, usable


def _reweighted(counts: Floats, design: Floats, effort: Floats, rule: Rule) -> Fit:
    """Fit, weigh down large positive Anscombe residuals, fit again."""
    first = fit_quasi_poisson(counts, design, offset=effort)
    mu, phi = first.fitted, np.maximum(first.dispersion, 1.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = 1.5 * (np.nan_to_num(counts) ** (2 / 3) * mu ** (-1 / 6) - np.sqrt(mu))
        s = raw / np.sqrt(phi * (1 - first.leverage))
        weights = np.where(s > OUTLIER[rule.method], s**-2.0, 1.0)
    used = ~np.isnan(counts)
    weights = np.where(used, weights, 0.0)
    weights *= (used.sum(axis=1) / np.maximum(weights.sum(axis=1), np.finfo(float).tiny))[:, None]
    return fit_quasi_poisson(counts, design, weights=weights, offset=effort)


def _at_intercept(fit: Fit, now: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean now (time 0, the present season), its variance, and the dispersion, not below 1."""
    dispersion = np.maximum(fit.dispersion, 1.0)
    with np.errstate(over="ignore", invalid="ignore"):
        expected = np.exp(fit.coefficients[:, 0] + np.where(np.isfinite(now), now, np.nan))
        return expected, expected**2 * fit.covariance[:, 0, 0] * dispersion, dispersion


def _slope_p(fit: Fit) -> Floats:
    """Two-sided p of the last coefficient: Student's t with the dispersion as it is."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        t = fit.coefficients[:, -1] / np.sqrt(fit.covariance[:, -1, -1] * fit.dispersion)
    return np.asarray(2 * stdtr(fit.df, -np.abs(t)))


def _threshold(expected: Floats, variance: Floats, dispersion: Floats, rule: Rule) -> Floats:
    """The count above which a step is out of line."""
    if rule.method == "noufaily":
        return _count_quantile(expected, dispersion, 1 - rule.alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = dispersion + np.where(expected > 0, variance / expected, 0.0)
        root = expected ** (2 / 3) + normal_quantile(rule.alpha) * np.sqrt(4 / 9 * np.cbrt(expected) * tau)
    return root**1.5


def _count_quantile(mean: Floats, dispersion: Floats, level: float) -> Floats:
    """Quantile of a count with this mean and the variance dispersion × mean: negative binomial, Poisson at 1."""
    from scipy.stats import nbinom, poisson

    more = dispersion > 1
    size = mean / np.where(more, dispersion - 1, 1.0)
    with np.errstate(invalid="ignore"):
        quantile = np.where(more, nbinom.ppf(level, size, 1 / dispersion), poisson.ppf(level, mean))
    return np.where(mean == 0, 0.0, quantile)
