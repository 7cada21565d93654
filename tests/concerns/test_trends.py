"""Mann–Kendall, Sen, STL, calendar effects and change points against published numbers and their reference packages."""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from concerns.hijri import hijri_effects, hijri_shares, window_days
from concerns.seasonality import month_effects
from concerns.segments import change_points, dispersion_between_steps
from concerns.trends import decompose, mann_kendall, mann_kendall_many, seasonal

SERIES = st.lists(st.integers(-20, 20), min_size=10, max_size=40)
KENDALL_X = [2.5] * 4 + [5] + [6.5] * 2 + [10] * 5 + [14] * 3 + [16, 17]
KENDALL_Y = [1, 1, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 2, 2]


@pytest.fixture(scope="module")
def nile() -> pd.Series:
    import statsmodels.api as sm

    table = sm.datasets.nile.load_pandas().data
    return table.volume.set_axis(table.year.astype(int))


def test_the_nile(nile):
    trend = mann_kendall(nile)
    assert trend.s == -1387
    assert trend.var_s == pytest.approx(112728.333333, abs=1e-6)
    assert trend.z == pytest.approx(-4.128066523, abs=1e-9)
    assert trend.p_value == pytest.approx(3.658263e-05, abs=1e-11)
    assert trend.tau_b == pytest.approx(-0.280741, abs=1e-6)
    assert trend.sen_slope == pytest.approx(-2.6, abs=1e-12)
    assert (trend.n, trend.status) == (100, "ok")


def test_kendalls_two_tied_examples():  # Kendall 1976, Rank Correlation Methods
    one = mann_kendall(KENDALL_Y, KENDALL_X)
    assert one.s == 34
    assert one.s / one.tau_b == pytest.approx(np.sqrt(116 * 60))
    assert one.tau_b == pytest.approx(0.41, abs=0.005)
    x, y = [1.5, 1.5, 3, 4, 6, 6, 6, 8, 9.5, 9.5, 11, 12], [2.5, 2.5, 7, 4.5, 1, 4.5, 6, 11.5, 11.5, 8.5, 8.5, 10]
    other = mann_kendall(y, x)
    assert other.s == 34
    assert other.var_s == pytest.approx(203.30, abs=0.005)


def test_the_variance_of_small_tied_samples_is_that_of_all_orders():
    """The null variance of S by listing every order of the values: independent of any formula."""
    from itertools import permutations

    for y, t in (
        ([1, 1, 2, 3, 3], [1, 2, 3, 4, 5]),
        ([1, 1, 2, 3, 3], [1, 1, 2, 3, 3]),
        ([1, 2, 2, 2, 4], [1, 1, 1, 2, 3]),
    ):
        i, j = np.triu_indices(5, 1)
        signs = np.sign(np.array(t)[j] - np.array(t)[i])
        scores = [(np.sign(np.array(p)[j] - np.array(p)[i]) * signs).sum() for p in permutations(y)]
        trend = mann_kendall(y, t)
        assert trend.var_s == pytest.approx(np.mean(np.square(scores)))
        assert trend.s == (np.sign(np.array(y)[j] - np.array(y)[i]) * signs).sum()


