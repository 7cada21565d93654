"""EARS and Farrington against R surveillance 1.20.3 and worked cases; gaps, silence and false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from concerns.alerts import ears, farrington, farrington_many, log_meetings, more_meetings

WEEKLY = {"period": 52, "window": 3, "years": 5, "alpha": 0.01}
# a monthly series with the meetings behind it: rnbinom in R, seed 1, one outbreak (60) in month 90
MONTHLY = [3, 14, 6, 25, 15, 19, 18, 2, 4, 10, 3, 27, 42, 14, 60, 65, 5, 3, 9, 12, 2, 5, 13, 12]
MONTHLY += [21, 14, 15, 24, 6, 13, 2, 6, 2, 5, 3, 8, 38, 10, 27, 18, 12, 21, 3, 18, 3, 14, 0, 41]
MONTHLY += [12, 20, 11, 34, 14, 3, 13, 5, 24, 8, 8, 4, 15, 22, 37, 30, 28, 9, 6, 17, 2, 1, 1, 11]
MONTHLY += [16, 55, 20, 28, 37, 39, 6, 10, 1, 20, 24, 30, 6, 7, 29, 27, 26, 60, 11, 40, 19, 12, 14, 29]
MEETINGS = [1, 4, 1, 2, 5, 3, 6, 2, 3, 3, 1, 5, 5, 2, 6, 6, 2, 1, 5, 5, 1, 1, 6, 5, 5, 2, 2, 6, 1, 4, 1, 4]
MEETINGS += [3, 6, 2, 2, 6, 4, 4, 4, 2, 4, 1, 6, 1, 4, 1, 6, 2, 3, 2, 6, 6, 2, 5, 2, 6, 6, 6, 1, 3, 3, 6, 4]
MEETINGS += [6, 3, 1, 4, 5, 1, 1, 6, 4, 5, 5, 4, 6, 5, 4, 4, 1, 5, 5, 6, 1, 1, 3, 6, 2, 2, 3, 6, 2, 4, 3, 5]
NUMBERS = ["expected", "threshold", "score"]


@pytest.fixture(scope="module")
def newport(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data / "reference" / "salm_newport_germany.csv")


@pytest.mark.shared_data
def test_c1_of_salmonella_newport_as_published(newport):
    table = ears(newport.y, method="C1", alpha=0.05, min_sd=0)
    limits = table.threshold[newport.in2011 == 1].head(4)
    assert limits.to_list() == pytest.approx([3.278854, 3.278854, 3.436517, 3.855617], abs=1e-6)


@pytest.mark.shared_data
def test_c2_of_salmonella_newport_as_r_gives_it(newport):  # earsC(method = "C2", alpha = 0.05), steps 10 … 13
    table = ears(newport.y, method="C2", alpha=0.05, min_sd=0)
    expected = [2.337075910964, 2.343017362532, 2.529106757290, 4.351919452905]
    assert table.threshold[9:13].to_list() == pytest.approx(expected, abs=1e-6)
    assert table.threshold[:9].isna().all()


@pytest.mark.shared_data
def test_farrington_on_salmonella_newport_as_r_gives_it(newport):  # algo.farrington(b = 5, w = 3, alpha = .01)
    table = farrington(newport.y, at=range(299, 528), **WEEKLY)
    some = table.threshold[[319, 359, 399, 409, 410, 411, 425, 519]].to_list()
    expected = [4.01953985, 8.72051363, 6.12419026, 9.63012610, 6.92409658, 6.02102890, 2.99490903, 7.98662906]
    assert some == pytest.approx(expected, rel=5e-4)
    assert table.trend[[319, 359, 399, 409, 410]].to_list() == [True, False, True, False, True]
    alarms = table.index[table.alarm] + 1
    assert alarms.to_list() == [410, 411, 412, 415, 416, 417, 418, 419, 426, 427, 443, 454, 456]
    assert table.why_not[439] == "few_cases"


@pytest.mark.shared_data
def test_noufaily_on_salmonella_newport_as_r_gives_it(newport):
    # farringtonFlexible(noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "nbPlugin",
    # weightsThreshold = 2.58, alpha = .01)
    table = farrington(newport.y, at=range(299, 528), method="noufaily", **WEEKLY)
    weeks = [319, 359, 399, 408, 519]
    assert table.threshold[weeks].to_list() == [5, 7, 6, 7, 9]
    expected = [1.24784074, 2.02879590, 1.81630812, 2.14065762, 2.55624076]
    assert table.expected[weeks].to_list() == pytest.approx(expected, rel=5e-4)
    phi = [1.34003938, 1.28975271, 1.18218688, 1.15241441, 1.66611117]
    assert table.dispersion[weeks].to_list() == pytest.approx(phi, rel=5e-4)
    assert (table.index[table.alarm] + 1).to_list() == [409, 410, 411, 412, 416, 421, 424]


@pytest.mark.shared_data
def test_seasonal_blocks_of_unequal_length_as_r_gives_them(newport):
    # as above with b = 4, w = 2, alpha = .05: the gap of 47 weeks makes two blocks of 6 and seven of 5
    weeks = [299, 317, 357, 417, 497]
    table = farrington(newport.y, period=52, window=2, years=4, at=weeks, method="noufaily", min_cases=0)
    expected = [3.03291886768, 1.28187538339, 2.33823986615, 0.89098581304, 2.87573560048]
    assert table.expected.to_list() == pytest.approx(expected, rel=5e-4)
    phi = [1.27438854166, 1.27486429423, 1.27561255317, 1.02254566094, 1.85311436971]
    assert table.dispersion.to_list() == pytest.approx(phi, rel=5e-4)
    assert table.threshold.to_list() == [7, 4, 6, 3, 7]


def test_a_trend_that_leads_beyond_all_that_was_seen_is_not_kept():
    rising = np.round(2 * 1.05 ** np.arange(72))
    for method in ("farrington", "noufaily"):
        assert not farrington(rising, at=71, method=method).trend[71]
        assert farrington(rising[::-1], at=71, method=method).trend[71]  # a fall leads beyond nothing


def test_monthly_counts_as_r_gives_them():
    # algo.farrington(b = 5, w = 1, alpha = .05), freq 12; months 65, 75, 85, 90, 95
    at = [64, 74, 84, 89, 94]
    table = farrington(MONTHLY, years=5, at=at)
    r = [41.71767389, 51.10822778, 42.17952050, 35.64769402, 34.42350250]
    assert table.threshold.to_list() == pytest.approx(r, rel=5e-4)
    assert table.alarm.to_list() == [False, False, False, True, False]
    # farringtonFlexible(noPeriods = 4, pastWeeksNotIncluded = 6, nbPlugin, populationOffset = TRUE, alpha = .05)
    table = farrington(MONTHLY, years=5, at=at, method="noufaily", offset=np.log(MEETINGS))
    assert table.threshold.to_list() == [35, 51, 15, 21, 20]
    r = [21.4928467368, 32.6858846806, 6.7334659063, 9.9387332622, 10.4475367437]
    assert table.expected.to_list() == pytest.approx(r, rel=5e-4)
    r = [2.72654113, 3.08181241, 3.14886437, 3.44499162, 2.80781225]
    assert table.dispersion.to_list() == pytest.approx(r, rel=5e-4)


def test_farrington_worked_with_statsmodels():
    """The 1996 rule written out once more, for one month, on statsmodels' GLM."""
    import statsmodels.api as sm

    y, t0 = np.array(MONTHLY, dtype=float), 89
    steps = np.concatenate([np.arange(t0 - 12 * i - 1, t0 - 12 * i + 2) for i in range(5, 0, -1)])

    def fit(x):
        design = np.ones((15, 1)) if x is None else sm.add_constant(x)
        first = sm.GLM(y[steps], design, sm.families.Poisson()).fit(scale="X2")
        phi, h, mu = max(1, first.scale), first.get_hat_matrix_diag(), first.mu
        s = 1.5 * (y[steps] ** (2 / 3) * mu ** (-1 / 6) - mu**0.5) / np.sqrt(phi * (1 - h))
        weights = np.where(s > 1, s**-2.0, 1.0)
        weights *= 15 / weights.sum()
        return sm.GLM(y[steps], design, sm.families.Poisson(), var_weights=weights).fit(scale="X2", use_t=True)

    slope = fit(steps - t0)
    assert slope.pvalues[1] >= 0.05  # so no trend is kept
    flat = fit(None)
    mu, phi = float(np.exp(flat.params[0])), max(1.0, flat.scale)
    variance = mu**2 * flat.bse[0] ** 2 / flat.scale * phi
    tau = phi + variance / mu
    upper = (mu ** (2 / 3) + 1.959963985 * np.sqrt(4 / 9 * mu ** (1 / 3) * tau)) ** 1.5
    row = farrington(MONTHLY, years=5, at=t0).iloc[0]
    assert row.expected == pytest.approx(mu, rel=1e-7)
    assert row.threshold == pytest.approx(upper, rel=1e-7)
    assert row.score == pytest.approx((60 - mu) / (upper - mu), rel=1e-7)
    assert not row.trend


