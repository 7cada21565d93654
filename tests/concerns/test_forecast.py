"""The walk-forward back-test: nothing leaks from the future, oracles and chance give 1, and gains are honest."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from concerns.block_bootstrap import mean_interval
from concerns.forecast import backtest, hit_rates, summarise
from concerns.forecast_models import BASELINES, MODELS, long_run_mean, same_month_last_year, smoothed_season
from concerns.forecast_record import read_record
from concerns.hit_rate import chosen_cells, most_hits

MONTH = pd.Period("2020-01", "M")


def reports(n_cells: int = 12, n_months: int = 40, seed: int = 0, latest_days: int = 80) -> pd.DataFrame:
    """Synthetic submissions, some of them months after the event."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(1, 4, n_cells)[:, None], (n_cells, n_months))
    cell, month = (axis.ravel() for axis in np.indices(counts.shape))
    table = pd.DataFrame({"cell": [f"IQ{c:02d}" for c in cell], "month": [MONTH + int(m) for m in month]})
    table["n_reports"] = counts.ravel()
    days = pd.to_timedelta(rng.integers(0, latest_days, len(table)), unit="D")
    table["submitted_at"] = pd.PeriodIndex(table.month).to_timestamp().tz_localize("UTC") + days
    return table[table.n_reports > 0].reset_index(drop=True)


def test_an_oracle_has_pei_one_and_the_whole_area_pai_one():
    observed = np.array([5, 0, 9, 2, 1, 7, 0, 0, 3, 4])
    oracle = hit_rates(observed, observed, np.ones(10), area_share=0.3)
    assert oracle.pei_same_area == 1
    assert oracle.hit_rate == pytest.approx(21 / 31)
    assert oracle.pai == pytest.approx(21 / 31 / 0.3)
    assert oracle.calibration == 1
    narrow = hit_rates(observed, observed, np.ones(10), area_share=0.1)
    assert narrow.pei_best_area == 1
    everywhere = hit_rates(np.arange(10), observed, np.arange(1, 11), area_share=1)
    assert everywhere.pai == pytest.approx(1)
    assert everywhere.hit_rate == 1


def test_a_random_forecast_has_pai_one():
    rng = np.random.default_rng(0)
    observed, area = rng.poisson(4, 200), rng.uniform(1, 3, 200)
    pai = [hit_rates(rng.random(200), observed, area, area_share=0.2).pai for _ in range(300)]
    assert np.mean(pai) == pytest.approx(1, abs=0.05)


def test_hit_rates_worked_by_hand():
    # of areas 4, 1, 3, 2 (A = 10) half may be named: the 9 (area 4) and, of the two 5s, the earlier p-code (area 1)
    predicted, observed, area = [9, 5, 5, 1], [6, 2, 8, 4], [4, 1, 3, 2]
    found = hit_rates(predicted, observed, area, area_share=0.5)
    assert chosen_cells(predicted, area, area_share=0.5).tolist() == [True, True, False, False]
    assert (found.n_hits, found.n_total) == (8, 20)
    assert found.pai == pytest.approx((8 / 20) / (5 / 10))
    assert found.pei_same_area == pytest.approx(8 / 12)  # areas 3 + 2 hold 8 + 4
    assert found.pei_best_area == pytest.approx(0.8 / ((8 / 20) / (3 / 10)))  # the densest is 8 on 3
    assert found.calibration == pytest.approx(14 / 8)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([1.0, 1.5, 2.0, 4.0])), min_size=1, max_size=8),
    st.floats(0.1, 1),
)
def test_the_most_any_choice_could_hold_is_found_by_trying_all(places, share):
    count, area = (np.array(column, dtype=float) for column in zip(*places, strict=True))
    budget = share * area.sum()
    choices = (list(c) for k in range(len(area) + 1) for c in combinations(range(len(area)), k))
    best = max(count[c].sum() for c in choices if area[c].sum() <= budget * (1 + 1e-9))
    assert most_hits(count, area, budget * (1 + 1e-9)) == best


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 1), st.floats(0.01, 100))
def test_no_forecast_beats_its_oracle_and_units_change_nothing(seed, share, unit):
    rng = np.random.default_rng(seed)
    predicted, observed, area = rng.random(12), rng.poisson(2, 12), rng.uniform(1, 2, 12)
    one = hit_rates(predicted, observed, area, area_share=share)
    for measure in ("pei_same_area", "pei_best_area", "hit_rate"):
        assert np.isnan(one[measure]) or one[measure] <= 1 + 1e-9
    other = hit_rates(predicted, observed, area * unit, area_share=share)
    assert other.to_numpy() == pytest.approx(one.to_numpy(), nan_ok=True)


