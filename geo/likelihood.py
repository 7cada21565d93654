"""How unusual a count is: Kulldorff's log-likelihood ratio, and the counts that reach a given one."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FEWEST_CASES_IN_CLUSTER", "Bounds", "Sides", "log_likelihood_ratio"]

FEWEST_CASES_IN_CLUSTER = 2  # a single case is no cluster of high counts
EQUAL_COUNT = 1e-12  # relative: a count this near its expectation is no excess
GRID = 4096  # counts for which the bounds are solved exactly; between them they are rounded to the safe side

Floats = NDArray[np.float64]
Sides = Literal["high", "low", "both"]


def log_likelihood_ratio(cases: ArrayLike, expected: ArrayLike, total: float, sides: Sides = "high") -> Floats:
    """c·ln(c/E) + (N−c)·ln((N−c)/(N−E)) where the count departs to the side asked for, else 0.

    cases (c), expected (E): of the windows; total (N): cases, and expected cases, of the whole. The last term is 0 when
    c = N, the first when c = 0. High: c > E and at least two cases; low: c < E. Kulldorff (1997).

    >>> log_likelihood_ratio([10, 2, 1], [1, 1, 0.1], 1175).round(6)
    array([14.060437,  0.38672 ,  0.      ])
    """
    c, e = np.asarray(cases, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    rest, rest_expected = total - c, np.maximum(total - e, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(c > 0, c * np.log(c / e), 0.0)
        outside = np.where(rest > 0, rest * np.log(rest / rest_expected), 0.0)
    high = (c > e * (1 + EQUAL_COUNT)) & (c >= FEWEST_CASES_IN_CLUSTER)
    low = c < e * (1 - EQUAL_COUNT)
    wanted = high if sides == "high" else low if sides == "low" else high | low
    return np.where(wanted, np.maximum(inside + outside, 0.0), 0.0)


class Bounds:
    """Counts below `at_least` and above `at_most` cannot be passed over if a ratio of `level` is to be found.

    Between the two bounds a window falls short of `level` for certain, so only its count need be looked at.
    """

    def __init__(self, level: float, total: int, sides: Sides) -> None:
        self.level, self.total, self.sides = level, total, sides
        grid = np.arange(total + 1) if total < GRID else np.unique(np.geomspace(1, total, GRID).astype(np.int64))
        self._high = grid[grid >= FEWEST_CASES_IN_CLUSTER]
        self._low = grid[grid < total] if total < GRID else np.r_[0, grid[grid < total]]
        self._reach = self._solve(self._high, "high") * (1 + 1e-9) if sides != "low" else np.zeros(0)
        self._need = self._solve(self._low, "low") * (1 - 1e-9) if sides != "high" else np.zeros(0)

    def at_least(self, expected: Floats) -> NDArray[np.int64]:
        """The smallest count that may reach the level from above; total + 1 where none can."""
        k = np.searchsorted(self._reach, expected)
        below = np.r_[FEWEST_CASES_IN_CLUSTER - 1, self._high]
        return np.where(k < len(self._high), below[k] + 1, self.total + 1)

    def at_most(self, expected: Floats) -> NDArray[np.int64]:
        """The largest count that may reach the level from below; −1 where none can."""
        k = np.searchsorted(self._need, expected, side="right")
        return np.r_[self._low, self.total][k] - 1

    def _solve(self, cases: NDArray[np.int64], side: Sides) -> Floats:
        """The expected count, on the side asked for, at which each number of cases has just this level."""
        inner = cases.astype(np.float64)  # ratio 0 here, and growing on the way to `outer`
        outer = np.zeros(len(cases)) if side == "high" else np.full(len(cases), float(self.total))
        for _ in range(40):
            middle = (inner + outer) / 2
            reached = log_likelihood_ratio(cases, middle, self.total, side) >= self.level
            outer, inner = np.where(reached, middle, outer), np.where(reached, inner, middle)
        return inner