def test_many_series_at_once_are_each_its_own():
    rng = np.random.default_rng(5)
    y = rng.poisson([[1], [8], [40]], (3, 72)).astype(float)
    y[1, 40:44] = np.nan
    meetings = rng.integers(1, 5, y.shape)
    for method in ("farrington", "noufaily"):
        together = farrington_many(y, 71, offset=np.log(meetings), method=method)
        for row in range(3):
            alone = farrington(y[row], at=71, offset=np.log(meetings[row]), method=method)
            assert_frame_equal(alone.reset_index(drop=True), together.iloc[[row]].reset_index(drop=True), rtol=1e-9)


def test_history_decides_what_can_be_said():
    y = [5] * 72
    table = farrington(y)
    assert table.status[:37].eq("too_few").all()  # month 37 is the first with three whole reference windows
    assert table.status[37:].eq("ok").all()
    assert table.expected[:13].isna().all()
    assert table.expected[13] == pytest.approx(5)  # the bare number, from one year
    assert table.alarm[:37].isna().all()
    asked = farrington(y, years=5)
    assert asked.status[:61].eq("too_few").all()
    assert asked.expected[:61].isna().all()
    assert (asked.status[61], asked.why_not[36]) == ("ok", "short_history")
    few = farrington(y, years=2, at=71).iloc[0]
    assert (few.status, few.expected) == ("too_few", pytest.approx(5))
    assert few.alarm is pd.NA


