"""Moran's I: is an area like its neighbours (local), and is there any clustering at all (global)?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.multiple_tests import q_values
from geo.areas import FEWEST_AREAS, all_equal, comparable_areas, to_floats
from geo.permutation import TIE, check_number, conditional_p, normal_p, two_sided_p

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Moran", "eb_standardised", "local_moran", "moran"]

BLOCK = 1 << 22  # permuted values held at once: 32 MB
NAN = float("nan")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moran:
    """Global Moran's I of the n areas with a value and a neighbour; every p is two-sided, NaN unless `status` is ok."""

    i: float
    expected_i: float
    z_rand: float  # by the variance under randomisation: the default
    p_rand: float
    z_norm: float  # by the variance under normality
    p_norm: float
    p_sim: float
    status: str  # ok, missing, island, constant, too_few
    n: int
    permutations: int
    seed: int

    @property
    def p_value(self) -> float:
        """The analytic p to show: `p_rand`."""
        return self.p_rand


def moran(values: Any, weights: Any, *, permutations: int = 9_999, seed: int = 0) -> Moran:
    """Global Moran's I with its moments under randomisation and under normality, and a permutation p.

    values: one number an area; NaN is missing. weights: libpysal Graph, or SciPy sparse matrix without self in the
    order of `values`; every row is divided by its sum here. Missing values and islands leave n and the weights.
    Status: `missing` or `island` when no area is left for that reason, `constant`, `too_few` (n < 8: I and z are given
    where they are defined, p is not).
    Null: no spatial association; two-sided. Time grows as permutations × (areas + links); memory is bounded.
    Raises ValueError: sizes or names that do not fit, an infinite value, a bad weight; TypeError: another `weights`.
    Moran (1950) Biometrika 37:17; Cliff & Ord (1981) Spatial Processes.

    >>> from scipy.sparse import diags_array
    >>> road = diags_array([np.ones(7), np.ones(7)], offsets=[-1, 1])    # eight places along a road
    >>> found = moran([9, 8, 9, 1, 2, 1, 2, 1], road)
    >>> round(found.i, 3), round(found.expected_i, 3), round(found.z_rand, 2), round(found.p_rand, 2)
    (0.613, -0.143, 2.01, 0.04)
    """
    permutations = check_number(permutations, "permutations", 0)
    areas = comparable_areas(values, weights)
    n, x = len(areas.x), areas.x
    w = _row_standardised(areas.matrix)
    nothing = Moran(NAN, NAN, NAN, NAN, NAN, NAN, NAN, "constant", n, permutations, seed)
    if n == 0:
        return replace(nothing, status="island" if (areas.status == "island").any() else "missing")
    if all_equal(x):
        return nothing
    z = x - x.mean()
    z /= np.sqrt(np.mean(z**2))
    i = float(z @ (w @ z)) / n
    expected = -1 / (n - 1)
    z_norm, z_rand = ((i - expected) / np.sqrt(v) if v > 0 else np.nan for v in _variances(w, z))
    if n < FEWEST_AREAS:
        return replace(nothing, i=i, expected_i=expected, z_rand=float(z_rand), z_norm=float(z_norm), status="too_few")
    p_sim = _permutation_p(z, w, i, permutations, seed) if permutations else NAN
    p_norm, p_rand = normal_p([z_norm, z_rand]).tolist()
    return Moran(i, expected, float(z_rand), p_rand, float(z_norm), p_norm, p_sim, "ok", n, permutations, seed)


