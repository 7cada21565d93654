"""What does the usual year look like, and what is left without it? STL, and the effect of each month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from concerns.estimate import Floats, Status
from concerns.hijri import hijri_effects
from concerns.quasi_poisson import fit_quasi_poisson
from concerns.vectors import Values, align, as_floats

STL_SETTINGS = {"seasonal": 7, "robust": True}
MOST_MISSING = 0.1
MIN_YEARS = 3


@dataclass(frozen=True)
class Seasonality:
    """What `seasonal` finds; each table is described by the function of its name.

    components: `decompose`; month: `month_effects`; hijri: `hijri_effects`, None where the months have no date.
    """

    components: pd.DataFrame
    month: pd.DataFrame
    hijri: pd.DataFrame | None


def seasonal(
    y: Values,
    meetings: Values | None = None,
    *,
    months: pd.PeriodIndex | None = None,
    period: int = 12,
    log: bool = False,
    shift_days: int = 0,
    stl: Mapping[str, Any] | None = None,
) -> Seasonality:
    """Take a monthly series apart: trend, usual year and rest, and how much each Gregorian month and Hijri window adds.

    y: one count a month, missing as NA; meetings: held in each month: STL is then of reports per meeting, and the
    effects are of reports at equal numbers of meetings (a month without one is left out). months: the month of each
    value; without it y's own PeriodIndex or DatetimeIndex; months that a gap leaves out come in as missing. Without
    dates the effects are of each step of the period, and there is no Hijri table. log, stl: as in `decompose`;
    shift_days: as in `hijri_effects`. Raises ValueError for negative counts or a month that comes twice.

    >>> y = pd.Series([20] * 48, pd.period_range("2020-01", periods=48, freq="M"))
    >>> y[y.index.month == 12] = 40
    >>> usual = seasonal(y)
    >>> usual.components.seasonal.iloc[:12].idxmax(), usual.month.ratio.round(2)[[11, 12]].to_list()
    (Period('2020-12', 'M'), [0.94, 1.89])
    """
    _, (y, *others) = align(y, *([] if meetings is None else [meetings]))
    counts = as_floats(y, name="y")
    held = as_floats(others[0], name="meetings") if others else np.ones(counts.shape)
    dated = _dates(y) if months is None else months.asfreq("M")
    index: pd.Index = pd.RangeIndex(len(counts)) if dated is None else dated
    table = pd.DataFrame({"y": counts, "held": held}, index=index)
    if not index.is_unique:
        raise ValueError("A month comes twice.")
    if dated is not None and len(dated):
        table = table.reindex(pd.period_range(dated.min(), dated.max(), freq="M"))
    counts, held = table.y.to_numpy(), table.held.where(table.held > 0).to_numpy()
    rate = pd.Series(counts / held, index=table.index)
    components = decompose(rate, period=period, log=log, stl=stl)
    offset = np.log(held)
    if dated is None:
        return Seasonality(
            components, month_effects(counts, np.arange(len(counts)), period=period, offset=offset), None
        )
    full = pd.PeriodIndex(table.index)
    month = month_effects(counts, full.asi8, period=period, offset=offset, first_label=1)
    return Seasonality(components, month, hijri_effects(counts, full, offset=offset, shift_days=shift_days))


def decompose(y: Values, *, period: int = 12, log: bool = False, stl: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Split a series into trend, seasonal and rest by loess (STL): what is left when the usual year is taken out?

    y: one number a step, without gaps in time; log: split log(1 + y), for seasons that grow with the level; stl:
    settings of statsmodels' STL and of its fit that replace ours (seasonal 7, robust True).
    Grain out: one row a step on y's index; columns y (as split), trend, seasonal, rest, is_interpolated. Up to 10 % of
    missing values are interpolated on a line and flagged. attrs: status (`too_few`: fewer than 3 periods; `missing`:
    more is missing; then all is NA), n_interpolated, and the settings in use. H0: none.
    Cleveland et al. (1990) J. Off. Stat. 6:3.

    >>> parts = decompose([3, 5, 10] * 12, period=3)
    >>> (parts.trend + parts.seasonal + parts.rest - parts.y).abs().max().round(9)
    np.float64(0.0)
    """
    values = as_floats(y, name="y", signed=not log)
    if log:
        values = np.log1p(values)
    gap = np.isnan(values)
    settings = {"period": period, **STL_SETTINGS, **(stl or {})}
    index = y.index if isinstance(y, pd.Series) else None
    names = ["y", "trend", "seasonal", "rest"]
    table = pd.DataFrame(np.full((len(values), len(names)), np.nan), index=index, columns=names)
    table["y"], table["is_interpolated"] = values, False
    enough = len(values) >= MIN_YEARS * period and not gap.all()
    status = Status.TOO_FEW if not enough else Status.MISSING if gap.mean() > MOST_MISSING else Status.OK
    table.attrs.update(settings, status=status.value, n_interpolated=0, log=log)
    if status is not Status.OK:
        return table
    step = np.arange(len(values))
    filled = np.where(gap, np.interp(step, step[~gap], values[~gap]), values)
    table["trend"], table["seasonal"], table["rest"] = _stl(filled, settings)
    table["y"], table["is_interpolated"] = filled, gap
    table.attrs["n_interpolated"] = int(gap.sum())
    return table


