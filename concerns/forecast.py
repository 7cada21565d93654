"""Where will most be raised next month, and is that better than a naive guess? Places only, never persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from concerns.block_bootstrap import mean_interval
from concerns.estimate import Floats, Status
from concerns.forecast_models import BASELINES, MODELS, YEAR, Forecaster
from concerns.forecast_record import read_record
from concerns.hit_rate import chosen_cells, hit_rates
from concerns.vectors import Values, as_floats

__all__ = ["Backtest", "backtest", "hit_rates", "summarise"]

MIN_ORIGINS = 24
COVERAGE = (0.8, 0.95)
PLACES = ["area_share", "hit_rate", "pai", "pei_same_area", "pei_best_area", "calibration", "rri"]
MEASURES = [*PLACES, "mae", "mase", "deviance", "coverage_80", "coverage_95"]
COLUMNS = ["origin", "target", "horizon", "method", "n_scored", "n_hits", "n_total", *MEASURES]


@dataclass(frozen=True)
class Backtest:
    """What walking forward found.

    steps: one row an origin, horizon and method, with every measure of that step; summary: one row a horizon and
    method (`summarise`); gain: one row a horizon, model and measure: how much better than the best baseline, its
    interval, and a verdict: `better`, `worse`, `no_better`, or `no_claim` where status is not ok.
    status: `too_few` with fewer than 24 origins, `missing` without any, else `ok`. n_undated: reports that no origin
    knew, for want of a submission time.
    """

    steps: pd.DataFrame
    summary: pd.DataFrame
    gain: pd.DataFrame
    status: str
    n_undated: int


def backtest(
    cells: pd.DataFrame | Floats,
    *,
    area_km2: Values | None = None,
    area_share: float = 0.1,
    horizons: Sequence[int] = (1,),
    min_train: int = 24,
    models: Mapping[str, Forecaster] | None = None,
    seed: int = 0,
    replicates: int = 999,
) -> Backtest:
    """Walk forward month by month: forecast from what was known then, compare with what came and with naive guesses.

    cells: a long table, one row a place, month of the event and time of submission, with columns cell, month (monthly
    Period, or a date within it), submitted_at (UTC) and n_reports; a place and month without a row had none, a missing
    n_reports was not observed. An origin (the end of a month) knows rows with submitted_at in or before that month,
    whatever the month of the event; rows without submitted_at are known to none. Or a wide table or array, places ×
    months, of which an origin knows all months up to it. area_km2: of each place (a Series by cell, or in sorted order
    of cells), alike if None. area_share: of the whole area, which a forecast may name. horizons: months ahead.
    min_train: months before the first origin. models: name → function of (known places × months, horizon), beside the
    baselines last_month, same_month_last_year, mean_of_12, long_run_mean; None: `smoothed_season`.
    Measures of a step: those of `hit_rates`; rri (n2/n1)/(N2/N1) against the 12 months before (Levine); mae, and mase
    (by the mean error of same-month-last-year in the training part); Poisson deviance (∞ where nothing was expected
    and something came); coverage_80, coverage_95 of negative binomial intervals whose dispersion comes from the steps
    before. Missing observations leave every measure. The gain is a paired block bootstrap over steps. Reports follow
    attention: a forecast that sends attention proves itself right (Lum & Isaac 2016; Ensign et al. 2018).
    Raises ValueError for columns, areas or options that do not fit. Levine (2008) Secur. J. 21:295.

    >>> counts = np.array([[5, 6, 4, 5, 6, 5], [1, 0, 1, 2, 1, 0]], dtype=float)
    >>> found = backtest(counts, area_share=0.5, min_train=3)
    >>> found.summary.loc[(1, "last_month"), ["hit_rate", "pai"]].round(2).to_list(), found.status
    ([0.84, 1.71], 'too_few')
    """
    if not horizons or min(horizons) < 1 or min_train < 1 or replicates < 1:
        raise ValueError("Horizons, min_train and replicates are at least 1.")
    record = read_record(cells)
    area = _areas(area_km2, record.cells)
    models = MODELS if models is None else models
    walk = _Walk(record.final(), record.months, area, area_share, {**BASELINES, **models})
    rows: list[dict[str, object]] = []
    for origin in range(min_train - 1, len(record.months) - min(horizons)):
        known = record.known_at(origin)
        for horizon in horizons:
            if origin + horizon < len(record.months):
                rows += walk.step(known, origin, horizon)
    steps = pd.DataFrame(rows, columns=COLUMNS)
    n_origins = steps["origin"].nunique()
    status = Status.MISSING if not n_origins else Status.TOO_FEW if n_origins < MIN_ORIGINS else Status.OK
    gain = _gain(steps, list(models), seed=seed, replicates=replicates)
    return Backtest(steps, summarise(steps), gain, status.value, record.n_undated)


def summarise(steps: pd.DataFrame) -> pd.DataFrame:
    """Mean of every measure over the given steps; the hit rate is that of all their reports together.

    steps: rows of `Backtest.steps`, all or the last 12 months. Grain out: one row a horizon and method; `n_steps` has
    the steps with an observed report. Missing measures are left out of their mean.
    """
    groups = steps.groupby(["horizon", "method"], sort=False)
    table = groups[MEASURES].mean()
    hits = groups[["n_hits", "n_total"]].sum()
    table["hit_rate"] = (hits.n_hits / hits.n_total).where(table.hit_rate.notna())
    return table.assign(n_steps=groups["hit_rate"].count())


@dataclass
class _Walk:
    """The road walked: forecasts made so far are kept, since their errors give the width of the next intervals."""

    final: Floats
    months: Sequence[Any]
    area: Floats
    area_share: float
    methods: Mapping[str, Forecaster]
    made: dict[tuple[int, str], list[tuple[int, Floats]]] = field(default_factory=dict)

    def step(self, known: Floats, origin: int, horizon: int) -> list[dict[str, object]]:
        """Forecast one month from one origin by every method, and measure."""
        target = origin + horizon
        observed, naive = self.final[:, target], _naive_error(known)
        rows = []
        for name, method in self.methods.items():
            predicted = as_floats(method(known, horizon), name=f"the forecast of {name}")
            before = self.made.setdefault((horizon, name), [])
            labels = {"origin": self.months[origin], "target": self.months[target], "horizon": horizon, "method": name}
            errors = _errors(predicted, observed, naive, _dispersion(before, known))
            rows.append({**labels, **errors, **_places(predicted, observed, known, self.area, self.area_share)})
            before.append((target, predicted))
        return rows


def _areas(area_km2: Values | None, cells: pd.Index) -> Floats:
    """Area of each place, in the sorted order of places."""
    if area_km2 is None:
        return np.ones(len(cells))
    if isinstance(area_km2, pd.Series):
        if not cells.isin(area_km2.index).all() or not area_km2.index.is_unique:
            raise ValueError("area_km2 has one area for each place.")
        area_km2 = area_km2.reindex(cells)
    area = as_floats(area_km2, name="area_km2")
    if area.shape != (len(cells),) or not (area > 0).all():
        raise ValueError("area_km2 has one area above 0 for each place.")
    return area


def _naive_error(known: Floats) -> float:
    """Mean absolute error of same-month-last-year within what was known."""
    apart = np.abs(known[:, YEAR:] - known[:, :-YEAR])
    apart = apart[~np.isnan(apart)]
    return float(apart.mean()) if apart.size else np.nan


def _dispersion(made: list[tuple[int, Floats]], known: Floats) -> float:
    """Variance over mean of the forecasts whose month is over, against what is known of it; NaN without one."""
    over = [(known[:, target], predicted) for target, predicted in made if target < known.shape[1]]
    if not over:
        return np.nan
    observed, predicted = (np.concatenate(part) for part in zip(*over, strict=True))
    seen = ~np.isnan(observed + predicted)
    total = predicted[seen].sum()
    return max(1.0, float(((observed - predicted)[seen] ** 2).sum() / total)) if total > 0 else np.nan


def _errors(predicted: Floats, observed: Floats, naive: float, dispersion: float) -> dict[str, float]:
    """How far off the numbers were, over the places with both."""
    both = ~np.isnan(predicted + observed)
    mu, y = predicted[both], observed[both]
    if not both.any():
        return {"n_scored": 0}
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * (np.where(y > 0, y * np.log(y / mu), 0.0) - (y - mu)).sum()
        mae = float(np.abs(y - mu).mean())
        mase = mae / naive if naive > 0 else np.nan
    errors = {"n_scored": int(both.sum()), "mae": mae, "mase": mase, "deviance": float(deviance)}
    if not np.isnan(dispersion):
        up_to, below = _count_cdf(y, mu, dispersion), _count_cdf(y - 1, mu, dispersion)
        for level in COVERAGE:  # y lies between two quantiles if its own cdf reaches the lower, and that of y − 1 not
            inside = (up_to >= (1 - level) / 2) & (below < (1 + level) / 2)
            errors[f"coverage_{100 * level:g}"] = float(inside.mean())
    return errors


def _count_cdf(y: Floats, mean: Floats, dispersion: float) -> Floats:
    """P(count ≤ y) of a negative binomial with the variance dispersion × mean; Poisson at 1."""
    from scipy.special import betainc, pdtr

    if dispersion > 1:
        size = np.maximum(mean / (dispersion - 1), np.finfo(float).tiny)
        return np.where(y < 0, 0.0, betainc(size, np.maximum(y, 0) + 1, 1 / dispersion))
    return np.where(y < 0, 0.0, pdtr(np.maximum(y, 0), mean))


def _places(predicted: Floats, observed: Floats, known: Floats, area: Floats, area_share: float) -> dict[str, float]:
    """How much the named places held, and how that compares with the 12 months before (Levine's RRI)."""
    if np.isnan(predicted).all():
        return {}
    places = hit_rates(predicted, observed, area, area_share=area_share)
    seen = ~np.isnan(observed)
    chosen = np.zeros(len(area), dtype=bool)
    chosen[seen] = chosen_cells(predicted[seen], area[seen], area_share=area_share) if seen.any() else False
    past = np.nansum(known[:, -YEAR:], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth, common = places.n_hits / past[chosen].sum(), places.n_total / past[seen].sum()
        rri = float(growth / common) if common > 0 else np.nan
    return {**{str(name): float(value) for name, value in places.items()}, "rri": rri}


def _gain(steps: pd.DataFrame, models: list[str], *, seed: int, replicates: int) -> pd.DataFrame:
    """Each model against the baseline that did best over the same steps."""
    rows = []
    for horizon, part in steps.groupby("horizon"):
        for measure, sign in (("hit_rate", 1), ("mae", -1)):
            table = sign * part.pivot(index="origin", columns="method", values=measure).astype(float)
            best = table[list(BASELINES)].mean().idxmax() if table.notna().any(axis=None) else None
            block = max(int(np.ceil(len(table) ** (1 / 3))), int(str(horizon)))
            for model in models if best else []:
                apart = (table[model] - table[best]).to_numpy()
                mean, lower, upper = mean_interval(apart, seed=seed, replicates=replicates, block=block)
                verdict = "better" if lower > 0 else "worse" if upper < 0 else "no_better"
                if (~np.isnan(apart)).sum() < MIN_ORIGINS:
                    verdict = "no_claim"
                rows.append((horizon, model, measure, best, mean, lower, upper, verdict))
    names = ["horizon", "model", "measure", "best_baseline", "gain", "lower", "upper", "verdict"]
    return pd.DataFrame(rows, columns=names)
