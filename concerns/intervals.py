"""How far could chance alone move a count? Exact (Garwood) and Byar limits."""

from __future__ import annotations

from typing import Literal

import numpy as np

from concerns.estimate import Floats, normal_quantile
from concerns.vectors import Values, as_floats

IntervalMethod = Literal["auto", "exact", "byar"]
EXACT_BELOW = 10  # public-health practice: exact for fewer than 10 events, Byar from 10


def count_interval(count: Values, *, level: float = 0.95, method: IntervalMethod = "auto") -> tuple[Floats, Floats]:
    """Two-sided limits of a Poisson mean after seeing `count` events.

    count: events, any shape; missing stays NaN. Returns lower and upper in events, same shape. "exact" (Garwood) covers
    at least `level`; "byar" is its cube-root approximation; "auto" is exact below 10 and Byar from 10. At 0 the lower
    limit is 0 and the upper −ln((1−level)/2) when exact. Raises ValueError for a negative count, an unknown method or a
    level outside 0 … 1. Garwood (1936) Biometrika 28:437; Breslow & Day (1987) IARC Sci. Publ. 82, section 2.3.

    >>> [round(float(limit), 6) for limit in count_interval(65)]
    [50.163188, 82.849139]
    >>> [round(float(limit), 6) for limit in count_interval(0)]
    [0.0, 3.688879]
    """
    from scipy.special import gammaincinv  # ½χ² quantile with 2k degrees of freedom = gamma quantile with shape k

    x = as_floats(count, name="count")
    alpha, z = 1.0 - level, normal_quantile(1.0 - level)
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.where(x == 0, 0.0, gammaincinv(x, alpha / 2)), gammaincinv(x + 1, 1 - alpha / 2)
        byar = _byar(x, -z), _byar(x + 1, z)
    if method == "exact":
        return exact
    if method == "byar":
        return byar
    if method != "auto":
        raise ValueError('method is "auto", "exact" or "byar"')
    few = x < EXACT_BELOW
    return np.where(few, exact[0], byar[0]), np.where(few, exact[1], byar[1])


def _byar(x: Floats, z: float) -> Floats:
    """Byar's limit on the side of z; a few events at a high level would give a negative mean, which is 0."""
    return np.where(x == 0, 0.0, np.maximum(x * (1 - 1 / (9 * x) + z / (3 * np.sqrt(x))) ** 3, 0.0))