def month_effects(
    y: Floats,
    t: np.ndarray,
    *,
    period: int = 12,
    offset: Floats | None = None,
    level: float = 0.95,
    first_label: int = 0,
) -> pd.DataFrame:
    """Ratio of reports in each month of the year to the (geometric) mean month, at equal trend and effort.

    y: one count a step, NaN where missing; t: whole times; offset: logarithms of meetings held. Quasi-Poisson:
    log μ = α + βt + δ_month + offset, Σδ = 0; ratio = exp(δ). Grain out: one row a month (t mod period, numbered from
    first_label); columns ratio, lower, upper (Student), n_observed, status: `too_few` (fewer than 3 periods of steps
    observed, or a month never), `constant` (a month without a report: ratio 0, and outside the mean), `not_identified`,
    `ok`. attrs: f, p_value (H0: all months alike; two-sided), df, dispersion, n_used, n_excluded.

    >>> month_effects(np.array([10.0, 30, 10, 30, 10, 30]), np.arange(6), period=2).ratio.round(3).to_list()
    [0.577, 1.732]
    """
    from scipy.special import fdtrc, stdtrit

    season = np.asarray(t) % period
    used = ~np.isnan(y) & (np.ones(len(y), dtype=bool) if offset is None else np.isfinite(offset))
    seen = np.bincount(season[used], minlength=period)
    events = np.bincount(season[used], weights=y[used], minlength=period)
    table = pd.DataFrame(np.nan, index=range(first_label, first_label + period), columns=["ratio", "lower", "upper"])
    table["n_observed"] = seen
    table.attrs.update(f=np.nan, p_value=np.nan, df=np.nan, dispersion=np.nan)
    table.attrs.update(n_used=int(used.sum()), n_excluded=int((~used).sum()))
    if used.sum() < MIN_YEARS * period or not seen.all():
        return table.assign(status=Status.TOO_FEW.value)
    table.loc[events == 0, "ratio"] = 0.0
    table["status"] = np.where(events == 0, Status.CONSTANT.value, Status.NOT_IDENTIFIED.value)
    live = np.flatnonzero(events > 0)
    kept = np.isin(season, live)
    time = (np.asarray(t) - np.mean(t)) / period
    design = np.column_stack([season[:, None] == live, time])[kept].astype(float)
    fit = fit_quasi_poisson(y[None, kept], design, offset=None if offset is None else offset[None, kept])
    if len(live) < 2 or not fit.converged[0] or fit.df[0] <= 0:
        return table
    contrast = np.eye(len(live)) - 1 / len(live)
    delta, df = contrast @ fit.coefficients[0, :-1], fit.df[0]
    covariance = contrast @ fit.covariance[0, :-1, :-1] @ contrast.T * fit.dispersion[0]
    half = stdtrit(df, (1 + level) / 2) * np.sqrt(np.diag(covariance))
    rows = table.index[live]
    table.loc[rows, ["ratio", "lower", "upper"]] = np.exp(np.column_stack([delta, delta - half, delta + half]))
    table.loc[rows, "status"] = Status.OK.value
    f = float(delta @ np.linalg.pinv(covariance, hermitian=True) @ delta) / (len(live) - 1)
    table.attrs.update(f=f, p_value=float(fdtrc(len(live) - 1, df, f)), df=float(df), dispersion=fit.dispersion[0])
    return table


def _dates(y: Values) -> pd.PeriodIndex | None:
    """The months of a series that is labelled with dates."""
    if isinstance(y, pd.Series) and isinstance(y.index, pd.DatetimeIndex):
        return y.index.to_period("M")
    if isinstance(y, pd.Series) and isinstance(y.index, pd.PeriodIndex):
        return y.index.asfreq("M")
    return None


def _stl(values: Floats, settings: Mapping[str, Any]) -> tuple[Floats, Floats, Floats]:
    """Trend, seasonal and rest."""
    from statsmodels.tsa.seasonal import STL

    fit = {name: settings[name] for name in ("inner_iter", "outer_iter") if name in settings}
    split = STL(values, **{name: value for name, value in settings.items() if name not in fit}).fit(**fit)
    return split.trend, split.seasonal, split.resid