@settings(deadline=None, max_examples=60)
@given(SERIES)
def test_the_package_gives_the_same(y):
    import pymannkendall as peer

    one, theirs = mann_kendall(y), peer.original_test(y)
    assert one.s == theirs.s
    assert one.sen_slope == pytest.approx(theirs.slope)
    assert one.p_value == pytest.approx(1.0 if len(set(y)) == 1 else theirs.p, abs=1e-12)
    by_month, theirs = mann_kendall(y, period=4), peer.seasonal_test(y, period=4)
    assert by_month.s == theirs.s
    assert by_month.var_s == pytest.approx(theirs.var_s)
    assert by_month.sen_slope * 4 == pytest.approx(theirs.slope)  # theirs is per period


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.9))
def test_the_autocorrelated_variance_is_that_of_the_package(seed, carry):
    import pymannkendall as peer

    rng = np.random.default_rng(seed)
    y = rng.normal(size=30)
    for step in range(1, 30):
        y[step] += carry * y[step - 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs takes the root of a negative variance
        theirs = peer.hamed_rao_modification_test(y)
    ours = mann_kendall(y, variance="hamed_rao")
    assert ours.var_s == pytest.approx(theirs.var_s, rel=1e-9)
    if theirs.var_s > 0:
        assert ours.p_value == pytest.approx(theirs.p, abs=1e-12)
    else:
        assert ours.status == "not_identified"
        assert np.isnan(ours.p_value)


def test_the_autocorrelated_nile_as_the_package_gives_it(nile):  # pymannkendall 1.4.3
    trend = mann_kendall(nile, variance="hamed_rao")
    assert trend.var_s == pytest.approx(241565.3569166269)
    assert trend.p_value == pytest.approx(0.004802676310182719)


def test_the_slope_interval_of_gilberts_order_statistics():
    # ten points without ties: N' = 45 slopes, C = z·sqrt(125); the limits are order statistics 11.543 and 34.457
    y = np.array([3.0, 1, 4, 7, 5, 9, 12, 6, 15, 13])
    i, j = np.triu_indices(10, 1)
    slopes = np.sort((y[j] - y[i]) / (j - i))
    low, high = (45 - 1.959964 * 125**0.5) / 2, (45 + 1.959964 * 125**0.5) / 2 + 1
    trend = mann_kendall(y)
    for limit, place in ((trend.sen_lower, low), (trend.sen_upper, high)):
        below = int(place)
        expected = slopes[below - 1] + (place - below) * (slopes[below] - slopes[below - 1])
        assert limit == pytest.approx(expected, abs=1e-5)
    wide = mann_kendall(y[:4])
    assert np.isnan(wide.sen_lower)  # six slopes have no pair of order statistics at 95 %
    assert wide.sen_slope == np.median(((y[j] - y[i]) / (j - i))[(i < 4) & (j < 4)])


@settings(deadline=None)
@given(SERIES, st.integers(-1000, 1000), st.integers(1, 50))
def test_time_reversal_flips_and_shifts_change_nothing(y, shift, factor):
    one = mann_kendall(y)
    back = mann_kendall(y[::-1])
    moved = mann_kendall(np.array(y) * factor + shift, np.arange(len(y)) + shift)
    assert (back.s, back.var_s, back.sen_slope) == (-one.s, one.var_s, -one.sen_slope)
    assert (moved.s, moved.var_s) == (one.s, one.var_s)
    assert moved.sen_slope == pytest.approx(one.sen_slope * factor)
    shuffled = np.random.default_rng(0).permutation(len(y))
    assert_series_equal(mann_kendall(np.array(y)[shuffled], shuffled), one)


def test_a_missing_month_keeps_the_times_of_the_others():
    months = pd.period_range("2020-01", periods=14, freq="M")
    y = pd.Series(np.arange(14) * 2.1, months)
    y.iloc[[3, 4, 9]] = None
    trend = mann_kendall(y)
    assert (trend.n, trend.s, trend.sen_slope) == (11, 55, pytest.approx(2.1))
    assert_series_equal(mann_kendall(y.dropna()), trend)


def test_many_series_are_each_its_own_and_keep_their_labels():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.poisson(4, (6, 24)), index=[*"ABCDEF"], dtype=float)
    table.iloc[2, 5:9] = np.nan
    table.iloc[3] = 7
    for options in ({}, {"period": 12}, {"variance": "hamed_rao"}):
        together = mann_kendall_many(table, **options)
        assert together.index.to_list() == [*"ABCDEF"]
        for name, row in table.iterrows():
            alone = mann_kendall(row.to_numpy(), **options)
            assert_series_equal(together.loc[name], alone, check_names=False)
    quick = mann_kendall_many(table, slopes=False)
    assert quick.sen_slope.isna().all()
    assert_frame_equal(quick[["s", "z", "p_value"]], mann_kendall_many(table)[["s", "z", "p_value"]])


def test_whole_numbers_too_large_for_a_float_keep_their_order():
    y = np.array([3, 4, 4, 6, 5, 8, 9, 8, 9, 12, 11])
    assert mann_kendall(y + 2**62).to_dict() == mann_kendall(y).to_dict()
    table = pd.DataFrame([y, y[::-1]], index=["A", "B"])
    assert mann_kendall_many(table - 2**62).equals(mann_kendall_many(table))
    assert mann_kendall(np.array([0, 2**64 - 1] * 6, dtype=np.uint64)).s == 6


