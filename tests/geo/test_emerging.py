from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array, diags_array
from scipy.stats import binom

from geo.emerging import EmergingClass, class_numbers, classify, emerging_hot_spots
from geo.hotspots import getis_ord_gi_star

Z = arrays(float, (8, 12), elements=st.sampled_from([-9.0, -7.0, -5.0, -0.3, 0.0, 0.2, 5.0, 7.0, 9.0]))


def road(n: int) -> csr_array:
    return csr_array(diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1], shape=(n, n)))


def flags(text: str) -> tuple[np.ndarray, np.ndarray]:
    signs = np.array([list(text)])
    return signs == "h", signs == "c"


def in_words(hot: list[bool], cold: list[bool], trend: int) -> int:
    """The published rules read one after the other, for one place."""
    if cold[-1]:
        hot, cold, trend, shift = cold, hot, -trend, 8
    else:
        shift = 0
    total, steps = sum(hot), len(hot)
    if not hot[-1]:
        return 8 if 10 * total >= 9 * steps else 16 if 10 * sum(cold) >= 9 * steps else 17
    run = 0
    while run < steps and hot[-1 - run]:
        run += 1
    if 10 * total >= 9 * steps:
        return shift + {1: 3, -1: 5, 0: 4}[trend]
    if total == 1:
        return shift + 1
    if run == total:
        return shift + 2
    return shift + (7 if any(cold) else 6)


@pytest.mark.parametrize(
    ("signs", "number"),
    [
        (".........h", 1), ("........hh", 2), ("c.......hh", 2), ("hhh......h", 6), ("ch.......h", 7),
        ("hhhhhhhhh.", 8), ("ccccccccch", 1), ("hhhhhhhhhc", 9), ("..........", 17), ("hhhhhhhh..", 17),
        (".........c", 9), ("h.......cc", 10), ("ccc......c", 14), ("hc.......c", 15), ("ccccccccc.", 16),
    ],
)  # fmt: skip
def test_sequences_written_by_hand(signs, number):
    for trend in (-1, 0, 1):
        assert class_numbers(*flags(signs), [trend])[0] == number


@pytest.mark.parametrize(("trend", "hot", "cold"), [(1, 3, 13), (0, 4, 12), (-1, 5, 11)])
def test_the_trend_parts_those_that_are_nearly_always_hot(trend, hot, cold):
    assert class_numbers(*flags(".hhhhhhhhh"), [trend])[0] == hot
    assert class_numbers(*flags(".ccccccccc"), [trend])[0] == cold


def test_every_sequence_of_ten_steps_has_one_class_and_the_published_totals():
    signs = np.array(list(product([0, 1, -1], repeat=10)))
    totals = np.zeros(18, dtype=int)
    for trend in (-1, 0, 1):
        totals += np.bincount(class_numbers(signs == 1, signs == -1, np.full(len(signs), trend)), minlength=18)
    hot = [1536, 1524, 19, 19, 19, 1482, 54450, 3]
    assert totals.tolist() == [0, *hot, *hot, 59043]


@given(st.lists(st.sampled_from("hc."), min_size=10, max_size=24), st.sampled_from([-1, 0, 1]))
def test_equals_the_rules_read_one_after_the_other(signs, trend):
    hot, cold = flags("".join(signs))
    assert class_numbers(hot, cold, [trend])[0] == in_words(hot[0].tolist(), cold[0].tolist(), trend)


@given(Z)
def test_negating_z_exchanges_hot_and_cold(z):
    first, mirrored = classify(z), classify(-z)
    expected = first["class"].map(lambda k: 17 if k == 17 else k + 8 if k <= 8 else k - 8)
    assert mirrored["class"].to_list() == expected.to_list()
    assert mirrored.trend.to_list() == (-first.trend).to_list()
    assert mirrored[["n_hot", "n_cold"]].to_numpy().tolist() == first[["n_cold", "n_hot"]].to_numpy().tolist()


@given(Z, st.permutations(range(8)))
def test_the_order_of_places_does_not_matter(z, order):
    pd.testing.assert_frame_equal(
        classify(z[order]).reset_index(drop=True), classify(z).loc[order].reset_index(drop=True)
    )


@given(Z)
def test_time_reversal_turns_the_trend(z):
    forward, back = classify(z), classify(z[:, ::-1])
    assert back.trend.to_list() == (-forward.trend).to_list()
    assert back.n_hot.to_list() == forward.n_hot.to_list()


