"""Staggered adoption: the effect of starting at g, seen at t, for every cohort and period (Callaway & Sant'Anna)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Estimate, Floats, JointTest, Status, joint_test, normal_quantile, wald_estimate
from concerns.panel import Balanced, balanced_panel

Control = Literal["nevertreated", "notyettreated"]
MIN_UNITS = 5  # fewer treated or comparison units: the effect is shown, its interval is not
ROUNDING = 1e-13


@dataclass(frozen=True)
class GroupTimeEffects:
    """Group-time effects ATT(g, t) and what aggregating them needs.

    table: one row a cohort and period, sorted: cohort, time, event_time (t − g), is_post, att, se, lower, upper,
    p_value (two-sided, H0 ATT = 0), band_lower, band_upper (simultaneous over all rows that are ok), n_treated,
    n_control, status. influence: one row a unit, one column a row of `table`; se² = Σψ²/n². pretrend: joint Wald test
    that all pre-period effects are 0. left_out: cohorts without a
    period before their start. n_units: balanced units used; n_unbalanced: units left out for a gap.
    """

    table: pd.DataFrame
    influence: Floats
    cohort_of_unit: Floats
    cluster_of_unit: NDArray[np.intp]
    pretrend: JointTest
    control: Control
    left_out: list[float]
    n_units: int
    n_unbalanced: int
    n_cohort_left_out: int
    alpha: float
    draws: int
    seed: int


def att_gt(
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
) -> GroupTimeEffects:
    """Estimate the effect on each starting cohort in each period against units not treated by then.

    panel: one row a unit and period; `time` and `cohort` are numbers on one scale (years, waves, months counted), or
    both dates, which are numbered 1, 2 … in their own steps (months, quarters, days …; a start between two periods
    counts from the next); `cohort` is the first treated period, NaN, 0 or ∞ = never. A cohort that starts after the
    last period is not treated within the data. ATT(g, t) = mean change of cohort g − mean change of the comparison
    units, from the last period before g (t ≥ g) or from the period before t (t < g). control: units never treated,
    or those not yet treated by max(t, base). H0 no effect, two-sided, if trends would have been parallel and nobody
    reacted early. Units with a gap are left out (n_unbalanced), cohorts treated before the data start too (left_out).
    Fewer than 5 units on a side: no interval. draws: Rademacher multipliers of the influence values, per unit or
    `cluster`, for the simultaneous bands; 0 for none.

    Raises ValueError: a column is absent, a unit has a period twice, a cohort or cluster changes within a unit.
    Raises TypeError: time or cohort is neither number nor date, or one of each.
    Callaway & Sant'Anna (2021), J. Econometrics 225:200-230.

    >>> before_after = {"opened": [(0, 1), (0, 2), (0, 3)] * 2, "never": [(0, 0), (0, 1), (0, 2)] * 2}
    >>> rows = [(f"{arm} {k}", year, 2.0 if arm == "opened" else 0.0, pair[year - 1])
    ...         for arm, pairs in before_after.items() for k, pair in enumerate(pairs) for year in (1, 2)]
    >>> panel = pd.DataFrame(rows, columns=["district", "year", "opened_in", "trust"])
    >>> effects = att_gt(panel, "trust", "district", "year", "opened_in")  # 2 − 1; √(2/3/6 + 2/3/6)
    >>> effects.table[["cohort", "time", "att", "se", "n_treated", "n_control", "status"]].round(4)
       cohort  time  att      se  n_treated  n_control status
    0     2.0   2.0  1.0  0.4714          6          6     ok
    """
    if control not in ("nevertreated", "notyettreated"):
        raise ValueError('control must be "nevertreated" or "notyettreated"')
    data = balanced_panel(panel, outcome, unit, time, cohort, cluster=cluster)
    return effects_of(data, control, alpha=alpha, draws=draws, seed=seed)


def effects_of(
    data: Balanced,
    control: Control,
    *,
    alpha: float,
    draws: int,
    seed: int,
    pairs: Iterable[Comparison] | None = None,
) -> GroupTimeEffects:
    """Estimate as `att_gt` does, from a panel that is balanced already, over its own or the given comparisons."""
    cells, influence = _cells(data, comparisons(data, control) if pairs is None else pairs)
    statuses = [Status(status) for status in cells["status"]]
    estimates = intervals(cells["att"], influence, data.cluster, statuses, alpha=alpha)
    bands = simultaneous_bands(estimates, influence, data.cluster, alpha=alpha, draws=draws, seed=seed)
    for name in ("se", "lower", "upper", "p_value", "status"):
        cells[name] = [getattr(estimate, name) for estimate in estimates]
    table = cells.assign(band_lower=bands[:, 0], band_upper=bands[:, 1], status=cells["status"].astype("str"))
    return GroupTimeEffects(
        table=table[COLUMNS],
        influence=influence,
        cohort_of_unit=data.start,
        cluster_of_unit=data.cluster,
        pretrend=_pretrend(table, influence, data.cluster),
        control=control,
        left_out=data.left_out,
        n_units=len(data.start),
        n_unbalanced=data.n_unbalanced,
        n_cohort_left_out=data.n_cohort_left_out,
        alpha=alpha,
        draws=draws,
        seed=seed,
    )


COLUMNS = ["cohort", "time", "event_time", "is_post", "att", "se", "lower", "upper", "p_value"]
COLUMNS += ["band_lower", "band_upper", "n_treated", "n_control", "status"]


@dataclass(frozen=True)
class Comparison:
    """One (g, t): the positions of t and of its base period, and which units are treated and which compared."""

    cohort: float
    at: int
    base: int
    is_post: bool
    treated: NDArray[np.bool_]
    clean: NDArray[np.bool_]


def comparisons(data: Balanced, control: Control) -> Iterator[Comparison]:
    """Yield every cohort and period that has a base period, in order."""
    for g in np.unique(data.start[np.isfinite(data.start)]):
        before_start = int(np.searchsorted(data.periods, g)) - 1
        treated = data.start == g
        for t in range(1, len(data.periods)):
            base = before_start if data.periods[t] >= g else t - 1
            clean = np.isinf(data.start)
            if control == "notyettreated":
                clean = (data.start > data.periods[max(t, base)]) & ~treated
            yield Comparison(float(g), t, base, bool(data.periods[t] >= g), treated, clean)


def _cells(data: Balanced, pairs: Iterable[Comparison]) -> tuple[pd.DataFrame, Floats]:
    """Return one row a cohort and period with its effect, and the influence values of the units on it."""
    rows, columns = [], []
    for pair in pairs:
        change = data.outcome[:, pair.at] - data.outcome[:, pair.base]
        att, psi, status = _difference(change, pair.treated, pair.clean)
        g, t = pair.cohort, data.periods[pair.at]
        rows.append((g, t, t - g, pair.is_post, att, pair.treated.sum(), pair.clean.sum(), status))
        columns.append(psi)
    names = ["cohort", "time", "event_time", "is_post", "att", "n_treated", "n_control", "status"]
    influence = np.column_stack(columns) if columns else np.empty((len(data.start), 0))
    return pd.DataFrame(rows, columns=names), influence


def _difference(change: Floats, treated: NDArray[np.bool_], clean: NDArray[np.bool_]) -> tuple[float, Floats, Status]:
    n, n_treated, n_clean = len(change), int(treated.sum()), int(clean.sum())
    if not n_treated or not n_clean:
        return np.nan, np.zeros(n), Status.NOT_IDENTIFIED
    mean_treated, mean_clean = change[treated].mean(), change[clean].mean()
    psi = np.where(treated, (change - mean_treated) * n / n_treated, 0.0)
    psi = psi - np.where(clean, (change - mean_clean) * n / n_clean, 0.0)
    if np.abs(psi).max() <= ROUNDING * n * np.abs(change).max():
        psi = np.zeros(n)  # all changes are equal: what is left is the rounding of their mean
    status = Status.TOO_FEW if min(n_treated, n_clean) < MIN_UNITS else Status.OK
    return float(mean_treated - mean_clean), psi, status


def by_cluster(influence: Floats, cluster: NDArray[np.intp]) -> Floats:
    """Sum the influence values within clusters: one row a cluster."""
    sums = np.zeros((int(cluster.max(initial=-1)) + 1, influence.shape[1]))
    np.add.at(sums, cluster, influence)
    return sums


def intervals(
    effects: Iterable[float], influence: Floats, cluster: NDArray[np.intp], statuses: list[Status], *, alpha: float
) -> list[Estimate]:
    """Give each effect its standard error √Σ(Σ_cluster ψ)² / n, interval and p."""
    n = max(len(influence), 1)
    errors = np.sqrt((by_cluster(influence, cluster) ** 2).sum(axis=0)) / n
    return [
        wald_estimate(float(effect), float(se) if np.isfinite(effect) else np.nan, alpha=alpha, status=status)
        for effect, se, status in zip(effects, errors, statuses, strict=True)
    ]


def simultaneous_bands(
    estimates: list[Estimate], influence: Floats, cluster: NDArray[np.intp], *, alpha: float, draws: int, seed: int
) -> Floats:
    """Return lower and upper (rows × 2) that hold all ok effects at once with confidence 1 − alpha.

    The critical value is the 1 − alpha quantile of the largest |t| over Rademacher draws, at least the pointwise one.
    """
    bands = np.full((len(estimates), 2), np.nan)
    ok = np.array([estimate.status is Status.OK for estimate in estimates], dtype=bool)
    if not ok.any() or not draws:
        return bands
    se = np.array([estimate.se for estimate in estimates])[ok]
    centre = np.array([estimate.estimate for estimate in estimates])[ok]
    sums = by_cluster(influence, cluster)[:, ok] / len(influence)
    signs = np.random.default_rng(seed).integers(0, 2, size=(draws, len(sums))) * 2.0 - 1.0
    largest = np.abs(signs @ sums / se).max(axis=1)
    critical = max(float(np.quantile(largest, 1 - alpha)), normal_quantile(alpha))
    bands[ok] = np.column_stack([centre - critical * se, centre + critical * se])
    return bands


def _pretrend(table: pd.DataFrame, influence: Floats, cluster: NDArray[np.intp]) -> JointTest:
    """Test jointly that every pre-period effect is 0; not identified with fewer clusters than effects."""
    pre = ~table["is_post"].to_numpy(dtype=bool) & (table["status"] == Status.OK).to_numpy()
    sums = by_cluster(influence[:, pre], cluster) / max(len(influence), 1)
    return joint_test(table["att"].to_numpy(dtype="float64")[pre], sums.T @ sums)
