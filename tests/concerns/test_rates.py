"""Rates, intervals, ratios and standardised rates against published values, exact identities and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from concerns.rates import (
    count_interval,
    exposure_status,
    rate_interval,
    rate_ratio,
    rates_by_unit,
    standardised_rate,
)

COUNTS = st.lists(st.integers(0, 5_000), min_size=1, max_size=8)


def test_the_published_interval_of_65_events():  # Breslow & Day 1987 IARC 82; exact by Garwood 1936
    byar = rate_interval([65], [1], method="byar", per=1).iloc[0]
    exact = rate_interval([65], [1], method="exact", per=1).iloc[0]
    assert [byar.lower, byar.upper] == pytest.approx([50.163188, 82.849139], abs=1e-6)
    assert [exact.lower, exact.upper] == pytest.approx([50.165628, 82.847836], abs=1e-6)
    assert exact.rate == 65


def test_nothing_reported_still_has_an_upper_limit():
    row = rate_interval([0], [1], per=1).iloc[0]
    assert (row.rate, row.lower) == (0, 0)
    assert row.upper == pytest.approx(-math.log(0.025), abs=1e-12)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(1, 0.0253, 5.572), (5, 1.623, 11.668), (9, 4.115, 17.085), (10, 4.795, 18.390), (20, 12.217, 30.888)],
)
def test_garwoods_table(count, lower, upper):  # Garwood 1936, Table 1 (95 %)
    got = count_interval([count], method="exact")
    assert got[0][0] == pytest.approx(lower, abs=1e-3)
    assert got[1][0] == pytest.approx(upper, abs=1e-3)


def test_exact_below_ten_and_byar_from_ten():
    x = np.arange(30)
    auto, exact, byar = (np.array(count_interval(x, method=m)) for m in ("auto", "exact", "byar"))
    assert (auto[:, :10] == exact[:, :10]).all()
    assert (auto[:, 10:] == byar[:, 10:]).all()
    assert (exact[:, 10:] != byar[:, 10:]).all()


@settings(deadline=None)
@given(COUNTS, st.sampled_from([0.8, 0.95, 0.998]))
def test_exact_limits_put_half_alpha_in_each_tail(counts, level):
    lower, upper = count_interval(counts, level=level, method="exact")
    tail = (1 - level) / 2
    for x, low, high in zip(counts, lower, upper, strict=True):
        assert stats.poisson.cdf(x, high) == pytest.approx(tail, rel=1e-6)
        if x:
            assert stats.poisson.sf(x - 1, low) == pytest.approx(tail, rel=1e-6)


@settings(deadline=None)
@given(COUNTS, st.floats(0.5, 1e6), st.floats(1, 1e5))
def test_an_interval_holds_its_rate_and_scales_with_the_exposure(counts, exposure, per):
    table = rate_interval(counts, exposure, per=per)
    assert (table.lower <= table.rate).all()
    assert (table.rate < table.upper).all()
    assert_frame_equal(rate_interval(counts, exposure * 2, per=per * 2), table)


def test_labels_are_matched_and_kept():
    count, people = pd.Series([10, 20], ["B", "A"]), pd.Series([400, 100], ["A", "B"])
    assert rate_interval(count, people, per=100).rate.to_dict() == {"B": 10, "A": 5}
    with pytest.raises(ValueError, match="different units"):
        rate_interval(count, pd.Series([1, 2], ["A", "C"]))


def test_zero_missing_and_no_meeting_are_three_things():
    count, meetings = pd.Series([0, None, 0, 3, 2], dtype="Int64"), [4, 4, 0, 0, None]
    table = rate_interval(count, meetings, per=1)
    assert table.rate.iloc[0] == 0
    assert table.iloc[1:].isna().all(axis=None)
    assert exposure_status(count, meetings).to_list() == ["ok", "missing", "no_exposure", "fault", "missing"]


def test_rates_of_nothing_of_a_huge_count_and_of_small_integers():
    assert rate_interval([], []).shape == (0, 3)
    huge = rate_interval(np.array([9e17]), [1e18], per=1).iloc[0]
    assert 0.9 * (1 - 1e-8) < huge.lower < 0.9 < huge.upper < 0.9 * (1 + 1e-8)
    small = rate_interval(np.array([200], dtype=np.uint8), np.array([2], dtype=np.int8), per=1)
    assert small.rate.iloc[0] == 100
    with pytest.raises(ValueError, match="negative"):
        rate_interval([-1], [1])
    with pytest.raises(ValueError, match="method"):
        rate_interval([1], [1], method="wald")
    with pytest.raises(ValueError, match="alpha"):
        rate_interval([1], [1], level=1.0)


@pytest.mark.parametrize(
    "case", [(20, 10.0, 10, 10.0), (3, 7.0, 12, 9.5), (0, 4.0, 5, 4.0), (60, 51477.5, 30, 54308.7)]
)
def test_the_ratio_p_is_that_of_statsmodels(case):
    from statsmodels.stats.rates import test_poisson_2indep as compare

    x1, m1, x2, m2 = case
    expected = compare(x1, m1, x2, m2, method="exact-cond", compare="ratio")
    row = rate_ratio(*case).iloc[0]
    assert row.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert row.ratio == pytest.approx((x1 / m1) / (x2 / m2))


def test_the_ratio_interval_is_clopper_and_pearsons():
    share = stats.binomtest(20, 30).proportion_ci(0.95, method="exact")
    row = rate_ratio(20, 10, 10, 30).iloc[0]
    assert row.lower == pytest.approx(share.low / (1 - share.low) * 3, rel=1e-9)
    assert row.upper == pytest.approx(share.high / (1 - share.high) * 3, rel=1e-9)


def test_ratios_that_cannot_be_tested():
    table = rate_ratio([0, 5, 5, None], [1, 1, 0, 1], [0, 0, 5, 5], [1, 1, 1, 1])
    assert table.status.to_list() == ["too_few", "ok", "missing", "missing"]
    assert table.loc[[0, 2, 3], ["ratio", "lower", "upper", "p_value"]].isna().all(axis=None)
    assert table.ratio[1] == np.inf
    assert table.lower[1] > 0
    with pytest.raises(ValueError, match="whole"):
        rate_ratio(1.5, 1, 1, 1)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.1, 50), st.floats(0.1, 50))
def test_swapping_the_two_rates_inverts_the_ratio(x1, x2, m1, m2):
    one, other = rate_ratio(x1, m1, x2, m2).iloc[0], rate_ratio(x2, m2, x1, m1).iloc[0]
    assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
    assert (one.lower == 0 and other.upper == np.inf) or one.lower * other.upper == pytest.approx(1)


def test_rates_by_unit_are_those_of_a_quasi_poisson_glm():
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    unit, meetings = np.repeat(["A", "B", "C"], 12), rng.integers(1, 5, 36)
    x = rng.negative_binomial(3, 0.4, 36) * meetings
    table = rates_by_unit(x, meetings, unit)
    design = (unit[:, None] == ["A", "B", "C"]).astype(float)
    fit = sm.GLM(x, design, sm.families.Poisson(), offset=np.log(meetings)).fit(scale="X2", use_t=True)
    assert table.rate.to_list() == pytest.approx(np.exp(fit.params).tolist(), rel=1e-8)
    assert table[["lower", "upper"]].to_numpy() == pytest.approx(np.exp(fit.conf_int()), rel=1e-8)
    null = sm.GLM(x, np.ones((36, 1)), sm.families.Poisson(), offset=np.log(meetings)).fit()
    f = (null.deviance - fit.deviance) / 2 / fit.scale
    assert table.attrs["f"] == pytest.approx(f, rel=1e-8)
    assert table.attrs["p_value"] == pytest.approx(stats.f.sf(f, 2, 33), rel=1e-8)


def test_one_unit_has_nothing_to_differ_from():
    table = rates_by_unit([1, 2, None], [1, 1, 1], ["A", "A", "A"])
    assert np.isnan(table.attrs["p_value"])
    assert (table.attrs["n_used"], table.attrs["n_excluded"]) == (2, 1)


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), min_size=2, max_size=5), st.floats(0.001, 0.2))
def test_equal_stratum_rates_give_the_crude_rate(people, rate):
    n = np.array([people, people[::-1]], dtype=float) * 100
    x = n * rate
    table = standardised_rate(x, n, np.arange(1, len(people) + 1))
    assert table.rate.to_numpy() == pytest.approx(1e4 * x.sum(axis=1) / n.sum(axis=1), rel=1e-12)


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(500, 90_000))
def test_one_stratum_is_the_count_interval(events, people):
    row = standardised_rate([[events]], [[people]], [7]).iloc[0]
    lower, upper = count_interval(events, method="byar")
    expected = [1e4 * events / people, 1e4 * lower / people, 1e4 * upper / people]
    assert [row.rate, row.lower, row.upper] == pytest.approx(expected, rel=1e-12)
    assert row.status == ("ok" if events >= 10 else "too_few")


def test_dobsons_limits_worked_by_hand():
    # w = 1/4, 3/4; O/n = .03, .01; V = (.0625·30 + .5625·10)/1e6 = 7.5e-6; sqrt(V/40) = 4.330127e-4; Byar of 40 events
    lower, upper = (
        40 * (1 - 1 / 360 - 1.959964 / (3 * 40**0.5)) ** 3,
        41 * (1 - 1 / 369 + 1.959964 / (3 * 41**0.5)) ** 3,
    )
    row = standardised_rate([[30, 10]], [[1000, 1000]], [1, 3]).iloc[0]
    assert row.rate == pytest.approx(150)
    assert row.lower == pytest.approx(1e4 * (0.015 + 4.330127e-4 * (lower - 40)), rel=1e-6)
    assert row.upper == pytest.approx(1e4 * (0.015 + 4.330127e-4 * (upper - 40)), rel=1e-6)


def test_an_empty_stratum_with_weight_is_never_dropped():
    table = standardised_rate([[30, 0], [30, 0], [30, None]], [[100, 0], [100, 10], [100, 10]], [1, 1])
    assert table.status.to_list() == ["missing", "ok", "missing"]
    assert table.loc[[0, 2], ["rate", "lower", "upper", "n_events"]].isna().all(axis=None)
    without = standardised_rate([[30, 0]], [[100, 0]], [1, 0]).iloc[0]
    assert (without.status, without.rate) == ("ok", 3000)


def test_strata_are_matched_by_label_and_misfits_refused():
    x = pd.DataFrame({"men": [30, 12], "women": [10, 20]}, index=["A", "B"])
    n = pd.DataFrame({"women": [900, 500], "men": [400, 300]}, index=["B", "A"])
    table = standardised_rate(x, n, pd.Series({"women": 3, "men": 1}))
    assert table.loc["A", "rate"] == pytest.approx(1e4 * (0.25 * 30 / 300 + 0.75 * 10 / 500))
    assert table.loc["B", "rate"] == pytest.approx(1e4 * (0.25 * 12 / 400 + 0.75 * 20 / 900))
    with pytest.raises(ValueError, match="strata"):
        standardised_rate([[1, 2]], [[1, 2]], [1])
    with pytest.raises(ValueError, match="empty"):
        standardised_rate([[1, 2]], [[1, 2]], [0, 0])
    with pytest.raises(ValueError, match="different"):
        standardised_rate(x, n.rename(index={"A": "C"}), pd.Series({"women": 3, "men": 1}))


def test_no_event_is_a_rate_of_zero_that_is_not_shown():
    row = standardised_rate([[0, 0]], [[10, 20]], [1, 1]).iloc[0]
    assert (row.rate, row.status) == (0, "too_few")
    assert np.isnan(row.upper)
