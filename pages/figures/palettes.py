"""Colours that everyone can tell apart, and classes with round limits.

Sequential YlGnBu and diverging RdBu: Brewer & Harrower (2003), Cartographic Journal 40:27-37. Categories: Okabe & Ito
(2008), Color Universal Design.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

ZERO_COLOUR = "#ffffcc"
YLGNBU = ("#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494")
RDBU = ("#b2182b", "#ef8a62", "#fddbc7", "#f7f7f7", "#d1e5f0", "#67a9cf", "#2166ac")
OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
OTHER_COLOUR = "#8a8a8a"
NO_DATA_COLOUR = "#c9c9c9"
# What a district can be besides a class 1..k. The four never look alike: lightest, grey, hatch, dash.
ZERO, NO_DATA, SUPPRESSED, UNTESTABLE = 0, -1, -2, -3


@dataclass(frozen=True)
class Classes:
    """Half-open classes [limit, next limit), the last one closed; a colour each; what is below the first is class 1.

    limits: k + 1 ascending numbers. colours: k of them. method: how the limits were found, a key of METHODS.
    """

    limits: tuple[float, ...]
    colours: tuple[str, ...]
    method: str
    whole: bool

    def codes(self, values: pd.Series) -> pd.Series:
        """1..k a value, ZERO where it is 0, NO_DATA where it is missing; index kept.

        >>> Classes((1, 10, 100), ("#eee", "#333"), "quantiles", True).codes(pd.Series([0, 9, 10, 100, None])).to_list()
        [0, 1, 2, 2, -1]
        """
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        found = np.clip(np.searchsorted(self.limits, numbers, side="right"), 1, len(self.colours))
        found = np.where(numbers == 0, ZERO, found)
        return pd.Series(np.where(np.isfinite(numbers), found, NO_DATA), index=values.index, dtype="int8")


MANTISSAS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # no limit moves by more than a seventh


def _nearest_round(value: float) -> float:
    """The nearest of MANTISSAS times a power of ten."""
    scale = 10.0 ** math.floor(math.log10(value))
    mantissa = min(MANTISSAS, key=lambda m: abs(m - value / scale))
    return float(f"{mantissa * scale:.6g}")


def round_limits(limits: Sequence[float], *, whole: bool) -> tuple[float, ...]:
    """The same positive limits on round numbers, as they are where rounding would merge two; the range is never cut.

    >>> round_limits([1, 4.2, 11.7, 38.1, 412.3], whole=True)
    (1.0, 4.0, 12.0, 40.0, 500.0)
    """
    low, high = limits[0], limits[-1]
    rounded = [_down(low), *[_nearest_round(limit) for limit in limits[1:-1]], _up(high)]
    if whole:
        rounded = [float(round(limit)) for limit in rounded]
    if rounded[0] > 0 and all(a < b for a, b in pairwise(rounded)):
        return tuple(rounded)
    exact = [math.floor(low), *[math.ceil(limit) for limit in limits[1:]]] if whole else limits
    return tuple(sorted({float(limit) for limit in exact}))


def _down(value: float) -> float:
    """The largest round number that is not above the value."""
    scale = 10.0 ** math.floor(math.log10(value))
    return float(f"{max(m for m in MANTISSAS if m <= value / scale * (1 + 1e-12)) * scale:.6g}")


def _up(value: float) -> float:
    """The smallest round number that is not below the value."""
    scale = 10.0 ** math.floor(math.log10(value))
    return float(f"{min(m for m in MANTISSAS if m >= value / scale * (1 - 1e-12)) * scale:.6g}")


def classes(values: ArrayLike, *, k: int = 5, method: str = "quantiles", whole: bool = False) -> Classes:
    """At most k classes over the positive values, with round limits; fewer when few values differ.

    values: any numbers; zeros and missing ones have their own looks and do not move a limit.
    method: "quantiles" (as many districts in each) or "natural_breaks" (Fisher-Jenks; Jenks 1977).
    whole: limits are whole numbers (counts).
    Raises ValueError for another method or a k outside 2..5.

    >>> classes([0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89], whole=True).limits
    (1.0, 3.0, 6.0, 15.0, 40.0, 100.0)
    """
    if method not in METHODS or not 2 <= k <= len(YLGNBU):
        raise ValueError(f"method must be one of {', '.join(METHODS)}, and k 2 to {len(YLGNBU)}")
    numbers = np.asarray(values, dtype=float).ravel()
    positive = numbers[np.isfinite(numbers) & (numbers > 0)]
    distinct = np.unique(positive)
    if len(distinct) < 2:
        one = float(distinct[0]) if len(distinct) else 1.0
        return Classes((min(1.0, one) if whole else one / 2, one), (YLGNBU[2],), method, whole)
    inner = _breaks(positive, min(k, len(distinct)), method)
    limits = round_limits(
        [distinct[0], *[b for b in inner if distinct[0] < b < distinct[-1]], distinct[-1]], whole=whole
    )
    return Classes(limits, _spread(len(limits) - 1), method, whole)


METHODS = ("quantiles", "natural_breaks")


def _breaks(positive: NDArray[np.float64], k: int, method: str) -> list[float]:
    """Upper limits of the first k - 1 classes."""
    import warnings

    import mapclassify

    with warnings.catch_warnings():  # mapclassify tells that numba is absent and that ties merge classes: both are fine
        warnings.simplefilter("ignore")
        if method == "quantiles":
            bins = mapclassify.Quantiles(positive, k=k).bins
        else:
            bins = mapclassify.FisherJenks(positive, k=k).bins
    return [float(b) for b in sorted(set(bins))[:-1]]


def _spread(n: int) -> tuple[str, ...]:
    """n colours of YlGnBu, as far apart as they can be."""
    if n == 1:
        return (YLGNBU[2],)
    return tuple(YLGNBU[round(i * (len(YLGNBU) - 1) / (n - 1))] for i in range(n))


def category_colours(categories: Sequence[str]) -> dict[str, str]:
    """A colour a category, the same for the same list; beyond eight all share the grey of "other".

    >>> category_colours(["C01", "C02"])
    {'C01': '#0072b2', 'C02': '#e69f00'}
    """
    return {name: OKABE_ITO[i] if i < len(OKABE_ITO) else OTHER_COLOUR for i, name in enumerate(categories)}