def test_nothing_observed_nothing_that_fits_and_what_was_not_observed():
    assert hit_rates([1, 2], [0, 0], [1, 1], area_share=0.5)[["hit_rate", "pai", "pei_same_area"]].isna().all()
    assert np.isnan(hit_rates([1, 2], [3, 4], [1, 1], area_share=0.3).pai)
    gap = hit_rates([9, 5, 1], [None, 3, 1], [1, 1, 1], area_share=0.5)
    assert (gap.n_hits, gap.n_total, gap.area_share) == (3, 4, 0.5)
    with pytest.raises(ValueError, match="area above 0"):
        hit_rates([1, 2], [1, 2], [1, 0])
    with pytest.raises(ValueError, match="whole"):
        hit_rates([1, 2], [1.5, 2], [1, 1])
    with pytest.raises(ValueError, match="area_share"):
        hit_rates([1, 2], [1, 2], [1, 1], area_share=0)


def test_an_origin_knows_only_what_was_submitted_by_its_end():
    table = pd.DataFrame(
        {
            "cell": ["A", "A", "A", "B", "A"],
            "month": [MONTH, MONTH, MONTH + 1, MONTH + 2, MONTH],
            "submitted_at": [
                "2020-01-31T23:59:59Z",
                "2020-02-01T00:00:00Z",
                "2020-02-05T08:00Z",
                "2019-12-31T08:00Z",
                None,
            ],
            "n_reports": [1, 10, 100, 1000, 5],
        }
    )
    record = read_record(table)
    assert record.known_at(0).tolist() == [[1], [0]]
    assert record.known_at(1).tolist() == [[11, 100], [0, 0]]
    assert record.known_at(2).tolist() == [[11, 100, 0], [0, 0, 1000]]  # a wrong clock reveals no later event
    assert record.final().tolist() == [[16, 100, 0], [0, 0, 1000]]
    assert record.n_undated == 5


def seen_by_models(cells, **options) -> list[np.ndarray]:
    """Everything a model is shown on the whole walk."""
    shown: list[np.ndarray] = []

    def spy(known, horizon):
        shown.append(known.copy())
        return known[:, -1]

    backtest(cells, models={"spy": spy}, **options)
    return shown


@settings(deadline=None, max_examples=15)
@given(st.integers(24, 38), st.integers(0, 1000))
def test_no_origin_sees_what_came_later(origin, seed):
    table = reports(seed=seed)
    end = (MONTH + origin).end_time.tz_localize("UTC")
    changed = table.copy()
    later = changed.submitted_at > end
    changed.loc[later, "n_reports"] += 1000
    one, other = seen_by_models(table), seen_by_models(changed)
    for step in range(origin - 23 + 1):
        assert (one[step] == other[step]).all()
    assert later.sum() == 0 or (changed.n_reports != table.n_reports).any()


def test_late_reports_count_in_the_truth_and_not_in_the_forecast():
    late = reports(latest_days=1)
    late["submitted_at"] = pd.Timestamp("2030-01-01", tz="UTC")
    found = backtest(late)
    totals = late.groupby("month").n_reports.sum()
    last = found.steps[found.steps.method == "last_month"].set_index("target")
    assert last.n_total.to_dict() == totals[last.index].to_dict()
    assert last.calibration.dropna().eq(0).all()  # nothing was known, so nothing was expected