def local_moran(values: Any, weights: Any, *, permutations: int = 9_999, seed: int = 0) -> pd.DataFrame:
    """Local Moran's I: is an area like its neighbours (HH, LL) or unlike them (HL, LH)?

    values: one number an area; NaN is missing. For counts over unequal populations pass `eb_standardised`.
    weights: libpysal Graph, or SciPy sparse matrix without self; every row is divided by its sum here.
    Grain out: one row an area, in the order and with the index of `values` (an array takes the graph's labels).
    - `local_i`: I_i = z_i/m₂ · Σ_j w_ij z_j with m₂ = Σz²/n (n, not n − 1); its mean is the global I.
    - `quadrant`: HH, LL, HL or LH by the signs of z_i and its neighbours' mean; None where one of them is zero.
    - `p_sim`: conditional permutation, two-sided (twice esda's folded p); NaN when `permutations` is 0.
    - `q_value`: Benjamini–Hochberg over the `ok` areas. Colour an area only where `q_value` ≤ α.
    - `status`: ok, missing, island, constant, too_few (n < 8: local_i is given). All but `ok` carry no class and no p.
    Null: conditional randomisation, the neighbours' values are any of the others; two-sided. Costs as for Gi*.
    Raises as `moran`. Anselin (1995) Geogr. Anal. 27:93.

    >>> from scipy.sparse import diags_array
    >>> road = diags_array([np.ones(7), np.ones(7)], offsets=[-1, 1])
    >>> table = local_moran([9, 8, 9, 1, 2, 1, 2, 1], road)
    >>> table.local_i.round(2).to_list()
    [1.5, 1.5, 0.14, -0.34, 0.53, 0.53, 0.53, 0.53]
    >>> "".join(table.quadrant.str[0])
    'HHHLLLLL'
    """
    permutations = check_number(permutations, "permutations", 0)
    areas = comparable_areas(values, weights)
    n, w = len(areas.x), _row_standardised(areas.matrix)
    constant = all_equal(areas.x)
    reason = "constant" if constant else "too_few" if n < FEWEST_AREAS else "ok"
    local_i, p_sim = np.full(n, np.nan), np.full(n, np.nan)
    quadrant = np.full(len(areas.index), None, dtype=object)
    if n and not constant:
        z = areas.x - areas.x.mean()
        z /= np.sqrt(np.mean(z**2))
        lag = w @ z
        local_i = z * lag
        if reason == "ok":
            quadrant[areas.position] = _quadrants(z, lag)
            if permutations:
                p_sim = conditional_p(z, w, z, permutations=permutations, seed=seed)
    status = areas.status.copy()
    status[areas.position] = reason
    table = pd.DataFrame(
        {
            "local_i": areas.spread(local_i),
            "quadrant": quadrant,
            "p_sim": areas.spread(p_sim),
            "q_value": areas.spread(q_values(p_sim)),
            "status": status,
        },
        index=areas.index,
    )
    n_tests = n if reason == "ok" else 0
    table.attrs = {"method": "local_moran", "n": n, "n_tests": n_tests, "permutations": permutations, "seed": seed}
    return table


def eb_standardised(cases: Any, population: Any) -> pd.Series:
    """Rates made comparable between areas of unequal population, to pass to `moran` or `local_moran`.

    cases, population: one number an area, same order. Returns (r_i − b)/√(A + b/P_i), r = cases/population, b the
    overall rate, A the variance between areas beyond chance, not below 0. NaN where P_i is 0 or either is missing, and
    everywhere when there are no cases. Assunção & Reis (1999) Stat. Med. 18:2147.
    Raises ValueError: lengths that differ, a negative number.

    >>> eb_standardised([1, 4, 0, 9], [100, 100, 50, 300]).round(2).to_list()
    [-0.97, 0.91, -1.13, 0.49]
    """
    x, P = to_floats(cases, "cases"), to_floats(population, "population")
    if x.shape != P.shape:
        raise ValueError("cases and population: one of each for every area")
    if (x < 0).any() or (P < 0).any():
        raise ValueError("cases and population: not below 0")
    known = ~np.isnan(x) & (P > 0)
    z = np.full(len(x), np.nan)
    if known.any():
        total = P[known].sum()
        r, b = x[known] / P[known], x[known].sum() / total
        between = max(0.0, (P[known] * (r - b) ** 2).sum() / total - b / (total / known.sum()))
        if b > 0:
            z[known] = (r - b) / np.sqrt(between + b / P[known])
    return pd.Series(z, index=cases.index if isinstance(cases, pd.Series) else None)


def _row_standardised(matrix: csr_array) -> csr_array:
    w = matrix.copy()
    w.data /= np.repeat(matrix.sum(axis=1), np.diff(matrix.indptr))
    return w


def _variances(w: csr_array, z: Floats) -> tuple[float, float]:
    """Variance of I under normality and under randomisation; z has mean 0 and Σz² = n."""
    n = len(z)
    s0 = w.sum()
    s1 = ((w + w.T).data ** 2).sum() / 2
    s2 = ((w.sum(axis=1) + w.sum(axis=0)) ** 2).sum()
    b2 = np.mean(z**4)
    expected_squared = 1 / (n - 1) ** 2
    norm = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n**2 - 1) * s0**2) - expected_squared
    if n < 4:
        return float(norm), NAN
    free = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) - b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    rand = free / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected_squared
    return float(norm), float(rand)


def _permutation_p(z: Floats, w: csr_array, observed: float, permutations: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    tie = TIE * max(1.0, abs(observed))
    at_least = at_most = 0
    step = max(1, BLOCK // len(z))
    for start in range(0, permutations, step):
        shuffled = rng.permuted(np.tile(z, (min(step, permutations - start), 1)), axis=1).T
        simulated = np.einsum("ij,ij->j", shuffled, w @ shuffled) / len(z)
        at_least += int(np.count_nonzero(simulated >= observed - tie))
        at_most += int(np.count_nonzero(simulated <= observed + tie))
    return float(two_sided_p(np.array(at_least, float), np.array(at_most, float), permutations))


def _quadrants(z: Floats, lag: Floats) -> NDArray[np.object_]:
    """HH, HL, LH or LL; None where z or its lag is zero up to rounding."""
    letters = np.array(["L", "H"], dtype=object)
    named = letters[(z > 0).astype(int)] + letters[(lag > 0).astype(int)]
    named[(np.abs(z) <= TIE) | (np.abs(lag) <= TIE)] = None
    return named