def test_a_missing_bin_is_left_out_of_totals_run_and_trend():
    gap, hot, flat = np.nan, 9.0, 0.1
    z = [
        [flat] * 9 + [hot, gap, hot],  # the gap does not break the final run
        [gap, gap] + [hot] * 9 + [flat],  # nine of ten observed: once hot, not any more
        [hot] * 11 + [gap],  # nothing is known of the last step
        [gap] * 3 + [hot] * 9,  # nine observed steps are too few
        [gap] * 12,
        [flat] * 12,
    ]
    table = classify(z)
    assert table.status.to_list() == ["ok", "ok", "missing", "too_few", "missing", "ok"]
    assert table["class"].to_list() == [2, 8, pd.NA, pd.NA, pd.NA, 17]
    assert table.final_run[:2].to_list() == [2, 0]
    assert table.n_observed.to_list() == [11, 10, 11, 9, 0, 12]
    assert table.attrs["n_tests"] == 11 + 10 + 11 + 9 + 12
    assert table.trend.isna().to_list() == [False, False, False, True, True, False]


def test_the_trend_equals_pymannkendall():
    from pymannkendall import original_test

    rng = np.random.default_rng(2)
    z = np.c_[rng.normal(size=(40, 14)), rng.normal(1, 1, (40, 4))].round(1)  # rounding makes ties
    table = classify(z)
    for row, (p, score) in zip(z, table[["trend_p", "trend_z"]].to_numpy(), strict=True):
        oracle = original_test(row)
        assert (p, score) == pytest.approx((oracle.p, oracle.z), abs=1e-12)
    assert set(table.trend) == {0, 1}


def test_z_that_differ_by_rounding_alone_are_no_trend():
    z = np.full((1, 12), 0.3) + np.arange(12) * 1e-16
    assert classify(z)[["trend", "trend_p"]].to_numpy().tolist() == [[0, 1.0]]


def test_flags_are_benjamini_hochberg_over_all_bins():
    from statsmodels.stats.multitest import multipletests

    z = np.random.default_rng(4).normal(0, 1.6, (30, 15))
    from scipy.stats import norm

    reject = multipletests(2 * norm.sf(abs(z)).ravel(), 0.05, "fdr_bh")[0].reshape(z.shape)
    table = classify(z)
    assert 0 < reject.sum() < z.size
    assert table.n_hot.to_list() == (reject & (z > 0)).sum(axis=1).tolist()
    assert table.n_cold.to_list() == (reject & (z < 0)).sum(axis=1).tolist()
    assert classify(z, alpha=0.4).n_hot.sum() > table.n_hot.sum()


def test_keys_are_the_names_of_the_numbers():
    assert [kind.key for kind in EmergingClass][:3] == ["new_hot", "consecutive_hot", "intensifying_hot"]
    assert [EmergingClass(k + 8).key for k in range(1, 9)] == [
        EmergingClass(k).key.replace("hot", "cold") for k in range(1, 9)
    ]
    assert len(EmergingClass) == 17


def bins_by_hand(x: np.ndarray, w: np.ndarray, lag: int) -> np.ndarray:
    """Gi* of each bin by listing its neighbours."""
    seen = x[~np.isnan(x)]
    n, mean, s = len(seen), seen.mean(), seen.std()
    z = np.full(x.shape, np.nan)
    for i, t in product(*map(range, x.shape)):
        near = [
            x[j, u] for j, u in product(*map(range, x.shape)) if (j == i or w[i, j]) and 0 <= t - u <= lag
        ]  # fmt: skip
        near = [value for value in near if value == value]
        if x[i, t] == x[i, t]:
            k = len(near)
            z[i, t] = (sum(near) - mean * k) / (s * np.sqrt((n * k - k**2) / (n - 1)))
    return z


@settings(max_examples=25)
@given(
    arrays(float, (5, 11), elements=st.one_of(st.integers(0, 30), st.just(np.nan)), fill=st.nothing()),
    st.integers(0, 3),
)
def test_space_time_z_equals_the_list_of_neighbours(x, lag):
    if len(np.unique(x[~np.isnan(x)])) < 2:
        x[0, :2] = 1, 2
    keep = ~np.isnan(x).all(axis=1)
    found = emerging_hot_spots(x, road(5), lag=lag)
    expected = bins_by_hand(x, road(5).toarray(), lag)
    tested = found.table.status.isin(["ok", "too_few"]) & keep
    if keep.all():  # otherwise an empty place may leave an island
        assert found.z[tested].to_numpy() == pytest.approx(expected[tested], abs=1e-9, nan_ok=True)


def test_one_step_without_lag_is_the_picture_of_that_step():
    x = np.random.default_rng(6).poisson(4, (30, 1))
    z = emerging_hot_spots(x, road(30), lag=0).z[0]
    assert z.to_numpy() == pytest.approx(getis_ord_gi_star(x[:, 0], road(30), permutations=0).gi_star_z, abs=1e-12)


