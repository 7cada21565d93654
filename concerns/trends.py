"""Is it rising or falling, and by how much a month? Mann–Kendall and Sen; and the doors to season and change points."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from concerns.estimate import Floats, Status, normal_quantile
from concerns.seasonality import Seasonality, decompose, seasonal
from concerns.segments import change_points
from concerns.vectors import Values, as_floats, from_least

__all__ = ["Seasonality", "change_points", "decompose", "mann_kendall", "mann_kendall_many", "seasonal"]

Variance = Literal["independent", "hamed_rao"]
MIN_POINTS = 10


def mann_kendall(
    y: Values,
    t: Values | None = None,
    *,
    alpha: float = 0.05,
    variance: Variance = "independent",
    period: int | None = None,
) -> pd.Series:
    """Mann–Kendall trend test with Sen's slope: is it rising or falling, and by how much a step?

    y: one number a step; a missing one is dropped and the times of the others stay. t: the true times (months), in any
    order, ties allowed; without it the positions, or the ordinals of y's PeriodIndex. period: the seasonal test
    (Hirsch), which compares a month with the same month of other years only; times are then whole numbers.
    variance "hamed_rao": for autocorrelated series; whole times, each once. H0: no monotone trend, two-sided.
    Returns s, var_s, z, p_value, tau_b, sen_slope, sen_lower, sen_upper (units of y a unit of t, at level 1 − alpha; NA
    where no pair of order statistics reaches it), n, status: `missing` (no number at all), `too_few` (n < 10: p is NA,
    the rest is returned), `constant` (S = 0, p = 1), `not_identified` (the corrected variance is not positive), `ok`.
    Raises ValueError for infinite values, an unknown variance, or times that do not fit the option.
    Mann (1945) Econometrica 13:245; Kendall (1975); Sen (1968) JASA 63:1379; Hirsch et al. (1982) Water Resour. Res.
    18:107; Hamed & Rao (1998) J. Hydrol. 204:182.

    >>> trend = mann_kendall([3, 4, 4, 6, 5, 8, 9, None, 9, 12, 11])
    >>> trend.s, round(trend.z, 3), round(trend.p_value, 5), trend.sen_slope, trend.n, trend.status
    (39.0, 3.426, 0.00061, 1.0, 10, 'ok')
    """
    values = as_floats(from_least(y), name="y", signed=True)
    if values.ndim != 1:
        raise ValueError("mann_kendall takes one series; mann_kendall_many takes a table.")
    if t is None and isinstance(y, pd.Series) and isinstance(y.index, pd.PeriodIndex):
        t = y.index.asi8
    table = mann_kendall_many(values[None], t, alpha=alpha, variance=variance, period=period)
    return pd.Series(table.iloc[0].to_dict())


def mann_kendall_many(
    y: Floats | pd.DataFrame,
    t: Values | None = None,
    *,
    alpha: float = 0.05,
    variance: Variance = "independent",
    period: int | None = None,
    slopes: bool = True,
) -> pd.DataFrame:
    """Run `mann_kendall` on many series: rows of y are series (districts × categories), columns are steps.

    t: the times of the columns. Grain out: one row a series, on y's index; the columns are what `mann_kendall` returns.
    slopes=False leaves Sen's slope and limits NA, and is what a map of z needs. Time grows as series × steps².

    >>> mann_kendall_many(np.array([[1, 2, 3], [3, 3, 1]]))[["s", "var_s", "tau_b", "status"]].round(3)
         s  var_s  tau_b   status
    0  3.0  3.667  1.000  too_few
    1 -2.0  2.667 -0.816  too_few
    """
    if variance not in ("independent", "hamed_rao"):
        raise ValueError('variance is "independent" or "hamed_rao"')
    values = as_floats(from_least(y), name="y", signed=True)
    if t is None and isinstance(y, pd.DataFrame) and isinstance(y.columns, pd.PeriodIndex):
        t = y.columns.asi8
    times = np.arange(values.shape[1], dtype=float) if t is None else as_floats(t, name="t", signed=True)
    if times.shape != values.shape[1:]:
        raise ValueError("t has one time for each step of y.")
    order = np.argsort(times, kind="stable")
    order = order[~np.isnan(times[order])]
    values, times = values[:, order], times[order]
    seasons = _seasons(times, variance=variance, period=period)
    parts = [_score(values[:, season], times[season]) for season in seasons]
    s, var_s, pairs = (np.sum(part, axis=0) for part in zip(*parts, strict=True))
    n = (~np.isnan(values)).sum(axis=1)
    table = pd.DataFrame({"s": s, "var_s": var_s}, index=y.index if isinstance(y, pd.DataFrame) else None)
    sen = np.full((len(values), 3), np.nan)
    if slopes or variance == "hamed_rao":
        steps = [_pair_slopes(row, times, seasons) for row in values]
        if variance == "hamed_rao":
            table["var_s"] *= [_hamed_rao(row, times, step, alpha) for row, step in zip(values, steps, strict=True)]
        half = normal_quantile(alpha) * np.sqrt(table.var_s.clip(lower=0).to_numpy())
        if slopes:
            sen = np.array([_sen(*pair) for pair in zip(steps, half, strict=True)]).reshape(-1, 3)
    return _result(table, n, pairs, sen)


def _result(table: pd.DataFrame, n: np.ndarray, pairs: Floats, sen: Floats) -> pd.DataFrame:
    """Complete S and its variance to the table that `mann_kendall` describes."""
    from scipy.special import ndtr

    table.loc[n == 0, ["s", "var_s"]] = np.nan
    s, var_s = table.s.to_numpy(), table.var_s.to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(s == 0, 0.0, (s - np.sign(s)) / np.sqrt(var_s))
        tau = s / pairs
    wrong = [n == 0, n < MIN_POINTS, pairs == 0, ~(var_s > 0)]
    words = [Status.MISSING, Status.TOO_FEW, Status.CONSTANT, Status.NOT_IDENTIFIED]
    status = np.select(wrong, [word.value for word in words], Status.OK.value)
    testable = np.isin(status, [Status.OK.value, Status.CONSTANT.value])
    table["z"], table["p_value"], table["tau_b"] = z, np.where(testable, 2 * ndtr(-np.abs(z)), np.nan), tau
    table[["sen_slope", "sen_lower", "sen_upper"]] = sen
    return table.assign(n=n, status=status)


def _seasons(times: Floats, *, variance: Variance, period: int | None) -> list[np.ndarray]:
    """Which sorted times are compared with each other: all, or those of one calendar month."""
    whole = not (times % 1).any()
    if variance == "hamed_rao" and (period is not None or not whole or (np.diff(times) == 0).any()):
        raise ValueError("hamed_rao takes whole times, each once, and no period.")
    if period is None:
        return [np.arange(len(times))]
    if not whole or period < 1:
        raise ValueError("The seasonal test takes whole times and a whole period.")
    return [np.flatnonzero(times % period == season) for season in range(period)]


def _score(y: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """S, its variance with ties in either margin, and the number of pairs that τ_b divides by, of each row."""
    s = np.zeros(len(y))
    for lag in range(1, y.shape[1]):  # a missing value compares as neither greater nor smaller
        later, earlier, apart = y[:, lag:], y[:, :-lag], t[lag:] > t[:-lag]
        if not apart.all():
            later, earlier = later[:, apart], earlier[:, apart]
        s += np.count_nonzero(later > earlier, axis=1) - np.count_nonzero(later < earlier, axis=1)
    n = (~np.isnan(y)).sum(axis=1).astype(float)
    two, three, five = _tie_sums(y)
    t_two, t_three, t_five = _tie_sums(np.where(np.isnan(y), np.nan, t))
    with np.errstate(divide="ignore", invalid="ignore"):
        both = np.where(n > 2, three * t_three / (9 * n * (n - 1) * (n - 2)), 0.0)
        both += np.where(n > 1, two * t_two / (2 * n * (n - 1)), 0.0)
    every = n * (n - 1) / 2
    var_s = (n * (n - 1) * (2 * n + 5) - five - t_five) / 18 + both
    return s, np.where(n > 1, var_s, 0.0), np.sqrt((every - two / 2) * (every - t_two / 2))


def _tie_sums(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Σt(t−1), Σt(t−1)(t−2) and Σt(t−1)(2t+5) over the groups of t equal values, of each row; NaN is no value."""
    ordered = np.sort(values, axis=1)
    column = np.arange(ordered.shape[1])
    starts = np.ones(ordered.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    r = column - np.maximum.accumulate(np.where(starts, column, 0), axis=1) + 1.0  # rank within the group, 1 … t
    two, three = 2 * (r - 1), 3 * (r - 1) * (r - 2)
    return two.sum(axis=1), three.sum(axis=1), (2 * three + 9 * two).sum(axis=1)


def _pair_slopes(y: Floats, t: Floats, seasons: list[np.ndarray]) -> Floats:
    """Sorted slopes of all pairs with two values and two times."""
    slopes = []
    for season in seasons:
        kept = season[~np.isnan(y[season])]
        i, j = np.triu_indices(len(kept), 1)
        rise, run = (y[kept][j] - y[kept][i], t[kept][j] - t[kept][i])
        slopes.append(rise[run > 0] / run[run > 0])
    return np.sort(np.concatenate(slopes))


def _sen(slopes: Floats, half: float) -> tuple[float, float, float]:
    """Median slope and the order statistics (N−C)/2 and (N+C)/2+1, interpolated; NaN where there are none."""
    if not len(slopes):
        return np.nan, np.nan, np.nan
    places = (len(slopes) - half) / 2, (len(slopes) + half) / 2 + 1
    if half == 0:
        places = (len(slopes) + 1) / 2, (len(slopes) + 1) / 2
    lower, upper = np.interp(places, np.arange(1, len(slopes) + 1), slopes, left=np.nan, right=np.nan)
    return float(np.median(slopes)), float(lower), float(upper)


def _hamed_rao(y: Floats, t: Floats, slopes: Floats, alpha: float) -> float:
    """By how much the variance of S grows: the significant autocorrelations of the detrended ranks, at true lags."""
    from scipy.stats import rankdata

    kept = ~np.isnan(y)
    n = int(kept.sum())
    if n < 3 or not np.ptp(y[kept]):
        return 1.0
    steps = t[kept] - t[kept][0] + 1  # counted from 1, as in the published software: rounding decides ties of ranks
    ranks = rankdata(y[kept] - steps * np.median(slopes))
    series = np.zeros(int(np.ptp(t[kept])) + 1)
    series[(t[kept] - t[kept][0]).astype(int)] = ranks - ranks.mean()
    covariance = np.correlate(series, series, "full")[len(series) - 1 :]
    if not covariance[0]:
        return 1.0
    lag = np.arange(1, min(n, len(series)))
    rho = covariance[lag] / covariance[0]
    rho[np.abs(rho) <= normal_quantile(alpha) / np.sqrt(n)] = 0.0
    return float(1 + 2 / (n * (n - 1) * (n - 2)) * ((n - lag) * (n - lag - 1) * (n - lag - 2) * rho).sum())
