"""Emerging hot spots: is a hot (cold) spot new, growing, fading, on and off? Seventeen classes of Gi* over time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from concerns.multiple_tests import q_values
from geo.areas import comparable_areas, to_float_table
from geo.monotone import mann_kendall_rows
from geo.permutation import check_number

__all__ = ["FEWEST_STEPS", "EmergingClass", "EmergingHotSpots", "class_numbers", "classify", "emerging_hot_spots"]

FEWEST_STEPS = 10  # below this a place is `too_few`
COLD = 8  # a cold class is its hot mirror image plus this
EQUAL_DECIMALS = 12  # two z that differ by rounding alone are equal to the trend test

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class EmergingClass(IntEnum):
    """The seventeen classes; `key` names one in tables and translations."""

    NEW_HOT = 1
    CONSECUTIVE_HOT = 2
    INTENSIFYING_HOT = 3
    PERSISTENT_HOT = 4
    DIMINISHING_HOT = 5
    SPORADIC_HOT = 6
    OSCILLATING_HOT = 7
    HISTORICAL_HOT = 8
    NEW_COLD = 9
    CONSECUTIVE_COLD = 10
    INTENSIFYING_COLD = 11
    PERSISTENT_COLD = 12
    DIMINISHING_COLD = 13
    SPORADIC_COLD = 14
    OSCILLATING_COLD = 15
    HISTORICAL_COLD = 16
    NO_PATTERN = 17

    @property
    def key(self) -> str:
        """
        >>> EmergingClass(1).key
        'new_hot'
        """
        return self.name.lower()


@dataclass(frozen=True)
class EmergingHotSpots:
    """The answer for every place, and the bins it was read from (places × steps, labelled as the counts were)."""

    table: pd.DataFrame  # as `classify`
    z: pd.DataFrame  # space-time Gi*, NaN where a bin could not be tested
    hot: pd.DataFrame  # bool: above expectation and flagged
    cold: pd.DataFrame  # bool: below expectation and flagged
    alpha: float
    lag: int
    n_tests: int  # bins in the false-discovery family


def emerging_hot_spots(counts: Any, weights: Any, *, alpha: float = 0.05, lag: int = 1) -> EmergingHotSpots:
    """Space-time Gi* of every place and step, and the class of every place.

    counts: places × equal steps (DataFrame, array, list of rows), in time order; NaN is a missing bin, not 0.
    weights: libpysal Graph, or SciPy sparse matrix in the order of the rows; taken as binary, self is added here.
    lag: a bin's neighbours are the place and its neighbours at this step and the `lag` steps before.
    Mean, variance and n are over all observed bins of places that have a neighbour. Status of a place as in `classify`,
    and `island` (no neighbour), `constant` (no bin differs from another). Null of a bin: values are exchangeable over
    bins; two-sided, analytic. Time grows as places × steps² (the trend), memory as places × steps.
    Raises ValueError: sizes or names that do not fit, an infinite value, a bad weight, alpha or lag; TypeError: another
    kind of `weights`. Esri, How Emerging Hot Spot Analysis works; Ord & Getis (1995) Geogr. Anal. 27:286.

    >>> from scipy.sparse import diags_array
    >>> road = diags_array([np.ones(29), np.ones(29)], offsets=[-1, 1])    # thirty places, twelve steps
    >>> counts = np.full((30, 12), 3) + np.indices((30, 12)).sum(axis=0) % 2
    >>> counts[8:11, 11] = 40                                               # three neighbours flare up at the last step
    >>> emerging_hot_spots(counts, road).table["class_key"][7:12].to_list()
    ['new_hot', 'new_hot', 'new_hot', 'new_hot', 'new_hot']
    """
    lag = check_number(lag, "lag", 0)
    x, rows, steps = to_float_table(counts, "counts")
    labels = rows if isinstance(counts, pd.DataFrame) else None
    seen = pd.Series(np.where(np.isfinite(x).any(axis=1), 0.0, np.nan), index=labels)
    areas = comparable_areas(seen if labels is not None else seen.to_numpy(), weights)
    z = np.full(x.shape, np.nan)
    areas.matrix.data[:] = 1.0
    z[areas.position] = _space_time_gi_star(x[areas.position], areas.matrix, lag)
    table = classify(pd.DataFrame(z, index=areas.index), alpha=alpha)
    status = np.where(areas.status == "ok", table["status"], areas.status)
    if areas.position.size and np.isnan(z).all():
        status[areas.position] = "constant"
    table["status"] = status
    hot, cold = _flags(z, alpha)
    bins = {name: pd.DataFrame(a, areas.index, steps) for name, a in (("z", z), ("hot", hot), ("cold", cold))}
    return EmergingHotSpots(table, bins["z"], bins["hot"], bins["cold"], alpha, lag, table.attrs["n_tests"])


def classify(z: Any, *, alpha: float = 0.05) -> pd.DataFrame:
    """The class of every place from its Gi* z-scores over time.

    z: places × equal steps (array, DataFrame, list of rows), in time order; NaN is a bin that was not tested, and is
    left out of every total, of the run and of the trend.
    Grain out: one row a place. `class`: 1–17 (`EmergingClass`), NA unless `status` is ok; `class_key`: its name;
    `n_hot`, `n_cold`, `n_observed`: bins; `final_run`: length of the unbroken run of hot (or of cold) bins at the end;
    `trend`: 1 up, −1 down, 0 not distinguishable from none; `trend_z`, `trend_p`: Mann–Kendall; `status`: ok,
    too_few (fewer than ten observed steps), missing (nothing, or not the last step, observed).
    A bin is hot (cold) when z > 0 (< 0) and Benjamini–Hochberg over all bins in z at `alpha` flags its two-sided
    analytic p. `attrs`: alpha, n_tests.
    Null of the trend: no monotone trend; two-sided at `alpha`. Time grows as places × steps².
    Raises ValueError: not two-dimensional, infinite z, alpha outside 0 … 1. Esri, How Emerging Hot Spot Analysis works.

    >>> hot, flat = 9.0, 0.1
    >>> z = [[flat] * 9 + [hot], [flat] * 8 + [hot] * 2, [hot] * 9 + [flat], [hot] * 10, [hot] + [flat] * 9]
    >>> classify(z)[["class", "class_key"]].to_records(index=False).tolist()
    [(1, 'new_hot'), (2, 'consecutive_hot'), (8, 'historical_hot'), (4, 'persistent_hot'), (17, 'no_pattern')]
    """
    values, rows, _ = to_float_table(z, "z")
    observed = ~np.isnan(values)
    hot, cold = _flags(values, alpha)
    n_observed = observed.sum(axis=1)
    last = observed[:, -1] if values.shape[1] else np.zeros(len(values), dtype=bool)
    status = np.where(n_observed == 0, "missing", np.where(n_observed < FEWEST_STEPS, "too_few", "ok")).astype(object)
    status[(status == "ok") & ~last] = "missing"
    ok = status == "ok"
    trend_z, trend_p = mann_kendall_rows(np.round(values, EQUAL_DECIMALS))
    trend_z[n_observed < FEWEST_STEPS] = trend_p[n_observed < FEWEST_STEPS] = np.nan
    trend = np.where(trend_p <= alpha, np.sign(trend_z), 0).astype(int)
    numbers = np.full(len(values), np.nan)
    if ok.any():
        numbers[ok] = class_numbers(hot[ok], cold[ok], trend[ok], observed[ok])
    table = pd.DataFrame(
        {
            "class": pd.array(numbers, dtype="Int64"),
            "class_key": [EmergingClass(int(n)).key if n == n else None for n in numbers],
            "n_hot": hot.sum(axis=1),
            "n_cold": cold.sum(axis=1),
            "n_observed": n_observed,
            "final_run": _final_run(hot, observed) + _final_run(cold, observed),
            "trend": pd.array(np.where(np.isnan(trend_p), np.nan, trend), dtype="Int64"),
            "trend_z": trend_z,
            "trend_p": trend_p,
            "status": status,
        },
        index=rows,
    )
    table.attrs = {"method": "emerging_hot_spots", "alpha": alpha, "n_tests": int(observed.sum())}
    return table


def class_numbers(hot: ArrayLike, cold: ArrayLike, trend: ArrayLike, observed: ArrayLike | None = None) -> NDArray[Any]:
    """The class of each place from its flags: exactly one of 1–17 each.

    hot, cold, observed: bool, places × steps; the last step is observed. trend: 1, 0 or −1 for each place.

    >>> row = lambda signs: ([[s == "h" for s in signs]], [[s == "c" for s in signs]], [0])
    >>> [int(class_numbers(*row(signs))[0]) for signs in ("c.......hh", "ch.......h", "hhhhhhhhh.", "cccccccccc")]
    [2, 7, 8, 12]
    """
    h, c, up = np.asarray(hot, bool), np.asarray(cold, bool), np.asarray(trend)
    seen = np.ones(h.shape, dtype=bool) if observed is None else np.asarray(observed, bool)
    n = seen.sum(axis=1)
    neither = np.select([10 * h.sum(axis=1) >= 9 * n, 10 * c.sum(axis=1) >= 9 * n], [8, 16], 17)
    hot_side, cold_side = _side(h, c, up, seen, n), _side(c, h, -up, seen, n) + COLD
    return np.where(h[:, -1], hot_side, np.where(c[:, -1], cold_side, neither))


def _side(h: Flags, c: Flags, up: NDArray[Any], seen: Flags, n: NDArray[Any]) -> NDArray[Any]:
    """Classes 1–7 of places whose last step is hot; the mirror image when the flags are exchanged."""
    total, others = h.sum(axis=1), c.sum(axis=1)
    mostly = 10 * total >= 9 * n
    conditions = [mostly & (up > 0), mostly & (up < 0), mostly, total == 1, total == _final_run(h, seen), others == 0]
    return np.select(conditions, [3, 5, 4, 1, 2, 6], 7)


def _final_run(flag: Flags, observed: Flags) -> NDArray[Any]:
    """How many flagged bins stand after the last observed bin that is not flagged."""
    if flag.shape[1] == 0:
        return np.zeros(len(flag), dtype=int)
    broken = (observed & ~flag)[:, ::-1]
    after = np.where(broken.any(axis=1), broken.argmax(axis=1), flag.shape[1])
    running = np.c_[np.zeros(len(flag), dtype=int), flag[:, ::-1].cumsum(axis=1)]
    return running[np.arange(len(flag)), after]


def _flags(z: Floats, alpha: float) -> tuple[Flags, Flags]:
    from scipy.special import ndtr

    if not 0 < alpha < 1:
        raise ValueError("alpha: a number between 0 and 1 is needed")
    flagged = q_values(2 * ndtr(-np.abs(z))) <= alpha
    return flagged & (z > 0), flagged & (z < 0)


def _space_time_gi_star(x: Floats, matrix: Any, lag: int) -> Floats:
    """Gi* over bins: w = 1 for the place and its neighbours, at this step and up to `lag` steps before."""
    observed = ~np.isnan(x)
    n = int(observed.sum())
    z = np.full(x.shape, np.nan)
    if n == 0 or (distinct := x[observed]).max() == distinct.min():
        return z
    scaled = np.ldexp(x, -np.frexp(np.abs(distinct).max())[1])
    c = scaled - np.median(scaled[observed])  # whole numbers stay whole, so that equal sums are equal to the last bit
    mean, sd = c[observed].mean(), c[observed].std()
    total, w = (_windows(np.where(observed, part, 0.0), matrix, lag) for part in (c, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (total - mean * w) / (sd * np.sqrt((n * w - w**2) / (n - 1)))
    tested = observed & (w < n)
    z[tested] = found[tested]
    return z


def _windows(values: Floats, matrix: Any, lag: int) -> Floats:
    """Sum over the place and its neighbours, this step and the `lag` before."""
    here = matrix @ values + values
    total = here.copy()
    for back in range(1, min(lag, values.shape[1] - 1) + 1):
        total[:, back:] += here[:, :-back]
    return total