def test_the_baselines_are_what_their_names_say():
    months = pd.period_range(MONTH, periods=40, freq="M")
    counts = pd.DataFrame([np.arange(40.0), np.arange(40.0) % 12], index=["A", "B"], columns=months)
    found = backtest(counts, horizons=(1, 3), area_share=0.5).steps.set_index(["horizon", "origin", "method"])
    origin = months[30]
    expected = {"last_month": [30, 6], "same_month_last_year": [19, 7], "mean_of_12": [24.5, 5.5]}
    for name, (first, second) in expected.items():
        mae = (abs(31 - first) + abs(7 - second)) / 2
        assert found.loc[(1, origin, name), "mae"] == pytest.approx(mae), name
    assert found.loc[(1, origin, "long_run_mean"), "mae"] == pytest.approx(
        (16 + abs(7 - np.mean(np.arange(31) % 12))) / 2
    )
    assert found.loc[(3, origin, "same_month_last_year"), "mae"] == pytest.approx(12 / 2)
    # within what was known, same-month-last-year was 12 off in A and right in B: 6 on average
    assert found.loc[(1, origin, "last_month"), "mase"] == pytest.approx(1 / 6)
    assert found.loc[(3, origin, "last_month"), "target"] == months[33]
    assert found.index.get_level_values("origin").min() == months[23]
    deviance = 2 * (31 * np.log(31 / 30) - 1 + 7 * np.log(7 / 6) - 1)
    assert found.loc[(1, origin, "last_month"), "deviance"] == pytest.approx(deviance)
    before = sum(range(19, 31)), 66
    assert found.loc[(1, origin, "last_month"), "rri"] == pytest.approx((31 / before[0]) / (38 / sum(before)))


def test_a_model_that_knows_is_better_and_one_that_guesses_is_worse():
    rng = np.random.default_rng(3)
    rate = rng.permuted(np.tile(np.linspace(0, 12, 40), (60, 1)), axis=1).T  # no place keeps its level
    counts = rng.poisson(rate).astype(float)
    models = {
        "knows": lambda known, horizon: rate[:, known.shape[1] - 1 + horizon],
        "guesses": lambda known, horizon: np.arange(40.0),
    }
    found = backtest(counts, models=models)
    verdicts = found.gain.set_index(["model", "measure"]).verdict
    assert found.status == "ok"
    assert verdicts["knows", "hit_rate"] == "better"
    assert verdicts["knows", "mae"] == "better"
    assert verdicts["guesses", "mae"] == "worse"
    assert verdicts["guesses", "hit_rate"] != "better"
    knows = found.summary.loc[(1, "knows")]
    assert knows.coverage_80 == pytest.approx(0.85, abs=0.06)  # counts are discrete: a little more than nominal
    assert knows.coverage_95 == pytest.approx(0.965, abs=0.025)


def test_fewer_than_24_origins_make_no_claim():
    counts = np.random.default_rng(0).poisson(5, (10, 46)).astype(float)
    found = backtest(counts)
    assert (found.steps.origin.nunique(), found.status) == (22, "too_few")
    assert found.gain.verdict.eq("no_claim").all()
    assert backtest(np.tile(counts, 2)).gain.verdict.ne("no_claim").all()


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 1000))
def test_row_order_labels_and_seed_decide_nothing_they_should_not(seed):
    table = reports(n_cells=6, n_months=30, seed=seed)
    shuffled = table.sample(frac=1, random_state=seed)
    area = pd.Series(np.linspace(1, 2, 6), [f"IQ{c:02d}" for c in range(6)])
    one = backtest(table, area_km2=area, area_share=0.4, seed=5)
    other = backtest(shuffled, area_km2=area[::-1], area_share=0.4, seed=5)
    assert_frame_equal(one.steps, other.steps)
    assert_frame_equal(one.gain, other.gain)


def test_a_wide_table_is_put_in_the_order_of_its_labels():
    counts = pd.DataFrame(np.random.default_rng(1).poisson(3, (5, 40)), index=[*"EDCBA"])
    area = pd.Series([1, 2, 3, 4, 5.0], [*"ABCDE"])
    assert_frame_equal(backtest(counts, area_km2=area).steps, backtest(counts.sort_index(), area_km2=area).steps)


def test_a_month_that_was_not_observed_is_not_a_zero():
    counts = np.full((4, 40), 6.0)
    counts[1, 30] = np.nan
    found = backtest(counts, area_share=0.25).steps
    step = found[(found.target == 30) & (found.method == "last_month")].iloc[0]
    assert (step.n_scored, step.n_total) == (3, 18)
    after = found[(found.origin == 30) & (found.method == "last_month")].iloc[0]
    assert (after.n_scored, after.mae) == (3, 0)
    table = reports(n_cells=3, n_months=30)
    table.loc[5, "n_reports"] = None
    record = read_record(table.astype({"n_reports": "Float64"}))
    assert np.isnan(record.final()).sum() == 1


