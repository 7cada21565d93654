"""Where values bunch: Getis–Ord Gi* and Gi, local and global Moran, each with its permutation test.

First call: NumPy and SciPy sparse alone, so the first answer of a process takes no compilation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.multiple_tests import q_values
from geo.areas import FEWEST_AREAS, Areas, all_equal, comparable_areas
from geo.moran import Moran, eb_standardised, local_moran, moran
from geo.permutation import check_number, conditional_p, normal_p

__all__ = ["Moran", "eb_standardised", "getis_ord_gi", "getis_ord_gi_star", "local_moran", "moran"]

Floats = NDArray[np.float64]


def getis_ord_gi_star(values: Any, weights: Any, *, permutations: int = 9_999, seed: int = 0) -> pd.DataFrame:
    """Getis–Ord Gi*: does an area together with its neighbours hold more (less) than its share?

    values: one number an area (Series, array or list), a rate rather than a count; NaN is missing.
    weights: libpysal Graph, or SciPy sparse matrix in the order of `values`. Taken as binary: any weight above 0 is a
    neighbour, a stored diagonal is ignored, self is added here.
    Grain out: one row an area, in the order and with the index of `values` (an array takes the graph's labels).
    - `gi_star_z`: analytic z-score, no unit; over the n areas with a value and a neighbour.
    - `p_value`: 2Φ(−|z|); assumes near-normal sums, poor for sparse counts.
    - `p_sim`: conditional permutation, R = `permutations`; smallest value 2/(R + 1). NaN when `permutations` is 0.
    - `q_value`: Benjamini–Hochberg over the `ok` areas, on `p_sim` (on `p_value` when `permutations` is 0);
      `q_analytic`: the same on `p_value`. Colour an area where `q_value` ≤ α.
    - `status`: `ok`; `missing`; `island` (no neighbour with a value); `constant` (nothing varies); `not_identified`
      (everybody is a neighbour); `too_few` (n < 8: z is given, p and q are not). All but `ok` carry no p and no q.
    `attrs` hold method, n, n_tests, permutations and seed.
    Null: the values are exchangeable over areas; two-sided. Time grows as links × permutations (101 districts 20 ms,
    10,000 cells about 2 s); memory with the number of links.
    Raises ValueError: sizes or names that do not fit, an infinite value, a bad weight; TypeError: another `weights`.
    Getis & Ord (1992) Geogr. Anal. 24:189; Ord & Getis (1995) 27:286.

    >>> from scipy.sparse import diags_array
    >>> road = diags_array([np.ones(7), np.ones(7)], offsets=[-1, 1])    # eight places along a road
    >>> gi_star = getis_ord_gi_star([9, 8, 9, 1, 2, 1, 2, 1], road)
    >>> gi_star.gi_star_z.round(2).to_list()
    [1.88, 2.62, 1.08, -0.07, -1.61, -1.42, -1.61, -1.13]
    >>> bool(gi_star.q_value.min() > 0.05)                               # eight places are too few to be sure
    True
    """
    return _getis_ord(values, weights, star=True, permutations=permutations, seed=seed)


def getis_ord_gi(values: Any, weights: Any, *, permutations: int = 9_999, seed: int = 0) -> pd.DataFrame:
    """Getis–Ord Gi: do an area's neighbours, without itself, hold more (less) than their share?

    As `getis_ord_gi_star`, but area i stays out of its own sum, mean and variance; z is in column `gi_z`.

    >>> from scipy.sparse import diags_array
    >>> road = diags_array([np.ones(7), np.ones(7)], offsets=[-1, 1])
    >>> getis_ord_gi([9, 8, 9, 1, 2, 1, 2, 1], road).gi_z.round(2).to_list()
    [1.41, 2.43, 0.51, 0.4, -1.44, -1.11, -1.44, -0.72]
    """
    return _getis_ord(values, weights, star=False, permutations=permutations, seed=seed)


def _getis_ord(values: Any, weights: Any, *, star: bool, permutations: int, seed: int) -> pd.DataFrame:
    permutations = check_number(permutations, "permutations", 0)
    areas = comparable_areas(values, weights)
    areas.matrix.data[:] = 1.0
    z, unit, reason = _standardised(areas, star)
    ok = reason == "ok"
    p_value = np.where(ok, normal_p(z), np.nan)
    p_sim = np.full(len(z), np.nan)
    if permutations and ok.any():
        scale = np.where(ok, unit, np.nan)
        p_sim = conditional_p(areas.x - np.median(areas.x), areas.matrix, scale, permutations=permutations, seed=seed)
    status = areas.status.copy()
    status[areas.position] = reason
    name = "gi_star_z" if star else "gi_z"
    q_analytic = q_values(p_value)
    columns = {
        name: z,
        "p_value": p_value,
        "p_sim": p_sim,
        "q_value": q_values(p_sim) if permutations else q_analytic,
        "q_analytic": q_analytic,
    }
    table = pd.DataFrame({key: areas.spread(column) for key, column in columns.items()}, index=areas.index)
    table["status"] = status
    table.attrs = {
        "method": "getis_ord_gi_star" if star else "getis_ord_gi",
        "n": len(z),
        "n_tests": int(ok.sum()),
        "permutations": permutations,
        "seed": seed,
    }
    return table


def _standardised(areas: Areas, star: bool) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """z, the z-units in one unit of x, and the status of each comparable area."""
    x, n_neighbours = areas.x, np.diff(areas.matrix.indptr).astype(float)
    n = len(x)
    reason = np.full(n, "ok" if n >= FEWEST_AREAS else "too_few", dtype=object)
    if n == 0:
        return x, x, reason
    c = x - np.median(x)
    lag = areas.matrix @ c
    if star:
        members, w = np.full(n, float(n)), n_neighbours + 1
        mean, sd = np.full(n, c.mean()), np.full(n, c.std())
        total, constant = lag + c, np.full(n, all_equal(x))
    else:
        members, w = np.full(n, n - 1.0), n_neighbours
        mean, sd = _moments_without_each(c)
        total, constant = lag, _equal_without_each(x)
    reason[w >= members] = "not_identified"
    reason[constant] = "constant"
    defined = (reason == "ok") | (reason == "too_few")
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(defined, 1 / (sd * np.sqrt((members * w - w**2) / (members - 1))), np.nan)
        return (total - mean * w) * unit, unit, reason


def _moments_without_each(c: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation (ddof 0) of all values but the i-th, for each i; the median of c is 0."""
    n, squares = len(c), c @ c
    with np.errstate(invalid="ignore"):
        mean = (c.sum() - c) / (n - 1)
        sd = np.sqrt(np.maximum((squares - c**2) / (n - 1) - mean**2, 0))
    for i in np.flatnonzero(c**2 > squares / 2):  # one value that is most of the sum: the difference would lose digits
        rest = np.delete(c, i)
        unit = np.abs(rest).max(initial=0.0) or 1.0
        mean[i], sd[i] = rest.mean(), (rest / unit).std() * unit
    return mean, sd


def _equal_without_each(x: Floats) -> NDArray[np.bool_]:
    """Are all values but the i-th the same, for each i?"""
    distinct, code, times = np.unique(x, return_inverse=True, return_counts=True)
    if len(distinct) > 2:
        return np.zeros(len(x), dtype=bool)
    return (times[code] == 1) if len(distinct) == 2 else np.ones(len(x), dtype=bool)