def test_zero_reports_no_report_and_no_meeting_are_told_apart():
    y = [5.0] * 60 + [0, np.nan, 5]
    table = farrington(y, at=[60, 61, 62], offset=log_meetings([1] * 62 + [0]))
    assert table.why_not.to_list() == ["", "no_report", "no_meeting"]
    assert table.status.to_list() == ["ok", "missing", "missing"]
    assert not table.alarm[60]
    assert table.expected[61] == pytest.approx(5)
    assert table.score[[61, 62]].isna().all()


def test_a_silent_history_alarms_at_five_and_never_at_zero():
    silent = np.zeros((3, 60))
    silent[1:, 59] = [4, 5]
    for method in ("farrington", "noufaily"):
        table = farrington_many(silent, 59, method=method)
        assert table.alarm.to_list() == [False, False, True]
        assert table.threshold.to_list() == [0, 0, 0]
        assert table.score.to_list() == [0, np.inf, np.inf]


def test_five_cases_are_asked_of_the_last_two_months_and_a_gap_there_is_not_zero():
    y = np.zeros((3, 60))
    y[:, 30], y[:, 58], y[:, 59] = 1, [1, 0, np.nan], [4, 4, 4]
    table = farrington_many(y, 59)
    assert table.alarm.to_list() == [True, False, pd.NA]
    assert table.why_not.to_list() == ["", "few_cases", "recent_missing"]


def test_only_more_meetings():
    meetings = np.array([2] * 60 + [20])
    y = np.array([8, 10, 12, 9, 11] * 12 + [100])
    by_count = farrington(y, at=60)
    by_meeting = farrington(y, at=60, offset=log_meetings(meetings))
    assert more_meetings(by_count, by_meeting).to_list() == [True]
    assert by_meeting.expected[60] == pytest.approx(100, rel=0.1)
    ears_meeting = ears(y, offset=log_meetings(meetings))
    assert more_meetings(ears(y), ears_meeting).iloc[-1]
    assert ears_meeting.expected[60] == pytest.approx(np.mean(y[53:60]) * 10)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["farrington", "noufaily"]), st.floats(1e-3, 1e3))
def test_a_constant_effort_changes_nothing_and_the_present_never_trains(seed, method, effort):
    y = np.random.default_rng(seed).poisson(9, 60).astype(float)
    one = farrington(y, at=59, method=method)
    other = farrington(y, at=59, method=method, offset=np.full(60, np.log(effort)))
    assert_frame_equal(one[NUMBERS], other[NUMBERS], rtol=1e-6)
    louder = y.copy()
    louder[59] += 50
    assert_frame_equal(farrington(louder, at=59, method=method)[NUMBERS[:2]], one[NUMBERS[:2]])


def test_labels_masks_and_positions_name_the_same_steps():
    months = pd.period_range("2019-01", periods=60, freq="M")
    y = pd.Series(MONTHLY[:60], months)
    mask = np.zeros(60, dtype=bool)
    mask[[50, 59]] = True
    by_position = farrington(y, at=[50, -1])
    assert by_position.index.to_list() == [months[50], months[59]]
    assert_frame_equal(farrington(y, at=mask), by_position)
    assert_frame_equal(farrington(y, at=[months[50], months[59]]), by_position)
    with pytest.raises(ValueError, match="does not have"):
        farrington(y, at=60)
    with pytest.raises(ValueError, match="does not have"):
        farrington(y, at=[pd.Period("2030-01", "M")])