def test_a_summary_counts_reports_together_and_takes_any_steps():
    found = backtest(reports(n_cells=20), area_share=0.2)
    recent = found.steps[found.steps.target > found.steps.target.max() - 12]
    held = summarise(recent).loc[(1, "mean_of_12")]
    rows = recent[recent.method == "mean_of_12"]
    assert held.hit_rate == pytest.approx(rows.n_hits.sum() / rows.n_total.sum())
    assert held.n_steps == 12


def test_nothing_one_place_all_zero_all_missing_and_a_huge_count():
    assert backtest(reports().iloc[:0]).status == "missing"
    assert backtest(np.zeros((3, 10))).status == "missing"
    zero = backtest(np.zeros((3, 60)))
    assert zero.summary.hit_rate.isna().all()
    assert zero.summary.mae.eq(0).all()
    gone = backtest(np.full((3, 60), np.nan))
    assert gone.steps.n_scored.eq(0).all()
    assert gone.gain.empty
    alone = backtest(np.full((1, 60), 4.0), area_share=1)
    assert alone.summary.pai.to_list() == pytest.approx([1] * 5)
    huge = np.ones((4, 60))
    huge[0, 40] = 1e8
    assert np.isfinite(backtest(huge, area_share=0.25).summary.mae).all()


def test_wrong_input_is_refused():
    counts = np.ones((3, 40))
    with pytest.raises(ValueError, match="at least 1"):
        backtest(counts, horizons=(0,))
    with pytest.raises(ValueError, match="one area"):
        backtest(counts, area_km2=[1, 2])
    with pytest.raises(ValueError, match="one area"):
        backtest(reports(), area_km2=pd.Series([1.0], ["IQ00"]))
    with pytest.raises(ValueError, match="submitted_at"):
        backtest(reports().drop(columns="submitted_at"))
    with pytest.raises(ValueError, match="cell and a month"):
        backtest(reports().assign(cell=None))
    with pytest.raises(ValueError, match="places × months"):
        backtest(np.ones(5))


def test_models_alone():
    known = np.array([[4.0, 4, 4], [0, 0, 0], [np.nan, np.nan, np.nan]])
    assert np.isnan(same_month_last_year(known, 1)).all()
    assert long_run_mean(known, 1)[:2].tolist() == [4, 0]
    assert np.isnan(long_run_mean(known, 1)[2])
    smooth = smoothed_season(known, 1)
    assert 0 < smooth[1] < smooth[0] < 4
    assert set(BASELINES) == {"last_month", "same_month_last_year", "mean_of_12", "long_run_mean"}
    assert list(MODELS) == ["smoothed_season"]


def test_the_model_learns_the_season():
    month = np.arange(72)
    counts = np.outer([8.0, 4.0, 1.0], np.exp(0.8 * np.sin(2 * np.pi * month / 12)))
    peak, trough = smoothed_season(counts[:, :63], 1), smoothed_season(counts[:, :69], 1)  # to months 63 (↓) and 69 (↓)
    assert peak[0] == pytest.approx(counts[0, 63], rel=0.1)
    assert trough[0] == pytest.approx(counts[0, 69], rel=0.1)


def test_the_block_bootstrap_covers_an_autocorrelated_mean_better_than_one_by_one():
    rng = np.random.default_rng(0)
    covered = {1: 0, 6: 0}
    for trial in range(200):
        noise = rng.normal(size=80)
        for step in range(1, 80):
            noise[step] += 0.6 * noise[step - 1]
        for block in covered:
            _, lower, upper = mean_interval(noise, seed=trial, replicates=199, block=block)
            covered[block] += lower <= 0 <= upper
    assert covered[6] > covered[1] + 20
    assert mean_interval(np.array([1.0, -1.0] * 10), seed=0, block=2) == (0, 0, 0)  # each block is a pair: they cancel
    assert mean_interval(np.array([np.nan, 2.0]), seed=0)[0] == 2
    assert np.isnan(mean_interval(np.array([]), seed=0)[0])
    assert mean_interval(np.arange(9.0), seed=1) == mean_interval(np.arange(9.0), seed=1)
