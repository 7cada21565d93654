"""One estimated effect with its interval, and the words for why there may be none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Status(StrEnum):
    """Whether a number can be tested. Anything but OK has no p and no interval, and is drawn "cannot be tested"."""

    OK = "ok"
    ISLAND = "island"
    MISSING = "missing"
    CONSTANT = "constant"
    TOO_FEW = "too_few"
    NOT_IDENTIFIED = "not_identified"


@dataclass(frozen=True)
class Estimate:
    """An effect, its standard error, a two-sided interval and p (H0: no effect); NaN where `status` is not ok."""

    estimate: float
    se: float
    lower: float
    upper: float
    p_value: float
    status: Status

    def as_dict(self) -> dict[str, Any]:
        """Return the six fields as one row of a table, the status as plain text."""
        return {
            "estimate": self.estimate,
            "se": self.se,
            "lower": self.lower,
            "upper": self.upper,
            "p_value": self.p_value,
            "status": str(self.status),
        }


def normal_quantile(alpha: float) -> float:
    """Return z with P(|Z| > z) = alpha.

    >>> round(normal_quantile(0.05), 4)
    1.96

    Raises ValueError: alpha is not between 0 and 1.
    """
    from scipy.special import ndtri

    if not 0 < alpha < 1:
        raise ValueError("alpha must lie between 0 and 1")
    return float(-ndtri(alpha / 2))


def two_sided_p(z: float) -> float:
    """Return 2 Φ(−|z|).

    >>> round(two_sided_p(-1.959964), 4)
    0.05
    """
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def wald_estimate(estimate: float, se: float, *, alpha: float = 0.05, status: Status = Status.OK) -> Estimate:
    """Return an effect with its normal interval and p, both left NaN unless `status` is ok and 0 < se < ∞.

    A standard error of zero means that the data do not vary: `constant`, never "certain".

    >>> wald_estimate(2.0, 1.0).status.value, round(wald_estimate(2.0, 1.0).lower, 3)
    ('ok', 0.04)
    >>> wald_estimate(2.0, 0.0).status.value
    'constant'
    """
    if status is Status.OK and not np.isfinite(estimate):
        status = Status.MISSING
    if status is Status.OK and not se > 0:
        status = Status.CONSTANT if se == 0 else Status.NOT_IDENTIFIED
    if status is not Status.OK:
        return Estimate(estimate, se, np.nan, np.nan, np.nan, status)
    half = normal_quantile(alpha) * se
    return Estimate(estimate, se, estimate - half, estimate + half, two_sided_p(estimate / se), status)


@dataclass(frozen=True)
class JointTest:
    """A Wald test that several effects are all 0: χ², its degrees of freedom, p (NaN unless `status` is ok)."""

    chi2: float
    df: int
    p_value: float
    status: Status


def joint_test(effects: Floats, covariance: Floats) -> JointTest:
    """Test H0: all effects are 0, by χ² = b'V⁻¹b; `not_identified` where V has no inverse, `missing` without effects.

    >>> joint_test(np.array([1.0, 2.0]), np.eye(2)).chi2
    5.0
    """
    from scipy.special import chdtrc

    df = len(effects)
    if not df:
        return JointTest(np.nan, 0, np.nan, Status.MISSING)
    if not np.isfinite(effects).all() or np.linalg.matrix_rank(covariance, hermitian=True) < df:
        return JointTest(np.nan, df, np.nan, Status.NOT_IDENTIFIED)
    chi2 = float(effects @ np.linalg.solve(covariance, effects))
    return JointTest(chi2, df, float(chdtrc(df, chi2)), Status.OK)