def test_equal_sums_are_equal_to_the_last_bit():
    x = np.tile(np.arange(6)[:, None], 12) + 10**9
    found = emerging_hot_spots(x, road(6))
    assert found.table.trend_p.gt(0.05).all()  # only the first step, which has none before it, differs
    assert found.z.iloc[:, 1:].nunique(axis=1).max() == 1


def test_a_planted_flare_is_new_and_a_rising_one_intensifies():
    rng = np.random.default_rng(8)
    counts = rng.poisson(3, (60, 24)).astype(float)
    counts[10:13, -1] += 150
    counts[40:43] += np.linspace(30, 90, 24)
    found = emerging_hot_spots(counts, road(60))
    assert set(found.table.class_key[10:13]) == {"new_hot"}
    assert set(found.table.class_key[40:43]) == {"intensifying_hot"}
    assert found.hot.loc[41, 1:].all()
    assert not found.cold.loc[41].any()


def test_islands_and_empty_places_touch_nobody_else():
    counts = np.random.default_rng(9).poisson(3, (12, 14)).astype(float)
    counts[3:6] += 20
    wider = np.zeros((15, 15))
    wider[:12, :12] = road(12).toarray()
    wider[11, 12] = wider[12, 11] = wider[12, 13] = wider[13, 12] = 1
    labels = [f"Q{i:02}" for i in range(15)]
    months = pd.period_range("2023-01", periods=14, freq="M")
    more = np.vstack([counts, np.full(14, np.nan), np.full((2, 14), 1e6)])
    found = emerging_hot_spots(pd.DataFrame(more, labels, months), csr_array(wider))
    alone = emerging_hot_spots(counts, road(12))
    assert found.table.status.to_list() == ["ok"] * 12 + ["missing", "island", "island"]
    assert found.table.index.to_list() == labels
    assert found.z.columns.equals(months)
    pd.testing.assert_frame_equal(found.table[:12].reset_index(drop=True), alone.table)
    assert found.table[["class", "class_key", "trend"]][12:].isna().all(axis=None)
    assert found.n_tests == alone.n_tests == 12 * 14


def test_a_constant_cube_has_no_class():
    found = emerging_hot_spots(np.full((9, 12), 0.1), road(9))
    assert set(found.table.status) == {"constant"}
    assert found.table["class"].isna().all()
    assert found.n_tests == 0


def test_large_integers_nullable_columns_and_one_huge_outlier():
    counts = np.random.default_rng(3).poisson(5, (9, 12))
    plain = emerging_hot_spots(counts, road(9))
    large = emerging_hot_spots(counts * (np.iinfo(np.int64).max // 50), road(9))
    assert large.z.to_numpy() == pytest.approx(plain.z.to_numpy(), abs=1e-9)
    nullable = emerging_hot_spots(pd.DataFrame(counts).astype("Int64"), road(9))
    pd.testing.assert_frame_equal(nullable.table, plain.table)
    counts = counts.astype(float)
    counts[4, 4] = 1e300
    assert np.isfinite(emerging_hot_spots(counts, road(9)).z).all(axis=None)


def test_empty_one_place_and_all_missing():
    assert classify(np.zeros((0, 12))).empty
    assert classify(np.zeros((3, 0))).status.to_list() == ["missing"] * 3
    assert emerging_hot_spots(np.zeros((0, 12)), csr_array((0, 0))).table.empty
    assert emerging_hot_spots(np.ones((1, 12)), csr_array((1, 1))).table.status.to_list() == ["island"]
    assert set(emerging_hot_spots(np.full((9, 12), np.nan), road(9)).table.status) == {"missing"}
    assert set(emerging_hot_spots(np.arange(81).reshape(9, 9), road(9)).table.status) == {"too_few"}


@pytest.mark.parametrize(
    ("counts", "options", "words"),
    [
        ([1, 2, 3], {}, "one row an area"),
        ([["a"] * 12] * 3, {}, "not a number"),
        ([[np.inf] * 12] * 3, {}, "infinite"),
        (np.ones((4, 12)), {}, "4 × 4"),
        (np.ones((3, 12)), {"alpha": 5}, "alpha"),
        (np.ones((3, 12)), {"lag": -1}, "lag"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(counts, options, words):
    with pytest.raises(ValueError, match=words):
        emerging_hot_spots(counts, road(3), **options)


def test_cubes_without_a_pattern_seldom_show_a_flagged_bin():
    rng = np.random.default_rng(12)
    alarms = 0
    for _ in range(150):
        found = emerging_hot_spots(rng.normal(size=(40, 12)), road(40), lag=0)
        alarms += bool(found.hot.any(axis=None) or found.cold.any(axis=None))
    assert alarms <= binom.ppf(0.999, 150, 0.05)
