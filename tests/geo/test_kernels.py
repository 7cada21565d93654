"""The kernels: their peaks, their total and spread, and that a blurred narrow kernel is the wide one."""

from __future__ import annotations

import numpy as np
import pytest

from geo.kernels import gaussian_1d, gaussian_between, quartic_2d, quartic_between

AXIS = np.arange(-120, 121) * 0.05  # in bandwidths


def test_both_hold_one_and_spread_one_bandwidth_along_each_axis():
    squared = AXIS**2 + AXIS[:, None] ** 2
    for kernel in (np.exp(-squared / 2) / (2 * np.pi), quartic_2d(squared, 1.0)):
        mass = kernel * 0.05**2
        assert mass.sum() == pytest.approx(1.0, abs=1e-3)
        assert (mass * AXIS**2).sum() == pytest.approx(1.0, abs=2e-3)


def test_the_gaussian_is_separable():
    assert gaussian_1d(0.6, 2.0) * gaussian_1d(0.8, 2.0) == pytest.approx(np.exp(-1 / 8) / (2 * np.pi * 4))


def blurred_by_spline(values: np.ndarray) -> np.ndarray:
    """A cubic B-spline is a box of one cell (100 samples) four times over."""
    box = np.r_[0.5, np.ones(99), 0.5] / 100
    for _ in range(4):
        values = np.convolve(values, box, mode="same")
    return values


@pytest.mark.parametrize(("bandwidth", "tolerance"), [(2.0, 4e-4), (2.5, 2e-4), (4.0, 5e-5)])
@pytest.mark.parametrize("n_splines", [1, 2])
def test_a_kernel_narrowed_for_splines_is_right_after_them(bandwidth, tolerance, n_splines):
    at = np.arange(-40, 41, 0.01)
    values = gaussian_between(at, bandwidth, step_m=1.0, n_splines=n_splines)
    for _ in range(n_splines):
        values = blurred_by_spline(values)
    wanted = gaussian_1d(at, bandwidth)
    middle = slice(2_000, -2_000)
    assert abs(values - wanted)[middle].max() <= tolerance * wanted.max()


def test_a_quartic_narrowed_for_a_blur_keeps_its_total_and_gains_the_blur_back():
    axis = np.arange(-90, 91) / 30
    plain = quartic_2d(axis**2 + axis[:, None] ** 2, 1.0)
    narrow = quartic_between(axis, axis, 1.0, spent_m2=(0.01, 0.01))
    assert narrow.sum() == pytest.approx(plain.sum(), rel=3e-3)
    assert (narrow * axis**2).sum() / narrow.sum() == pytest.approx(1.0 - 0.01, abs=2e-3)
