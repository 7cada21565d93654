"""Forecasts of reports by place: four naive ones, and one that borrows strength and knows the season.

Each takes what was known at the origin (places × months, NaN where not observed) and how many months ahead, and gives
one number a place.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from concerns.empirical_bayes import empirical_bayes
from concerns.estimate import Floats
from concerns.quasi_poisson import fit_quasi_poisson

Forecaster = Callable[[Floats, int], Floats]
YEAR = 12
HALVES_IN_A_YEAR = 0.5 ** (1 / YEAR)


def last_month(known: Floats, horizon: int) -> Floats:
    """The last month again.

    >>> last_month(np.array([[1.0, 2, 3]]), 2)
    array([3.])
    """
    return known[:, -1]


def same_month_last_year(known: Floats, horizon: int) -> Floats:
    """The same month a year before; missing with less than a year.

    >>> same_month_last_year(np.arange(24.0)[None], 1)
    array([12.])
    """
    back = YEAR - (horizon - 1) % YEAR
    return known[:, -back] if known.shape[1] >= back else np.full(len(known), np.nan)


def mean_of_year(known: Floats, horizon: int) -> Floats:
    """The mean of the last 12 months.

    >>> mean_of_year(np.array([[9.0] * 12 + [1.0] * 12]), 1)
    array([1.])
    """
    return _mean(known[:, -YEAR:])


def long_run_mean(known: Floats, horizon: int) -> Floats:
    """The mean of all months.

    >>> long_run_mean(np.array([[1.0, np.nan, 3.0]]), 1)
    array([2.])
    """
    return _mean(known)


def smoothed_season(known: Floats, horizon: int) -> Floats:
    """Empirical Bayes mean of the past, in which a month counts half as much as one a year later, times the season.

    A place with few reports borrows from all (Marshall 1991); its months weigh as (Σw)²/Σw² equal ones would. The
    season of all places together is a quasi-Poisson regression of the monthly totals on two harmonics, left out with
    less than three years, or totals missing in more than a tenth.

    >>> smoothed_season(np.vstack([np.full(36, 4.0), np.full(36, 0.0)]), 1).round(2)
    array([3.96, 0.04])
    """
    weight = np.where(np.isnan(known), 0.0, HALVES_IN_A_YEAR ** np.arange(known.shape[1])[::-1])
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, months = (weight * np.nan_to_num(known)).sum(axis=1) / total, total**2 / (weight**2).sum(axis=1)
    level = empirical_bayes(mean * months, months).rate.to_numpy()
    return np.asarray(level * _season(known, horizon))


def _mean(known: Floats) -> Floats:
    """Mean of each row's known months; missing where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an empty row is missing, which is what is wanted
        return np.asarray(np.nanmean(known, axis=1))


def _season(known: Floats, horizon: int) -> float:
    """How much more the target month has than the months behind it, weighed as the level weighs them."""
    n = known.shape[1]
    complete = ~np.isnan(known).any(axis=0)
    if n < 3 * YEAR or complete.mean() < 0.9:
        return 1.0
    angle = 2 * np.pi * np.arange(n + horizon) / YEAR
    waves = np.column_stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])
    total = np.where(complete, known.sum(axis=0), np.nan)
    design = np.column_stack([np.ones(n), np.arange(n) / YEAR, waves[:n]])
    fit = fit_quasi_poisson(total[None], design)
    if not fit.converged[0]:
        return 1.0
    factor = np.exp(waves @ fit.coefficients[0, 2:])
    return float(factor[-1] / np.average(factor[:n], weights=HALVES_IN_A_YEAR ** np.arange(n)[::-1]))


BASELINES: dict[str, Forecaster] = {
    "last_month": last_month,
    "same_month_last_year": same_month_last_year,
    "mean_of_12": mean_of_year,
    "long_run_mean": long_run_mean,
}
MODELS: dict[str, Forecaster] = {"smoothed_season": smoothed_season}