def test_c3_worked_by_hand():
    # the baseline of each of the last three steps is 1, 2, 3 (mean 2); sd of 2 1 3 2 2 1 3 = sqrt(2/3)
    y = [2, 1, 3, 2, 2, 1, 3, 0, 0, 4, 0, 0]
    sds = [np.std(y[i : i + 7], ddof=1) for i in range(3)]
    means = [np.mean(y[i : i + 7]) for i in range(3)]
    steps = [max(0, (y[9 + i] - means[i]) / sds[i] - 1) for i in range(3)]
    table = ears(y, method="C3", min_sd=0)
    assert table.score[11] == pytest.approx(sum(steps))
    assert table.threshold[11] == 2
    assert table.status[:11].eq("too_few").all()
    assert not table.alarm[11]
    louder = ears([*y[:11], 6], method="C3", min_sd=0)
    assert louder.alarm[11]


def test_ears_floor_silence_and_gaps():
    flat = ears([4] * 7 + [5, 2, 6], alpha=0.05)
    assert flat.threshold[7] == pytest.approx(4 + 1.644854 * 0.5, abs=1e-6)
    assert flat.alarm[7]
    few = ears([0] * 7 + [2])
    assert (few.observed[7] > few.threshold[7], few.alarm[7], few.why_not[7]) == (True, False, "few_cases")
    gap = ears([4, 4, 4, None, 4, 4, 4, 9, 9, None, 9, 9], alpha=0.05)
    assert gap.status[7:].eq("missing").all()
    assert gap.alarm.isna().all()
    assert gap.why_not.to_list()[7:10] == ["gap_in_baseline", "gap_in_baseline", "no_report"]
    assert ears([4] * 8, min_sd=0).score[7] == 0


@settings(deadline=None)
@given(st.lists(st.integers(0, 500), min_size=12, max_size=30), st.integers(1, 1000))
def test_ears_moves_with_its_counts(counts, more):
    y = np.array(counts)
    one, other = ears(y, min_sd=0), ears(y + more, min_sd=0)
    assert other.threshold.to_numpy() == pytest.approx(one.threshold.to_numpy() + more, nan_ok=True)
    assert ears(y * 10, min_sd=5).threshold.to_numpy() == pytest.approx(
        ears(y, min_sd=0.5).threshold.to_numpy() * 10, nan_ok=True
    )


def test_nothing_one_step_all_missing_and_a_huge_count():
    assert ears([]).empty
    assert farrington([]).empty
    assert farrington([3]).status.to_list() == ["too_few"]
    gone = farrington([np.nan] * 60, at=59).iloc[0]
    assert (gone.status, gone.why_not) == ("too_few", "short_history")
    huge = farrington([*[3] * 59, 10**15], at=59).iloc[0]
    assert huge.alarm
    assert np.isfinite(farrington([*[3] * 46, 10**9, *[3] * 13], at=59).threshold.iloc[0])


def test_a_past_outbreak_counts_less_than_its_size():
    row = farrington([*[3] * 46, 40, *[3] * 13], at=59).iloc[0]
    assert 3 < row.expected < 0.8 * (11 * 3 + 40) / 12  # four years, three months each


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "C9"},
        {"window": 6},
        {"alpha": 0},
        {"years": 0},
        {"period": 6, "method": "noufaily", "window": 2},
        {"offset": [0.0]},
        {"offset": [np.inf] * 60},
        {"at": [True]},
    ],
)
def test_settings_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"is|has|fits|lies|short|names"):
        farrington([1] * 60, **wrong)


@pytest.mark.parametrize("wrong", [{"method": "C4"}, {"alpha": 1}, {"min_sd": -1}])
def test_ears_settings_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"is|lies"):
        ears([1] * 20, **wrong)


def false_alarms(method: str, mean: float, n_series: int, seed: int) -> float:
    y = np.random.default_rng(seed).poisson(mean, (n_series, 72)).astype(float)
    table = farrington_many(y, 71, alpha=0.05, method=method)
    return float((table.score > 1).mean())


@pytest.mark.parametrize(("method", "nominal"), [("farrington", 0.025), ("noufaily", 0.05)])
def test_false_alarms_lie_in_the_binomial_band_of_the_nominal_rate(method, nominal):
    # alpha is two-sided in 1996: 2.5 % lie above; one-sided in 2013
    rate, n = false_alarms(method, 30, 1_000, seed=8), 1_000
    assert abs(rate - nominal) < 2.576 * np.sqrt(nominal * (1 - nominal) / n)


@pytest.mark.slow
@pytest.mark.parametrize("mean", [2, 10, 30, 100])
@pytest.mark.parametrize(("method", "low", "high"), [("farrington", 0.025, 0.042), ("noufaily", 0.038, 0.060)])
def test_false_alarms_at_length(method, low, high, mean):
    # 1996 keeps a trend where chance shows one (1 month in 14), and a third more alarms than nominal follow from that
    assert low < false_alarms(method, mean, 20_000, seed=9) < high
