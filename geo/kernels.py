"""The two kernels of a density surface, each with variance bandwidth² per axis, per square metre."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Kernel = Literal["gaussian", "quartic"]
REACH = {"gaussian": 6.0, "quartic": np.sqrt(8.0)}  # in bandwidths; beyond it a kernel is 0 or 1e-8 of its peak
SPLINE_VARIANCE, SPLINE_FOURTH = 1 / 3, 1 / 720  # of a cubic B-spline: what it adds to a kernel, in cells² and cells⁴


def gaussian_1d(distance_m: ArrayLike, bandwidth_m: ArrayLike) -> Floats:
    """One axis of the Gaussian, per metre.

    >>> round(float(gaussian_1d(0.0, 1.0)) ** 2, 6)
    0.159155
    """
    return np.exp(-0.5 * np.square(np.divide(distance_m, bandwidth_m))) / (np.sqrt(2 * np.pi) * bandwidth_m)


def quartic_2d(squared_distance_m2: ArrayLike, bandwidth_m: float) -> Floats:
    """The quartic (biweight) kernel of radius √8 · bandwidth, per square metre.

    >>> round(float(quartic_2d(0.0, 1.0)), 6)
    0.119366
    """
    radius2 = 8.0 * bandwidth_m**2
    return 3 / (np.pi * radius2) * np.clip(1 - np.divide(squared_distance_m2, radius2), 0, None) ** 2


def gaussian_between(distance_m: ArrayLike, bandwidth_m: float, *, step_m: float, n_splines: float) -> Floats:
    """The Gaussian axis that gives the wanted one once it has been blurred by cubic B-splines `n_splines` times.

    step_m: the cell of the splines. Their variance is taken off the kernel's, and the fourth-order term added
    (Hermite); what is left is below 0.004·(step/bandwidth)⁴ of the peak for each time.
    """
    narrow_m = np.sqrt(bandwidth_m**2 - n_splines * SPLINE_VARIANCE * step_m**2)
    z2 = np.square(np.divide(distance_m, narrow_m))
    hermite4 = z2 * z2 - 6 * z2 + 3
    return gaussian_1d(distance_m, narrow_m) * (1 + n_splines * SPLINE_FOURTH * (step_m / narrow_m) ** 4 * hermite4)


def quartic_between(x_m: Floats, y_m: Floats, bandwidth_m: float, *, spent_m2: tuple[float, float]) -> Floats:
    """The quartic kernel that gives the wanted one once it has been blurred by `spent_m2` (variance along x, along y).

    x_m, y_m: distances along each axis. Returns len(y_m) × len(x_m): the kernel less half the variance times its second
    derivative, per square metre.
    """
    radius2 = 8.0 * bandwidth_m**2
    x2, y2 = np.square(x_m) / radius2, np.square(y_m)[:, None] / radius2
    left = 1 - x2 - y2
    bend = (spent_m2[0] * (2 * x2 - left) + spent_m2[1] * (2 * y2 - left)) * 2 / radius2
    return np.where(left > 0, 3 / (np.pi * radius2) * (left**2 - bend), 0.0)