def test_too_few_constant_and_missing_trends():
    few = mann_kendall([1, 2, 3])
    assert (few.s, few.status) == (3, "too_few")
    assert np.isnan(few.p_value)
    constant = mann_kendall([4] * 12)
    assert (constant.s, constant.p_value, constant.sen_slope, constant.status) == (0, 1, 0, "constant")
    for nothing in ([], [None] * 12):
        assert mann_kendall(nothing).status == "missing"
    assert mann_kendall([5]).s == 0
    outlier = mann_kendall([*range(11), 10**300])
    assert (outlier.s, outlier.sen_slope) == (66, 1)
    assert mann_kendall(np.array([0, 255] * 6, dtype=np.uint8)).s == mann_kendall([0, 255] * 6).s
    assert mann_kendall(np.arange(12, dtype=np.int64) * 2**59).s == 66
    assert mann_kendall_many(np.empty((0, 12))).empty


@pytest.mark.parametrize(
    "wrong",
    [
        {"variance": "none"},
        {"t": [1, 2]},
        {"t": np.arange(12) / 2, "period": 3},
        {"t": [1] * 12, "variance": "hamed_rao"},
        {"period": 0},
        {"period": 3, "variance": "hamed_rao"},
        {"alpha": 0},
    ],
)
def test_options_of_the_trend_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"is|has|takes|must"):
        mann_kendall(range(12), **wrong)
    with pytest.raises(ValueError, match="infinite"):
        mann_kendall([np.inf] * 12)
    with pytest.raises(ValueError, match="one series"):
        mann_kendall(np.ones((2, 12)))


@pytest.mark.shared_data
def test_stl_of_the_british_drivers_is_that_of_r(shared_data):
    drivers = pd.read_csv(shared_data / "reference" / "uk_driver_deaths.csv")
    r = pd.read_csv(shared_data / "reference" / "uk_driver_deaths_stl_r.csv")
    windows = {"seasonal": 7, "trend": 23, "low_pass": 13, "seasonal_deg": 0, "robust": False}
    jumps = {"seasonal_jump": 1, "trend_jump": 3, "low_pass_jump": 2, "inner_iter": 2, "outer_iter": 0}
    parts = decompose(drivers.y, stl={**windows, **jumps})
    assert parts.seasonal.to_numpy() == pytest.approx(r.seasonal.to_numpy(), abs=1e-8)
    assert parts.trend.to_numpy() == pytest.approx(r.trend.to_numpy(), abs=1e-8)
    assert parts.seasonal[:3].to_list() == pytest.approx([87.152062, -112.565573, -136.369529], abs=1e-6)
    assert parts.attrs["low_pass"] == 13


def test_stl_refuses_short_and_gappy_series_and_flags_what_it_filled():
    y = np.tile(np.arange(12.0), 4)
    assert decompose(y[:35]).attrs["status"] == "too_few"
    assert decompose(y[:35])[["trend", "seasonal", "rest"]].isna().all(axis=None)
    gappy = y.copy()
    gappy[[5, 20]] = np.nan
    parts = decompose(gappy)
    assert (parts.attrs["status"], parts.attrs["n_interpolated"]) == ("ok", 2)
    assert parts.is_interpolated[[5, 20]].all()
    assert parts.y[5] == 5
    assert parts.notna().all(axis=None)
    gappy[:6] = np.nan
    assert decompose(gappy).attrs["status"] == "missing"
    assert decompose([np.nan] * 48).attrs["status"] == "too_few"
    assert decompose([]).empty
    constant = decompose([5] * 36)
    assert constant.trend.to_numpy() == pytest.approx(5)
    logged = decompose(np.expm1(y), log=True)
    assert logged.y.to_numpy() == pytest.approx(y)


