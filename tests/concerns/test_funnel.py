"""Funnel limits: simulated rates outside, the hand-worked interpolation, overdispersion after Spiegelhalter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from concerns.rates import count_interval, funnel_limits

UNITS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 900)), min_size=2, max_size=30)


@pytest.fixture(scope="module")
def draws() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    expected = rng.uniform(20, 200, 100_000)
    return rng.poisson(expected), expected


def test_as_many_fall_outside_by_chance_as_the_level_says(draws):
    funnel = funnel_limits(*draws)
    assert 0.045 <= funnel["outside_95"].mean() <= 0.055
    assert 0.0015 <= funnel["outside_99.8"].mean() <= 0.0025
    above = (funnel.ratio > funnel["upper_99.8"]).mean()
    assert above > (funnel.ratio < funnel["lower_99.8"]).mean()
    assert funnel.attrs["limits"] == "exact"


def test_binomial_units_fall_outside_as_often():
    rng = np.random.default_rng(1)
    cases = rng.integers(100, 2_000, 50_000)
    funnel = funnel_limits(rng.binomial(cases, 0.3), cases, kind="binomial")
    assert 0.045 <= funnel["outside_95"].mean() <= 0.055
    assert 0.0015 <= funnel["outside_99.8"].mean() <= 0.0025


def test_the_interpolated_limit_worked_by_hand():
    # Poisson(10): F(16) = .972958, F(17) = .985722; F(3) = .010336, F(4) = .029253
    row = funnel_limits([10, 10], [1, 1]).iloc[0]
    assert row.upper_95 == pytest.approx((17 - (0.985722 - 0.975) / (0.985722 - 0.972958)) / 10, abs=1e-5)
    assert row.lower_95 == pytest.approx((4 - (0.029253 - 0.025) / (0.029253 - 0.010336)) / 10, abs=1e-5)


def test_the_binomial_limit_worked_by_hand():
    # Binomial(4, 1/2): F = 1/16, 5/16, 11/16, 15/16, 1; the 80 % limits are at .1 and .9
    row = funnel_limits([2, 2], [4, 4], kind="binomial", levels=[0.8]).iloc[0]
    assert row.lower_80 == pytest.approx((1 - (5 / 16 - 0.1) / (4 / 16)) / 2)
    assert row.upper_80 == pytest.approx((3 - (15 / 16 - 0.9) / (4 / 16)) / 2)


@settings(deadline=None)
@given(UNITS, st.floats(0.001, 1_000))
def test_scaling_every_exposure_changes_nothing(units, factor):
    x, m = (np.array(column, dtype=float) for column in zip(*units, strict=True))
    columns = ["expected", "ratio", "lower_95", "upper_95"]
    assert_frame_equal(funnel_limits(x, m * factor)[columns], funnel_limits(x, m)[columns], rtol=1e-6, atol=1e-9)


@settings(deadline=None)
@given(UNITS)
def test_limits_hold_the_target_widen_with_the_level_and_totals_agree(units):
    x, m = (np.array(column, dtype=float) for column in zip(*units, strict=True))
    funnel = funnel_limits(x, m)
    ok = funnel[funnel.status == "ok"]
    assert ok.expected.sum() == pytest.approx(x.sum())
    assert (ok["lower_99.8"] <= ok.lower_95 + 1e-12).all()
    assert (ok["upper_99.8"] >= ok.upper_95 - 1e-12).all()
    assert (ok.lower_95 >= 0).all()


def test_phi_and_both_overdispersed_limits_by_hand():
    expected = np.array([25.0, 36, 49, 64, 81, 100, 121, 144, 169, 196])
    observed = expected + np.sqrt(expected) * np.array([-5, -3, -2, -1, 0, 0, 1, 2, 3, 5])
    expected = expected * observed.sum() / expected.sum()
    z = (observed - expected) / np.sqrt(expected)
    ordered = np.sort(z)  # of ten, the 10th and 90th percentile lie .9 of a step from either end
    z = np.clip(z, ordered[0] * 0.1 + ordered[1] * 0.9, ordered[8] * 0.9 + ordered[9] * 0.1)
    phi = (z**2).mean()
    omega = expected  # 1/s² of a ratio O/E
    tau2 = (10 * phi - 9) / (omega.sum() - (omega**2).sum() / omega.sum())
    multiplied = funnel_limits(observed, expected, overdispersion="multiplicative")
    assert multiplied.attrs["phi"] == pytest.approx(phi)
    assert multiplied.attrs["limits"] == "multiplicative"
    assert multiplied.upper_95.to_numpy() == pytest.approx(1 + 1.959964 * np.sqrt(phi / expected), rel=1e-6)
    added = funnel_limits(observed, expected, overdispersion="additive")
    assert added.attrs["tau2"] == pytest.approx(tau2)
    assert added.lower_95.to_numpy() == pytest.approx(1 - 1.959964 * np.sqrt(1 / expected + tau2), rel=1e-6)


def test_overdispersion_is_not_used_where_chance_explains_the_spread_or_units_are_few(draws):
    quiet = funnel_limits(draws[0][:50], draws[1][:50], overdispersion="additive")
    assert quiet.attrs["limits"] == "exact"
    few = funnel_limits([1, 90, 5], [30, 30, 30], overdispersion="multiplicative")
    assert few.attrs["limits"] == "exact"
    assert np.isnan(few.attrs["phi"])


def test_interval_limits_flag_a_count_whose_interval_leaves_out_its_expectation():
    observed, exposure = np.array([4, 40, 16, 20]), np.ones(4)
    funnel = funnel_limits(observed, exposure, limits="interval")
    lower, upper = count_interval(observed)
    assert funnel.outside_95.to_list() == ((lower > 20) | (upper < 20)).tolist()
    assert funnel.lower_95.to_numpy() == pytest.approx(lower / 20)
    assert funnel.attrs["limits"] == "interval"


def test_missing_units_and_units_of_no_size_cannot_be_tested():
    observed = pd.Series([3, None, 4, 0, 9], index=[*"ABCDE"], dtype="Int64")
    funnel = funnel_limits(observed, [3, 4, 0, 2, 5])
    assert funnel.status.to_dict() == {"A": "ok", "B": "missing", "C": "missing", "D": "ok", "E": "ok"}
    assert funnel.loc[["B", "C"], ["ratio", "lower_95", "outside_95"]].isna().all(axis=None)
    assert funnel.attrs["target"] == pytest.approx(12 / 10)
    assert (funnel.attrs["n_used"], funnel.attrs["n_excluded"]) == (3, 2)


def test_nothing_and_all_zero():
    assert funnel_limits([], []).empty
    assert funnel_limits([0, 0], [5, 5]).status.to_list() == ["missing", "missing"]
    huge = funnel_limits([1_000_000_000, 5], [1, 1])
    assert huge["outside_99.8"].all()


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "normal"},
        {"overdispersion": "both"},
        {"limits": "point"},
        {"limits": "interval", "overdispersion": "additive"},
        {"limits": "interval", "kind": "binomial"},
        {"levels": [95]},
        {"levels": []},
    ],
)
def test_options_that_do_not_fit_are_refused(options):
    with pytest.raises(ValueError, match=r"is|are|lie"):
        funnel_limits([1, 2], [3, 4], **options)


def test_more_observed_than_cases_is_refused():
    with pytest.raises(ValueError, match="cases"):
        funnel_limits([5], [4], kind="binomial")
