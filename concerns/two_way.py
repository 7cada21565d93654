"""Two-way fixed effects and the event study: how the gap between places moves before and after a start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from concerns.estimate import Estimate, Floats, JointTest, Status, joint_test, normal_quantile
from concerns.panel import balanced_panel, check_panel, numbers
from concerns.staggered import Control, effects_of
from concerns.staggered_aggregates import aggregate, lead_test
from concerns.time_scale import on_one_scale

MIN_CLUSTERS = 10  # fewer: the clustered variance of a coefficient cannot be trusted, the interval is not shown
Estimator = Literal["two_way", "callaway_santanna"]


@dataclass(frozen=True)
class EventStudy:
    """An event study.

    table: one row an event time, sorted: event_time (periods since the start), estimate, se, lower, upper, p_value,
    band_lower, band_upper (simultaneous), status, from `estimator`: two-way fixed effects where all start together,
    Callaway-Sant'Anna where they do not. two_way_table: the same columns from two-way fixed effects, for comparison.
    pretrend: joint Wald test that all pre-period effects are 0 (the last leads, where there are too many for one
    test); to pass it is weak evidence (Roth 2022).
    two_way and group_time: the one-number summaries of both. disagree: two-way fixed effects must not be read, since
    its estimate lies outside the other's interval, or has the other sign while one of the two excludes 0.
    """

    table: pd.DataFrame
    estimator: Estimator
    pretrend: JointTest
    two_way_table: pd.DataFrame
    two_way: Estimate
    group_time: Estimate
    disagree: bool
    is_staggered: bool


def event_study(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    cohort: str,
    control: Control = "nevertreated",
    *,
    cluster: str | None = None,
    alpha: float = 0.05,
    draws: int = 999,
    seed: int = 0,
) -> EventStudy:
    """Estimate the effect at each time since the start, with the leads as a check of parallel trends.

    panel and its columns as in `concerns.staggered.att_gt`. Two-way model: y_it = α_i + λ_t + Σ_{k≠−1} β_k·1{t−G_i=k},
    errors clustered by unit or `cluster`; k = −1 is 0 by definition. H0 β_k = 0, two-sided. Starts on different dates:
    two-way coefficients mix cohorts, so the table holds group-time effects instead and the two-way ones stand beside.
    Raises ValueError, TypeError as `att_gt`. Sun & Abraham (2021), J. Econometrics 225:175-199.

    >>> rows = [(u, t, 3 if u < 12 else 0, t + u % 3 * (t % 2) + 4 * (u < 12 and t >= 3))
    ...         for u in range(24) for t in (1, 2, 3)]
    >>> study = event_study(pd.DataFrame(rows, columns=["u", "t", "g", "y"]), "y", "u", "t", "g")
    >>> study.estimator, study.table[["event_time", "estimate"]].round(3).to_numpy().tolist()
    ('two_way', [[-2.0, 0.0], [-1.0, 0.0], [0.0, 4.0]])
    """
    panel = on_one_scale(panel, time, cohort)
    check_panel(panel, outcome, unit, time, cohort, cluster)
    rows = _rows(panel, outcome, unit, time, cohort, cluster)
    starts = rows["start"]
    is_staggered = starts[np.isfinite(starts)].nunique() > 1
    two_way_table, leads = _dynamic(rows, alpha=alpha, draws=draws, seed=seed)
    two_way = twfe(panel, outcome, unit, time, cohort, cluster=cluster, alpha=alpha)
    data = balanced_panel(panel, outcome, unit, time, cohort, cluster=cluster)
    effects = effects_of(data, control, alpha=alpha, draws=draws, seed=seed)
    group_time = aggregate(effects, "simple").overall
    pretrend = effects.pretrend if effects.pretrend.status is Status.OK else lead_test(effects)
    dynamic = aggregate(effects, "dynamic").table.rename(columns={"att": "estimate"})
    return EventStudy(
        table=dynamic[_COLUMNS] if is_staggered else two_way_table,
        estimator="callaway_santanna" if is_staggered else "two_way",
        pretrend=pretrend if is_staggered else leads,
        two_way_table=two_way_table,
        two_way=two_way,
        group_time=group_time,
        disagree=is_staggered and _disagree(two_way, group_time),
        is_staggered=is_staggered,
    )


def twfe(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    cohort: str,
    *,
    cluster: str | None = None,
    alpha: float = 0.05,
) -> Estimate:
    """Estimate one effect from y_it = α_i + λ_t + β·1{t ≥ G_i}, errors clustered by unit or `cluster` (CRV1, t).

    Right only where all start together or the effect is the same everywhere at all times: shown beside
    Callaway-Sant'Anna, never instead. H0 β = 0, two-sided. Fewer than 10 clusters or a single treated one: no interval.
    Rows without an outcome are left out, early starters stay.
    Raises ValueError, TypeError as `concerns.staggered.att_gt`. Goodman-Bacon (2021), J. Econometrics 225:254.

    >>> rows = [(u, t, 2 if u < 6 else 0, u + t + u % 2 * (t == 2) + 3 * (u < 6 and t == 2))
    ...         for u in range(12) for t in (1, 2)]
    >>> round(twfe(pd.DataFrame(rows, columns=["u", "t", "g", "y"]), "y", "u", "t", "g").estimate, 6)
    3.0
    """
    panel = on_one_scale(panel, time, cohort)
    check_panel(panel, outcome, unit, time, cohort, cluster)
    rows = _rows(panel, outcome, unit, time, cohort, cluster)
    rows["post"] = (rows["time"] >= rows["start"]).astype("float64")
    if not _within_variation(rows):
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, Status.NOT_IDENTIFIED)
    fit = _fit("y ~ post | unit + time", rows)
    return coefficient(fit, "post", is_few=_is_few(rows), alpha=alpha)


def coefficient(fit: Any, name: str, *, is_few: bool, alpha: float) -> Estimate:
    """Return one coefficient of a pyfixest fit with its t interval; no interval where few clusters stand behind."""
    tidy = fit.tidy(alpha=alpha)
    if name not in tidy.index:
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, Status.NOT_IDENTIFIED)
    estimate, se, _, p, lower, upper = (float(value) for value in tidy.loc[name])
    if is_few:
        return Estimate(estimate, se, np.nan, np.nan, np.nan, Status.TOO_FEW)
    spread = float(np.nanstd(fit._Y)) or 1.0
    if not se > 1e-9 * spread:
        return Estimate(estimate, 0.0, np.nan, np.nan, np.nan, Status.CONSTANT)
    return Estimate(estimate, se, lower, upper, p, Status.OK)


_COLUMNS = ["event_time", "estimate", "se", "lower", "upper", "p_value", "band_lower", "band_upper", "status"]


def _rows(panel: pd.DataFrame, outcome: str, unit: str, time: str, cohort: str, cluster: str | None) -> pd.DataFrame:
    start = numbers(panel, cohort)
    rows = pd.DataFrame(
        {
            "y": numbers(panel, outcome),
            "time": numbers(panel, time),
            "start": np.where(np.isnan(start) | (start == 0), np.inf, start),
            "unit": pd.factorize(panel[unit])[0],
            "cluster": pd.factorize(panel[cluster or unit])[0],
        }
    )
    rows = rows[np.isfinite(rows["y"])].reset_index(drop=True)
    rows.loc[rows["start"] > rows["time"].max(), "start"] = np.inf
    return rows


def _is_few(rows: pd.DataFrame) -> bool:
    """Say whether too few clusters stand behind a coefficient: below 10, or a single one that is ever treated."""
    n_treated = rows.loc[np.isfinite(rows["start"]), "cluster"].nunique()
    return bool(rows["cluster"].nunique() < MIN_CLUSTERS or n_treated < 2)


def _within_variation(rows: pd.DataFrame) -> bool:
    """Say whether `post` still varies once unit and period means are taken out."""
    from scipy.sparse import csr_array, hstack
    from scipy.sparse.linalg import lsqr

    n = len(rows)
    dummies = [csr_array((np.ones(n), (np.arange(n), pd.factorize(rows[name])[0]))) for name in ("unit", "time") if n]
    if not n:
        return False
    post = rows["post"].to_numpy()
    design = hstack(dummies)
    return bool(np.abs(post - design @ lsqr(design, post, atol=1e-12, btol=1e-12)[0]).max() > 1e-6)


def _fit(formula: str, rows: pd.DataFrame) -> Any:
    import pyfixest

    with np.errstate(divide="ignore", invalid="ignore"):  # a constant outcome: se 0, answered as a status
        return pyfixest.feols(formula, rows, vcov={"CRV1": "cluster"})


def _dynamic(rows: pd.DataFrame, *, alpha: float, draws: int, seed: int) -> tuple[pd.DataFrame, JointTest]:
    """Fit the two-way event study; not identified without a unit that is never treated."""
    treated = np.isfinite(rows["start"])
    event_time = (rows["time"] - rows["start"]).where(treated)
    before = event_time[event_time < 0]
    if before.empty or treated.all() or not (event_time >= 0).any():
        empty = pd.DataFrame(columns=_COLUMNS, dtype="float64")
        return empty.astype({"status": "str"}), JointTest(np.nan, 0, np.nan, Status.NOT_IDENTIFIED)
    reference = before.max()  # −1 wherever the period before the start was observed
    steps = np.unique(event_time.dropna())
    steps = steps[steps != reference]
    names = [f"step_{k}" for k in range(len(steps))]
    dummies = {name: (event_time == step).astype("float64") for name, step in zip(names, steps, strict=True)}
    fit = _fit("y ~ " + " + ".join(names) + " | unit + time", rows.assign(**dummies))
    few = _is_few(rows)
    estimates = [coefficient(fit, name, is_few=few, alpha=alpha) for name in names]
    covariance = pd.DataFrame(fit._vcov, fit._coefnames, fit._coefnames).reindex(index=names, columns=names).to_numpy()
    bands = _bands(estimates, covariance, alpha=alpha, draws=draws, seed=seed)
    table = pd.DataFrame([estimate.as_dict() for estimate in estimates])
    table = table.assign(event_time=steps, band_lower=bands[:, 0], band_upper=bands[:, 1])
    table.loc[len(table)] = {"event_time": reference, "estimate": 0.0, "status": "reference"}
    leads = (steps < 0) & np.array([estimate.status is Status.OK for estimate in estimates])
    values = np.array([estimate.estimate for estimate in estimates])[leads]
    test = joint_test(values, covariance[np.ix_(leads, leads)])
    return table.sort_values("event_time", ignore_index=True)[_COLUMNS], test


def _bands(estimates: list[Estimate], covariance: Floats, *, alpha: float, draws: int, seed: int) -> Floats:
    """Return simultaneous bands from draws of the coefficients' joint normal distribution (sup-t)."""
    bands = np.full((len(estimates), 2), np.nan)
    ok = np.array([estimate.status is Status.OK for estimate in estimates], dtype=bool)
    if not ok.any() or not draws:
        return bands
    se = np.array([estimate.se for estimate in estimates])[ok]
    centre = np.array([estimate.estimate for estimate in estimates])[ok]
    correlation = covariance[np.ix_(ok, ok)] / np.outer(se, se)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    normal = np.random.default_rng(seed).standard_normal((draws, len(se)))
    largest = np.abs(normal @ root.T).max(axis=1)
    pointwise = max((e.upper - e.estimate) / e.se for e in estimates if e.status is Status.OK)
    critical = max(float(np.quantile(largest, 1 - alpha)), pointwise, normal_quantile(alpha))
    bands[ok] = np.column_stack([centre - critical * se, centre + critical * se])
    return bands


def _disagree(two_way: Estimate, group_time: Estimate) -> bool:
    if not np.isfinite([two_way.estimate, group_time.lower]).all():
        return False
    outside = not group_time.lower <= two_way.estimate <= group_time.upper
    excludes_zero = any(e.lower > 0 or e.upper < 0 for e in (two_way, group_time))
    return outside or (two_way.estimate * group_time.estimate < 0 and excludes_zero)