def test_month_effects_are_those_of_a_glm():
    import statsmodels.api as sm

    rng = np.random.default_rng(6)
    t = np.arange(60)
    meetings = rng.integers(1, 6, 60)
    y = rng.poisson(meetings * np.exp(1 + 0.01 * t + 0.5 * np.sin(2 * np.pi * t / 12))).astype(float)
    table = month_effects(y, t, offset=np.log(meetings))
    design = np.column_stack([t % 12 == m for m in range(12)] + [t]).astype(float)
    fit = sm.GLM(y, design, sm.families.Poisson(), offset=np.log(meetings)).fit(scale="X2", use_t=True)
    centred = np.column_stack([np.eye(12) - 1 / 12, np.zeros(12)])
    test = fit.t_test(centred)
    assert np.log(table.ratio).to_numpy() == pytest.approx(test.effect, abs=1e-7)
    assert np.log(table[["lower", "upper"]]).to_numpy() == pytest.approx(test.conf_int(), abs=1e-7)
    joint = fit.f_test(centred[:11])
    assert table.attrs["f"] == pytest.approx(float(joint.fvalue), rel=1e-6)
    assert table.attrs["p_value"] == pytest.approx(float(joint.pvalue), rel=1e-5)


def test_a_month_that_never_had_a_report_has_the_ratio_zero():
    y = np.tile([4.0, 5, 6, 0], 9)
    table = month_effects(y, np.arange(36), period=4)
    assert table.ratio[3] == 0
    assert table.status.to_list() == ["ok", "ok", "ok", "constant"]
    assert np.log(table.ratio[:3]).sum() == pytest.approx(0, abs=1e-6)
    assert month_effects(y[:10], np.arange(10), period=4).status.eq("too_few").all()
    assert month_effects(np.zeros(36), np.arange(36), period=4).ratio.eq(0).all()


def test_known_dates_of_the_hijri_calendar():
    spans = window_days(date(2023, 1, 1), date(2025, 12, 31), "ramadan")
    assert [start for start, _ in spans] == [date(2023, 3, 23), date(2024, 3, 11), date(2025, 3, 1)]
    year = date(2024, 1, 1), date(2024, 12, 31)
    assert window_days(*year, "ashura") == [(date(2024, 7, 7), date(2024, 7, 16))]
    ((walk_starts, walk_ends),) = window_days(*year, "arbaeen")
    assert (walk_ends, (walk_ends - walk_starts).days) == (date(2024, 8, 24), 10)
    assert window_days(*year, "ramadan", shift_days=1)[0] == (date(2024, 3, 12), date(2024, 4, 10))
    with pytest.raises(ValueError, match="tabulated"):
        window_days(date(2090, 1, 1), date(2090, 2, 1), "ramadan")


@settings(deadline=None)
@given(st.integers(2001, 2070))
def test_every_ramadan_has_29_or_30_days_wherever_it_falls(year):
    months = pd.period_range(f"{year}-01", f"{year + 1}-12", freq="M")
    first, last = date(year, 1, 1), date(year + 1, 12, 31)
    days = hijri_shares(months).mul(months.days_in_month.to_numpy(), axis=0)
    spans = window_days(first, last, "ramadan")
    assert {(end - start).days + 1 for start, end in spans} <= {29, 30}
    inside = sum((min(end, last) - max(start, first)).days + 1 for start, end in spans)
    assert days.ramadan.sum() == pytest.approx(inside)
    whole = [span for span in spans if span[0].month != 12 and span[1].month != 1]
    for start, end in whole:
        touched = (months >= pd.Period(start, "M")) & (months <= pd.Period(end, "M"))
        assert round(days.ramadan[touched].sum()) in (29, 30)


