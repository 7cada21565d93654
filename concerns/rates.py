"""How much is raised per head and per meeting held, and how far chance alone could move it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from concerns.empirical_bayes import empirical_bayes, spatial_empirical_bayes
from concerns.estimate import Floats, Status
from concerns.funnel import funnel_limits
from concerns.intervals import IntervalMethod, count_interval
from concerns.standardised import standardised_rate
from concerns.vectors import Values, align, as_floats

__all__ = [
    "count_interval",
    "empirical_bayes",
    "exposure_status",
    "funnel_limits",
    "rate_interval",
    "rate_ratio",
    "rates_by_unit",
    "spatial_empirical_bayes",
    "standardised_rate",
]


def rate_interval(
    count: Values, exposure: Values, *, level: float = 0.95, method: IntervalMethod = "auto", per: float = 10_000
) -> pd.DataFrame:
    """Return rates with their limits: `per` times the count and its limits, divided by the exposure.

    count: reports; exposure: people (times years), with per = 10,000, or meetings held, with per = 1, or participants,
    with per = 100. Vectors of one length (two Series are matched by label) or one of them a number. Grain out: one row
    a unit, in the order of the first Series; columns rate, lower, upper. A count of 0 is a rate of 0 with its upper
    limit; a missing count, and a missing or zero exposure, give NA (`exposure_status` says which). Method as in
    `count_interval`. Raises ValueError for negative or infinite values and for vectors that name different units.

    >>> rate_interval([65, 0, 3], [20_000, 9_000, 0]).round(2)
       rate  lower  upper
    0  32.5  25.08  41.42
    1   0.0   0.00   4.10
    2   NaN    NaN    NaN
    """
    index, (count, exposure) = align(count, exposure)
    x, m = np.broadcast_arrays(as_floats(count, name="count"), as_floats(exposure, name="exposure"))
    lower, upper = count_interval(x, level=level, method=method)
    scale = per / np.where(m > 0, m, np.nan)
    return pd.DataFrame(
        {
            "rate": np.atleast_1d(x * scale),
            "lower": np.atleast_1d(lower * scale),
            "upper": np.atleast_1d(upper * scale),
        },
        index=index,
    )


def exposure_status(count: Values, exposure: Values) -> pd.Series:
    """Say of each unit whether it has a rate: `ok`, `missing` (a value is absent), `no_exposure` or `fault`.

    `no_exposure`: no meeting held (or nobody lives there), nothing reported. `fault`: something was reported where the
    exposure is 0, which the source has to explain. One text a unit, index as in `rate_interval`.

    >>> exposure_status([2, 0, 2, None], [4, 0, 0, 4]).to_list()
    ['ok', 'no_exposure', 'fault', 'missing']
    """
    index, (count, exposure) = align(count, exposure)
    x, m = np.broadcast_arrays(as_floats(count, name="count"), as_floats(exposure, name="exposure"))
    missing = np.isnan(x) | np.isnan(m)
    words = np.select([missing, m > 0, x > 0], [Status.MISSING.value, Status.OK.value, "fault"], "no_exposure")
    return pd.Series(np.atleast_1d(words), index=index, name="status")


def rate_ratio(
    count_1: Values, exposure_1: Values, count_2: Values, exposure_2: Values, *, level: float = 0.95
) -> pd.DataFrame:
    """Compare two rates: their ratio, its exact interval, and an exact p.

    Vectors or numbers as in `rate_interval`; counts are whole. Given n = x1 + x2 reports, x1 is binomial; the limits
    are Clopper and Pearson's, p adds up every outcome no likelier than the one seen. H0: ratio 1, two-sided.
    Grain out: one row a pair; columns ratio, lower, upper, p_value, status: `missing` (a value is absent or an exposure
    is 0), `too_few` (no report in either), else `ok`. With x2 = 0 the ratio and its upper limit are infinite.
    Raises ValueError for counts that are not whole. Przyborowski & Wilenski (1940) Biometrika 31:313.

    >>> rate_ratio(20, 10, 10, 10).round(3)
       ratio  lower  upper  p_value status
    0    2.0  0.894  4.785    0.099     ok
    """
    from scipy.special import betaincinv

    index, vectors = align(count_1, exposure_1, count_2, exposure_2)
    names = ["count_1", "exposure_1", "count_2", "exposure_2"]
    floats = [as_floats(vector, name=name) for vector, name in zip(vectors, names, strict=True)]
    x1, m1, x2, m2 = np.broadcast_arrays(*(np.atleast_1d(vector) for vector in floats))
    if any((x[~np.isnan(x)] % 1).any() for x in (x1, x2)):
        raise ValueError("rate_ratio compares whole counts.")
    missing = np.isnan(x1 + m1 + x2 + m2) | (m1 == 0) | (m2 == 0)
    status = np.select([missing, x1 + x2 == 0], [Status.MISSING.value, Status.TOO_FEW.value], Status.OK.value)
    ok = status == Status.OK.value
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = (1.0 - level) / 2
        low = np.where(x1 == 0, 0.0, betaincinv(x1, x2 + 1, tail))
        high = np.where(x2 == 0, 1.0, betaincinv(x1 + 1, x2, 1 - tail))
        numbers = [(x1 / m1) / (x2 / m2), low / (1 - low) * m2 / m1, high / (1 - high) * m2 / m1]
    columns = {name: np.where(ok, v, np.nan) for name, v in zip(["ratio", "lower", "upper"], numbers, strict=True)}
    p = _conditional_p(x1, x2, np.divide(m1, m1 + m2, where=ok, out=np.full(ok.shape, np.nan)))
    return pd.DataFrame({**columns, "p_value": p, "status": status}, index=index)


def _conditional_p(x1: Floats, x2: Floats, share: Floats) -> Floats:
    """Two-sided binomial p of x1 in x1 + x2 under a share; NaN where the share is."""
    from scipy.stats import binomtest

    pairs = zip(x1, x2, share, strict=True)
    return np.array([np.nan if np.isnan(q) else binomtest(int(a), int(a + b), q).pvalue for a, b, q in pairs])


def rates_by_unit(
    count: Values, exposure: Values, unit: Values, *, level: float = 0.95, per: float = 1
) -> pd.DataFrame:
    """Compare several units over several periods: quasi-Poisson log μ = α_unit + log exposure.

    count, exposure, unit: one value a unit and period (reports, meetings held, p-code); a row without a meeting or
    with a missing value is left out. Grain out: one row a unit; columns rate, lower, upper: Student limits on the log
    scale with the common dispersion; NA for a unit without a report, see `rate_interval`. attrs hold the test that all
    share one rate: f, p_value, dispersion, df_between, df_within, n_used, n_excluded. H0: one rate; p is NaN with
    fewer than two units or no row to spare. McCullagh & Nelder (1989) Generalized Linear Models, chapters 6 and 9.

    >>> table = rates_by_unit([4, 6, 9, 11], [1, 1, 1, 1], ["A", "A", "B", "B"])
    >>> table.rate.to_list(), round(table.attrs["f"], 2), round(table.attrs["p_value"], 3)
    ([5.0, 10.0], 11.33, 0.078)
    """
    from scipy.special import fdtrc, stdtrit

    _, (count, exposure, unit) = align(count, exposure, unit)
    x, m = as_floats(count, name="count"), as_floats(exposure, name="exposure")
    used = ~np.isnan(x) & (m > 0)
    rows = pd.DataFrame({"x": x[used], "m": m[used]}).groupby(np.asarray(unit, dtype=object)[used])
    totals = rows.sum()
    rate = (totals.x / totals.m).where(totals.x > 0, 0.0)
    fitted = np.asarray(rows.x.transform("sum") / rows.m.transform("sum") * m[used])
    between, within = len(totals) - 1, int(used.sum()) - len(totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        dispersion = np.where(fitted > 0, (x[used] - fitted) ** 2 / fitted, 0.0).sum() / np.float64(within)
        half = stdtrit(within, (1 + level) / 2) * np.sqrt(dispersion / totals.x.where(totals.x > 0))
        common = totals.x.sum() / totals.m.sum()
        deviance = 2 * np.where(totals.x > 0, totals.x * np.log(rate / common), 0.0).sum()
        f = float(deviance / np.float64(between) / dispersion)
    table = pd.DataFrame({"rate": rate, "lower": rate / np.exp(half), "upper": rate * np.exp(half)}) * per
    p_value = float(fdtrc(between, within, f)) if between > 0 and within > 0 else np.nan
    table.attrs.update(f=f, p_value=p_value, dispersion=float(dispersion), df_between=between, df_within=within)
    table.attrs.update(n_used=int(used.sum()), n_excluded=int((~used).sum()))
    return table
