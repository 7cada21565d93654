"""The batch of quasi-Poisson fits against statsmodels, series by series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.quasi_poisson import fit_quasi_poisson

N_STEPS = 24
DESIGN = np.column_stack([np.ones(N_STEPS), np.linspace(-2, 0, N_STEPS), np.arange(N_STEPS) % 4 == 0]).astype(float)


def by_statsmodels(y, weights, offset):
    import statsmodels.api as sm

    used = ~np.isnan(y)
    family = sm.families.Poisson()
    model = sm.GLM(y[used], DESIGN[used], family, var_weights=weights[used], offset=offset[used])
    return model.fit(scale="X2", tol=1e-13, maxiter=200), used


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_number_is_that_of_statsmodels(seed):
    rng = np.random.default_rng(seed)
    y = rng.negative_binomial(2, 0.2, (3, N_STEPS)).astype(float)
    y[0, :5] = np.nan
    weights, offset = rng.uniform(0.1, 2, y.shape), np.log(rng.integers(1, 6, y.shape))
    fit = fit_quasi_poisson(y, DESIGN, weights=weights, offset=offset)
    assert fit.converged.all()
    for row in range(3):
        expected, used = by_statsmodels(y[row], weights[row], offset[row])
        assert fit.coefficients[row] == pytest.approx(expected.params, rel=1e-6, abs=1e-7)
        assert fit.dispersion[row] == pytest.approx(expected.scale, rel=1e-7)
        assert fit.df[row] == expected.df_resid
        covariance = fit.covariance[row] * fit.dispersion[row]
        assert np.sqrt(np.diag(covariance)) == pytest.approx(expected.bse, rel=1e-6)
        assert fit.leverage[row, used] == pytest.approx(expected.get_hat_matrix_diag(), abs=1e-7)


def test_a_step_without_effort_and_a_weight_of_zero_are_left_out():
    rng = np.random.default_rng(0)
    y = rng.poisson(6, (1, N_STEPS)).astype(float)
    offset, weights = np.zeros(y.shape), np.ones(y.shape)
    offset[0, 3], offset[0, 4], weights[0, 5] = -np.inf, np.nan, 0
    gone = y.copy()
    gone[0, 3:6] = np.nan
    one = fit_quasi_poisson(y, DESIGN, weights=weights, offset=offset)
    other = fit_quasi_poisson(gone, DESIGN)
    assert one.coefficients[0] == pytest.approx(other.coefficients[0], rel=1e-12)
    assert one.df[0] == N_STEPS - 3 - 3


def test_a_season_without_a_single_report_leaves_the_other_coefficients_alone():
    y = np.random.default_rng(1).poisson(6, (1, N_STEPS)).astype(float)
    y[0, ::4] = 0
    fit = fit_quasi_poisson(y, DESIGN)
    others = np.arange(N_STEPS) % 4 != 0
    alone = fit_quasi_poisson(y[:, others], DESIGN[others][:, :2])
    assert fit.converged[0]
    assert fit.coefficients[0, :2] == pytest.approx(alone.coefficients[0], rel=1e-6)
    assert fit.coefficients[0, 2] < -15


def test_an_empty_column_costs_nothing_and_a_doubled_one_is_refused():
    y = np.random.default_rng(2).poisson(6, (2, N_STEPS)).astype(float)
    empty = np.column_stack([DESIGN, np.zeros(N_STEPS)])
    fit = fit_quasi_poisson(y, empty)
    assert fit.coefficients[:, :3] == pytest.approx(fit_quasi_poisson(y, DESIGN).coefficients)
    assert (fit.coefficients[:, 3] == 0).all()
    assert (fit.df == N_STEPS - 3).all()
    doubled = np.column_stack([DESIGN, DESIGN[:, 1]])
    assert not fit_quasi_poisson(y, doubled).converged.any()


def test_nothing_to_fit():
    fit = fit_quasi_poisson(np.full((1, N_STEPS), np.nan), DESIGN)
    assert not fit.converged[0]
    assert fit_quasi_poisson(np.empty((0, N_STEPS)), DESIGN).converged.shape == (0,)


def test_counts_of_a_billion_and_of_one_fit_alike():
    y = np.random.default_rng(3).poisson(5, (1, N_STEPS)).astype(float)
    one, scaled = fit_quasi_poisson(y, DESIGN), fit_quasi_poisson(y * 1e9, DESIGN)
    assert scaled.coefficients[0] - one.coefficients[0] == pytest.approx([np.log(1e9), 0, 0], abs=1e-6)