def test_hijri_effects_are_those_of_a_glm_and_find_a_planted_ramadan():
    import statsmodels.api as sm
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    months = pd.period_range("2018-01", periods=84, freq="M")
    shares = hijri_shares(months)
    rng = np.random.default_rng(3)
    meetings = rng.integers(1, 6, 84)
    y = rng.poisson(meetings * 12 * np.exp(0.6 * shares.ramadan)).astype(float)
    y[10] = np.nan
    table = hijri_effects(y, months, offset=np.log(meetings))
    used = ~np.isnan(y)
    angle, t = 2 * np.pi * months.month / 12, np.arange(84) / 12
    waves = [np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    design = np.column_stack([np.ones(84), t, *waves, shares])[used]
    fit = sm.GLM(y[used], design, sm.families.Poisson(), offset=np.log(meetings)[used]).fit(scale="X2", use_t=True)
    assert np.log(table.ratio).to_numpy() == pytest.approx(fit.params[6:], abs=1e-7)
    assert np.log(table.upper).to_numpy() == pytest.approx(fit.conf_int()[6:, 1], abs=1e-6)
    assert table.p_value.to_numpy() == pytest.approx(fit.pvalues[6:], abs=1e-7)
    assert table.q_value.to_numpy() == pytest.approx(multipletests(fit.pvalues[6:], method="fdr_bh")[1], abs=1e-7)
    joint = fit.f_test(np.eye(11)[6:])
    assert table.attrs["f"] == pytest.approx(float(joint.fvalue), rel=1e-6)
    assert table.vif.to_numpy() == pytest.approx([variance_inflation_factor(design, k) for k in range(6, 11)])
    assert table.lower["ramadan"] > 1.4
    assert table.passages.eq(7).sum() >= 3


def test_few_months_or_passages_identify_no_window():
    months = pd.period_range("2020-01", periods=40, freq="M")
    y = np.full(40, 9.0)
    assert hijri_effects(y[:35], months[:35]).status.eq("too_few").all()
    assert hijri_effects(np.zeros(40), months).status.eq("constant").all()
    gap = y.copy()
    gap[[3, 15]] = np.nan  # April 2020 and 2021 held parts of Ramadan: two passages are gone
    table = hijri_effects(gap, months)
    assert table.status["ramadan"] == "not_identified"
    assert np.isnan(table.p_value["ramadan"])
    assert table.passages["ramadan"] < 3
    assert table.attrs["n_excluded"] == 2


def test_seasonal_puts_the_parts_together_and_keeps_gaps_in_time():
    months = pd.period_range("2018-01", periods=60, freq="M")
    y = pd.Series(np.random.default_rng(1).poisson(30, 60).astype(float), months)
    y[months.month == 12] += 60
    usual = seasonal(y.drop(months[[7]]))
    assert usual.components.index.equals(months)
    assert usual.components.is_interpolated[months[7]]
    assert usual.month.ratio.idxmax() == 12
    assert usual.month.n_observed[8] == 4
    assert usual.hijri.attrs["n_excluded"] == 1
    held = pd.Series(2, months)
    assert_frame_equal(seasonal(y, held).month, seasonal(y).month, rtol=1e-6)
    assert_series_equal(seasonal(y, held).components.trend * 2, seasonal(y).components.trend, rtol=1e-9)
    plain = seasonal(y.to_list())
    assert plain.hijri is None
    assert plain.month.ratio.to_list() == pytest.approx(seasonal(y).month.ratio.to_list(), rel=1e-9)
    stamped = seasonal(y.to_timestamp())
    assert_frame_equal(stamped.hijri, seasonal(y).hijri)
    with pytest.raises(ValueError, match="twice"):
        seasonal(pd.concat([y, y]))


def test_no_meeting_is_no_zero():
    months = pd.period_range("2018-01", periods=48, freq="M")
    held = np.full(48, 3)
    held[5] = 0
    usual = seasonal(pd.Series(6.0, months), held)
    assert usual.components.is_interpolated.iloc[5]
    assert usual.components.y.to_numpy() == pytest.approx(2)
    assert usual.month.attrs["n_used"] == 47


def test_the_planted_break():  # METHODS: ruptures, Poisson cost, penalty 2 ln n
    rng = np.random.default_rng(0)
    y = np.concatenate([rng.poisson(5, 17), rng.poisson(20, 20)])
    table = change_points(y)
    assert table.stop.to_list() == [17, 37]
    assert table.level.to_list() == pytest.approx([y[:17].mean(), y[17:].mean()])
    assert table.ratio[1] == pytest.approx(y[17:].mean() / y[:17].mean())
    assert table.attrs["penalty"] == pytest.approx(2 * np.log(37))


def cheapest(y: np.ndarray, penalty: float) -> float:
    """Cost of the best cut, by trying every last segment of every prefix."""
    total = np.concatenate([[0], np.cumsum(y)])
    best = [-penalty]
    for stop in range(1, len(y) + 1):
        costs = [np.inf]
        for start in range(stop - 2):
            s = total[stop] - total[start]
            costs.append(best[start] + penalty + (2 * (s - s * np.log(s / (stop - start))) if s else 0))
        best.append(min(costs))
    return best[-1]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 30), min_size=24, max_size=40))
