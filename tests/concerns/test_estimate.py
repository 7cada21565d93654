"""An estimate, its interval, and a joint test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from concerns.estimate import Status, joint_test, normal_quantile, wald_estimate


def test_interval_and_p_are_those_of_the_normal_distribution():
    found = wald_estimate(1.5, 0.6, alpha=0.1)
    assert [found.lower, found.upper] == pytest.approx(stats.norm(1.5, 0.6).interval(0.9))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(1.5 / 0.6))


@pytest.mark.parametrize(
    ("estimate", "se", "given", "status"),
    [
        (np.nan, 1.0, Status.OK, "missing"),
        (1.0, np.nan, Status.OK, "not_identified"),
        (1.0, 0.0, Status.OK, "constant"),
        (1.0, 1.0, Status.TOO_FEW, "too_few"),
    ],
)
def test_anything_but_ok_has_neither_interval_nor_p(estimate, se, given, status):
    found = wald_estimate(estimate, se, status=given)
    assert found.status == status
    assert np.isnan([found.lower, found.upper, found.p_value]).all()


def test_a_joint_test_equals_the_sum_of_squares_for_independent_effects():
    found = joint_test(np.array([1.0, -2.0, 0.5]), np.diag([1.0, 4.0, 0.25]))
    assert found.chi2 == pytest.approx(3.0)
    assert found.p_value == pytest.approx(stats.chi2.sf(3.0, 3))


def test_a_joint_test_without_effects_or_inverse_is_none():
    assert joint_test(np.empty(0), np.empty((0, 0))).status == "missing"
    assert joint_test(np.ones(2), np.ones((2, 2))).status == "not_identified"


def test_alpha_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="alpha"):
        normal_quantile(1.0)
