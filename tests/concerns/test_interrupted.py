"""Interrupted series against the authors' data, and what must hold for any series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.interrupted import interrupted_series


def series(*, before: int = 24, after: int = 24, ratio: float = 1.0, mean: float = 40.0, seed: int = 0):
    rng = np.random.default_rng(seed)
    month = np.arange(before + after)
    meetings = rng.integers(3, 9, before + after)
    expected = mean / 6 * meetings * np.exp(0.004 * month) * np.where(month >= before, ratio, 1.0)
    return pd.DataFrame({"month": month, "n_reports": rng.poisson(expected), "n_meetings": meetings})


def run(data: pd.DataFrame, start: float = 24, **kwargs):
    return interrupted_series(data, "n_reports", "month", start, exposure="n_meetings", **kwargs)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("settings", "expected", "dispersion"),  # Lopez Bernal, Cummins & Gasparrini 2017, recomputed
    [
        ({"slope": False, "harmonics": 0, "errors": "poisson"}, (0.894377, 0.864686, 0.925086), 3.5592),
        ({"slope": False, "harmonics": 0, "errors": "quasi"}, (0.894377, 0.839189, 0.953193), 3.5592),
        ({"slope": False, "errors": "quasi"}, (0.885072, 0.839401, 0.933227), 2.2622),
        ({"slope": True, "errors": "quasi"}, (0.876464, 0.826753, 0.929165), 2.2746),
    ],
)
def test_the_sicilian_smoking_ban(shared_data, settings, expected, dispersion):
    data = pd.read_csv(shared_data / "reference" / "sicily.csv")
    result = interrupted_series(data, "aces", "time", 37, exposure="stdpop", **settings)
    level = result.table.iloc[0]
    assert level["ratio"] == pytest.approx(expected[0], abs=1e-6)
    assert [level["ratio_lower"], level["ratio_upper"]] == pytest.approx(expected[1:], abs=1e-5)
    assert result.dispersion == pytest.approx(dispersion, abs=1e-4)


@pytest.mark.shared_data
def test_the_sicilian_newey_west_error(shared_data):
    data = pd.read_csv(shared_data / "reference" / "sicily.csv")
    result = interrupted_series(data, "aces", "time", 37, exposure="stdpop", slope=False)
    assert result.table["se_hac"][0] == pytest.approx(0.0153907, abs=1e-7)
    assert result.level.se == result.table["se_quasi"][0]  # the larger of the two
    chosen = interrupted_series(data, "aces", "time", 37, exposure="stdpop", slope=False, errors="hac")
    assert chosen.level.se == pytest.approx(0.0153907, abs=1e-7)


def test_a_planted_break_is_found_and_none_is_not():
    found, none = run(series(ratio=0.6)), run(series())
    assert found.table["ratio"][0] == pytest.approx(0.6, abs=0.12)
    assert found.level.upper < 0
    assert none.level.lower < 0 < none.level.upper


def test_the_unit_of_exposure_and_the_origin_of_time_change_nothing():
    data = series(ratio=0.8)
    plain = run(data)
    moved = run(data.assign(month=data["month"] + 240, n_meetings=data["n_meetings"] * 7), start=264)
    assert moved.table["estimate"].to_list() == pytest.approx(plain.table["estimate"].to_list(), abs=1e-8)
    assert moved.table["se"].to_list() == pytest.approx(plain.table["se"].to_list(), rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99))
def test_row_order_changes_nothing(seed):
    data = series(seed=1)
    shuffled = run(data.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(shuffled.table, run(data).table)
    pd.testing.assert_frame_equal(shuffled.path, run(data).path)


def test_the_counterfactual_is_the_fit_before_and_the_fit_without_the_break_after():
    result = run(series(ratio=0.5))
    before, after = result.path[~result.path["is_after"]], result.path[result.path["is_after"]]
    assert before["expected"].to_list() == pytest.approx(before["counterfactual"].to_list())
    assert before["lower"].isna().all()
    steps = np.arange(1, len(after) + 1)
    gap = np.exp(result.level.estimate + result.slope.estimate * steps)
    assert (after["expected"] / after["counterfactual"]).to_list() == pytest.approx(gap.tolist())
    assert ((after["lower"] < after["counterfactual"]) & (after["counterfactual"] < after["upper"])).all()


def test_washed_out_and_missing_points_are_left_out_and_counted():
    data = series()
    data["n_reports"] = data["n_reports"].astype(float).mask(data["month"] == 5)
    result = run(data, washout=3)
    assert (result.n_missing, result.n_washout) == (1, 3)
    assert (result.n_before, result.n_after) == (23, 21)
    assert len(result.path) == 44


def test_fewer_than_twelve_points_on_a_side_have_no_interval():
    short = run(series(after=11), harmonics=0)
    assert short.status == "too_few"
    assert np.isfinite(short.level.estimate)
    assert np.isnan([short.level.lower, short.level.p_value]).all()
    assert run(series(before=12, after=12), start=12, harmonics=0).status == "ok"


def test_empty_one_sided_all_zero_and_all_missing_are_not_identified():
    data = series()
    poor = [data.iloc[:0], data[data["month"] < 24], data.assign(n_reports=0), data.assign(n_reports=np.nan)]
    for rows in poor:
        result = run(rows)
        assert result.status == "not_identified"
        assert result.table["estimate"].isna().all()


def test_a_comparison_series_takes_out_a_shock_that_both_share():
    shocked = series(ratio=2.0, seed=3).assign(programme=1)
    other = series(ratio=2.0, seed=4).assign(programme=0)
    alone = run(shocked, slope=False)
    together = run(pd.concat([shocked, other]), comparison="programme", slope=False)
    assert alone.level.lower > 0
    assert together.level.lower < 0 < together.level.upper
    assert (together.n_before, together.n_after) == (24, 24)


def test_the_comparison_estimate_is_the_difference_of_two_separate_fits_without_season():
    one, other = series(ratio=0.7, seed=3), series(seed=4)
    both = pd.concat([one.assign(programme=1), other.assign(programme=0)])
    together = run(both, comparison="programme", harmonics=0, errors="poisson").table["estimate"]
    apart = run(one, harmonics=0).table["estimate"] - run(other, harmonics=0).table["estimate"]
    assert together.to_list() == pytest.approx(apart.to_list(), abs=1e-7)


def test_no_break_is_covered_at_the_nominal_rate():
    hits = 0
    for seed in range(200):
        level = run(series(seed=seed), draws=0).level
        hits += level.lower <= 0 <= level.upper
    assert 0.90 <= hits / 200 <= 0.99


@pytest.mark.parametrize(
    "change",
    [
        lambda d: pd.concat([d, d.head(1)]),
        lambda d: d.assign(n_reports=-1),
        lambda d: d.assign(n_meetings=0),
        lambda d: d.drop(columns="n_meetings"),
    ],
)
def test_a_series_that_cannot_be_one_is_refused(change):
    with pytest.raises(ValueError):
        run(change(series()))