def test_no_other_cut_costs_less(y):
    table = change_points(y)
    lengths, sums = table.stop - table.start, np.add.reduceat(y, table.start)
    cost = sum(2 * (s - s * np.log(s / length)) if s else 0 for s, length in zip(sums, lengths, strict=True))
    penalty = 2 * np.log(len(y))
    assert cost + penalty * (len(table) - 1) == pytest.approx(cheapest(np.array(y), penalty), abs=1e-8)
    assert (lengths >= 3).all()


def test_a_burst_that_meets_the_least_length_is_cut_at_the_minimum():
    y = np.array([0] * 19 + [23, 0, 0, 0, 4])  # the pruned search of ruptures 1.1.10 stops 1.4 short of it
    lengths = np.diff([0, *change_points(y).stop])
    sums = np.add.reduceat(y, change_points(y).start)
    cost = sum(2 * (s - s * np.log(s / length)) if s else 0 for s, length in zip(sums, lengths, strict=True))
    assert cost + 2 * np.log(24) * (len(sums) - 1) == pytest.approx(-30.709435832)


def test_long_series_are_cut_as_ruptures_cuts_them():
    from ruptures import Pelt
    from ruptures.base import BaseCost

    class PoissonCost(BaseCost):
        model, min_size = "poisson", 1

        def fit(self, signal):
            self.signal = signal
            return self

        def error(self, start, end):
            s = self.signal[start:end].sum()
            return 2 * (s - s * np.log(s / (end - start))) if s else 0.0

    rng = np.random.default_rng(4)
    y = np.concatenate([rng.poisson(level, size) for level, size in ((3, 30), (9, 25), (4, 40), (12, 9))])
    theirs = Pelt(custom_cost=PoissonCost(), jump=1, min_size=3).fit(y.reshape(-1, 1)).predict(2 * np.log(len(y)))
    assert change_points(y).stop.to_list() == theirs


def test_gaps_effort_and_labels_of_change_points():
    months = pd.period_range("2020-01", periods=40, freq="M")
    held = np.array([2] * 20 + [6] * 20)
    y = pd.Series(held * 4.0, months)
    assert change_points(y).stop.to_list() == [20, 40]
    assert change_points(y, exposure=held).level.to_list() == [4]
    y.iloc[[5, 25]] = np.nan
    table = change_points(y)
    assert table["first"].to_list() == [months[0], months[20]]
    assert table["last"].to_list() == [months[19], months[39]]
    assert table.n_observed.to_list() == [19, 19]
    assert (table.attrs["n_used"], table.attrs["n_excluded"]) == (38, 2)


def test_change_points_of_little_or_nothing():
    assert change_points([]).empty
    assert change_points([None] * 30).attrs["status"] == "missing"
    assert change_points([1, 2]).attrs["status"] == "too_few"
    assert change_points([0] * 30).stop.to_list() == [30]
    assert change_points([5] * 30).stop.to_list() == [30]
    assert change_points([5] * 15 + [10**12] + [5] * 15).attrs["status"] == "ok"
    with pytest.raises(ValueError, match="min_size"):
        change_points([1] * 30, min_size=0)


def test_neighbouring_steps_of_poisson_counts_differ_as_chance_says_whatever_the_level():
    rng = np.random.default_rng(4)
    even, broken = rng.poisson(40, 4_000), np.r_[rng.poisson(40, 2_000), rng.poisson(60, 2_000)]
    held = rng.integers(1, 9, 4_000)
    assert dispersion_between_steps(even) == pytest.approx(1, abs=0.07)
    assert dispersion_between_steps(broken) == pytest.approx(1, abs=0.07)  # about one mean it would be 3
    assert dispersion_between_steps(rng.poisson(9 * held), held) == pytest.approx(1, abs=0.07)
    noisy = rng.negative_binomial(20, 20 / (20 + 40), 4_000)  # variance 3 times the mean
    assert dispersion_between_steps(noisy) == pytest.approx(3, rel=0.1)
    assert len(change_points(noisy[:200], penalty=2 * np.log(200) * 3)) == 1 < len(change_points(noisy[:200]))


@pytest.mark.parametrize("y", [[], [3], [np.nan] * 5, [0, 0, 0], [3, None, 3, None]])
def test_too_few_neighbours_leave_the_dispersion_at_one(y):
    assert dispersion_between_steps(y) == 1.0
